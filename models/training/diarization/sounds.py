"""Sounds on a line that are nobody's speech: tones, hold music, clicks, breath, noise."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

RATE_HZ = 8_000
Sound = NDArray[np.float64]


def tone_signal(seconds: float, rng: np.random.Generator) -> Sound:
    """Return ringing, a busy tone, key presses or a beep as telephone networks make them."""
    times = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    kind = int(rng.integers(6))
    pairs = [(440, 480), (400, 450), (450, 450), (425, 425), (620, 480), (1000, 1000)]
    rhythm = [(2.0, 4.0), (0.4, 0.2), (1.0, 4.0), (0.35, 0.35), (0.5, 0.5), (0.3, 3.0)]
    low, high = pairs[kind]
    on_s, off_s = rhythm[kind]
    sound = np.sin(2 * np.pi * low * times) + np.sin(2 * np.pi * high * times + 1.0)
    gate = (times + rng.uniform(0, on_s)) % (on_s + off_s) < on_s
    if rng.random() < 0.2:  # key presses (DTMF)
        row = rng.choice([697, 770, 852, 941], len(times) // 1600 + 1).repeat(1600)[: len(times)]
        column = rng.choice([1209, 1336, 1477], len(times) // 1600 + 1).repeat(1600)[: len(times)]
        sound = np.sin(2 * np.pi * row * times) + np.sin(2 * np.pi * column * times)
        gate = (times % 0.2) < 0.1
    return _unit(sound * gate)


def music(seconds: float, rng: np.random.Generator) -> Sound:
    """Return hold music: chords and a melody with decaying harmonics, at times with a beat."""
    length = int(seconds * RATE_HZ)
    beat_s = float(rng.uniform(0.25, 0.7))
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) + int(rng.integers(-6, 6))
    decay = float(rng.uniform(0.3, 4.0))
    brightness = float(rng.uniform(0.4, 1.5))
    vibrato = float(rng.choice([0.0, rng.uniform(0.002, 0.02)]))
    out = np.zeros(length + 2 * RATE_HZ)
    for step in range(int(seconds / beat_s) + 1):
        start = int(step * beat_s * RATE_HZ)
        notes = [(rng.choice(scale) + 12 * rng.integers(-1, 2), 1.0)]
        if step % 4 == 0:
            root = int(rng.integers(7))
            notes += [(scale[(root + third) % 7] - 12, 0.6) for third in (0, 2, 4)]
        for note, loudness in notes:
            span = int(min(4 if loudness < 1 else 1.5, 2 / beat_s) * beat_s * RATE_HZ)
            times = np.arange(min(span, 2 * RATE_HZ)) / RATE_HZ
            hertz = 440.0 * 2 ** (note / 12)
            phase = 2 * np.pi * hertz * times + vibrato * hertz * np.sin(2 * np.pi * 5 * times)
            partials = range(1, min(8, int(3800 / hertz) + 1))
            voice = sum(np.sin(k * phase) / k ** (1 / brightness) for k in partials)
            out[start : start + len(times)] += loudness * voice * np.exp(-decay * times)
        if rng.random() < 0.5 and start + 800 < len(out):
            hit = rng.standard_normal(800) * np.exp(-np.arange(800) / 150)
            out[start : start + 800] += float(rng.uniform(0, 1.5)) * hit
    return _unit(out[:length])


def clicks(seconds: float, rng: np.random.Generator) -> Sound:
    """Return keyboard, paper and handset noises: short bursts of filtered noise."""
    out = np.zeros(int(seconds * RATE_HZ) + RATE_HZ)
    for _ in range(int(rng.integers(2, int(8 * seconds + 3)))):
        span = int(rng.choice([40, 100, 300, 1200]))
        start = int(rng.integers(0, len(out) - span))
        burst = rng.standard_normal(span) * np.exp(-np.arange(span) / (span / 4))
        out[start : start + span] += burst * rng.uniform(0.2, 1.0)
    return _unit(_coloured(out, rng)[: int(seconds * RATE_HZ)])


def breath(seconds: float, rng: np.random.Generator) -> Sound:
    """Return breathing, coughs and wind into a microphone: noise that swells and fades."""
    times = np.linspace(0, 1, int(seconds * RATE_HZ))
    swell = np.sin(np.pi * times ** float(rng.uniform(0.4, 2.0))) ** 2
    return _unit(_coloured(rng.standard_normal(len(times)) * swell, rng))


def noise_bank(rng: np.random.Generator, kinds: int = 24, seconds: float = 60.0) -> list[Sound]:
    """Return stretches of unit-power noise: hiss, hum, traffic, offices, rooms that rumble."""
    length = int(seconds * RATE_HZ)
    made = []
    for index in range(kinds):
        spectrum = np.fft.rfft(rng.standard_normal(length))
        hertz = np.fft.rfftfreq(length, 1 / RATE_HZ)
        slope = float(rng.uniform(0.0, 1.4))
        bumps = np.interp(hertz, np.linspace(0, 4000, 9), rng.uniform(-10, 10, 9))
        shaped = np.fft.irfft(
            spectrum / (hertz + 60) ** (slope / 2 * 1.2) * 10 ** (bumps / 20), length
        )
        if index % 3 == 1:  # slow swelling, like traffic or a crowd
            swell = sosfilt(butter(2, 2, fs=RATE_HZ, output="sos"), rng.standard_normal(length))
            shaped *= np.exp(0.8 * swell / swell.std())
        if index % 6 == 2:  # mains and its harmonics
            times = np.arange(length) / RATE_HZ
            base = float(rng.choice([50, 60]))
            hum = sum(np.sin(2 * np.pi * base * k * times + k) / k for k in (1, 2, 3, 5, 7))
            shaped = _unit(shaped) + float(rng.uniform(0.5, 3)) * hum
        if index % 6 == 5:  # clatter
            bursts = lfilter([1], [1, -0.997], rng.random(length) < 3 / RATE_HZ)
            shaped *= 0.5 + bursts
        made.append(_unit(shaped))
    return made


def mu_law(samples: Sound) -> Sound:
    """Return what 8-bit µ-law companding (ITU-T G.711) makes of samples at 8 kHz."""
    coded = np.sign(samples) * np.log1p(255 * np.minimum(np.abs(samples), 1)) / np.log(256)
    coded = np.round(coded * 127) / 127
    return np.asarray(np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255)


def _coloured(samples: Sound, rng: np.random.Generator) -> Sound:
    low = float(rng.uniform(100, 1200))
    band = butter(1, (low, float(rng.uniform(low + 400, 3900))), "bandpass", fs=RATE_HZ)
    return np.asarray(lfilter(*band, samples))


def _unit(samples: Sound) -> Sound:
    """Scale to unit power over the part that sounds."""
    power = np.asarray(samples, dtype=np.float64) ** 2
    loud = power[power > 0.01 * power.max()] if len(power) and power.max() > 0 else power
    return np.asarray(samples / (np.sqrt(loud.mean() if len(loud) else 1.0) + 1e-9))
