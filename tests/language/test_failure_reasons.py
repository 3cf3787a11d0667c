"""Why files were not processed: kept in English, told in Mandarin to who reads Mandarin."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.audio.decode import decode
from qa_pipeline.audio.metadata import NamePattern, read_sidecar
from qa_pipeline.errors import CallError
from qa_pipeline.language.failure_reasons import SENTENCES, failure_reason, in_language
from qa_pipeline.transcripts import read_transcript
from tests.language.sentences import assert_the_same_in_both_languages, fields

NAMES = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=20)


@pytest.mark.parametrize("name", SENTENCES)
def test_a_reason_says_the_same_in_both_languages(name: str) -> None:
    assert_the_same_in_both_languages(
        SENTENCES[name],
        *("JSON", "nvidia-smi", "GPU", "workers", "--device cpu", "UTF-8", "WebVTT", "WEBVTT"),
        *("qa-pipeline calls export --format json", "format"),
    )


@given(st.sampled_from(sorted(SENTENCES)), st.data())
def test_a_kept_reason_is_told_with_what_it_names(name: str, data: st.DataObject) -> None:
    named = data.draw(NAMES)
    values = {field: "7" if field != "path" else named for field in fields(SENTENCES[name].en)}
    kept = failure_reason(name, **values)
    assert in_language(kept, "en") == kept
    told = in_language(kept, "zh")
    assert told.startswith(named)
    assert re.search("[\u4e00-\u9fff]", told.removeprefix(named))


def refused(path: Path) -> str:
    with pytest.raises(CallError) as caught:
        decode(path)
    return in_language(str(caught.value), "zh").replace(str(path), "F")


def test_files_of_a_centre_are_refused_in_mandarin(tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.wav", tmp_path / "text.wav"
    empty.write_bytes(b"")
    text.write_text("this is no sound")
    assert refused(empty) == "F：文件是空的（0字节）"
    assert refused(text) == (
        "F：不是可以解码的录音（数据无效）；文件可能已损坏、缺少文件头，或者根本不是音频"
    )
    assert refused(tmp_path / "none.wav") == "F：没有这个文件"
    assert refused(tmp_path) == "F：是文件夹，不是录音"


def test_metadata_of_a_centre_is_refused_in_mandarin(tmp_path: Path) -> None:
    sidecar = tmp_path / "a.meta.json"
    sidecar.write_text('{\n "agent_id": "a1",\n "started_at": "soon"\n}')
    with pytest.raises(CallError) as caught:
        read_sidecar(sidecar)
    assert in_language(str(caught.value), "zh").replace(str(sidecar), "F") == (
        "F，第3行，字段“started_at”：'soon' is not a date such as 2026-03-01T09:30:00+08:00；"
        "请改正后重新运行"
    )
    with pytest.raises(CallError) as caught:
        NamePattern("{agent_id}_{started_at:%Y%m%d}").read(Path("a1_20261399.wav"))
    assert in_language(str(caught.value), "zh").startswith(
        "a1_20261399.wav：按模式“{agent_id}_{started_at:%Y%m%d}”读取文件名时，字段“started_at”"
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.srt", "  ", "F：转写文本是空的"),
        ("a.srt", "hello", "F：没有找到字幕（没有含“-->”的行）；这是转写文本吗？"),
        ("a.vtt", "00:01 --> 00:02\nhi", "F，第1行：WebVTT文件应以WEBVTT开头，这个文件没有"),
        (
            "a.srt",
            "1\n00:00:0x,0 --> 00:00:02,0\nhi",
            "F，第2行：“00:00:0x,0”不是00:01:02,500这样的时间；请改正这一行",
        ),
        (
            "a.srt",
            "1\n00:00:03,0 --> 00:00:02,0\nhi",
            "F，第2行：字幕的结束时间早于开始时间",
        ),
        (
            "a.json",
            "{}",
            "F，第1行：不是由`qa-pipeline calls export --format json`写出的转写文本"
            "（“format”不是“qa-pipeline-call”）",
        ),
    ],
)
def test_transcripts_are_refused_in_mandarin(
    tmp_path: Path, name: str, content: str, told: str
) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(CallError) as caught:
        read_transcript(path)
    assert in_language(str(caught.value), "zh").replace(str(path), "F") == told


def test_what_is_no_known_reason_stays_as_it_is() -> None:
    assert in_language("a.wav: it rained", "zh") == "a.wav: it rained"
