"""The committed sample calls are complete, consistent and what their dialogues say."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from qa_pipeline.records import CallMetadata
from sample_calls.check import problems
from sample_calls.make import CRITERIA, DIALOGUES, FOLDER, dialogues, full_truth, make, metadata
from synthesis.audio_file import read_audio
from synthesis.dialogue import Dialogue
from synthesis.render import render, truth
from synthesis.voices import variants
from tests.synthesis.espeak_needed import needs_espeak

CALLS = dialogues()
IDS = [call.call_id for call in CALLS]
NOT_APPLICABLE = {
    "greeting.answered_promptly",
    "greeting.offer_help",
    "tone.empathy",
    "handling.identity",
    "handling.hold_thanked",
    "closure.survey",
}


def _sound(call_id: str) -> Path:
    found = [p for p in FOLDER.glob(f"{call_id}.*") if p.suffix in (".wav", ".mp3")]
    assert len(found) == 1, f"{call_id} has {len(found)} sound files"
    return found[0]


def _truth(call_id: str) -> dict[str, Any]:
    text = (FOLDER / f"{call_id}.truth.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def test_there_are_enough_calls_half_in_each_language() -> None:
    assert len(CALLS) >= 18
    assert sum(call.language == "en" for call in CALLS) * 2 == len(CALLS)
    assert [path.stem for path in sorted(DIALOGUES.glob("*.yaml"))] == IDS


def test_the_sound_is_small_and_in_all_formats() -> None:
    sizes = [_sound(call_id).stat().st_size for call_id in IDS]
    assert sum(sizes) < 20e6
    assert {call.line.format for call in CALLS} == {"ulaw_wav", "pcm_wav", "mp3"}
    layouts = [call.line.layout for call in CALLS]
    assert layouts.count("stereo") >= 8
    assert layouts.count("mono") >= 6
    assert layouts.count("dual_mono") >= 1
    assert any(call.line.agent_channel == 1 for call in CALLS)


def test_no_stray_files() -> None:
    names = {path.name for path in FOLDER.iterdir() if path.name.startswith("call-")}
    expected = {
        name
        for call_id in IDS
        for name in (_sound(call_id).name, f"{call_id}.meta.json", f"{call_id}.truth.json")
    }
    assert names == expected


@pytest.mark.parametrize("dialogue", CALLS, ids=IDS)
def test_metadata_is_a_record(dialogue: Dialogue) -> None:
    text = (FOLDER / f"{dialogue.call_id}.meta.json").read_text(encoding="utf-8")
    read = CallMetadata.model_validate_json(text)
    assert read == metadata(dialogue)
    assert None not in (read.agent_id, read.team, read.site, read.queue, read.direction)
    assert read.started_at is not None
    assert read.started_at.year == 2026


def test_the_readme_lists_every_call() -> None:
    rows = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    assert [row.split(" | ")[0][2:] for row in rows if row.startswith("| call-")] == IDS


@pytest.mark.parametrize("call_id", IDS)
def test_truth_fits_the_sound(call_id: str) -> None:
    known, (samples, rate) = _truth(call_id), read_audio(_sound(call_id))
    duration_s = samples.shape[1] / rate
    assert 40 <= duration_s <= 150
    assert known["duration_s"] == pytest.approx(duration_s, abs=0.1)
    assert all(0 <= w["start_s"] < w["end_s"] <= duration_s for w in known["words"])
    assert {w["role"] for w in known["words"]} == {"agent", "customer"}
    roles = known["channel_roles"]
    assert (roles is None) == (samples.shape[0] == 1 or (samples[0] == samples[1]).all())
    for role in roles or ():
        track = samples[roles.index(role)]
        inside = [
            (track[round(t["start_s"] * rate) : round(t["end_s"] * rate)] ** 2).mean()
            for t in known["turns"]
            if t["role"] == role
        ]
        assert min(inside) > 10 * (track[: round(0.3 * rate)] ** 2).mean()


@pytest.mark.parametrize("call_id", IDS)
def test_every_criterion_has_a_verdict_and_every_fault_a_reason(call_id: str) -> None:
    known = _truth(call_id)
    assert tuple(known["verdicts"]) == CRITERIA
    for criterion, verdict in known["verdicts"].items():
        if verdict == "not_applicable":
            assert criterion in NOT_APPLICABLE
        if verdict != "met":
            assert known["notes"][criterion]


def test_every_criterion_is_met_and_missed_in_both_languages() -> None:
    seen: dict[tuple[str, str], set[str]] = defaultdict(set)
    for call_id in IDS:
        known = _truth(call_id)
        for criterion, verdict in known["verdicts"].items():
            seen[criterion, known["language"]].add(verdict)
    for (criterion, language), verdicts in seen.items():
        assert {"met", "not_met"} <= verdicts, f"{criterion} in {language}: {verdicts}"
    for criterion in NOT_APPLICABLE:
        assert "not_applicable" in seen[criterion, "en"] & seen[criterion, "zh"]
    assert "partly_met" in seen["tone.courtesy", "en"] & seen["tone.courtesy", "zh"]
    assert "unscored" in seen["greeting.answered_promptly", "en"]


def test_agents_recur_and_keep_their_voice() -> None:
    voices = defaultdict(set)
    for call in CALLS:
        voices[call.metadata["agent_id"]].add(call.voices["agent"].name)
    assert len(voices) >= 5
    assert all(len(names) == 1 for names in voices.values())
    assert len({call.metadata["team"] for call in CALLS}) == 3
    assert len({call.metadata["site"] for call in CALLS}) == 2


def test_voices_are_of_the_sample_split() -> None:
    used = {spec.name.split("+")[1] for call in CALLS for spec in call.voices.values()}
    assert used <= set(variants("sample"))
    for call in CALLS:
        assert call.voices["agent"].name != call.voices["customer"].name


@needs_espeak
@pytest.mark.parametrize("dialogue", CALLS, ids=IDS)
def test_the_words_bear_out_the_verdicts(dialogue: Dialogue) -> None:
    assert list(problems(render(dialogue))) == []


@needs_espeak
@pytest.mark.parametrize("call_id", ["call-2026-0004", "call-2026-0019"])
def test_rendering_gives_what_is_committed(call_id: str, tmp_path: Path) -> None:
    dialogue = CALLS[IDS.index(call_id)]
    made = make(dialogue, tmp_path)
    assert full_truth(dialogue, truth(render(dialogue))) == _truth(call_id)
    assert (tmp_path / f"{call_id}.truth.json").read_text(encoding="utf-8") == (
        FOLDER / f"{call_id}.truth.json"
    ).read_text(encoding="utf-8")
    fresh, rate = read_audio(made)
    committed, committed_rate = read_audio(_sound(call_id))
    assert (rate, fresh.shape) == (committed_rate, committed.shape)
    assert abs(fresh - committed).max() < 0.01
