"""Speech is found, music and noise are not."""

import json
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.audio import VoiceActivityOptions, decode, voice_activity
from qa_pipeline.records import Region
from tests.audio.recordings import NO_REAL, REAL, SAMPLE_CALLS

RATE_HZ = 16_000


def spoken_s(regions: tuple[Region, ...]) -> float:
    return sum(region.end_s - region.start_s for region in regions)


def calls_with_truth() -> list[Path]:
    return sorted(p for p in SAMPLE_CALLS.iterdir() if p.suffix in (".wav", ".mp3"))


def test_words_of_sample_calls_are_inside_regions() -> None:
    words = lost = 0
    outside_s = free_s = 0.0
    for call in calls_with_truth()[:8]:
        decoded = decode(call)
        truth = json.loads(call.with_suffix(".truth.json").read_text(encoding="utf-8"))
        for row, channel in zip(decoded.sound.samples, decoded.kept_channels, strict=True):
            roles = truth["channel_roles"] if decoded.layout == "stereo" else None
            mine = [w for w in truth["words"] if roles is None or w["role"] == roles[channel]]
            heard = np.zeros(int(decoded.duration_s * 100) + 1, bool)
            for region in voice_activity(row):
                heard[int(region.start_s * 100) : int(region.end_s * 100)] = True
            near = np.zeros_like(heard)
            for word in mine:
                first, last = int(word["start_s"] * 100), int(word["end_s"] * 100)
                words += 1
                lost += bool(heard[first : max(last, first + 1)].mean() < 0.5)
                near[max(0, first - 30) : last + 40] = True
            outside_s += float((heard & ~near).sum()) / 100
            free_s += float((~near).sum()) / 100
    assert words > 500
    assert lost / words < 0.01
    assert outside_s / free_s < 0.02


def words_cut(name: str, options: VoiceActivityOptions) -> int:
    """Words of a sample call of which more than 40 ms lie outside all regions."""
    call = next(p for p in calls_with_truth() if p.stem == name)
    decoded = decode(call)
    truth = json.loads(call.with_suffix(".truth.json").read_text(encoding="utf-8"))
    cut = 0
    for row, channel in zip(decoded.sound.samples, decoded.kept_channels, strict=True):
        roles = truth["channel_roles"] if decoded.layout == "stereo" else None
        regions = voice_activity(row, options)
        for word in truth["words"]:
            if roles is not None and word["role"] != roles[channel]:
                continue
            inside_s = sum(
                max(0.0, min(word["end_s"], r.end_s) - max(word["start_s"], r.start_s))
                for r in regions
            )
            cut += inside_s < word["end_s"] - word["start_s"] - 0.04
    return cut


def test_words_after_a_silence_keep_their_beginning() -> None:
    names = ("call-2026-0003", "call-2026-0008", "call-2026-0014", "call-2026-0019")
    late = VoiceActivityOptions(onset_probability=1.0)
    assert sum(words_cut(name, VoiceActivityOptions()) for name in names) <= 1
    assert sum(words_cut(name, late) for name in names) >= 4


def test_an_onset_only_makes_regions_begin_earlier() -> None:
    row = decode(calls_with_truth()[2]).sound.samples[0]
    with_onsets = voice_activity(row)
    without = voice_activity(row, VoiceActivityOptions(onset_probability=1.0))
    assert with_onsets != without
    for region, later in zip(with_onsets, without, strict=True):
        assert later.start_s - 0.5 <= region.start_s <= later.start_s
    for before, after in pairwise(with_onsets):
        assert before.end_s <= after.start_s


def test_regions_are_in_order_and_split_at_pauses() -> None:
    row = decode(calls_with_truth()[0]).sound.samples[0]
    regions = voice_activity(row)
    assert len(regions) > 5
    assert regions[0].start_s >= 0
    assert regions[-1].end_s <= len(row) / RATE_HZ
    for before, after in pairwise(regions):
        assert before.start_s < before.end_s <= after.start_s


def melody(seconds: int) -> np.ndarray:
    rng = np.random.default_rng(4)
    times = np.arange(RATE_HZ // 2) / RATE_HZ
    notes = []
    for _ in range(2 * seconds):
        pitch = 220 * 2 ** (rng.integers(0, 12) / 12)
        tone = sum(np.sin(2 * np.pi * pitch * k * times) / k for k in range(1, 6))
        notes.append(tone * np.exp(-3 * times) * 0.1)
    return np.concatenate(notes)


def ringing(seconds: int) -> np.ndarray:
    times = np.arange(seconds * RATE_HZ) / RATE_HZ
    return 0.2 * np.sin(2 * np.pi * 425 * times) * (times % 5 < 1)


def hum(seconds: int) -> np.ndarray:
    times = np.arange(seconds * RATE_HZ) / RATE_HZ
    noise = np.random.default_rng(1).standard_normal(len(times))
    return 0.1 * np.sin(2 * np.pi * 50 * times) + 0.01 * noise


def hiss(seconds: int) -> np.ndarray:
    return np.random.default_rng(2).standard_normal(seconds * RATE_HZ) * 0.05


@pytest.mark.parametrize("make", [melody, ringing, hum, hiss])
def test_no_speech_in_music_tones_and_noise(make: Callable[[int], np.ndarray]) -> None:
    sound = make(60).astype(np.float32)
    assert spoken_s(voice_activity(sound)) < 1.2


def test_an_hour_of_silence_is_quick_and_empty() -> None:
    silence = np.zeros(3600 * RATE_HZ, np.float32)
    begun = time.perf_counter()
    assert voice_activity(silence) == ()
    assert time.perf_counter() - begun < 10


GRID_S = 400.0


def grid(regions: tuple[Region, ...], later_s: float) -> np.ndarray:
    """Return for every hundredth of a second whether it lies in a region, moved by a time."""
    frames = np.zeros(int(GRID_S * 100), bool)
    for region in regions:
        frames[round((region.start_s + later_s) * 100) : round((region.end_s + later_s) * 100)] = 1
    return frames


def test_blocks_do_not_show() -> None:
    """Speech across the border of two blocks is found as it is in the middle of one."""
    row = decode(calls_with_truth()[0]).sound.samples[0][: 60 * RATE_HZ]
    alone = voice_activity(row)
    late = voice_activity(np.concatenate([np.zeros(280 * RATE_HZ, np.float32), row]))
    differs_s = np.mean(grid(alone, 280.0) ^ grid(late, 0.0)) * GRID_S
    assert spoken_s(alone) > 20
    assert differs_s < 0.02 * spoken_s(alone)


def test_the_sound_is_left_as_it_was() -> None:
    row = decode(calls_with_truth()[0]).sound.samples[0][: 10 * RATE_HZ].copy()
    before = row.copy()
    voice_activity(row)
    np.testing.assert_array_equal(row, before)


def test_very_short_sound() -> None:
    assert voice_activity(np.zeros(0, np.float32)) == ()
    assert voice_activity(np.zeros(100, np.float32)) == ()
    assert spoken_s(voice_activity(np.ones(100, np.float32) * 0.5)) <= 0.01


@pytest.mark.skipif(not REAL.is_dir(), reason=NO_REAL)
def test_real_speech_is_found() -> None:
    mono = decode(REAL / "dealership_mono_8k.wav")
    share = spoken_s(voice_activity(mono.sound.samples[0])) / mono.duration_s
    assert 0.5 < share < 0.85
    two = decode(REAL / "two_channels_16k.wav")
    assert all(spoken_s(voice_activity(row)) > 1.0 for row in two.sound.samples)
