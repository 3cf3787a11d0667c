"""Levels and holds, measured on real sound: synthetic speech, music, tones, noise, silence."""

import numpy as np
import pytest
from numpy.typing import NDArray

from qa_pipeline.measures import measure
from qa_pipeline.records import SAMPLE_RATE_HZ, CallMetadata, Measures, Role, Sound
from synthesis.espeak import Voice, speak
from synthesis.telephone import mu_law, noise, telephone_band
from tests.measures.calls import Said, conversation

Samples = NDArray[np.float32]
AGENT = Voice("en-us+m3", 160, 40)
CUSTOMER = Voice("en-gb-x-rp+f2", 170, 60)
GAP_S = 8.0
NOISE = (0.00316, 0.01, 0.0316)
"""Noise of -50, -40 and -30 dB relative to full scale."""


def seconds(length_s: float) -> int:
    return int(length_s * SAMPLE_RATE_HZ)


def music(length_s: float) -> Samples:
    """Three plucked notes a second, as hold music has: loud, with dips between the notes."""
    times = np.arange(seconds(length_s)) / SAMPLE_RATE_HZ
    pitches = np.array([262.0, 330.0, 392.0, 523.0])[(times * 3).astype(int) % 4]
    fading = np.exp(-2.5 * ((times * 3) % 1.0))
    notes: Samples = (0.15 * fading * np.sin(2 * np.pi * pitches * times)).astype(np.float32)
    return notes


def tone(length_s: float) -> Samples:
    times = np.arange(seconds(length_s)) / SAMPLE_RATE_HZ
    wave: Samples = (0.05 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)
    return wave


def silence(length_s: float) -> Samples:
    return np.zeros(seconds(length_s), np.float32)


def call(gap: Samples, noise_level: float = 0.0, *, stereo: bool = False) -> tuple[Measures, float]:
    """Measure a call with one gap; return the measures and where the gap begins."""
    said: list[tuple[Role, str, Voice]] = [
        ("agent", "please hold the line while I look at your account", AGENT),
        ("customer", "yes that is fine I will wait for you", CUSTOMER),
        ("agent", "thank you for waiting I have found your account", AGENT),
    ]
    pieces: list[tuple[str, Samples]] = []
    turns: list[tuple[str, float, float]] = []
    at_s = 0.0
    gap_begins_s = 0.0
    for index, (role, text, voice) in enumerate(said):
        if index == 2:
            gap_begins_s = at_s
            pieces.append(("gap", gap))
            at_s += len(gap) / SAMPLE_RATE_HZ
        speech = telephone_band(speak(text, voice).samples)
        turns.append((role, at_s, at_s + len(speech) / SAMPLE_RATE_HZ))
        pieces += [(role, speech), ("pause", silence(0.6))]
        at_s += len(speech) / SAMPLE_RATE_HZ + 0.6
    mixed = np.concatenate([samples for _, samples in pieces])
    rng = np.random.default_rng(3)
    if stereo:
        customer_side = np.concatenate([samples * (name == "customer") for name, samples in pieces])
        channels = np.stack([mixed - customer_side, customer_side])
    else:
        channels = mixed[None, :]
    channels = np.stack(
        [mu_law(row + noise_level * noise("pink", len(row), rng)) for row in channels]
    )
    spoken = [
        (role, text, start_s, end_s)
        for (role, text, _), (_, start_s, end_s) in zip(said, turns, strict=True)
    ]
    heard = conversation(spoken, turns=turns)
    return measure(heard, Sound(channels.astype(np.float32)), None, CallMetadata()), gap_begins_s


@pytest.mark.parametrize("stereo", [False, True])
@pytest.mark.parametrize("noise_level", [0.0, 0.003, 0.01])
@pytest.mark.parametrize(("what", "kind"), [(music, "hold"), (tone, "hold"), (silence, "silence")])
def test_music_is_a_hold_and_silence_is_silence(
    what: object, kind: str, noise_level: float, stereo: bool
) -> None:
    measures, begins_s = call(what(GAP_S), noise_level, stereo=stereo)  # type: ignore[operator]
    (gap,) = measures.silences
    assert gap.kind == kind
    assert gap.start_s == pytest.approx(begins_s - 0.6, abs=0.01)
    assert gap.end_s - gap.start_s == pytest.approx(GAP_S + 0.6, abs=0.01)
    assert measures.value("hold_count") == (kind == "hold")
    assert measures.value("longest_gap_s") == pytest.approx(GAP_S + 0.6, abs=0.01)
    held_s = GAP_S + 0.6 if kind == "hold" else 0
    assert measures.value("hold_s") == pytest.approx(held_s, abs=0.01)
    assert measures.value("longest_silence_s") == pytest.approx(GAP_S + 0.6 - held_s, abs=0.01)


