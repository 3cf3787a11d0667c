"""A call that was removed is passed over by later runs until somebody readmits it."""

import json
import shutil
from pathlib import Path

import pytest

from qa_pipeline.pipeline import run_calls
from qa_pipeline.pipeline.removing import remove
from qa_pipeline.settings import Settings
from qa_pipeline.store import Store
from tests.pipeline.finished_calls import write_calls
from tests.running import qa, qa_json


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    folder = write_calls(tmp_path / "incoming", 2)
    (folder / "call-0.meta.json").write_text(json.dumps({"call_id": "crm-0", "agent_id": "a-1"}))
    return folder


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def ids(settings: Settings) -> int:
    with Store.open_reader(settings.store_path) as reader:
        return len(reader.list_calls())


def test_a_run_passes_it_over_whatever_it_is_called(incoming: Path, settings: Settings) -> None:
    run_calls([incoming], settings)
    done = remove(settings, ["crm-0"], "Wang")
    assert (done.removed, done.recordings) == (("crm-0",), (str(incoming / "call-0.vtt"),))
    for content in ({"call_id": "crm-0"}, {"call_id": "another"}, {}):
        (incoming / "call-0.meta.json").write_text(json.dumps(content))
        summary = run_calls([incoming], settings)
        assert (summary.found, summary.processed, summary.skipped) == (2, 0, 1)
        assert (summary.removed, summary.failures) == (1, ())
    (incoming / "call-0.meta.json").write_text(json.dumps({"call_id": "crm-0"}))
    with (incoming / "call-0.vtt").open("a") as file:  # recorded otherwise, under the same id
        file.write("\n00:00:17.000 --> 00:00:18.000\n<v Agent>Goodbye.\n")
    assert run_calls([incoming], settings).removed == 1
    assert ids(settings) == 1


def test_in_worker_processes_too(incoming: Path, settings: Settings) -> None:
    run_calls([incoming], settings)
    remove(settings, ["crm-0"], "Wang")
    shutil.rmtree(settings.bundles_dir)
    shared = settings.model_copy(update={"workers": ("cpu",)})
    assert run_calls([incoming], shared).removed == 1


def test_the_voice_of_the_call_is_forgotten(incoming: Path, settings: Settings) -> None:
    run_calls([incoming], settings)
    settings.voices_dir.mkdir()
    book = settings.voices_dir / "a.json"
    content = {"agent_id": "a-1", "version": "v", "voices": {"crm-0": [1.0], "crm-9": [0.5]}}
    book.write_text(json.dumps(content))
    assert remove(settings, ["crm-0"], "Wang").voices == 1
    assert json.loads(book.read_text())["voices"] == {"crm-9": [0.5]}


def test_by_command(incoming: Path, tmp_path: Path) -> None:
    qa("run", incoming, cwd=tmp_path)
    qa("report", "coaching", cwd=tmp_path)
    asked = qa("calls", "remove", "crm-0", cwd=tmp_path)
    assert asked.returncode == 1
    assert "crm-0" in asked.stderr
    assert "cannot be undone" in asked.stderr
    assert len(qa_json("calls", "list", cwd=tmp_path)["calls"]) == 2
    unknown = qa("calls", "remove", "nope", "--yes", cwd=tmp_path)
    assert (unknown.returncode, "no such call" in unknown.stderr) == (2, True)
    done = qa("calls", "remove", "crm-0", "--yes", "--by", "Wang", "--reason", "r7", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 calls removed: crm-0" in done.stdout
    assert f"yours to delete: {incoming / 'call-0.vtt'}" in done.stdout
    again = qa("run", incoming, cwd=tmp_path)
    assert "1 passed over: removed for good" in again.stdout
    (listed,) = qa_json("calls", "removed", cwd=tmp_path)["removed"]
    assert (listed["call_id"], listed["noted_by"], listed["reason"]) == ("crm-0", "Wang", "r7")
    assert qa("calls", "readmit", "crm-0", cwd=tmp_path).returncode == 0
    assert qa_json("run", incoming, cwd=tmp_path)["processed"] == 1


def test_reports_that_name_it_are_told(incoming: Path, settings: Settings) -> None:
    run_calls([incoming], settings)
    settings.reports_dir.mkdir()
    (settings.reports_dir / "a.html").write_text("<p>crm-0</p>")
    (settings.reports_dir / "b.html").write_text("<p>crm-1</p>")
    assert remove(settings, ["crm-0"], "Wang").reports == (str(settings.reports_dir / "a.html"),)
