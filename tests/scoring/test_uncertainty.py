"""Doubt reaches the verdict, whichever way it comes in, and the total shows what it could mean."""
# ruff: noqa: E501 - a table of cases reads better with a case a line

from dataclasses import replace
from decimal import Decimal

import pytest

from qa_pipeline.records import Turn
from qa_pipeline.scoring.matching import find
from qa_pipeline.scoring.phrases import compiled
from qa_pipeline.scoring.scripts import Scene, read_script
from qa_pipeline.scoring.stream import stream_of
from tests.scoring.cards import card_with, heard, judged, only, scored


@pytest.mark.parametrize(
    ("check", "script", "unsure", "verdict", "review"),
    [
        ("{says: {any: [my apologies]}}", "A: my apologies", {}, "met", False),
        ("{says: {any: [my apologies]}}", "A: my apologies", {"my": 0.3, "apologies": 0.4}, "met", True),
        ("{says: {any: [非常抱歉]}}", "A: 非常抱歉", {"抱": 0.1, "歉": 0.1, "非": 0.4, "常": 0.4}, "met", True),
        # an accusation on one unsure word, and on sure ones
        ("{never_says: {any: [not my problem]}}", "A: not my problem", {"not": 0.1}, "not_met", True),
        ("{never_says: {any: [not my problem]}}", "A: not my problem", {}, "not_met", False),
        # nothing forbidden was heard, but hardly anything was heard at all
        ("{never_says: {any: [not my problem]}}", "A: so well so well", {"so": 0.2, "well": 0.3}, "met", True),
        ("{never_says: {any: [not my problem]}}", "A: so well so well", {}, "met", False),
        # nothing said of what should be, in words that were hardly heard
        ("{says: {any: [my apologies]}}", "A: so well so well", {"so": 0.2, "well": 0.3}, "not_met", True),
        ("{says: {regex: 'reset (your|the) line'}}", "A: I reset your line", {"reset": 0.3, "your": 0.3, "line": 0.3}, "met", True),
    ],
)  # fmt: skip
def test_words_recognised_with_low_probability(
    check: str, script: str, unsure: dict[str, float], verdict: str, review: bool
) -> None:
    result = only(card_with(check), heard(script, unsure))
    assert (result.verdict, result.needs_review) == (verdict, review)
    assert result.confidence < 0.6 or not review or verdict == "not_met"


def score_of(phrase: str, script: str) -> float:
    """How alike the phrase and the nearest words of the agent are, 0 to 100."""
    stream = stream_of(read_script(script).conversation, ("agent",))
    return max(hit.score for hit in find(stream, compiled((phrase,), "sound", 50.0)))


GARBLED = [
    ("a completely new contract", "A: a completely few contact"),
    ("please accept our sincere apologies", "A: please except our sincere policies"),
    ("感谢您的耐心等待", "A: 感谢您的爱心登台"),
    ("请您对我的服务进行评价", "A: 请您对他的服务进行评比"),
]


@pytest.mark.parametrize("operator", ["says", "never_says"])
@pytest.mark.parametrize(("phrase", "script"), GARBLED)
@pytest.mark.parametrize(
    ("above", "found", "review"),
    [(-4.0, True, False), (-1.0, True, True), (1.0, False, True), (6.0, False, False)],
)
def test_matches_around_the_threshold(
    operator: str, phrase: str, script: str, above: float, found: bool, review: bool
) -> None:
    """``above``: how far the threshold lies above what was heard."""
    score = score_of(phrase, script)
    assert 84 <= score <= 94, score
    card = card_with(f"{{{operator}: {{any: ['{phrase}'], similarity: {score + above}}}}}")
    result = judged(card, script)
    assert result.verdict == ("met" if found is (operator == "says") else "not_met")
    assert result.needs_review is review


def test_matches_just_over_the_threshold() -> None:
    card = card_with("{says: {any: [please accept our apologies]}}")
    for said, review in (
        ("please accept our apologies", False),
        ("please accept all policies", True),
    ):
        result = judged(card, f"A: {said}")
        assert (result.verdict, result.needs_review) == ("met", review)


def test_doubt_about_the_exception_is_doubt_about_the_verdict() -> None:
    card = card_with("{says: {any: [good morning]}}", unless="{says: {any: [this is urgent]}}")
    sure = only(card, heard("A: this is urgent", {}))
    unsure = only(card, heard("A: this is urgent", {"this": 0.2, "is": 0.2, "urgent": 0.3}))
    assert (sure.verdict, sure.needs_review) == ("met", False)
    assert (unsure.verdict, unsure.needs_review) == ("met", True)
    nearly = judged(card, "A: this is surgent")
    assert nearly.verdict == "met" or nearly.needs_review


def test_doubt_about_whether_it_applies() -> None:
    card = card_with(
        "{says: {any: [my apologies]}}", when="{says: {who: customer, any: [does not work]}}"
    )
    script = "C: it does not work\nA: well"
    result = only(card, heard(script, {"does": 0.2, "not": 0.2, "work": 0.3}))
    assert (result.verdict, result.needs_review) == ("not_met", True)
    assert not only(card, heard(script, {})).needs_review


