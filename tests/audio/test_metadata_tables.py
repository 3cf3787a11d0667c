"""Several tables of calls at once, and how a table takes back what was known."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from qa_pipeline.audio import discover
from qa_pipeline.errors import CallError, UsageError
from qa_pipeline.records import CallMetadata


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    folder.mkdir()
    for name in ("a.wav", "b.wav"):
        (folder / name).write_text("x")
    return folder


def tables(folder: Path, *contents: str) -> list[Path]:
    paths = [folder / f"table-{number}.csv" for number in range(1, len(contents) + 1)]
    for path, content in zip(paths, contents, strict=True):
        path.write_text(content)
    return paths


def read(folder: Path, *contents: str) -> list[CallMetadata]:
    sources = discover([folder], metadata=tables(folder.parent, *contents))
    return [source.read_metadata() for source in sources]


def test_every_table_counts(calls: Path) -> None:
    a, b = read(calls, "file,agent_id\na,1\n", "file,agent_id\nb,2\n")
    assert (a.agent_id, b.agent_id) == ("1", "2")


def test_what_several_tables_say_of_a_call_is_put_together(calls: Path) -> None:
    a, _ = read(calls, "file,agent_id,team\na,1,\n", "file,agent_id,team\na.wav,1,Blue\n")
    assert (a.agent_id, a.team) == ("1", "Blue")


@pytest.mark.parametrize("named", ["a", "a.wav", "calls/a.wav"])
def test_tables_that_disagree_about_a_call_are_refused(calls: Path, named: str) -> None:
    said = r"a(\.wav)?: .*table-1\.csv, line 2 says agent_id '1', .*table-2\.csv, line 3 says '2'"
    with pytest.raises(UsageError, match=said):
        read(calls, "file,agent_id\na,1\n", f"file,agent_id\nb,7\n{named},2\n")


def test_tables_that_disagree_about_a_call_that_is_not_here_are_refused_too(calls: Path) -> None:
    with pytest.raises(UsageError, match=r"other: .*line 2 says team 'Blue'"):
        read(calls, "file,team\nother,Blue\n", "file,team\nother,Green\n")


def test_a_dash_says_that_a_fact_is_not_known(calls: Path) -> None:
    (calls / "a.meta.json").write_text(json.dumps({"agent_id": "1", "team": "Blue"}))
    a, _ = read(calls, "file,agent_id,team\na,-,\n")
    assert (a.agent_id, a.team) == (None, "Blue")
    with pytest.raises(UsageError, match=r"line 1 says|line 2 says agent_id '1', .* says '-'"):
        read(calls, "file,agent_id\na,1\n", "file,agent_id\na,-\n")


def test_a_dash_where_no_fact_can_be_missing(calls: Path) -> None:
    with pytest.raises(UsageError, match=r"line 2, field 'call_id': .* cannot be taken away"):
        read(calls, "file,call_id\na,-\n")


def test_a_dash_in_a_file_name_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "-_sales.wav").write_text("x")
    (source,) = discover([tmp_path], name_pattern="{agent_id}_{queue}")
    assert source.read_metadata().model_dump(exclude_unset=True) == {"queue": "sales"}


def test_a_time_without_a_zone_is_read_in_the_zone_that_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x_20260301093000.wav").write_text("x")
    pattern, zone = "{agent_id}_{started_at:%Y%m%d%H%M%S}", ZoneInfo("Asia/Shanghai")
    table = tables(tmp_path, "file,started_at\nx_20260301093000,2026-03-01 09:30:00\n")
    for given in ({"metadata": table}, {"name_pattern": pattern}):
        (source,) = discover([tmp_path / "x_20260301093000.wav"], zone=zone, **given)  # type: ignore[arg-type]
        started_at = source.read_metadata().started_at
        assert started_at == datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
    (tmp_path / "x_20260301093000.meta.json").write_text('{"started_at": "2026-03-01T09:30"}')
    (source,) = discover([tmp_path / "x_20260301093000.wav"], zone=zone)
    assert source.read_metadata().model_dump_json(exclude_none=True) == (
        '{"started_at":"2026-03-01T09:30:00+08:00"}'
    )


def test_a_sidecar_without_a_call_to_name_cannot_take_its_id_away(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("x")
    (tmp_path / "a.meta.json").write_text('{"call_id": "-"}')
    with pytest.raises(CallError, match="cannot be taken away"):
        discover([tmp_path])[0].read_metadata()
