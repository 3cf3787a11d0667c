"""What reports hold up as an example is worth copying."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from qa_pipeline.records import ProcessedCall
from qa_pipeline.reports import coaching_report
from qa_pipeline.store import StoreReader
from tests.reports.changed_calls import changed, store_of
from tests.reports.conftest import MADE_AT

FAREWELL = "closure.farewell"


def models(reader: StoreReader, agent_id: str) -> list[str]:
    """The calls in which an agent is to hear how a farewell is said."""
    agents = coaching_report(reader, MADE_AT).agents
    [agent] = [a for a in agents if a.findings.agent_id == agent_id]
    [item] = [i for i in agent.findings.focus if i.criterion_id == FAREWELL]
    return [model.call_id for model in item.role_models]


def rude_farewell(name: str) -> ProcessedCall:
    """A call whose farewell has words in it that are never to be said."""
    raw = changed(name, "a102").model_dump()
    results = {r["criterion_id"]: r for r in raw["scored"][0]["criteria"]}
    said = results[FAREWELL]["evidence"][0]
    results["tone.no_forbidden"] |= {
        "verdict": "not_met",
        "points_earned": 0,
        "evidence": [{**said, "kind": "violates"}],
    }
    return ProcessedCall.model_validate(raw)


def test_a_good_call_shows_how_it_is_done(tmp_path: Path) -> None:
    learner = changed("learner", "a103", verdicts={FAREWELL: "not_met"})
    with store_of(tmp_path, learner, changed("model", "a102")) as owner:
        assert models(owner, "a103") == ["model"]


@pytest.mark.parametrize(("low_pct", "shown"), [("89.99", []), ("90.00", ["call"])])
def test_a_call_that_may_have_failed_is_none_to_be_proud_of(
    tmp_path: Path, low_pct: str, shown: list[str]
) -> None:
    score = {"total_pct": "100.00", "total_low_pct": low_pct, "passed": True}
    with store_of(tmp_path, changed("call", "a102", score=score)) as owner:
        assert [call.call_id for call in coaching_report(owner, MADE_AT).good_calls] == shown


@pytest.mark.parametrize(
    ("verdicts", "score"),
    [
        ({}, {"passed": False}),
        ({}, {"passed": None}),
        ({}, {"total_pct": None, "passed": None}),
        ({"handling.identity": "not_met"}, {}),
    ],
)
def test_a_call_that_failed_shows_nobody_how_it_is_done(
    tmp_path: Path, verdicts: Mapping[str, str], score: Mapping[str, Any]
) -> None:
    learner = changed("learner", "a103", verdicts={FAREWELL: "not_met"})
    with store_of(
        tmp_path, learner, changed("bad", "a102", verdicts=verdicts, score=score)
    ) as owner:
        assert models(owner, "a103") == []


def test_words_that_break_another_rule_are_no_example(tmp_path: Path) -> None:
    learner = changed("learner", "a103", verdicts={FAREWELL: "not_met"})
    with store_of(tmp_path, learner, rude_farewell("rude")) as owner:
        report = coaching_report(owner, MADE_AT)
        assert models(owner, "a103") == []
    said = rude_farewell("rude").scored[0].criteria
    [farewell] = [r for r in said if r.criterion_id == FAREWELL]
    praised = [
        *(m for call in report.good_calls for m in call.moments),
        *(e for a in report.agents for i in a.findings.strengths for e in i.examples),
    ]
    shown = {(e.call_id, piece.utterance_id) for e in praised for piece in e.evidence}
    assert praised
    assert ("rude", farewell.evidence[0].utterance_id) not in shown
