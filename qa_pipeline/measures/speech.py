"""Who speaks when, from the turns and words of a conversation: the ground for all measures."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from qa_pipeline.measures.spans import Span, outside, union
from qa_pipeline.records import Conversation, Role, Word

Speaker = Literal["agent", "customer"]
SPEAKERS: tuple[Speaker, Speaker] = ("agent", "customer")

PAUSE_S = 0.5
"""A longer gap between words is a pause and not part of speaking."""
GAP_S = 2.0
"""A shorter stretch without speech is a breath, not a silence."""

# What a listener says without taking the floor. "No" is missing on purpose: it contradicts.
_LISTENING_EN = (
    *("yes", "yeah", "yep", "yup", "ok", "okay", "alright", "all right", "right", "sure", "fine"),
    *("mm", "mmm", "mhm", "hm", "hmm", "uh", "um", "huh", "aha", "ah", "oh", "uh-huh", "mm-hmm"),
    *("i", "see", "i see", "got", "it", "got it", "i got it", "really", "good", "great"),
    *("very good", "perfect", "thanks", "thank you", "of course", "exactly", "absolutely"),
    *("definitely", "no problem", "that's right", "that is right", "that's fine", "that's true"),
    *("thank you very much", "thank you so much", "thanks a lot", "you're welcome", "no worries"),
    *("i understand", "understood", "makes sense", "that makes sense", "gotcha", "i know", "wow"),
    *("lovely", "brilliant", "cool", "that's great", "that's good", "correct", "that's correct"),
)
_LISTENING_ZH = (
    *"嗯恩哦噢喔啊呃唉哎诶对好是行",
    *("可以", "明白", "知道", "没错", "没问题", "没事", "没关系", "谢谢", "谢谢您", "谢谢你"),
    *("当然", "了解", "清楚", "那好", "我明白", "我知道", "收到", "那行", "理解", "我理解", "懂"),
    *("是吗", "真的吗", "真的", "不客气", "嗯哼", "哈哈", "这样", "是这样", "原来如此"),
    *("原来是这样", "感谢", "感谢您", "您说", "你说"),
)
_PARTICLES = frozenset("的了呢吧嘛啊呀嘞哈")
"""Say nothing of their own after a word: 好的, 好吧 and 好 are one."""
_TOKEN = re.compile(r"[\u4e00-\u9fff]|[a-z0-9]+(?:['’-][a-z0-9]+)*", re.IGNORECASE)
_LISTENING_WORDS = 4
"""More different ones than this are said by somebody who takes the floor."""


def tokens(text: str) -> list[str]:
    """Return English words in lower case and single Chinese characters, without punctuation."""
    return [token.lower() for token in _TOKEN.findall(text)]


_LISTENING = frozenset(
    [*(tuple(p.split()) for p in _LISTENING_EN), *(tuple(p) for p in _LISTENING_ZH)]
)
"""The same as the tokens of each, Mandarin as characters: so it may come from the recogniser."""
_LONGEST = max(len(said) for said in _LISTENING)


def is_back_channel(words: Sequence[Word]) -> bool:
    """Tell whether the words are only what a listener says ("yes", "of course", "嗯", "好的").

    However often: 对对对对对 is one of them. Nothing said is a back-channel, too.
    """
    left = [token.replace("’", "'") for word in words for token in tokens(word.text)]
    said: set[tuple[str, ...]] = set()
    while left:
        length = next((n for n in range(_LONGEST, 0, -1) if tuple(left[:n]) in _LISTENING), 0)
        if length:
            said.add(tuple(left[:length]))
        elif left[0] not in _PARTICLES:
            return False
        left = left[max(1, length) :]
    return len(said) <= _LISTENING_WORDS


@dataclass(frozen=True)
class Stretch:
    """A turn of agent or customer with the words said in it."""

    role: Speaker
    start_s: float
    end_s: float
    words: tuple[Word, ...] = field(repr=False)

    @property
    def span(self) -> Span:
        """Start and end in seconds."""
        return (self.start_s, self.end_s)

    @property
    def listening(self) -> bool:
        """Whether the turn is a back-channel. A turn without recognised words is one too:
        nothing shows that it took the floor.
        """
        return is_back_channel(self.words)

    def listening_until(self, end_s: float) -> bool:
        """Whether what is said of the turn before ``end_s`` is a back-channel; not if nothing is:
        in an overlap on one channel the words may be those of the other alone.
        """
        said = [word for word in self.words if _middle_s(word) < end_s]
        return bool(said) and is_back_channel(said)


@dataclass(frozen=True)
class Speech:
    """The speech of a call by role, in seconds."""

    by_role: dict[Speaker, list[Span]]
    """Disjoint spans in which agent or customer speaks."""
    everybody: list[Span]
    """The same for all speakers, announcements and unknown ones included."""
    stretches: tuple[Stretch, ...]
    """Turns of agent and customer in time order; turns of one role that touch are one."""
    words: dict[Speaker, tuple[Word, ...]]
    alone: dict[Speaker, list[Span]]
    """Disjoint spans in which agent or customer speaks and nobody else does."""
    further: list[Span]
    """Disjoint spans in which an announcement or somebody whose role is not known speaks."""
    unknown: bool
    """Whether somebody speaks whose role is not known."""

    def may_be_missing(self, role: Speaker) -> bool:
        """Tell whether a side is not there only because nobody knows who is who."""
        return self.unknown and not self.by_role[role]


def speech_of(conversation: Conversation) -> Speech:
    """Collect the speech of a conversation.

    Turns come from the channels or the diarizer. A transcript without turns is measured by its
    utterances, with pauses longer than 0.5 s taken out.
    """
    words: dict[Role, list[Word]] = {}
    for utterance in conversation.utterances:
        words.setdefault(utterance.role, []).extend(utterance.words)
    turns: dict[Role, list[Span]] = {}
    for turn in conversation.turns:
        role = conversation.speaker_roles.get(turn.speaker, "unknown")
        turns.setdefault(role, []).append((turn.start_s, turn.end_s))
    if not conversation.turns:
        turns = {role: word_spans(said) for role, said in words.items()}
    by_role = {role: union(turns.get(role, [])) for role in SPEAKERS}
    stretches = [
        Stretch(role, *span, said)
        for role in SPEAKERS
        for span, said in _said_within(words.get(role, []), by_role[role])
    ]
    alone = {
        role: outside(by_role[role], [s for r, spans in turns.items() if r != role for s in spans])
        for role in SPEAKERS
    }
    return Speech(
        by_role=by_role,
        everybody=union(span for spans in turns.values() for span in spans),
        stretches=tuple(sorted(stretches, key=lambda s: (s.start_s, s.end_s, s.role))),
        words={role: tuple(words.get(role, [])) for role in SPEAKERS},
        alone=alone,
        further=union(s for r, spans in turns.items() if r not in SPEAKERS for s in spans),
        unknown=bool(union(turns.get("unknown", []))),
    )


def word_spans(words: Sequence[Word]) -> list[Span]:
    """Return the time in which words are spoken, pauses of up to 0.5 s included."""
    return union(((word.start_s, word.end_s) for word in words), bridge_s=PAUSE_S)


def _said_within(
    words: Sequence[Word], spans: Sequence[Span]
) -> list[tuple[Span, tuple[Word, ...]]]:
    """Return each span with the words whose middle lies in it, with the recogniser's tolerance.

    Words come in the order of their middles. A call of hours has thousands of both: each span
    looks up its words by halving instead of going through all of them.
    """
    tolerance_s = 0.2
    ordered = sorted(words, key=_middle_s)
    middles_s = [_middle_s(word) for word in ordered]
    said = []
    for span in spans:
        first = bisect_left(middles_s, span[0] - tolerance_s)
        last = bisect_right(middles_s, span[1] + tolerance_s)
        said.append((span, tuple(ordered[first:last])))
    return said


def _middle_s(word: Word) -> float:
    return (word.start_s + word.end_s) / 2
