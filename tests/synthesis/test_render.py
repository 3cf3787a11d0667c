"""A rendered call is what was written, and its truth is where the sound is."""

import json
from pathlib import Path

import numpy as np
import pytest

from synthesis.audio_file import read_audio
from synthesis.dialogue import (
    Dialogue,
    Gap,
    Layout,
    Line,
    Noise,
    Ring,
    TelephoneLine,
    VoiceSpec,
    load_dialogue,
)
from synthesis.espeak import SAMPLE_RATE_HZ
from synthesis.render import TruthTurn, TruthWord, record, render, render_file, turns_of
from tests.synthesis.espeak_needed import needs_espeak

pytestmark = needs_espeak
VOICES = {
    "agent": VoiceSpec(name="en-us+f5", rate_wpm=150, pitch=60),
    "customer": VoiceSpec(name="en+m5", rate_wpm=150, pitch=40),
}
LINES = (
    Line(role="agent", text="Hello, how can I help you?"),
    Line(role="customer", text="I would like to know the price of the new plan", pause_s=0.8),
    Line(role="agent", text="One moment please.", overlap_s=1.2),
    Gap(sound="music", seconds=3.0),
    Line(role="agent", text="Thank you for waiting.", pause_s=0.0),
)


def _dialogue(**changes: object) -> Dialogue:
    fields: dict[str, object] = {
        "call_id": "test-1",
        "title": "a test",
        "language": "en",
        "voices": VOICES,
        "lines": LINES,
    }
    return Dialogue(**{**fields, **changes})


def test_rendering_again_gives_the_same_samples_whatever_was_said_between() -> None:
    first = render(_dialogue())
    render(_dialogue(call_id="test-2", lines=LINES[:2]))
    again = render(_dialogue())
    assert first.words == again.words
    assert np.array_equal(record(first), record(again))


def test_every_word_is_where_its_speaker_sounds() -> None:
    call = render(_dialogue())
    assert len(call.words) == 6 + 11 + 3 + 4
    for word in call.words:
        assert 0 <= word.start_s < word.end_s <= call.duration_s
        at, to = (round(t * SAMPLE_RATE_HZ) for t in (word.start_s, word.end_s))
        assert np.abs(call.tracks[word.role][at:to]).max() > 0.01, word


def test_no_speech_outside_the_turns() -> None:
    call = render(_dialogue())
    for role, track in call.tracks.items():
        outside = np.ones(len(track), bool)
        for turn in call.turns:
            if turn.role == role:
                at, to = turn.start_s - 0.1, turn.end_s + 0.1
                outside[max(0, round(at * SAMPLE_RATE_HZ)) : round(to * SAMPLE_RATE_HZ)] = False
        assert np.abs(track[outside]).max() < 0.01


def test_pauses_overlaps_and_holds_are_as_written() -> None:
    call = render(_dialogue())
    greeting, question, interruption, back = call.turns
    assert question.start_s - greeting.end_s == pytest.approx(0.8, abs=0.01)
    assert question.end_s - interruption.start_s == pytest.approx(1.2, abs=0.01)
    talk_end_s = max(question.end_s, interruption.end_s)
    assert back.start_s - talk_end_s == pytest.approx(3.0, abs=0.01)
    hold = call.system[
        round((talk_end_s + 0.5) * SAMPLE_RATE_HZ) : round((back.start_s - 0.5) * SAMPLE_RATE_HZ)
    ]
    assert np.sqrt((hold**2).mean()) > 0.02


def test_the_ring_comes_before_the_first_word() -> None:
    call = render(_dialogue(ring=Ring(style="us", seconds=2.0)))
    assert call.words[0].start_s > 2.4
    assert np.abs(call.system[SAMPLE_RATE_HZ : 2 * SAMPLE_RATE_HZ]).max() > 0.1


def test_a_faster_mood_is_faster() -> None:
    slow, fast = (
        render(_dialogue(lines=(Line(role="agent", text="This is a test of speed", faster=f),)))
        for f in (1.0, 1.4)
    )
    assert fast.turns[0].end_s - fast.turns[0].start_s < 0.85 * slow.turns[0].end_s


@pytest.mark.parametrize(("layout", "channels"), [("stereo", 2), ("mono", 1), ("dual_mono", 2)])
def test_layouts(layout: Layout, channels: int) -> None:
    sound = record(render(_dialogue(line=TelephoneLine(layout=layout))))
    assert sound.shape[0] == channels
    assert np.abs(sound).max() <= 1.0
    if channels == 2:
        assert np.array_equal(sound[0], sound[1]) == (layout == "dual_mono")


