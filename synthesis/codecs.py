"""Telephone and recorder codecs, by FFmpeg: what a voice sounds like after it was coded."""

from dataclasses import dataclass
from io import BytesIO
from typing import cast

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from numpy.typing import NDArray

Samples = NDArray[np.float32]
RATE_HZ = 16_000
_LONGEST_DELAY_S = 0.1


@dataclass(frozen=True)
class Codec:
    """An FFmpeg encoder with its container and the rate and bit rates it is used with."""

    encoder: str
    container: str
    rate_hz: int
    bit_rates: tuple[int, ...]


CODECS = {
    # Fixed lines and exchanges.
    "g726": Codec("g726", "wav", 8_000, (24_000, 32_000, 40_000)),
    "g723": Codec("g723_1", "wav", 8_000, (6_300,)),
    # Mobile telephones.
    "amr": Codec("libopencore_amrnb", "amr", 8_000, (4_750, 5_900, 7_950, 12_200)),
    # Calls over the internet, and recorders that save space.
    "opus": Codec("libopus", "ogg", 16_000, (9_000, 12_000, 24_000)),
    "mp3": Codec("libmp3lame", "mp3", 16_000, (16_000, 24_000, 32_000)),
}


def coded(samples: Samples, name: str, bit_rate: int) -> Samples:
    """Return mono 16 kHz samples after coding and decoding, as long and in time as before.

    Args:
        samples: In [-1, 1].
        name: A key of ``CODECS``.
        bit_rate: In bits a second, one of the codec's.

    The delay of the codec is found by cross-correlation and taken out.
    """
    heard = _decoded(_encoded(CODECS[name], samples, bit_rate))
    late = _delay(samples, heard)
    out = np.zeros(len(samples), np.float32)
    part = heard[late : late + len(samples)]
    out[: len(part)] = part
    return out


def _encoded(codec: Codec, samples: Samples, bit_rate: int) -> BytesIO:
    quiet = np.zeros(int(_LONGEST_DELAY_S * RATE_HZ), np.float32)
    whole = np.clip(np.concatenate((samples, quiet)), -1, 1)
    frame = av.AudioFrame.from_ndarray((whole * 32767).astype(np.int16)[None], "s16", "mono")
    frame.sample_rate = RATE_HZ
    file = BytesIO()
    with av.open(file, "w", format=codec.container) as container:
        made = container.add_stream(codec.encoder, rate=codec.rate_hz, layout="mono")
        stream = cast(AudioStream, made)
        stream.bit_rate = bit_rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    return file


def _decoded(file: BytesIO) -> Samples:
    resampler = AudioResampler("flt", "mono", RATE_HZ)
    with av.open(file, "r") as container:
        pieces = [
            piece.to_ndarray()[0]
            for frame in container.decode(audio=0)
            for piece in resampler.resample(frame)
        ]
    pieces += [piece.to_ndarray()[0] for piece in resampler.resample(None)]
    return np.concatenate(pieces)


def _delay(before: Samples, after: Samples) -> int:
    """Return by how many samples ``after`` is late, 0 to a tenth of a second.

    The size of the correlation counts, not its sign: AMR gives the wave upside down.
    """
    longest = int(_LONGEST_DELAY_S * RATE_HZ)
    size = len(before) + len(after)
    product = np.fft.rfft(after, size) * np.conj(np.fft.rfft(before, size))
    return int(np.argmax(np.abs(np.fft.irfft(product, size)[: longest + 1])))
