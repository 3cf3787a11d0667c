"""Finding phrases in what was recognised, through recognition errors.

Every run of about a phrase's number of words is compared with the phrase by letters and by
sound (`rapidfuzz`, normalised indel similarity, 0 to 100). How near is near enough depends on
the length of the phrase: a short one has to be exact, because a short word is near to many.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from qa_pipeline.language.normalise import Script, pieces
from qa_pipeline.language.phonetics import sound_of
from qa_pipeline.scoring.checks import Match
from qa_pipeline.scoring.stream import Stream

Scores = NDArray[np.float32]
NEAR = 4.0
"""Points below the threshold at which something not found is still worth a person's look."""
EXACT = 99.9
USUAL = 80.0
"""What long phrases have to reach where a card does not say."""
WORD_OF_WEIGHT = 4
"""Letters from which an English word of a phrase has to be there; shorter ones get lost."""
WORDS_A_MISS = 8
"""A phrase of so many words may lack one word of weight, of twice as many two."""
WORD_ALIKE = 0.65
"""Mean similarity of letters and sound from which one word may be another, misheard."""
JOINED_ALIKE = 0.85
"""The same for two words taken as one, which are longer and so alike more easily."""


@dataclass(frozen=True)
class Phrase:
    """A phrase in its compared form, with the similarity it asks for."""

    text: str
    words: tuple[str, ...]
    script: Script
    letters: str
    sound: str
    length: int
    required: float


@dataclass(frozen=True)
class Hit:
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


class PhraseGroup:
    """Phrases of one script that are compared with windows of one length."""

    def __init__(self, script: Script, length: int, phrases: list[Phrase]) -> None:
        self.script = script
        self.length = length
        self.phrases = phrases
        self.letters = [phrase.letters for phrase in phrases]
        self.sounds = [phrase.sound for phrase in phrases]
        required = np.array([[phrase.required] for phrase in phrases], dtype=np.float32)
        self.floor = np.where(required >= EXACT, required, required - NEAR)
        self.single = np.array([[phrase.length == 1] for phrase in phrases])


class PhraseSet:
    """Phrases in their compared form, grouped by what they are compared with."""

    def __init__(self, phrases: list[Phrase], match: Match) -> None:
        self.match = match
        self.by_text = {phrase.text: phrase for phrase in phrases}
        groups: dict[tuple[Script, int], list[Phrase]] = defaultdict(list)
        for phrase in self.by_text.values():
            for length in _window_lengths(phrase):
                groups[phrase.script, length].append(phrase)
        self.groups = [PhraseGroup(s, n, group) for (s, n), group in groups.items()]


def _window_lengths(phrase: Phrase) -> range:
    """Return the lengths of windows a phrase is compared with: recognition splits words."""
    slack = 1 if phrase.required < EXACT or phrase.script == "en" else 0
    return range(max(1, phrase.length - slack), phrase.length + slack + 1)


@lru_cache(maxsize=4096)
def compiled(phrases: tuple[str, ...], match: Match, similarity: float | None) -> PhraseSet:
    """Bring phrases to their compared form. ``similarity``: see `_required`."""
    found = []
    for text in phrases:
        parts = pieces(text)
        if not parts:
            continue
        letters = "".join(part.text for part in parts)
        found.append(
            Phrase(
                text=text,
                words=tuple(part.text for part in parts),
                script=parts[0].script,
                letters=letters,
                sound="".join(sound_of(part.text, part.script) for part in parts),
                length=len(parts),
                required=_required(parts[0].script, letters, match, similarity),
            )
        )
    return PhraseSet(found, match)


