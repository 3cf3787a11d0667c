"""Why files were not processed: kept in English, told in Mandarin to who reads Mandarin."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.audio.decode import decode
from qa_pipeline.audio.metadata import NamePattern, read_sidecar
from qa_pipeline.errors import CallError
from qa_pipeline.language.failure_problems import GPU_FAULTS, LIBRARIES, PROBLEMS
from qa_pipeline.language.failure_reasons import SENTENCES, failure_reason, in_language
from qa_pipeline.language.kept_sentences import Sentence
from qa_pipeline.transcripts import export_call, read_transcript
from tests.language.sentences import assert_the_same_in_both_languages, fields
from tests.store.call_factory import make_call

NAMES = st.text(st.characters(exclude_categories=("C",)), min_size=1, max_size=20)


@pytest.mark.parametrize("name", SENTENCES)
def test_a_reason_says_the_same_in_both_languages(name: str) -> None:
    assert_the_same_in_both_languages(
        SENTENCES[name],
        *("JSON", "nvidia-smi", "GPU", "workers", "--device cpu", "UTF-8", "WebVTT", "WEBVTT"),
        *("qa-pipeline calls export --format json", "format", "UTF-16", "GB18030"),
    )


@pytest.mark.parametrize("problem", [*PROBLEMS.values(), *LIBRARIES.values(), *GPU_FAULTS.values()])
def test_a_problem_says_the_same_in_both_languages(problem: Sentence) -> None:
    assert_the_same_in_both_languages(problem, "JSON", "GPU", "2026-03-01T09:30:00+08:00")


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
        "F，第3行，字段“started_at”：“soon”不是2026-03-01T09:30:00+08:00这样的日期；"
        "请改正后重新运行"
    )
    with pytest.raises(CallError) as caught:
        NamePattern("{agent_id}_{started_at:%Y%m%d}").read(Path("a1_20261399.wav"))
    assert in_language(str(caught.value), "zh") == (
        "a1_20261399.wav：按模式“{agent_id}_{started_at:%Y%m%d}”读取文件名时，字段“started_at”："
        "“20261399”不是%Y%m%d这种格式的日期"
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"agent_id": 5}', "，第1行，字段“agent_id”：值5不合要求：应为文字；请改正后重新运行"),
        (b'{"started_at": 5}', "，第1行，字段“started_at”：5不是日期；请改正后重新运行"),
        (
            b'{"direction": "sideways"}',
            "，第1行，字段“direction”：值'sideways'不合要求：应为'inbound'或'outbound'；请改正后重新运行",
        ),
        (
            b'{"answer_delay_s": -1}',
            "，第1行，字段“answer_delay_s”：值-1不合要求：应不小于0；请改正后重新运行",
        ),
        (
            b'{"answer_delay_s": "long"}',
            "，第1行，字段“answer_delay_s”：值'long'不合要求：应为数字；请改正后重新运行",
        ),
        (
            b'{"agent_channel": 1.5}',
            "，第1行，字段“agent_channel”：值1.5不合要求：应为整数；请改正后重新运行",
        ),
        (b'{"agent_id": ', "，第1行：不是有效的JSON（此处应有值）"),
        (b'{"agent_id": "a1",}', "，第1行：不是有效的JSON（此处应有用双引号括起的字段名）"),
        (b'{"agent_id": "a1"} {}', "，第1行：不是有效的JSON（结尾之后还有内容）"),
        (b"\xff\xff\xff", "：文本编码不是UTF-8、UTF-16或GB18030；请另存为UTF-8"),
    ],
)
def test_what_is_wrong_with_metadata_is_told_in_mandarin(
    tmp_path: Path, content: bytes, told: str
) -> None:
    sidecar = tmp_path / "a.meta.json"
    sidecar.write_bytes(content)
    with pytest.raises(CallError) as caught:
        read_sidecar(sidecar)
    assert in_language(str(caught.value), "zh").replace(str(sidecar), "") == told


def test_a_field_of_metadata_that_there_is_not_is_told_in_mandarin(tmp_path: Path) -> None:
    sidecar = tmp_path / "a.meta.json"
    sidecar.write_text('{"mood": "x"}')
    with pytest.raises(CallError) as caught:
        read_sidecar(sidecar)
    told = in_language(str(caught.value), "zh").replace(str(sidecar), "F")
    assert told.startswith("F，第1行，字段“mood”：没有这个字段；可用的字段为call_id, agent_id, ")


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


Edit = Callable[[dict[str, Any]], Any]
EDITS: dict[str, Edit] = {
    "start_s：应为数字": lambda u: u.update(start_s="soon"),
    "end_s：应不小于0": lambda u: u.update(end_s=-4),
    "mood：没有这个字段": lambda u: u.update(mood="x"),
    "text：缺少这个字段": lambda u: u.pop("text"),
    "text：应为文字": lambda u: u.update(text=7),
    "words：应为列表": lambda u: u.update(words="x"),
    "role：应为'agent', 'customer', 'ivr'或'unknown'": lambda u: u.update(role="boss"),
}


@pytest.mark.parametrize("told", EDITS)
def test_faults_of_an_exported_transcript_are_told_in_mandarin(tmp_path: Path, told: str) -> None:
    content = json.loads(export_call(make_call(0), "json"))
    EDITS[told](content["call"]["conversation"]["utterances"][0])
    path = tmp_path / "a.json"
    path.write_text(json.dumps(content))
    with pytest.raises(CallError) as caught:
        read_transcript(path)
    said = in_language(str(caught.value), "zh")
    assert said.endswith(f"，字段call.conversation.utterances.0.{told}")


@pytest.mark.parametrize(
    ("met", "told"),
    [
        ("CUDA error: an illegal memory access was encountered", "GPU出错：访问了不允许的内存"),
        ("CUDA failed with error out of memory", "GPU出错：内存不足"),
        ("something of its own", "something of its own"),
    ],
)
def test_what_a_worker_met_before_it_gave_up_is_told_in_mandarin(met: str, told: str) -> None:
    kept = failure_reason("worker_ended_saying", path="a.wav", device="cuda:0", code=1, problem=met)
    assert in_language(kept, "zh") == (
        f"a.wav：每次处理这通通话，cuda:0上的工作进程都以代码1退出（{told}）"
    )


def test_an_unreadable_voice_is_told_in_mandarin() -> None:
    kept = failure_reason("voice_unreadable", path="v.json", agent_id="a1", problem="Extra data")
    assert in_language(kept, "zh") == (
        "v.json：无法读取坐席“a1”的已知嗓音（结尾之后还有内容）；请删除这个文件，"
        "系统会从以后的通话中重新学习"
    )


def test_what_is_no_known_reason_stays_as_it_is() -> None:
    assert in_language("a.wav: it rained", "zh") == "a.wav: it rained"
