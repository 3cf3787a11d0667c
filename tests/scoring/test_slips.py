"""Cards broken as people break them: what to write instead is said where it was mistyped."""
# ruff: noqa: E501 - a table of cases reads better with a case a line

from collections.abc import Callable

import pytest

from qa_pipeline.errors import ScorecardError
from qa_pipeline.scoring import parse_scorecard
from tests.scoring.test_loading import GOOD

ASK = "ask: {en: Greets, zh: 问候}"
SAYS = "says: {who: agent, first: 15s, list: hello}"

SLIPS = [
    ("    weight: 100", "\tweight: 100", "9:1: not valid YAML: a tab: indent with spaces"),
    ("      - id: greeting.hello", "\t- id: greeting.hello", "11:1: not valid YAML: a tab"),
    ("version: 1", "version:\t1", "2:8: not valid YAML: a tab: write a space"),
    ("        points: 5", "\u3000\u3000points: 5", "13:1: not valid YAML: a space that is no plain"),
    ("        points: 5", "\u00a0       points: 5", "13:1: not valid YAML: a space that is no plain"),
    ("scorecard: small", "scorecard：small", "1:10: not valid YAML: ： is no colon"),
    ("        points: 5", "        points：5", "13:15: not valid YAML: ： is no colon"),
    ("      - id: greeting.hello", "      - id：greeting.hello", "11:11: not valid YAML: ： is no"),
    ("who: agent, first: 15s", "who：agent, first: 15s", "15:18: criterion greeting.hello: unknown key 'who：agent', did you mean 'who'? (behind a key stand a plain colon and a space)"),
    ("who: agent, first", "who:agent, first", "unknown key 'who:agent', did you mean 'who'? (behind a key stand a plain colon and a space)"),
    ("agent, first: 15s", "agent， first: 15s", "15:28: not valid YAML: ， separates nothing"),
    (ASK, "ask: {en: Greets， zh: 问候}", "12:25: not valid YAML: ， separates nothing"),
    (ASK, "ask: {zh: 问候, en: “Greets”, of: x}", "12:37: criterion greeting.hello: unknown key 'of'"),
    ("[您好]", "[“{brand}”]", "6:40: not valid YAML: “ ” ‘ ’ are no quotation marks"),
    ("        points: 5", "        points:5", "13:15: not valid YAML: no space behind the colon"),
    ("      - id: greeting.hello", "      -id: greeting.hello", "not valid YAML: no space behind the dash"),
    ("      - id: greeting.hello", "      – id: greeting.hello", "11:7: not valid YAML: a dash that is no plain one"),
    ("[您好]", "[%sorry]", "6:40: not valid YAML: text that begins with % @ or ` needs quotes"),
    (ASK, "ask: {en: @Greets}", "12:19: not valid YAML: text that begins with % @ or ` needs quotes"),
    (ASK, "ask: Greeting: hello", "12:22: not valid YAML: text with a colon in it needs quotes"),
    (ASK, "ask: {en: Greeting: hello}", "12:27: not valid YAML: text with a colon in it needs quotes"),
    ("list: hello}", "list: hello", "the bracket opened at 15:17"),
    ("        points: 5", "          points: 5", "13:11: not valid YAML: "),
    ("        points: 5", "       points: 5", "is the line indented as those that it belongs to?"),
    ("list: hello", "list: *hello", "15:48: not valid YAML: found undefined alias 'hello'"),
    ("[您好]", "[2026-11-23]", "6:40: lists hello: expected text, found 2026-11-23 (YAML reads it as something else than text: put it in quotes)"),
    ("version: 1", "version: 2026-11-23", "2:10: version: expected a whole number, found 2026-11-23"),
    ("[您好]", "[10:30]", "expected text, found 630 (YAML reads it as something else than text: put it in quotes)"),
    ("pass_mark: 80", "pass_mark: 80％", "3:12: pass_mark: expected a number, found '80％' (without ％)"),
    ("points: 5", "Points: 5", "13:9: criterion greeting.hello: unknown key 'Points', did you mean 'points'?"),
    ("en: [hello", "EN: [hello", "6:11: lists hello: unknown key 'EN', did you mean 'en'?"),
    ("who: agent", "who: Agent", "who: unknown word 'Agent', did you mean 'agent'?"),
    ("    criteria:\n", "    criteria: []\n    other:\n", "criteria: expected at least one, found none"),
    ("[您好]", "【您好】", "6:39: lists hello: zh: expected a list such as [one, another], found '【您好】'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), SLIPS)
def test_a_slip_is_named_where_it_is(old: str, new: str, message: str) -> None:
    assert old in GOOD
    assert message in _refused(GOOD.replace(old, new, 1))


def _refused(text: str) -> str:
    with pytest.raises(ScorecardError) as caught:
        parse_scorecard(text, "card.yaml")
    lines = str(caught.value).splitlines()
    assert all(line.startswith("card.yaml:") for line in lines)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("break_it", "messages"),
    [
        (
            lambda text: text.replace("lists:\n", "lists:\n  hello: {en: [hi], zh: [早]}\n"),
            ["7:3: key 'hello' stands here for the second time"],
        ),
        (
            # the dash before the second criterion is gone: it runs into the first
            lambda text: text.replace("      - id: greeting.pace", "        id: greeting.pace"),
            [
                "16:9: key 'id' stands here for the second time (is a '- ' missing before it?)",
                "17:9: key 'ask' stands here for the second time",
                "18:9: key 'points' stands here for the second time",
                "19:9: key 'check' stands here for the second time",
                "23:30: test 'good': unknown criterion 'greeting.hello', did you mean "
                "'greeting.pace'?",
            ],
        ),
    ],
)
def test_a_key_that_stands_twice_is_named_without_what_is_in_it(
    break_it: Callable[[str], str], messages: list[str]
) -> None:
    assert _refused(break_it(GOOD)).splitlines() == [f"card.yaml:{line}" for line in messages]


def test_two_tests_of_one_name_are_named_both() -> None:
    again = '  - name: good\n    conversation: "A: hm"\n    expect: {greeting.hello: not_met}\n'
    assert _refused(GOOD + again).splitlines() == [
        "card.yaml:21:11: test 'good': test name 'good' is used twice",
        "card.yaml:24:11: test 'good': test name 'good' is used twice",
    ]


def test_a_long_line_that_is_no_yaml_is_refused_soon() -> None:
    _refused("scorecard: x\nlists: " + "[" * 400_000 + "：")
