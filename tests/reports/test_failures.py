"""Files that could not be processed are told as long as they matter."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qa_pipeline.records import Failure
from qa_pipeline.reports import MonitoringReport, monitoring_report, render
from qa_pipeline.store import CallFilter, Run, Store, write_bundle, write_failure
from tests.reports.conftest import MADE_AT
from tests.store.call_factory import make_call

AT = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
THERE, GONE, REPAIRED = "there.wav", "gone.wav", "repaired.wav"


def report_after(
    folder: Path, failed: Sequence[str], runs: Sequence[str], only: CallFilter | None = None
) -> MonitoringReport:
    """Report of a store where files failed in the run ``first``; ``runs`` came in that order."""
    (folder / THERE).touch()
    for name in failed:
        failure = Failure(
            path=str(folder / name),
            call_id="call-0007" if name == REPAIRED else None,
            stage="decode",
            reason="The file is empty.",
            failed_at=AT,
        )
        write_failure(failure, folder / "bundles", "first")
    write_bundle(make_call(7), folder / "bundles", "k")
    with Store.open_owner(folder / "calls.duckdb") as owner:
        owner.ingest(folder / "bundles")
        for place, run_id in enumerate(runs):
            started = AT + timedelta(days=place)
            run = Run(run_id=run_id, started_at=started, profile="p", scorecard="s", paths=())
            owner.record_run(run)
        return monitoring_report(owner, MADE_AT, only)


def names(report: MonitoringReport) -> list[tuple[str, bool]]:
    return [(Path(f.path).name, f.gone) for f in report.failures]


def page(report: MonitoringReport) -> str:
    return " ".join(render(report, "html")["monitoring.html"].decode().split())


def test_what_is_gone_is_told_once_and_counted_from_then_on(tmp_path: Path) -> None:
    at_once = report_after(tmp_path, [THERE, GONE], ["first"])
    assert names(at_once) == [(GONE, True), (THERE, False)]
    assert "no longer there" in page(at_once)
    assert (at_once.totals.failed, at_once.failures_gone) == (2, 0)
    later = report_after(tmp_path, [THERE, GONE], ["first", "second"])
    assert names(later) == [(THERE, False)]
    assert (later.totals.failed, later.failures_gone) == (1, 1)
    told = "1 file that failed in an earlier run is no longer there and is not listed"
    assert told in page(later)


def test_a_file_that_became_a_call_under_another_name_has_not_failed(tmp_path: Path) -> None:
    report = report_after(tmp_path, [REPAIRED], ["first"])
    assert (report.failures, report.failures_gone) == ((), 0)


@pytest.mark.parametrize("only", [CallFilter(team="Blue"), CallFilter(agent_id="a101")])
def test_a_report_of_one_team_lists_no_failure_that_may_be_anybodys(
    tmp_path: Path, only: CallFilter
) -> None:
    report = report_after(tmp_path, [THERE, GONE], ["first"], only)
    assert report.totals.calls == 1
    assert (report.failures, report.totals.failed, report.failures_left_out) == ((), 0, 2)
    assert "2 files could not be processed, and nobody knows whose calls they are" in page(report)
