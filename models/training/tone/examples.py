"""Utterances with their tone, drawn from the frames: combined, and misheard."""

from dataclasses import dataclass
from random import Random

from models.training.tone.frames import (
    LANGUAGES,
    TONES,
    Frame,
    Language,
    Tone,
    frames,
    spoken_digits,
)
from models.training.tone.noise import meaningless, misheard

_COMBINE: dict[Tone, tuple[tuple[Tone, ...], ...]] = {
    "negative": (
        ("negative",),
        ("negative",),
        ("negative",),
        ("negative", "negative"),
        ("negative", "neutral"),
        ("neutral", "negative"),
        ("positive", "negative"),
    ),
    "neutral": (("neutral",), ("neutral",), ("neutral",), ("neutral", "neutral")),
    "positive": (
        ("positive",),
        ("positive",),
        ("positive",),
        ("positive", "positive"),
        ("positive", "neutral"),
        ("neutral", "positive"),
    ),
}
"""A call's utterance is often two sentences; displeasure in one colours both."""
_WITHOUT_MEANING = 0.08
_MAX_ERROR_RATE = 0.3


@dataclass(frozen=True)
class Example:
    """One utterance and its tone."""

    language: Language
    tone: Tone
    text: str


class Examples:
    """Draws examples from training frames, or from held-out ones, or from all."""

    def __init__(self, rng: Random, *, held_out: bool | None) -> None:
        self._rng = rng
        self._frames: dict[tuple[Language, Tone], list[Frame]] = {
            (language, tone): [
                frame
                for frame in frames(language, tone)
                if held_out is None or frame.held_out == held_out
            ]
            for language in LANGUAGES
            for tone in TONES
        }

    def draw(self) -> Example:
        """Return one example for training: any language and tone, combined and misheard."""
        rng = self._rng
        language, tone = rng.choice(LANGUAGES), rng.choice(TONES)
        if tone == "neutral" and rng.random() < _WITHOUT_MEANING:
            return Example(language, tone, self._without_meaning(language))
        parts = rng.choice(_COMBINE[tone])
        joint = " " if language == "en" else ""
        text = joint.join(rng.choice(self._frames[language, part]).fill(rng) for part in parts)
        return Example(
            language, tone, misheard(text, language, rng.uniform(0, _MAX_ERROR_RATE), rng)
        )

    def measured(self, of_each: int, error_rate: float) -> list[Example]:
        """Return single utterances, each frame equally often, misheard at one error rate."""
        return [
            Example(
                language, tone, misheard(frame.fill(self._rng), language, error_rate, self._rng)
            )
            for (language, tone), available in self._frames.items()
            for frame in available
            for _ in range(of_each)
        ]

    def _without_meaning(self, language: Language) -> str:
        rng = self._rng
        if rng.random() < 0.3:
            return spoken_digits(language, rng)
        joint = " " if language == "en" else ""
        return joint.join(rng.choice(meaningless(language)) for _ in range(rng.randint(3, 12)))
