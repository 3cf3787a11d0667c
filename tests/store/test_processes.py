"""Several processes and one store: one owner, readers beside it, and SIGKILL at any moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qa_pipeline.errors import StoreHeldError
from qa_pipeline.records import ProcessedCall
from qa_pipeline.store import Run, Store, snapshot_path, write_bundle
from qa_pipeline.store.tables import TABLES
from tests.store.call_factory import make_calls

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from qa_pipeline.store import Store
with Store.open_owner(Path(sys.argv[1])) as owner:
    if sys.argv[2:]:
        owner.publish_snapshot()
    print("holding", flush=True)
    sys.stdin.read()
"""
INGEST_AND_DIE = """
import os, signal, sys
from pathlib import Path
from qa_pipeline.store.connect import connect_writer
from qa_pipeline.store.ingest import ingest_folder

class Mortal:
    def __init__(self, connection, statements):
        self.connection, self.left = connection, statements
    def execute(self, *arguments):
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.connection.execute(*arguments)

store = Path(sys.argv[1])
connection = Mortal(connect_writer(store, wait_s=10), int(sys.argv[3]))
ingest_folder(connection, store, Path(sys.argv[2]), batch=9)
"""
START_RUN = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from qa_pipeline.store import Run, Store
run = Run(run_id=sys.argv[2], started_at=datetime.now(UTC), profile="p", scorecard="s", paths=())
with Store.open_owner(Path(sys.argv[1]), wait_s=10) as owner:
    owner.record_run(run)
print("recorded", flush=True)
sys.stdin.read()
"""


@contextmanager
def child(program: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program in a process of its own; killed at the end if it still lives."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_second_owner_is_told_who_holds_the_store(tmp_path: Path) -> None:
    path = tmp_path / "calls.duckdb"
    with child(HOLD, str(path)) as holder:
        assert heard(holder) == "holding"
        with pytest.raises(
            StoreHeldError, match=f"held by process {holder.pid}.*run again"
        ) as told:
            Store.open_owner(path, wait_s=0)
    assert "bundles" not in str(told.value)  # whoever wanted to write may have nothing there


def test_an_owner_waits_for_one_that_is_about_to_finish(tmp_path: Path) -> None:
    path = tmp_path / "calls.duckdb"
    with child(HOLD, str(path)) as holder:
        assert heard(holder) == "holding"
        assert holder.stdin is not None
        holder.stdin.close()
        Store.open_owner(path, wait_s=20).close()


def test_readers_get_the_snapshot_while_the_store_is_held(tmp_path: Path) -> None:
    path = tmp_path / "calls.duckdb"
    with child(HOLD, str(path)) as holder:
        assert heard(holder) == "holding"
        with pytest.raises(StoreHeldError, match=f"{holder.pid}.*no snapshot"):
            Store.open_reader(path)
    with child(HOLD, str(path), "publish") as holder:
        assert heard(holder) == "holding"
        old = time.time() - 120
        os.utime(snapshot_path(path), (old, old))
        with Store.open_reader(path) as reader:
            assert reader.source == "snapshot"
            assert 119 < reader.age_s < 180
            assert reader.info().calls == 0
    with Store.open_reader(path) as reader:
        assert (reader.source, reader.age_s) == ("live", 0.0)


def test_publishing_does_not_give_the_lock_away(tmp_path: Path) -> None:
    path = tmp_path / "calls.duckdb"
    with child(HOLD, str(path), "publish") as holder:
        assert heard(holder) == "holding"
        with pytest.raises(StoreHeldError, match=str(holder.pid)):
            Store.open_owner(path, wait_s=0)


def test_an_open_reader_keeps_its_snapshot_when_a_newer_one_comes(tmp_path: Path) -> None:
    path = tmp_path / "calls.duckdb"
    for call in make_calls(4):
        write_bundle(call, tmp_path / "bundles", call.recording.call_id)
    with Store.open_owner(path) as owner:
        owner.publish_snapshot()
        with Store.open_reader(snapshot_path(path)) as before:
            owner.ingest(tmp_path / "bundles")
            owner.publish_snapshot()
            assert before.info().calls == 0
    with Store.open_reader(snapshot_path(path)) as after:
        assert after.info().calls == 4


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[ProcessedCall]]:
    """A folder of bundles, and the calls in them."""
    bundles, calls = tmp_path_factory.mktemp("bundles"), make_calls(21)
    for call in calls:
        write_bundle(call, bundles, call.recording.call_id)
    return bundles, calls


@pytest.mark.parametrize("statements", [12, 33, 40, 55])
def test_killed_while_taking_in_every_call_is_there_once(
    tmp_path: Path, waiting: tuple[Path, list[ProcessedCall]], statements: int
) -> None:
    path, (bundles, calls) = tmp_path / "calls.duckdb", waiting
    with child(INGEST_AND_DIE, str(path), str(bundles), str(statements)) as victim:
        assert victim.wait() == -signal.SIGKILL

    with Store.open_owner(path) as owner:
        taken = owner.info().calls
        assert taken in (0, 9)  # whole batches or nothing
        summary = owner.ingest(bundles)
        assert summary.calls_added == len(calls) - taken
        assert summary.calls_replaced == 0
        for table in TABLES:
            if table.name not in ("store_info", "runs", "failures"):
                keys = ", ".join(table.key)
                [[twice]] = owner.query(
                    f"SELECT count(*) - count(DISTINCT ({keys})) FROM {table.name}"
                ).rows
                assert twice == 0, table.name
        for call in calls:
            assert owner.read_call(call.recording.call_id) == call


def test_a_run_of_a_killed_process_is_marked_and_a_living_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "calls.duckdb"
    with child(START_RUN, str(path), "living") as living:
        assert heard(living) == "recorded"
        with child(START_RUN, str(path), "killed") as victim:
            assert heard(victim) == "recorded"
            victim.send_signal(signal.SIGKILL)
            victim.wait()
        with Store.open_owner(path, wait_s=10) as owner:
            status = {run.run_id: run.status for run in owner.runs()}
    assert status == {"living": "running", "killed": "interrupted"}


def test_a_run_of_this_process_stays_running(tmp_path: Path) -> None:
    run = Run(run_id="r", started_at=datetime.now(UTC), profile="p", scorecard="s", paths=("x",))
    with Store.open_owner(tmp_path / "calls.duckdb") as owner:
        owner.record_run(run)
    with Store.open_owner(tmp_path / "calls.duckdb") as owner:
        assert owner.runs()[0].status == "running"
