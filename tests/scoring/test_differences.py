"""``scorecards diff`` says every change, and of each whether a score may change by it."""

import pytest

from qa_pipeline.scoring import parse_scorecard
from qa_pipeline.scoring.differences import differences

CARD = """\
scorecard: small
version: 1
pass_mark: 70
variables: {brand: {en: Bluebell, zh: 青藤}, spare: [x]}
lists:
  farewells: {en: [goodbye, see you], zh: [再见]}
  unused: [foo bar, "{spare}"]
sections:
  - id: closure
    weight: 40
    criteria:
      - id: closure.farewell
        ask: Says goodbye
        points: 5
        check: {says: {who: agent, last: 20s, list: farewells, what: goodbye}}
      - id: closure.pace
        ask: Pace
        points: 5
        check: {measure: {name: pace_wpm, role: agent, between: [110, 210]}}
      - id: closure.all
        ask: All
        points: 5
        check:
          all:
            - says: {who: agent, any: [hello]}
            - says: {who: agent, any: [brand x]}
      - {id: closure.sits, ask: Sits upright, points: 2, manual: true}
      - {id: closure.dress, ask: Dressed as agreed, points: 2, manual: true}
  - id: other
    weight: 60
    criteria:
      - {id: other.a, ask: Q a, points: 1, check: {says: {who: agent, any: ["{brand}"]}}}
"""
SITS = "      - {id: closure.sits, ask: Sits upright, points: 2, manual: true}\n"
DRESS = "      - {id: closure.dress, ask: Dressed as agreed, points: 2, manual: true}\n"
FIRST = "            - says: {who: agent, any: [hello]}\n"
SECOND = "            - says: {who: agent, any: [brand x]}\n"


def told(before: str, after: str) -> list[tuple[bool, str]]:
    """Return whether scores may change, and what is told, when this becomes that in the card."""
    assert CARD.count(before) == 1
    one, two = parse_scorecard(CARD), parse_scorecard(CARD.replace(before, after))
    assert one.content_hash != two.content_hash
    return [(item.affects_scores, item.text) for item in differences(one, two)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (SITS + DRESS, DRESS + SITS, [(False, "section closure: criteria in another order")]),
        (
            "[goodbye, see you]",
            "[goodbye, see you, goodbye]",
            [(True, "list farewells › en: added “goodbye” (used by closure.farewell)")],
        ),
        (
            "[goodbye, see you]",
            "[see you, goodbye]",
            [(True, "list farewells › en: in another order (used by closure.farewell)")],
        ),
        (
            "what: goodbye",
            "what: farewell",
            [(False, "closure.farewell: check › says › name in reasons: goodbye → farewell")],
        ),
        (
            "name: pace_wpm",
            "name: pace_cpm",
            [(True, "closure.pace: check › measure › name: pace_wpm → pace_cpm")],
        ),
        ("[foo bar,", "[foo bar, baz,", [(False, "list unused: added “baz”")]),
        (
            "[x]",
            "[y]",
            [(False, "variable spare: added “y”"), (False, "variable spare: removed “x”")],
        ),
        (
            "zh: 青藤",
            "zh: 紫藤",
            [
                (True, "variable brand › zh: added “紫藤”"),
                (True, "variable brand › zh: removed “青藤”"),
            ],
        ),
        (
            "[110, 210]",
            "[210, 300]",
            [(True, "closure.pace: check › measure › limit (between): [110, 210] → [210, 300]")],
        ),
        (
            "{id: closure.sits, ask: Sits upright",
            "{id: closure.desk, ask: The desk is tidy",
            [
                (True, "criterion closure.sits removed"),
                (True, "criterion closure.desk added, 2 points: The desk is tidy"),
            ],
        ),
        (
            "id: closure.sits",
            "id: closure.seat",
            [
                (
                    True,
                    "criterion closure.sits renamed to closure.seat (people's verdicts on the old "
                    "id do not count for it: id_before)",
                )
            ],
        ),
        (
            SITS,
            SITS.replace("sits", "seat").replace("points: 2", "points: 3, id_before: closure.sits"),
            [
                (False, "criterion closure.sits renamed to closure.seat"),
                (True, "closure.seat: points: 2 → 3"),
            ],
        ),
        (
            SITS,
            SITS.replace("points: 2", "points: 2, id_before: [closure.seat]"),
            [(True, "closure.sits: id before added: [closure.seat]")],
        ),
        (SITS, SITS.replace("points: 2", "points: 2.0"), []),
        ("weight: 60", "weight: 60.00", []),
        ("pass_mark: 70", "pass_mark: 7e1", []),
        (
            SITS,
            SITS.replace("points: 2", "points: 2.50"),
            [(True, "closure.sits: points: 2 → 2.5")],
        ),
        (
            FIRST,
            "            - says: {who: agent, any: [welcome]}\n"
            "            - says: {who: agent, any: [hello, hi]}\n",
            [
                (True, "closure.all: check › all › says › phrases: added “hi”"),
                (True, "closure.all: check › all: added {says: {any: [welcome]}}"),
            ],
        ),
        (
            FIRST + SECOND,
            SECOND + "            - says: {who: agent, any: [hello], first: 20s}\n",
            [(True, "closure.all: check › all › says › window (first) added: 20s")],
        ),
    ],
)
def test_a_change_is_told_as_what_it_is(
    before: str, after: str, expected: list[tuple[bool, str]]
) -> None:
    assert told(before, after) == expected


def test_sections_in_another_order_are_told() -> None:
    head, closure, other = CARD.partition("  - id: closure\n")[0], *_sections()
    one, two = parse_scorecard(CARD), parse_scorecard(head + other + closure)
    [only] = differences(one, two)
    assert (only.part, only.affects_scores, only.text) == (
        "card",
        False,
        "sections in another order",
    )


def _sections() -> tuple[str, str]:
    body = CARD[CARD.index("  - id: closure\n") :]
    at = body.index("  - id: other\n")
    return body[:at], body[at:]
