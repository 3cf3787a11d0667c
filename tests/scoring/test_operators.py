"""Every operator, window, exception and applicability on written conversations."""
# ruff: noqa: E501 - a table of cases reads better with a case a line

import pytest

from tests.scoring.cards import card_with, judged, verdict

SORRY = "{says: {who: agent, list: sorry}}"

CASES = [
    # says: who, first, last
    ("{says: {who: agent, any: [good morning]}}", "A: Good morning", "met"),
    ("{says: {who: customer, any: [good morning]}}", "A: Good morning\nC: Yes", "not_met"),
    ("{says: {who: any, any: [good morning]}}", "A: Hello\nC: Good morning", "met"),
    ("{says: {first: 5s, any: [good morning]}}", "0:02 A: Hello\n0:09 A: Good morning", "not_met"),
    ("{says: {first: 8s, any: [good morning]}}", "0:02 A: Hello\n0:09 A: Good morning", "met"),
    ("{says: {first: 20%, any: [blue]}}", "0:00 A: red\n0:50 A: blue\n1:40 A: end", "not_met"),
    ("{says: {first: 60%, any: [blue]}}", "0:00 A: red\n0:50 A: blue\n1:40 A: end", "met"),
    ("{says: {last: 30s, any: [blue]}}", "0:00 A: blue\n0:50 A: end", "not_met"),
    ("{says: {last: 60s, any: [blue]}}", "0:00 A: blue\n0:50 A: end", "met"),
    ("{says: {any: [blue], min: 2}}", "A: blue and blue", "met"),
    ("{says: {any: [blue], min: 2}}", "A: blue and red", "not_met"),
    ("{says: {any: ['{brand}']}}", "A: this is Bluebell Broadband", "met"),
    ("{says: {any: ['{brand}']}}", "A: 这里是青藤宽带", "met"),
    ("{says: {any: [blue], except: [deep blue]}}", "A: a deep blue sea", "not_met"),
    ("{says: {any: [blue], except: [deep blue]}}", "A: a deep blue sea, a blue sky", "met"),
    ("{says: {regex: 'order \\w+ten'}}", "A: your order eighteen", "not_met"),
    ("{says: {regex: 'order \\w+teen'}}", "A: your Order eighteen", "met"),
    ("{says: {regex: {zh: '工号.{3,4}'}}}", "A: 您好,工号一零二四", "met"),
    # what was redacted is no word
    ("{says: {any: [your account]}}", "A: is that your [account] then", "not_met"),
    ("{says: {any: [account]}}", "A: [account]", "not_met"),
    ("{says: {any: [您的账号]}}", "A: 您的[账号]对吗", "not_met"),
    ("{says: {any: [您的账号]}}", "A: 您的账号是[账号]吗", "met"),
    ("{says: {any: [是对]}}", "A: 最后四位是[卡号]对", "not_met"),
    ("{never_says: {any: [卡号]}}", "A: [卡号]", "met"),
    ("{says: {regex: '\\[phone\\]'}}", "A: it is [phone] is it", "met"),
    # anchors
    ("{says: {any: [blue], after: {says: {any: [red]}}}}", "A: red\nA: blue", "met"),
    ("{says: {any: [blue], after: {says: {any: [red]}}}}", "A: blue\nA: red", "not_met"),
    ("{says: {any: [blue], before: {says: {any: [red]}}}}", "A: blue\nA: red", "met"),
    ("{says: {any: [blue], before: {says: {any: [red]}}}}", "A: red\nA: blue\nA: red", "not_met"),
    ("{says: {any: [blue], before: {says: {any: [red]}}}}", "A: blue", "not_met"),
    (
        "{says: {any: [blue], after: {says: {who: customer, any: [red]}}, within: 10s}}",
        "0:00 C: red\n0:20 A: blue",
        "not_met",
    ),
    (
        "{says: {any: [blue], after: {says: {who: customer, any: [red]}}, within: 30s}}",
        "0:00 C: red\n0:20 A: blue",
        "met",
    ),
    (
        "{says: {any: [blue], around: {says: {any: [red]}}, within: 5s}}",
        "0:00 A: blue\n0:03 A: red",
        "met",
    ),
    (
        "{says: {any: [blue], around: {says: {any: [red]}}, within: 5s}}",
        "0:00 A: blue\n0:30 A: red",
        "not_met",
    ),
    # never_says
    ("{never_says: {any: [shut up]}}", "A: Of course", "met"),
    ("{never_says: {any: [shut up]}}", "A: Oh shut up", "not_met"),
    ("{never_says: {any: [shut up], last: 10s}}", "0:00 A: Oh shut up\n0:40 A: Fine", "met"),
    ("{never_says: {any: [shut up]}, unless: {says: {any: [joke]}}}", "A: shut up\nA: joke", "met"),
    # then
    (
        f"{{then: {{after: {{says: {{who: customer, list: problem}}}}, within: 30s, {SORRY[1:-1]}}}}}",
        "0:00 C: It does not work\n0:10 A: I am sorry",
        "met",
    ),
    (
        f"{{then: {{after: {{says: {{who: customer, list: problem}}}}, within: 5s, {SORRY[1:-1]}}}}}",
        "0:00 C: It does not work\n0:20 A: I am sorry",
        "not_met",
    ),
    (
        f"{{then: {{after: {{says: {{who: customer, list: problem}}}}, within: 9s, every: true, "
        f"{SORRY[1:-1]}}}}}",
        "0:00 C: It does not work\n0:05 A: I am sorry\n0:40 C: It does not work\n0:50 A: Hm",
        "not_met",
    ),
    (
        f"{{then: {{after: {{says: {{who: customer, list: problem}}}}, within: 9s, {SORRY[1:-1]}}}}}",
        "0:00 C: It does not work\n0:05 A: I am sorry\n0:40 C: It does not work\n0:50 A: Hm",
        "met",
    ),
    # in_order
    ("{in_order: [{says: {any: [red]}}, {says: {any: [blue]}}]}", "A: red\nA: blue", "met"),
    ("{in_order: [{says: {any: [red]}}, {says: {any: [blue]}}]}", "A: blue\nA: red", "not_met"),
    # measure
    ("{measure: {name: interruptions, role: agent, at_most: 1}}", "[interruptions agent = 1]\nA: a", "met"),
    ("{measure: {name: interruptions, role: agent, at_most: 1}}", "[interruptions agent = 2]\nA: a", "not_met"),
    ("{measure: {name: silence_pct, at_least: 5}}", "[silence_pct = 4]\nA: a", "not_met"),
    ("{measure: {name: silence_pct, between: [5, 9]}}", "[silence_pct = 7]\nA: a", "met"),
    ("{measure: {name: hold_s, at_most: 7}}", "A: a", "unscored"),
    (
        "{measure: {name: {en: pace_wpm, zh: pace_cpm}, role: agent, at_most: {en: 200, zh: 300}}}",
        "[pace_cpm agent = 280]\nA: 好",
        "met",
    ),
    ("{measure: {name: pace_wpm, role: agent, at_most: {en: 200}}}", "A: 好", "unscored"),
    (
        "{all: [{measure: {name: snr_db, at_least: 9}}], window: {first: 10%}}",
        "[snr_db = 17]\nA: hello there my good friend",
        "unscored",
    ),
    # tone
    ("{tone: {who: agent, label: negative, at_most: 10%}}", "A: fine\nA: good", "met"),
    ("{tone: {who: agent, label: negative, at_most: 10%}}", "A: fine\nA (negative): bad", "not_met"),
    ("{tone: {who: customer, label: positive, at_least: 50%}}", "C (positive): good\nC: ok", "met"),
    ("{tone: {who: agent, label: negative, at_most: 0%, last: 5s}}", "0:00 A (negative): bad\n0:30 A: ok", "met"),
    # silence
    ("{silence: {longer_than: 10s}}", "A: a\n[silence 8s]\nA: b", "met"),
    ("{silence: {longer_than: 10s}}", "A: a\n[silence 12s]\nA: b", "not_met"),
    ("{silence: {longer_than: 10s, at_most: 1}}", "A: a\n[silence 12s]\nA: b", "met"),
    ("{silence: {longer_than: 10s, kind: hold}}", "A: a\n[silence 12s]\nA: b", "met"),
    ("{silence: {longer_than: 10s, kind: hold}}", "A: a\n[hold 12s]\nA: b", "not_met"),
    (
        "{silence: {longer_than: 10s}, unless: {says: {any: [please wait], before: silence, within: 10s}}}",
        "A: please wait\n[silence 12s]\nA: b",
        "met",
    ),
    (
        "{silence: {longer_than: 10s}, unless: {says: {any: [please wait], before: silence, within: 10s}}}",
        "A: please wait\n[silence 12s]\nA: b\n[silence 12s]\nA: so",
        "not_met",
    ),
    # metadata
    ("{metadata: {field: direction, is: inbound}}", "[direction = inbound]\nA: a", "met"),
    ("{metadata: {field: direction, is: inbound}}", "[direction = outbound]\nA: a", "not_met"),
    ("{metadata: {field: direction, is_not: outbound}}", "[direction = inbound]\nA: a", "met"),
    ("{metadata: {field: queue, one_of: [sales, support]}}", "[queue = support]\nA: a", "met"),
    ("{metadata: {field: answer_delay_s, at_most: 10}}", "[answer_delay_s = 11]\nA: a", "not_met"),
    ("{metadata: {field: answer_delay_s, at_least: 10}}", "[answer_delay_s = 11]\nA: a", "met"),
    ("{metadata: {field: answer_delay_s, at_most: 10}}", "A: a", "unscored"),
    ("{metadata: {field: direction, is: inbound, if_missing: true}}", "A: a", "met"),
    # count, all, any, not, at_least
    ("{count: {of: {says: {any: [blue]}}, at_least: 2, at_most: 3}}", "A: blue blue", "met"),
    ("{count: {of: {says: {any: [blue]}}, at_most: 1}}", "A: blue blue", "not_met"),
    ("{all: [{says: {any: [red]}}, {says: {any: [blue]}}]}", "A: red blue", "met"),
    ("{all: [{says: {any: [red]}}, {says: {any: [blue]}}]}", "A: red", "not_met"),
    ("{any: [{says: {any: [red]}}, {says: {any: [blue]}}]}", "A: blue", "met"),
    ("{any: [{says: {any: [red]}}, {says: {any: [blue]}}]}", "A: green", "not_met"),
    ("{not: {says: {any: [red]}}}", "A: green", "met"),
    ("{not: {says: {any: [red]}}}", "A: red", "not_met"),
    (
        "{at_least: 2, of: [{says: {any: [red]}}, {says: {any: [blue]}}, {says: {any: [pink]}}]}",
        "A: red blue",
        "met",
    ),
    (
        "{at_least: 2, of: [{says: {any: [red]}}, {says: {any: [blue]}}, {says: {any: [pink]}}]}",
        "A: pink",
        "not_met",
    ),
    # three-valued: what cannot be told decides nothing, and hinders nothing already decided
    ("{any: [{says: {any: [red]}}, {measure: {name: hold_s, at_most: 1}}]}", "A: red", "met"),
    ("{any: [{says: {any: [red]}}, {measure: {name: hold_s, at_most: 1}}]}", "A: x", "unscored"),
    ("{all: [{says: {any: [red]}}, {measure: {name: hold_s, at_most: 1}}]}", "A: x", "not_met"),
    ("{all: [{says: {any: [red]}}, {measure: {name: hold_s, at_most: 1}}]}", "A: red", "unscored"),
    ("{not: {measure: {name: hold_s, at_most: 1}}}", "A: red", "unscored"),
    # a window on a composite narrows everything in it
    ("{any: [{says: {any: [blue]}}], window: {first: 5s}}", "0:00 A: a\n0:09 A: blue", "not_met"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "script", "expected"), CASES)
