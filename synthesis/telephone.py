"""What a telephone line and a room do to a voice. All take and give mono float32 at 16 kHz."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

Samples = NDArray[np.float32]
RATE_HZ = 16_000


def telephone_band(samples: Samples, low_hz: float = 300.0, high_hz: float = 3400.0) -> Samples:
    """Keep the band of a telephone line (ITU-T G.712 passes 300 to 3400 Hz)."""
    sos = butter(4, (low_hz, high_hz), "bandpass", fs=RATE_HZ, output="sos")
    return np.asarray(sosfilt(sos, samples), np.float32)


def mu_law(samples: Samples) -> Samples:
    """Pass through 8-bit µ-law companding (ITU-T G.711) at 8 kHz and back."""
    narrow = sosfilt(butter(8, 3700, fs=RATE_HZ, output="sos"), samples)[::2]
    coded = np.sign(narrow) * np.log1p(255 * np.clip(np.abs(narrow), 0, 1)) / np.log(256)
    coded = np.round(coded * 127) / 127
    plain = np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255
    wide = np.zeros(2 * len(plain))
    wide[::2] = 2 * plain
    wide = sosfilt(butter(8, 3700, fs=RATE_HZ, output="sos"), wide)
    out = np.zeros(len(samples), np.float32)
    out[: min(len(out), len(wide))] = wide[: len(out)]
    return out


def reverberate(samples: Samples, rng: np.random.Generator, decay_s: float = 0.2) -> Samples:
    """Convolve with an exponentially decaying noise, a simple room; length unchanged."""
    times = np.arange(int(decay_s * RATE_HZ)) / RATE_HZ
    response = rng.standard_normal(len(times)) * np.exp(-6.9 * times / decay_s) * 0.15
    response[0] = 1.0
    return np.asarray(fftconvolve(samples, response)[: len(samples)], np.float32)


def equalise(samples: Samples, rng: np.random.Generator, strength_db: float = 6.0) -> Samples:
    """Tilt and bend the spectrum at random, as handsets and headsets do."""
    spectrum = np.fft.rfft(samples)
    points = rng.uniform(-strength_db, strength_db, 8)
    gains_db = np.interp(np.linspace(0, 7, len(spectrum)), np.arange(8), points)
    return np.fft.irfft(spectrum * 10 ** (gains_db / 20), len(samples)).astype(np.float32)


def noise(kind: str, length: int, rng: np.random.Generator) -> Samples:
    """Return unit-power noise: ``white``, ``pink``, ``hum``, ``office`` or ``babble_like``."""
    white = rng.standard_normal(length)
    if kind == "white":
        made = white
    elif kind == "pink":
        spectrum = np.fft.rfft(white)
        made = np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1.0), length)
    elif kind == "hum":
        times = np.arange(length) / RATE_HZ
        made = sum(np.sin(2 * np.pi * 50 * k * times + k) / k for k in (1, 2, 3, 5)) + 0.1 * white
    elif kind == "office":
        bursts = lfilter([1], [1, -0.999], rng.random(length) < 2.0 / RATE_HZ) * white
        made = noise("pink", length, rng) + 2.0 * bursts
    elif kind == "babble_like":
        sos = butter(2, (200, 2500), "bandpass", fs=RATE_HZ, output="sos")
        slow = np.abs(sosfilt(butter(2, 4, fs=RATE_HZ, output="sos"), rng.standard_normal(length)))
        made = sosfilt(sos, white) * (0.3 + slow / (slow.mean() + 1e-9))
    else:
        raise ValueError(f"no noise of kind {kind!r}")
    return np.asarray(made / (np.sqrt(np.mean(made**2)) + 1e-12), np.float32)


NOISE_KINDS: Sequence[str] = ("white", "pink", "hum", "office", "babble_like")


def add_noise(
    samples: Samples, snr_db: float, rng: np.random.Generator, kind: str = "pink"
) -> Samples:
    """Add noise at a signal-to-noise ratio measured over the loud half of the signal."""
    power = samples.astype(np.float64) ** 2
    active = power[power > np.median(power)] if len(power) else power
    level = np.sqrt(active.mean()) if len(active) else 0.0
    return samples + (level * 10 ** (-snr_db / 20)) * noise(kind, len(samples), rng)
