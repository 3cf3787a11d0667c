"""What is known of a call stays known, what is corrected counts, and a call is whole."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qa_pipeline.audio import discover
from qa_pipeline.errors import CallError, UsageError
from qa_pipeline.pipeline import RunSummary, run_calls
from qa_pipeline.settings import Settings, read_settings
from qa_pipeline.store import Store
from tests.pipeline.finished_calls import write_calls

MAYA = {"call_id": "crm-1", "agent_id": "a-1", "team": "Blue", "answer_delay_s": 4.0}
TIME = {"started_at": "2026-11-16T09:00:00+08:00"}


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    return write_calls(tmp_path / "incoming", 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def night(incoming: Path, settings: Settings) -> Callable[..., RunSummary]:
    def run(sidecar: dict[str, Any] | None = None, table: Path | None = None) -> RunSummary:
        file = incoming / "call-0.meta.json"
        file.unlink(missing_ok=True)
        if sidecar is not None:
            file.write_text(json.dumps(sidecar), encoding="utf-8")
        return run_calls([incoming], settings, metadata=table)

    return run


def known(settings: Settings) -> list[tuple[Any, ...]]:
    with Store.open_reader(settings.store_path) as reader:
        return [
            *reader.query(
                "SELECT call_id, agent_id, team, answer_delay_s, started_on::VARCHAR FROM calls"
            ).rows
        ]


def test_a_night_that_knows_less_takes_nothing_away(
    night: Callable[..., RunSummary], settings: Settings, tmp_path: Path
) -> None:
    table = tmp_path / "tonight.json"
    table.write_text(json.dumps([{"file": "call-0", **MAYA}]), encoding="utf-8")
    night(TIME, table)
    first = known(settings)
    assert first == [("crm-1", "a-1", "Blue", 4.0, "2026-11-16")]
    assert night(TIME).processed == 0  # the table of the next night names other calls
    assert night().processed == 0
    assert known(settings) == first


def test_late_metadata_join_those_that_came_with_the_call(
    night: Callable[..., RunSummary], settings: Settings
) -> None:
    night({"agent_id": "a-1"})
    night({"call_id": "crm-1", "team": "Blue"})
    assert known(settings) == [("crm-1", "a-1", "Blue", None, None)]


def test_a_correction_that_is_taken_back_counts(
    night: Callable[..., RunSummary], settings: Settings
) -> None:
    for agent in ("a-1", "a-2", "a-1"):
        night({**MAYA, "agent_id": agent})
        assert [row[1] for row in known(settings)] == [agent]
    assert night({**MAYA, "agent_id": "a-1"}).processed == 0


def test_a_copy_of_which_nothing_is_said_takes_nothing_away(
    incoming: Path, night: Callable[..., RunSummary], settings: Settings
) -> None:
    for name in ("a-copy.vtt", "z-copy.vtt"):
        (incoming / name).write_bytes((incoming / "call-0.vtt").read_bytes())
    for team in ("Blue", "Green", "Blue"):
        night({**MAYA, **TIME, "team": team})
        assert known(settings) == [("crm-1", "a-1", team, 4.0, "2026-11-16")]


def test_a_call_that_was_moved_is_known_at_its_new_place(
    incoming: Path, settings: Settings, tmp_path: Path
) -> None:
    first = run_calls([incoming], settings)
    incoming.rename(tmp_path / "archive")
    moved = run_calls([tmp_path / "archive"], settings)
    assert (first.processed, moved.processed) == (1, 0)
    with Store.open_reader(settings.store_path) as reader:
        paths = reader.query("SELECT path FROM calls").rows
    assert paths == ((str(tmp_path / "archive" / "call-0.vtt"),),)


def test_a_file_that_is_still_being_written_waits_for_the_next_run(incoming: Path) -> None:
    (source,) = discover([incoming])
    source.refuse_unfinished()
    with source.path.open("a", encoding="utf-8") as file:
        file.write("\n00:00:17.000 --> 00:00:18.000\n<v Agent>Goodbye.\n")
    with pytest.raises(CallError, match=r"still being written: .* the next run takes it"):
        source.refuse_unfinished()


def test_what_changed_while_it_was_read_is_no_call(
    incoming: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa_pipeline.pipeline import run as opening_a_run

    def found(*paths: Any, **more: Any) -> Any:
        sources = discover(*paths, **more)
        os.utime(sources[0].path, (1, 1))
        return sources

    monkeypatch.setattr(opening_a_run, "discover", found)
    summary = run_calls([incoming], settings)
    assert [failure.stage for failure in summary.failures] == ["decode"]
    assert "still being written" in summary.failures[0].reason
    monkeypatch.undo()
    assert run_calls([incoming], settings).failures == ()


def test_what_was_known_wrongly_is_taken_back(
    night: Callable[..., RunSummary], settings: Settings, tmp_path: Path
) -> None:
    night(MAYA)
    table = tmp_path / "put-right.csv"
    table.write_text("file,agent_id,team,answer_delay_s\ncall-0,-,,-\n")
    assert night(None, table).processed == 1
    assert known(settings) == [("crm-1", None, "Blue", None, None)]
    assert night().processed == 0  # nothing is said: nothing is known still
    assert known(settings) == [("crm-1", None, "Blue", None, None)]
    assert night({**MAYA, "agent_id": "-"}).processed == 1
    assert known(settings) == [("crm-1", None, "Blue", 4.0, None)]


def test_times_without_a_zone_do_not_depend_on_that_of_the_machine(
    incoming: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (incoming / "call-0.meta.json").write_text('{"started_at": "2026-11-16 03:00"}')
    in_shanghai = settings.model_copy(update={"timezone": "Asia/Shanghai"})
    processed = []
    for zone in ("Asia/Shanghai", "America/New_York", "Asia/Shanghai"):
        with monkeypatch.context() as machine:
            machine.setenv("TZ", zone)
            time.tzset()
            processed.append(run_calls([incoming], in_shanghai).processed)
    time.tzset()
    assert processed == [1, 0, 0]
    assert known(settings)[0][4] == "2026-11-16"


def test_a_zone_that_is_not_known_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_TIMEZONE", "Middle/Earth")
    with pytest.raises(UsageError, match=r"QA_TIMEZONE: .*no time zone 'Middle/Earth'"):
        read_settings()