def test_verdict(check: str, script: str, expected: str) -> None:
    assert verdict(check, script) == expected


def test_every_judgement_has_evidence_of_the_right_kind() -> None:
    for check, script, expected in CASES:
        result = judged(card_with(check), script)
        if expected in ("met", "not_met"):
            assert result.evidence, check
        if expected == "unscored":
            assert result.reason
            assert result.points_possible == 0
        for item in result.evidence:
            assert not (expected == "met" and item.kind == "violates"), check


def test_when_decides_applicability() -> None:
    when = "{says: {who: customer, list: problem}}"
    assert verdict(SORRY, "C: It does not work\nA: I am sorry", when=when) == "met"
    assert verdict(SORRY, "C: It does not work\nA: Well", when=when) == "not_met"
    assert verdict(SORRY, "C: All good\nA: Well", when=when) == "not_applicable"
    missing = "{metadata: {field: queue, is: sales}}"
    assert verdict(SORRY, "A: Well", when=missing) == "unscored"


def test_partly_met_earns_its_share() -> None:
    check = "{says: {any: [please], min: 2}}"
    part = "{says: {any: [please]}}"
    half = judged(card_with(check, partly=part), "A: please")
    assert (half.verdict, str(half.points_earned)) == ("partly_met", "5.0")
    again = judged(card_with(check, points="10.0", partly=part), "A: please")
    assert str(again.points_earned) == "5.00"
    half = judged(card_with(check, partly=part), "A: please")
    assert str(half.points_earned) == "5.0"  # as before, whatever was judged in between
    third = judged(card_with(check, partly=part, partly_share=30), "A: please")
    assert (third.points_earned, third.points_possible) == (3, 10)
    assert judged(card_with(check, partly=part), "A: no").verdict == "not_met"


