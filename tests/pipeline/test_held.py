"""A store that is held when a run ends: the run says where its results are."""

import subprocess
import sys
from pathlib import Path

import pytest

from qa_pipeline.errors import StoreHeldError
from qa_pipeline.pipeline import OpenRun, find_scorecard, run
from qa_pipeline.settings import read_settings
from tests.running import REPOSITORY

HOLD = """
import sys
import duckdb
held = duckdb.connect(sys.argv[1])
print("holding", flush=True)
sys.stdin.read()
"""


def test_results_are_said_to_be_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_WAIT_FOR_STORE_S", 0.0)
    settings = read_settings(data_dir=tmp_path)
    card = find_scorecard(settings.scorecard)
    opened = OpenRun([REPOSITORY / "sample_calls"], settings, [card])
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(settings.store_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        with pytest.raises(StoreHeldError, match=f"process {holder.pid}.*Nothing is lost.*bundles"):
            opened.finish([])
