"""Decoded sound on its way between stages. Never stored, so a plain frozen dataclass."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000

Samples = NDArray[np.float32]
"""Float32 in [-1, 1] at 16 kHz."""


@dataclass(frozen=True)
class Sound:
    """Samples of a call: float32 in [-1, 1] at 16 kHz, shape ``(channels, samples)``.

    One row for mono and folded dual-mono recordings, two for stereo.
    """

    samples: Samples = field(repr=False)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return float(self.samples.shape[1] / SAMPLE_RATE_HZ)


@dataclass(frozen=True)
class Region:
    """A stretch of one channel in which voice activity was found."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class SoundQuality:
    """How well the worst channel with speech was recorded."""

    clipped_pct: float
    """Share of the samples of speech that lie at the limit of the recorder."""
    snr_db: float | None
    """Power of the speech against the noise between it; ``None``: nothing lies between it."""