def test_exception_of_the_criterion() -> None:
    unless = "{says: {any: [one moment], before: silence, within: 10s}}"
    check = "{silence: {longer_than: 10s}}"
    excused = judged(card_with(check, unless=unless), "A: one moment\n[silence 20s]\nA: so")
    assert excused.verdict == "met"
    assert [e.quote for e in excused.evidence] == ["one moment"]


def test_missing_words_carry_the_window_and_what_was_heard_instead() -> None:
    result = judged(card_with("{says: {any: [good morning], first: 5s}}"), "0:03 A: Yes what is it")
    assert result.verdict == "not_met"
    assert [(e.kind, e.start_s, e.end_s, e.quote) for e in result.evidence] == [
        ("searched", 3.0, 4.6, None)
    ]
    assert "Yes what is it" in result.reason
    assert "first 5 s" in result.reason
    late = judged(
        card_with("{says: {any: [good morning], first: 5s}}"), "0:03 A: Yes\n0:30 A: good morning"
    )
    assert [(e.start_s, e.end_s) for e in late.evidence] == [(3.0, 8.0)]


def test_quotes_have_the_times_of_their_words() -> None:
    result = judged(card_with("{says: {any: [good morning]}}"), "0:10 A: Well, good morning, sir")
    (item,) = result.evidence
    assert (item.quote, item.start_s, item.end_s) == ("good morning", 10.4, 11.2)


def test_a_silence_is_proved_by_its_seconds() -> None:
    result = judged(card_with("{silence: {longer_than: 10s}}"), "A: a\n[silence 12s]\nA: b")
    (item,) = result.evidence
    assert (item.kind, item.quote, item.end_s - item.start_s) == ("violates", None, 12.5)


def test_reason_is_in_the_language_of_the_call() -> None:
    check = "{says: {any: {en: [good morning], zh: [早上好]}}}"
    assert judged(card_with(check), "A: Yes").reason.startswith("No such words")
    assert "没有说" in judged(card_with(check), "A: 什么事").reason


def test_agent_name_comes_from_the_metadata() -> None:
    check = "{says: {any: ['{agent_name}']}}"
    assert verdict(check, "[agent_name = Maya]\nA: It is Maya here") == "met"
    assert verdict(check, "[agent_name = Tom]\nA: It is Maya here") == "not_met"
    assert verdict(check, "[agent_name = 工号1024]\nA: 工号一零二四为您服务") == "met"
    assert verdict(check, "A: It is Maya here") == "not_met"
