"""A tone is held against somebody only where it is likely enough that the limit was broken."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.records import CriterionResult, ToneLabel, UtteranceTone
from qa_pipeline.scoring import score_call
from qa_pipeline.scoring.chances import counts, share_chance
from qa_pipeline.scoring.scripts import read_script
from tests.scoring.cards import card_with

AT_MOST_10 = "{tone: {who: agent, label: negative, at_most: 10%}}"


def judged(check: str, *tones: tuple[ToneLabel, float]) -> CriterionResult:
    """The verdict on an agent whose utterances have these tones."""
    scene = read_script("\n".join("A: a word or two" for _ in tones))
    assert scene.measures is not None
    found = tuple(
        UtteranceTone(utterance_id=u.utterance_id, label=label, probability=chance)
        for u, (label, chance) in zip(scene.conversation.utterances, tones, strict=True)
    )
    measures = scene.measures.model_copy(update={"tones": found})
    return score_call(card_with(check), scene.conversation, measures, scene.metadata).criteria[0]


def test_one_unsure_utterance_accuses_nobody() -> None:
    result = judged(AT_MOST_10, ("negative", 0.55), *[("neutral", 0.9)] * 5)
    assert result.verdict == "unscored"
    assert "16.7 %" in result.reason
    assert "0.55" in result.reason


def test_a_likely_one_accuses_and_asks_for_review_a_sure_one_does_not() -> None:
    likely = judged(AT_MOST_10, ("negative", 0.72), *[("neutral", 0.9)] * 5)
    assert (likely.verdict, likely.needs_review, likely.confidence) == ("not_met", True, 0.72)
    sure = judged(AT_MOST_10, ("negative", 0.93), *[("neutral", 0.9)] * 5)
    assert (sure.verdict, sure.needs_review, sure.confidence) == ("not_met", False, 0.93)


def test_several_unsure_ones_together_are_likely() -> None:
    result = judged(AT_MOST_10, *[("negative", 0.6)] * 3, *[("neutral", 0.9)] * 3)
    assert (result.verdict, result.confidence) == ("not_met", round(1 - 0.4**3, 4))


def test_where_two_are_needed_both_have_to_be_likely() -> None:
    two = [("negative", 0.75), ("negative", 0.75)]
    result = judged(AT_MOST_10, *two, *[("neutral", 0.9)] * 10)  # type: ignore[list-item]
    assert result.verdict == "unscored"
    assert "0.56" in result.reason


def test_many_doubtful_utterances_of_another_tone_accuse_nobody() -> None:
    result = judged(AT_MOST_10, *[("neutral", 0.4)] * 12)
    assert (result.verdict, result.needs_review) == ("met", False)


def test_a_tone_asked_for_is_not_missed_where_it_may_be_there() -> None:
    check = "{tone: {who: agent, label: positive, at_least: 30%}}"
    assert judged(check, *[("neutral", 0.95)] * 10).verdict == "not_met"
    assert judged(check, *[("neutral", 0.4)] * 10).verdict == "unscored"
    assert judged(check, *[("positive", 0.9)] * 4, *[("neutral", 0.9)] * 6).verdict == "met"


def test_the_reason_is_in_the_language_of_the_call() -> None:
    scene = read_script("A: 您好您好\nA: 好的好的")
    assert scene.measures is not None
    found = tuple(
        UtteranceTone(utterance_id=u.utterance_id, label="negative", probability=chance)
        for u, chance in zip(scene.conversation.utterances, (0.55, 0.4), strict=True)
    )
    measures = scene.measures.model_copy(update={"tones": found})
    (result,) = score_call(
        card_with(AT_MOST_10), scene.conversation, measures, scene.metadata
    ).criteria
    assert (result.verdict, "不够确定" in result.reason) == ("unscored", True)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_counts_are_those_of_all_combinations(probabilities: list[float]) -> None:
    expected = [0.0] * (len(probabilities) + 1)
    for happened in product((True, False), repeat=len(probabilities)):
        chance = 1.0
        for did, probability in zip(happened, probabilities, strict=True):
            chance *= probability if did else 1.0 - probability
        expected[sum(happened)] += chance
    assert counts(probabilities).tolist() == pytest.approx(expected, abs=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0, 100))
def test_a_share_is_within_or_beyond_a_limit(probabilities: list[float], limit: float) -> None:
    within = share_chance(probabilities, None, limit)
    beyond = share_chance(probabilities, limit + 1e-6, None)
    assert 0.0 <= within <= 1.0
    assert within + beyond == pytest.approx(1.0, abs=1e-6)
    assert share_chance(probabilities, None, None) == pytest.approx(1.0)


def test_a_conversation_may_be_written_with_the_marks_of_mandarin() -> None:
    plain = read_script("C (negative): 不行\nA (negative, -20 dbfs): 那没办法")
    wide = read_script("C（negative）：不行\nA（negative，-20 dbfs）：那没办法")
    assert wide == plain
    assert wide.conversation.language == "zh"
