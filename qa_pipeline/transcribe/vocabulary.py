"""A centre's own names, put right where the recogniser wrote something that sounds like them.

Brands, products and staff are seldom in what a model has learnt, so "Bluebell Broadband" is heard
as "blue bell broad band". Runs of about a term's number of words are compared with it by letters
and by sound (normalised indel similarity). How alike they must be grows with how sure the
recogniser was: a word that was clearly heard is left alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import Indel

from qa_pipeline.language import Piece, Script, pieces, sound_of
from qa_pipeline.records import Word
from qa_pipeline.transcribe.ordinary import (
    introduces,
    is_ordinary_english,
    is_ordinary_mandarin,
)

_LONGEST_PAUSE_S = 0.7
"""A name is said in one breath."""
_MARKS = ".,?!;:，。？！；：、"
_ENDING = re.compile(rf"(?:['’]s)?[{re.escape(_MARKS)}]*$", re.IGNORECASE)
_ENGLISH_AT_ZERO, _ENGLISH_AT_ONE = 0.72, 0.95
"""Similarity that is asked for where the recogniser was not sure at all, and where it was."""
_LONG_NAME = 10
_LONG_NAME_BONUS = 0.05
"""Few other words are near a long name, so a little less is asked for."""
_MANDARIN_AT_ZERO, _MANDARIN_AT_ONE = 0.80, 0.97
_SHORT_MANDARIN = 0.93
"""Two characters have many homophones: their syllables must agree, a tone may not."""


@dataclass(frozen=True)
class Term:
    """One name in its compared form."""

    text: str
    script: Script
    words: tuple[str, ...]
    letters: str
    sound: str


class Vocabulary:
    """Names of a centre in English and Mandarin, as its configuration lists them."""

    def __init__(self, terms: Sequence[str]) -> None:
        found = [_term(text.strip()) for text in dict.fromkeys(terms) if text.strip()]
        # Longest first: a brand is put right before the first name that it begins with.
        self.terms = tuple(sorted((t for t in found if t), key=lambda t: (-len(t.letters), t.text)))

    def correct(self, words: Sequence[Word], language: str) -> tuple[list[Word], int]:
        """Return the words of one channel with names put right, and how many names that were.

        Times stay within those of the replaced words, probabilities are theirs: a corrected word
        is not a surer one.
        """
        corrected, count = list(words), 0
        heard = _Characters if language == "zh" else _Runs
        state: _Characters | _Runs = heard(corrected, self.terms)
        for term in self.terms:
            if (term.script == "zh") != (language == "zh"):
                continue
            corrected, made = state.with_term(term)
            if made:
                count += made
                state = heard(corrected, self.terms)
        return corrected, count

    def hotwords(self, language: str) -> str | None:
        """Return the names of a language as a prompt for models that take one."""
        named = [t.text for t in self.terms if (t.script == "zh") == (language == "zh")]
        return ("，" if language == "zh" else ", ").join(named) or None


def _term(text: str) -> Term | None:
    parts = pieces(text)
    if not parts or len({part.script for part in parts}) > 1:
        return None
    script = parts[0].script
    if script == "zh" and len(parts) < 2:
        return None  # a single character has too many homophones
    return Term(
        text,
        script,
        tuple(part.text for part in parts),
        "".join(part.text for part in parts),
        "".join(sound_of(part.text, script) for part in parts),
    )


class _Runs:
    """English words, and what all terms ask of the runs among them, worked out once."""

    def __init__(self, words: list[Word], terms: Sequence[Term]) -> None:
        self._words = words
        self._settled = _settled(words, terms)
        self._starts: dict[int, dict[tuple[str, str], list[int]]] = {}
        """By length of the runs: where those lie whose letters or sound begin in some way."""

    def with_term(self, term: Term) -> tuple[list[Word], int]:
        """Return the words with one name put right, and how often it was."""
        words = self._words
        made: list[Word] = []
        done = count = 0
        for at in self._places(term):
            length = 0 if at < done else self._best_length(at, term)
            if length == 0:
                continue
            made += words[done:at]
            made += _spelled(words[at : at + length], term)
            count += 1
            done = at + length
        return (made + words[done:], count) if count else (words, 0)

    def _places(self, term: Term) -> list[int]:
        """Return where a run begins as the term does; what begins otherwise is another name."""
        found: set[int] = set()
        for length in _lengths(term):
            starts = self._starts_of(length)
            found.update(starts.get(("letter", term.letters[:1]), ()))
            found.update(starts.get(("sound", term.sound[:1]), ()))
        return sorted(found)

    def _starts_of(self, length: int) -> dict[tuple[str, str], list[int]]:
        if length not in self._starts:
            starts: dict[tuple[str, str], list[int]] = {}
            texts = [word.text for word in self._words]
            for at in range(len(texts) - length + 1):
                letters, _, joined = _compared(tuple(texts[at : at + length]))
                starts.setdefault(("letter", letters[:1]), []).append(at)
                starts.setdefault(("sound", joined[:1]), []).append(at)
            self._starts[length] = starts
        return self._starts[length]

    def _best_length(self, at: int, term: Term) -> int:
        """Return how many words from ``at`` on sound most like the term, 0: none alike enough."""
        best, length_of_best = 0.0, 0
        for length in _lengths(term):
            run = self._words[at : at + length]
            taken = not self._settled.isdisjoint(range(at, at + length))
            if len(run) < length or taken or not _one_breath(run):
                break
            alike = _english_likeness(tuple(word.text for word in run), term)
            if alike <= best or self._is_ordinary(at, length, term):
                continue
            if alike >= _english_needed(run, term):
                best, length_of_best = alike, length
        return length_of_best

    def _is_ordinary(self, at: int, length: int, term: Term) -> bool:
        """Tell whether a run is ordinary words, said where no name is to be expected."""
        run = [_bare(word) for word in self._words[at : at + length]]
        if not is_ordinary_english(run, term.letters):
            return False
        before = [_bare(word) for word in self._words[max(0, at - 2) : at]]
        later = self._words[at + length : at + length + 1]
        goes_on = later and _one_breath([self._words[at + length - 1], *later])
        return not introduces(before, _bare(later[0]) if goes_on else None)


def _bare(word: Word) -> str:
    return word.text.strip(_MARKS).lower()


def _lengths(term: Term) -> range:
    """Return how many words a term may be heard as."""
    return range(max(1, len(term.words) - 1), 2 * len(term.words) + 1)


def _settled(words: Sequence[Word], terms: Sequence[Term]) -> frozenset[int]:
    """Return the places of words that are a name already: no part of one becomes another."""
    bare = [without_possessive(_bare(word)) for word in words]
    places: dict[str, list[int]] = {}
    for at, text in enumerate(bare):
        places.setdefault(text, []).append(at)
    found: set[int] = set()
    for term in terms:
        wanted = term.text.lower().split()
        for at in places.get(wanted[0], ()):
            if bare[at : at + len(wanted)] == wanted:
                found.update(range(at, at + len(wanted)))
    return frozenset(found)


@lru_cache(maxsize=65536)
def _compared(texts: tuple[str, ...]) -> tuple[str, str, str]:
    """Return letters of a run of words, sound word by word, and sound of all letters together."""
    parts = [part for text in texts for part in _pieces(text) if part.script == "en"]
    letters = "".join(part.text for part in parts)
    return letters, "".join(_sound(part.text) for part in parts), _sound(letters)


@lru_cache(maxsize=65536)
def _pieces(text: str) -> tuple[Piece, ...]:
    return tuple(pieces(text, "en"))


@lru_cache(maxsize=65536)
def _sound(text: str) -> str:
    return sound_of(text, "en")


def _english_likeness(texts: tuple[str, ...], term: Term) -> float:
    """Return the mean similarity of letters and sound, 0 to 1; 1 for the same letters."""
    last = without_possessive(texts[-1])
    letters, sound, joined = _compared((*texts[:-1], last))
    if letters == term.letters:
        return 1.0
    if len(texts) == 1 and letters.startswith(term.letters):
        return 0.0  # another word that begins with the name: swiftly, Billy
    if letters[:1] != term.letters[:1] and joined[:1] != term.sound[:1]:
        return 0.0  # what begins otherwise is another name
    by_letters = Indel.normalized_similarity(letters, term.letters)
    by_sound = max(
        Indel.normalized_similarity(sound, term.sound),
        Indel.normalized_similarity(joined, _sound(term.letters)),
    )
    return (by_letters + by_sound) / 2


def without_possessive(text: str) -> str:
    """Return a word without what ends it: "'s", and marks."""
    return _ENDING.sub("", text)


def _english_needed(run: Sequence[Word], term: Term) -> float:
    needed = _between(_ENGLISH_AT_ZERO, _ENGLISH_AT_ONE, run)
    return needed - _LONG_NAME_BONUS if len(term.letters) >= _LONG_NAME else needed


def _between(at_zero: float, at_one: float, run: Sequence[Word]) -> float:
    sure = sum(word.probability for word in run) / len(run)
    return at_zero + (at_one - at_zero) * sure


def _one_breath(run: Sequence[Word]) -> bool:
    return all(
        later.start_s - earlier.end_s <= _LONGEST_PAUSE_S
        and not earlier.text.endswith(tuple(".?!。？！"))
        for earlier, later in pairwise(run)
    )


def _spelled(run: Sequence[Word], term: Term) -> list[Word]:
    """Write the term over the time of a run of words, in as many words as the term has."""
    texts = term.text.split()
    bare = without_possessive(run[-1].text)
    texts[-1] += run[-1].text[len(bare) :]
    if len(texts) == len(run):
        return [w.model_copy(update={"text": t}) for w, t in zip(run, texts, strict=True)]
    start_s, end_s = run[0].start_s, run[-1].end_s
    whole = sum(len(text) for text in texts)
    sure = sum(word.probability for word in run) / len(run)
    made: list[Word] = []
    said = 0
    for text in texts:
        first_s = start_s + (end_s - start_s) * said / whole
        said += len(text)
        made.append(
            Word(
                text=text,
                start_s=round(first_s, 3),
                end_s=round(start_s + (end_s - start_s) * said / whole, 3),
                probability=round(sure, 4),
                channel=run[0].channel,
            )
        )
    return made


class _Characters:
    """Mandarin words by their characters, and what all terms ask of them, worked out once."""

    def __init__(self, words: list[Word], terms: Sequence[Term]) -> None:
        self._words = words
        self._places = [
            (n, k)
            for n, word in enumerate(words)
            for k, character in enumerate(word.text)
            if character not in _MARKS
        ]
        self._characters = [words[n].text[k] for n, k in self._places]
        self._settled = _settled_characters("".join(self._characters), terms)
        self._sounds = [_character_sound(character) for character in self._characters]
        self._rows: dict[int, list[str | None]] = {}

    def with_term(self, term: Term) -> tuple[list[Word], int]:
        """Replace characters in place: as many as the term has, so every word keeps its time."""
        size, count, free_from = len(term.letters), 0, 0
        written = [c for c in term.text if not c.isspace()]
        texts = [list(word.text) for word in self._words]
        for at, sound in enumerate(self._rows_of(size)):
            if at < free_from or sound is None or not self._is(term, at, sound):
                continue
            for (n, k), character in zip(self._places[at : at + size], written, strict=True):
                texts[n][k] = character
            count += 1
            free_from = at + size
        if not count:
            return self._words, 0
        return [
            word.model_copy(update={"text": "".join(text)})
            for word, text in zip(self._words, texts, strict=True)
        ], count

    def _rows_of(self, size: int) -> list[str | None]:
        """Return how so many characters sound from each on; ``None`` where not all are Chinese."""
        if size not in self._rows:
            self._rows[size] = [
                None
                if any(character.isascii() for character in self._characters[at : at + size])
                else "".join(self._sounds[at : at + size])
                for at in range(len(self._characters) - size + 1)
            ]
        return self._rows[size]

    def _is(self, term: Term, at: int, sound: str) -> bool:
        # No run needs less than this, so what is less alike is told from the term at once.
        least = _MANDARIN_AT_ZERO
        alike = Indel.normalized_similarity(sound, term.sound, score_cutoff=least)
        if alike < least:
            return False
        size = len(term.letters)
        if not self._settled.isdisjoint(range(at, at + size)):
            return False
        if size == 2 and self._is_ordinary(at):
            return False
        run = [self._words[n] for n in sorted({n for n, _ in self._places[at : at + size]})]
        needed = _between(_MANDARIN_AT_ZERO, _MANDARIN_AT_ONE, run)
        return _one_breath(run) and alike >= (max(_SHORT_MANDARIN, needed) if size == 2 else needed)

    def _is_ordinary(self, at: int) -> bool:
        """Tell whether the two characters from ``at`` on are, or are in, an ordinary word."""
        around = ["", *self._characters, ""]
        return is_ordinary_mandarin(around[at], "".join(around[at + 1 : at + 3]), around[at + 3])


def _settled_characters(whole: str, terms: Sequence[Term]) -> frozenset[int]:
    """Return the places of characters that are a name already."""
    found: set[int] = set()
    for term in terms:
        at = whole.find(term.text)
        while at >= 0:
            found.update(range(at, at + len(term.text)))
            at = whole.find(term.text, at + 1)
    return frozenset(found)


@lru_cache(maxsize=65536)
def _character_sound(character: str) -> str:
    return sound_of(character, "zh")
