"""Which verdicts of a card's tests are compared with those on sound."""

import pytest

from benchmarks.spoken_tests import by_words
from qa_pipeline.scoring import Scorecard, load_scorecard
from qa_pipeline.scoring.schema import CardTest
from tests.running import REPOSITORY

SAID = """
A (negative): Good morning, {brand}. My name is Sarah. How can I help you today?
C: My phone is broken.
[hold 5s]
A: Goodbye."""


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return load_scorecard(REPOSITORY / "scorecards" / "inbound-service.yaml")


def told(text: str, **expect: str) -> CardTest:
    names = {name.replace("__", "."): verdict for name, verdict in expect.items()}
    return CardTest.model_validate({"name": "t", "conversation": text, "expect": names})


def test_verdicts_on_words_are_kept_and_stated_ones_left_out(card: Scorecard) -> None:
    test = told(
        "[pace_wpm agent = 150]" + SAID,
        greeting__brand="met",
        closure__farewell="met",
        tone__pace="met",
        tone__wording="not_met",
    )
    found = by_words(card, test)
    assert found is not None
    scene, expected = found
    assert expected == {"greeting.brand": "met", "closure.farewell": "met"}
    assert [gap.kind for gap in scene.measures.silences] == ["hold"]
    assert all(tone.label == "neutral" for tone in scene.measures.tones)


def test_a_verdict_that_is_left_open_in_writing_is_left_out(card: Scorecard) -> None:
    found = by_words(card, told(SAID, tone__pace="unscored", greeting__name="met"))
    assert found is not None
    assert found[1] == {"greeting.name": "met"}


@pytest.mark.parametrize("line", ["[trust reject]", "I: Calls are recorded."])
def test_what_cannot_be_spoken_is_left_out(card: Scorecard, line: str) -> None:
    assert by_words(card, told(line + SAID, greeting__name="met")) is None
