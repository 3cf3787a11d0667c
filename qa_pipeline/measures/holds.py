"""Dead air: which silences the other side was prepared for, and which not."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from qa_pipeline.measures.spans import Span
from qa_pipeline.measures.speech import SPEAKERS, Speaker, is_back_channel, tokens
from qa_pipeline.records import Conversation, Silence, Utterance

ANNOUNCED_WITHIN_S = 10.0
"""How long before a silence a hold may have been announced when the agent spoke on since."""

# Who has said more than 12 words, or 18 characters, has taken the floor; in 36ths, to add up.
_FLOOR = 36
_WEIGHT = {"zh": 2}
_WEIGHT_ELSEWHERE = 3
_TOLERANCE_S = 0.5
"""Words may reach a little into the silence that voice activity saw."""

# Wording that asks the customer to wait. "Thank you for holding" ends a hold and must not match,
# nor must what the customer is to hold or to wait for.
_UNIT = r"(?:moment|second|minute|sec)s?"
_THING = r"(?! (?:the(?! line)|your|my|it|that|this|these|those|down|up|until|till|at)\b)"
_WAIT_FOR = r"(?! for (?!(?:a|one|me|just|two|us|the line)\b))"
_ASKS_TO_WAIT = {
    "en": re.compile(
        rf"\b(?:(?:one|just a|just one|another|me a|a few) {_UNIT}"
        r"(?! (?:thought|later|ago|left|it))"
        rf"|give me (?:\w+ ){{1,3}}{_UNIT}|(?:two|three|couple of|half a) {_UNIT} please"
        rf"|just (?:two|three|a couple of|half a) {_UNIT}|(?:just a|half a|two) ticks?"
        r"|hang on(?! to)|a moment please|bear with me|hold (?:on(?! to)|the line|for a|please)"
        r"|(?:there|here|away|me|you|line|just|wait) for a (?:moment|second|minute)"
        rf"|(?:please|kindly) hold{_THING}|mind holding{_THING}|like to hold{_THING}"
        rf"|(?:can|could|would|will) you (?:please )?(?:hold|wait|hang on){_THING}{_WAIT_FOR}"
        r"|please wait(?! (?:until|till|at|for (?!a moment|a second|a minute|just|one)))"
        r"|if you (?:can|could|would) (?:just )?(?:hold|wait)(?! (?:until|till|the(?! line)))"
        r"|(?<!had to )wait a (?:moment|second|sec|minute|bit|little)"
        r"|(?<!they )(?<!he )(?<!she )(?<!colleague )(?<!someone )(?<!somebody )"
        r"(?:put|place|putting|placing|pop|popping) (?:you|(?:the|this|your) (?:call|line))"
        r" on (?:a )?(?:brief |short |quick )?hold(?! (?:earlier|before|yesterday|last))"
        r"|(?:i|we)(?:['’]ll| will)? (?:just )?be (?:right )?(?:back|with you)"
        r"(?! (?:on|to|by|at|all|in touch|tomorrow|next))"
        r"|be right (?:back|with you)|won['’]?t be (?:a (?:moment|second|minute|tick)|long)"
        r"|(?:i['’]ll|i will|let me|i['’]m going to|i am going to|i['’]m|i am) (?:\w+ )?"
        r"(?:(?:transfer|transferring) you|(?:put|putting) you through|connect(?:ing)? you)"
        r"|(?:don['’]t|do not) hang up|(?:stay|remain) on the line)\b"
    ),
    "zh": re.compile(
        r"稍等(?!.{0,2}(?:天|周))|稍候|[请您]稍后(?!再|会|联系|拨)|稍微等(?!.{0,2}天)"
        r"|(?<!我)等一[下等](?!再|工程师|师傅|快递|我们?(?:再|会|给您))"
        r"|等一小?会(?!儿?(?:再|重启|工程师|师傅|就[能可]))|等会儿?(?:我(?!再|会|给您)|$)|[您你请先]等等"
        r"|等我(?!们)|等[一两几]分钟(?!.?[再后])|耽误您?.{1,2}分钟|给我.{1,2}分钟"
        r"|耐心等(?!.{0,6}(?:天|小时|通知|审核|人员|联系|短信|电话))"
        r"|等待(?:一下|片刻|一会|.{1,2}分钟)|在线等|(?:一会儿?|马上)就好"
        r"|请您?等(?!工程师|师傅|工作|人|我们|通知|短信|电话|.{0,2}天)"
        r"|等下(?!次|周|个|月|午|班|星期)"
        r"|(?:不要|别|勿)(?:挂断(?!电源)|挂机|挂电话)|别挂|保持(?:通话|在线)"
    ),
}
# How long something takes or lasted is no wish, nor is a wait that is over.
_LENGTH = re.compile(
    r"\b(?:takes?|took|taking|lasts?|lasted|within|after|every|in|had to wait)"
    rf" (?:about |only |just |around )?(?:one|a|another|a few) {_UNIT}\b"
    rf"|(?<!wait )(?<!hold )\bfor a few {_UNIT}\b"
)
_SPACES = re.compile(r"[^\w'’]+")
_WAITED = re.compile(
    r"\bfor (?:holding|waiting|bearing with|(?:putting|placing|keeping) you on hold)"
    r"|久等|(?:感谢|谢谢)您?的?(?:耐心)?等待?|(?:刚才)?让您(?:稍等了|等)"
)
# Wording with which a customer asks for time.
_ASKS_FOR_TIME = {
    "en": re.compile(
        rf"\b(?:(?:hold|hang) on(?! to)|bear with me|(?:just )?(?:a|one) (?:moment|second|sec)\b"
        rf"|(?:give|wait) (?:me )?(?:a|one|two) {_UNIT}|just a minute"
        r"|let me (?:just )?(?:get|find|look|check|see|grab|fetch|go|open)"
        r"|i(?:['’]ll| will) (?:just )?(?:get|find|look|check|fetch|grab|go and))\b"
    ),
    "zh": re.compile(
        r"稍等|等[一]?下|等一?会|等我|等等|我(?:去|来)?(?:找|拿|看|翻|查)(?:一?下|一?看|找|看)"
    ),
}
_GIVES_TIME = re.compile(r"\b(?:take your time|no (?:rush|hurry))\b|慢慢[来找看]|不着急|不用急")


def asks_to_wait(utterance: Utterance) -> bool:
    """Tell whether an utterance announces a hold ("one moment please", "请稍等")."""
    # What thanks for a wait that is over is taken out; the rest of the utterance still counts.
    text = _LENGTH.sub(" ", _WAITED.sub(" ", _plain(utterance)))
    return _ASKS_TO_WAIT.get(utterance.language, _ASKS_TO_WAIT["en"]).search(text) is not None


def _is_customers_time(utterance: Utterance) -> bool:
    """Tell whether the customer asks for time, or the agent gives it."""
    wording = _ASKS_FOR_TIME.get(utterance.language, _ASKS_FOR_TIME["en"])
    wording = _GIVES_TIME if utterance.role == "agent" else wording
    return wording.search(_plain(utterance)) is not None


def _plain(utterance: Utterance) -> str:
    if utterance.language == "zh":
        return _SPACES.sub("", utterance.text)
    return _SPACES.sub(" ", utterance.text.lower())


def announced(
    conversation: Conversation, silences: Sequence[Silence], by: Speaker
) -> frozenset[Span]:
    """Return the silences that one side asked the other to wait through.

    A silence is announced when the last thing that this side said before it, back-channels
    aside, asks to wait, or anything that it said in the 10 s before; unless the other side
    has taken the floor since.
    """
    talk = _talk(conversation)
    own = [u for u in talk if u.role == by]
    ends_s = [u.end_s for u in own]
    asks = [asks_to_wait(u) for u in own]
    other = _Said([u for u in talk if u.role in SPEAKERS and u.role != by])
    found: set[Span] = set()
    for silence in silences:
        end = bisect_right(ends_s, silence.start_s + _TOLERANCE_S)
        recent = bisect_left(ends_s, silence.start_s - ANNOUNCED_WITHIN_S, hi=end)
        if any(
            asks[at] and not other.takes_the_floor(ends_s[at], silence.start_s)
            for at in range(max(0, min(recent, end - 1)), end)
        ):
            found.add((silence.start_s, silence.end_s))
    return frozenset(found)


def customers_time(conversation: Conversation, silences: Sequence[Silence]) -> frozenset[Span]:
    """Return the silences in which the customer looks for something.

    The last thing that the customer said in the 10 s before asks for time, or the agent gives it;
    the agent has not taken the floor since, and the customer is the next to speak.
    """
    talk = _talk(conversation)
    ends_s = [u.end_s for u in talk]
    starts = sorted(talk, key=lambda u: u.start_s)
    starts_s = [u.start_s for u in starts]
    agent = _Said([u for u in talk if u.role == "agent"])
    found: set[Span] = set()
    for silence in silences:
        end = bisect_right(ends_s, silence.start_s + _TOLERANCE_S)
        recent = bisect_left(ends_s, silence.start_s - ANNOUNCED_WITHIN_S, hi=end)
        after = bisect_left(starts_s, silence.end_s - _TOLERANCE_S)
        before = {u.role: u for u in talk[recent:end]}  # the last of each
        if (
            after < len(starts)
            and starts[after].role == "customer"
            and any(
                _is_customers_time(u) and not agent.takes_the_floor(u.end_s, silence.start_s)
                for role, u in before.items()
                if role in ("agent", "customer")
            )
        ):
            found.add((silence.start_s, silence.end_s))
    return frozenset(found)


def _talk(conversation: Conversation) -> list[Utterance]:
    """Return all utterances but back-channels, by their end."""
    talk = (u for u in conversation.utterances if not is_back_channel(u.words))
    return sorted(talk, key=lambda u: u.end_s)


class _Said:
    """How much one side says, and when."""

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        ordered = sorted(utterances, key=lambda u: u.start_s)
        self._starts_s = [u.start_s for u in ordered]
        weights = (
            _WEIGHT.get(u.language, _WEIGHT_ELSEWHERE) * len(tokens(u.text)) for u in ordered
        )
        self._until = list(accumulate(weights, initial=0))

    def takes_the_floor(self, from_s: float, to_s: float) -> bool:
        """Tell whether it says more than somebody does who waits and asks if the other is there."""
        first, end = (bisect_left(self._starts_s, at_s) for at_s in (from_s, to_s))
        return self._until[max(first, end)] - self._until[first] > _FLOOR
