"""Finding phrases in what was recognised, through recognition errors.

A run of about a phrase's number of words is compared with the phrase by letters and by sound
(`rapidfuzz`, normalised indel similarity, 0 to 100), where enough of the phrase's words are there
in some form. How near is near enough depends on the length of the phrase: a short one has to be
exact, because a short word is near to many.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, LCSseq
from rapidfuzz.process import cpdist

from qa_pipeline.language.phonetics import sound_of
from qa_pipeline.scoring.checks import Match
from qa_pipeline.scoring.landmarks import JOINED_ALIKE, WORD_ALIKE, Landmarks, Windows
from qa_pipeline.scoring.phrases import EXACT, Phrase, PhrasePart, PhraseSet, compiled
from qa_pipeline.scoring.stream import Stream, Token

__all__ = ["Hit", "alike", "best", "compiled", "find", "is_there"]

Scores = NDArray[np.float32]


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
        """Tell whether the match was close to not being one."""
        return self.required < EXACT and self.score < self.required + 3


def find(stream: Stream, phrases: PhraseSet) -> list[Hit]:
    """Return the matches in order of time, best first where they overlap, and near misses.

    Near misses (``found`` is false) never take the place of a match. What was found once in a
    stream is remembered with it: cards ask for the same list more than once.
    """
    known = stream.memory.get(phrases)
    if isinstance(known, tuple):
        return list(known)
    hits: list[Hit] = []
    for script, part in phrases.parts.items():
        if script in stream.scripts:
            hits += alike(_landmarks(part).windows(stream), part, stream, phrases.match)
    hits = best(hits, partial(_is_there, phrases, stream))
    stream.memory[phrases] = tuple(hits)
    return hits


@lru_cache(maxsize=4096)
def _landmarks(phrases: PhrasePart) -> Landmarks:
    return Landmarks(phrases)


def alike(windows: Windows, phrases: PhrasePart, stream: Stream, match: Match) -> list[Hit]:
    """Return the windows that are like their phrases or nearly so, whatever words are there."""
    if not len(windows.phrases):
        return []
    floors = np.array([phrase.floor for phrase in phrases], dtype=np.float32)
    scores = _scores(windows, phrases, stream, match)
    found = []
    for place in np.flatnonzero(scores >= floors[windows.phrases]).tolist():
        phrase = phrases[windows.phrases[place]]
        first, last = int(windows.firsts[place]), int(windows.ends[place]) - 1
        score = round(float(scores[place]), 2)
        found.append(Hit(first, last, score, phrase.required, phrase.text))
    return found


def _scores(windows: Windows, phrases: tuple[Phrase, ...], stream: Stream, match: Match) -> Scores:
    """Return how alike windows and their phrases are, 0 to 100."""
    firsts, ends = windows.firsts.tolist(), windows.ends.tolist()
    numbers = windows.phrases.tolist()
    letters = [phrase.letters for phrase in phrases]
    by_letters = _similarity([letters[i] for i in numbers], stream.letters.cuts(firsts, ends))
    if match != "sound":
        return by_letters
    sounds = [phrase.sound for phrase in phrases]
    by_sound = _similarity([sounds[i] for i in numbers], stream.sounds.cuts(firsts, ends))
    # English codes drop vowels and say little alone; Mandarin codes say all that is heard,
    # but for single characters, which have too many homophones.
    if phrases[0].script == "zh":
        single = np.array([phrase.length == 1 for phrase in phrases])[windows.phrases]
        return np.where(single, by_letters, np.maximum(by_letters, by_sound))
    return np.maximum(by_letters, (by_letters + by_sound) / 2)


def _similarity(phrases: list[str], windows: list[str]) -> Scores:
    ratio = cpdist(phrases, windows, scorer=Indel.normalized_similarity, dtype=np.float32)
    return (100 * ratio).astype(np.float32)


def _is_there(phrases: PhraseSet, stream: Stream, hit: Hit) -> bool:
    return is_there(phrases.by_text[hit.phrase], stream.tokens[hit.first : hit.last + 1])


def is_there(phrase: Phrase, tokens: list[Token]) -> bool:
    """Tell whether enough words of a phrase are there in some form, near their places.

    Similar letters in all do not make a phrase: "anything for" is not "anything further".
    """
    if phrase.script == "zh":
        sounds = [token.sound for token in tokens]
        there = sum(
            max(_shared(sound, other) for other in sounds[max(0, i - 1) : i + 2])
            for i, sound in enumerate(phrase.sounds)
            if i <= len(sounds)
        )
    else:
        heard = tuple(token.text for token in tokens)
        there = sum(_word_is_in(i, phrase.words, heard) for i in phrase.needed_places())
    return there >= phrase.needed_total()


@lru_cache(maxsize=65536)
def _shared(sound: str, other: str) -> int:
    return int(LCSseq.similarity(sound, other))


@lru_cache(maxsize=65536)
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