@pytest.mark.parametrize(
    ("every", "script", "verdict", "review"),
    [
        # the one that nothing follows may not have been said at all
        ("true", "C: my line is down\nA: my apologies\n[silence 40s]\nC: it is broken\n[silence 40s]\nA: well", "not_met", True),
        ("true", "C: it is broken\nA: my apologies\n[silence 40s]\nC: my line is down\n[silence 40s]\nA: well", "not_met", False),
        # once is enough, and the one that was followed may not have been said
        ("false", "C: it is broken\nA: my apologies\n[silence 40s]\nC: my line is down\n[silence 40s]\nA: well", "met", True),
        ("false", "C: my line is down\nA: my apologies\n[silence 40s]\nC: it is broken\n[silence 40s]\nA: well", "met", False),
    ],
)  # fmt: skip
def test_doubt_about_what_comes_first_is_doubt_where_it_decides(
    every: str, script: str, verdict: str, review: bool
) -> None:
    first = "{says: {who: customer, any: [my line is down, it is broken]}}"
    then = f"{{after: {first}, within: 20s, every: {every}, says: {{any: [my apologies]}}}}"
    result = only(card_with(f"{{then: {then}}}"), heard(script, {"broken": 0.1, "it": 0.2}))
    assert (result.verdict, result.needs_review) == (verdict, review)


def test_doubt_about_the_whole_is_doubt_about_the_part() -> None:
    card = card_with("{says: {any: [我要投诉你们]}}", partly="{says: {any: [今天]}}")
    part = judged(card, "A: 今天我要透出你家")
    assert (part.verdict, part.needs_review) == ("partly_met", True)
    assert not judged(card, "A: 今天天气很好").needs_review


def test_the_total_shows_the_range_that_doubt_leaves() -> None:
    card = card_with("{says: {any: [my apologies]}}")
    sure = scored(card, heard("A: my apologies", {}))
    unsure = scored(card, heard("A: my apologies", {"my": 0.3, "apologies": 0.3}))
    hundred = Decimal("100.00")
    assert (sure.total_low_pct, sure.total_pct, sure.total_high_pct) == (hundred,) * 3
    assert (unsure.total_low_pct, unsure.total_pct, unsure.total_high_pct) == (
        Decimal("0.00"),
        hundred,
        hundred,
    )


def test_a_rejected_transcript_has_no_range() -> None:
    call = scored(card_with("{says: {any: [x]}}"), read_script("[trust reject]\nA: x"))
    assert (call.total_low_pct, call.total_pct, call.total_high_pct) == (None, None, None)


def with_turn(script: str, speaker: str, start_s: float, end_s: float) -> Scene:
    """The conversation with speech of somebody in which no words were recognised."""
    scene = read_script(script)
    turns = (*scene.conversation.turns, Turn(speaker=speaker, start_s=start_s, end_s=end_s))
    longest_s = max(scene.conversation.duration_s, end_s)
    conversation = scene.conversation.model_copy(update={"turns": turns, "duration_s": longest_s})
    return replace(scene, conversation=conversation)


GREETED = "0:10 A: so your line is down\n0:15 C: yes it is\n0:40 A: it works again"
SPEECH_WITHOUT_WORDS = [
    # in the middle, before the first word and after the last one, where windows begin and end
    ("{says: {any: [my apologies]}}", (20.0, 24.0), "not_met"),
    ("{says: {any: [good morning], first: 15s}}", (4.0, 8.0), "not_met"),
    ("{says: {any: [goodbye], last: 10s}}", (44.0, 47.0), "not_met"),
    ("{never_says: {any: [not my problem]}}", (20.0, 24.0), "met"),
    ("{count: {of: {says: {any: [my apologies]}}, at_least: 1}}", (20.0, 24.0), "not_met"),
]


@pytest.mark.parametrize(("check", "span", "verdict"), SPEECH_WITHOUT_WORDS)
def test_speech_without_words_may_have_been_what_was_missed(
    check: str, span: tuple[float, float], verdict: str
) -> None:
    result = only(card_with(check), with_turn(GREETED, "agent", *span))
    assert (result.verdict, result.needs_review) == (verdict, True)
    assert "not recognised clearly" in result.reason
    assert result.confidence < 0.5


@pytest.mark.parametrize(
    ("check", "speaker", "span"),
    [
        ("{says: {any: [my apologies]}}", "customer", (20.0, 24.0)),  # it was not the agent
        ("{says: {any: [my apologies]}}", "agent", (20.0, 21.5)),  # a cough
        ("{says: {any: [my apologies], first: 10s}}", "agent", (30.0, 34.0)),  # elsewhere
        ("{says: {any: [my apologies], last: 10s}}", "agent", (4.0, 8.0)),
        ("{says: {any: [your line]}}", "agent", (20.0, 24.0)),  # said, whatever else was
    ],
)
def test_speech_without_words_elsewhere_leaves_no_doubt(
    check: str, speaker: str, span: tuple[float, float]
) -> None:
    assert not only(card_with(check), with_turn(GREETED, speaker, *span)).needs_review
