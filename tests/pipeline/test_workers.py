"""Worker processes give what one process gives, and outlive calls that kill them."""

import os
import signal
from pathlib import Path

import pytest

from qa_pipeline.audio import CallSource
from qa_pipeline.errors import UsageError
from qa_pipeline.language.failure_reasons import in_language
from qa_pipeline.pipeline import OpenRun, Workers, find_scorecard, run_calls
from qa_pipeline.progress import Silent
from qa_pipeline.settings import Settings, read_settings
from qa_pipeline.store import Store
from tests.pipeline.finished_calls import write_calls

CALLS = 6


class Deadly(CallSource):
    """A call whose opening kills the process, as a broken driver might."""

    def read_metadata(self) -> None:  # type: ignore[override]
        """Die."""
        os.kill(os.getpid(), signal.SIGKILL)


class DeadlyOnce(CallSource):
    """A call whose opening kills the first process that tries."""

    def read_metadata(self) -> None:  # type: ignore[override]
        """Die, unless somebody died of it before."""
        mark = self.path.with_suffix(".died")
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read_metadata()  # type: ignore[return-value]


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    return write_calls(tmp_path / "incoming", CALLS)


def _settings(folder: Path, *workers: str, batch_calls: int = 1) -> Settings:
    return read_settings(data_dir=folder, batch_calls=batch_calls, workers=workers)


def _totals(settings: Settings) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    with Store.open_reader(settings.store_path) as store:
        for table in ("scores", "criterion_results", "evidence", "measures"):
            when = "EXCLUDE (scored_at, call_processed_at)" if table == "scores" else ""
            rows += store.query(f"SELECT * {when} FROM {table} ORDER BY ALL").rows
    return rows


def test_two_workers_give_what_one_process_gives(incoming: Path, tmp_path: Path) -> None:
    (incoming / "again.vtt").write_text((incoming / "call-0.vtt").read_text())
    alone, shared = _settings(tmp_path / "one"), _settings(tmp_path / "two", "cpu", "cpu")
    one, two = run_calls([incoming], alone), run_calls([incoming], shared)
    assert (one.processed, one.skipped, one.failures) == (CALLS, 1, ())
    assert (two.processed, two.skipped, two.failures) == (CALLS, 1, ())
    assert two.trust == one.trust
    assert _totals(shared) == _totals(alone)


def test_one_id_for_two_recordings_is_seen_across_workers(incoming: Path, tmp_path: Path) -> None:
    rows = "".join(f"call-{n}.vtt,{'same' if n < 2 else f'id-{n}'}\n" for n in range(CALLS))
    table = tmp_path / "metadata.csv"
    table.write_text("file,call_id\n" + rows)
    settings = _settings(tmp_path / "data", "cpu", "cpu")
    summary = run_calls([incoming], settings, metadata=table)
    assert summary.processed == CALLS - 1
    assert [f.reason for f in summary.failures if "is already that of" in f.reason]


def test_a_call_that_kills_is_given_up_and_the_others_go_on(incoming: Path, tmp_path: Path) -> None:
    settings = _settings(tmp_path / "data", "cpu", batch_calls=3)
    run = OpenRun([incoming], settings, [find_scorecard("inbound-service")])
    first, *others = run.sources
    deadly = Deadly(**{name: getattr(first, name) for name in first.__dataclass_fields__})
    run.sources = [others[0], deadly, *others[1:]]
    with Workers(run, Silent()) as workers:
        outcomes = [ticket.outcome() for ticket in workers.tickets(run.batches())]
    summary = run.finish(outcomes)
    assert summary.processed == CALLS - 1
    (failure,) = summary.failures
    assert failure.path == str(first.path)
    assert "ended with code -9" in failure.reason
    told = in_language(failure.reason, "zh").removeprefix(failure.path)
    assert told == "：每次处理这通通话，cpu上的工作进程都以代码-9退出"


def test_a_worker_that_dies_is_started_again(incoming: Path, tmp_path: Path) -> None:
    settings = _settings(tmp_path / "data", "cpu", batch_calls=2)
    run = OpenRun([incoming], settings, [find_scorecard("inbound-service")])
    first, *others = run.sources
    once = DeadlyOnce(**{name: getattr(first, name) for name in first.__dataclass_fields__})
    run.sources = [once, *others]
    with Workers(run, Silent()) as workers:
        outcomes = [ticket.outcome() for ticket in workers.tickets(run.batches())]
    summary = run.finish(outcomes)
    assert (summary.processed, summary.failures) == (CALLS, ())


def test_a_gpu_that_is_not_there_is_named(incoming: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cuda:7"):
        run_calls([incoming], _settings(tmp_path / "data", "cuda:7"))


def test_a_device_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="workers"):
        read_settings(workers=("gpu",))
