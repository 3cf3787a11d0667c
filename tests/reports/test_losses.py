"""What a criterion cost is what the totals would gain by it, in points of the total."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from qa_pipeline.records import CriterionResult, ProcessedCall
from qa_pipeline.reports import coaching_report, monitoring_report
from qa_pipeline.scoring import Scorecard, parse_scorecard
from qa_pipeline.scoring.arithmetic import Totals, points
from qa_pipeline.store import CallFilter
from qa_pipeline.store.figures import CriterionFigures
from tests.pipeline.scored_scripts import GREETING, processed
from tests.reports.changed_calls import changed, store_of
from tests.reports.conftest import MADE_AT

CARD = (
    f"\nscorecard: weighed\nversion: 1\npass_mark: 70\n{GREETING}"
    + """\
  - id: care
    weight: 5
    criteria:
      - id: care.identity
        ask: Asks who is calling
        points: 2
        critical: card
        check: {says: {who: agent, any: [account number]}}
      - {id: care.sorry, ask: Is sorry, points: 4, check: {says: {who: agent, any: [sorry]}}}
      - {id: care.warmth, ask: Sounds warm, points: 5, manual: true}
  - id: closure
    weight: 2.5
    criteria:
      - id: closure.brand
        ask: Says the brand
        points: 1
        critical: section
        check: {says: {who: agent, any: [bluebell]}}
      - {id: closure.thanks, ask: Says thanks, points: 3,
         check: {says: {who: agent, any: [thank you]}}}
      - {id: closure.private, ask: Tells nothing private, points: 4, penalty: true,
         check: {never_says: {who: agent, any: [my dog]}}}
      - {id: closure.extra, ask: Offers more, points: 2, bonus: true,
         check: {says: {who: agent, any: [special offer]}}}
"""
)
ALL = "hello my name is maya your account number please sorry bluebell thank you"
SAID = {
    "everything": ALL,
    "nothing of a section": "hello my name is maya your account number please sorry bluebell",
    "partly": "hello this is maya your account number please bluebell thank you",
    "a critical section": "this is maya your account number please sorry thank you",
    "a critical card": "hello my name is maya sorry bluebell",
    "both": "hello sorry thank you",
    "a penalty": f"{ALL} my dog",
    "a penalty in a failed card": "hello sorry bluebell thank you my dog",
}


def card() -> Scorecard:
    return parse_scorecard(CARD)


def call(name: str) -> ProcessedCall:
    return processed(name.replace(" ", "-"), f"[agent_id=a1]\nA: {SAID[name]}\nC: fine", card())


def without_critical(call: ProcessedCall, criterion_id: str) -> Decimal:
    """The total of a call if one criterion were met and nothing critical."""
    wanted = {c.id: c for section in card().sections for c in section.criteria}
    turned: list[CriterionResult] = []
    for result in call.scored[0].criteria:
        if result.criterion_id == criterion_id:
            earned, possible = points(wanted[criterion_id], "met")
            changes = {"verdict": "met", "points_earned": earned, "points_possible": possible}
            turned.append(result.model_copy(update=changes))
        else:
            turned.append(result)
    total = Totals(card(), turned, "en").without_critical_pct
    assert total is not None
    return total


@pytest.fixture
def costs(tmp_path: Path) -> Callable[[str], dict[str, CriterionFigures]]:
    def found(name: str) -> dict[str, CriterionFigures]:
        with store_of(tmp_path, call(name)) as owner:
            report = monitoring_report(owner, MADE_AT)
        return {line.figures.criterion_id: line.figures for line in report.criteria}

    return found


@pytest.mark.parametrize("name", SAID)
def test_what_was_lost_is_what_a_total_lacks(
    name: str, costs: Callable[[str], dict[str, CriterionFigures]]
) -> None:
    scored = call(name).scored[0]
    found = costs(name)
    assert scored.total_pct is not None
    assert scored.total_without_critical_pct is not None
    lacking = sum(f.lost_points for f in found.values())
    assert float(lacking) == pytest.approx(float(100 - scored.total_pct), abs=0.01)
    critical = sum(f.lost_critical for f in found.values())
    fell = scored.total_without_critical_pct - scored.total_pct
    assert float(critical) == pytest.approx(float(fell), abs=0.01)
    for result in scored.criteria:
        if result.verdict in ("not_met", "partly_met") and result.criterion_id != "closure.extra":
            gain = without_critical(call(name), result.criterion_id)
            gain -= scored.total_without_critical_pct
            own = found[result.criterion_id].lost_points - found[result.criterion_id].lost_critical
            assert float(own) == pytest.approx(float(gain), abs=0.011), result.criterion_id
    assert found["closure.extra"].lost_points == 0


SIX = ("greeting.salutation", "greeting.brand", "greeting.offer_help", "tone.empathy",
       "tone.no_forbidden", "closure.survey")  # fmt: skip


def test_what_is_critical_comes_first_and_takes_nobodys_place(tmp_path: Path) -> None:
    often = [
        changed(f"often-{n}", verdicts=dict.fromkeys(SIX, "not_met"), score={"passed": False})
        for n in range(30)
    ]
    once = changed("once", verdicts={"handling.identity": "not_met"})
    with store_of(tmp_path, *often, once) as owner:
        [agent] = coaching_report(owner, MADE_AT).agents
    first, *others = [item.criterion_id for item in agent.findings.focus]
    assert first == "handling.identity"
    assert len(others) == 5
    costs = [item.lost_points for item in agent.findings.focus]
    assert costs[1:] == sorted(costs[1:], reverse=True)
    assert costs[0] < costs[-1]


@pytest.mark.parametrize("only", [CallFilter(agent_id="a102"), CallFilter(team="Green")])
def test_who_is_shown_alone_is_compared_with_all(tmp_path: Path, only: CallFilter) -> None:
    farewell = "closure.farewell"
    calls = [
        changed("learner", "a102", verdicts={farewell: "not_met"}, call={"team": "Green"}),
        changed("missed", "a103", verdicts={farewell: "not_met"}, call={"team": "Blue"}),
        changed("model", "a101", call={"team": "Blue"}),
        changed("another", "a101", call={"team": "Blue", "queue": "sales"}),
    ]
    with store_of(tmp_path, *calls) as owner:
        everybody = coaching_report(owner, MADE_AT)
        alone = coaching_report(owner, MADE_AT, only)
        queue = calls[0].recording.metadata.queue
        narrower = coaching_report(owner, MADE_AT, only.model_copy(update={"queue": queue}))
        monitoring = monitoring_report(owner, MADE_AT, only)
    [whole] = [a for a in everybody.agents if a.findings.agent_id == "a102"]
    [agent] = alone.agents
    assert agent.findings == whole.findings
    [item] = agent.findings.focus
    assert [model.agent_id for model in item.role_models] == ["a101"]
    assert (item.everyone_applicable, item.everyone_met) == (4, 2)
    assert {call.agent_id for call in alone.good_calls} == {"a102"}
    [item] = narrower.agents[0].findings.focus
    assert item.everyone_applicable == 3
    assert monitoring.totals.calls == 1
