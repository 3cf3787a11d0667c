"""Example utterances by language and tone, written for this recipe as frames with alternatives.

A line of ``texts/<language>_<tone>.txt`` is one frame: ``(a|b|)`` is one of several wordings,
``{day}`` a slot. Frames, not sentences, are held out for measuring: a held-out utterance shares
no frame with the training ones.
"""

import re
import tomllib
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

Language = Literal["en", "zh"]
Tone = Literal["negative", "neutral", "positive"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
TONES: tuple[Tone, ...] = ("negative", "neutral", "positive")
HELD_OUT_OF = 10
"""One frame of so many is held out for measuring."""

TEXTS = Path(__file__).parent / "texts"
_CHOICE = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")


@cache
def _slots() -> dict[str, dict[str, list[str]]]:
    slots: dict[str, dict[str, list[str]]] = tomllib.loads(
        (TEXTS / "slots.toml").read_text(encoding="utf-8")
    )
    return slots


@dataclass(frozen=True)
class Frame:
    """One line of a text file."""

    language: Language
    tone: Tone
    pattern: str

    @property
    def held_out(self) -> bool:
        """Whether this frame is for measuring."""
        return is_held_out(self.pattern)

    def fill(self, rng: Random) -> str:
        """Return one utterance of this frame."""
        text = _CHOICE.sub(lambda match: rng.choice(match.group(1).split("|")), self.pattern)
        text = _SLOT.sub(lambda match: rng.choice(_slots()[self.language][match.group(1)]), text)
        return " ".join(text.split()) if self.language == "en" else "".join(text.split())


def is_held_out(pattern: str) -> bool:
    """Tell whether a frame is for measuring; decided by its text, so it never moves."""
    return zlib.crc32(pattern.encode()) % HELD_OUT_OF == 0


@cache
def frames(language: Language, tone: Tone) -> tuple[Frame, ...]:
    """Return all frames of a language and tone."""
    lines = (TEXTS / f"{language}_{tone}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(
        Frame(language, tone, line.strip())
        for line in lines
        if line.strip() and not line.startswith("#")
    )


def slot_value(language: Language, slot: str, rng: Random) -> str:
    """Return something to put into a slot."""
    return rng.choice(_slots()[language][slot])


def spoken_digits(language: Language, rng: Random) -> str:
    """Return a string of digits as it is spoken."""
    joint = " " if language == "en" else ""
    return joint.join(rng.choice(_slots()[language]["digit"]) for _ in range(rng.randint(4, 12)))


def slot_words(language: Language) -> list[str]:
    """Return every word that a slot can be filled with."""
    return [word for words in _slots()[language].values() for word in words]
