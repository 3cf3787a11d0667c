"""``count``: doubt about a single find is doubt about the number wherever it decides."""
# ruff: noqa: E501 - a table of cases reads better with a case a line

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.records import CriterionResult
from tests.scoring.cards import card_with, heard, judged, only

SAYS = "says: {who: agent, any: [my apologies, sincere regrets, please accept our sincere apologies], similarity: 86%s}"
SURE, UNSURE, NEARLY = "my apologies", "sincere regrets", "please except our sincere policies"
"""The third is nearly, and not quite, the third of what is counted."""
BADLY_HEARD = {"sincere": 0.3, "regrets": 0.3}
NUMBERS = st.integers(0, 3)


def asked(check: str, sure: int, unsure: int = 0, nearly: int = 0) -> CriterionResult:
    """Judge a call in which so many are found surely, doubtfully and nearly."""
    said = [SURE] * sure + [UNSURE] * unsure + [NEARLY] * nearly
    script = "\n".join(f"A: {text}" for text in ["well then", *said])
    return only(card_with(f"{{{check}}}"), heard(script, BADLY_HEARD))


def counted(limits: str, *found: int, of: str = SAYS % "") -> CriterionResult:
    return asked(f"count: {{of: {{{of}}}, {limits}}}", *found)


@pytest.mark.parametrize(
    ("limits", "found", "verdict", "review"),
    [
        ("at_least: 2", (2,), "met", False),
        ("at_least: 2", (2, 1), "met", False),
        ("at_least: 2", (1, 1), "met", True),
        ("at_least: 2", (1,), "not_met", False),
        ("at_least: 2", (1, 0, 1), "not_met", True),
        ("at_least: 3", (1, 0, 1), "not_met", False),
        ("at_least: 3", (0, 1, 2), "not_met", True),
        ("at_most: 2", (2, 1), "not_met", True),
        ("at_most: 2", (3, 1), "not_met", False),
        ("at_most: 2", (2,), "met", False),
        ("at_most: 2", (0, 1), "met", False),
        ("at_most: 2", (1, 1, 1), "met", True),
        ("at_least: 1, at_most: 2", (1, 1), "met", False),
        ("at_least: 1, at_most: 2", (0, 2), "met", True),
        ("at_least: 1, at_most: 2", (2, 0, 1), "met", True),
    ],
)
def test_the_number_is_as_sure_as_the_finds_that_decide(
    limits: str, found: tuple[int, ...], verdict: str, review: bool
) -> None:
    result = counted(limits, *found)
    assert (result.verdict, result.needs_review) == (verdict, review)
    assert result.confidence < 0.6 or not review


@settings(max_examples=60, deadline=None)
@given(found=st.tuples(NUMBERS, NUMBERS, NUMBERS), number=st.integers(1, 4))
def test_it_is_as_sure_as_saying_it_so_many_times(found: tuple[int, ...], number: int) -> None:
    often = asked(SAYS % f", min: {number}", *found)
    at_least = counted(f"at_least: {number}", *found)
    assert (at_least.verdict, at_least.needs_review) == (often.verdict, often.needs_review)
    at_most = counted(f"at_most: {number - 1}", *found)
    assert (at_most.verdict == "met") is (often.verdict == "not_met")
    assert at_most.needs_review == often.needs_review


@settings(max_examples=60, deadline=None)
@given(
    found=st.tuples(NUMBERS, NUMBERS, NUMBERS),
    more=st.integers(1, 3),
    number=st.integers(1, 4),
    limit=st.sampled_from(["at_least", "at_most"]),
)
def test_more_sure_finds_never_make_enough_or_too_many_less_sure(
    found: tuple[int, int, int], more: int, number: int, limit: str
) -> None:
    before = counted(f"{limit}: {number}", *found)
    after = counted(f"{limit}: {number}", found[0] + more, *found[1:])
    reached = "met" if limit == "at_least" else "not_met"
    if before.verdict == reached:
        assert after.verdict == reached
        assert after.needs_review <= before.needs_review
        assert after.confidence >= before.confidence


def test_what_is_found_by_either_of_two_checks_counts_with_its_doubt() -> None:
    either = "any: [{says: {any: [my apologies]}}, {says: {any: [sincere regrets]}}]"
    for found, review in (((2, 0), False), ((1, 1), True), ((2, 1), False)):
        result = counted("at_least: 2", *found, of=either)
        assert (result.verdict, result.needs_review) == ("met", review), found
    few = counted("at_most: 2", 1, 1, of=either)
    assert (few.verdict, few.needs_review) == ("met", False)


def test_hardly_anything_was_heard_where_more_may_have_been_said() -> None:
    script = "A: my apologies\nA: so well so well so well so well so well so well"
    for badly, review in (({"so": 0.2, "well": 0.3}, True), ({}, False)):
        for check, verdict in (("at_most: 2", "met"), ("at_least: 2", "not_met")):
            for of in ("says: {any: [my apologies]}", "any: [{says: {any: [my apologies]}}]"):
                card = card_with(f"{{count: {{of: {{{of}}}, {check}}}}}")
                result = only(card, heard(script, badly))
                assert (result.verdict, result.needs_review) == (verdict, review)
        card = card_with("{count: {of: {says: {any: [my apologies]}}, at_least: 1}}")
        assert not only(card, heard(script, badly)).needs_review


def test_doubt_about_what_is_counted_stays_where_it_is_not_about_single_finds() -> None:
    then = "{then: {after: {says: {who: customer, any: [sincere regrets]}}, within: 30s, says: {who: agent, any: [my apologies]}}}"
    card = card_with(f"{{count: {{of: {then}, at_least: 1}}}}")
    script = "C: sincere regrets\nA: my apologies"
    assert only(card, heard(script, BADLY_HEARD)).needs_review
    assert not judged(card, script).needs_review


def test_the_reason_says_how_often() -> None:
    assert counted("at_least: 2", 1).reason.startswith("Found once; asked for: at least 2.")
    assert counted("at_least: 2", 2).reason.startswith("Found 2 times; asked for: at least 2.")
