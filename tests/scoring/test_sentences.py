"""Standards as people say them, written as checks, on calls that keep and that break them."""
# ruff: noqa: E501 - a table of cases reads better with a case a line

import pytest

from qa_pipeline.scoring.reasons import Words, number_beside
from tests.scoring.cards import card_with, judged, verdict

ACKNOWLEDGED = """
then:
  after: {says: {who: customer, list: problem}}
  within: 30s
  every: true
  says: {who: agent, list: sorry}
  unless: {measure: {name: talk_s, role: customer, at_least: 10}}
"""
GOES_ON = "0:05 C: and then it stopped again and again and I tried it with the other box and with the cable and it did not help me one bit at all"

IDENTITY_FIRST = """
says:
  who: agent
  any: [your account number, 您的手机号]
  before: {says: {who: agent, any: [your balance is, 您的余额是]}}
"""
DETAILS_GIVEN = "{says: {who: agent, any: [your balance is, 您的余额是]}}"

TWO_OF_THREE = """
at_least: 2
of:
  - says: {first: 15s, any: [good morning, 您好]}
  - says: {first: 15s, any: ['{brand}']}
  - says: {first: 15s, any: [how can I help, 请问有什么可以帮您]}
"""

ANNOUNCED_HOLD = """
silence: {longer_than: 10s}
unless: {says: {who: agent, any: [please hold, 请稍等], before: silence, within: 10s}}
"""

NO_LOUDER = "measure: {name: loudness_dbfs, role: agent, last: 25%, than: {first: 25%}, at_most: 3}"

CASES = [
    # within 30 s after the customer states a problem the agent acknowledges it,
    # unless the customer goes on talking
    (ACKNOWLEDGED, "0:00 C: It does not work\n0:10 A: I am sorry\n1:00 A: Bye", None, "met"),
    (ACKNOWLEDGED, "0:00 C: It does not work\n0:10 A: Number\n1:00 A: I am sorry", None, "not_met"),
    (ACKNOWLEDGED, "0:00 C: It does not work\n1:00 A: Bye", None, "not_met"),
    (ACKNOWLEDGED, f"0:00 C: It does not work\n{GOES_ON}\n1:00 A: Number please", None, "met"),
    (ACKNOWLEDGED, f"0:00 C: It does not work\n{GOES_ON}\n1:00 A: So\n1:10 C: It does not work\n1:20 A: Number\n2:00 A: Bye", None, "not_met"),
    (ACKNOWLEDGED, f"0:00 C: It does not work\n{GOES_ON}\n1:00 A: So\n1:10 C: It does not work\n1:20 A: I am sorry\n2:00 A: Bye", None, "met"),
    (ACKNOWLEDGED, "0:00 C: 坏了\n0:10 A: 非常抱歉\n1:00 A: 再见", None, "met"),
    (ACKNOWLEDGED, "0:00 C: 坏了\n0:10 A: 号码\n1:00 A: 再见", None, "not_met"),
    # identity is checked before account details are given
    (IDENTITY_FIRST, "A: your account number\nC: four\nA: your balance is ten", DETAILS_GIVEN, "met"),
    (IDENTITY_FIRST, "A: your balance is ten\nA: your account number", DETAILS_GIVEN, "not_met"),
    (IDENTITY_FIRST, "A: your balance is ten\nA: your account number\nA: your balance is ten", DETAILS_GIVEN, "not_met"),
    (IDENTITY_FIRST, "A: your balance is ten", DETAILS_GIVEN, "not_met"),
    (IDENTITY_FIRST, "A: we open at nine", DETAILS_GIVEN, "not_applicable"),
    (IDENTITY_FIRST, "A: 请报您的手机号\nC: 幺三八\nA: 您的余额是十元", DETAILS_GIVEN, "met"),
    (IDENTITY_FIRST, "A: 您的余额是十元\nA: 请报您的手机号", DETAILS_GIVEN, "not_met"),
    # at least two of these three
    (TWO_OF_THREE, "A: Good morning, Bluebell Broadband", None, "met"),
    (TWO_OF_THREE, "A: Good morning, how can I help?", None, "met"),
    (TWO_OF_THREE, "A: Good morning, yes?", None, "not_met"),
    (TWO_OF_THREE, "0:00 A: Good morning\n0:20 A: Bluebell Broadband, how can I help?", None, "not_met"),
    (TWO_OF_THREE, "A: 您好,青藤宽带", None, "met"),
    (TWO_OF_THREE, "A: 您好,什么事", None, "not_met"),
    # no silence longer than 10 s except in an announced hold
    (ANNOUNCED_HOLD, "A: yes\n[silence 8s]\nA: so", None, "met"),
    (ANNOUNCED_HOLD, "A: yes\n[silence 18s]\nA: so", None, "not_met"),
    (ANNOUNCED_HOLD, "A: please hold\n[hold 28s]\nA: so", None, "met"),
    (ANNOUNCED_HOLD, "A: please hold\n[hold 28s]\nA: so\n[silence 11s]\nA: well", None, "not_met"),
    (ANNOUNCED_HOLD, "A: 请稍等\n[hold 28s]\nA: 好了", None, "met"),
    (ANNOUNCED_HOLD, "A: 嗯好\n[silence 28s]\nA: 好了", None, "not_met"),
    # the agent is no louder at the end than at the start
    (NO_LOUDER, "0:00 A (-25 dbfs): good morning to you\n1:00 A (-24 dbfs): good bye to you", None, "met"),
    (NO_LOUDER, "0:00 A (-25 dbfs): good morning to you\n1:00 A (-14 dbfs): good bye to you", None, "not_met"),
    (NO_LOUDER, "0:00 A (-14 dbfs): good morning to you\n1:00 A (-25 dbfs): good bye to you", None, "met"),
    (NO_LOUDER, "0:00 A (-25 dbfs): good morning to you\n0:01 C (-5 dbfs): NO I SAID NO\n1:00 A (-24 dbfs): good bye to you", None, "met"),
    (NO_LOUDER, "0:00 A: good morning to you\n1:00 A: good bye to you", None, "unscored"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "script", "when", "expected"), CASES)
