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


def sounds_together(characters: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sound codes of Chinese characters as words read them: 行 is háng in 银行.

    By itself `sound_of` knows only the usual reading of each.
    """
    return _syllables("".join(characters))


def _syllable(char: str) -> str:
    return _syllables(char)[0]


def _syllables(text: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin

    initials = pinyin(text, style=Style.INITIALS, strict=False)
    tones = Style.FINALS_TONE3
    finals = pinyin(text, style=tones, strict=False, neutral_tone_with_five=True)
    return tuple(_code(i[0], f[0]) for i, f in zip(initials, finals, strict=True))


def _code(initial: str, final: str) -> str:
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
