"""Every recipe, run twice, writes the same bytes; and at sizes of one's choice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import needs
from tests.running import REPOSITORY

RECIPES = {
    "transcription": (
        *("--hours", "0.02", "--steps", "3", "--batch-seconds", "20", "--threads", "1"),
        *("--d-model", "64", "--encoder-layers", "1", "--decoder-layers", "1"),
        *("--only", "data", "train", "export"),
    ),
    "diarization": (
        *("--minutes", "0.1", "--rounds", "1", "--speakers", "64", "--dev-speakers", "3"),
        *("--seconds", "1", "--calls", "3", "--without-flite", "--processes", "1"),
        *("--segmentation-width", "16", "--embedding-width", "32"),
    ),
    "tone": ("--minutes", "0.1", "--width", "32", "--layers", "1"),
    "meaning": ("--minutes", "0.1", "--width", "32", "--layers", "1", "--threads", "1"),
}


def _start(recipe: str, folder: Path, seed_of_hashes: str) -> "subprocess.Popen[bytes]":
    cache = () if recipe in ("tone", "meaning") else ("--cache", str(folder / "cache"))
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", f"models.training.{recipe}", *RECIPES[recipe]),
                *("--out", str(folder / "out"), *cache),
            ],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONHASHSEED": seed_of_hashes, "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.DEVNULL,
            stderr=log,
        )


def _written(folder: Path) -> dict[str, bytes]:
    # The cards of the text models tell how long their training took.
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "README.md"
    }


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_writes_the_same_model_twice(recipe: str, tmp_path: Path) -> None:
    needs("espeak-ng")
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder in folders:
        folder.mkdir()
    runs = [_start(recipe, folder, str(n + 1)) for n, folder in enumerate(folders)]
    for run, folder in zip(runs, folders, strict=True):
        assert run.wait(timeout=500) == 0, (folder / "log").read_text()[-2000:]
    first, second = (_written(folder / "out") for folder in folders)
    assert len(first) >= 4
    assert [name for name in first if first[name] != second.get(name)] == []
    assert first.keys() == second.keys()
