"""Everything one role said as one row of compared words, each with its seconds and its quote.

Recognition cuts utterances at pauses, so phrases are looked for across the utterances of a
speaker; a quote is cut from one utterance.
"""

from bisect import bisect_left
from functools import cached_property
from itertools import accumulate, pairwise
from statistics import fmean
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.language.normalise import Script, pieces
from qa_pipeline.language.phonetics import sound_of
from qa_pipeline.records import Conversation, Role, Utterance, WordTimes
from qa_pipeline.scoring.windows import Interval

JOIN_GAP_S = 3.0
"""Utterances of a speaker further apart than this do not make one phrase together."""
_INSTANT_S = 1e-6
"""How long a word without a length is taken to be."""


class Token(NamedTuple):
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


class Quote(NamedTuple):
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
        self._inside: dict[tuple[Interval, ...], list[int]] = {}

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """Half-open ranges of tokens without a gap longer than `JOIN_GAP_S`."""
        tokens = self.tokens
        cuts = [0]
        for i in self._starts:
            if 0 < i < len(tokens) and tokens[i].start_s - tokens[i - 1].end_s > JOIN_GAP_S:
                cuts.append(i)
        cuts.append(len(tokens))
        return [(a, b) for a, b in pairwise(cuts) if a < b]

    @cached_property
    def run_ends(self) -> NDArray[np.intp]:
        """Of each token, where its run ends."""
        ends = np.empty(len(self.tokens), dtype=np.intp)
        for first, last in self.runs:
            ends[first:last] = last
        return ends

    @cached_property
    def letters(self) -> "Joined":
        """All words in one."""
        return Joined([token.text for token in self.tokens])

    @cached_property
    def sounds(self) -> "Joined":
        """All sound codes in one."""
        return Joined([token.sound for token in self.tokens])

    @cached_property
    def _times(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        starts_s = np.array([token.start_s for token in self.tokens])
        ends_s = np.array([token.end_s for token in self.tokens])
        return starts_s, np.maximum(ends_s, starts_s + _INSTANT_S)

    def inside(self, spans: tuple[Interval, ...]) -> list[int]:
        """Return the tokens of which any part lies in ``spans``; looked up once for each."""
        if spans not in self._inside:
            starts_s, ends_s = self._times
            kept = np.zeros(len(self.tokens), dtype=bool)
            for span in spans:
                kept |= (starts_s < span.end_s) & (ends_s > span.start_s)
            self._inside[spans] = np.flatnonzero(kept).tolist()
        return self._inside[spans]

    def texts(self, spans: tuple[Interval, ...]) -> list[tuple[float, str]]:
        """Return (start_s, text) of the part of each utterance that lies in ``spans``."""
        cuts: dict[int, tuple[Token, Token]] = {}
        for place in self.inside(spans):
            token = self.tokens[place]
            first, _ = cuts.get(token.utterance, (token, token))
            cuts[token.utterance] = first, token
        return [
            (first.start_s, self.utterances[index].text[first.start : last.end])
            for index, (first, last) in cuts.items()
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
        if group[0].utterance != group[-1].utterance:
            counts: dict[int, int] = {}
            for token in group:
                counts[token.utterance] = counts.get(token.utterance, 0) + token.end - token.start
            index = max(counts, key=lambda i: (counts[i], -i))
            group = [token for token in group if token.utterance == index]
        utterance = self.utterances[group[0].utterance]
        return Quote(
            utterance=utterance,
            text=utterance.text[group[0].start : group[-1].end],
            start_s=group[0].start_s,
            end_s=max(group[0].start_s, group[-1].end_s),
            probability=fmean([token.probability for token in group]),
        )


class Joined:
    """Strings in one, of which any run is cut without joining it again."""

    def __init__(self, texts: list[str]) -> None:
        self._whole = "".join(texts)
        self._places = [0, *accumulate(map(len, texts))]

    def cuts(self, firsts: list[int], ends: list[int]) -> list[str]:
        """Return the strings of each run from its first up to but not including its end, joined."""
        whole, places = self._whole, self._places
        return [whole[places[a] : places[b]] for a, b in zip(firsts, ends, strict=True)]


def stream_of(conversation: Conversation, roles: tuple[Role, ...]) -> Stream:
    """Return the stream of everything said in ``roles``."""
    return Stream(tuple(u for u in conversation.utterances if u.role in roles))


def _tokens(index: int, utterance: Utterance) -> list[Token]:
    """Cut one utterance into tokens, with times from its words."""
    spans = _word_spans(utterance)
    language: Script = "zh" if utterance.language == "zh" else "en"
    found = []
    here, count = 0, len(spans)
    for text, script, start, end in pieces(utterance.text, language):
        while here < count and spans[here][1] <= start:
            here += 1
        last = here
        while last < count and spans[last][0] < end:
            last += 1
        times = _times(start, end, spans[here:last], utterance)
        found.append(Token(text, script, sound_of(text, script), index, start, end, *times))
    return found


_Span = tuple[int, int, WordTimes]


def _word_spans(utterance: Utterance) -> list[_Span]:
    """Return where in the text each word stands, in order."""
    text = utterance.text
    spans = []
    at = 0
    for word in utterance.word_times():
        start = text.find(word[0], at)
        if start < 0:
            continue
        at = start + len(word[0])
        spans.append((start, at, word))
    return spans


def _times(
    start: int, end: int, inside: list[_Span], utterance: Utterance
) -> tuple[float, float, float]:
    """Return (start_s, end_s, probability) of the characters from ``start`` to ``end``.

    ``inside``: the words that touch them. A word of several characters is taken to be spoken
    evenly; without words (a transcript from elsewhere) the whole utterance is.
    """
    if not inside:
        length = max(1, len(utterance.text))
        span_s = utterance.end_s - utterance.start_s
        at_s = [utterance.start_s + span_s * place / length for place in (start, end)]
        return round(at_s[0], 3), round(at_s[1], 3), 1.0
    a, b, (text, start_s, end_s, probability) = inside[0]
    if len(inside) > 1:
        begins = start_s if text.isascii() else _within(inside[0], start)
        text, _, end_s, _ = inside[-1][2]
        ends = end_s if text.isascii() else _within(inside[-1], end)
        return round(begins, 3), round(ends, 3), min(word[3] for _, _, word in inside)
    if (start <= a and end >= b) or text.isascii():
        return round(start_s, 3), round(end_s, 3), probability
    return round(_within(inside[0], start), 3), round(_within(inside[0], end), 3), probability


def _within(span: _Span, place: int) -> float:
    """Return when the character at ``place`` of the utterance, in a Mandarin word, is spoken."""
    first, last, (_, start_s, end_s, _) = span
    length = last - first
    share = min(max(place - first, 0), length) / max(1, length)
    return start_s + (end_s - start_s) * share
