"""Utterances with their tone, drawn from the frames: combined, and misheard."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from models.training.tone.apart import Fillable, fill_apart
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
from models.training.tone.service import ServiceFrame, service_frames
from models.training.tone.written import Written, written

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
_SERVICE_SHARE = 0.3
_WRITTEN_SHARE = 0.7
"""Of the utterances with a tone: written freely, the rest from frames."""
_BETWEEN_SHARE = 0.1
"""Of all: utterances on whose tone fair people would differ."""
_TWO_SENTENCES = 0.3
_WITHOUT_MEANING = 0.08
_MAX_ERROR_RATE = 0.25


Item = TypeVar("Item", Frame, ServiceFrame, Written)


@dataclass(frozen=True)
class Example:
    """One utterance and the tones that it can have; where labelled, exactly one."""

    language: Language
    tones: frozenset[Tone]
    text: str


class Examples:
    """Draws examples from the training frames, or from the held-out ones."""

    def __init__(self, rng: Random, *, held_out: bool) -> None:
        self._rng = rng

        def kept(items: Iterable[Item]) -> list[Item]:
            return [item for item in items if item.held_out == held_out and _usable(item)]

        both = [(language, tone) for language in LANGUAGES for tone in TONES]
        self._frames = {(la, tone): kept(frames(la, tone)) for la, tone in both}
        self._written = {
            (la, tone): kept(w for w in written(la) if w.tones == {tone}) for la, tone in both
        }
        self._between = {la: kept(w for w in written(la) if len(w.tones) > 1) for la in LANGUAGES}
        self._service = {la: kept(service_frames(la)) for la in LANGUAGES}

    def draw(self) -> Example:
        """Return one example for training, misheard at a random rate."""
        language = self._rng.choice(LANGUAGES)
        kind = self._rng.random()
        if kind < _SERVICE_SHARE:
            example = self._service_example(language)
        elif kind < _SERVICE_SHARE + _BETWEEN_SHARE:
            between = self._rng.choice(self._between[language])
            example = Example(language, between.tones, between.text)
        else:
            example = self._toned_example(language, self._rng.choice(TONES))
        rate = self._rng.uniform(0, _MAX_ERROR_RATE)
        return replace(example, text=misheard(example.text, language, rate, self._rng))

    def measured(self, of_each: int, error_rate: float) -> list[Example]:
        """Return single utterances, each frame equally often, misheard at one error rate."""
        labelled = [
            Example(language, frozenset({tone}), _fill(frame, self._rng))
            for (language, tone), available in self._frames.items()
            for frame in available
            for _ in range(of_each)
        ]
        return [self._heard(example, error_rate) for example in labelled]

    def measured_written(self, error_rate: float) -> list[Example]:
        """Return the freely written utterances with one tone, misheard at one error rate."""
        found = [
            Example(language, frozenset({tone}), item.text)
            for (language, tone), available in self._written.items()
            for item in available
        ]
        return [self._heard(example, error_rate) for example in found]

    def measured_service(self, of_each: int, error_rate: float) -> list[Example]:
        """Return single utterances of service frames, misheard at one error rate."""
        drawn = [
            Example(language, frame.tones, _fill(frame, self._rng))
            for language, available in self._service.items()
            for frame in available
            for _ in range(of_each)
        ]
        return [self._heard(example, error_rate) for example in drawn]

    def _heard(self, example: Example, error_rate: float) -> Example:
        text = misheard(example.text, example.language, error_rate, self._rng)
        return replace(example, text=text)

    def _toned_example(self, language: Language, tone: Tone) -> Example:
        rng = self._rng
        if tone == "neutral" and rng.random() < _WITHOUT_MEANING:
            return Example(language, frozenset({tone}), self._without_meaning(language))
        parts = rng.choice(_COMBINE[tone])
        filled = [self._toned(language, part) for part in parts]
        return Example(language, frozenset({tone}), _joined(language, filled))

    def _toned(self, language: Language, tone: Tone) -> str:
        """Return one utterance of a tone, freely written or from a frame."""
        if self._rng.random() < _WRITTEN_SHARE:
            return self._rng.choice(self._written[language, tone]).text
        return _fill(self._rng.choice(self._frames[language, tone]), self._rng)

    def _service_example(self, language: Language) -> Example:
        rng = self._rng
        chosen = [rng.choice(self._service[language])]
        if rng.random() < _TWO_SENTENCES:
            chosen.append(rng.choice(self._service[language]))
        tones = frozenset[Tone]().union(*(frame.tones for frame in chosen))
        if "negative" in tones:
            tones = frozenset({"negative"})
        return Example(language, tones, _joined(language, [_fill(f, rng) for f in chosen]))

    def _without_meaning(self, language: Language) -> str:
        rng = self._rng
        if rng.random() < 0.3:
            return spoken_digits(language, rng)
        words = [rng.choice(meaningless(language)) for _ in range(rng.randint(3, 12))]
        return _joined(language, words)


def _usable(frame: Fillable) -> bool:
    return fill_apart(frame, Random(0)) is not None


def _fill(frame: Fillable, rng: Random) -> str:
    """Fill a usable frame; should chance fail it, with the wording that made it usable."""
    return fill_apart(frame, rng) or fill_apart(frame, Random(0)) or ""


def _joined(language: Language, pieces: list[str]) -> str:
    return (" " if language == "en" else "").join(pieces)
