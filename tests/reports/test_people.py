"""Where people judged, their verdicts make the reports, and the reports say so."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from qa_pipeline.pipeline.reviewed import keep_scorecard, refresh_reviewed
from qa_pipeline.records import SensitiveKind, Verdict
from qa_pipeline.reports import (
    CoachingReport,
    MonitoringReport,
    coaching_report,
    monitoring_report,
    render,
)
from qa_pipeline.reports.redaction import redacted
from qa_pipeline.store import CallFilter, GivenVerdict, Store, StoreOwner, write_bundle
from qa_pipeline.store.figures import CriterionFigures, Example
from tests.pipeline.scored_scripts import CARD, SCRIPTS, card, processed
from tests.reports.conftest import MADE_AT
from tests.store.review_helpers import add, said

IDS = ("greeting.hello", "greeting.name", "care.identity", "care.sorry", "care.warmth")


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[StoreOwner]:
    """Four calls of one agent: ``good``, ``bad``, ``partly``, and ``rejected``."""
    for name, script in SCRIPTS.items():
        call = processed(name, f"[agent_id=a1]\n{script}", card())
        write_bundle(call, tmp_path / "bundles", name)
    with Store.open_owner(tmp_path / "calls.duckdb") as opened:
        opened.ingest(tmp_path / "bundles")
        keep_scorecard(opened, card())
        yield opened


def reports(owner: StoreOwner, *verdicts: GivenVerdict) -> tuple[MonitoringReport, CoachingReport]:
    """Return both reports after people have said so."""
    assert add(owner, *verdicts) == []
    refresh_reviewed(owner)
    return monitoring_report(owner, MADE_AT), coaching_report(owner, MADE_AT)


def criterion(report: MonitoringReport, name: str) -> CriterionFigures:
    [found] = [c.figures for c in report.criteria if c.figures.criterion_id == name]
    return found


def html(report: MonitoringReport | CoachingReport) -> str:
    return render(report, "html")[f"{report.report}.html"].decode()


def because(verdict: GivenVerdict, reason: str) -> GivenVerdict:
    return verdict.model_copy(update={"reason": reason})


def missed(report: CoachingReport, name: str) -> dict[str, Example]:
    """The examples of a criterion to work on, by call."""
    [agent] = report.agents
    return {
        example.call_id: example
        for item in agent.findings.focus
        if item.criterion_id == name
        for example in item.examples
    }


def test_without_reviews_the_machine_judges_and_nothing_is_said_of_people(
    owner: StoreOwner,
) -> None:
    for report in reports(owner):
        assert (report.people.verdicts, report.people.disputed) == (0, 0)
        assert "People gave" not in html(report)


def test_people_take_the_machines_place_in_every_figure(owner: StoreOwner) -> None:
    before, _ = reports(owner)
    after, coaching = reports(
        owner,
        said("partly", "greeting.name", "not_met"),
        said("good", "care.warmth", "not_met"),
        said("bad", "greeting.name", "not_met"),
    )
    for report in (after, coaching):
        figures = report.people
        # The warmth had no verdict of the machine, the bad greeting had the same.
        assert (figures.verdicts, figures.calls, figures.changed) == (3, 3, 1)
        assert "People gave 3 of the verdicts, on 3 calls" in html(report)
    name, warmth = criterion(after, "greeting.name"), criterion(after, "care.warmth")
    assert (name.met, name.partly_met, name.not_met, name.by_people) == (1, 0, 2, 2)
    # A third of the total goes by the greeting, two thirds by the care.
    assert float(name.lost_points) == pytest.approx(2 * 100 / 3 * 7 / 10)
    assert (warmth.not_met, warmth.unscored) == (1, 2)
    assert float(warmth.lost_points) == pytest.approx(100 * 2 / 3 * 5 / 10)
    totals = [
        float(row[0])
        for row in owner.query(
            "SELECT total_pct FROM current_totals JOIN calls USING (call_id) WHERE trust = 'ok'"
        ).rows
    ]
    assert after.overall.counted == len(totals) == 3
    assert after.overall.mean_pct == pytest.approx(sum(totals) / 3)
    assert before.overall.mean_pct != after.overall.mean_pct
    lines = csv.DictReader(
        io.StringIO(render(after, "csv")["monitoring-criteria.csv"].decode("utf-8-sig"))
    )
    assert {row["criterion_id"]: row["by_people"] for row in lines}["greeting.name"] == "2"


def test_what_people_overrule_is_not_shown_with_the_machines_proof(owner: StoreOwner) -> None:
    _, before = reports(owner)
    machine = missed(before, "greeting.name")
    assert machine["partly"].evidence
    assert machine["partly"].judged_by == "machine"
    _, after = reports(
        owner,
        because(said("good", "greeting.name", "not_met"), "it was the name of another"),
        said("partly", "greeting.name", "partly_met"),
    )
    shown = missed(after, "greeting.name")
    assert shown["good"].judged_by == "people"
    assert shown["good"].reason == "Judged by a person: it was the name of another"
    assert (shown["good"].evidence, shown["good"].said) == ((), ())
    # Where people say what the machine says, its proof is theirs.
    assert shown["partly"].judged_by == "people"
    assert shown["partly"].evidence == machine["partly"].evidence
    page = html(after)
    assert "it was the name of another" in page
    assert page.count("judged by a person") == 2
    [agent] = after.agents
    for item in (*agent.findings.focus, *agent.findings.strengths):
        for example in item.role_models:
            assert (example.call_id, example.criterion_id) != ("good", "greeting.name")


def test_what_people_are_at_odds_about_waits_for_them(owner: StoreOwner) -> None:
    after, coaching = reports(
        owner,
        said("partly", "greeting.name", "met", "Wang"),
        said("partly", "greeting.name", "not_met", "Li"),
    )
    assert (after.people.verdicts, after.people.disputed) == (0, 1)
    name = criterion(after, "greeting.name")
    assert (name.applicable, name.to_check, name.by_people) == (2, 1, 0)
    [agent] = coaching.agents
    [waiting] = [w for w in agent.findings.waiting if w.criterion_id]
    assert (waiting.call_id, waiting.reasons) == ("partly", ("Reviewers disagree.",))
    assert "On 1 verdict people disagree" in html(after)


def test_people_judge_what_the_machine_could_not_trust(owner: StoreOwner) -> None:
    some, _ = reports(owner, said("rejected", "greeting.hello", "not_met"))
    assert (some.totals.rejected, some.overall.counted) == (1, 3)
    assert criterion(some, "greeting.hello").not_met == 2
    verdicts = [said("rejected", name, "met", hours=1) for name in IDS]
    whole, coaching = reports(owner, *verdicts)
    assert (whole.totals.rejected, whole.overall.counted) == (0, 4)
    [agent] = coaching.agents
    assert agent.findings.untrusted == 0
    assert agent.findings.scores.counted == 4
    assert whole.people.verdicts == 5


def test_without_the_card_people_still_judge_but_nothing_is_added_up(owner: StoreOwner) -> None:
    other = card(CARD.replace("scorecard: small", "scorecard: unknown"))
    call = processed("elsewhere", f"[agent_id=a1]\n{SCRIPTS['good']}", other)
    write_bundle(call, owner.path.parent / "more", "elsewhere")
    owner.ingest(owner.path.parent / "more")
    add(owner, said("elsewhere", "greeting.name", "not_met"))
    refresh_reviewed(owner)
    only = CallFilter(scorecard="unknown")
    report, coaching = (
        monitoring_report(owner, MADE_AT, only),
        coaching_report(owner, MADE_AT, only),
    )
    assert (report.people.verdicts, report.overall.counted) == (1, 0)
    name = criterion(report, "greeting.name")
    assert (name.not_met, name.by_people, name.lost_points) == (1, 1, Decimal(0))
    assert len(coaching.agents) == 1


def test_where_people_say_the_same_only_the_range_gets_narrower(owner: StoreOwner) -> None:
    before, _ = reports(owner)
    same = [
        said(row[0], row[1], row[2])
        for row in owner.query(
            "SELECT call_id, criterion_id, verdict FROM criterion_results JOIN calls "
            "USING (call_id) WHERE calls.trust = 'ok' AND verdict <> 'unscored'"
        ).rows
    ]
    after, _ = reports(owner, *same)
    assert after.people.verdicts == len(same) > 10
    assert after.people.changed == 0
    assert after.overall.mean_pct == before.overall.mean_pct
    for line in before.criteria:
        now = criterion(after, line.figures.criterion_id)
        assert now.model_copy(update={"by_people": 0}) == line.figures


@pytest.mark.parametrize(
    ("verdict", "reason", "expected"),
    [
        ("not_met", "没有报姓名", "人工评判：没有报姓名"),
        ("not_met", None, "人工评判。"),
    ],
)
def test_the_reason_is_in_the_language_of_the_call(
    tmp_path: Path, verdict: Verdict, reason: str | None, expected: str
) -> None:
    heard = "[agent_id=a1]\nA: 您好 hello my name is Ann 请问您的 account number\nC: 四"
    call = processed("mandarin", heard, card())
    assert call.conversation.language == "zh"
    write_bundle(call, tmp_path / "bundles", "mandarin")
    with Store.open_owner(tmp_path / "calls.duckdb") as owner:
        owner.ingest(tmp_path / "bundles")
        keep_scorecard(owner, card())
        given = said("mandarin", "greeting.name", verdict)
        _, coaching = reports(owner, because(given, reason) if reason else given)
    assert missed(coaching, "greeting.name")["mandarin"].reason == expected


def test_what_people_wrote_is_redacted_as_reports_are(owner: StoreOwner) -> None:
    given = because(said("good", "greeting.name", "not_met"), "call back on 13812345678")
    _, coaching = reports(owner, given)
    assert "13812345678" in missed(coaching, "greeting.name")["good"].reason
    kinds: tuple[SensitiveKind, ...] = ("phone",)
    hidden = redacted(coaching, owner, kinds)
    assert "13812345678" not in missed(hidden, "greeting.name")["good"].reason
    assert "13812345678" not in html(hidden)
