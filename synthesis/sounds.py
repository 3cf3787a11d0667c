"""Sounds of a telephone call that are not speech: ring, busy, beep, hold music.

Everything is computed, nothing recorded. All return mono float32 at 16 kHz, peak below 1.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
RATE_HZ = 16_000
RingStyle = Literal["zh", "uk", "us"]

_RINGS: dict[RingStyle, tuple[tuple[float, ...], tuple[float, ...]]] = {
    # frequencies in Hz, then on/off times in s, after the national tone plans in ITU-T E.180
    "zh": ((450.0,), (1.0, 4.0)),
    "uk": ((400.0, 450.0), (0.4, 0.2, 0.4, 2.0)),
    "us": ((440.0, 480.0), (2.0, 4.0)),
}
_BUSY: dict[RingStyle, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "zh": ((450.0,), (0.35, 0.35)),
    "uk": ((400.0,), (0.375, 0.375)),
    "us": ((480.0, 620.0), (0.5, 0.5)),
}
_CHORDS = ((48, 55, 60, 64), (45, 52, 57, 60), (41, 53, 57, 60), (43, 50, 55, 59))
"""C, A minor, F, G as MIDI notes; the lowest is the bass."""
_SCALE = (60, 62, 64, 67, 69, 72, 74, 76)
"""Two octaves of C pentatonic as MIDI notes, so every melody note fits every chord."""


def _count(seconds: float) -> int:
    return round(seconds * RATE_HZ)


def _tone(frequencies: tuple[float, ...], seconds: float) -> Samples:
    """Sum sines of equal level and fade both ends over 5 ms, so that nothing clicks."""
    times = np.arange(_count(seconds)) / RATE_HZ
    summed = sum(np.sin(2 * np.pi * f * times) for f in frequencies) / len(frequencies)
    fade = min(_count(0.005), len(times) // 2)
    shape = np.ones(len(times))
    if fade:
        shape[:fade] = np.linspace(0, 1, fade)
        shape[-fade:] = np.linspace(1, 0, fade)
    return np.asarray(summed * shape, np.float32)


def _cadence(frequencies: tuple[float, ...], times_s: tuple[float, ...], seconds: float) -> Samples:
    parts: list[Samples] = []
    length, step = 0, 0
    while length < _count(seconds):
        on = step % 2 == 0
        part_s = times_s[step % len(times_s)]
        part = _tone(frequencies, part_s) if on else np.zeros(_count(part_s), np.float32)
        parts.append(part)
        length += len(part)
        step += 1
    return np.concatenate(parts)[: _count(seconds)] if parts else np.zeros(0, np.float32)


def ring_tone(style: RingStyle, seconds: float) -> Samples:
    """Return the tone that a caller hears while the other end rings."""
    frequencies, times_s = _RINGS[style]
    return 0.3 * _cadence(frequencies, times_s, seconds)


def busy_tone(style: RingStyle, seconds: float) -> Samples:
    """Return the tone that is heard after the other end has hung up."""
    frequencies, times_s = _BUSY[style]
    return 0.3 * _cadence(frequencies, times_s, seconds)


def beep(seconds: float = 0.3, frequency_hz: float = 1_000.0) -> Samples:
    """Return one short tone, as recorders and queues use it."""
    return 0.3 * _tone((frequency_hz,), seconds)


def _note(midi: float, seconds: float, decay_s: float) -> NDArray[np.float64]:
    """A plucked note: four harmonics that fade, the high ones sooner."""
    times = np.arange(_count(seconds)) / RATE_HZ
    frequency = 440.0 * 2 ** ((midi - 69) / 12)
    made = sum(
        np.sin(2 * np.pi * frequency * k * times) / k**1.5 * np.exp(-times * k / decay_s)
        for k in (1, 2, 3, 4)
    )
    attack = min(_count(0.008), len(times))
    shape = np.ones(len(times))
    shape[:attack] = np.linspace(0, 1, attack)
    return np.asarray(made * shape)


def hold_music(seconds: float, rng: np.random.Generator) -> Samples:
    """Return a calm tune over four chords, faded in and out. The same ``rng`` state, the same tune.

    One chord lasts 2 s; the melody walks in steps of at most two notes of a pentatonic scale.
    """
    beat_s = 0.5
    made = np.zeros(_count(seconds) + _count(4.0))
    place = int(rng.integers(2, 6))
    for beat in range(int(seconds / beat_s) + 1):
        at = _count(beat * beat_s)
        chord = _CHORDS[(beat // 4) % len(_CHORDS)]
        if beat % 4 == 0:
            for midi in chord:
                note = _note(midi, 2.4, 1.2)
                made[at : at + len(note)] += 0.35 * note
        if rng.random() < 0.8:
            place = int(np.clip(place + rng.integers(-2, 3), 0, len(_SCALE) - 1))
            note = _note(_SCALE[place], 1.0, 0.5)
            made[at : at + len(note)] += note
    music = made[: _count(seconds)]
    fade = min(_count(0.3), len(music) // 2)
    if fade:
        music[:fade] *= np.linspace(0, 1, fade)
        music[-fade:] *= np.linspace(1, 0, fade)
    return np.asarray(0.5 * music / (np.abs(music).max() + 1e-9), np.float32)
