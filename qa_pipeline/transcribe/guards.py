"""Guards against invented text: loops, text faster than speech, subtitles' phrases, text in pauses.

Published measurements put inventions at about one in a hundred Whisper transcriptions, mostly
where little is said. Windows hold speech by construction; these guards catch the rest.
"""

import re
from dataclasses import dataclass

from qa_pipeline.records import Word

_LONGEST_LOOP = 8
"""Longest repeated group of words that is looked for."""
_REPEATS = 3
_LONGEST_NUMBER = 24
"""Digits that a number that is read out may have, 400 888 8888 and a card's sixteen included."""
_DIGITS = frozenset("零一幺二两三四五六七八九0123456789") | frozenset(
    ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
)
_NUMERALS = r"[\d零一幺二两三四五六七八九]"
_STUTTER = re.compile(rf"(?!{_NUMERALS}{{7,24}}(?!{_NUMERALS}))(.{{1,4}}?)\1{{6,}}")
"""A word that is one loop, as a decoder that is stuck writes it. Digits may well follow themselves,
as in 10000000 or 4008888888; a number that is longer than any is a loop all the same."""
_FASTEST = {"zh": 13.0}
_FASTEST_ELSEWHERE = 8.0
_SHORTEST_SPEECH_S = 0.5
_LATIN = re.compile(r"[a-z]{3,}", re.IGNORECASE)
_MARK = re.compile(r"[\W_]")
_LETTERS_A_SYLLABLE = 3


@dataclass(frozen=True)
class GuardReport:
    """What the guards took out of one channel."""

    repeated_words: int = 0
    too_fast_words: int = 0
    phantom_words: int = 0
    """Words of phrases that recognisers write where nobody spoke."""
    outside_words: int = 0
    """Words that the model placed where there is no speech."""
    silent_windows: int = 0
    """Windows in which the model itself found no speech."""

    @property
    def removed_words(self) -> int:
        """All words that were taken out."""
        return self.repeated_words + self.too_fast_words + self.phantom_words + self.outside_words

    def __add__(self, other: "GuardReport") -> "GuardReport":
        return GuardReport(
            self.repeated_words + other.repeated_words,
            self.too_fast_words + other.too_fast_words,
            self.phantom_words + other.phantom_words,
            self.outside_words + other.outside_words,
            self.silent_windows + other.silent_windows,
        )


def guard(words: list[Word], speech_s: float, language: str) -> tuple[list[Word], GuardReport]:
    """Take invented words out of one window that holds ``speech_s`` seconds of speech."""
    kept = without_loops(words)
    repeated = len(words) - len(kept)
    if is_too_fast(kept, speech_s, language):
        return [], GuardReport(repeated_words=repeated, too_fast_words=len(kept))
    return kept, GuardReport(repeated_words=repeated)


def without_loops(words: list[Word]) -> list[Word]:
    """Keep one of a group of words that follows itself more than three times.

    Digits may follow themselves more often, as they do in numbers that people read out.
    """
    kept = [word for word in words if not _STUTTER.search(word.text)]
    for size in range(1, _LONGEST_LOOP + 1):
        kept = _without_loops_of(kept, size)
    return kept


def _without_loops_of(words: list[Word], size: int) -> list[Word]:
    texts = [_bare(word.text) for word in words]
    kept: list[Word] = []
    at = 0
    while at < len(words):
        group = texts[at : at + size]
        repeats = 1
        while texts[at + repeats * size : at + (repeats + 1) * size] == group:
            repeats += 1
        allowed = _REPEATS
        if all(map(_is_digits, group)):
            allowed = max(_REPEATS, _LONGEST_NUMBER // max(1, sum(map(_digits_of, group))))
        if len(group) == size and repeats > allowed:
            kept.extend(words[at : at + size])
            at += repeats * size
        else:
            kept.append(words[at])
            at += 1
    return kept


def _is_digits(text: str) -> bool:
    return text in _DIGITS or (text.isascii() and text.isdigit())


def _digits_of(text: str) -> int:
    return len(text) if text.isdigit() else 1


def _bare(text: str) -> str:
    return text.strip("，。？！、；：,.?!;: ").lower()


def _syllables(text: str) -> float:
    """Return about how many syllables Mandarin text has; in Latin words three letters are one."""
    latin = sum(len(letters) for letters in _LATIN.findall(text))
    return len(_MARK.sub("", text)) - latin + latin / _LETTERS_A_SYLLABLE


def is_too_fast(words: list[Word], speech_s: float, language: str) -> bool:
    """Say whether words come faster than speech does: 8 a second, 13 characters in Mandarin."""
    units = sum(_syllables(w.text) for w in words) if language == "zh" else len(words)
    return units / max(speech_s, _SHORTEST_SPEECH_S) > _FASTEST.get(language, _FASTEST_ELSEWHERE)
