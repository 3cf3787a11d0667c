"""Whole calls heard with the bundled models: crosstalk, known voices, who said the short words."""

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.truth import read_truth
from qa_pipeline.audio import voice_activity
from qa_pipeline.pipeline import run_calls
from qa_pipeline.records import ProcessedCall, Role, Word
from qa_pipeline.resources import resource_folder
from qa_pipeline.settings import read_settings
from qa_pipeline.speakers import (
    PyannoteDiarizer,
    ResegmentingDiarizer,
    assign_words,
    widened,
)
from qa_pipeline.store import Store
from tests.audio.recordings import SAMPLE_CALLS, encode
from tests.speakers.crosstalk_mixing import sample_call, with_crosstalk


def processed(folder: Path, **settings: object) -> list[ProcessedCall]:
    given = read_settings(data_dir=folder / "data", **settings)
    summary = run_calls([folder / "calls"], given)
    assert summary.failures == ()
    with Store.open_reader(given.store_path) as reader:
        rows = reader.query("SELECT call_id FROM calls ORDER BY call_id").rows
        calls = [reader.read_call(str(call_id)) for (call_id,) in rows]
    return [call for call in calls if call is not None]


def test_crosstalk_adds_no_words_and_no_turns(tmp_path: Path) -> None:
    call_id = "call-2026-0003"
    samples, _ = sample_call(call_id)
    cut = samples[:, : 40 * 16_000]
    (tmp_path / "calls").mkdir()
    mixed = with_crosstalk(cut, -15.0, 0.02)
    for name, sound in (("a-plain", cut), ("b-mixed", mixed)):
        encode(tmp_path / "calls" / f"{name}.wav", sound, 16_000, "pcm_s16le")
        meta = tmp_path / "calls" / f"{name}.meta.json"
        meta.write_text(f'{{"call_id": "{name}", "language": "en"}}', "utf-8")
    plain, leaky = processed(tmp_path)
    assert leaky.recording.layout == "stereo"
    assert leaky.conversation.speaker_roles == plain.conversation.speaker_roles
    for channel in range(2):
        words, turned_s = zip(*(_said(call, channel) for call in (plain, leaky)), strict=True)
        assert abs(words[1] - words[0]) <= max(3, 0.08 * words[0])
        assert turned_s[1] == pytest.approx(turned_s[0], rel=0.1)


def _said(call: ProcessedCall, channel: int) -> tuple[int, float]:
    speaker = f"channel-{channel}"
    conversation = call.conversation
    words = sum(len(u.words) for u in conversation.utterances if u.speaker == speaker)
    turned_s = sum(t.end_s - t.start_s for t in conversation.turns if t.speaker == speaker)
    return words, turned_s


@pytest.mark.parametrize(("channel", "role"), [(0, "customer"), (1, "agent")])
def test_a_call_with_one_voice_is_rejected_and_the_side_that_is_heard_is_known(
    tmp_path: Path, channel: int, role: Role
) -> None:
    """The other channel was not recorded; the same voice on a file with one channel."""
    samples, _ = sample_call("call-2026-0004")
    (tmp_path / "calls").mkdir()
    alone = samples[channel : channel + 1]
    lost = np.zeros_like(samples)
    lost[channel] = alone[0]
    for name, sound, known in (("a-lost", lost, ', "agent_channel": 1'), ("b-mono", alone, "")):
        encode(tmp_path / "calls" / f"{name}.wav", sound, 16_000, "pcm_s16le")
        meta = tmp_path / "calls" / f"{name}.meta.json"
        meta.write_text(f'{{"call_id": "{name}", "language": "zh"{known}}}', "utf-8")
    lost_channel, mail = processed(tmp_path)
    assert lost_channel.recording.layout == "one_silent"
    assert lost_channel.conversation.speaker_roles == {"speaker-0": role}
    assert lost_channel.conversation.trust.reasons == ("only one speaker was heard",)
    for call in (lost_channel, mail):
        assert {turn.speaker for turn in call.conversation.turns} == {"speaker-0"}
        assert call.conversation.trust.level == "reject"
        assert "only one speaker was heard" in call.conversation.trust.reasons


def test_voices_are_remembered_only_where_asked_for(tmp_path: Path) -> None:
    (tmp_path / "calls").mkdir()
    for path in SAMPLE_CALLS.glob("call-2026-0004.*"):
        shutil.copy(path, tmp_path / "calls")
    processed(tmp_path)
    assert not (tmp_path / "data" / "voices").exists()
    (call,) = processed(tmp_path, known_voices=True)
    assert call.conversation.speaker_roles == {"channel-0": "customer", "channel-1": "agent"}
    assert len(list((tmp_path / "data" / "voices").iterdir())) == 1


@pytest.mark.parametrize("call_id", ["call-2026-0007", "call-2026-0017"])
def test_short_answers_on_one_channel_go_to_the_right_side(call_id: str) -> None:
    samples, _ = sample_call(call_id)
    truth = read_truth(SAMPLE_CALLS / f"{call_id}.truth.json")
    folder = resource_folder("models") / "bundled" / "diarization"
    turns = ResegmentingDiarizer(PyannoteDiarizer(folder)).diarize(
        samples[0], widened(voice_activity(samples[0]))
    )
    words = [
        Word(text=w.text, start_s=w.start_s, end_s=w.end_s, probability=1.0) for w in truth.words
    ]
    speakers = assign_words(words, turns)
    assert len(speakers) == len(words)
    pairs = Counter(zip(speakers, (w.role for w in truth.words), strict=True))
    roles: tuple[Role, ...] = ("agent", "customer")
    role_of = {s: max(roles, key=lambda r: pairs[s, r]) for s in set(speakers)}
    assert len(role_of) == 2
    short = [turn for turn in truth.turns if turn.end_s - turn.start_s < 1.0]
    wrong = [
        (word.text, speaker)
        for turn in short
        for word, speaker in zip(truth.words, speakers, strict=True)
        if word.role == turn.role
        and turn.start_s <= word.start_s < turn.end_s
        and role_of[speaker] != turn.role
    ]
    assert len(short) >= 3
    assert wrong == []
