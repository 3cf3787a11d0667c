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

from qa_pipeline.language.asking import Place, asked, clause
from qa_pipeline.language.negation import FARTHEST, Denial, Reach, denials, reach
from qa_pipeline.language.normalise import Script, simplified, straight
from qa_pipeline.records import Conversation, Role, Utterance
from qa_pipeline.scoring.cutting import compared
from qa_pipeline.scoring.vocabulary import current
from qa_pipeline.scoring.windows import Interval

JOIN_GAP_S = 3.0
"""Utterances of a speaker further apart than this do not make one phrase together."""
_INSTANT_S = 1e-6
"""How long a word without a length is taken to be."""


class Quote(NamedTuple):
    """An exact piece of one utterance."""

    utterance: Utterance
    text: str
    start_s: float
    end_s: float
    probability: float


class Heard(NamedTuple):
    """What lies in some seconds, of what one role said."""

    texts: list[tuple[float, str]]
    """(start_s, text) of the part of each utterance."""
    probabilities: list[float]
    """How surely each compared word of which any part lies there was recognised."""


class Stream:
    """The compared words of some utterances, and the runs within which phrases may lie."""

    def __init__(self, utterances: tuple[Utterance, ...]) -> None:
        self.utterances = utterances
        self.vocabulary = current()
        self.columns = compared(utterances, self.vocabulary)
        self.length = len(self.columns.numbers)
        """Compared words."""
        self.memory: dict[object, object] = {}
        """What matching has found here, by what it looked for."""
        self._heard: dict[tuple[Interval, ...], Heard] = {}

    @cached_property
    def _numbers(self) -> list[int]:
        return self.columns.numbers.tolist()  # type: ignore[no-any-return]

    @cached_property
    def texts(self) -> list[str]:
        """The compared words."""
        known = self.vocabulary.texts
        return [known[number] for number in self._numbers]

    @cached_property
    def sounds(self) -> list[str]:
        """How the compared words sound."""
        known = self.vocabulary.sounds
        return [known[number] for number in self._numbers]

    @cached_property
    def scripts(self) -> list[Script]:
        """The script of each compared word."""
        known = self.vocabulary.words
        return [known[number][1] for number in self._numbers]

    @cached_property
    def places(self) -> list[int]:
        """Of each compared word, which utterance it stands in."""
        return self.columns.utterances.tolist()  # type: ignore[no-any-return]

    @cached_property
    def starts(self) -> list[int]:
        """Of each compared word, the first of its characters in the utterance."""
        return self.columns.starts.tolist()  # type: ignore[no-any-return]

    @cached_property
    def ends(self) -> list[int]:
        """Of each compared word, the character after its last."""
        return self.columns.ends.tolist()  # type: ignore[no-any-return]

    @cached_property
    def starts_s(self) -> list[float]:
        """When each compared word begins."""
        return self.columns.starts_s.tolist()  # type: ignore[no-any-return]

    @cached_property
    def ends_s(self) -> list[float]:
        """When each compared word ends."""
        return self.columns.ends_s.tolist()  # type: ignore[no-any-return]

    @cached_property
    def probabilities(self) -> list[float]:
        """How surely each compared word was recognised, 0 to 1."""
        return self.columns.probabilities.tolist()  # type: ignore[no-any-return]

    @cached_property
    def denials(self) -> list[Denial]:
        """The compared words that deny something, in order."""
        return denials(self.texts)

    @cached_property
    def _denying(self) -> list[int]:
        return [denial.place for denial in self.denials]

    def denials_in(self, first: int, end: int) -> int:
        """Return how many of the compared words from ``first`` up to ``end`` deny something."""
        return bisect_left(self._denying, end) - bisect_left(self._denying, first)

    def denied(self, first: int) -> Reach:
        """Tell whether what begins with the compared word ``first`` is denied before."""
        found: Reach = "none"
        for denial in reversed(self.denials[: bisect_left(self._denying, first)]):
            if first - denial.place > FARTHEST or self.places[denial.place] != self.places[first]:
                break
            if denial.goes_on and found != "bound":
                text = self.utterances[self.places[first]].text
                between = text[self.ends[denial.place] : self.starts[first]]
                how = reach(self.texts, denial.place, first, between)
                found = how if how != "none" else found
        return found

    def asked(self, first: int, last: int) -> Reach:
        """Tell whether the compared words from ``first`` to ``last`` are asked, and not told.

        Where they lie in two utterances, each part is looked at by itself.
        """
        cut = bisect_left(self.places, self.places[last], first, last)
        parts = {(first, cut - 1), (cut, last)} if cut > first else {(first, last)}
        found = {self._asked_in_one(*part) for part in parts}
        return "bound" if "bound" in found else "near" if "near" in found else "none"

    def _asked_in_one(self, first: int, last: int) -> Reach:
        index = self.places[first]
        text = self.utterances[index].text
        start, end, mark = clause(text, self.starts[first], self.ends[last])
        words = self.words_in(index, start, end)
        place = Place(first - words[0], last + 1 - words[0], mark)
        return asked([self.texts[i] for i in words], place)

    @cached_property
    def runs(self) -> list[tuple[int, int]]:
        """Half-open ranges of compared words without a gap longer than `JOIN_GAP_S`."""
        columns = self.columns
        gaps_s = columns.starts_s[1:] - columns.ends_s[:-1]
        apart = (gaps_s > JOIN_GAP_S) & (columns.utterances[1:] != columns.utterances[:-1])
        cuts = [0, *(np.flatnonzero(apart) + 1).tolist(), self.length]
        return [(a, b) for a, b in pairwise(cuts) if a < b]

    @cached_property
    def run_ends(self) -> NDArray[np.intp]:
        """Of each compared word, where its run ends."""
        ends = np.empty(self.length, dtype=np.intp)
        for first, last in self.runs:
            ends[first:last] = last
        return ends

    @cached_property
    def letters_joined(self) -> "Joined":
        """All words in one."""
        return Joined(self.texts)

    @cached_property
    def sounds_joined(self) -> "Joined":
        """All sound codes in one."""
        return Joined(self.sounds)

    def heard(self, spans: tuple[Interval, ...]) -> Heard:
        """Return what is said in ``spans``; looked up once for each."""
        found = self._heard.get(spans)
        if found is None:
            found = self._heard[spans] = self._look(spans)
        return found

    def _look(self, spans: tuple[Interval, ...]) -> Heard:
        columns = self.columns
        ends_s = np.maximum(columns.ends_s, columns.starts_s + _INSTANT_S)
        kept = np.zeros(self.length, dtype=bool)
        for span in spans:
            kept |= (columns.starts_s < span.end_s) & (ends_s > span.start_s)
        inside = np.flatnonzero(kept)
        places = inside.tolist()
        if not places:
            return Heard([], [])
        holders = columns.utterances[inside]
        turns = np.flatnonzero(holders[1:] != holders[:-1])
        firsts = [0, *(turns + 1).tolist()]
        lasts = [*turns.tolist(), len(places) - 1]
        texts = [
            (
                self.starts_s[places[a]],
                self.utterances[self.places[places[a]]].text[
                    self.starts[places[a]] : self.ends[places[b]]
                ],
            )
            for a, b in zip(firsts, lasts, strict=True)
        ]
        return Heard(texts, columns.probabilities[inside].tolist())

    @cached_property
    def lines(self) -> list[str]:
        """What the utterances say, in simplified characters and with straight apostrophes."""
        return [straight(simplified(utterance.text)) for utterance in self.utterances]

    @cached_property
    def text(self) -> str:
        """The utterances as lines of one text."""
        return "\n".join(self.lines)

    @cached_property
    def encoded(self) -> bytes:
        """`text` as UTF-8, in which patterns are matched: nothing is translated back and forth."""
        return self.text.encode()

    @cached_property
    def line_starts(self) -> list[int]:
        """Where in `encoded` each utterance begins."""
        return [0, *accumulate(len(line.encode()) + 1 for line in self.lines[:-1])]

    def words_in(self, utterance: int, start: int, end: int) -> list[int]:
        """Return the compared words that touch the characters from ``start`` to ``end``."""
        first, last = np.searchsorted(self.columns.utterances, [utterance, utterance + 1]).tolist()
        return [
            i for i in range(first, last) if self.starts[i] < end > start and self.ends[i] > start
        ]

    def quote(self, first: int, last: int) -> Quote:
        """Return the compared words from ``first`` to ``last`` as a quote.

        Where they lie in two utterances, the one that holds more of them is quoted.
        """
        places, starts, ends = self.places, self.starts, self.ends
        index = places[first]
        if index != places[last]:
            counts: dict[int, int] = {}
            for i in range(first, last + 1):
                counts[places[i]] = counts.get(places[i], 0) + ends[i] - starts[i]
            index = max(counts, key=lambda i: (counts[i], -i))
            group = [i for i in range(first, last + 1) if places[i] == index]
            first, last = group[0], group[-1]
        utterance = self.utterances[index]
        start_s = self.starts_s[first]
        return Quote(
            utterance=utterance,
            text=utterance.text[starts[first] : ends[last]],
            start_s=start_s,
            end_s=max(start_s, self.ends_s[last]),
            probability=fmean(self.probabilities[first : last + 1]),
        )


class Joined:
    """Strings in one, of which any run is cut without joining it again."""

    def __init__(self, texts: list[str]) -> None:
        self._whole = "".join(texts)
        self._places = [0, *accumulate(map(len, texts))]

    @cached_property
    def _ends(self) -> NDArray[np.intp]:
        return np.array(self._places, dtype=np.intp)

    def lengths(self, firsts: NDArray[np.intp], ends: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return how long the string of each run is, from its first up to its end."""
        return np.asarray(self._ends[ends] - self._ends[firsts])

    def cuts(self, firsts: list[int], ends: list[int]) -> list[str]:
        """Return the strings of each run from its first up to but not including its end, joined."""
        whole, places = self._whole, self._places
        return [whole[places[a] : places[b]] for a, b in zip(firsts, ends, strict=True)]


def stream_of(conversation: Conversation, roles: tuple[Role, ...]) -> Stream:
    """Return the stream of everything said in ``roles``."""
    return Stream(tuple(u for u in conversation.utterances if u.role in roles))
