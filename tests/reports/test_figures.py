"""The figures of the reports are those of the calls, counted a second time in plain Python."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from qa_pipeline.records import CriterionResult, ProcessedCall
from qa_pipeline.reports import (
    CoachingReport,
    MonitoringReport,
    coaching_report,
    monitoring_report,
)
from qa_pipeline.reports.statistics import Share, wilson
from qa_pipeline.store import CallFilter, Store, StoreReader, write_bundle
from tests.reports.conftest import MADE_AT
from tests.store.call_factory import AGENTS, WEIGHTS, make_call, make_calls

CALLS = make_calls(60)
TRUSTED = [c for c in CALLS if c.conversation.trust.level == "ok"]


def verdicts(calls: list[ProcessedCall]) -> list[CriterionResult]:
    """Verdicts that count: those that no person has to check first."""
    return [r for c in calls for r in c.scored[0].criteria if not r.needs_review]


def of_agent(agent_id: str) -> list[ProcessedCall]:
    return [c for c in TRUSTED if c.recording.metadata.agent_id == agent_id]


def lost(calls: list[ProcessedCall]) -> dict[str, float]:
    """What each criterion cost these calls, in points of the total; every section has points."""
    costs: Counter[str] = Counter()
    for scored in (c.scored[0] for c in calls):
        for result in verdicts([c for c in calls if c.scored[0] is scored]):
            points = [r.points_possible for r in scored.criteria
                      if r.section_id == result.section_id]  # fmt: skip
            missed = result.points_possible - result.points_earned
            weight = Decimal(WEIGHTS[result.section_id]) / sum(WEIGHTS.values())
            costs[result.criterion_id] += 100 * weight * missed / sum(points)  # type: ignore[assignment]
            if result.critical and result.verdict == "not_met":
                costs[result.criterion_id] += scored.total_without_critical_pct or 0  # type: ignore[assignment]
    return {criterion: float(cost) for criterion, cost in costs.items()}


def test_totals(monitoring: MonitoringReport) -> None:
    totals = monitoring.totals
    levels = Counter(c.conversation.trust.level for c in CALLS)
    assert totals.calls == 60
    assert (totals.trusted, totals.to_review, totals.rejected) == (
        levels["ok"],
        levels["review"],
        levels["reject"],
    )
    assert totals.to_review > 0
    assert totals.rejected > 0
    assert totals.counted == len(TRUSTED)
    assert totals.failed == 1
    waiting = [c for c in TRUSTED if any(r.needs_review for r in c.scored[0].criteria)]
    assert totals.to_check == len(waiting) > 0
    assert totals.duration_s == pytest.approx(sum(c.recording.duration_s for c in CALLS))


def test_averages_leave_out_what_cannot_be_trusted(monitoring: MonitoringReport) -> None:
    scores = [c.scored[0] for c in TRUSTED]
    mean = sum(float(s.total_pct or 0) for s in scores) / len(scores)
    assert monitoring.overall.mean_pct == pytest.approx(mean)
    assert monitoring.overall.pass_rate.count == sum(s.passed is True for s in scores)
    assert monitoring.overall.pass_rate.of == len(scores)


def test_groups_and_trend_add_up(monitoring: MonitoringReport) -> None:
    assert monitoring.trend_step == "week"
    assert sum(line.calls for line in monitoring.trend) == 60
    assert [line.label for line in monitoring.trend] == sorted(
        line.label for line in monitoring.trend
    )
    assert all(date.fromisoformat(line.label).weekday() == 0 for line in monitoring.trend)
    for table in monitoring.groups:
        assert sum(line.calls for line in table.lines) == 60
    [by_agent] = [t for t in monitoring.groups if t.by == "agent"]
    for line in by_agent.lines:
        own = of_agent(line.label)
        assert line.name == AGENTS[line.label][0]
        assert line.counted == len(own)
        mean = sum(float(c.scored[0].total_pct or 0) for c in own) / len(own)
        assert line.mean_pct == pytest.approx(mean)


def test_criteria_are_counted_where_they_apply(monitoring: MonitoringReport) -> None:
    results = verdicts(TRUSTED)
    for line in monitoring.criteria:
        own = [r for r in results if r.criterion_id == line.figures.criterion_id]
        counted = Counter(r.verdict for r in own)
        assert line.figures.met == counted["met"]
        assert line.figures.not_met == counted["not_met"]
        cost = float(line.figures.lost_points)
        assert cost == pytest.approx(lost(TRUSTED)[line.figures.criterion_id], rel=1e-3)
    points = [line.figures.lost_points for line in monitoring.criteria]
    assert points == sorted(points, reverse=True)
    assert monitoring.criteria[-1].cumulative_lost_pct == pytest.approx(100)


def test_measures_are_summed_up(monitoring: MonitoringReport) -> None:
    [talk] = [m for m in monitoring.measures if (m.name, m.role) == ("talk_pct", "agent")]
    values = [c.measures.value("talk_pct", "agent") or 0.0 for c in TRUSTED]
    assert talk.calls == len(values)
    assert talk.mean == pytest.approx(sum(values) / len(values))
    assert min(values) <= talk.p10 < talk.median < talk.p90 <= max(values)


def test_coaching_shows_what_totals_could_be(coaching: CoachingReport) -> None:
    calls = {c.recording.call_id: c.scored[0] for c in TRUSTED}
    for agent in coaching.agents:
        scores = agent.findings.scores
        own = [c.scored[0] for c in of_agent(scores.label)]
        low = sum(float(s.total_low_pct or 0) for s in own) / len(own)
        assert scores.mean_low_pct == pytest.approx(low)
    for good in coaching.good_calls:
        score = calls[good.call_id]
        assert (good.total_low_pct, good.total_high_pct) == (
            score.total_low_pct,
            score.total_high_pct,
        )


def test_coaching_names_what_costs_most(coaching: CoachingReport) -> None:
    shares = []
    assert len(coaching.agents) == len(AGENTS)
    for agent in coaching.agents:
        findings = agent.findings
        assert findings.agent_id is not None
        by_criterion = lost(of_agent(findings.agent_id))
        assert float(findings.lost_points) == pytest.approx(sum(by_criterion.values()), rel=1e-3)
        assert findings.possible_points == 100 * len(of_agent(findings.agent_id))
        critical = by_criterion.pop("handling.identity")
        expected = sorted((p for p in by_criterion.values() if p > 0), reverse=True)[:5]
        expected = [critical, *expected] if critical else expected
        found = [float(item.lost_points) for item in findings.focus]
        assert found == pytest.approx(expected, rel=1e-3)
        shares.append(findings.lost_points / findings.possible_points)
    assert shares == sorted(shares, reverse=True)
    assert coaching.agents[0].findings.agent_id == "a103"  # made to be the one with most to win


def test_examples_are_what_was_said_in_those_calls(coaching: CoachingReport) -> None:
    calls = {c.recording.call_id: c for c in CALLS}
    shown = 0
    for agent in coaching.agents:
        for item in agent.findings.focus:
            assert 1 <= len(item.examples) <= 3
            for example in item.examples:
                call = calls[example.call_id]
                assert call.recording.metadata.agent_id == agent.findings.agent_id
                assert call.conversation.trust.level == "ok"
                [result] = [
                    r for r in call.scored[0].criteria if r.criterion_id == item.criterion_id
                ]
                assert result.verdict == example.verdict != "met"
                assert not result.needs_review
                assert example.evidence == result.evidence
                for line in example.said:
                    assert line.text in {u.text for u in call.conversation.utterances}
                    shown += 1
            for model in item.role_models:
                assert model.verdict == "met"
                assert model.language == item.examples[0].language
                assert any(e.quote for e in model.evidence)
    assert shown > 0


def test_what_waits_for_a_person_is_listed_and_not_counted(coaching: CoachingReport) -> None:
    untrusted = {c.recording.call_id for c in CALLS} - {c.recording.call_id for c in TRUSTED}
    listed = {w.call_id for a in coaching.agents for w in a.findings.waiting if w.trust != "ok"}
    assert listed == untrusted
    assert sum(a.findings.untrusted for a in coaching.agents) == len(untrusted)
    checks = [w for a in coaching.agents for w in a.findings.waiting if w.criterion_id]
    assert checks
    assert all(w.reasons for w in checks)


def test_good_calls_passed_and_have_moments(coaching: CoachingReport) -> None:
    calls = {c.recording.call_id: c for c in TRUSTED}
    assert coaching.good_calls
    for good in coaching.good_calls:
        assert calls[good.call_id].scored[0].passed
        assert good.total_pct >= 90
        assert all(m.evidence[0].quote for m in good.moments)
    assert max(Counter(g.agent_id for g in coaching.good_calls).values()) <= 2


def test_a_filter_narrows_both_reports(reader: StoreReader) -> None:
    only = CallFilter(team="Green", since=date(2026, 3, 5), until=date(2026, 3, 20))
    monitoring, coaching = (
        monitoring_report(reader, MADE_AT, only),
        coaching_report(reader, MADE_AT, only),
    )
    expected = [
        c
        for c in CALLS
        if c.recording.metadata.team == "Green"
        and c.recording.metadata.started_at
        and date(2026, 3, 5) <= c.recording.metadata.started_at.date() <= date(2026, 3, 20)
    ]
    assert monitoring.totals.calls == len(expected) > 0
    assert {a.findings.team for a in coaching.agents} == {"Green"}
    assert monitoring.scope.only == only


@pytest.mark.parametrize(
    ("english", "mandarin", "reader", "shown"),
    [
        (2, 1, "en", "Says farewell"),
        (2, 1, "zh", "道别"),
        (1, 2, "en", "Says farewell"),
        # where no call has a name in the reader's language: as most calls have it
        (0, 2, "en", "道别"),
        (2, 0, "zh", "Says farewell"),
        (1, 2, "fr", "道别"),
        (2, 1, "fr", "Says farewell"),
    ],
)
def test_a_criterion_is_named_for_the_reader(
    tmp_path: Path, english: int, mandarin: int, reader: str, shown: str
) -> None:
    agents = [*["a101"] * english, *["a202"] * mandarin]
    for number, agent_id in enumerate(agents):
        raw = make_call(number, agent_id).model_dump()
        for result in raw["scored"][0]["criteria"]:
            if agent_id == "a202" and result["criterion_id"] == "closure.farewell":
                result["name"] = "道别"
        write_bundle(ProcessedCall.model_validate(raw), tmp_path / "b", f"k{number}")
    with Store.open_owner(tmp_path / "s.duckdb") as owner:
        owner.ingest(tmp_path / "b")
        criteria = owner.monitoring(None, reader).criteria
    [farewell] = [c for c in criteria if c.criterion_id == "closure.farewell"]
    assert farewell.name == shown


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_wilson_agrees_with_published_intervals(
    count: int, of: int, low: float, high: float
) -> None:
    # 81 of 263: Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    assert wilson(count, of) == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_nothing_is_none_and_not_zero() -> None:
    assert Share(count=0, of=0).pct is None
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)
