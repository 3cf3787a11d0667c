"""Sound at the rate of a model, made piece by piece."""

from typing import TYPE_CHECKING

import numpy as np

from qa_pipeline.records import SAMPLE_RATE_HZ, Row

if TYPE_CHECKING:
    from torch import Tensor

_PIECE_S = 60
_MARGIN_S = 1
"""Heard on either side of a piece and left out of the result: the filter is far shorter."""


def at_rate(samples: Row, to_hz: int) -> "Tensor":
    """Return a channel at another rate, shape ``(1, ceil(samples * to_hz / 16000))``.

    torchaudio's own resampling unfolds its input: it takes 19 bytes for each byte of a recording
    that it is given whole. The result is the same.
    """
    import torch
    from torchaudio.functional import resample

    if to_hz == SAMPLE_RATE_HZ:
        return torch.from_numpy(np.ascontiguousarray(samples[:]))[None]
    made = torch.empty(1, -(-len(samples) * to_hz // SAMPLE_RATE_HZ))
    seconds = -(-len(samples) // SAMPLE_RATE_HZ)
    for begin_s in range(0, seconds, _PIECE_S):
        first_s, end_s = max(0, begin_s - _MARGIN_S), begin_s + _PIECE_S
        piece = samples[first_s * SAMPLE_RATE_HZ : (end_s + _MARGIN_S) * SAMPLE_RATE_HZ]
        resampled = resample(torch.from_numpy(piece), SAMPLE_RATE_HZ, to_hz)
        wanted = made[:, begin_s * to_hz : end_s * to_hz]
        before = (begin_s - first_s) * to_hz
        wanted[0] = resampled[before : before + wanted.shape[1]]
    return made
