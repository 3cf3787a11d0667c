"""Utterances -> the compared words and characters in them, each with its place and seconds.

A recognised word is nearly always cut by itself, which is worked out once for all calls
(``vocabulary``); the rest is arithmetic on columns. Where the words of an utterance are not its
text (a transcript from elsewhere), run into one another, or are written in traditional
characters, the text is cut as a whole (`plainly`). Where both ways can be gone they agree.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.language.normalise import Script, pieces
from qa_pipeline.records import Utterance, WordTimes
from qa_pipeline.scoring.vocabulary import Numbers, Vocabulary

_JOINERS: Final = ("", " ")
_HALF_WAY: Final = 1e-6
"""Nearer to half a millisecond than this, rounding is left to Python, which is exact."""

Seconds = NDArray[np.float64]


class Compared(NamedTuple):
    """Compared words in the order of their utterances, one entry each."""

    numbers: Numbers
    """Of the word in the vocabulary."""
    utterances: Numbers
    """Place of the utterance it stands in."""
    starts: Numbers
    """The first of its characters there."""
    ends: Numbers
    """After the last of them."""
    starts_s: Seconds
    ends_s: Seconds
    probabilities: Seconds

    def taken(self, rows: NDArray[Any]) -> "Compared":
        """Return some of the rows, by their places or by whether they are kept."""
        return Compared(*(column[rows] for column in self))


def _in_order(parts: Sequence[Compared]) -> Compared:
    """Return parts as one, by utterance; there is at least one part."""
    if len(parts) == 1:
        return parts[0]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    whole = Compared(*columns)
    return whole.taken(np.argsort(whole.utterances, kind="stable"))


def compared(utterances: Sequence[Utterance], vocabulary: Vocabulary) -> Compared:
    """Cut utterances into compared words. A word of several characters is spoken evenly."""
    written = _Written()
    whole = [i for i, utterance in enumerate(utterances) if not written.takes(i, utterance)]
    parts = []
    for part, crossing in written.cut(vocabulary):
        parts.append(part.taken(~np.isin(part.utterances, crossing)) if crossing else part)
        whole += crossing
    parts += [plainly(index, utterances[index], vocabulary) for index in whole]
    return _in_order(parts or [_columns([])])


def _columns(rows: Sequence[tuple[int, int, int, int, float, float, float]]) -> Compared:
    columns = list(zip(*rows, strict=True)) or [()] * 7
    numbers, utterances, starts, ends = (np.array(c, dtype=np.intp) for c in columns[:4])
    starts_s, ends_s, probabilities = (np.array(c, dtype=np.float64) for c in columns[4:])
    return Compared(numbers, utterances, starts, ends, starts_s, ends_s, probabilities)


class _Written:
    """The words of utterances that are nothing but their words joined."""

    def __init__(self) -> None:
        self._texts: dict[Script, list[str]] = {"en": [], "zh": []}
        self._places: dict[Script, list[tuple[int, int, int]]] = {"en": [], "zh": []}
        self._times: dict[Script, tuple[list[float], list[float], list[float]]] = {
            "en": ([], [], []),
            "zh": ([], [], []),
        }

    def takes(self, index: int, utterance: Utterance) -> bool:
        """Take an utterance's words, and tell whether that can be done."""
        texts, *times = utterance.spoken()
        joiner = next((j for j in _JOINERS if j.join(texts) == utterance.text), None)
        if joiner is None or not texts:
            return False
        language: Script = "zh" if utterance.language == "zh" else "en"
        self._texts[language] += texts
        for known, more in zip(self._times[language], times, strict=True):
            known += more
        self._places[language].append((index, len(texts), len(joiner)))
        return True

    def cut(self, vocabulary: Vocabulary) -> list[tuple[Compared, list[int]]]:
        """Cut the words of each language; with the utterances that have to be cut as a whole."""
        return [self._cut(language, vocabulary) for language, t in self._texts.items() if t]

    def _cut(self, language: Script, vocabulary: Vocabulary) -> tuple[Compared, list[int]]:
        forms = np.array(vocabulary.forms(self._texts[language], language), dtype=np.intp)
        look, cut = vocabulary.cut(forms)
        indexes, counts, joined_by = np.array(self._places[language]).T
        utterances, joiners = np.repeat(indexes, counts), np.repeat(joined_by, counts)
        starts = _starts(look.lengths + joiners, counts)
        begins_s, ends_s, probabilities = (
            np.array(column, dtype=np.float64) for column in self._times[language]
        )
        of, lengths = cut.of, look.lengths
        first_s, last_s = _inside(
            cut.starts, cut.ends, lengths[of], look.ascii[of], begins_s[of], ends_s[of]
        )
        joined = look.closes[:-1] & look.opens[1:] & (joiners[:-1] == 0)
        joined &= utterances[:-1] == utterances[1:]
        crossing = {*utterances[:-1][joined].tolist(), *utterances[look.in_context].tolist()}
        found = Compared(
            cut.numbers,
            utterances[of],
            starts[of] + cut.starts,
            starts[of] + cut.ends,
            _rounded(first_s),
            _rounded(last_s),
            probabilities[of],
        )
        return found, sorted(crossing)


def _starts(sizes: Numbers, counts: Numbers) -> Numbers:
    """Return where words of these sizes begin, in groups of so many that each begin at 0."""
    starts = np.cumsum(sizes) - sizes
    firsts = np.cumsum(counts) - counts
    return np.asarray(starts - np.repeat(starts[firsts], counts))


def _inside(
    starts: Numbers,
    ends: Numbers,
    lengths: Numbers,
    ascii_: Any,
    begins_s: Seconds,
    ends_s: Seconds,
) -> tuple[Seconds, Seconds]:
    """Return when parts of words begin and end: see `_times`, which does it for one."""
    whole = ascii_ | ((starts <= 0) & (ends >= lengths))
    spans_s = ends_s - begins_s
    divisors = np.maximum(lengths, 1)
    return (
        np.where(whole, begins_s, begins_s + spans_s * (starts / divisors)),
        np.where(whole, ends_s, begins_s + spans_s * (ends / divisors)),
    )


def _rounded(seconds: Seconds) -> Seconds:
    """Round to milliseconds, to the same numbers as Python's ``round``."""
    thousands = seconds * 1000
    found = np.rint(thousands) / 1000
    away = np.abs(np.abs(thousands - np.floor(thousands)) - 0.5)
    for place in np.flatnonzero(away < _HALF_WAY):
        found[place] = round(float(seconds[place]), 3)
    return found


def plainly(index: int, utterance: Utterance, vocabulary: Vocabulary) -> Compared:
    """Cut the text of one utterance as a whole, with times from its words."""
    spans = _word_spans(utterance)
    language: Script = "zh" if utterance.language == "zh" else "en"
    rows = []
    here, count = 0, len(spans)
    for text, script, start, end in pieces(utterance.text, language):
        while here < count and spans[here][1] <= start:
            here += 1
        last = here
        while last < count and spans[last][0] < end:
            last += 1
        number = vocabulary.number(text, script)
        rows.append((number, index, start, end, *_times(start, end, spans[here:last], utterance)))
    return _columns(rows)


_Span = tuple[int, int, WordTimes]


def _word_spans(utterance: Utterance) -> list[_Span]:
    """Return where in the text each word stands, in order."""
    text = utterance.text
    spans = []
    at = 0
    for word in utterance.spoken().rows():
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
