"""The one command for a GPU keeps to its time and says what is missing."""

import json
from pathlib import Path

import pytest

from benchmarks.gpu import main


def test_what_there_is_no_time_for_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "found.json"
    main(["--minutes", "0.1", "--whisperx", "python", "--json", str(file)])
    found = json.loads(file.read_text(encoding="utf-8"))
    assert list(found) == [
        "as the settings have it",
        "64 windows at once",
        "two processes",
        "the larger model",
        "WhisperX",
    ]
    assert set(found.values()) == {"no time was left"}
    assert capsys.readouterr().out.count("no time was left") == len(found)
