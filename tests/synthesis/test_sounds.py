"""Tones have their frequency and rhythm, music its length and no clicks."""

import numpy as np
import pytest

from synthesis.sounds import (
    RATE_HZ,
    RingStyle,
    Samples,
    beep,
    busy_tone,
    hold_music,
    ring_tone,
)


def _strongest_hz(samples: Samples) -> float:
    spectrum = np.abs(np.fft.rfft(samples))
    return float(spectrum.argmax() * RATE_HZ / len(samples))


def test_chinese_ring_is_450_hz_for_one_second_then_silent() -> None:
    ring = ring_tone("zh", 4.0)
    assert len(ring) == 4 * RATE_HZ
    assert _strongest_hz(ring[:RATE_HZ]) == pytest.approx(450, abs=2)
    assert np.abs(ring[RATE_HZ + 1 :]).max() == 0


def test_british_ring_is_two_short_bursts() -> None:
    ring = ring_tone("uk", 1.5)
    loud = [bool(np.abs(part).max() > 0.05) for part in np.split(ring[: 14 * 1600], 14)]
    assert loud == [True] * 4 + [False] * 2 + [True] * 4 + [False] * 4


@pytest.mark.parametrize("style", ["zh", "uk", "us"])
def test_busy_tone_repeats_faster_than_the_ring(style: RingStyle) -> None:
    def bursts(tone: Samples) -> int:
        loud = np.convolve(np.abs(tone), np.ones(160) / 160, "same") > 0.02
        return int((np.diff(loud.astype(int)) == 1).sum())

    assert bursts(busy_tone(style, 6.0)) > bursts(ring_tone(style, 6.0))


@pytest.mark.parametrize("seconds", [0.2, 3.0, 14.5])
def test_hold_music_has_its_length_and_stays_in_range(seconds: float) -> None:
    music = hold_music(seconds, np.random.default_rng(1))
    assert len(music) == round(seconds * RATE_HZ)
    assert 0.1 < np.abs(music).max() <= 0.5
    assert abs(music[0]) < 0.01
    assert abs(music[-1]) < 0.01


def test_hold_music_never_falls_silent() -> None:
    music = hold_music(15.0, np.random.default_rng(2))
    level = np.sqrt((music[RATE_HZ:-RATE_HZ].reshape(-1, RATE_HZ // 2) ** 2).mean(axis=1))
    assert level.min() > 0.02


def test_music_is_the_same_for_the_same_seed_only() -> None:
    first, again = (hold_music(4.0, np.random.default_rng(3)) for _ in range(2))
    other = hold_music(4.0, np.random.default_rng(4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_beep() -> None:
    assert _strongest_hz(beep(0.3)) == pytest.approx(1000, abs=5)
