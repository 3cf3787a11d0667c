"""Which files are calls, and what is known about them."""

import json
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qa_pipeline.audio import decode, discover
from qa_pipeline.errors import AudioError, CallError, UsageError
from tests.audio.recordings import SAMPLE_CALLS
from tests.audio.test_decode import nobody

EXPORTED = '{\n  "format": "qa-pipeline-call",\n  "format_version": 1\n}'


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(EXPORTED if name.endswith(".json") else "x")


def names(folder: Path, *given: str) -> list[str]:
    sources = discover([str(folder / g) for g in given] or [str(folder)])
    return [str(source.path.relative_to(folder)) for source in sources]


def test_folder_is_searched_and_sorted(tmp_path: Path) -> None:
    touch(tmp_path, "b.wav", "a.MP3", "deep/er/c.flac", ".hidden.wav", ".git/x.wav", "notes.txt")
    assert names(tmp_path) == ["a.MP3", "b.wav", "deep/er/c.flac"]


def test_files_globs_and_repeats(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "b.wav", "c.mp3", "in/d.wav")
    assert names(tmp_path, "a.wav", "a.wav", "*.wav") == ["a.wav", "b.wav"]
    assert names(tmp_path, "**/*.wav") == ["a.wav", "b.wav", "in/d.wav"]
    touch(tmp_path, "odd[1].wav", "unknown.suffix")
    assert names(tmp_path, "odd[1].wav", "unknown.suffix") == ["odd[1].wav", "unknown.suffix"]


def test_wrong_paths(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone: no such file or folder"):
        discover([tmp_path / "gone"])
    with pytest.raises(UsageError, match="no calls found under"):
        discover([tmp_path])
    with pytest.raises(UsageError, match=r"no calls found under .*\*\.wav"):
        discover([str(tmp_path / "*.wav")])
    with pytest.raises(UsageError, match="no calls found"):
        discover([])


def test_transcript_beside_a_recording_belongs_to_it(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "a.srt", "b.vtt", "c.json", "d.mp3", "d.meta.json", "d.truth.json")
    sources = {s.path.name: s for s in discover([tmp_path])}
    assert list(sources) == ["a.wav", "b.vtt", "c.json", "d.mp3"]
    assert sources["a.wav"].transcript == tmp_path / "a.srt"
    assert sources["b.vtt"].audio is None
    assert sources["d.mp3"].sidecar == tmp_path / "d.meta.json"
    assert sources["d.mp3"].transcript is None
    (alone,) = discover([tmp_path / "a.srt"])
    assert alone.audio == tmp_path / "a.wav"


def test_other_json_in_a_folder_is_no_call(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    (tmp_path / "settings.json").write_text('{"a": 1}')
    assert names(tmp_path) == ["a.wav"]


def test_sidecar(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    sidecar = tmp_path / "a.meta.json"
    sidecar.write_text(
        json.dumps({"agent_id": "007", "direction": "Inbound", "language": "zh-CN", "team": ""})
    )
    metadata = discover([tmp_path])[0].read_metadata()
    assert (metadata.agent_id, metadata.direction, metadata.language) == ("007", "inbound", "zh")
    assert metadata.team is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{\n "agent_id": "1",\n "answer_delay_s": "soon"\n}', r"line 3, field 'answer_delay_s'"),
        ('{\n "agent_id": "1",\n "agnet_name": "x"\n}', r"line 3, field 'agnet_name': no such"),
        ('{\n "agent_id": 1\n "x": 2}', r"line 3: not valid JSON"),
        ('{"started_at": "yesterday"}', r"line 1, field 'started_at': 'yesterday' is not a date"),
        ("[1]", "must be a JSON object"),
    ],
)
def test_wrong_sidecar_names_file_line_and_field(
    tmp_path: Path, content: str, message: str
) -> None:
    touch(tmp_path, "a.wav")
    (tmp_path / "a.meta.json").write_text(content)
    with pytest.raises(CallError, match=rf"a\.meta\.json, {message}|{message}"):
        discover([tmp_path])[0].read_metadata()


def test_table_of_calls(tmp_path: Path) -> None:
    touch(tmp_path, "calls/a.wav", "calls/b.wav", "calls/c.wav")
    table = tmp_path / "calls.csv"
    table.write_text(
        "file,agent_id,team,started_at,answer_delay_s\n"
        "calls/a.wav,17,North,2026-03-01T09:30:00+08:00,4.5\n"
        "b,18,,,\n",
        encoding="utf-8-sig",
    )
    a, b, c = (s.read_metadata() for s in discover([tmp_path / "calls"], metadata=table))
    assert (a.agent_id, a.team, a.answer_delay_s) == ("17", "North", 4.5)
    assert a.started_at == datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
    assert (b.agent_id, b.team, b.started_at) == ("18", None, None)
    assert c.agent_id is None


def test_table_in_chinese_encoding_and_json(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    (tmp_path / "t.csv").write_bytes("file;agent_name\na.wav;王小明\n".encode("gb18030"))
    (source,) = discover([tmp_path / "a.wav"], metadata=tmp_path / "t.csv")
    assert source.read_metadata().agent_name == "王小明"
    (tmp_path / "t.json").write_text('[{"file": "a.wav", "queue": "sales"}]')
    (source,) = discover([tmp_path / "a.wav"], metadata=tmp_path / "t.json")
    assert source.read_metadata().queue == "sales"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("name,agent_id\na,1\n", r"t\.csv, line 1, field 'file': missing"),
        ("file,agent\na.wav,1\n", r"t\.csv, line 1, field 'agent': no such field"),
        ("file,answer_delay_s\na.wav,1\nb.wav,x\n", r"t\.csv, line 3, field 'answer_delay_s'"),
        ("file,direction\na.wav,sideways\n", r"t\.csv, line 2, field 'direction'"),
        ("file,team\na.wav,1\na.wav,2\n", r"t\.csv, line 3, field 'file': 'a.wav' is there twice"),
        ("file,team\n,1\n", r"t\.csv, line 2, field 'file'"),
        ("file,team\na.wav,1,2\n", r"t\.csv, line 2: more values than columns"),
    ],
)
def test_wrong_table_names_file_line_and_field(tmp_path: Path, content: str, message: str) -> None:
    touch(tmp_path, "a.wav")
    (tmp_path / "t.csv").write_text(content)
    with pytest.raises(UsageError, match=message):
        discover([tmp_path / "a.wav"], metadata=tmp_path / "t.csv")


