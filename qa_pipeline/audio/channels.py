"""What the channels of a recording hold: a speaker each, the same sound twice, or nothing."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.records import (
    SAMPLE_RATE_HZ,
    ChannelLayout,
    PackedSamples,
    Row,
    Samples,
    packed,
    row_of,
    unpacked,
)

_FRAME = SAMPLE_RATE_HZ // 10
_BLOCK = 60 * SAMPLE_RATE_HZ
_SILENT_DB = -60.0
"""Loudest frames below this are idle noise of a line (8-bit companding idles near -70 dB)."""
_FAR_BELOW_DB = 55.0
"""A channel this far below the other holds its crosstalk and nobody of its own."""
_IDLE_DB = -40.0
_STEADY_DB = 6.0
"""Speech rises much further above the pauses within it. A channel below `_IDLE_DB` whose level
keeps within this all the time is a line that nobody speaks on."""
_PIECE_S = 4.0
_PIECES = 24
_LOUDEST = 0.15
"""Of the pieces, those in which a channel is its own speaker's, however little that one says."""
_MAX_SHIFT_S = 0.1
_SAME_SOUND = 0.9
_SAME_LEVEL_DB = 3.0


@dataclass(frozen=True)
class Folded:
    """The rows worth listening to and what the recording's channels turned out to be."""

    samples: Samples | PackedSamples
    layout: ChannelLayout
    kept: tuple[int, ...]


def fold_channels(samples: Samples | PackedSamples) -> Folded:
    """Find out what the channels hold and keep one row for each different sound.

    ``samples``: float32 or packed, shape ``(channels, samples)``. More than two different channels
    are mixed to one row, layout ``mono``, because who is on which cannot be told from the file.
    """
    count = samples.shape[0]
    if count == 1:
        return Folded(samples, "mono", (0,))
    rows = [row_of(row) for row in samples]
    powers = [np.sort(_frame_powers(row)) for row in rows]
    levels = np.array([_level_db(ordered) for ordered in powers])
    least_db = max(_SILENT_DB, levels.max() - _FAR_BELOW_DB)
    live = [c for c in range(count) if levels[c] > least_db and not _is_idle(powers[c])]
    if not live:
        return Folded(samples[:1].copy(), "one_silent", (0,))
    different = _without_copies(rows, live, levels)
    if len(different) == 1:
        layout: ChannelLayout = "one_silent" if len(live) == 1 else "dual_mono"
        kept = samples[different[0] : different[0] + 1].copy()
        return Folded(kept, layout, tuple(different))
    if len(different) == 2:
        kept = samples if count == 2 else samples[different]
        return Folded(kept, "stereo", tuple(different))
    return Folded(_mixed(samples, different), "mono", (different[0],))


def _mixed(samples: Samples | PackedSamples, channels: list[int]) -> Samples | PackedSamples:
    """Return the mean of some channels in one row, made a minute at a time."""
    mix = np.empty((1, samples.shape[1]), samples.dtype)
    for begin in range(0, samples.shape[1], _BLOCK):
        piece = unpacked(samples[channels, begin : begin + _BLOCK])
        mean: Samples = piece.mean(axis=0, dtype=np.float32)
        mix[0, begin : begin + _BLOCK] = packed(mean) if mix.dtype == np.int16 else mean
    return mix


def _without_copies(rows: list[Row], live: list[int], levels: NDArray[np.float64]) -> list[int]:
    """Drop channels that repeat a louder one; return the others in file order."""
    kept: list[int] = []
    for channel in sorted(live, key=lambda c: (-round(float(levels[c]) / _SAME_LEVEL_DB), c)):
        if not any(same_sound(rows[other], rows[channel]) for other in kept):
            kept.append(channel)
    return sorted(kept)


