"""What the pipeline asks of a transcription engine, whatever model is behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from qa_pipeline.records import Region, Samples, Transcript


@dataclass(frozen=True)
class ChannelRequest:
    """One channel of one call to be transcribed."""

    samples: Samples = field(repr=False)
    """Float32 at 16 kHz, shape ``(samples,)``: the whole channel."""
    channel: int
    language: str | None
    """ISO 639-1 when it is known; ``None``: find out once for the channel."""
    regions: tuple[Region, ...]
    """Where somebody speaks, in time order. Nothing else is listened to."""


class TranscriptionEngine(Protocol):
    """Turns channels into words."""

    @property
    def name(self) -> str:
        """Name of the model."""

    @property
    def version(self) -> str:
        """What tells this model from another of the same name."""

    def transcribe(self, requests: Sequence[ChannelRequest]) -> list[Transcript]:
        """Transcribe channels of any number of calls together; one transcript a request."""