@pytest.mark.parametrize("stereo", [False, True])
def test_a_gap_may_be_silence_first_and_a_hold_then(stereo: bool) -> None:
    """9 s of silence and 11 s of music; then the other way round, with a second silence."""
    for pieces, kinds in (
        ([silence(9.0), music(11.0)], ["silence", "hold"]),
        ([music(11.0), silence(9.0)], ["hold", "silence"]),
        ([silence(7.0), music(8.0), silence(7.0)], ["silence", "hold", "silence"]),
    ):
        measures, begins_s = call(np.concatenate(pieces), 0.003, stereo=stereo)
        assert [s.kind for s in measures.silences] == kinds
        lengths_s = [s.end_s - s.start_s for s in measures.silences]
        wanted_s = [len(piece) / SAMPLE_RATE_HZ for piece in pieces]
        wanted_s[0] += 0.6  # the pause before the gap
        assert lengths_s == pytest.approx(wanted_s, abs=0.8)
        assert measures.value("longest_gap_s") == pytest.approx(sum(wanted_s), abs=0.05)
        assert measures.silences[0].start_s == pytest.approx(begins_s - 0.6, abs=0.01)
        held_s = sum(
            len_s for s, len_s in zip(measures.silences, lengths_s, strict=True) if s.kind == "hold"
        )
        assert measures.value("hold_s") == pytest.approx(held_s, abs=0.01)


@pytest.mark.parametrize(("on_s", "off_s"), [(1.0, 4.0), (2.0, 4.0), (1.0, 3.0)])
def test_ringing_is_a_hold_though_it_is_mostly_silent(on_s: float, off_s: float) -> None:
    ringing = tone(24.0) * ((np.arange(seconds(24.0)) / SAMPLE_RATE_HZ) % (on_s + off_s) < on_s)
    measures, _ = call(ringing.astype(np.float32), 0.003)
    assert [s.kind for s in measures.silences] == ["hold"]


def test_a_cough_now_and_then_is_no_hold() -> None:
    times = np.arange(seconds(24.0)) / SAMPLE_RATE_HZ
    coughs = sum((times >= at_s) & (times < at_s + 1.0) for at_s in (2.0, 5.0, 16.0))
    measures, _ = call((tone(24.0) * coughs).astype(np.float32), 0.003)
    assert [s.kind for s in measures.silences] == ["silence"]


def test_a_noisy_line_alone_is_no_hold() -> None:
    rng = np.random.default_rng(5)
    breath = 0.004 * noise("white", seconds(GAP_S), rng)
    measures, _ = call(breath, noise_level=0.004)
    assert [s.kind for s in measures.silences] == ["silence"]


def test_the_noise_level_follows_the_noise() -> None:
    """Of pink noise a telephone line passes less than all, and the level wavers: 4 dB of room."""
    measured = [call(silence(GAP_S), level)[0].value("noise_level_dbfs") for level in NOISE]
    for level, dbfs in zip(NOISE, measured, strict=True):
        assert dbfs == pytest.approx(20 * np.log10(level), abs=4)
    assert measured[1] - measured[0] == pytest.approx(10, abs=1)  # type: ignore[operator]
    assert measured[2] - measured[1] == pytest.approx(10, abs=1)  # type: ignore[operator]


def test_music_during_a_hold_is_not_noise() -> None:
    with_music, _ = call(music(20.0), 0.003)
    without, _ = call(silence(20.0), 0.003)
    levels = [m.value("noise_level_dbfs") for m in (with_music, without)]
    assert levels[0] == pytest.approx(levels[1], abs=3)


