"""Measures of a part of a call: over the whole they are what the measures stage says."""
# ruff: noqa: E501 - a table of cases reads better with a case a line

import pytest

from qa_pipeline.scoring.call import Call
from qa_pipeline.scoring.measure_names import MEASURED_IN_WINDOWS
from qa_pipeline.scoring.windowed import value_in
from qa_pipeline.scoring.windows import Interval
from tests.scoring.cards import verdict
from tests.scoring.truth import read_truth, truth_files

FROM_TURNS = [
    name
    for name in MEASURED_IN_WINDOWS
    if name not in ("loudness_dbfs", "pitch_st", "negative_tone_pct", "positive_tone_pct")
]


def test_over_the_whole_call_they_are_those_of_the_measures_stage() -> None:
    compared = 0
    for path in truth_files()[:8]:
        truth = read_truth(path)
        call = Call(truth.conversation, truth.measures, truth.metadata)
        spans = (Interval(0.0, truth.conversation.duration_s + 1),)
        turns = truth.conversation.turns
        for item in truth.measures.values:
            if item.name not in FROM_TURNS:
                continue
            inside = spans
            if item.name == "silence_pct":  # a share of the time from the first to the last turn
                ends = (min(t.start_s for t in turns), max(t.end_s for t in turns))
                inside = (Interval(*ends),)
            found = value_in(item.name, item.role, call, truth.measures, inside)
            assert found == pytest.approx(item.value, abs=0.002), (path.name, item)
            compared += 1
    assert compared > 50


def test_two_halves_make_a_whole() -> None:
    truth = read_truth(truth_files()[0])
    call = Call(truth.conversation, truth.measures, truth.metadata)
    middle, end = truth.conversation.duration_s / 2, truth.conversation.duration_s + 1
    parts = [(Interval(0.0, middle),), (Interval(middle, end),), (Interval(0.0, end),)]
    for name in ("talk_s", "interruptions", "hold_s"):
        role = "call" if name == "hold_s" else "agent"
        values = [value_in(name, role, call, truth.measures, spans) for spans in parts]
        first, second, whole = (value or 0.0 for value in values)
        assert first + second == pytest.approx(whole, abs=0.002)


CASES = [
    ("{name: talk_share_pct, role: agent, first: 10s, at_most: 50}", "0:00 A: a b c d e\n0:20 C: f g", "not_met"),
    ("{name: talk_share_pct, role: agent, last: 5s, at_most: 50}", "0:00 A: a b c d e\n0:20 C: f g", "met"),
    ("{name: longest_silence_s, first: 10s, at_most: 5}", "0:00 A: a\n0:08 C: b\n[silence 9s]\nA: c", "met"),
    ("{name: hold_count, last: 15s, at_least: 1}", "0:00 A: a\n0:08 C: b\n[hold 9s]\nA: c", "met"),
    ("{name: hold_s, first: 5s, at_most: 0}", "0:00 A: a\n0:08 C: b\n[hold 9s]\nA: c", "met"),
    ("{name: negative_tone_pct, role: agent, last: 5s, at_most: 0}", "0:00 A (negative): a\n0:30 A: c", "met"),
    ("{name: negative_tone_pct, role: agent, first: 5s, at_most: 0}", "0:00 A (negative): a\n0:30 A: c", "not_met"),
    ("{name: pace_wpm, role: agent, first: 20s, between: [149, 151]}", "0:00 A: a b c d e f g h i j\n1:00 A: k", "met"),
    ("{name: pace_wpm, role: agent, last: 5s, at_most: 999}", "0:00 A: a b c d e f g h i j\n1:00 A: k", "unscored"),
    ("{name: pace_cpm, role: agent, first: 20s, between: [239, 241]}", "0:00 A: 一二三四五六七八九十一二三四\n1:00 A: 好", "met"),
    ("{name: pace_cpm, role: agent, first: 20s, between: [246, 247]}", "0:00 A: 一二三四五六七八九十一二三24\n1:00 A: 好", "met"),
    ("{name: pace_cpm, role: agent, first: 20s, between: [239, 241]}", "0:00 A: 一二三四五六七八九十一二三 WiFi\n1:00 A: 好", "met"),
    ("{name: pitch_st, role: agent, last: 50%, than: {first: 50%}, at_most: 2}", "0:00 A (1 st): a b c d\n0:20 A (4 st): e f g h", "not_met"),
    ("{name: talk_s, role: agent, than: {role: customer, by: percent}, at_most: 50}", "[talk_s agent = 12]\n[talk_s customer = 10]\nA: a", "met"),
    ("{name: talk_s, role: agent, than: {role: customer, by: percent}, at_most: 10}", "[talk_s agent = 12]\n[talk_s customer = 10]\nA: a", "not_met"),
    ("{name: talk_s, role: agent, than: {role: customer, by: percent}, at_most: 10}", "[talk_s agent = 12]\n[talk_s customer = 0]\nA: a", "unscored"),
    ("{name: talk_s, role: agent, after: {says: {any: [red]}}, at_most: 1}", "A: blue", "unscored"),
    ("{name: talk_s, role: customer, after: {says: {any: [red]}}, at_most: 1}", "A: red\nC: a b c d e", "not_met"),
]  # fmt: skip


@pytest.mark.parametrize(("measure", "script", "expected"), CASES)
def test_verdict(measure: str, script: str, expected: str) -> None:
    assert verdict(f"{{measure: {measure}}}", script) == expected
