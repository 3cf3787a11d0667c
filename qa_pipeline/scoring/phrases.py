"""Phrases of a card in their compared form, with how alike something has to be to be one."""

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import ceil
from typing import Final

from qa_pipeline.language.negation import denials
from qa_pipeline.language.normalise import Piece, Script, pieces
from qa_pipeline.language.phonetics import sound_of, sounds_together
from qa_pipeline.scoring.checks import Match

NEAR = 4.0
"""Points below the threshold at which something not found is still worth a person's look."""
EXACT = 99.9
USUAL = 80.0
"""What long phrases have to reach where a card does not say."""
EXCEPTION_SIMILARITY = 93.0
"""What exceptions of more than a few words have to reach."""
WORD_OF_WEIGHT = 4
"""Letters from which an English word of a phrase has to be there; shorter ones get lost."""
UNITS = frozenset(
    [
        "percent",
        "pound",
        "pounds",
        "dollar",
        "dollars",
        "euro",
        "euros",
        "yuan",
        "pence",
        "cent",
        "cents",
    ]
)
"""English words that say what a number counts: "twenty percent" is not "twenty pounds"."""
WORDS_A_MISS = 8
"""A phrase of so many words may lack one word of weight, of twice as many two."""


@dataclass(frozen=True)
class Phrase:
    """A phrase in its compared form, with the similarity it asks for."""

    text: str
    words: tuple[str, ...]
    sounds: tuple[str, ...]
    """Of its words."""
    script: Script
    required: float

    @cached_property
    def letters(self) -> str:
        """Its words in one."""
        return "".join(self.words)

    @cached_property
    def sound(self) -> str:
        """The sounds of its words in one."""
        return "".join(self.sounds)

    @cached_property
    def denials(self) -> int:
        """How many of its words deny something."""
        return len(denials(self.words))

    @cached_property
    def latin(self) -> tuple[int, ...]:
        """The places of words in letters: in Mandarin their few sounds weigh little."""
        return tuple(i for i, word in enumerate(self.words) if word.isascii())

    @cached_property
    def length(self) -> int:
        """Its number of words or characters."""
        return len(self.words)

    @cached_property
    def floor(self) -> float:
        """The similarity from which something is worth a look."""
        return self.required if self.required >= EXACT else self.required - NEAR

    def window_lengths(self) -> range:
        """Return the lengths of windows it is compared with: recognition splits words."""
        slack = 1 if self.required < EXACT or self.script == "en" else 0
        return range(max(1, self.length - slack), self.length + slack + 1)

    @cached_property
    def needed_places(self) -> tuple[int, ...]:
        """Return the places of the words that are looked for each by itself.

        Mandarin: every syllable. English: the words of weight, or all where it has none.
        """
        every = tuple(range(self.length))
        if self.script == "zh" or self.length <= 2:
            return every
        weight = WORD_OF_WEIGHT if self.length > 3 else WORD_OF_WEIGHT - 1
        return tuple(i for i in every if len(self.words[i]) >= weight) or every

    @cached_property
    def units(self) -> tuple[int, ...]:
        """The places of words that say what a number counts, none of which may be missing."""
        return tuple(i for i, word in enumerate(self.words) if word in UNITS)

    @cached_property
    def needed_total(self) -> int:
        """Return how much of `needed_places` has to be there, at least 1.

        English: so many words, in some form. Mandarin: so many symbols of their sound, added up,
        which is what a window shorter by one word shares if it is just alike enough.
        """
        if self.script == "zh":
            both = 2 * len(self.sound) - max(map(len, self.sounds))
            return max(1, ceil(self.floor / 100 * both / 2 - 1e-6))
        return max(1, len(self.needed_places) - self.length // WORDS_A_MISS)


class PhraseSet:
    """Phrases that a check looks for together."""

    def __init__(self, phrases: list[Phrase], match: Match) -> None:
        self.match = match
        self.by_text = {phrase.text: phrase for phrase in phrases}


_CAPITALS: Final = re.compile(r"(?<![A-Za-z])[A-Z]{2,5}(?![A-Za-z])")


@lru_cache(maxsize=4096)
def compiled(phrases: tuple[str, ...], match: Match, similarity: float | None) -> PhraseSet:
    """Bring phrases to their compared form. ``similarity``: see `_required`."""
    found = [
        phrase
        for text in phrases
        for name, parts in _readings(text).items()
        if parts
        for phrase in _as_pronounced(_phrase(name, parts, match, similarity), match)
    ]
    return PhraseSet(found, match)


@lru_cache(maxsize=4096)
def exceptions(phrases: tuple[str, ...], match: Match) -> PhraseSet:
    """Bring exceptions to their compared form.

    An exception must be nearly exact, or it would swallow what differs from it by one word; one of
    a few words wholly: "this is the" is not "this is Theo".
    """
    found = [
        _phrase(name, parts, match, 100.0 if _is_short(parts) else EXCEPTION_SIMILARITY)
        for text in phrases
        for name, parts in _readings(text).items()
        if parts
    ]
    return PhraseSet(found, match)


def _as_pronounced(phrase: Phrase, match: Match) -> list[Phrase]:
    """Return the phrase, and as its words are pronounced where its characters alone are not.

    What is heard is compared character by character, so the first stays: 银 and 行 are heard, or 银
    and 航, which sounds as 行 does only behind 银. A tone alone that differs is no matter.
    """
    if match in ("exact", "fuzzy") or phrase.script != "zh" or phrase.latin:
        return [phrase]
    together = sounds_together(phrase.words)
    if all(one[:-1] == other[:-1] for one, other in zip(together, phrase.sounds, strict=True)):
        return [phrase]
    return [phrase, replace(phrase, text=f"{phrase.text} (pronounced)", sounds=together)]


def _is_short(parts: list[Piece]) -> bool:
    return sum(len(part.text) for part in parts) <= (4 if parts[0].script == "zh" else 16)


def _readings(text: str) -> dict[str, list[Piece]]:
    """Return the words of a phrase, by its name.

    Figures alone, or beside letters, are said in either language: "5G", "10086". What is written
    in a few capitals may be recognised letter by letter: "HSBC", "H S B C".
    """
    spelled = _CAPITALS.sub(lambda found: " ".join(found[0]), text)
    return {**_read(text), **(_read(spelled) if spelled != text else {})}


def _read(text: str) -> dict[str, list[Piece]]:
    english, mandarin = pieces(text, "en"), pieces(text, "zh")
    if any(part.script == "zh" for part in english):
        return {text: mandarin}
    if [part.text for part in english] == [part.text for part in mandarin]:
        return {text: english}
    return {text: english, "".join(part.text for part in mandarin): mandarin}


def _phrase(text: str, parts: list[Piece], match: Match, similarity: float | None) -> Phrase:
    letters = "".join(part.text for part in parts)
    script = parts[0].script
    return Phrase(
        text=text,
        words=tuple(part.text for part in parts),
        sounds=tuple(sound_of(part.text, part.script) for part in parts),
        script=script,
        required=_required(script, letters, match, similarity),
    )


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
