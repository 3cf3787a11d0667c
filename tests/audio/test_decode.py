"""Recordings of every kind decode; everything else is refused by name and reason."""

import os
import shutil
import struct
import tempfile
import tracemalloc
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.audio import decode
from qa_pipeline.errors import AudioError
from tests.audio.recordings import NO_REAL, REAL, SAMPLE_CALLS, bursts, encode

real = pytest.mark.skipif(not REAL.is_dir(), reason=NO_REAL)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation at the best shift within 0.1 s: codecs delay."""
    best = 0.0
    for shift in range(-1600, 1601, 4):
        one, other = (a[shift:], b) if shift >= 0 else (a, b[-shift:])
        size = min(len(one), len(other), 32_000)
        best = max(best, float(np.corrcoef(one[:size], other[:size])[0, 1]))
    return best


@pytest.mark.parametrize(
    ("name", "codec", "rate_hz", "expected"),
    [
        ("a.wav", "pcm_s16le", 16_000, "pcm_s16le"),
        ("a.wav", "pcm_mulaw", 8_000, "pcm_mulaw"),
        ("a.wav", "pcm_alaw", 8_000, "pcm_alaw"),
        ("a.wav", "pcm_u8", 8_000, "pcm_u8"),
        ("a.wav", "pcm_s24le", 48_000, "pcm_s24le"),
        ("a.wav", "pcm_f32le", 44_100, "pcm_f32le"),
        ("a.mp3", "mp3", 44_100, "mp3"),
        ("a.flac", "flac", 22_050, "flac"),
        ("a.ogg", "libopus", 48_000, "opus"),
        ("a.m4a", "aac", 44_100, "aac"),
        ("a.opus", "libopus", 48_000, "opus"),
        ("a.mka", "pcm_s16le", 11_025, "pcm_s16le"),
        ("a.mp4", "aac", 32_000, "aac"),
        ("a.au", "pcm_mulaw", 8_000, "pcm_mulaw"),
    ],
)
def test_formats_decode_to_the_same_sound(
    tmp_path: Path, name: str, codec: str, rate_hz: int, expected: str
) -> None:
    smooth = np.convolve(bursts(4.0, 1, rate_hz), np.ones(12) / 4, "same").astype(np.float32)
    path = encode(tmp_path / name, smooth[np.newaxis], rate_hz, codec)
    decoded = decode(path)
    assert (decoded.codec, decoded.sample_rate_hz, decoded.channels) == (expected, rate_hz, 1)
    assert decoded.layout == "mono"
    assert decoded.duration_s == pytest.approx(4.0, abs=0.12)
    assert decoded.sound.samples.dtype == np.float32
    assert np.abs(decoded.sound.samples).max() <= 1.0
    original = np.interp(np.arange(64_000) / 16_000, np.arange(len(smooth)) / rate_hz, smooth)
    assert correlation(decoded.sound.samples[0], original) > 0.9


@real
def test_real_recordings_decode() -> None:
    facts = {
        path.name: decode(path)
        for path in sorted(REAL.glob("*.wav"))
        if path.name != "missing_header.wav"
    }
    assert facts["dealership_mono_8k.wav"].codec == "pcm_u8"
    assert facts["dealership_mono_8k.wav"].duration_s == pytest.approx(277.66, abs=0.01)
    assert facts["english_then_mandarin_44k.wav"].sample_rate_hz == 44_100
    assert facts["mulaw_16k.wav"].codec == "pcm_mulaw"
    assert facts["mulaw_16k.wav"].duration_s == pytest.approx(2.03, abs=0.01)
    assert facts["two_channels_16k.wav"].layout == "stereo"
    assert facts["two_channels_16k.wav"].sound.samples.shape == (2, 80_000)


@real
def test_real_recording_without_header_is_refused_by_name() -> None:
    with pytest.raises(AudioError, match=r"missing_header\.wav.*header"):
        decode(REAL / "missing_header.wav")


def test_empty_file(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    with pytest.raises(AudioError, match=r"a\.wav: the file is empty"):
        decode(tmp_path / "a.wav")


def test_text_named_wav(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("Dear Sir or Madam,\n" * 50)
    with pytest.raises(AudioError, match=r"a\.wav: not a recording that can be decoded"):
        decode(tmp_path / "a.wav")


def test_playlist_named_wav_opens_no_address(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/x.ts\n#EXT-X-ENDLIST\n"
    )
    with pytest.raises(AudioError, match=r"a\.wav"):
        decode(tmp_path / "a.wav")


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"gone\.wav: no such file"):
        decode(tmp_path / "gone.wav")
    with pytest.raises(AudioError, match="is a folder"):
        decode(tmp_path)


def test_header_without_sound(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
    with pytest.raises(AudioError, match=r"a\.wav: (holds no sound|not a recording)"):
        decode(tmp_path / "a.wav")


def test_video_without_sound(tmp_path: Path) -> None:
    import av

    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(AudioError, match=r"a\.mp4: has no audio stream"):
        decode(tmp_path / "a.mp4")


def test_truncated_mp3_gives_what_is_there_and_says_so(tmp_path: Path) -> None:
    whole = encode(tmp_path / "whole.mp3", bursts(20.0, 1, 16_000)[np.newaxis], 16_000, "mp3")
    content = whole.read_bytes()
    (tmp_path / "cut.mp3").write_bytes(content[: len(content) // 2])
    assert decode(whole).warnings == ()
    cut = decode(tmp_path / "cut.mp3")
    assert 8.0 < cut.duration_s < 12.0
    assert any("cut short" in warning for warning in cut.warnings)


def test_truncated_wav_says_so(tmp_path: Path) -> None:
    whole = encode(tmp_path / "whole.wav", bursts(10.0, 1)[np.newaxis], 16_000, "pcm_s16le")
    (tmp_path / "cut.wav").write_bytes(whole.read_bytes()[:100_000])
    cut = decode(tmp_path / "cut.wav")
    assert cut.duration_s == pytest.approx(3.1, abs=0.1)
    assert any("cut short" in warning for warning in cut.warnings)


def test_truncated_ogg_says_so(tmp_path: Path) -> None:
    sound = bursts(20.0, 1, 48_000)[np.newaxis]
    whole = encode(tmp_path / "whole.ogg", sound, 48_000, "libopus")
    assert decode(whole).warnings == ()
    content = whole.read_bytes()
    for size in (len(content) // 2, len(content) - 1, content.rindex(b"OggS") + 9):
        (tmp_path / "cut.ogg").write_bytes(content[:size])
        warnings = decode(tmp_path / "cut.ogg").warnings
        assert any("cut short" in warning for warning in warnings), size


def test_one_second(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.wav", bursts(1.0, 1, 8_000)[np.newaxis], 8_000, "pcm_mulaw")
    assert decode(path).duration_s == pytest.approx(1.0, abs=0.01)


def float_wav(path: Path, samples: np.ndarray) -> Path:
    data = samples.astype("<f4").tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 3, 1,
                       16_000, 64_000, 4, 32)  # fmt: skip
    path.write_bytes(head + struct.pack("<4sI", b"data", len(data)) + data)
    return path


def test_samples_that_are_not_numbers(tmp_path: Path) -> None:
    sound = bursts(2.0, 1)
    few = sound.copy()
    few[1000:1010] = np.nan
    decoded = decode(float_wav(tmp_path / "few.wav", few))
    assert np.isfinite(decoded.sound.samples).all()
    assert any("10 samples that are not numbers" in w for w in decoded.warnings)
    sound[:] = np.inf
    with pytest.raises(AudioError, match=r"many\.wav: 32000 samples are not numbers"):
        decode(float_wav(tmp_path / "many.wav", sound))


@contextmanager
def nobody() -> Iterator[None]:
    """Act as a user without rights: the superuser may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_no_permission() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o755)
        path = encode(folder / "a.wav", bursts(1.0, 1)[np.newaxis], 16_000, "pcm_s16le")
        path.chmod(0o000)
        with nobody(), pytest.raises(AudioError, match=r"a\.wav: no permission to read this file"):
            decode(path)
    finally:
        shutil.rmtree(folder)


