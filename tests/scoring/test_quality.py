"""``check_card``: what is vague about a card that is otherwise correct."""

from typing import Any

import pytest

from qa_pipeline.measures import DEFINITIONS
from qa_pipeline.scoring import check_card, load_scorecard, parse_scorecard
from qa_pipeline.scoring.measure_names import MEASURE_NAMES, roles_of
from tests.scoring.cards import card_with
from tests.scoring.truth import SAMPLES

VAGUE = """\
scorecard: vague
version: 1
pass_mark: 80
variables: {brand: Bluebell, unused: x}
lists:
  hello: {en: [hello], zh: [您好]}
  spare: [x]
sections:
  - id: s
    weight: 1
    criteria:
      - id: s.vague
        ask: Is friendly
        points: 1
        check: {any: [{says: {any: ["{brand}"]}}, {says: {list: hello, first: 5s}}]}
      - id: s.clear
        ask: {en: Greets, zh: 问候}
        because: {en: Welcome, zh: 欢迎}
        points: 1
        check: {says: {list: hello, first: 5s}}
        examples:
          met: ["A: hello", "A: 您好"]
          not_met: ["A: yes", "A: 喂"]
      - id: s.half
        ask: {en: Pace, zh: 语速}
        because: {en: Clear}
        points: 1
        check: {measure: {name: pace_wpm, role: agent, at_most: {en: 200}}}
        examples:
          met: ["[pace_wpm agent = 100]\\nA: hello"]
"""


def test_the_standard_card_has_nothing_to_report() -> None:
    assert check_card(load_scorecard(SAMPLES.parent / "scorecards" / "inbound-service.yaml")) == []


def test_everything_vague_is_reported() -> None:
    reports = check_card(parse_scorecard(VAGUE))
    assert not [r for r in reports if "s.clear" in r]
    assert [r.removeprefix("criterion s.vague: ")[:40] for r in reports if "s.vague" in r] == [
        "says not why it matters to the customer ",
        "has no window: when must it be said? (fi",
        "has no phrase to find in zh",
        "has no example of met in en",
        "has no example of met in zh",
        "has no example of not_met in en",
        "has no example of not_met in zh",
    ]
    assert [r for r in reports if "s.half" in r] == [
        "criterion s.half: its reason (because) is missing in zh",
        "criterion s.half: has no threshold in zh",
        "criterion s.half: has no example of met in zh",
        "criterion s.half: has no example of not_met in en",
        "criterion s.half: has no example of not_met in zh",
    ]
    assert reports[-2:] == [
        "list spare: nothing uses it",
        "variable unused: nothing uses it",
    ]


def _reports(check: str, **criterion: Any) -> list[str]:
    """What is reported of the only criterion, its missing words and examples aside."""
    reports = check_card(card_with(check, **criterion))
    usual = ("because", "has no example", "nothing uses it")
    found = [report for report in reports if not any(words in report for words in usual)]
    return [report.removeprefix("criterion only.one: ") for report in found]


@pytest.mark.parametrize(
    ("check", "report"),
    [
        (
            "{measure: {name: pace_wpm, at_most: 200}}",
            "pace_wpm is not taken of the call: give role: agent or customer",
        ),
        (
            "{not: {measure: {name: silence_pct, role: agent, first: 20%, at_least: 9}}}",
            "silence_pct is not taken of the agent: give role: call",
        ),
        (
            "{measure: {name: talk_s, role: agent, than: {role: call}, at_most: 2}}",
            "talk_s is not taken of the call: give role: agent or customer",
        ),
        (
            "{measure: {name: {en: pace_wpm, zh: silence_pct}, role: agent, at_most: 2}}",
            "silence_pct is not taken of the agent: give role: call",
        ),
    ],
)
def test_a_measure_that_nobody_takes_of_that_speaker_is_reported(check: str, report: str) -> None:
    assert _reports(check) == [report]


def test_measures_are_reported_by_their_definitions() -> None:
    assert {name: set(roles_of(name)) for name in MEASURE_NAMES} == {
        definition.name: set(definition.roles) for definition in DEFINITIONS
    }


def test_a_share_that_reads_as_a_fraction_is_reported() -> None:
    half = "is 0.5 per cent; where 50 per cent is meant, write 50%"
    check = "{tone: {who: agent, at_most: 0.5}}"
    assert _reports(check) == [f"at_most: 0.5 {half}"]
    spoken = "{never_says: {any: [bother]}}"
    assert _reports(spoken, partly=check, partly_share=0.5) == [
        f"partly_share: 0.5 {half}",
        f"at_most: 0.5 {half}",
    ]


def test_phrases_that_run_together_are_reported() -> None:
    text = VAGUE.replace("zh: [您好]", "zh: [您好，早上好]")
    reports = check_card(parse_scorecard(text))
    assert (
        "list hello: '您好，早上好' is one phrase; if several are meant, write ', ' between them, "
        "if one is, leave the comma out" in reports
    )


def test_a_conversation_that_cannot_be_read_is_reported() -> None:
    text = VAGUE.replace('"A: yes", "A: 喂"', '"Agent: yes", "A: 喂"')
    text += 'tests: [{name: odd, conversation: "A: hello\\n[pace = 2]", expect: {s.clear: met}}]\n'
    reports = check_card(parse_scorecard(text))
    assert [r for r in reports if "cannot read" in r or "unknown" in r] == [
        "test 'odd': unknown fact or measure 'pace', did you mean 'pace_wpm'?",
        "test 'example s.clear not_met 1': cannot read line 'Agent: yes'; a line is 'A: ...', "
        "'C: ...' or '[...]'",
    ]
