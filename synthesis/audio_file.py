"""Recordings on disk: 8 kHz µ-law WAV, 16-bit PCM WAV and MP3, written through PyAV."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from synthesis.dialogue import FileFormat, TelephoneLine

SUFFIX: dict[FileFormat, str] = {"ulaw_wav": ".wav", "pcm_wav": ".wav", "mp3": ".mp3"}
_CODEC: dict[FileFormat, str] = {
    "ulaw_wav": "pcm_mulaw",
    "pcm_wav": "pcm_s16le",
    "mp3": "libmp3lame",
}
_RATE_HZ = 16_000


def write_audio(path: Path, samples: NDArray[np.float32], line: TelephoneLine) -> None:
    """Write float32 samples at 16 kHz, shape (channels, samples), in the format of the line.

    Files carry no time stamp and no version of the library, so equal sound gives equal bytes.
    """
    import av

    rate_hz = line.sample_rate_hz
    if rate_hz != _RATE_HZ:
        samples = resample_poly(samples, rate_hz, _RATE_HZ, axis=1).astype(np.float32)
    layout = "mono" if len(samples) == 1 else "stereo"
    whole = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
    planar = line.format == "mp3"
    data = whole if planar else np.ascontiguousarray(whole.T).reshape(1, -1)
    kind = "mp3" if planar else "wav"
    with av.open(str(path), "w", format=kind, options={"fflags": "+bitexact"}) as container:
        stream: Any = container.add_stream(_CODEC[line.format], rate=rate_hz)
        stream.codec_context.layout = layout
        if planar:
            stream.codec_context.bit_rate = line.bit_rate_kbps * 1000
            stream.codec_context.format = "s16p"
        frame = av.AudioFrame.from_ndarray(data, format="s16p" if planar else "s16", layout=layout)
        frame.sample_rate = rate_hz
        for packet in stream.encode(frame):
            container.mux(packet)
        for packet in stream.encode(None):
            container.mux(packet)


def read_audio(path: Path) -> tuple[NDArray[np.float32], int]:
    """Return float32 samples, shape (channels, samples), and the sample rate of the file."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="fltp", layout=stream.layout, rate=stream.rate)
        blocks = [
            block.to_ndarray()
            for frame in container.decode(stream)
            for block in resampler.resample(frame)
        ]
        return np.concatenate(blocks, axis=1).astype(np.float32), int(stream.rate)
