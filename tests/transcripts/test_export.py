"""Calls go out in every format, and JSON comes back as it went."""

import json
import re
from pathlib import Path

import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.records import ProcessedCall
from qa_pipeline.transcripts import EXPORT_FORMATS, export_call, read_transcript
from tests.store.call_factory import make_calls

CALLS = make_calls(6)


def by_language(language: str) -> ProcessedCall:
    return next(c for c in CALLS if c.conversation.language == language)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_json_comes_back_as_the_same_conversation(tmp_path: Path, language: str) -> None:
    call = by_language(language)
    path = tmp_path / "call.json"
    path.write_text(export_call(call, "json"), encoding="utf-8")
    transcript = read_transcript(path)
    assert transcript.conversation == call.conversation
    assert transcript.transcript.language == language
    words = sorted(
        (w.start_s, w.text, u.speaker) for u in call.conversation.utterances for w in u.words
    )
    pairs = zip(transcript.transcript.words, transcript.speakers, strict=True)
    assert sorted((w.start_s, w.text, speaker) for w, speaker in pairs) == words
    assert transcript.role_hints == {
        s: r for s, r in call.conversation.speaker_roles.items() if r != "unknown"
    }


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", ["srt", "vtt"])
def test_subtitles_come_back_with_roles_and_words(tmp_path: Path, language: str, form: str) -> None:
    call = by_language(language)
    path = tmp_path / f"call.{form}"
    path.write_text(export_call(call, form), encoding="utf-8")
    transcript = read_transcript(path)
    roles = [transcript.role_hints[s.speaker] for s in transcript.segments]
    assert roles == [u.role for u in call.conversation.utterances]
    texts = [s.text for s in transcript.segments]
    assert texts == [u.text for u in call.conversation.utterances]
    for segment, utterance in zip(transcript.segments, call.conversation.utterances, strict=True):
        assert segment.start_s == pytest.approx(utterance.start_s, abs=0.001)
        assert segment.end_s == pytest.approx(utterance.end_s, abs=0.001)


def test_markup_in_text_survives_vtt(tmp_path: Path) -> None:
    call = by_language("en")
    first = call.conversation.utterances[0].model_copy(update={"text": "a <b> & c"})
    conversation = call.conversation.model_copy(update={"utterances": (first,)})
    path = tmp_path / "call.vtt"
    path.write_text(export_call(call.model_copy(update={"conversation": conversation}), "vtt"))
    assert read_transcript(path).segments[0].text == "a <b> & c"


def test_rttm_has_a_line_a_turn() -> None:
    call = by_language("en")
    lines = export_call(call, "rttm").splitlines()
    assert len(lines) == len(call.conversation.turns)
    for line, turn in zip(lines, call.conversation.turns, strict=True):
        fields = line.split()
        assert len(fields) == 10
        assert fields[0] == "SPEAKER"
        assert float(fields[3]) == pytest.approx(turn.start_s, abs=0.001)
        assert float(fields[4]) == pytest.approx(turn.end_s - turn.start_s, abs=0.002)
        assert fields[7] in ("Agent", "Customer")


def test_textgrid_tiers_are_filled_without_gaps() -> None:
    call = by_language("zh")
    text = export_call(call, "textgrid")
    assert text.startswith('File type = "ooTextFile"\nObject class = "TextGrid"\n')
    tiers = text.split("    item [")[1:]
    names = [re.search(r'name = "(.*)"', tier) for tier in tiers]
    assert [n.group(1) for n in names if n] == [
        "Agent", "Agent words", "Customer", "Customer words",
    ]  # fmt: skip
    for tier in tiers:
        count = int(re.findall(r"intervals: size = (\d+)", tier)[0])
        starts = [float(x) for x in re.findall(r"^ {12}xmin = (.*)$", tier, re.MULTILINE)]
        ends = [float(x) for x in re.findall(r"^ {12}xmax = (.*)$", tier, re.MULTILINE)]
        assert len(starts) == len(ends) == count
        assert starts[0] == 0.0
        assert starts[1:] == ends[:-1]
        assert ends[-1] == pytest.approx(call.conversation.duration_s, abs=0.01)
    for utterance in call.conversation.utterances:
        assert f'text = "{utterance.text}"' in text


def test_quotes_are_doubled_in_textgrid() -> None:
    call = by_language("en")
    first = call.conversation.utterances[0].model_copy(update={"text": 'say "yes"'})
    conversation = call.conversation.model_copy(update={"utterances": (first,)})
    text = export_call(call.model_copy(update={"conversation": conversation}), "textgrid")
    assert 'text = "say ""yes"""' in text


def test_json_is_readable_and_names_its_format() -> None:
    text = export_call(by_language("zh"), "json")
    assert text.startswith('{\n  "format": "qa-pipeline-call",')
    assert "您好" in text
    assert set(json.loads(text)) == {"format", "format_version", "call"}


def test_unknown_format() -> None:
    assert set(EXPORT_FORMATS) == {"json", "srt", "vtt", "rttm", "textgrid"}
    with pytest.raises(UsageError, match="no export format 'docx'"):
        export_call(CALLS[0], "docx")
