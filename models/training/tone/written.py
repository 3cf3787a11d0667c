"""Utterances of service calls written freely for this recipe, each with the tones it can have.

A line of ``texts/written_<language>.txt`` is ``LABEL|text``; labels are those of `_LABELS`. One
line in ten is held out for measuring.
"""

from dataclasses import dataclass
from functools import cache
from random import Random

from models.training.tone.frames import TEXTS, Language, Tone, is_held_out

_LABELS: dict[str, frozenset[Tone]] = {
    "N": frozenset({"negative"}),
    "0": frozenset({"neutral"}),
    "P": frozenset({"positive"}),
    "0P": frozenset({"neutral", "positive"}),
    "N0": frozenset({"negative", "neutral"}),
}


@dataclass(frozen=True)
class Written:
    """One utterance and the tones on which fair people agree or differ."""

    language: Language
    tones: frozenset[Tone]
    text: str

    @property
    def held_out(self) -> bool:
        """Whether this utterance is for measuring."""
        return is_held_out(self.text)

    def fill(self, rng: Random) -> str:  # noqa: ARG002
        """Return the utterance."""
        return self.text


@cache
def written(language: Language) -> tuple[Written, ...]:
    """Return all utterances of a language."""
    lines = (TEXTS / f"written_{language}.txt").read_text(encoding="utf-8").splitlines()
    parts = (line.split("|", 1) for line in lines if line and not line.startswith("#"))
    return tuple(Written(language, _LABELS[label], text) for label, text in parts)