def _required(script: Script, letters: str, match: Match, similarity: float | None) -> float:
    """Return the similarity that a phrase of this length has to reach, 0 to 100.

    Mandarin counts characters, five sound symbols each: two characters have to sound exactly
    alike, three or four may differ in two tones, or in one initial or final; longer phrases in
    a syllable out of five. English counts letters. ``similarity`` above `USUAL` raises what is
    below it; under `USUAL` it lowers every threshold by the difference.
    """
    if match == "exact":
        return EXACT
    steps = ((2, EXACT), (3, 86.0), (4, 88.0)) if script == "zh" else ((6, EXACT), (12, 91.0))
    by_length = next((needed for most, needed in steps if len(letters) <= most), USUAL)
    if similarity is None:
        return by_length
    return by_length - (USUAL - similarity) if similarity < USUAL else max(by_length, similarity)


def find(stream: Stream, phrases: PhraseSet) -> list[Hit]:
    """Return the matches in order of time, best first where they overlap, and near misses.

    Near misses (``found`` is false) never take the place of a match. What was found once in a
    stream is remembered with it: cards ask for the same list more than once.
    """
    known = stream.memory.get(phrases)
    if isinstance(known, tuple):
        return list(known)
    candidates: list[Hit] = []
    for group in phrases.groups:
        windows = stream.windows(group.length)
        if windows.starts and group.script in stream.scripts:
            scores = _scores(group, windows.letters, windows.sounds, phrases.match)
            candidates += _above(group, scores, windows.starts)
    by_text = phrases.by_text
    hits = best([hit for hit in candidates if _has_all_words(by_text[hit.phrase], hit, stream)])
    stream.memory[phrases] = tuple(hits)
    return hits


def _scores(group: PhraseGroup, letters: list[str], sounds: list[str], match: Match) -> Scores:
    """Return similarities, shape (phrases, windows)."""
    by_letters: Scores = _similarity(group.letters, letters)
    if match != "sound":
        return by_letters
    by_sound = _similarity(group.sounds, sounds)
    # English codes drop vowels and say little alone; Mandarin codes say all that is heard,
    # but for single characters, which have too many homophones.
    if group.script == "zh":
        return np.where(group.single, by_letters, np.maximum(by_letters, by_sound))
    return np.maximum(by_letters, (by_letters + by_sound) / 2)


def _similarity(phrases: list[str], windows: list[str]) -> Scores:
    ratio = cdist(phrases, windows, scorer=Indel.normalized_similarity, dtype=np.float32)
    return (100 * ratio).astype(np.float32)


def _above(group: PhraseGroup, scores: Scores, starts: list[int]) -> list[Hit]:
    """Return every window that matches a phrase or nearly does."""
    found = []
    for row, column in zip(*np.nonzero(scores >= group.floor), strict=True):
        phrase, start = group.phrases[row], starts[column]
        score = round(float(scores[row, column]), 2)
        last = start + group.length - 1
        found.append(Hit(start, last, score, phrase.required, phrase.text))
    return found


def _has_all_words(phrase: Phrase, hit: Hit, stream: Stream) -> bool:
    """Tell whether (nearly) every word of weight in an English phrase is there in some form.

    Similar letters in all do not make a phrase: "anything for" is not "anything further".
    """
    if phrase.script == "zh" or hit.score >= EXACT:
        return True
    tokens = stream.tokens[hit.first : hit.last + 1]
    heard = tuple(token.text for token in tokens)
    weight = WORD_OF_WEIGHT if len(phrase.words) > 3 else WORD_OF_WEIGHT - 1
    missing = sum(
        not _word_is_in(i, phrase.words, heard)
        for i, word in enumerate(phrase.words)
        if len(word) >= weight or len(phrase.words) <= 2
    )
    return missing <= len(phrase.words) // WORDS_A_MISS


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


def best(candidates: list[Hit]) -> list[Hit]:
    """Keep the best of overlapping candidates; matches before near misses, then by length."""
    ranked = sorted(
        candidates, key=lambda h: (not h.found, -h.score, h.first - h.last, h.first, h.phrase)
    )
    taken: set[int] = set()
    kept = []
    for hit in ranked:
        span = range(hit.first, hit.last + 1)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append(hit)
    return sorted(kept, key=lambda h: h.first)
