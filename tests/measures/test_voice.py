"""Pitch, loudness and steadiness, on sound whose pitch and level are known."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from qa_pipeline.measures import measure
from qa_pipeline.measures.prosody import listen, without_octave_errors
from qa_pipeline.measures.voice import voice_measures
from qa_pipeline.records import SAMPLE_RATE_HZ, CallMetadata, Measures, Sound
from synthesis.espeak import Voice as Speaker
from synthesis.espeak import speak
from synthesis.telephone import mu_law, noise, telephone_band
from tests.measures.calls import conversation

Signal = NDArray[np.float64]
FEW = settings(max_examples=15, deadline=None)


def seconds(length_s: float) -> int:
    return round(length_s * SAMPLE_RATE_HZ)


def harmonics(pitch_hz: Signal | float, length_s: float, amplitude: Signal | float = 0.1) -> Signal:
    """Return a buzz of known pitch: twelve harmonics, falling as those of a voice do."""
    hertz = np.broadcast_to(np.asarray(pitch_hz, np.float64), seconds(length_s))
    phase = 2 * np.pi * np.cumsum(hertz) / SAMPLE_RATE_HZ
    buzz = sum(np.sin(k * phase) / k for k in range(1, 13))
    return np.asarray(amplitude * buzz, np.float64)


def one_voice(
    signal: Signal, spans: Sequence[tuple[float, float]] | None = None
) -> dict[str, float]:
    """Measure a signal as the voice of somebody who speaks alone in the spans."""
    whole = [(0.0, len(signal) / SAMPLE_RATE_HZ)]
    return dict(voice_measures(listen(signal.astype(np.float32), spans or whole)))


@pytest.mark.parametrize("pitch_hz", [70, 95, 130, 180, 240, 320, 430])
@pytest.mark.parametrize("line", ["wide", "telephone"])
def test_a_tone_has_its_pitch_and_does_not_move(pitch_hz: float, line: str) -> None:
    signal = harmonics(pitch_hz, 4.0)
    if line == "telephone":  # from 300 Hz up: the fundamental itself is gone
        signal = mu_law(telephone_band(signal.astype(np.float32))).astype(np.float64)
    found = one_voice(signal)
    assert found["pitch_hz"] == pytest.approx(pitch_hz, rel=0.002)
    assert found["pitch_st"] == pytest.approx(12 * np.log2(pitch_hz / 100), abs=0.03)
    assert found["pitch_range_st"] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("low_hz", "high_hz"), [(100, 150), (200, 120), (110, 220)])
def test_a_glide_has_its_middle_and_its_range(low_hz: float, high_hz: float) -> None:
    """Steady in semitones, so that 8 tenths of the time lie within 8 tenths of the range."""
    interval_st = 12 * np.log2(high_hz / low_hz)
    glide = low_hz * 2 ** (np.linspace(0, interval_st, seconds(6.0)) / 12)
    found = one_voice(harmonics(glide, 6.0))
    assert found["pitch_range_st"] == pytest.approx(0.8 * abs(interval_st), abs=0.1)
    assert found["pitch_hz"] == pytest.approx(np.sqrt(low_hz * high_hz), rel=0.01)


def test_noise_and_silence_have_no_pitch_and_a_short_voice_no_movement() -> None:
    hiss = 0.1 * noise("white", seconds(5.0), np.random.default_rng(1)).astype(np.float64)
    assert one_voice(hiss) == {}
    assert one_voice(np.zeros(seconds(5.0))) == {}
    assert one_voice(harmonics(120, 0.8)) == {}
    short = one_voice(harmonics(120, 2.0))
    assert short.keys() == {"pitch_hz", "pitch_st", "loudness_dbfs"}


def test_unvoiced_stretches_count_for_nothing() -> None:
    hiss = 0.02 * noise("white", seconds(2.0), np.random.default_rng(2)).astype(np.float64)
    voice = harmonics(150, 2.0)
    found = one_voice(np.concatenate([hiss, voice, hiss, voice, hiss]))
    assert found["pitch_hz"] == pytest.approx(150, rel=0.005)
    assert found["loudness_dbfs"] == pytest.approx(one_voice(voice)["loudness_dbfs"], abs=0.1)


def test_jumps_of_an_octave_are_taken_out() -> None:
    pitch = np.array([0.0] * 10 + [150.0, 160.0, 155.0, 170.0] * 20 + [77.0, 310.0] * 4)
    kept = without_octave_errors(pitch)
    assert (kept[:90] == pitch[:90]).all()
    assert (kept[90:] == 0).all()
    assert len(without_octave_errors(np.zeros(0))) == 0


def test_steadiness_is_the_spread_of_the_loudness_from_second_to_second() -> None:
    """Twelve seconds, three each at 0, -6, -12 and -18 dB: the quartiles are known."""
    steps_db = np.repeat([0.0, -6.0, -12.0, -18.0], 3)
    amplitude = np.repeat(0.1 * 10 ** (steps_db / 20), seconds(1.0))
    found = one_voice(harmonics(140, 12.0, amplitude))
    low, high = np.percentile(steps_db, (25, 75))
    assert found["loudness_spread_db"] == pytest.approx(high - low, abs=1.0)
    steady = one_voice(harmonics(140, 12.0))
    assert steady["loudness_spread_db"] == pytest.approx(0, abs=0.05)
    assert "loudness_spread_db" not in one_voice(harmonics(140, 6.0))


@FEW
@given(st.floats(-40, 12))
def test_a_louder_recording_is_louder_and_nothing_else(gain_db: float) -> None:
    pitch = 160 * 2 ** (3 * np.sin(np.linspace(0, 40, seconds(10.0))) / 12)
    signal = harmonics(pitch, 10.0, 0.02 * (1 + 0.5 * np.sin(np.linspace(0, 9, seconds(10.0)))))
    plain, changed = one_voice(signal), one_voice(signal * 10 ** (gain_db / 20))
    assert changed["loudness_dbfs"] == pytest.approx(plain["loudness_dbfs"] + gain_db, abs=0.02)
    for name in ("pitch_hz", "pitch_st", "pitch_range_st", "loudness_spread_db"):
        assert changed[name] == pytest.approx(plain[name], abs=0.02)


def two_sided(shift_s: float = 0.0, *, stereo: bool) -> Measures:
    """Measure a low agent and a high customer who overlap for 2 of 14 s; in mono on one channel."""
    low, high = harmonics(110, 8.0), harmonics(230, 8.0, 0.05)
    channels = np.zeros((2, seconds(15.0 + shift_s)))
    channels[0, seconds(shift_s) : seconds(shift_s + 8.0)] = low
    channels[1, seconds(shift_s + 6.0) : seconds(shift_s + 14.0)] = high
    if not stereo:
        channels = channels.sum(axis=0, keepdims=True)
    heard = conversation(
        [
            ("agent", "one two three four", shift_s, shift_s + 8.0),
            ("customer", "five six seven eight", shift_s + 6.0, shift_s + 14.0),
        ]
    )
    if stereo:
        mine, theirs = heard.utterances
        right = tuple(word.model_copy(update={"channel": 1}) for word in theirs.words)
        theirs = theirs.model_copy(update={"words": right})
        heard = heard.model_copy(update={"utterances": (mine, theirs)})
    return measure(heard, Sound(channels.astype(np.float32)), None, CallMetadata())


@pytest.mark.parametrize("stereo", [True, False])
def test_each_side_has_its_own_voice_and_overlap_belongs_to_nobody(stereo: bool) -> None:
    measures = two_sided(stereo=stereo)
    assert measures.value("pitch_hz", "agent") == pytest.approx(110, rel=0.005)
    assert measures.value("pitch_hz", "customer") == pytest.approx(230, rel=0.005)
    louder = measures.value("loudness_dbfs", "agent") - measures.value("loudness_dbfs", "customer")  # type: ignore[operator]
    assert louder == pytest.approx(6.02, abs=0.1)
    assert measures.value("pitch_range_st", "agent") == pytest.approx(0, abs=0.1)


@FEW
@given(st.integers(0, 200))
def test_when_the_call_begins_does_not_matter(shift: int) -> None:
    """Shifts are of whole 50 ms: levels of noise are taken in such frames."""
    plain, moved = two_sided(stereo=False), two_sided(shift * 0.05, stereo=False)
    assert [(v.name, v.role) for v in moved.values] == [(v.name, v.role) for v in plain.values]
    for here, there in zip(plain.values, moved.values, strict=True):
        assert there.value == pytest.approx(here.value, abs=0.02), here.name


def test_a_deeper_synthetic_speaker_measures_deeper_over_the_telephone() -> None:
    text = "good morning this is customer care how can I help you today with your account"
    pitches = []
    for pitch in (10, 40, 80):
        clean = speak(text, Speaker("en-us+m3", 160, pitch)).samples
        wide = one_voice(clean.astype(np.float64))["pitch_st"]
        narrow = one_voice(mu_law(telephone_band(clean)).astype(np.float64))["pitch_st"]
        assert narrow == pytest.approx(wide, abs=0.7)
        pitches.append(narrow)
    assert pitches[0] + 2 < pitches[1] < pitches[2] - 2


def test_a_speaker_who_is_made_livelier_moves_more() -> None:
    text = "good morning this is customer care how can I help you today with your account please"
    flat, lively = (
        one_voice(speak(text, Speaker("en-us+m3", 150, 50, spread)).samples.astype(np.float64))
        for spread in (5, 95)
    )
    assert lively["pitch_range_st"] > flat["pitch_range_st"] + 2


def under_a_tone(speaker: Speaker, tones_hz: Sequence[float], amplitude: float) -> float:
    """Return the pitch measured of a voice on the telephone with steady tones on the line."""
    said = "good morning thank you for calling my name is Maya and I will look at your account now"
    voice = telephone_band(speak(said, speaker).samples)
    heard = np.concatenate([np.zeros(seconds(1.5)), voice, np.zeros(seconds(2.0))])
    times = np.arange(len(heard)) / SAMPLE_RATE_HZ
    hum = sum((amplitude * np.sin(2 * np.pi * hz * times) for hz in tones_hz), np.zeros(len(times)))
    line = mu_law((heard + hum).astype(np.float32)).astype(np.float64)
    spans = [(1.5, 1.5 + len(voice) / SAMPLE_RATE_HZ)]
    return one_voice(line, spans)["pitch_hz"]


@pytest.mark.parametrize("voice", ["en-us+m3", "en-gb-x-rp+f2"])
@pytest.mark.parametrize("tones_hz", [(330.0,), (350.0, 440.0), (425.0,), (50.0,)])
@pytest.mark.parametrize("amplitude", [0.003, 0.01, 0.03, 0.05])
def test_a_tone_of_the_line_does_not_change_the_pitch(
    voice: str, tones_hz: Sequence[float], amplitude: float
) -> None:
    speaker = Speaker(voice, 160, 50)
    alone = under_a_tone(speaker, (), 0.0)
    assert under_a_tone(speaker, tones_hz, amplitude) == pytest.approx(alone, rel=0.02)
