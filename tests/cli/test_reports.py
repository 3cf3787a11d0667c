"""Reports and lists of calls as a user asks for them, on a small store."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from qa_pipeline.cli.app import app
from qa_pipeline.errors import UsageError
from qa_pipeline.records import ProcessedCall
from tests.pipeline.scored_scripts import CARD
from tests.reports.changed_calls import changed, store_of

LEEDS = {"site": "Leeds", "queue": "sales"}


def write_card(name: str, scorecard: str) -> None:
    text = CARD.replace("scorecard: small", f"scorecard: {scorecard}")
    Path(name).write_text(text, encoding="utf-8")


def judged_twice(name: str, known: dict[str, str]) -> ProcessedCall:
    """A call by two cards; the one that comes first in the alphabet gives it no points."""
    call = changed(name, call=known)
    other = call.scored[0].model_copy(update={"scorecard": "complaint", "passed": False})
    return call.model_copy(update={"scored": (*call.scored, other)})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    tom, kim = {"agent_name": "Tom"}, {"agent_name": "Kim", "team": "Green"}
    calls = [
        judged_twice("one", {"agent_name": "Maya"}),
        judged_twice("two", {"agent_id": "a102", **tom}),
        changed("three", "a103", score={"scorecard": "sales"}, call=kim),
        changed("four", "a104", score={"scorecard": "sales"}, call={**kim, **LEEDS}),
    ]
    with store_of(tmp_path / "qa_data", *calls):
        pass
    return tmp_path


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def refused(*arguments: str) -> str:
    """Why wrong use was refused."""
    done = CliRunner().invoke(app, list(arguments))
    assert isinstance(done.exception, UsageError), (done.output, done.exception)
    return str(done.exception)


def report(kind: str, *options: str) -> Any:
    """The report as a program reads it."""
    run("report", kind, "--format", "json", *options)
    return json.loads(Path(f"qa_data/reports/{kind}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ["monitoring", "coaching", "calibration"])
def test_reports_are_about_the_configured_scorecard(folder: Path, kind: str) -> None:
    scope = report(kind)["scope"]
    assert scope["scorecard"] == "inbound-service"
    assert scope["other_scorecards"] == ["complaint", "sales"]
    Path("qa.toml").write_text('scorecard = "complaint"\n')
    assert report(kind)["scope"]["scorecard"] == "complaint"
    write_card("mine.yaml", "sales")
    Path("qa.toml").write_text('scorecard = "mine.yaml"\n')
    assert report(kind)["scope"]["scorecard"] == "sales"


def test_without_a_score_by_the_configured_card_most_calls_decide(folder: Path) -> None:
    Path("qa.toml").write_text('scorecard = "never-used"\n')
    assert report("monitoring")["scope"]["scorecard"] == "complaint"
    assert report("monitoring", "--agent", "a103")["scope"]["scorecard"] == "sales"


def test_a_report_is_about_the_scorecard_that_is_asked_for(folder: Path) -> None:
    found = report("monitoring", "--scorecard", "complaint")
    assert found["scope"]["scorecard"] == "complaint"
    assert found["overall"]["pass_rate"]["count"] == 0
    assert report("monitoring")["overall"]["pass_rate"]["count"] == 2
    write_card("mine.yaml", "complaint")
    again = report("monitoring", "--scorecard", "mine.yaml")
    assert {**again, "made_at": ""} == {**found, "made_at": ""}
    assert "mine2.yaml" in refused("report", "coaching", "--scorecard", "mine2.yaml")


@pytest.mark.parametrize("command", [("report", "coaching"), ("calls", "list")])
def test_a_scorecard_that_judged_nothing_is_refused(folder: Path, command: tuple[str, str]) -> None:
    said = refused(*command, "--scorecard", "complaints")
    assert "no call in the store has scorecard 'complaints'" in said
    assert "Did you mean 'complaint'?" in said
    assert "There are: complaint, inbound-service, sales" in said
    assert not (folder / "qa_data" / "reports").exists()


def test_the_list_of_calls_names_the_card_of_each_total(folder: Path) -> None:
    def cards(*options: str) -> dict[str, str | None]:
        calls = json.loads(run("calls", "list", "--json", *options))["calls"]
        return {call["call_id"]: call["scorecard"] for call in calls}

    assert cards() == {
        **{"one": "inbound-service", "two": "inbound-service"},
        **{"three": "sales", "four": "sales"},
    }
    asked = cards("--scorecard", "complaint")
    assert asked == {"one": "complaint", "two": "complaint", "three": None, "four": None}
    heading, *lines = run("calls", "list").splitlines()
    assert "scorecard" in heading
    assert all("inbound-service v1" in line or "sales v1" in line for line in lines)


def test_an_agent_is_given_by_name_or_id(folder: Path) -> None:
    for given in ("a101", "Maya", "maya"):
        [agent] = report("coaching", "--agent", given)["agents"]
        assert agent["findings"]["agent_id"] == "a101"
    calls = json.loads(run("calls", "list", "--agent", "Maya", "--json"))["calls"]
    assert [call["call_id"] for call in calls] == ["one"]
    assert "Maya (a101)" in run("calls", "list")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--agent", "Tomm"), ["agent 'Tomm'", "Did you mean 'Tom (a102)'?", "Maya (a101)"]),
        (("--agent", "a1O1"), ["agent 'a1O1'", "Did you mean 'Maya (a101)'?"]),
        (("--agent", "Kim"), ["2 agents are called 'Kim'", "a103 or a104"]),
        (("--team", "Bleu"), ["team 'Bleu'", "Did you mean 'Blue'?"]),
        (("--team", "Nobody"), ["There are: Blue, Green"]),
        (("--site", "Leads"), ["site 'Leads'", "Did you mean 'Leeds'?"]),
        (("--queue", "sale"), ["queue 'sale'", "Did you mean 'sales'?"]),
    ],
)
@pytest.mark.parametrize("command", [("report", "monitoring"), ("calls", "list")])
def test_whom_nobody_knows_is_refused_with_the_nearest(
    folder: Path, command: tuple[str, str], options: tuple[str, str], expected: list[str]
) -> None:
    said = refused(*command, *options)
    assert all(words in said for words in expected), said
    assert not (folder / "qa_data" / "reports").exists()


@pytest.mark.parametrize("option", [("--site", "leeds"), ("--queue", "Sales")])
def test_reports_and_lists_are_narrowed_to_a_site_or_a_queue(
    folder: Path, option: tuple[str, str]
) -> None:
    for kind in ("monitoring", "coaching", "calibration"):
        only = report(kind, *option)["scope"]["only"]
        assert only[option[0].removeprefix("--")] in LEEDS.values()
    assert report("monitoring", *option)["totals"]["calls"] == 1
    assert [a["findings"]["agent_id"] for a in report("coaching", *option)["agents"]] == ["a104"]
    calls = json.loads(run("calls", "list", "--json", *option))["calls"]
    assert [call["call_id"] for call in calls] == ["four"]


def test_a_period_that_ends_before_it_starts_is_refused(folder: Path) -> None:
    said = refused("report", "coaching", "--since", "2026-05-01", "--until", "2026-04-01")
    assert "ends before it starts" in said
    assert not (folder / "qa_data" / "reports").exists()
    quiet = report("coaching", "--since", "2030-05-01", "--until", "2030-05-01")
    assert quiet["agents"] == []
