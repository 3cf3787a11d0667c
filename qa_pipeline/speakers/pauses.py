"""Where somebody who speaks is silent for a moment: told from loudness alone."""

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.records import SAMPLE_RATE_HZ, Row

HOP_S = 0.01
_BLOCK_S = 600.0
"""Loudness is found in blocks, so that a long call needs no more memory at once."""
_QUIET = 10 ** (-25 / 10)
"""A pause is 25 dB below the loudest tenth of its stretch ..."""
_NEAR_NOISE = 10 ** (4 / 10)
"""... or within 4 dB of the noise of the call, the level of its quietest twentieth."""


class Pauses:
    """The pauses of one channel."""

    def __init__(self, samples: Row) -> None:
        """``samples``: the channel at 16 kHz."""
        self._power = _power(samples)
        self._noise = float(np.quantile(self._power, 0.05)) if len(self._power) else 0.0

    def within(self, start_s: float, end_s: float, shortest_s: float) -> list[float]:
        """Return the middles, in seconds, of the pauses of a stretch that are at least so long."""
        power = self._power[int(start_s / HOP_S) : int(end_s / HOP_S)]
        if not len(power):
            return []
        loud = float(np.quantile(power, 0.9))
        quiet = power < max(loud * _QUIET, self._noise * _NEAR_NOISE)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]]))).tolist()
        return [
            start_s + (begin + end) / 2 * HOP_S
            for begin, end in zip(edges[::2], edges[1::2], strict=True)
            if end - begin >= shortest_s / HOP_S
        ]


def _power(samples: Row) -> NDArray[np.float32]:
    """Return the mean square of every 10 ms, each averaged with its neighbours."""
    frame, block = round(HOP_S * SAMPLE_RATE_HZ), round(_BLOCK_S * SAMPLE_RATE_HZ)
    whole = len(samples) // frame * frame
    if not whole:
        return np.zeros(0, np.float32)
    power = np.concatenate(
        [
            np.mean(samples[at : min(at + block, whole)].reshape(-1, frame) ** 2, axis=1)
            for at in range(0, whole, block)
        ]
    )
    smooth: NDArray[np.float32] = np.convolve(power, np.full(3, 1 / 3), "same").astype(np.float32)
    return smooth
