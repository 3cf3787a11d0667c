"""A verdict that a person should look at says at what."""
# ruff: noqa: E501 - a table of cases reads better with a case a line

import re
from dataclasses import replace

import pytest

from qa_pipeline.records import Trust
from qa_pipeline.scoring import without_transcript
from tests.scoring.cards import card_with, heard, judged, only

UNCLEAR = {"so": 0.2, "well": 0.3, "not": 0.1, "my": 0.3, "apologies": 0.4}


@pytest.mark.parametrize(
    ("check", "script", "verdict", "said"),
    [
        # found, but not clearly
        ("{says: {any: [my apologies]}}", "A: my apologies", "met", "Please check: “my apologies” at 0:00 was not recognised clearly."),
        ("{never_says: {any: [not my problem]}}", "A: not my problem", "not_met", "Please check: “not my problem” at 0:00 was not recognised clearly."),
        # nothing found, among words hardly heard
        ("{says: {any: [good morning]}}", "A: so well so well", "not_met", "Please check: words were not recognised clearly in the whole call."),
        ("{never_says: {any: [go away]}}", "A: so well so well", "met", "Please check: words were not recognised clearly in the whole call."),
        # found only just, and nearly
        ("{says: {any: [please accept our apologies]}}", "A: please accept all policies", "met", "Please check: “please accept all policies” at 0:00 is only just it."),
        ("{never_says: {any: [please accept our apologies], similarity: 82}}", "A: please accept all policies", "met", "Please check: “please accept all policies” at 0:00 is close to it."),
        ("{never_says: {any: [感谢您的耐心等待], similarity: 86}}", "A: 感谢您的爱心登台", "met", "请复核：0:00“感谢您的爱心登”与之接近。"),
        # a denial a few words ahead
        ("{says: {any: [refunded it]}}", "A: I have not yet fully refunded it", "met", "Please check: “refunded it” at 0:02 may be denied by what is said before it."),
        # how often
        ("{count: {of: {says: {any: [please accept our apologies]}}, at_least: 1}}", "A: please accept all policies", "met", "Please check: it may be 0 to 1 times."),
        # in parts of other checks
        ("{any: [{says: {any: [good morning]}}, {says: {any: [my apologies]}}]}", "A: my apologies", "met", "Please check: “my apologies” at 0:00 was not recognised clearly."),
        ("{not: {says: {any: [my apologies]}}}", "A: my apologies", "not_met", "Please check: “my apologies” at 0:00 was not recognised clearly."),
        ("{then: {after: {says: {any: [my apologies]}}, within: 30s, says: {any: [thank you]}}}", "A: my apologies\nC: fine\nA: thank you", "met", "Please check: “my apologies” at 0:00 was not recognised clearly."),
    ],
)  # fmt: skip
def test_the_reason_names_the_doubt(check: str, script: str, verdict: str, said: str) -> None:
    result = only(card_with(check), heard(script, UNCLEAR))
    assert (result.verdict, result.needs_review) == (verdict, True)
    assert result.reason.endswith(said)


def test_what_is_sure_asks_nobody_to_check() -> None:
    result = judged(card_with("{says: {any: [my apologies]}}"), "A: my apologies")
    assert not result.needs_review
    assert "check" not in result.reason


def test_a_transcript_for_review_is_named() -> None:
    scene = heard("A: thank you", {})
    trust = Trust(level="review", reasons=("one speaker only",))
    scene = replace(scene, conversation=scene.conversation.model_copy(update={"trust": trust}))
    result = only(card_with("{says: {any: [thank you]}}"), scene)
    assert result.needs_review
    assert result.reason.endswith("Please check: the transcript may be wrong.")


@pytest.mark.parametrize(
    ("reason", "language", "left"),
    [
        ("Heard: “so”. Please check: the transcript may be wrong.", "en", "Heard: “so”."),
        ("坐席说：0:00“好”。请复核：转写可能有误。", "zh", "坐席说：0:00“好”。"),
        ("Heard. Please check: “so” at 0:00 is only just it; the transcript may be wrong.", "en", "Heard. Please check: “so” at 0:00 is only just it."),
        ("坐席说。请复核：0:20“好”与之接近；转写可能有误。", "zh", "坐席说。请复核：0:20“好”与之接近。"),
        ("The agent said: the transcript may be wrong. Well.", "en", "The agent said: the transcript may be wrong. Well."),
        ("Heard. Please check: “so” at 0:00 is only just it.", "en", "Heard. Please check: “so” at 0:00 is only just it."),
    ],
)  # fmt: skip
def test_a_doubt_about_the_whole_transcript_can_be_left_to_the_call(
    reason: str, language: str, left: str
) -> None:
    assert without_transcript(reason, language) == left


@pytest.mark.parametrize(
    ("check", "script", "verdict", "review"),
    [
        ("{says: {any: [thank you], after: {says: {any: [my apologies]}}}}", "A: my apologies\nC: fine\nA: thank you", "met", True),
        ("{says: {any: [thank you], after: {says: {any: [my apologies]}}}}", "A: my apologies\nC: fine\nA: goodbye", "not_met", False),
        ("{says: {any: [thank you], after: {says: {any: [good morning]}}}}", "A: good morning\nC: fine\nA: thank you", "met", False),
        ("{never_says: {any: [go away], after: {says: {any: [my apologies]}}}}", "A: my apologies\nC: fine\nA: go away", "not_met", True),
        ("{never_says: {any: [go away], after: {says: {any: [my apologies]}}}}", "A: my apologies\nC: fine\nA: goodbye", "met", False),
        # before the first of several anchors, which may not be one
        ("{says: {any: [thank you], before: {says: {any: [my apologies]}}}}", "A: thank you\nC: fine\nA: my apologies", "met", True),
        ("{says: {any: [thank you], before: {says: {any: [my apologies, good morning]}}}}", "A: thank you\nC: fine\nA: my apologies\nC: yes\nA: good morning", "met", False),
        ("{says: {any: [thank you], before: {says: {any: [my apologies, good morning]}}}}", "A: my apologies\nC: fine\nA: thank you\nC: yes\nA: good morning", "not_met", True),
        ("{in_order: [{says: {any: [my apologies, good morning]}}, {says: {any: [thank you]}}]}", "A: my apologies\nC: fine\nA: thank you\nC: yes\nA: good morning", "met", True),
    ],
)  # fmt: skip
def test_doubt_about_where_to_look_is_doubt_about_what_is_found_there(
    check: str, script: str, verdict: str, review: bool
) -> None:
    result = only(card_with(check), heard(script, UNCLEAR))
    assert (result.verdict, result.needs_review) == (verdict, review)
    doubt = re.search("“my apologies” at 0:0[02] was not recognised clearly", result.reason)
    assert (doubt is not None) is review
