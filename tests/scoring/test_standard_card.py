"""The shipped card: it loads, covers the standard, and passes its own tests."""

from pathlib import Path

import pytest

from qa_pipeline.scoring import Scorecard, load_scorecard
from qa_pipeline.scoring.card_tests import run_card_tests

CARD = Path(__file__).parents[2] / "scorecards" / "inbound-service.yaml"


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return load_scorecard(CARD)


def test_weights_and_points(card: Scorecard) -> None:
    assert {s.id: int(s.weight) for s in card.sections} == {
        "greeting": 25,
        "tone": 25,
        "handling": 30,
        "closure": 20,
    }
    assert len(card.criteria()) == 20
    critical = {c.id: c.critical for c in card.criteria() if c.critical}
    assert critical == {"tone.no_forbidden": "section", "handling.identity": "card"}


def test_the_card_passes_its_own_tests(card: Scorecard) -> None:
    results = run_card_tests(card)
    failed = [r for r in results if not r.passed]
    assert not failed
    assert len(results) > 100
