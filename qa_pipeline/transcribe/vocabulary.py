"""A centre's own names, put right where the recogniser wrote something that sounds like them.

Brands, products and staff are seldom in what a model has learnt, so "Bluebell Broadband" is heard
as "blue bell broad band". Runs of about a term's number of words are compared with it by letters
and by sound (normalised indel similarity). How alike they must be grows with how sure the
recogniser was: a word that was clearly heard is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import Indel

from qa_pipeline.language import Script, pieces, sound_of
from qa_pipeline.records import Word

_LONGEST_PAUSE_S = 0.7
"""A name is said in one breath."""
_MARKS = ".,?!;:，。？！；：、"
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
        for term in self.terms:
            if (term.script == "zh") != (language == "zh"):
                continue
            change = _mandarin if term.script == "zh" else _english
            corrected, made = change(corrected, self.terms, term)
            count += made
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


def _english(words: list[Word], terms: Sequence[Term], term: Term) -> tuple[list[Word], int]:
    settled = _settled(words, terms)
    made: list[Word] = []
    at = count = 0
    while at < len(words):
        length = _best_length(words, at, settled, term)
        if length == 0:
            made.append(words[at])
            at += 1
            continue
        made += _spelled(words[at : at + length], term)
        count += 1
        at += length
    return made, count


def _settled(words: Sequence[Word], terms: Sequence[Term]) -> frozenset[int]:
    """Return the places of words that are a name already: no part of one becomes another."""
    bare = [word.text.strip(_MARKS).lower() for word in words]
    found: set[int] = set()
    for term in terms:
        wanted = term.text.lower().split()
        for at in range(len(bare) - len(wanted) + 1):
            if bare[at : at + len(wanted)] == wanted:
                found.update(range(at, at + len(wanted)))
    return frozenset(found)


def _best_length(words: Sequence[Word], at: int, settled: frozenset[int], term: Term) -> int:
    """Return how many words from ``at`` on sound most like the term, 0 for none alike enough."""
    best, length_of_best = 0.0, 0
    for length in range(max(1, len(term.words) - 1), 2 * len(term.words) + 1):
        run = words[at : at + length]
        if len(run) < length or not _one_breath(run) or settled & set(range(at, at + length)):
            break
        alike = _english_likeness(tuple(word.text for word in run), term)
        if alike >= _english_needed(run, term) and alike > best:
            best, length_of_best = alike, length
    return length_of_best


@lru_cache(maxsize=65536)
def _english_likeness(texts: tuple[str, ...], term: Term) -> float:
    """Return the mean similarity of letters and sound, 0 to 1; 1 for the same letters."""
    parts = [part for text in texts for part in pieces(text, "en") if part.script == "en"]
    letters = "".join(part.text for part in parts)
    if letters == term.letters:
        return 1.0
    if letters[:1] != term.letters[:1] and sound_of(letters, "en")[:1] != term.sound[:1]:
        return 0.0  # what begins otherwise is another name
    sound = "".join(sound_of(part.text, "en") for part in parts)
    joined = sound_of(letters, "en")
    by_letters = Indel.normalized_similarity(letters, term.letters)
    whole = sound_of(term.letters, "en")
    by_sound = max(
        Indel.normalized_similarity(sound, term.sound),
        Indel.normalized_similarity(joined, whole),
    )
    return (by_letters + by_sound) / 2


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
    bare = run[-1].text.rstrip(_MARKS)
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


def _mandarin(words: list[Word], terms: Sequence[Term], term: Term) -> tuple[list[Word], int]:
    """Replace characters in place: as many as the term has, so every word keeps its time."""
    owners = [(n, k) for n, word in enumerate(words) for k in range(len(word.text))]
    places = [(n, k) for n, k in owners if words[n].text[k] not in _MARKS]
    characters = [words[n].text[k] for n, k in places]
    texts = [list(word.text) for word in words]
    size, count, at = len(term.letters), 0, 0
    written = [c for c in term.text if not c.isspace()]
    whole = "".join(characters)
    settled = {
        place
        for other in terms
        for start in range(len(whole))
        if whole.startswith(other.text, start)
        for place in range(start, start + len(other.text))
    }
    while at + size <= len(characters):
        span = places[at : at + size]
        run = [words[n] for n in sorted({n for n, _ in span})]
        heard = "".join(characters[at : at + size])
        free = settled.isdisjoint(range(at, at + size))
        if free and _one_breath(run) and _sounds_like(heard, run, term):
            for (n, k), character in zip(span, written, strict=True):
                texts[n][k] = character
            count += 1
            at += size
        else:
            at += 1
    if not count:
        return words, 0
    return [
        word.model_copy(update={"text": "".join(text)})
        for word, text in zip(words, texts, strict=True)
    ], count


def _sounds_like(heard: str, run: Sequence[Word], term: Term) -> bool:
    if any(character.isascii() for character in heard):
        return False
    sound = "".join(sound_of(character, "zh") for character in heard)
    alike = Indel.normalized_similarity(sound, term.sound)
    if len(heard) == 2:
        return alike >= max(_SHORT_MANDARIN, _between(_MANDARIN_AT_ZERO, _MANDARIN_AT_ONE, run))
    return alike >= _between(_MANDARIN_AT_ZERO, _MANDARIN_AT_ONE, run)