def test_missing_table(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    with pytest.raises(UsageError, match=r"t\.csv: cannot be read"):
        discover([tmp_path / "a.wav"], metadata=tmp_path / "t.csv")


def test_file_names_with_a_pattern(tmp_path: Path) -> None:
    touch(tmp_path, "A12_20260301093000_in.wav", "other.wav")
    pattern = "{agent_id}_{started_at:%Y%m%d%H%M%S}_in"
    first, second = discover([tmp_path], name_pattern=pattern)
    metadata = first.read_metadata()
    assert metadata.agent_id == "A12"
    assert metadata.started_at is not None
    assert metadata.started_at.strftime("%Y-%m-%d %H:%M") == "2026-03-01 09:30"
    assert second.read_metadata().agent_id is None
    (again, _) = discover([tmp_path], name_pattern=r"(?P<agent_id>[A-Z]\d+)_.*")
    assert again.read_metadata().agent_id == "A12"


def test_wrong_patterns_and_impossible_dates(tmp_path: Path) -> None:
    touch(tmp_path, "A12_20261399000000.wav")
    for pattern in ("{agent}_x", "plain", "(?P<agent_id>"):
        with pytest.raises(UsageError, match="file-name pattern"):
            discover([tmp_path], name_pattern=pattern)
    (source,) = discover([tmp_path], name_pattern="{agent_id}_{started_at:%Y%m%d%H%M%S}")
    with pytest.raises(CallError, match="field 'started_at'"):
        source.read_metadata()


def test_table_goes_before_sidecar_before_name(tmp_path: Path) -> None:
    touch(tmp_path, "A12_x.wav")
    (tmp_path / "A12_x.meta.json").write_text('{"agent_id": "side", "team": "side"}')
    (tmp_path / "t.csv").write_text("file,team\nA12_x.wav,table\n")
    (source,) = discover(
        [tmp_path / "A12_x.wav"], metadata=tmp_path / "t.csv", name_pattern="{agent_id}_{queue}"
    )
    metadata = source.read_metadata()
    assert (metadata.team, metadata.agent_id, metadata.queue) == ("table", "side", "x")


def test_unreadable_folder_and_file_fail_by_name_and_the_rest_goes_on() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o755)
        touch(folder, "a.wav", "closed/b.wav")
        (folder / "a.wav").chmod(0)
        (folder / "closed").chmod(0)
        with nobody():
            sources = discover([folder])
            assert [s.path.name for s in sources] == ["a.wav", "closed"]
            for source in sources:
                assert source.audio is not None
                with pytest.raises(AudioError, match="no permission"):
                    decode(source.audio)
    finally:
        (folder / "closed").chmod(0o755)
        shutil.rmtree(folder)


def test_sample_calls_have_metadata() -> None:
    sources = discover([SAMPLE_CALLS])
    assert len(sources) >= 16
    assert len({s.read_metadata().call_id for s in sources}) == len(sources)
