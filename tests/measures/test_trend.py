"""Which way the tone of a call goes."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.measures import ToneProbabilities, measure
from qa_pipeline.measures.trend import tone_change, tone_trend
from qa_pipeline.records import CallMetadata
from tests.measures.calls import Said, conversation

SCORES = st.lists(st.integers(-100, 100).map(lambda n: n / 100), max_size=20)
GOOD, PLAIN, BAD = 0.9, 0.0, -0.9


@pytest.mark.parametrize(
    ("scores", "trend"),
    [
        ([BAD, BAD, BAD, PLAIN, PLAIN, PLAIN, GOOD, GOOD, GOOD], 1),
        ([GOOD, GOOD, GOOD, PLAIN, PLAIN, PLAIN, BAD, BAD, BAD], -1),
        ([BAD, BAD, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN], 1),
        ([PLAIN] * 9, 0),
        ([BAD] * 9, 0),
        ([PLAIN, PLAIN, PLAIN, BAD, BAD, BAD, PLAIN, PLAIN, PLAIN], 0),
        ([PLAIN] * 8 + [BAD], 0),  # one outburst at the end
        ([PLAIN] * 5 + [GOOD], 0),  # one "thank you" at the end
        ([BAD, BAD, PLAIN, PLAIN, PLAIN, PLAIN], 1),
        ([BAD, BAD, BAD, GOOD, GOOD], None),
        ([], None),
    ],
)
def test_the_rule_on_calls_worked_by_hand(scores: list[float], trend: int | None) -> None:
    assert tone_trend(scores) == trend


def test_the_change_is_the_mean_of_the_last_less_that_of_the_first_third() -> None:
    scores = [-0.6, -0.2, 0.1, 0.0, 0.0, 0.4, 0.8]  # thirds of two
    assert tone_change(scores) == pytest.approx((0.4 + 0.8) / 2 - (-0.6 - 0.2) / 2)
    assert tone_change(scores[:5]) is None


@settings(deadline=None)
@given(SCORES)
def test_a_call_played_backwards_goes_the_other_way(scores: list[float]) -> None:
    here, back = tone_trend(scores), tone_trend(scores[::-1])
    change = tone_change(scores)
    if here is None or back is None or change is None:
        assert len(scores) < 6
        assert (here, back, change) == (None, None, None)
        return
    assert here == -back
    assert -2 <= change <= 2
    assert here == 0 or here * change >= 0.3
    # No single utterance makes a trend.
    assert tone_trend([PLAIN] * (len(scores) - 1) + scores[:1]) == 0


class ByWord:
    """A tone model of two words."""

    name = "rule"
    version = "1"

    def probabilities(self, texts: Sequence[str]) -> list[ToneProbabilities]:
        bad, good, plain = (0.02, 0.06, 0.92), (0.92, 0.06, 0.02), (0.02, 0.96, 0.02)
        return [
            ToneProbabilities(*(bad if "terrible" in t else good if "thank" in t else plain))
            for t in texts
        ]


def test_each_side_and_the_call_have_their_trend() -> None:
    said: list[Said] = []
    for number in range(6):
        mine = ("this is terrible again", "it is the line", "thank you very much")[number // 2]
        said.append(("customer", mine, 4.0 * number, 4.0 * number + 1.5))
        said.append(("agent", "let me look at that", 4.0 * number + 2, 4.0 * number + 3.5))
    result = measure(conversation(said), None, ByWord(), CallMetadata())
    assert result.value("tone_trend", "customer") == 1
    # 0.9 less -0.9, as far as the words (0.8 each) are right
    assert result.value("tone_change", "customer") == pytest.approx(0.8 * 1.8)
    assert result.value("tone_trend", "agent") == 0
    assert result.value("tone_trend", "call") == 1
    short = measure(conversation(said[:10]), None, ByWord(), CallMetadata())
    assert short.value("tone_trend", "customer") is None
    assert short.value("tone_trend", "call") == 1
