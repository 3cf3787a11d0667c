"""What the pace of speech is counted in: English words, Mandarin syllables."""

import re

_SYLLABLE = re.compile(r"[\u4e00-\u9fff0-9]")
"""What is one syllable of Mandarin each."""
_DIGIT = re.compile(r"[0-9]")
_LETTER = re.compile(r"[^\W\d_]")
_READ_OUT = 5
"""English numbers of so many digits are read out digit by digit."""


def spoken_units(text: str, language: str) -> int:
    """Return how many words or characters are heard, whether digits are written as such or not.

    A Mandarin digit is one syllable, as a character is. English numbers of five digits or more
    are read out digit by digit; shorter ones, such as 25 or 2024, count as they are written.
    """
    if language == "zh":
        return len(_SYLLABLE.findall(text))
    digits = len(_DIGIT.findall(text))
    return digits if digits >= _READ_OUT else 1


def is_counted(text: str, language: str) -> bool:
    """Tell whether a word is of what the pace of a language is counted in.

    A word in Latin letters within Mandarin is not: how many syllables it has is not known ("APP"
    is read letter by letter as often as not), so it and its time are left out of the pace.
    """
    return language != "zh" or not _LETTER.search(text) or spoken_units(text, language) > 0
