"""Everything one role said as one row of compared words, each with its seconds and its quote.

Recognition cuts utterances at pauses, so phrases are looked for across the utterances of a
speaker; a quote is cut from one utterance.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import fmean

from qa_pipeline.language.normalise import Script, pieces
from qa_pipeline.language.phonetics import sound_of
from qa_pipeline.records import Conversation, Role, Utterance, Word
from qa_pipeline.scoring.windows import Interval

JOIN_GAP_S = 3.0
"""Utterances of a speaker further apart than this do not make one phrase together."""


@dataclass(frozen=True)
class Token:
    """One compared word or character: where in which utterance, when, and how surely heard."""

    text: str
    script: Script
    sound: str
    utterance: int
    start: int
    end: int
    start_s: float
    end_s: float
    probability: float


@dataclass(frozen=True)
class Quote:
    """An exact piece of one utterance."""

    utterance: Utterance
    text: str
    start_s: float
    end_s: float
    probability: float


class Stream:
    """The compared words of some utterances, and the runs within which phrases may lie."""

    def __init__(self, utterances: tuple[Utterance, ...]) -> None:
        self.utterances = utterances
        self.tokens: list[Token] = []
        for index, utterance in enumerate(utterances):
            self.tokens.extend(_tokens(index, utterance))
        self.scripts = {token.script for token in self.tokens}
        self.memory: dict[object, object] = {}
        """What matching has found here, by what it looked for."""
        self._windows: dict[int, Windows] = {}
        self._inside: dict[tuple[Interval, ...], list[Token]] = {}

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """Half-open ranges of tokens without a gap longer than `JOIN_GAP_S`."""
        cuts = [0]
        for i in range(1, len(self.tokens)):
            before, here = self.tokens[i - 1], self.tokens[i]
            apart = before.utterance != here.utterance
            if apart and here.start_s - before.end_s > JOIN_GAP_S:
                cuts.append(i)
        cuts.append(len(self.tokens))
        return [(a, b) for a, b in pairwise(cuts) if a < b]

    def windows(self, length: int) -> "Windows":
        """Return every run of ``length`` tokens, as letters and as sounds."""
        if length not in self._windows:
            starts = [i for a, b in self.runs for i in range(a, b - length + 1)]
            groups = [self.tokens[i : i + length] for i in starts]
            letters = ["".join(t.text for t in group) for group in groups]
            sounds = ["".join(t.sound for t in group) for group in groups]
            self._windows[length] = Windows(length, starts, letters, sounds)
        return self._windows[length]

    def tokens_inside(
        self, spans: tuple[Interval, ...], inside: Callable[[float, float], bool]
    ) -> list[Token]:
        """Return the tokens in ``spans``, as ``inside`` tells; looked up once for each of them."""
        if spans not in self._inside:
            kept = [token for token in self.tokens if inside(token.start_s, token.end_s)]
            self._inside[spans] = kept
        return self._inside[spans]

    def texts(
        self, spans: tuple[Interval, ...], inside: Callable[[float, float], bool]
    ) -> list[tuple[float, str]]:
        """Return (start_s, text) of the part of each utterance that lies ``inside``."""
        cuts: dict[int, list[Token]] = {}
        for token in self.tokens_inside(spans, inside):
            cuts.setdefault(token.utterance, []).append(token)
        return [
            (group[0].start_s, self.utterances[index].text[group[0].start : group[-1].end])
            for index, group in cuts.items()
        ]

    @cached_property
    def _starts(self) -> list[int]:
        """The first token of each utterance, and the number of tokens at the end."""
        places = [token.utterance for token in self.tokens]
        return [bisect_left(places, i) for i in range(len(self.utterances) + 1)]

    def tokens_in(self, utterance: int, start: int, end: int) -> list[int]:
        """Return the tokens that touch the characters from ``start`` to ``end``."""
        return [
            i
            for i in range(self._starts[utterance], self._starts[utterance + 1])
            if self.tokens[i].start < end > start and self.tokens[i].end > start
        ]

    def quote(self, first: int, last: int) -> Quote:
        """Return the words from token ``first`` to token ``last`` as a quote.

        Where they lie in two utterances, the one that holds more of them is quoted.
        """
        group = self.tokens[first : last + 1]
        counts: dict[int, int] = {}
        for token in group:
            counts[token.utterance] = counts.get(token.utterance, 0) + token.end - token.start
        index = max(counts, key=lambda i: (counts[i], -i))
        group = [token for token in group if token.utterance == index]
        utterance = self.utterances[index]
        return Quote(
            utterance=utterance,
            text=utterance.text[group[0].start : group[-1].end],
            start_s=group[0].start_s,
            end_s=max(group[0].start_s, group[-1].end_s),
            probability=fmean(token.probability for token in group),
        )


@dataclass(frozen=True)
class Windows:
    """All windows of one length: their first tokens, letters and sound codes."""

    length: int
    starts: list[int]
    letters: list[str]
    sounds: list[str]


def stream_of(conversation: Conversation, roles: tuple[Role, ...]) -> Stream:
    """Return the stream of everything said in ``roles``."""
    return Stream(tuple(u for u in conversation.utterances if u.role in roles))


def _tokens(index: int, utterance: Utterance) -> list[Token]:
    """Cut one utterance into tokens, with times from its words."""
    spans = _word_spans(utterance)
    language: Script = "zh" if utterance.language == "zh" else "en"
    found = []
    for piece in pieces(utterance.text, language):
        start_s, end_s, probability = _times(piece.start, piece.end, spans, utterance)
        found.append(
            Token(
                text=piece.text,
                script=piece.script,
                sound=sound_of(piece.text, piece.script),
                utterance=index,
                start=piece.start,
                end=piece.end,
                start_s=start_s,
                end_s=end_s,
                probability=probability,
            )
        )
    return found


def _word_spans(utterance: Utterance) -> list[tuple[int, int, Word]]:
    """Return where in the text each word stands."""
    spans = []
    at = 0
    for word in utterance.words:
        start = utterance.text.find(word.text, at)
        if start < 0:
            continue
        at = start + len(word.text)
        spans.append((start, at, word))
    return spans


def _times(
    start: int, end: int, spans: list[tuple[int, int, Word]], utterance: Utterance
) -> tuple[float, float, float]:
    """Return (start_s, end_s, probability) of the characters from ``start`` to ``end``.

    A word of several characters is taken to be spoken evenly; without words (a transcript from
    elsewhere) the whole utterance is.
    """
    inside = [(a, b, word) for a, b, word in spans if a < end and b > start]
    if not inside:
        length = max(1, len(utterance.text))
        span_s = utterance.end_s - utterance.start_s
        at_s = [utterance.start_s + span_s * place / length for place in (start, end)]
        return round(at_s[0], 3), round(at_s[1], 3), 1.0
    (a, b, first), (c, d, last) = inside[0], inside[-1]
    begins = first.start_s if first.text.isascii() else _within(first, start - a, b - a)
    ends = last.end_s if last.text.isascii() else _within(last, end - c, d - c)
    probability = min(word.probability for _, _, word in inside)
    return round(begins, 3), round(ends, 3), probability


def _within(word: Word, place: int, length: int) -> float:
    """Return when the character ``place`` of a Mandarin word is spoken."""
    share = min(max(place, 0), length) / max(1, length)
    return word.start_s + (word.end_s - word.start_s) * share
