"""Decoded sound on its way between stages. Never stored, so a plain frozen dataclass."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000

Samples = NDArray[np.float32]
"""Float32 in [-1, 1] at 16 kHz."""

PackedSamples = NDArray[np.int16]
"""The same in steps of 2^-15: half the memory, and rounding at -98 dB of full scale."""


class Row(Protocol):
    """One channel, heard piece by piece: an array of samples, or one that is kept in 16 bits."""

    def __len__(self) -> int:
        """Return the number of samples."""
        ...

    def __getitem__(self, span: slice, /) -> Samples:
        """Return a piece of the channel, shape ``(samples of the span,)``."""
        ...


@dataclass(frozen=True)
class Sound:
    """The sound of a call at 16 kHz: a row for mono and folded dual-mono, two for stereo.

    Calls of an hour and more are kept in 16 bits and unpacked where they are listened to, so that
    four hours of stereo stay under a gigabyte.
    """

    held: Samples | PackedSamples = field(repr=False)
    """Shape ``(channels, samples)``."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The channels, each to be heard piece by piece; nothing is copied."""
        return tuple(row_of(row) for row in self.held)

    @property
    def samples(self) -> Samples:
        """Float32 in [-1, 1], shape ``(channels, samples)``; a copy where it is kept in 16 bits."""
        return unpacked(self.held)

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return float(self.held.shape[1] / SAMPLE_RATE_HZ)


@dataclass(frozen=True)
class _PackedRow:
    held: Samples | PackedSamples = field(repr=False)

    def __len__(self) -> int:
        return len(self.held)

    def __getitem__(self, span: slice, /) -> Samples:
        return unpacked(self.held[span])


def row_of(held: Samples | PackedSamples) -> Row:
    """Return one channel, shape ``(samples,)``, as something that is heard piece by piece."""
    return _PackedRow(held) if held.dtype == np.int16 else unpacked(held)


def part_of(row: Row, first: int, last: int) -> Row:
    """Return samples ``first`` to ``last`` of a channel as a channel; nothing is copied."""
    if isinstance(row, _PackedRow):
        return _PackedRow(row.held[first:last])
    return row[first:last]


def packed(samples: Samples) -> PackedSamples:
    """Return samples in 16 bits; those of a 16-bit recording at 16 kHz come back as they were."""
    steps = np.rint(samples * np.float32(32768.0))
    return np.asarray(np.clip(steps, -32768, 32767), np.int16)


def unpacked(held: Samples | PackedSamples) -> Samples:
    """Return samples as float32 in [-1, 1]: the same array where it is that already."""
    if held.dtype == np.int16:
        samples = held.astype(np.float32)
        samples /= np.float32(32768.0)
        return samples
    return held.astype(np.float32, copy=False)


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
