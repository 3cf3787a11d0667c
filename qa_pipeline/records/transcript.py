"""Words as the recogniser heard them, and turns as the diarizer heard them."""

from collections.abc import Iterator
from typing import NamedTuple, Self

from pydantic import Field, NonNegativeFloat, NonNegativeInt, model_validator

from qa_pipeline.records.base import Record

WordTimes = tuple[str, float, float, float]
"""Text, start_s, end_s and probability of a word."""


NO_CHANNEL = -1
"""Channel of a word that came with a finished transcript, which says nothing of channels. The
word's time is a share of its cue's."""


class SpokenWords(NamedTuple):
    """Words in columns, one entry a word."""

    texts: list[str]
    starts_s: list[float]
    ends_s: list[float]
    probabilities: list[float]

    def rows(self) -> Iterator[WordTimes]:
        """Yield the words one by one."""
        return zip(*self, strict=True)


class Word(Record):
    """One recognised word (English) or character group (Mandarin), without surrounding spaces."""

    text: str = Field(min_length=1)
    start_s: NonNegativeFloat
    end_s: NonNegativeFloat
    probability: float = Field(ge=0.0, le=1.0)
    channel: int = 0
    """The channel that it was heard on, from 0, or ``NO_CHANNEL``."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end_s < self.start_s:
            raise ValueError(f"word {self.text!r} ends at {self.end_s} before {self.start_s}")
        return self


class Transcript(Record):
    """All words of one channel, in time order, with the language they were heard in."""

    channel: int
    language: str
    language_probability: float = Field(ge=0.0, le=1.0)
    words: tuple[Word, ...]
    speech_s: NonNegativeFloat
    """Seconds of the channel in which voice activity was found."""
    removed_words: NonNegativeInt = 0
    """Words that were taken out as inventions of the recogniser."""
    corrected_words: NonNegativeInt = 0
    """Names that were put right by the centre's vocabulary."""
    mean_log_probability: float | None = Field(default=None, le=0.0)
    """The recogniser's own, of its tokens, windows weighted by their speech; ``None``: not told."""
    no_speech_probability: float | None = Field(default=None, ge=0.0, le=1.0)
    """The recogniser's own doubt that anybody speaks, weighted alike; ``None``: not told."""


class Turn(Record):
    """One stretch of speech of one speaker. Turns of different speakers may overlap."""

    speaker: str
    start_s: NonNegativeFloat
    end_s: NonNegativeFloat

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end_s < self.start_s:
            raise ValueError(f"turn of {self.speaker} ends at {self.end_s} before {self.start_s}")
        return self