def test_verdict(check: str, script: str, when: str | None, expected: str) -> None:
    criterion = {} if when is None else {"when": when}
    assert verdict(check, script, **criterion) == expected


def test_operators_compose_freely() -> None:
    check = """
    any:
      - count: {of: {says: {who: customer, list: problem, after: {says: {who: agent, any: [welcome]}}}}, at_most: 1}
      - all:
          - not: {tone: {who: agent, label: negative, at_least: 50%, last: 50%}}
          - at_least: 1
            of:
              - in_order: [{says: {list: sorry}}, {says: {any: [fixed]}}]
              - then: {after: {says: {any: [one moment]}}, within: 20s, says: {any: [thanks for waiting]}}
    window: {first: 100%}
    unless: {metadata: {field: queue, is: training, if_missing: false}}
    """
    twice = "A: welcome\nC: it does not work\nA: hm\nC: it does not work\n"
    assert verdict(check, "A: welcome\nC: it does not work\nA: hm") == "met"
    assert verdict(check, twice + "A: hm") == "not_met"
    assert verdict(check, twice + "A: I am sorry\nA: it is fixed") == "met"
    assert verdict(check, twice + "A: one moment\n[silence 9s]\nA: thanks for waiting") == "met"
    assert verdict(check, "[queue = training]\n" + twice + "A: hm") == "met"


def test_a_comparison_says_both_values_in_the_language_of_the_call() -> None:
    loud = "0:00 A (-25 dbfs): {}\n1:00 A (-14 dbfs): {}"
    english = judged(card_with(NO_LOUDER), loud.format("good morning to you", "good bye to you"))
    assert english.reason == (
        "Loudness in dBFS: -14 (the agent, in the last 25 % of the call) against -25 (the agent, "
        "in the first 25 % of the call), 11 more; asked for: at most 3."
    )
    assert [e.kind for e in english.evidence] == ["searched", "searched"]
    mandarin = judged(card_with(NO_LOUDER), loud.format("您好请问有什么事", "好的再见谢谢您"))
    assert mandarin.reason.startswith("音量（dBFS）：-14（坐席，后25%的通话中），对比-25")


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (
            "0:00 C: It does not work\n0:10 C: It does not work\n0:20 C: It does not work\n"
            "0:30 A: Number\n2:00 A: Bye",
            "No such words as “I am sorry” from the agent within 30 s after the moment 0:00; heard: "
            "“Number”. Likewise after 0:10, 0:20.",
        ),
        (
            "0:00 C: It does not work\n0:10 A: I am sorry\n1:00 C: It does not work\n1:10 A: Number",
            "No such words as “I am sorry” from the agent within 30 s after the moment 1:00; heard: "
            "“Number”.",
        ),
        (
            "0:00 C: 坏了\n0:10 C: 坏了\n0:12 A: 号码\n2:00 A: 再见",
            "0:00之后30秒内坐席没有说“非常抱歉”等用语；听到：“号码”。0:10之后亦然。",
        ),
    ],
)
def test_what_did_not_follow_is_said_once_with_every_moment(script: str, reason: str) -> None:
    found = judged(card_with(ACKNOWLEDGED), script)
    assert found.verdict == "not_met"
    assert found.reason == reason
    many = "\n".join(f"0:{5 * n:02d} C: It does not work" for n in range(8)) + "\n2:00 A: Bye"
    assert "and 2 more times." in judged(card_with(ACKNOWLEDGED), many).reason


@pytest.mark.parametrize(
    ("check", "script", "reason"),
    [
        (
            "{says: {any: [hello], after: {says: {any: [sorry there]}}}}",
            "A: Hi you",
            "No such words as “hello” from the agent with nothing to look from (No such words as "
            "“sorry there” from the agent in the whole call; heard: “Hi you”); heard: nothing.",
        ),
        (
            "{silence: {longer_than: 10s, at_most: 1}}",
            "A: One moment\n[silence 20s]\nA: Here I am",
            "Silence or hold longer than 10 s: 20.5 s at 0:00. Allowed: 1.",
        ),
        (
            "{says: {any: [hello], what: {zh: 问候}}}",
            "A: Good day",
            "No such words as “hello” from the agent in the whole call; heard: “Good day”.",
        ),
    ],
)
def test_a_reason_reads_well(check: str, script: str, reason: str) -> None:
    assert judged(card_with(check), script).reason == reason


def test_limits_that_are_one_number_are_one_number() -> None:
    assert Words("en").bounds(2, 2) == "2"
    assert Words("zh").bounds(2, 3, "秒") == "2至3秒"


@pytest.mark.parametrize(
    ("value", "limits", "shown"),
    [
        (210.04, (110, 210), "210.04"),
        (10.02, (10,), "10.02"),
        (210.0, (110, 210), "210"),
        (3.00001, (3,), "3.00001"),
        (-0.001, (1,), "0"),
    ],
)
def test_a_number_is_told_from_the_limit_beside_it(
    value: float, limits: tuple[float, ...], shown: str
) -> None:
    assert number_beside(value, *limits) == shown
