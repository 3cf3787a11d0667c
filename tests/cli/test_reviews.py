"""Reviews, calibration and the golden set as a user types them, on a small store."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from qa_pipeline.cli.app import app
from qa_pipeline.errors import StoreError, UsageError
from qa_pipeline.pipeline.reviewed import keep_scorecard
from qa_pipeline.records.recording import id_of_sound
from qa_pipeline.store import Store
from tests.pipeline.scored_scripts import CARD, card, write_calls
from tests.running import REPOSITORY

SHEET = """通话编号,质检项,结论,质检员,时间,理由
good,greeting.name,不达标,王丽,2026-03-05 14:20,打 13812345678
good,care.warmth,合格,王丽,2026-03-05 14:20,
nobody,greeting.name,达标,王丽,2026-03-05 14:20,
good,greeting.nam,达标,王丽,2026-03-05 14:20,
bad,greeting.name,好,王丽,2026-03-05 14:20,
bad,greeting.name,不达标,王丽,05.03.26,
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_calls(tmp_path / "qa_data" / "bundles", card())
    Path("small.yaml").write_text(CARD, encoding="utf-8")
    Path("sheet.csv").write_text(SHEET, encoding="utf-8")
    with Store.open_owner(tmp_path / "qa_data" / "calls.duckdb") as owner:
        owner.ingest(tmp_path / "qa_data" / "bundles")
        keep_scorecard(owner, card())
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, (done.output, done.exception)
    return done.stdout


def run_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code))


def test_a_sheet_is_imported_and_what_does_not_fit_is_listed(folder: Path) -> None:
    done = run_json("reviews", "import", "sheet.csv", "--timezone", "Asia/Shanghai", code=1)
    assert (done["added"], done["known"], done["calls"], done["rescored"]) == (2, 0, 1, 1)
    assert [p["row"] for p in done["problems"]] == [4, 5, 6, 7]
    said = run("reviews", "import", "sheet.csv", "--timezone", "Asia/Shanghai", code=1)
    assert "0 verdicts on 0 calls added, 2 known already, 4 not taken in" in said
    assert "row 4: unknown call 'nobody'" in said
    listed = run_json("reviews", "list", "--call", "good")
    assert [e["reviewed_at"] for e in listed["events"]] == ["2026-03-05T06:20:00Z"] * 2
    reasons = [e["reason"] for e in listed["events"]]
    assert not any("138" in (reason or "") for reason in reasons)
    [score] = listed["scores"]
    # greeting 3 of 10, weight 1; care 10 of 10, weight 2
    assert (score["total_pct"], score["changed"]) == ("76.67", 2)
    assert "not_met" in run("reviews", "list")


def test_the_list_of_calls_goes_by_what_counts(folder: Path) -> None:
    before = {row["call_id"]: row for row in run_json("calls", "list")["calls"]}
    assert (before["good"]["total_pct"], before["good"]["judged_by"]) == ("100.00", "machine")
    run("reviews", "import", "sheet.csv", code=1)
    after = {row["call_id"]: row for row in run_json("calls", "list")["calls"]}
    assert (after["good"]["total_pct"], after["good"]["judged_by"]) == ("76.67", "people")
    assert after["bad"] == before["bad"]
    assert "76.67" in run("calls", "list")
    [row] = [line for line in run("reviews", "list").splitlines() if line.startswith("good  small")]
    assert row.split()[3:5] == ["100.00", "76.67"]


def test_a_call_that_nobody_reviewed_is_told_from_one_that_is_not_there(folder: Path) -> None:
    def said(*arguments: str) -> str:
        return CliRunner().invoke(app, ["reviews", "list", *arguments]).stderr

    assert "Nobody has reviewed a call yet" in said()
    run("reviews", "import", "sheet.csv", code=1)
    assert said("--call", "bad").startswith("Nobody has reviewed the call 'bad' yet")
    for as_json in ([], ["--json"]):
        unknown = CliRunner().invoke(app, ["reviews", "list", "--call", "nope", *as_json])
        assert isinstance(unknown.exception, UsageError)
        assert "'nope'" in str(unknown.exception)
        assert "qa-pipeline calls list" in str(unknown.exception)


@pytest.mark.parametrize(
    "command",
    [
        ("store", "snapshot"),
        ("store", "ingest"),
        ("reviews", "import", "sheet.csv"),
        ("golden", "add", "good"),
        ("golden", "remove", "good"),
    ],
)
def test_a_mistyped_data_folder_makes_no_store(command: tuple[str, ...], folder: Path) -> None:
    done = CliRunner().invoke(app, [*command, "--data-dir", "nope"])
    assert isinstance(done.exception, StoreError)
    assert "nope/calls.duckdb" in str(done.exception)
    assert not Path("nope").exists()


