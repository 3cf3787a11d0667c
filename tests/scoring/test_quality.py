"""``check_card``: what is vague about a card that is otherwise correct."""

from qa_pipeline.scoring import check_card, load_scorecard, parse_scorecard
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
