"""What a recogniser does to words: drops some, and hears others as words that sound alike."""

import re
from collections import defaultdict
from functools import cache
from random import Random

import jellyfish
from pypinyin import Style, lazy_pinyin
from wordfreq import top_n_list

from models.training.tone.frames import TONES, Language, frames, slot_words
from models.training.tone.written import written

_COMMON_WORDS = 6000
_WORD = re.compile(r"[\w']+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def common_characters() -> list[str]:
    """Return the 3,755 characters of GB 2312 level 1."""
    rows = (bytes([high, low]) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    decoded = (pair.decode("gb2312", "ignore") for pair in rows)
    return [character for character in decoded if character]


@cache
def common_words() -> list[str]:
    """Return frequent English words of letters alone."""
    return [w for w in top_n_list("en", _COMMON_WORDS) if w.isascii() and w.isalpha()]


@cache
def meaningless(language: Language) -> list[str]:
    """Return words (characters) that carry no tone: those that no toned frame uses."""
    toned = " ".join(
        [f.pattern for tone in TONES if tone != "neutral" for f in frames(language, tone)]
        + [w.text.lower() for w in written(language) if w.tones != {"neutral"}]
    )
    if language == "zh":
        return [c for c in common_characters() if c not in toned]
    used = set(_WORD.findall(toned))
    return [w for w in common_words() if w not in used] + slot_words("en")


@cache
def _homophones() -> dict[str, list[str]]:
    characters = common_characters()
    syllables = lazy_pinyin("".join(characters), style=Style.NORMAL)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for character, syllable in zip(characters, syllables, strict=True):
        groups[syllable].append(character)
    return {
        character: groups[syllable]
        for character, syllable in zip(characters, syllables, strict=True)
    }


@cache
def _by_sound() -> dict[str, list[str]]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for word in common_words():
        groups[jellyfish.metaphone(word)].append(word)
    return dict(groups)


def misheard(text: str, language: Language, rate: float, rng: Random) -> str:
    """Return the text as a recogniser with that word error rate might hear it."""
    units = text.split() if language == "en" else list(text)
    heard: list[str] = []
    for unit in units:
        if rng.random() >= rate:
            heard.append(unit)
            continue
        kind = rng.random()
        if kind < 0.25:
            continue
        if kind < 0.4:
            heard.append(unit)
            heard.append(rng.choice(meaningless(language)))
        elif language == "zh":
            heard.append(rng.choice(_homophones().get(unit, [unit])))
        else:
            heard.append(_sounds_like(unit, rng))
    return (" " if language == "en" else "").join(heard) or text


def _sounds_like(word: str, rng: Random) -> str:
    alike = _by_sound().get(jellyfish.metaphone(word), [])
    if alike and rng.random() < 0.4:
        return rng.choice(alike)
    if rng.random() < 0.2:
        return rng.choice(meaningless("en"))
    letters = list(word)
    for _ in range(1 + (len(word) > 5)):
        at = rng.randrange(len(letters))
        edit = rng.random()
        if edit < 0.4 and len(letters) > 2:
            del letters[at]
        elif edit < 0.8:
            letters[at] = rng.choice(_LETTERS)
        else:
            letters.insert(at, rng.choice(_LETTERS))
        if not letters:
            return word
    return "".join(letters)
