"""What went through a codec is as long as before, in time, and changed as that codec does."""

import numpy as np
import pytest

from synthesis.codecs import CODECS, RATE_HZ, Samples, coded


def _chirps() -> Samples:
    """Return two seconds of a rising tone that stops and starts, within the telephone band."""
    times = np.arange(2 * RATE_HZ) / RATE_HZ
    tone = np.sin(2 * np.pi * (400 * times + 300 * times**2)) * (np.sin(2 * np.pi * 2 * times) > 0)
    return (0.4 * tone).astype(np.float32)


@pytest.mark.parametrize("name", CODECS)
def test_a_coded_sound_keeps_its_length_and_its_times(name: str) -> None:
    sound = _chirps()
    for bit_rate in CODECS[name].bit_rates:
        heard = coded(sound, name, bit_rate)
        assert heard.shape == sound.shape
        loud, quiet = (np.sqrt(np.mean(heard[begin : begin + 3000] ** 2)) for begin in (500, 4500))
        assert loud > 8 * quiet, "the pauses are where they were"
        likeness = abs(np.corrcoef(sound, heard)[0, 1])
        assert 0.5 < likeness < 0.99999, "alike, but it did go through the codec"


def test_fewer_bits_leave_less_of_the_sound() -> None:
    sound = _chirps()
    likeness = [
        float(np.corrcoef(sound, coded(sound, "g726", bits))[0, 1])
        for bits in CODECS["g726"].bit_rates
    ]
    assert likeness[0] < likeness[-1]
