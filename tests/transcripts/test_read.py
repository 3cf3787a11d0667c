"""Transcripts of other programs are read with their speakers, or refused by file and line."""

from itertools import pairwise
from pathlib import Path

import pytest

from qa_pipeline.errors import TranscriptError
from qa_pipeline.transcripts import FinishedTranscript, read_transcript
from qa_pipeline.transcripts.speakers import role_of_name


def read(folder: Path, name: str, content: str | bytes) -> FinishedTranscript:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_transcript(path)


def said(transcript: FinishedTranscript) -> list[tuple[str, str]]:
    return [(s.speaker, s.text) for s in transcript.segments]


SRT = """1
00:00:01,000 --> 00:00:03,000
Agent: Good morning, how can I help?

2
00:00:03,500 --> 00:00:05,000
Customer: My line
is down.

3
00:00:05,100 --> 00:00:07,000
One more thing: it is slow.
"""


def test_srt_with_names(tmp_path: Path) -> None:
    transcript = read(tmp_path, "a.srt", SRT)
    assert said(transcript) == [
        ("Agent", "Good morning, how can I help?"),
        ("Customer", "My line is down."),
        ("Customer", "One more thing: it is slow."),
    ]
    assert transcript.role_hints == {"Agent": "agent", "Customer": "customer"}
    assert transcript.transcript.language == "en"
    assert [w.text for w in transcript.transcript.words[:3]] == ["Good", "morning,", "how"]
    assert transcript.speakers[:6] == ("Agent",) * 6
    assert transcript.duration_s == 7.0
    assert [(t.speaker, t.start_s, t.end_s) for t in transcript.turns] == [
        ("Agent", 1.0, 3.0),
        ("Customer", 3.5, 7.0),
    ]


def test_words_share_the_time_of_their_cue(tmp_path: Path) -> None:
    words = read(tmp_path, "a.srt", SRT).transcript.words[:6]
    assert words[0].start_s == 1.0
    assert words[-1].end_s == 3.0
    for before, after in pairwise(words):
        assert before.start_s < before.end_s == after.start_s
    assert words[1].end_s - words[1].start_s > words[4].end_s - words[4].start_s
    assert all(word.probability == 1.0 for word in words)


VTT = """WEBVTT - a call

NOTE a comment --
over two lines

STYLE
::cue { color: red }

first
00:00.500 --> 00:02.000 align:start position:10%
<v Agent>Good morning, <b>thanks</b> for calling &amp; waiting

00:02.500 --> 00:04.000
<v.loud Anna Lee>Hi there.</v>

01:00:02.500 --> 01:00:04.000
<v Agent>Hello.</v> <v Anna Lee>Hello!</v>
"""


def test_vtt_with_voices(tmp_path: Path) -> None:
    transcript = read(tmp_path, "a.vtt", VTT)
    assert said(transcript) == [
        ("Agent", "Good morning, thanks for calling & waiting"),
        ("Anna Lee", "Hi there."),
        ("Agent", "Hello."),
        ("Anna Lee", "Hello!"),
    ]
    assert transcript.role_hints == {"Agent": "agent"}
    assert transcript.segments[2].start_s == 3602.5
    assert transcript.segments[2].end_s == transcript.segments[3].start_s


def mandarin(names: tuple[str, str], mark: str) -> str:
    return (
        f"1\n00:00:00,000 --> 00:00:02,000\n{names[0]}{mark}您好，请讲。\n\n"
        f"2\n00:00:02,500 --> 00:00:04,000\n{names[1]}{mark}我家WiFi断了！\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_mandarin_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    content = mandarin(("坐席", "客户"), "：").encode(encoding)
    transcript = read(tmp_path, "a.srt", content)
    assert said(transcript) == [("坐席", "您好，请讲。"), ("客户", "我家WiFi断了！")]
    assert transcript.role_hints == {"坐席": "agent", "客户": "customer"}
    assert transcript.transcript.language == "zh"
    texts = [w.text for w in transcript.transcript.words]
    assert texts == ["您", "好，", "请", "讲。", "我", "家", "WiFi", "断", "了！"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("客服: 您好", "客户: 你好"),
        ("[客服] 您好", "[客户] 你好"),
        ("【客服】您好", "【客户】你好"),
        ("- 客服： 您好", "- 客户：你好"),
    ],
)
def test_ways_of_naming(tmp_path: Path, first: str, second: str) -> None:
    content = f"1\n00:00:00,0 --> 00:00:01,0\n{first}\n\n2\n00:00:01,0 --> 00:00:02,0\n{second}\n"
    transcript = read(tmp_path, "a.srt", content)
    assert said(transcript) == [("客服", "您好"), ("客户", "你好")]


