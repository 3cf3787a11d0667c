"""What comes after, before and around what: after all of it, and only after what was found."""

import time

import pytest

from qa_pipeline.errors import ScorecardError
from tests.scoring.cards import card_with, judged, verdict

CHECKED_LATE = "A: Your account number please\nA: Your balance is ten\nA: Your date of birth please"
CHECKED_FIRST = (
    "A: Your account number please\nA: Your date of birth please\nA: Your balance is ten"
)
BOTH = "{says: {any: [account number]}}, {says: {any: [date of birth]}}"
BALANCE = "{says: {any: [balance is ten]}}"


@pytest.mark.parametrize(
    "check",
    [
        f"{{says: {{any: [balance is ten], after: {{all: [{BOTH}]}}}}}}",
        f"{{in_order: [{{all: [{BOTH}]}}, {BALANCE}]}}",
        f"{{in_order: [{{at_least: 2, of: [{BOTH}]}}, {BALANCE}]}}",
        f"{{in_order: [{{in_order: [{BOTH}]}}, {BALANCE}]}}",
        f"{{in_order: [{BOTH}, {BALANCE}]}}",
        f"{{in_order: [{{says: {{any: [account number, date of birth], min: 2}}}}, {BALANCE}]}}",
        "{in_order: [{count: {of: {says: {any: [account number, date of birth]}}, at_least: 2}}, "
        f"{BALANCE}]}}",
    ],
)
def test_after_several_things_is_after_the_last_of_them(check: str) -> None:
    assert verdict(check, CHECKED_FIRST) == "met"
    assert verdict(check, CHECKED_LATE) == "not_met"


@pytest.mark.parametrize(
    "anchor",
    [
        "{says: {who: customer, any: [it is broken], min: 2}}",
        "{count: {of: {says: {who: customer, any: [it is broken]}}, at_least: 2}}",
    ],
)
def test_what_was_found_too_seldom_is_no_anchor(anchor: str) -> None:
    script = "C: It is broken\nA: I am sorry"
    said = f"{{says: {{any: [I am sorry], after: {anchor}}}}}"
    never = f"{{never_says: {{any: [I am sorry], after: {anchor}}}}}"
    assert verdict(said, script) == "not_met"
    assert verdict(never, script) == "met"
    assert verdict(said, f"C: It is broken\n{script}") == "met"
    then = f"{{then: {{after: {anchor}, within: 30s, says: {{any: [I am sorry]}}}}}}"
    assert verdict(then, script) == "not_met"
    assert verdict(then, f"C: It is broken\n{script}") == "met"


@pytest.mark.parametrize(
    ("anchor", "name"),
    [
        ("{metadata: {field: direction, is: inbound}}", "metadata"),
        ("{measure: {name: talk_s, role: agent, at_least: 1}}", "measure"),
        ("{not: {says: {any: [hello]}}}", "not"),
    ],
)
def test_an_anchor_without_moments_is_refused(anchor: str, name: str) -> None:
    for check in (
        f"{{says: {{any: [hello], after: {anchor}}}}}",
        f"{{then: {{after: {anchor}, within: 30s, says: {{any: [hello]}}}}}}",
    ):
        with pytest.raises(ScorecardError, match=f"'{name}' finds no moment"):
            card_with(check)


def test_an_exception_that_holds_excuses_what_cannot_be_told() -> None:
    check = "{measure: {name: pitch_st, role: agent, at_least: 1}, unless: {says: {any: [hello]}}}"
    assert verdict(check, "A: Hello there") == "met"
    assert verdict(check, "A: Good day") == "unscored"


def test_one_thing_found_by_two_checks_counts_once() -> None:
    count = "{count: {of: {any: [{says: {any: [good morning]}}, {says: {any: [morning]}}]}, "
    assert verdict(count + "at_least: 2}}", "A: Good morning to you") == "not_met"
    assert verdict(count + "at_least: 2}}", "A: Good morning\nC: Hi\nA: This morning") == "met"


def test_a_check_that_looks_at_everything_from_everything_ends() -> None:
    check = (
        "{then: {after: {says: {regex: '\\w+'}}, within: 3600s, every: true, "
        "says: {regex: '\\w+', around: {says: {regex: '\\w+'}}, within: 3600s}}}"
    )
    script = "\n".join(["A: " + " ".join(f"word{n}" for n in range(40))] * 30)
    began = time.monotonic()
    result = judged(card_with(check), script)
    assert time.monotonic() - began < 60
    assert result.verdict == "unscored"
    assert "too many questions" in result.reason


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("{says: {any: [um, hello]}}", "phrase 'um' has no word"),
        ('{says: {any: ["..."]}}', "has no word"),
        ("{never_says: {any: []}}", "says what"),
        ("{metadata: {field: direction, is: inbuond}}", "did you mean 'inbound'"),
        ("{metadata: {field: hung_up_by, one_of: [agents]}}", "did you mean 'agent'"),
        ("{metadata: {field: queue, at_most: 3}}", "queue is no number"),
        ("{metadata: {field: answer_delay_s, is: '10'}}", "answer_delay_s is a number"),
        ("{measure: {name: talk_s, role: agent, at_least: 5, at_most: 3}}", "at least 5 and at"),
        ("{measure: {name: talk_s, at_least: {en: 5}, at_most: 3}}", "at least 5 and at most 3"),
        ("{count: {of: {says: {any: [a]}}, at_least: 3, at_most: 1}}", "at least 3 and at most 1"),
        ("{tone: {at_least: 30%, at_most: 10%}}", "at least 30 and at most 10"),
    ],
)
def test_a_check_that_nothing_can_satisfy_is_refused(check: str, message: str) -> None:
    with pytest.raises(ScorecardError, match=message):
        card_with(check)


def test_who_is_hung_up_on_had_no_time_to_answer() -> None:
    then = (
        "{then: {after: {says: {who: customer, list: problem}}, within: 30s, says: {list: sorry}}}"
    )
    assert verdict(then, "A: Hello there\nC: It does not work") == "unscored"
    assert verdict(then, "A: Hello there\nC: It does not work\nA: And now") == "not_met"
    twice = "C: It does not work\nA: I am sorry\nC: It does not work"
    assert verdict(then, twice) == "met"
