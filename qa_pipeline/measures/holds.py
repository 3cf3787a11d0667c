"""Dead air: which silences the customer was prepared for, and which not."""

import re
from collections.abc import Sequence

from qa_pipeline.measures.speech import is_back_channel
from qa_pipeline.records import Conversation, Silence, Utterance

ANNOUNCED_WITHIN_S = 10.0
"""How long before a silence a hold may have been announced when the agent spoke on since."""

# Wording that asks the customer to wait. "Thank you for holding" ends a hold and must not match.
_ASKS_TO_WAIT = {
    "en": re.compile(
        r"\b(?:(?:one|just a|just one|another|me a|a few) (?:moment|second|minute|sec)s?"
        r"|a moment please|for a moment|bear with me|please hold|hold (?:on|the line|for a|please)"
        r"|(?:can|could|would|will) you (?:please )?(?:hold|wait)|please wait|wait a"
        r"|(?:put|place|putting|placing) you on (?:a )?(?:brief |short |quick )?hold"
        r"|(?:stay|remain) on the line)\b"
    ),
    "zh": re.compile(
        r"稍等|稍候|请稍后|等一下|等一等|等一会|等我|请等|请您等|耐心等"
        r"|(?:不要|别|勿)(?:挂断|挂机|挂电话)|保持(?:通话|在线)"
    ),
}
_SPACES = re.compile(r"[^\w'’]+")
_WAITED = re.compile(r"\bfor (?:holding|waiting|bearing with)|久等|(?:感谢|谢谢)您?的?(?:耐心)?等")


def asks_to_wait(utterance: Utterance) -> bool:
    """Tell whether an utterance announces a hold ("one moment please", "请稍等")."""
    if utterance.language == "zh":
        text = _SPACES.sub("", utterance.text)
    else:
        text = _SPACES.sub(" ", utterance.text.lower())
    # What thanks for a wait that is over is taken out; the rest of the utterance still counts.
    text = _WAITED.sub(" ", text)
    return _ASKS_TO_WAIT.get(utterance.language, _ASKS_TO_WAIT["en"]).search(text) is not None


def announced(conversation: Conversation, silences: Sequence[Silence]) -> tuple[Silence, ...]:
    """Return the silences that the agent asked the customer to wait through.

    A silence is announced when the last thing that the agent said before it, back-channels
    aside, asks to wait, or anything that the agent said in the 10 s before it.
    """
    own = sorted(
        (u for u in conversation.utterances if u.role == "agent" and not is_back_channel(u.words)),
        key=lambda u: u.end_s,
    )
    return tuple(silence for silence in silences if _is_announced(silence, own))


def _is_announced(silence: Silence, own: Sequence[Utterance]) -> bool:
    """Tell whether a silence is announced; ``own``: what the agent said, by its end."""
    # Words may reach a little into the silence that voice activity saw.
    tolerance_s = 0.5
    before = [u for u in own if u.end_s <= silence.start_s + tolerance_s]
    recent = [u for u in before if u.end_s >= silence.start_s - ANNOUNCED_WITHIN_S]
    return any(asks_to_wait(utterance) for utterance in [*before[-1:], *recent])
