"""What the pipeline asks of a transcription engine, whatever model is behind it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from qa_pipeline.records import Region, Row, Transcript


@dataclass(frozen=True)
class ChannelRequest:
    """One channel of one call to be transcribed."""

    samples: Row = field(repr=False)
    """The whole channel at 16 kHz."""
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
