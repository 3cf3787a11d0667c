"""What a run says of how its calls were scored."""

from decimal import Decimal

import pytest

from qa_pipeline.pipeline.tally import GivenScore, by_card, given_scores
from qa_pipeline.records import ProcessedCall, Trust
from tests.pipeline.scored_scripts import processed
from tests.pipeline.standards import small_card


def given(card: str, total: str, *, passed: bool | None, to_check: int = 0) -> GivenScore:
    return GivenScore(
        scorecard=card, version=1, total_pct=Decimal(total), passed=passed, to_check=to_check
    )


def test_scores_are_summed_by_card() -> None:
    scores = [
        given("b", "10.00", passed=False),
        given("a", "100.00", passed=True, to_check=2),
        given("a", "33.33", passed=False, to_check=1),
        given("a", "70.00", passed=None),
    ]
    first, second = by_card(scores)
    assert (first.scorecard, first.calls, first.passed, first.undecided) == ("a", 3, 1, 1)
    assert (first.mean_pct, first.to_check) == (Decimal("67.78"), 3)
    assert (second.scorecard, second.calls, second.mean_pct) == ("b", 1, Decimal("10.00"))
    assert by_card([]) == ()


@pytest.mark.parametrize(("level", "count"), [("ok", 1), ("review", 0), ("reject", 0)])
def test_only_calls_that_were_understood_count(level: str, count: int) -> None:
    call = processed("call-1", "A: thank you for calling goodbye", small_card())
    trust = Trust.model_validate({"level": level, "reasons": [] if level == "ok" else ["unsure"]})
    conversation = call.conversation.model_copy(update={"trust": trust})
    changed: ProcessedCall = call.model_copy(update={"conversation": conversation})
    assert len(given_scores(changed)) == count
