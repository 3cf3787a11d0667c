"""How words sound, as short strings whose edit distance is a distance of sounds."""

from functools import lru_cache

from qa_pipeline.language.normalise import Script

# Pairs that telephone speech and many speakers do not keep apart are written as one symbol.
_INITIALS = {"zh": "z", "ch": "c", "sh": "s"}
_FINALS = {"ang": "an", "eng": "en", "ing": "in", "iang": "ian", "uang": "uan"}
_FIRST_FINAL = 0xC0
_TONES = "12345"


@lru_cache(maxsize=65536)
def sound_of(text: str, script: Script) -> str:
    """Return the sound code of one compared word or character.

    English: Metaphone (Lawrence Philips, 1990). Mandarin: five symbols a syllable, two for its
    initial, two for its final, one for its tone: a wrong tone is a fifth of a wrong syllable.
    """
    if script == "en":
        import jellyfish

        return str(jellyfish.metaphone(text)) or text.upper()
    return _syllable(text)


def _syllable(char: str) -> str:
    from pypinyin import Style, pinyin

    initial = pinyin(char, style=Style.INITIALS, strict=False)[0][0]
    final = pinyin(char, style=Style.FINALS_TONE3, strict=False, neutral_tone_with_five=True)[0][0]
    tone = final[-1] if final[-1:] in _TONES else "5"
    vowel = final.rstrip(_TONES)
    initial = _INITIALS.get(initial, initial)
    vowel = _FINALS.get(vowel, vowel)
    return 2 * (initial[:1] or "-") + 2 * _final_symbol(vowel) + tone


_SEEN = [
    "a",
    "o",
    "e",
    "i",
    "u",
    "v",
    "ai",
    "ei",
    "ui",
    "ao",
    "ou",
    "iu",
    "ie",
    "ve",
    "er",
    "an",
    "en",
    "in",
    "un",
    "vn",
    "ian",
    "uan",
    "van",
    "iao",
    "ia",
    "ua",
    "uo",
    "uai",
    "iong",
    "ong",
    "io",
    "ue",
    "uen",
    "uei",
    "iou",
    "ueng",
    "ê",
    "m",
    "n",
    "ng",
    "hm",
]


def _final_symbol(vowel: str) -> str:
    """Return one Latin-1 character for a final, which keeps the strings fast to compare."""
    place = _SEEN.index(vowel) if vowel in _SEEN else len(_SEEN)
    return chr(_FIRST_FINAL + place)
