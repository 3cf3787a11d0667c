"""What else is said on service calls: the sentence frames of the transcription recipe, by topic.

They carry no tone label, but their topic says which tones they can have: an account balance is
never rude, a sentence under "rude" always is. They teach the model what most of a call is like.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import yaml

from models.training.tone.frames import Language, Tone, is_held_out, slot_value, spoken_digits
from models.training.tone.noise import meaningless

_FRAMES = Path(__file__).parents[1] / "transcription"
_SLOT = re.compile(r"\{(\w+)\}")
_PLAIN: frozenset[Tone] = frozenset({"neutral", "positive"})
_POSSIBLE: dict[str, frozenset[Tone]] = {
    "greeting": _PLAIN,
    "verify": _PLAIN,
    "account": frozenset({"neutral"}),
    "hold": _PLAIN,
    "empathy": frozenset({"positive"}),
    "solution": _PLAIN,
    "reply": _PLAIN,
    "close": _PLAIN,
    "smalltalk": _PLAIN,
    "problem": _PLAIN,
    "anger": frozenset({"negative"}),
    "rude": frozenset({"negative"}),
}
_MIXED_SLOTS = ("adj", "feeling")
"""Slots with angry and plain words: a plain topic with one of them says nothing for certain."""


@dataclass(frozen=True)
class ServiceFrame:
    """One frame and the tones that it can have."""

    language: Language
    tones: frozenset[Tone]
    pattern: str

    @property
    def held_out(self) -> bool:
        """Whether this frame is for measuring."""
        return is_held_out(self.pattern)

    def fill(self, rng: Random) -> str:
        """Return one utterance of this frame."""
        text = self.pattern
        slots = _grammar(self.language)[0]
        while match := _SLOT.search(text):
            name = match.group(1)
            value = rng.choice(slots[name]) if name in slots else self._computed(name, rng)
            text = text[: match.start()] + value + text[match.end() :]
        return text

    def _computed(self, name: str, rng: Random) -> str:
        if name in ("digits", "spelled"):
            return spoken_digits(self.language, rng)
        if name == "rare":
            return rng.choice(meaningless(self.language))
        day = name in ("date", "ordinal")
        return slot_value(self.language, "month" if day else "number", rng)


@cache
def _grammar(language: Language) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return slots and frames by topic."""
    text = (_FRAMES / f"frames_{language}.yaml").read_text(encoding="utf-8")
    raw = yaml.safe_load(text)
    return raw["slots"], raw["frames"]


@cache
def service_frames(language: Language) -> tuple[ServiceFrame, ...]:
    """Return every frame of a topic whose tone is known."""
    return tuple(
        ServiceFrame(language, tones, pattern)
        for topic, tones in _POSSIBLE.items()
        for pattern in _grammar(language)[1][topic]
        if tones == {"negative"} or not any(f"{{{slot}}}" in pattern for slot in _MIXED_SLOTS)
    )
