"""What a criterion asks is told from what it is worth, called, and shown by."""

import pytest

from qa_pipeline.scoring import Judge, parse_scorecard
from qa_pipeline.scoring.fingerprints import what_it_does

CARD = """
scorecard: small
version: 1
pass_mark: 50
variables: {brand: {en: Bluebell, zh: 青藤}, other: {en: Foxglove}}
lists:
  hello: {en: ["hello from {brand}"], zh: ["{brand}您好"]}
  bye: {en: [goodbye]}
sections:
  - id: one
    weight: 1
    criteria:
      - {id: a, ask: Greets, points: 5, check: {says: {who: agent, list: hello}}}
      - id: b
        ask: Says goodbye
        points: 5
        check: {says: {who: agent, list: bye}}
        unless: {metadata: {field: hung_up_by, is: customer}}
      - {id: c, ask: Is clear, points: 5, check: {question: {ask: "Is the agent clear?"}}}
      - {id: d, ask: Sounds warm, points: 5, manual: true}
"""


def _asked(text: str) -> dict[str, str]:
    return Judge(parse_scorecard(text)).fingerprints


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("points: 5", "points: 9", set()),
        ("ask: Greets", "ask: Says hello", set()),
        ("ask: Greets", "critical: card, ask: Greets", set()),
        ("pass_mark: 50", "pass_mark: 90", set()),
        ("Foxglove", "Larkspur", set()),
        ("Bluebell", "Larkspur", {"a"}),
        ("[goodbye]", "[goodbye, farewell]", {"b"}),
        ("is: customer", "is: agent", {"b"}),
        ("who: agent, list: hello", "who: any, list: hello", {"a"}),
        ("who: agent, list: bye", "who: agent, last: 20s, list: bye", {"b"}),
        ("manual: true", "check: {says: {any: [warm]}}", {"d"}),
    ],
)
def test_a_change_shows_where_it_asks_something_else(
    before: str, after: str, changed: set[str]
) -> None:
    one, two = _asked(CARD), _asked(CARD.replace(before, after))
    assert {name for name in two if one.get(name) != two[name]} == changed


def test_what_a_language_model_is_asked_never_stands() -> None:
    assert set(_asked(CARD)) == {"a", "b", "d"}


def test_an_id_is_not_what_is_asked() -> None:
    assert _asked(CARD.replace("id: a", "id: z"))["z"] == _asked(CARD)["a"]


CODE = """
\"\"\"What it is for.\"\"\"
LIMIT = 3  # seconds
\"\"\"How long.\"\"\"

class Rule:
    \"\"\"A rule.\"\"\"

    def holds(self, said):
        \"\"\"Tell.\"\"\"
        if said:
            # at once
            return len(said) > LIMIT
        return said in {"a", "b"}
"""


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ("What it is for", "What else it is for", True),
        ("# seconds", "# minutes", True),
        ("How long.", "How long at most.", True),
        ("A rule.", "The rule.", True),
        ("Tell.", "Tell whether it holds.", True),
        ("# at once", "# at once,\n            # and not later", True),
        ("len(said) > LIMIT", "(len(said)\n                > LIMIT)", True),
        ("LIMIT = 3", "LIMIT = 4", False),
        ("> LIMIT", ">= LIMIT", False),
        ('{"a", "b"}', '{"a", "c"}', False),
        ("def holds(self, said)", "def holds(self, said=None)", False),
        ("return said in", "return said not in", False),
    ],
)
def test_code_is_the_same_where_only_its_explanation_changed(
    before: str, after: str, same: bool
) -> None:
    assert CODE.count(before) == 1
    assert (what_it_does(CODE.replace(before, after)) == what_it_does(CODE)) is same
