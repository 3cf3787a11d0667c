"""The plain way of putting names right: every term against every run of words, all worked out anew.

Slow, and what the product must agree with.
"""

from collections.abc import Sequence

from rapidfuzz.distance import Indel

from qa_pipeline.language import pieces, sound_of
from qa_pipeline.records import Word
from qa_pipeline.transcribe.ordinary import (
    introduces,
    is_ordinary_english,
    is_ordinary_mandarin,
)
from qa_pipeline.transcribe.vocabulary import (
    _MANDARIN_AT_ONE,
    _MANDARIN_AT_ZERO,
    _MARKS,
    _SHORT_MANDARIN,
    Term,
    _between,
    _english_needed,
    _one_breath,
    _spelled,
    without_possessive,
)


def correct(terms: Sequence[Term], words: Sequence[Word], language: str) -> tuple[list[Word], int]:
    """Return the words with names put right, and how many names that were."""
    corrected, count = list(words), 0
    for term in terms:
        if (term.script == "zh") != (language == "zh"):
            continue
        change = _mandarin if term.script == "zh" else _english
        corrected, made = change(corrected, terms, term)
        count += made
    return corrected, count


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
    bare = [without_possessive(word.text.strip(_MARKS).lower()) for word in words]
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
        if _is_ordinary(words, at, length, term):
            continue
        if alike >= _english_needed(run, term) and alike > best:
            best, length_of_best = alike, length
    return length_of_best


def _is_ordinary(words: list[Word], at: int, length: int, term: Term) -> bool:
    bare = [word.text.strip(_MARKS).lower() for word in words]
    end = at + length
    goes_on = end < len(words) and _one_breath(words[end - 1 : end + 1])
    return is_ordinary_english(bare[at:end], term.letters) and not introduces(
        bare[max(0, at - 2) : at], bare[end] if goes_on else None
    )


def _english_likeness(texts: tuple[str, ...], term: Term) -> float:
    """Return the mean similarity of letters and sound, 0 to 1; 1 for the same letters."""
    texts = (*texts[:-1], without_possessive(texts[-1]))
    parts = [part for text in texts for part in pieces(text, "en") if part.script == "en"]
    letters = "".join(part.text for part in parts)
    if letters == term.letters:
        return 1.0
    if len(texts) == 1 and letters.startswith(term.letters):
        return 0.0  # another word that begins with the name
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
        ordinary = size == 2 and is_ordinary_mandarin(
            "".join(characters[max(0, at - 1) : at]),
            heard,
            "".join(characters[at + size : at + size + 1]),
        )
        if free and not ordinary and _one_breath(run) and _sounds_like(heard, run, term):
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
