"""The same calls, card and models give the same bytes on every run."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.running import REPOSITORY, environment, qa

STEREO, MONO = "call-2026-0004", "call-2026-0011"
DIFFERS_BY_NATURE = {"processed_at"}
"""When the call was processed; nothing else of a result may differ between runs."""


def processed(folder: Path, seed: str, threads: str) -> dict[str, bytes]:
    """Process both calls in a new process; return each call's whole result."""
    folder.mkdir()
    recordings = folder.parent / "calls"  # the path of a recording is part of the result
    recordings.mkdir(exist_ok=True)
    for call in (STEREO, MONO):
        for file in (REPOSITORY / "sample_calls").glob(f"{call}.*"):
            shutil.copy(file, recordings)
    env = environment(
        PYTHONHASHSEED=seed,
        OMP_NUM_THREADS=threads,
        MKL_NUM_THREADS=threads,
        OPENBLAS_NUM_THREADS=threads,
    )
    done = qa("run", recordings, "--device", "cpu", "--json", cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    return {call: result(folder, call) for call in (STEREO, MONO)}


def result(folder: Path, call: str) -> bytes:
    """Return everything known of a call as bytes, without what differs by nature."""
    shown = qa("calls", "show", call, "--json", cwd=folder)
    content: dict[str, Any] = json.loads(shown.stdout)
    for name in DIFFERS_BY_NATURE:
        del content[name]
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one thread cannot differ from two")
def test_two_runs_with_other_hashes_and_threads_give_the_same_bytes(tmp_path: Path) -> None:
    first = processed(tmp_path / "first", seed="1", threads="1")
    second = processed(tmp_path / "second", seed="20261122", threads="2")
    for call in (STEREO, MONO):
        differing = [
            (a, b)
            for a, b in zip(
                first[call].decode().splitlines(), second[call].decode().splitlines(), strict=False
            )
            if a != b
        ]
        assert differing[:5] == [], call
        assert first[call] == second[call]