def test_two_voices_in_one_cue(tmp_path: Path) -> None:
    content = "1\n00:00:00,000 --> 00:00:04,000\n- Agent: Hello you.\n- Caller: Bye to you.\n"
    transcript = read(tmp_path, "a.srt", content)
    assert said(transcript) == [("Agent", "Hello you."), ("Caller", "Bye to you.")]
    assert transcript.segments[0].end_s == transcript.segments[1].start_s


def test_names_of_people_count_when_they_return(tmp_path: Path) -> None:
    cues = [("Maya", "Hello."), ("Tom", "Hi."), ("Maya", "Yes?"), ("Tom", "Note: I pay.")]
    content = "\n".join(
        f"{i}\n00:00:0{i},000 --> 00:00:0{i},900\n{who}: {text}\n"
        for i, (who, text) in enumerate(cues, 1)
    )
    transcript = read(tmp_path, "a.srt", content)
    assert said(transcript) == cues
    assert transcript.role_hints == {}


def test_nobody_named(tmp_path: Path) -> None:
    content = "1\n00:00:00,000 --> 00:00:04,000\n[laughter] at 10:30 we met\n"
    transcript = read(tmp_path, "a.srt", content * 2)
    assert {s.speaker for s in transcript.segments} == {"unknown"}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("Agent 2", "agent"),
        ("AGENT_01", "agent"),
        ("Customer Service Rep", "agent"),
        ("客户经理", "agent"),
        ("Customer", "customer"),
        ("Caller-1", "customer"),
        ("来电客户", "customer"),
        ("IVR", "ivr"),
        ("Maya Customs", None),
        ("Reptile", None),
        ("王小明", None),
    ],
)
def test_roles_by_name(name: str, role: str | None) -> None:
    assert role_of_name(name) == role


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.srt", "", r"a\.srt: the transcript is empty"),
        ("a.srt", "hello there\n", r"a\.srt: no cues found"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\n\n", r"a\.srt: the cues hold no words"),
        (
            "a.srt",
            "1\n00:00:01,000 --> 00:00:02,000\nA: hi\n\n2\n00:00:xx,000 --> 00:00:04,000\nB: no\n",
            r"a\.srt, line 6: '00:00:xx,000' is not a time",
        ),
        (
            "a.srt",
            "1\n00:00:03,000 --> 00:00:02,000\nA: hi\n",
            r"a\.srt, line 2: the cue ends before it starts",
        ),
        ("a.vtt", "00:01.000 --> 00:02.000\nhi\n", r"a\.vtt, line 1: a WebVTT file begins with"),
        ("a.json", "{\n  oops", r"a\.json, line 2: not valid JSON"),
        ("a.json", '{"segments": []}', r"a\.json, line 1: not a transcript that"),
        (
            "a.json",
            '{"format": "qa-pipeline-call",\n "format_version": 9}',
            r"a\.json, line 2: format version 9",
        ),
        (
            "a.json",
            '{"format": "qa-pipeline-call", "format_version": 1,\n "call": {\n'
            '  "conversation": {"call_id": "x",\n "language": 3}}}',
            r"a\.json, line 4, field call\.conversation\.language",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_by_file_and_line(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    with pytest.raises(TranscriptError, match=message):
        read(tmp_path, name, content)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match=r"gone\.srt: cannot be read"):
        read_transcript(tmp_path / "gone.srt")
