"""Several batches under way at once: in order, all of them, and no hanging when the run fails."""

import shutil
from pathlib import Path

import pytest

from qa_pipeline.errors import QaPipelineError
from qa_pipeline.pipeline import Line, OpenRun, find_scorecard
from qa_pipeline.progress import Silent
from qa_pipeline.settings import read_settings
from tests.pipeline.finished_calls import write_calls

CALLS = 7


@pytest.fixture
def run(tmp_path: Path) -> OpenRun:
    incoming = write_calls(tmp_path / "incoming", CALLS)
    settings = read_settings(data_dir=tmp_path / "data", batch_calls=1)
    return OpenRun([incoming], settings, [find_scorecard("inbound-service")])


def test_batches_come_out_in_order_and_each_once(run: OpenRun) -> None:
    with Line(run, Silent()) as line:
        outcomes = [ticket.outcome() for ticket in line.tickets(run.batches())]
    assert [len(outcome.processed) for outcome in outcomes] == [1] * CALLS
    paths = [path.name for path in sorted(run.settings.bundles_dir.rglob("*.parquet"))]
    assert len(paths) == CALLS
    summary = run.finish(outcomes)
    assert (summary.processed, summary.failures) == (CALLS, ())
    again = OpenRun([run.sources[0].path.parent], run.settings, [find_scorecard("inbound-service")])
    with Line(again, Silent()) as line:
        repeated = [ticket.outcome() for ticket in line.tickets(again.batches())]
    first = [outcome.processed[0] for outcome in outcomes]
    assert [outcome.skipped[0] for outcome in repeated] == first


def test_an_error_of_the_run_is_raised_and_a_ticket_can_be_tried_again(run: OpenRun) -> None:
    in_the_way = run.settings.bundles_dir
    shutil.rmtree(in_the_way, ignore_errors=True)
    in_the_way.write_text("not a folder")
    with Line(run, Silent()) as line:
        tickets = line.tickets(run.batches())
        ticket = next(tickets)
        with pytest.raises((QaPipelineError, OSError)):
            ticket.outcome()
        in_the_way.unlink()
        assert len(ticket.outcome().processed) == 1
