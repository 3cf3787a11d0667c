"""Recordings made for tests with PyAV's encoders, and where the given ones are."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
SAMPLE_CALLS = ROOT / "sample_calls"
REAL = ROOT.parent / "shared" / "data" / "real"
NO_REAL = f"the real recordings are not on this machine ({REAL})"

Sounds = NDArray[np.float32]


def bursts(seconds: float, seed: int, rate_hz: int = 16_000, level: float = 0.3) -> Sounds:
    """Noise that swells and fades as speech does; another seed is another speaker."""
    rng = np.random.default_rng(seed)
    count = int(seconds * rate_hz)
    times = np.arange(count) / rate_hz
    swell = np.clip(np.sin(2 * np.pi * (0.4 * times + rng.random())), 0.0, None)
    made = rng.standard_normal(count) * swell * level / 3
    clipped: Sounds = np.clip(made, -1.0, 1.0).astype(np.float32)
    return clipped


def encode(path: Path, sound: Sounds, rate_hz: int, codec: str, form: str = "") -> Path:
    """Write sound of shape ``(channels, samples)`` with one of ffmpeg's encoders."""
    layouts = {1: "mono", 2: "stereo", 3: "3.0", 4: "4.0", 6: "5.1"}
    with av.open(str(path), "w", format=form or None) as container:
        stream = container.add_stream(codec, rate=rate_hz, layout=layouts[len(sound)])
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound), format="fltp", layout=layouts[len(sound)]
        )
        frame.sample_rate = rate_hz
        resampler = av.AudioResampler(
            format=stream.codec_context.format,
            layout=layouts[len(sound)],
            rate=rate_hz,
            frame_size=stream.codec_context.frame_size or 1024,
        )
        for piece in (frame, None):
            for ready in resampler.resample(piece):
                container.mux(stream.encode(ready))
        container.mux(stream.encode(None))
    return path