def test_same_sound_has_one_digest(tmp_path: Path) -> None:
    sound = np.stack([bursts(3.0, 1), bursts(3.0, 2)])
    wav = encode(tmp_path / "a.wav", sound, 16_000, "pcm_s16le")
    flac = encode(tmp_path / "b.flac", sound, 16_000, "flac")
    other = encode(tmp_path / "c.wav", sound[::-1], 16_000, "pcm_s16le")
    (tmp_path / "again").mkdir()
    copy = Path(shutil.copy(wav, tmp_path / "again" / "d.wav"))
    assert decode(wav).digest == decode(copy).digest == decode(flac).digest
    assert decode(wav).digest != decode(other).digest


def test_file_of_hours_takes_the_memory_of_its_result(tmp_path: Path) -> None:
    minutes = 30
    second = bursts(1.0, 1, 8_000)
    whole = (np.tile(second, 60 * minutes) * 127 + 128).astype(np.uint8)
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 1, 8_000, 0, "NONE", ""))
        file.writeframes(whole.tobytes())
    result_bytes = 4 * 16_000 * 60 * minutes
    tracemalloc.start()
    try:
        decoded = decode(tmp_path / "a.wav")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert decoded.duration_s == pytest.approx(60 * minutes, abs=0.01)
    assert decoded.sound.samples.nbytes == pytest.approx(result_bytes, rel=0.001)
    assert peak < 1.2 * result_bytes


def test_sample_calls_decode() -> None:
    calls = [p for p in sorted(SAMPLE_CALLS.iterdir()) if p.suffix in (".wav", ".mp3")]
    assert len(calls) >= 16
    for call in calls[::4]:
        decoded = decode(call)
        assert decoded.duration_s > 30, call
        assert decoded.warnings == (), call