def test_a_store_is_made_anew_from_its_bundles(folder: Path) -> None:
    Path("qa_data/calls.duckdb").unlink()
    assert "4 taken in" in run("store", "ingest")


def test_an_export_comes_in_again_elsewhere(folder: Path) -> None:
    run("reviews", "import", "sheet.csv", code=1)
    run("reviews", "export", "out.csv")
    assert run_json("reviews", "import", "out.csv") | {"file": ""} == {
        "file": "",
        **{"added": 0, "known": 2, "calls": 0, "rescored": 0, "problems": []},
    }


def test_the_ground_truth_becomes_a_sheet(folder: Path) -> None:
    run("reviews", "from-truth", str(REPOSITORY / "sample_calls"), "--output", "truth.csv")
    with Path("truth.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["call"] for row in rows}) == 20
    truth = json.loads(
        (REPOSITORY / "sample_calls" / "call-2026-0003.truth.json").read_text(encoding="utf-8")
    )
    own = {r["criterion"]: r["verdict"] for r in rows if r["call"] == "call-2026-0003"}
    assert own == truth["verdicts"]


def test_a_wrong_zone_is_said_in_words(folder: Path) -> None:
    done = CliRunner().invoke(app, ["reviews", "import", "sheet.csv", "--timezone", "Moon/Base"])
    assert "Moon/Base" in str(done.exception)


def test_calibration_in_every_format(folder: Path) -> None:
    run("reviews", "import", "sheet.csv", code=1)
    files = run_json("report", "calibration", "--output", "reports")["files"]
    assert {Path(name).suffix for name in files} == {".html", ".xlsx", ".csv", ".json"}
    only = run_json("report", "calibration", "--format", "xlsx", "--output", "x")["files"]
    assert [Path(name).name for name in only] == ["calibration.xlsx"]


def test_the_golden_check_fails_below_its_limit(folder: Path) -> None:
    Path("golden.csv").write_text(
        "call,criterion,verdict,reviewer,time\n"
        "good,greeting.hello,met,Ann,2026-03-05\n"
        "bad,greeting.hello,not met,Ann,2026-03-05\n",
        encoding="utf-8",
    )
    run("reviews", "import", "golden.csv", "--golden")
    assert [g["call_id"] for g in run_json("golden", "list")["golden"]] == ["bad", "good"]
    assert "passed" in run("golden", "check", "--scorecard", "small.yaml", "--record")
    Path("draft.yaml").write_text(CARD.replace("[hello]", "[bonjour]"), encoding="utf-8")
    found = run_json("golden", "check", "--scorecard", "draft.yaml", code=1)
    assert (found["worse"], found["agreement_pct"]) == (["greeting.hello"], 50.0)
    assert "worse: good" in run("golden", "check", "--scorecard", "draft.yaml", code=1)
    run("golden", "check", "--scorecard", "draft.yaml", "--limit", "50")
    assert run_json("golden", "remove", "good")["removed"] == ["good"]
    refused = CliRunner().invoke(app, ["golden", "add", "nobody"])
    assert "nobody" in str(refused.exception)


def test_a_golden_call_that_is_gone_can_be_taken_out(folder: Path) -> None:
    run("golden", "add", "good")
    with Store.open_owner(Path("qa_data/calls.duckdb")) as owner:
        owner._connection.execute("DELETE FROM calls WHERE call_id = 'good'")
    assert run_json("golden", "remove", "good")["removed"] == ["good"]


def test_a_call_is_found_by_the_id_that_it_had_before(folder: Path) -> None:
    of_sound = id_of_sound("good")
    Path("old.csv").write_text(
        f"call,criterion,verdict,reviewer,time\n{of_sound},greeting.hello,met,Ann,2026-03-05\n",
        encoding="utf-8",
    )
    run("reviews", "import", "old.csv")
    for command in (("calls", "show"), ("calls", "export"), ("reviews", "list", "--call")):
        today, before = (CliRunner().invoke(app, [*command, name]) for name in ("good", of_sound))
        assert (before.exit_code, before.stdout) == (0, today.stdout), before.exception
        assert f"call {of_sound} is called good now" in before.stderr
        assert "is called" not in today.stderr
    assert run_json("calls", "show", of_sound)["recording"]["call_id"] == "good"
    assert run_json("golden", "add", of_sound)["added"] == ["good"]
    assert run_json("golden", "remove", of_sound)["removed"] == ["good"]
