"""Agents are known again by voice, on the sample calls."""

import json
from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.errors import CallError
from qa_pipeline.records import SAMPLE_RATE_HZ, Region
from qa_pipeline.resources import resource_folder
from qa_pipeline.speakers import PyannoteDiarizer, Voice, VoiceBook, VoiceReader
from tests.speakers.crosstalk_mixing import sample_call

AGENTS = {"a-102": ["0003", "0009", "0013"], "a-202": ["0004", "0010", "0014"]}
ONE: Voice = np.array([1.0, 0.0, 0.0])
OTHER: Voice = np.array([0.6, 0.8, 0.0])


@pytest.fixture(scope="module")
def reader() -> VoiceReader:
    return PyannoteDiarizer(resource_folder("models") / "bundled" / "diarization")


def voices_of(number: str, reader: VoiceReader) -> dict[str, Voice]:
    samples, truth = sample_call(f"call-2026-{number}")
    assert truth.channel_roles is not None
    found: dict[str, Voice] = {}
    for row, role in zip(samples, truth.channel_roles, strict=True):
        spans = [Region(t.start_s, t.end_s) for t in truth.turns if t.role == role]
        voice = reader.voice(row, spans)
        assert voice is not None
        assert np.linalg.norm(voice) == pytest.approx(1.0)
        found[role] = voice
    return found


@pytest.mark.parametrize("agent_id", AGENTS)
def test_an_agent_is_known_from_two_earlier_calls(
    agent_id: str, reader: VoiceReader, tmp_path: Path
) -> None:
    book = VoiceBook(tmp_path / "voices", reader.version)
    *earlier, last = (voices_of(number, reader) for number in AGENTS[agent_id])
    assert book.likeness(agent_id, last) == {}
    for number, voices in zip(AGENTS[agent_id], earlier, strict=False):
        book.learn(agent_id, f"call-2026-{number}", voices["agent"])
    likeness = book.likeness(agent_id, last)
    assert likeness["agent"] > 0.1 > -0.1 > likeness["customer"]
    assert book.likeness("somebody else", last) == {}


def test_too_little_speech_has_no_voice(reader: VoiceReader) -> None:
    samples = np.zeros(10 * SAMPLE_RATE_HZ, np.float32)
    assert reader.voice(samples, []) is None
    assert reader.voice(samples, [Region(0.0, 1.0), Region(9.0, 12.0)]) is None


def test_a_call_learnt_twice_counts_once_and_the_oldest_is_forgotten(tmp_path: Path) -> None:
    book = VoiceBook(tmp_path, "v1")
    for _ in range(3):
        book.learn("a/1 ü", "c0", ONE)
    assert book.likeness("a/1 ü", {"x": ONE, "y": OTHER}) == {}
    for number in range(1, 25):
        book.learn("a/1 ü", f"c{number}", ONE)
    (path,) = tmp_path.iterdir()
    kept = json.loads(path.read_text("utf-8"))["voices"]
    assert list(kept) == [f"c{number}" for number in range(5, 25)]
    likeness = book.likeness("a/1 ü", {"x": ONE, "y": OTHER})
    assert likeness == {"x": 1.0, "y": -1.0}


def test_voices_of_another_model_are_passed_over(tmp_path: Path) -> None:
    for number in range(3):
        VoiceBook(tmp_path, "v1").learn("a", f"c{number}", ONE)
    assert VoiceBook(tmp_path, "v2").likeness("a", {"x": ONE, "y": OTHER}) == {}
    assert VoiceBook(tmp_path, "v1").likeness("a", {"x": ONE}) == {}


def test_an_agent_can_be_forgotten(tmp_path: Path) -> None:
    book = VoiceBook(tmp_path, "v1")
    book.learn("a", "c1", ONE)
    assert book.forget("a")
    assert not book.forget("a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": "v1", "voices": 3}'])
def test_a_damaged_file_is_named_with_what_to_do(content: str, tmp_path: Path) -> None:
    book = VoiceBook(tmp_path, "v1")
    book.learn("a", "c1", ONE)
    (path,) = tmp_path.iterdir()
    path.write_text(content, "utf-8")
    with pytest.raises(CallError, match=r"agent 'a'.*delete the file"):
        book.likeness("a", {"x": ONE, "y": OTHER})