@pytest.mark.parametrize("agent_channel", [0, 1])
def test_the_agent_is_on_the_agents_channel(agent_channel: int) -> None:
    call = render(_dialogue(line=TelephoneLine(agent_channel=agent_channel)))
    sound = record(call)
    turn = call.turns[0]
    spoken = sound[:, round(turn.start_s * SAMPLE_RATE_HZ) : round(turn.end_s * SAMPLE_RATE_HZ)]
    power = (spoken**2).mean(axis=1)
    assert power[agent_channel] > 1000 * power[1 - agent_channel]


def test_noise_is_as_loud_as_asked() -> None:
    noisy = TelephoneLine(band=False, noise={"customer": Noise(kind="white", snr_db=20.0)})
    call = render(_dialogue(line=noisy))
    sound = record(call)[1]
    quiet = sound[: round(call.turns[0].end_s * SAMPLE_RATE_HZ)]
    question = call.turns[1]
    spoken = sound[
        round(question.start_s * SAMPLE_RATE_HZ) : round(question.end_s * SAMPLE_RATE_HZ)
    ]
    ratio_db = 10 * np.log10((spoken**2).mean() / (quiet**2).mean())
    assert 14 < ratio_db < 26


def test_the_telephone_band_is_narrow() -> None:
    def treble(band: bool) -> float:
        sound = record(render(_dialogue(line=TelephoneLine(band=band))))[0]
        spectrum = np.abs(np.fft.rfft(sound)) ** 2
        edge = len(spectrum) * 5000 // 8000
        return float(spectrum[edge:].sum() / spectrum.sum())

    assert treble(True) < 0.1 * treble(False)


def test_turns_join_short_pauses_and_split_at_long_ones() -> None:
    words = [
        TruthWord("a", 0.0, 0.3, "agent"),
        TruthWord("x", 0.2, 0.9, "customer"),
        TruthWord("b", 0.7, 1.0, "agent"),
        TruthWord("c", 1.5, 1.8, "agent"),
    ]
    assert turns_of(words) == (
        TruthTurn("agent", 0.0, 1.0),
        TruthTurn("customer", 0.2, 0.9),
        TruthTurn("agent", 1.5, 1.8),
    )


@pytest.mark.parametrize(
    ("form", "suffix", "rate_hz"),
    [("ulaw_wav", ".wav", 8000), ("pcm_wav", ".wav", 16000), ("mp3", ".mp3", 16000)],
)
def test_files_keep_sound_and_timing(form: str, suffix: str, rate_hz: int, tmp_path: Path) -> None:
    path = tmp_path / "call.yaml"
    path.write_text(
        f"""
call_id: file-1
title: a file
language: zh
voices:
  agent: {{name: cmn-latn-pinyin+f5}}
  customer: {{name: cmn-latn-pinyin+m5}}
line: {{format: {form}, sample_rate_hz: {rate_hz}, bit_rate_kbps: 64}}
lines:
  - agent: 您好，请问有什么可以帮您？
  - customer: 我想查一下费用。
""",
        encoding="utf-8",
    )
    sound = render_file(path, tmp_path / "out")
    samples, rate = read_audio(sound)
    truth = json.loads((tmp_path / "out" / "file-1.truth.json").read_text(encoding="utf-8"))
    assert (sound.suffix, rate) == (suffix, rate_hz)
    assert samples.shape[1] / rate == pytest.approx(truth["duration_s"], abs=0.1)
    assert truth["channel_roles"] == ["agent", "customer"]
    assert "".join(w["text"] for w in truth["words"]) == "您好请问有什么可以帮您我想查一下费用"
    expected = record(render(load_dialogue(path)))[0]
    wanted = np.sqrt((expected[: len(expected) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1))
    step = rate // 100
    heard = np.sqrt(
        (samples[0][: samples.shape[1] // step * step].reshape(-1, step) ** 2).mean(axis=1)
    )
    count = min(len(wanted), len(heard))
    assert np.corrcoef(wanted[:count], heard[:count])[0, 1] > 0.97


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("- agent: call 25", "digits as words"),
        ("- agent: 您好", "ASCII"),
        ("- hold: trumpet\n    seconds: 3", "trumpet"),
        ("- agent: hello\n    customer: hello", "exactly one"),
    ],
)
def test_a_dialogue_that_cannot_be_spoken_is_refused(
    line: str, complaint: str, tmp_path: Path
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "call_id: bad\ntitle: bad\nlanguage: en\n"
        "voices: {agent: {name: en+f5}, customer: {name: en+m5}}\n"
        f"lines:\n  {line}\n",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match=complaint) as caught:
        load_dialogue(path)
    assert "bad.yaml" in str(caught.value)
