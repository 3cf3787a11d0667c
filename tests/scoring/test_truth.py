"""The standard card against the verdicts of the sample calls."""

import pytest

from qa_pipeline.scoring import Judge, find_scorecards, load_scorecard, score_by, score_call
from tests.scoring.truth import SAMPLES, TruthCall, read_truth, truth_files

CARD = load_scorecard(SAMPLES.parent / "scorecards" / "inbound-service.yaml")
NEEDS_A_MODEL = {"tone.wording"}
"""Criteria on what a model hears; there is no model in these tests."""


def _differences(call: TruthCall) -> list[str]:
    scored = score_call(CARD, call.conversation, call.measures, call.metadata)
    return [
        f"{scored.call_id} {r.criterion_id}: {call.verdicts[r.criterion_id]} expected, "
        f"{r.verdict} found: {r.reason}"
        for r in scored.criteria
        if r.criterion_id not in NEEDS_A_MODEL and r.verdict != call.verdicts[r.criterion_id]
    ]


def _judged(call: TruthCall) -> int:
    return len(set(call.verdicts) - NEEDS_A_MODEL)


def test_every_verdict_is_right_on_what_was_really_said() -> None:
    calls = [read_truth(path) for path in truth_files()]
    assert len(calls) >= 16
    assert [line for call in calls for line in _differences(call)] == []


def test_several_cards_together_judge_as_each_alone() -> None:
    cards = [load_scorecard(path) for path in find_scorecards(SAMPLES.parent / "scorecards")]
    judges = [Judge(card) for card in (*cards, *cards[:1])]
    for path in truth_files():
        call = read_truth(path, 0.1, 1)
        parts = (call.conversation, call.measures, call.metadata)
        assert score_by(judges, *parts) == tuple(judge.score(*parts) for judge in judges)


@pytest.mark.parametrize(("noise", "least"), [(0.1, 0.95), (0.2, 0.91)])
def test_verdicts_survive_recognition_errors(noise: float, least: float) -> None:
    """A share of words replaced by similar ones, by any, or lost (see `corrupted`)."""
    wrong = judged = 0
    for seed in range(2):
        for path in truth_files():
            call = read_truth(path, noise, seed)
            wrong += len(_differences(call))
            judged += _judged(call)
    assert 1 - wrong / judged >= least
