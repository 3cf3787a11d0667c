"""Finding phrases in what was recognised, through recognition errors.

A run of about a phrase's number of words is compared with the phrase by letters and by sound
(`rapidfuzz`, normalised indel similarity, 0 to 100), where enough of the phrase's words are there
in some form. How near is near enough depends on the length of the phrase: a short one has to be
exact, because a short word is near to many.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, LCSseq
from rapidfuzz.process import cpdist

from qa_pipeline.language.normalise import Script
from qa_pipeline.language.phonetics import sound_of
from qa_pipeline.scoring.checks import Match
from qa_pipeline.scoring.landmarks import JOINED_ALIKE, WORD_ALIKE, Landmarks, Places, Windows
from qa_pipeline.scoring.phrases import EXACT, Phrase, PhraseSet
from qa_pipeline.scoring.stream import Joined, Stream

Scores = NDArray[np.float32]
ROUNDING = 1e-3
"""Points that single precision may take away."""
_RUN = 1 << 32
"""More than the words of any call: what a run begins at times this, and its end, are one number."""


class Hit(NamedTuple):
    """Tokens ``first`` to ``last`` of a stream that match ``phrase``."""

    first: int
    last: int
    score: float
    required: float
    phrase: str

    @property
    def found(self) -> bool:
        """Tell a match from something that is only near to one."""
        return self.score >= self.required

    @property
    def narrow(self) -> bool:
        """Tell whether the match was close to not being one; word for word none is."""
        return self.score < min(self.required + 3, EXACT)


def find(stream: Stream, phrases: PhraseSet) -> list[Hit]:
    """Return the matches in order of time, best first where they overlap, and near misses.

    Near misses (``found`` is false) never take the place of a match. What was found once in a
    stream is remembered with it: cards ask for the same list more than once.
    """
    if phrases not in stream.memory:
        find_all(stream, (phrases,))
    known = stream.memory[phrases]
    return list(known) if isinstance(known, tuple) else []


def find_all(stream: Stream, sets: Iterable[PhraseSet]) -> None:
    """Find the phrases of several sets at once, for `find` to remember."""
    missing = tuple(dict.fromkeys(each for each in sets if each not in stream.memory))
    hits: dict[PhraseSet, list[Hit]] = {each: [] for each in missing}
    heard = set(stream.scripts)
    for group in _groups(missing):
        if group.shapes.script in heard:
            windows = group.landmarks.windows(stream)
            for number, hit in alike(windows, group.shapes, stream, group.match):
                hits[group.sets[number]].append(hit)
    for each, found in hits.items():
        stream.memory[each] = tuple(best(found, partial(_is_there, each, stream)))


class Shapes:
    """Phrases of one script as columns, to be compared with many windows at once."""

    def __init__(self, phrases: tuple[Phrase, ...]) -> None:
        self.phrases = phrases
        self.script = phrases[0].script
        self.letters = np.array([phrase.letters for phrase in phrases], dtype=object)
        self.sounds = np.array([phrase.sound for phrase in phrases], dtype=object)
        self.letter_lengths = np.array([len(text) for text in self.letters])
        self.sound_lengths = np.array([len(text) for text in self.sounds])
        self.floors = np.array([phrase.floor for phrase in phrases], dtype=np.float32)
        self.alone = np.array([phrase.length == 1 for phrase in phrases])
        """Single characters have too many homophones to be found by sound."""
        self.mixed = np.array([len(p.sound) != 5 * p.length for p in phrases])
        """Chinese with words in another script."""


class _Group(NamedTuple):
    """Phrases of one script that are compared in one way, of several sets."""

    match: Match
    shapes: Shapes
    sets: tuple[PhraseSet, ...]
    """The set of each of them."""
    landmarks: Landmarks


@lru_cache(maxsize=256)
def _groups(sets: tuple[PhraseSet, ...]) -> list[_Group]:
    parts: dict[tuple[Script, Match], list[tuple[Phrase, PhraseSet]]] = {}
    for each in sets:
        for phrase in each.by_text.values():
            parts.setdefault((phrase.script, each.match), []).append((phrase, each))
    groups = []
    for (_, match), part in parts.items():
        phrases = tuple(phrase for phrase, _ in part)
        whose = tuple(each for _, each in part)
        groups.append(_Group(match, Shapes(phrases), whose, Landmarks(phrases)))
    return groups


def alike(windows: Windows, shapes: Shapes, stream: Stream, match: Match) -> list[tuple[int, Hit]]:
    """Return the windows that are like their phrases or nearly so, whatever words are there.

    Each hit comes with the number of its phrase.
    """
    if not len(windows.phrases):
        return []
    windows, scores = _scores(windows, shapes, stream, match)
    rows = zip(*(column.tolist() for column in (*windows, scores)), strict=True)
    found = []
    for number, first, end, score in rows:
        phrase = shapes.phrases[number]
        hit = Hit(first, end - 1, round(score, 2), phrase.required, phrase.text)
        found.append((number, hit))
    return found


def _scores(
    windows: Windows, shapes: Shapes, stream: Stream, match: Match
) -> tuple[Windows, Scores]:
    """Return the windows that are alike or nearly so, and how much, 0 to 100.

    English codes drop vowels and say little alone; Mandarin codes say all that is heard, but for
    single characters, which have too many homophones.
    """
    letters = Likeness(shapes.letters, shapes.letter_lengths, stream.letters_joined)
    if match != "sound":
        windows = windows.kept(letters.may_reach(windows, shapes.floors[windows.phrases]))
        scores = letters.compared(windows)
    elif shapes.script == "en":
        # with letters less alike than this, no likeness of sound is enough
        needed = 2 * shapes.floors[windows.phrases] - 100 - ROUNDING
        may = letters.may_reach(windows, needed)
        windows, needed = windows.kept(may), needed[may]
        by_letters = letters.compared(windows)
        kept = by_letters >= needed
        windows, by_letters = windows.kept(kept), by_letters[kept]
        sounds = Likeness(shapes.sounds, shapes.sound_lengths, stream.sounds_joined)
        scores = np.maximum(by_letters, (by_letters + sounds.compared(windows)) / 2)
    else:
        # the same character sounds the same, but for what is written in another script
        sounds = Likeness(shapes.sounds, shapes.sound_lengths, stream.sounds_joined)
        needed, mixed = shapes.floors[windows.phrases] - ROUNDING, shapes.mixed[windows.phrases]
        may = sounds.may_reach(windows, needed) | mixed
        windows, needed, mixed = windows.kept(may), needed[may], mixed[may]
        by_sound = sounds.compared(windows)
        kept = (by_sound >= needed) | mixed
        windows, by_sound = windows.kept(kept), by_sound[kept]
        by_letters = letters.compared(windows)
        alone = shapes.alone[windows.phrases]
        scores = np.where(alone, by_letters, np.maximum(by_letters, by_sound))
    enough = scores >= shapes.floors[windows.phrases]
    return windows.kept(enough), scores[enough]


class Likeness:
    """Phrases and a stream, both as letters or both as sounds."""

    def __init__(self, phrases: NDArray[np.object_], lengths: Places, stream: Joined) -> None:
        self._phrases = phrases
        self._lengths = lengths
        self._stream = stream

    def may_reach(self, windows: Windows, needed: Scores) -> NDArray[np.bool_]:
        """Tell which windows are of a length that can be so much alike, 0 to 100, at all."""
        own = self._lengths[windows.phrases]
        heard = self._stream.lengths(windows.firsts, windows.ends)
        most = 100 - 100 * np.abs(own - heard) / np.maximum(own + heard, 1)
        return np.asarray(most >= needed - ROUNDING)

    def compared(self, windows: Windows) -> Scores:
        """Return how alike windows and their phrases are, 0 to 100.

        Normalised indel similarity (`rapidfuzz`).
        """
        # the same run is compared with many phrases: it is cut out once
        runs, which = np.unique(windows.firsts * _RUN + windows.ends, return_inverse=True)
        cuts = np.empty(len(runs), dtype=object)
        cuts[:] = self._stream.cuts(*(part.tolist() for part in np.divmod(runs, _RUN)))
        ratio = cpdist(
            self._phrases[windows.phrases].tolist(),
            cuts[which].tolist(),
            scorer=Indel.normalized_similarity,
            dtype=np.float32,
        )
        return (100 * ratio).astype(np.float32)


def _is_there(phrases: PhraseSet, stream: Stream, hit: Hit) -> bool:
    return is_there(phrases.by_text[hit.phrase], stream, hit.first, hit.last + 1)


def is_there(phrase: Phrase, stream: Stream, first: int, end: int) -> bool:
    """Tell whether enough words of a phrase are in a run, in some form, near their places.

    Similar letters in all do not make a phrase: "anything for" is not "anything further", and "I
    have not done it" is the opposite of "I have done it".
    """
    if stream.denials_in(first, end) != phrase.denials:
        return False
    if phrase.script == "zh":
        texts = tuple(stream.texts[first:end])
        if not all(_word_is_in(place, phrase.words, texts) for place in phrase.latin):
            return False
        there = _sounds_shared(phrase.sounds, tuple(stream.sounds[first:end]))
    else:
        texts = tuple(stream.texts[first:end])
        if _words_there(phrase.words, texts, phrase.units) < len(phrase.units):
            return False
        there = _words_there(phrase.words, texts, phrase.needed_places)
    return there >= phrase.needed_total


@lru_cache(maxsize=16384)
def _sounds_shared(wanted: tuple[str, ...], heard: tuple[str, ...]) -> int:
    """Return how many symbols of the sounds wanted are heard about their places."""
    return sum(
        max(_shared(sound, other) for other in heard[max(0, i - 1) : i + 2])
        for i, sound in enumerate(wanted)
        if i <= len(heard)
    )


@lru_cache(maxsize=16384)
def _words_there(words: tuple[str, ...], heard: tuple[str, ...], needed: tuple[int, ...]) -> int:
    """Return how many of the words at the needed places are heard."""
    return sum(_word_is_in(i, words, heard) for i in needed)


@lru_cache(maxsize=65536)
def _shared(sound: str, other: str) -> int:
    return int(LCSseq.similarity(sound, other))


def _word_is_in(index: int, words: tuple[str, ...], heard: tuple[str, ...]) -> bool:
    """Tell whether a word is among ``heard``, near its place, alone, split or merged."""
    near = range(max(0, index - 1), min(len(heard), index + 2))
    alone = [heard[i] for i in near]
    if any(_alike(words[index], other, WORD_ALIKE) for other in alone):
        return True
    split = ["".join(heard[i : i + 2]) for i in near]
    if any(_alike(words[index], other, JOINED_ALIKE) for other in split):
        return True
    merged = ["".join(words[i : i + 2]) for i in (index - 1, index) if i >= 0]
    return any(_alike(word, other, JOINED_ALIKE) for word in merged for other in alone)


@lru_cache(maxsize=65536)
def _alike(word: str, other: str, needed: float) -> bool:
    """Tell whether one English word could have been heard as the other."""
    letters = Indel.normalized_similarity(word, other)
    sounds = Indel.normalized_similarity(sound_of(word, "en"), sound_of(other, "en"))
    return (letters + sounds) / 2 >= needed


def best(candidates: list[Hit], accepted: Callable[[Hit], bool] | None = None) -> list[Hit]:
    """Keep the best of overlapping candidates; matches before near misses, then by length.

    ``accepted``: those that it refuses are left out, and take no place of others.
    """
    if len(candidates) < 2:
        return [hit for hit in candidates if accepted is None or accepted(hit)]
    ranked = sorted(
        candidates, key=lambda h: (not h.found, -h.score, h.first - h.last, h.first, h.phrase)
    )
    taken: set[int] = set()
    kept = []
    for hit in ranked:
        span = range(hit.first, hit.last + 1)
        if taken.isdisjoint(span) and (accepted is None or accepted(hit)):
            taken.update(span)
            kept.append(hit)
    return sorted(kept, key=lambda h: h.first)
