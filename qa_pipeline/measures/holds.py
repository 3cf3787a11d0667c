"""Dead air: which silences the customer was prepared for, and which not."""

import re
from collections.abc import Sequence

from qa_pipeline.measures.speech import is_back_channel, tokens
from qa_pipeline.records import Conversation, Silence, Utterance

ANNOUNCED_WITHIN_S = 10.0
"""How long before a silence a hold may have been announced when the agent spoke on since."""

_TOLD = {"zh": 18}
_TOLD_ELSEWHERE = 12
"""A customer who has said more words (characters) than this since is no longer waiting."""

# Wording that asks the customer to wait. "Thank you for holding" ends a hold and must not match.
_ASKS_TO_WAIT = {
    "en": re.compile(
        r"\b(?:(?:one|just a|just one|another|me a|a few) (?:moment|second|minute|sec)s?"
        r"|give me (?:\w+ ){1,3}(?:moment|second|minute|sec)s?|hang on"
        r"|a moment please|for a moment|bear with me|please hold|hold (?:on(?! to)|the line|for a"
        r"|please)|(?:can|could|would|will) you (?:please )?(?:hold|wait)"
        r"|please wait(?! (?:until|till|at|for (?!a moment|a second|a minute|just|one)))"
        r"|(?<!had to )wait a (?:moment|second|sec|minute|bit|little)"
        r"|(?:put|place|putting|placing|pop|popping) you on (?:a )?(?:brief |short |quick )?hold"
        r"|be (?:right )?back(?! (?:on|to|by|at|tomorrow|next))|be (?:right )?with you"
        r"|(?:stay|remain) on the line)\b"
    ),
    "zh": re.compile(
        r"稍等|稍候|请稍后|等一下|等一等|等一会|等会儿?我|等我(?!们)|耐心等(?!.{0,4}(?:天|小时|通知))"
        r"|请您?等(?!工程师|师傅|人|我们|通知|短信|电话|.{0,2}天)|等下(?!次|周|个|月|午|班|星期)"
        r"|(?:不要|别|勿)(?:挂断|挂机|挂电话)|别挂|保持(?:通话|在线)|给我.{1,2}分钟"
    ),
}
# How long something takes is no wish, nor is a wait that is over.
_LENGTH = re.compile(
    r"\b(?:takes?|took|taking|lasts?|lasted|within|after|every|in|had to wait)"
    r" (?:about |only |just |around )?(?:one|a|another|a few) (?:moment|second|minute|sec)s?\b"
)
_SPACES = re.compile(r"[^\w'’]+")
_WAITED = re.compile(
    r"\bfor (?:holding|waiting|bearing with|(?:putting|placing|keeping) you on hold)"
    r"|久等|(?:感谢|谢谢)您?的?(?:耐心)?等"
)


def asks_to_wait(utterance: Utterance) -> bool:
    """Tell whether an utterance announces a hold ("one moment please", "请稍等")."""
    if utterance.language == "zh":
        text = _SPACES.sub("", utterance.text)
    else:
        text = _SPACES.sub(" ", utterance.text.lower())
    # What thanks for a wait that is over is taken out; the rest of the utterance still counts.
    text = _LENGTH.sub(" ", _WAITED.sub(" ", text))
    return _ASKS_TO_WAIT.get(utterance.language, _ASKS_TO_WAIT["en"]).search(text) is not None


def announced(conversation: Conversation, silences: Sequence[Silence]) -> tuple[Silence, ...]:
    """Return the silences that the agent asked the customer to wait through.

    A silence is announced when the last thing that the agent said before it, back-channels
    aside, asks to wait, or anything that the agent said in the 10 s before it; unless the customer
    has taken the floor since.
    """
    talk = sorted(
        (u for u in conversation.utterances if not is_back_channel(u.words)), key=lambda u: u.end_s
    )
    own = [u for u in talk if u.role == "agent"]
    others = [u for u in talk if u.role == "customer"]
    return tuple(silence for silence in silences if _is_announced(silence, own, others))


def _is_announced(silence: Silence, own: Sequence[Utterance], others: Sequence[Utterance]) -> bool:
    """Tell whether a silence is announced; ``own``: what the agent said, by its end."""
    # Words may reach a little into the silence that voice activity saw.
    tolerance_s = 0.5
    before = [u for u in own if u.end_s <= silence.start_s + tolerance_s]
    recent = [u for u in before if u.end_s >= silence.start_s - ANNOUNCED_WITHIN_S]
    return any(
        asks_to_wait(utterance) and not _is_told_since(utterance, silence, others)
        for utterance in [*before[-1:], *recent]
    )


def _is_told_since(asking: Utterance, silence: Silence, others: Sequence[Utterance]) -> bool:
    """Tell whether the customer took the floor between a wish to wait and a silence."""
    since = [u for u in others if asking.end_s <= u.start_s < silence.start_s]
    # Who is waiting says that they are there and asks whether the agent is.
    return sum(len(tokens(u.text)) / _TOLD.get(u.language, _TOLD_ELSEWHERE) for u in since) > 1
