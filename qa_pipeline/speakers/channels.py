"""Turns where every speaker has a channel: voice activity, less what leaks between channels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Samples, Turn

_PAUSE_S = 0.5
"""Shorter pauses belong to the turn."""
_SHORTEST_S = 0.1
_FRAME_S = 0.4
"""Long enough that two voices do not look alike by chance, short enough to follow a word."""
_QUIETER = 10 ** (-6.0 / 20)
"""A leak is at least 6 dB quieter than the voice that it is a copy of."""
_ALIKE = 0.5
"""Correlation from which one channel counts as a copy of the other."""
_LAG_S = 0.05
"""The leak may come late: by the length of an echo in the handset or the network."""


def channel_turns(
    regions_by_channel: Sequence[Sequence[Region]],
    samples: Samples | None = None,
    pause_s: float = _PAUSE_S,
    padding_s: float = 0.0,
) -> tuple[Turn, ...]:
    """Return the turns of ``channel-0``, ``channel-1``, ... in time order.

    Regions of one channel that lie less than ``pause_s`` apart are one turn.

    Args:
        regions_by_channel: Voice activity, a sequence a channel.
        samples: The sound ``(channels, samples)`` at 16 kHz. Where given, what is only a quieter
            copy of the speech of another channel is left out.
        pause_s: Seconds of silence that end a turn.
        padding_s: Seconds of silence that every region carries at either end, left out here.
    """
    turns: list[Turn] = []
    for channel, regions in enumerate(regions_by_channel):
        kept: Sequence[Region] = [_trimmed(region, padding_s) for region in regions]
        if samples is not None:
            kept = _without_leaks(channel, kept, samples)
        turns += [
            Turn(speaker=f"channel-{channel}", start_s=region.start_s, end_s=region.end_s)
            for region in _joined(kept, pause_s)
        ]
    return tuple(sorted(turns, key=lambda turn: (turn.start_s, turn.speaker)))


def _trimmed(region: Region, padding_s: float) -> Region:
    if region.end_s - region.start_s <= 2 * padding_s:
        return region
    return Region(region.start_s + padding_s, region.end_s - padding_s)


def _joined(regions: Sequence[Region], pause_s: float) -> list[Region]:
    joined: list[Region] = []
    for region in sorted(regions, key=lambda r: r.start_s):
        if joined and region.start_s - joined[-1].end_s < pause_s:
            end_s = max(joined[-1].end_s, region.end_s)
            joined[-1] = Region(joined[-1].start_s, end_s)
        else:
            joined.append(region)
    return joined


def _without_leaks(channel: int, regions: Sequence[Region], samples: Samples) -> list[Region]:
    """Cut out of the regions every frame that copies a louder channel."""
    kept: list[Region] = []
    for region in regions:
        edges_s = np.arange(region.start_s, region.end_s, _FRAME_S)
        for start_s in edges_s.tolist():
            end_s = min(start_s + _FRAME_S, region.end_s)
            if not _is_leak(channel, start_s, samples):
                kept.append(Region(start_s, end_s))
    # Frames of one region touch: join them again, but over no pause.
    return [r for r in _joined(kept, 1e-6) if r.end_s - r.start_s >= _SHORTEST_S]


def _is_leak(channel: int, start_s: float, samples: Samples) -> bool:
    begin = round(start_s * SAMPLE_RATE_HZ)
    frame = samples[:, begin : begin + round(_FRAME_S * SAMPLE_RATE_HZ)].astype(np.float64)
    if frame.shape[1] < SAMPLE_RATE_HZ // 20:
        return False
    own = frame[channel]
    own_level = float(np.sqrt(np.mean(own**2)))
    for other_channel, other in enumerate(frame):
        if other_channel == channel:
            continue
        other_level = float(np.sqrt(np.mean(other**2)))
        if own_level < _QUIETER * other_level and _likeness(own, other) > _ALIKE:
            return True
    return False


def _likeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the largest absolute correlation of two frames over lags of up to ``_LAG_S``."""
    size = 1 << (len(one) + int(_LAG_S * SAMPLE_RATE_HZ)).bit_length()
    spectrum = np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size))
    correlation = np.abs(np.fft.irfft(spectrum, size))
    lags = int(_LAG_S * SAMPLE_RATE_HZ)
    peak = max(correlation[: lags + 1].max(), correlation[-lags:].max())
    energy = float(np.sqrt(np.sum(one**2) * np.sum(other**2)))
    return float(peak) / energy if energy > 0 else 0.0
