"""One row for each different sound, whatever the file calls its channels."""

from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.audio import decode
from qa_pipeline.audio.channels import fold_channels
from tests.audio.recordings import bursts, encode


def in_turns(seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Two speakers who speak five seconds each in turn, over a little noise."""
    speaking = (np.arange(int(seconds * 16_000)) // 80_000) % 2 == 0
    noise = np.random.default_rng(9).standard_normal((2, len(speaking))).astype(np.float32) * 3e-4
    one = bursts(seconds, 1) * speaking + noise[0]
    other = bursts(seconds, 2) * ~speaking + noise[1]
    return one.astype(np.float32), other.astype(np.float32)


def test_two_speakers_are_stereo() -> None:
    folded = fold_channels(np.stack(in_turns(60)))
    assert (folded.layout, folded.kept) == ("stereo", (0, 1))
    assert folded.samples.shape[0] == 2


def test_crosstalk_is_still_stereo() -> None:
    one, other = in_turns(60)
    folded = fold_channels(np.stack([one + 0.1 * other, other + 0.1 * one]))
    assert folded.layout == "stereo"


def unequal(share: float, level: float) -> tuple[np.ndarray, np.ndarray]:
    """A loud speaker, and a quieter one who has a share of the time, in stretches of two seconds.

    In two minutes; never both at once, over a little noise.
    """
    noise = np.random.default_rng(8).standard_normal((2, 120 * 16_000)) * 3e-4
    stretch = np.arange(noise.shape[1]) // 32_000
    quiet = (stretch + 1) * share // 1 > stretch * share // 1
    return bursts(120, 1) * ~quiet + noise[0], level * bursts(120, 2) * quiet + noise[1]


@pytest.mark.parametrize("share", [0.3, 0.1])
@pytest.mark.parametrize(("there", "back"), [(0.18, 0.18), (0.18, 0.0), (0.1, 0.3)])
def test_a_quiet_speaker_on_a_channel_with_crosstalk_is_not_folded_away(
    share: float, there: float, back: float
) -> None:
    """Where the loud one speaks, the channels hold the same; most of the sound is such."""
    one, other = unequal(share, 0.4)
    mixed = np.stack([one + back * other, other + there * one]).astype(np.float32)
    for rows in (mixed, mixed[::-1]):
        folded = fold_channels(rows)
        assert (folded.layout, folded.kept) == ("stereo", (0, 1))


@pytest.mark.parametrize("shift", [0, 7, 400])
@pytest.mark.parametrize("level", [1.0, 0.5, 0.1])
def test_same_sound_twice_is_folded(shift: int, level: float) -> None:
    one, other = in_turns(60)
    mixed = one + other
    noise = np.random.default_rng(3).standard_normal(len(mixed)).astype(np.float32) * 1e-4
    folded = fold_channels(np.stack([mixed, level * np.roll(mixed, shift) + noise]))
    assert folded.layout == "dual_mono"
    assert folded.samples.shape == (1, len(mixed))
    assert folded.kept == (0,)


def test_empty_channel_is_dropped() -> None:
    one, _ = in_turns(30)
    idle = (np.random.default_rng(5).standard_normal(len(one)) * 1e-4).astype(np.float32)
    folded = fold_channels(np.stack([idle, one]))
    assert (folded.layout, folded.kept) == ("one_silent", (1,))
    np.testing.assert_array_equal(folded.samples[0], one)


@pytest.mark.parametrize("level_db", [-62.0, -55.0, -45.0])
def test_a_channel_of_steady_noise_is_nobody(level_db: float) -> None:
    """Hiss and hum of a line that is not used; crackle now and then does not make it used."""
    one, _ = in_turns(30)
    rng = np.random.default_rng(6)
    hum = np.sin(2 * np.pi * 50 * np.arange(len(one)) / 16_000)
    idle = 10 ** (level_db / 20) * (0.8 * rng.standard_normal(len(one)) + 0.6 * hum)
    idle[100_000:100_040] += 0.2
    folded = fold_channels(np.stack([idle.astype(np.float32), one]))
    assert (folded.layout, folded.kept) == ("one_silent", (1,))


@pytest.mark.parametrize("above_db", [8.0, 15.0])
def test_a_quiet_caller_in_the_noise_of_the_line_is_kept(above_db: float) -> None:
    one, _ = in_turns(120)
    noise = 10 ** (-58 / 20) * np.random.default_rng(7).standard_normal(len(one))
    quiet = noise.astype(np.float32)
    voice = bursts(1.0, 4, level=1.0)
    power = float(np.sort(np.mean(voice.reshape(-1, 1600) ** 2, axis=1))[-3])
    quiet[160_000:176_000] += voice * 10 ** ((-58 + above_db) / 20) / np.sqrt(power)
    assert fold_channels(np.stack([one, quiet])).layout == "stereo"


def test_channel_with_only_crosstalk_is_dropped() -> None:
    one, _ = in_turns(30)
    folded = fold_channels(np.stack([one, one * 0.0009]))
    assert (folded.layout, folded.kept) == ("one_silent", (0,))


def test_caller_who_says_little_is_kept() -> None:
    one, _ = in_turns(120)
    quiet = np.zeros_like(one)
    quiet[160_000:176_000] = bursts(1.0, 4, level=0.1)
    assert fold_channels(np.stack([one, quiet])).layout == "stereo"


def test_two_empty_channels_are_one() -> None:
    folded = fold_channels(np.zeros((2, 160_000), np.float32))
    assert folded.samples.shape == (1, 160_000)


def test_more_than_two_channels(tmp_path: Path) -> None:
    one, other = in_turns(20)
    silence = np.zeros_like(one)
    six = np.stack([one, other, silence, silence, silence, silence])
    decoded = decode(encode(tmp_path / "six.wav", six, 16_000, "pcm_s16le"))
    assert (decoded.channels, decoded.layout, decoded.kept_channels) == (6, "stereo", (0, 1))
    third = bursts(20, 3)
    decoded = decode(
        encode(tmp_path / "three.wav", np.stack([one, other, third]), 16_000, "pcm_s16le")
    )
    assert (decoded.layout, decoded.sound.samples.shape[0]) == ("mono", 1)


def test_folded_call_does_not_keep_the_other_channel_alive() -> None:
    one, _ = in_turns(10)
    folded = fold_channels(np.stack([one, one]))
    assert folded.samples.base is None


def test_compressed_dual_mono(tmp_path: Path) -> None:
    one, other = in_turns(30)
    path = encode(tmp_path / "a.mp3", np.stack([one + other] * 2), 16_000, "mp3")
    decoded = decode(path)
    assert (decoded.channels, decoded.layout) == (2, "dual_mono")
