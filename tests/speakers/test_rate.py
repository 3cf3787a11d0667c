"""Resampling in pieces gives what resampling of the whole gives."""

import numpy as np
import pytest
import torch
from torchaudio.functional import resample

from qa_pipeline.records import SAMPLE_RATE_HZ, packed, row_of
from qa_pipeline.speakers.rate import at_rate


@pytest.mark.parametrize("to_hz", [8_000, 24_000])
@pytest.mark.parametrize("length", [1, 4_001, 60 * SAMPLE_RATE_HZ, 135 * SAMPLE_RATE_HZ + 77])
def test_pieces_fit_together(length: int, to_hz: int) -> None:
    noise = np.random.default_rng(length).uniform(-1, 1, length).astype(np.float32)
    whole = resample(torch.from_numpy(noise)[None], SAMPLE_RATE_HZ, to_hz)
    pieces = at_rate(noise, to_hz)
    assert pieces.shape == whole.shape
    torch.testing.assert_close(pieces, whole, atol=1e-6, rtol=0.0)


def test_own_rate_and_packed_sound_come_through() -> None:
    noise = np.random.default_rng(0).uniform(-1, 1, 3 * SAMPLE_RATE_HZ).astype(np.float32)
    held = packed(noise)
    assert torch.equal(at_rate(row_of(held), SAMPLE_RATE_HZ)[0], torch.from_numpy(row_of(held)[:]))