def test_a_noisier_call_has_a_lower_ratio() -> None:
    ratios = [call(silence(GAP_S), level)[0].value("snr_db") for level in (0.001, 0.01, 0.05)]
    assert all(ratio is not None for ratio in ratios)
    assert ratios == sorted(ratios, reverse=True)  # type: ignore[type-var]
    assert ratios[0] - ratios[2] > 15  # type: ignore[operator]


def one_sided(customer_s: float, noise_level: float = 0.001) -> Measures:
    """Measure 40 s of the agent at -20 dBFS on one channel, the customer's few on the other."""
    rng = np.random.default_rng(7)
    times = np.arange(seconds(60)) / SAMPLE_RATE_HZ
    tones = 0.1414 * np.sin(2 * np.pi * 300 * times)
    spoken = [(0.0, 40.0, "agent"), (45.0, 45.0 + customer_s, "customer")]
    rows = [
        tones * ((times >= start_s) & (times < end_s))
        + noise_level * rng.standard_normal(len(times))
        for start_s, end_s, _ in spoken
    ]
    heard = conversation([(role, "one two three", a, b) for a, b, role in spoken if b > a])
    utterances = tuple(
        u.model_copy(
            update={
                "words": tuple(
                    w.model_copy(update={"channel": int(u.role == "customer")}) for w in u.words
                )
            }
        )
        for u in heard.utterances
    )
    heard = heard.model_copy(update={"utterances": utterances})
    return measure(heard, Sound(np.stack(rows).astype(np.float32)), None, CallMetadata())


@pytest.mark.parametrize("customer_s", [0.0, 2.0, 5.0, 14.0])
def test_the_ratio_does_not_hang_on_how_much_each_side_says(customer_s: float) -> None:
    """Both sides speak at -20 dBFS over noise of -60: 40 dB, the side that hardly speaks too."""
    assert one_sided(customer_s).value("snr_db") == pytest.approx(40, abs=1)


def test_a_dead_channel_has_no_ratio_of_its_own() -> None:
    measures = one_sided(0.0, noise_level=0.0)
    assert measures.value("snr_db") == pytest.approx(80, abs=1)  # -20 over a floor of -100


@pytest.mark.parametrize("offset", [0.02, 0.1])
def test_a_constant_offset_is_neither_noise_nor_loudness(offset: float) -> None:
    rng = np.random.default_rng(2)
    times = np.arange(seconds(12)) / SAMPLE_RATE_HZ
    speaks = (times % 4.0) < 3.0
    plain = 0.1 * speaks * rng.standard_normal(len(times)) + 0.001 * rng.standard_normal(len(times))
    said: list[Said] = [
        ("agent", "one two", 0, 3),
        ("customer", "three", 4, 7),
        ("agent", "x", 8, 11),
    ]
    heard = conversation(said)
    values = [
        measure(heard, Sound((plain + shift).astype(np.float32)[None]), None, CallMetadata())
        for shift in (0.0, offset)
    ]
    for name, role in (
        ("snr_db", "call"),
        ("noise_level_dbfs", "call"),
        ("loudness_dbfs", "agent"),
    ):
        without, shifted = (m.value(name, role) for m in values)  # type: ignore[arg-type]
        assert shifted == pytest.approx(without, abs=0.1)


def test_loudness_follows_the_level_of_the_speaker() -> None:
    heard = conversation([("agent", "one two three", 0, 2), ("customer", "four five", 3, 5)])
    times = np.arange(seconds(6)) / SAMPLE_RATE_HZ
    sine = np.sin(2 * np.pi * 300 * times)
    level = np.where(times < 2.5, 0.5, 0.05)
    sound = Sound((sine * level).astype(np.float32)[None, :])
    measures = measure(heard, sound, None, CallMetadata())
    agent, customer = (measures.value("loudness_dbfs", r) for r in ("agent", "customer"))
    assert agent == pytest.approx(20 * np.log10(0.5) - 3.01, abs=0.1)
    assert customer == pytest.approx(20 * np.log10(0.05) - 3.01, abs=0.1)


def test_a_sound_shorter_than_a_frame_is_no_error() -> None:
    heard = conversation([("agent", "hi", 0, 0.01)])
    measures = measure(heard, Sound(np.zeros((1, 100), np.float32)), None, CallMetadata())
    assert measures.value("noise_level_dbfs") is None
