"""Killed with SIGKILL at any moment, the next run finishes: every call exactly once."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from qa_pipeline.records import ProcessedCall
from qa_pipeline.store import Store
from tests.running import COMMAND, REPOSITORY, DemoRun, environment, qa

SAMPLES = REPOSITORY / "sample_calls"
CALLS = ("call-2026-0001", "call-2026-0002", "call-2026-0003")
STORE = Path("data") / "calls.duckdb"


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    for call_id in CALLS:
        for path in SAMPLES.glob(f"{call_id}.*"):
            shutil.copy(path, folder)
    return folder


def kill_when(bundles: int, delay_s: float, folder: Path) -> int:
    """Start a run and kill it so long after so many bundles are there; return the exit code."""
    process = subprocess.Popen(
        [*COMMAND, "run", "incoming", "--data-dir", "data"],
        cwd=folder,
        env=environment(QA_BATCH_CALLS="1"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = time.monotonic() + 240
    while process.poll() is None and time.monotonic() < until:
        if len(list((folder / "data" / "bundles").glob("*.parquet"))) >= bundles:
            time.sleep(delay_s)
            break
        time.sleep(0.01)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def read_calls(store: Path) -> dict[str, ProcessedCall]:
    with Store.open_reader(store) as reader:
        rows = reader.query("SELECT call_id, count(*) FROM calls GROUP BY ALL").rows
        assert all(count == 1 for _, count in rows)
        found = {call_id: reader.read_call(call_id) for call_id, _ in rows}
    return {call_id: call for call_id, call in found.items() if call is not None}


def test_a_killed_run_is_finished_by_the_next(
    incoming: Path, tmp_path: Path, demo: DemoRun
) -> None:
    codes = [
        kill_when(0, 1.0, tmp_path),  # while it imports, opens the store or decodes
        kill_when(0, 9.0, tmp_path),  # while models load or the first call is transcribed
        kill_when(1, 0.0, tmp_path),  # just after the first bundle
        kill_when(1, 2.0, tmp_path),  # in the midst of the second call
        kill_when(3, 0.0, tmp_path),  # between the last bundle and the store
    ]
    assert codes.count(-signal.SIGKILL) >= 4, codes
    finished = qa("run", "incoming", "--data-dir", "data", cwd=tmp_path)
    assert finished.returncode == 0, finished.stderr
    calls = read_calls(tmp_path / STORE)
    assert sorted(calls) == sorted(CALLS)
    whole = read_calls(demo.data_dir / "calls.duckdb")
    for call_id, call in calls.items():
        assert call.scored == whole[call_id].scored
        assert call.conversation == whole[call_id].conversation
        assert call.measures == whole[call_id].measures
    with Store.open_reader(tmp_path / STORE) as reader:
        statuses = [run.status for run in reader.runs()]
    assert statuses[0] == "done"
    assert "running" not in statuses
    leftovers = [p.name for p in (tmp_path / "data" / "bundles").iterdir() if ".tmp" in p.name]
    assert leftovers == []