def _frame_powers(row: Row) -> NDArray[np.float64]:
    """Mean square of every 0.1 s without its offset, shape ``(frames,)``."""
    whole = len(row) // _FRAME
    if whole == 0:
        return np.array([float(np.var(row[:]))]) if len(row) else np.zeros(1)
    powers = np.empty(whole)
    step = _BLOCK // _FRAME
    for begin in range(0, whole, step):
        end = min(whole, begin + step)
        powers[begin:end] = row[begin * _FRAME : end * _FRAME].reshape(-1, _FRAME).var(axis=1)
    return powers


def _level_db(powers: NDArray[np.float64]) -> float:
    """Return the level of the third-loudest 0.1 s in dB of full scale; a click is no speech.

    ``powers``: of every 0.1 s, in rising order.
    """
    power = powers[-3] if len(powers) >= 10 else powers[-1]
    return float(10 * np.log10(power + 1e-12))


def _is_idle(powers: NDArray[np.float64]) -> bool:
    """Say whether a channel of at least 10 s holds quiet, steady noise and nothing else."""
    if len(powers) < 100:
        return False
    level_db = _level_db(powers)
    return level_db < _IDLE_DB and level_db - _level_db(powers[: len(powers) // 10]) < _STEADY_DB


def same_sound(one: Row, other: Row) -> bool:
    """Say whether two channels carry the same sound, delayed or at another level perhaps.

    Loud pieces from all over the call are cross-correlated (normalised, delays up to 0.1 s). The
    same sound correlates everywhere with the same difference of level. Crosstalk correlates too,
    but its level difference turns round with whoever speaks; so both are asked where the one and
    where the other channel is at its loudest, however quiet and rare one of the speakers is.
    """
    size = min(int(_PIECE_S * SAMPLE_RATE_HZ), len(one))
    if size == 0:
        return False
    starts = np.unique(np.linspace(0, len(one) - size, 2 * _PIECES).astype(int)).tolist()
    loudest = [_loudest(row, starts, size) for row in (one, other)]
    compared = {begin: _compared(one, other, begin, size) for begin in {*loudest[0], *loudest[1]}}
    usual_db = float(np.median([compared[s].level_db for group in loudest for s in group]))
    return all(
        float(np.quantile([compared[s].correlation for s in group], 0.2)) >= _SAME_SOUND
        and float(np.quantile([abs(compared[s].level_db - usual_db) for s in group], 0.8))
        <= _SAME_LEVEL_DB
        for group in loudest
    )


class _Compared(NamedTuple):
    """A piece of two channels side by side."""

    correlation: float
    """The highest within the allowed delay, 0 to 1."""
    level_db: float
    """By how much the first is louder."""


def _compared(one: Row, other: Row, begin: int, size: int) -> _Compared:
    a = one[begin : begin + size].astype(np.float64)
    b = other[begin : begin + size].astype(np.float64)
    a, b = a - a.mean(), b - b.mean()
    power_a, power_b = float(a @ a) + 1e-9, float(b @ b) + 1e-9
    correlation = _highest_correlation(a, b) / float(np.sqrt(power_a * power_b))
    return _Compared(correlation, float(10 * np.log10(power_a / power_b)))


def _loudest(row: Row, starts: list[int], size: int) -> list[int]:
    """Return where the loudest fraction of the pieces of one channel begins."""
    ordered = sorted(starts, key=lambda s: -float(np.var(row[s : s + size])))
    return ordered[: max(1, round(_LOUDEST * len(starts)))]


def _highest_correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Return the largest absolute cross-correlation within the allowed delay (by FFT)."""
    padded = 1 << (2 * len(a) - 1).bit_length()
    spectrum = np.fft.rfft(a, padded) * np.conj(np.fft.rfft(b, padded))
    products = np.abs(np.fft.irfft(spectrum, padded))
    reach = min(int(_MAX_SHIFT_S * SAMPLE_RATE_HZ), len(a) - 1)
    return float(max(products[: reach + 1].max(), products[-reach:].max(initial=0.0)))
