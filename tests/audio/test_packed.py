"""Long recordings are kept in 16 bits: half the memory, and the same to everybody who listens."""

import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from qa_pipeline.audio import decode, sound_quality, voice_activity
from qa_pipeline.audio.channels import fold_channels
from qa_pipeline.audio.decode import _GrowingRows
from qa_pipeline.audio.voice_activity import _detector_output
from qa_pipeline.records import Samples, Sound, packed, row_of, unpacked
from qa_pipeline.speakers import find_crosstalk
from tests.audio.recordings import SAMPLE_CALLS, bursts

STEP = 2.0**-15


@given(arrays(np.int16, st.integers(0, 50)))
def test_sixteen_bits_come_back_as_they_were(held: np.ndarray) -> None:
    np.testing.assert_array_equal(packed(unpacked(held)), held)


@given(arrays(np.float32, st.integers(1, 50), elements=st.floats(-1.0, 1.0, width=32)))
def test_nothing_moves_by_more_than_a_step(samples: Samples) -> None:
    assert np.abs(unpacked(packed(samples)) - samples).max() <= STEP


@given(
    arrays(np.int16, 40),
    st.integers(-50, 50),
    st.integers(-50, 50),
)
def test_a_packed_channel_is_cut_as_an_array_is(held: np.ndarray, first: int, last: int) -> None:
    row = row_of(held)
    assert len(row) == len(held)
    np.testing.assert_array_equal(row[first:last], unpacked(held)[first:last])


def test_long_recording_takes_half_the_memory(tmp_path: Path) -> None:
    minutes = 32
    whole = np.tile(np.stack([bursts(10.0, 1, 8_000), bursts(10.0, 2, 8_000)]), 6 * minutes)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((2, 1, 8_000, 0, "NONE", ""))
        file.writeframes((whole * 127 + 128).astype(np.uint8).T.tobytes())
    tracemalloc.start()
    try:
        decoded = decode(tmp_path / "a.wav")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    result_bytes = 2 * 2 * 16_000 * 60 * minutes
    assert decoded.layout == "stereo"
    assert decoded.sound.held.dtype == np.int16
    assert decoded.sound.held.nbytes == pytest.approx(result_bytes, rel=0.001)
    assert peak < 1.2 * result_bytes
    assert decoded.sound.duration_s == pytest.approx(60 * minutes, abs=0.01)
    with wave.open(str(tmp_path / "b.wav"), "wb") as file:
        file.setparams((2, 1, 8_000, 0, "NONE", ""))
        file.writeframes((whole[:, :80_000] * 127 + 128).astype(np.uint8).T.tobytes())
    short = decode(tmp_path / "b.wav").sound
    assert short.held.dtype == np.float32
    for long_row, short_row in zip(decoded.sound.rows, short.rows, strict=True):
        assert np.abs(long_row[:150_000] - short_row[:150_000]).max() <= STEP


def test_recording_longer_than_declared_is_packed_on_the_way() -> None:
    rows = _GrowingRows()
    rows.begin(1, 16_000)
    minute = bursts(60.0, 3)
    for _ in range(65):
        rows.append([minute])
    held = rows.finish()
    assert held.dtype == np.int16
    assert held.shape == (1, 65 * len(minute))
    for number in (0, 64):
        piece = unpacked(held[0, number * len(minute) : (number + 1) * len(minute)])
        assert np.abs(piece - minute).max() <= STEP


def test_channels_of_a_packed_recording_are_folded_alike() -> None:
    one, other = bursts(40.0, 1), np.roll(bursts(40.0, 2), 16_000)
    for rows in (
        [one, other],
        [one, one * 0.5],
        [one, np.zeros_like(one)],
        [one, other, one[::-1]],
    ):
        samples = unpacked(packed(np.stack(rows)))
        as_floats, as_packed = fold_channels(samples), fold_channels(packed(samples))
        assert (as_packed.layout, as_packed.kept) == (as_floats.layout, as_floats.kept)
        assert as_packed.samples.dtype == np.int16
        assert np.abs(unpacked(as_packed.samples) - as_floats.samples).max() <= STEP


def test_whoever_listens_hears_the_same() -> None:
    call = next(p for p in sorted(SAMPLE_CALLS.glob("*.wav")) if len(decode(p).sound.held) == 2)
    held = packed(decode(call).sound.samples[:, : 40 * 16_000])
    plain, kept = Sound(unpacked(held)), Sound(held)
    np.testing.assert_array_equal(plain.samples, kept.samples)
    regions = [voice_activity(row) for row in plain.rows]
    assert regions == [voice_activity(row) for row in kept.rows]
    assert sound_quality(plain.rows, regions) == sound_quality(kept.rows, regions)
    one, two = find_crosstalk(plain.rows), find_crosstalk(kept.rows)
    np.testing.assert_array_equal(one.leaked, two.leaked)
    np.testing.assert_array_equal(one.power, two.power)


def test_the_detector_hears_in_portions_what_it_hears_at_once() -> None:
    from faster_whisper.vad import get_vad_model

    call = next(p for p in sorted(SAMPLE_CALLS.glob("*.wav")))
    row = decode(call).sound.samples[0][: 512 * 2_500]  # two and a half portions
    # Faster-whisper silences the end of the last frame in the array that it is given.
    at_once = get_vad_model()(row.copy()).reshape(-1)
    in_portions = _detector_output(row)
    assert len(in_portions) == len(at_once)
    np.testing.assert_array_equal(in_portions[:-1], at_once[:-1])
