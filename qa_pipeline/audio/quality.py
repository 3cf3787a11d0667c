"""How well a recording was recorded: clipping and noise, where somebody speaks and where nobody."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Row, Samples, SoundQuality

_FRAME = 512
_NEAR_PEAK = 0.95
_PEAK_QUANTILE = 0.99
"""Samples this near to the peak of the loudest frames are at the limit of whatever clipped them.
A click in one frame of a hundred hides no clipping."""
_AROUND_S = 0.3
"""Kept clear of speech on either side before sound counts as the noise between it."""
_FEWEST_NOISE_FRAMES = 30
"""A second without speech is needed to judge the noise."""
_QUIET_QUANTILE = 0.1
"""Far below the middle: hold music and ringing lie between the speech as well."""
_STEADY_FRAMES = 8
_BEST_SNR_DB = 80.0
_BLOCK_FRAMES = 6000


def sound_quality(
    rows: Iterable[Row], regions_by_channel: Sequence[Sequence[Region]]
) -> SoundQuality | None:
    """Return the quality of the worst channel that holds speech, ``None`` where none does.

    Args:
        rows: The channels.
        regions_by_channel: Voice activity, a sequence a channel.
    """
    found = [
        _quality(row, regions)
        for row, regions in zip(rows, regions_by_channel, strict=True)
        if regions
    ]
    if not found:
        return None
    ratios = [quality.snr_db for quality in found if quality.snr_db is not None]
    return SoundQuality(
        clipped_pct=max(quality.clipped_pct for quality in found),
        snr_db=min(ratios) if ratios else None,
    )


def _quality(row: Row, regions: Sequence[Region]) -> SoundQuality:
    frames = len(row) // _FRAME
    speech, near = np.zeros((2, frames), np.bool_)
    for region in regions:
        speech[_frame(region.start_s) : _frame(region.end_s)] = True
        near[_frame(region.start_s - _AROUND_S) : _frame(region.end_s + _AROUND_S) + 1] = True
    if not speech.any():
        return SoundQuality(clipped_pct=0.0, snr_db=None)
    powers, means, tops, bottoms = np.zeros((4, frames))
    for begin, block in _blocks(row, frames):
        part = slice(begin, begin + len(block))
        # The variance: hum from a constant offset is no noise.
        powers[part] = np.var(block, axis=1, dtype=np.float64)
        means[part] = block.mean(axis=1, dtype=np.float64)
        tops[part], bottoms[part] = block.max(axis=1), block.min(axis=1)
    # Each side has its limit: an offset before or after what clipped moves one against the other.
    offset = float(means.mean())
    top = offset + _limit(tops[speech] - offset)
    bottom = offset - _limit(offset - bottoms[speech])
    at_limit = 0
    for begin, block in _blocks(row, frames):
        spoken = block[speech[begin : begin + len(block)]]
        at_limit += int(np.count_nonzero((spoken >= top) | (spoken <= bottom)))
    return SoundQuality(
        clipped_pct=100.0 * at_limit / (int(speech.sum()) * _FRAME),
        snr_db=_snr_db(powers[speech], powers[~near]),
    )


def _limit(peaks: NDArray[np.float64]) -> float:
    """Return from which distance to the offset samples are at the limit; infinite in silence."""
    peak = float(np.quantile(peaks, _PEAK_QUANTILE, method="lower"))
    return _NEAR_PEAK * peak if peak > 0.0 else float("inf")


def _blocks(row: Row, frames: int) -> Iterator[tuple[int, Samples]]:
    """Yield (first frame, frames) a few minutes at a time: copies of a call of hours are dear."""
    for begin in range(0, frames, _BLOCK_FRAMES):
        end = min(frames, begin + _BLOCK_FRAMES)
        yield begin, row[begin * _FRAME : end * _FRAME].reshape(-1, _FRAME)


def _frame(at_s: float) -> int:
    return max(0, int(at_s * SAMPLE_RATE_HZ / _FRAME))


def _snr_db(speech: NDArray[np.float64], noise: NDArray[np.float64]) -> float | None:
    """Return the power of speech without its noise against the noise, in dB."""
    if len(noise) < _FEWEST_NOISE_FRAMES:
        return None
    # Noise swells and fades: a quarter of a second of it is steadier than a frame.
    steady = np.convolve(noise, np.ones(_STEADY_FRAMES) / _STEADY_FRAMES, "valid")
    quiet = float(np.quantile(steady, _QUIET_QUANTILE))
    clean = max(float(speech.mean()) - quiet, 1e-12)
    return min(_BEST_SNR_DB, 10.0 * float(np.log10(clean / max(quiet, 1e-12))))
