"""Points to per cent: bounds, monotonicity, order, weights, what is left out, critical failures,
bonus and penalty, and the range that open verdicts leave to the total.

The properties are checked against nothing but the definition; ``spelled_out`` is that definition
once more, written for reading and in plain fractions."""

import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from qa_pipeline.records import Verdict
from qa_pipeline.scoring import Scorecard
from qa_pipeline.scoring.arithmetic import rounded
from tests.scoring.spelled_out import (
    RANK,
    VERDICTS,
    Item,
    Spec,
    card_of,
    changed,
    expected_to_pass,
    items,
    places,
    quick,
    results_of,
    specs,
    spelled_out,
    totals,
)

DOCS = Path(__file__).parents[2] / "docs" / "arithmetic.md"


@settings(max_examples=150, deadline=None)
@given(specs)
def test_exactly_what_the_definition_says(spec: Spec) -> None:
    found = totals(spec)
    assert found.total_pct == spelled_out(spec)
    assert found.without_critical_pct == spelled_out(spec, critical=False)


@quick
@given(specs)
def test_bounds_and_what_critical_does(spec: Spec) -> None:
    found = totals(spec)
    judged = [i for _, group in spec for i in group if i.verdict in RANK and i.kind == "plain"]
    assert (found.total_pct is None) == (not judged)
    if found.total_pct is None or found.without_critical_pct is None:
        assert found.passed is None
        return
    assert 0 <= found.total_pct <= found.without_critical_pct <= 100
    assert found.passed is expected_to_pass(spec, found.total_pct)
    failed = {
        i.critical
        for _, g in spec
        for i in g
        if i.verdict == "not_met" and i.critical and not i.doubtful
    }
    if not failed:
        assert found.total_pct == found.without_critical_pct
    if "card" in failed:
        assert found.total_pct == 0
        assert not found.passed
    for section in found.sections:
        assert section.score_pct is None or 0 <= section.score_pct <= 100


@pytest.mark.parametrize("scope", ["card", "section"])
def test_no_call_fails_on_a_critical_find_that_nobody_has_looked_at(scope: str) -> None:
    kept = Item(Decimal(95), "met")
    find = Item(Decimal(5), "not_met", critical=scope)
    sure, doubtful = (
        totals([(1, [kept, find])]),
        totals([(1, [kept, replace(find, doubtful=True)])]),
    )
    assert (sure.total_pct, sure.passed) == (0, False)
    assert (doubtful.total_pct, doubtful.passed) == (95, None)
    assert (doubtful.low_pct, doubtful.high_pct) == (0, 100)
    also_sure = totals([(1, [kept, replace(find, doubtful=True), find])])
    assert also_sure.passed is False
    poor = totals([(1, [replace(kept, verdict="not_met"), replace(find, doubtful=True)])])
    assert poor.passed is False


@quick
@given(specs)
def test_order_does_not_matter(spec: Spec) -> None:
    shuffled = [(weight, sorted(group, key=str)) for weight, group in reversed(spec)]
    found, again = totals(spec), totals(shuffled)
    assert again.total_pct == found.total_pct
    assert again.without_critical_pct == found.without_critical_pct
    assert (again.low_pct, again.high_pct) == (found.low_pct, found.high_pct)


@settings(max_examples=100, deadline=None)
@given(specs, st.data())
def test_a_better_verdict_never_lowers_the_total(spec: Spec, data: st.DataObject) -> None:
    worse = [p for p in places(spec) if spec[p[0]][1][p[1]].verdict in ("not_met", "partly_met")]
    if not worse:
        return
    i, j = data.draw(st.sampled_from(worse))
    better: Verdict = "partly_met" if spec[i][1][j].verdict == "not_met" else "met"
    before = totals(spec).total_pct
    after = totals(changed(spec, (i, j), verdict=better)).total_pct
    assert (before is None) == (after is None)
    assert before is None or after is None or after >= before


@quick
@given(specs, items(), st.sampled_from(["not_applicable", "unscored"]))
def test_what_was_not_judged_changes_nothing(spec: Spec, item: Item, verdict: Verdict) -> None:
    more = [(w, list(group)) for w, group in spec]
    more[0][1].append(replace(item, verdict=verdict))
    assert totals(more).total_pct == totals(spec).total_pct
    assert totals(more).without_critical_pct == totals(spec).without_critical_pct


@quick
@given(specs, st.integers(2, 9))
def test_only_the_proportion_of_points_and_weights_counts(spec: Spec, factor: int) -> None:
    """Bonus and penalty are points of the total, and stay as they are."""
    scaled = [
        (
            weight * factor,
            [replace(i, worth=i.worth * factor) if i.kind == "plain" else i for i in group],
        )
        for weight, group in spec
    ]
    assert totals(scaled).total_pct == totals(spec).total_pct


@quick
@given(specs, st.integers(1, 40))
def test_a_bonus_lifts_by_its_points_and_a_penalty_lowers_by_them(spec: Spec, worth: int) -> None:
    def with_one(kind: str, verdict: Verdict) -> Decimal | None:
        item = Item(Decimal(worth), verdict, kind=kind)
        return totals([*spec, (7, [item])]).without_critical_pct

    before = totals(spec).without_critical_pct
    assert with_one("bonus", "not_met") == with_one("penalty", "met") == before
    lifted, lowered = with_one("bonus", "met"), with_one("penalty", "not_met")
    if before is None or lifted is None or lowered is None:
        assert before is lifted is lowered is None
        return
    capped_before = before in (0, 100)  # bonus and penalty may have been cut off there
    assert lifted == min(before + worth, Decimal(100)) or (capped_before and lifted >= before)
    assert lowered == max(before - worth, Decimal(0)) or (capped_before and lowered <= before)


@settings(max_examples=60, deadline=None)
@given(specs, st.data())
def test_the_total_lies_in_its_range_whatever_open_verdicts_turn_out_to_be(
    spec: Spec, data: st.DataObject
) -> None:
    """Every way of settling up to three open verdicts, all five verdicts included."""
    open_ = [
        (i, j)
        for i, j in places(spec)
        if spec[i][1][j].doubtful or spec[i][1][j].verdict == "unscored"
    ]
    found = totals(spec)
    if found.total_pct is None or not open_:
        assert found.low_pct == found.high_pct == found.total_pct
        return
    assert found.low_pct is not None
    assert found.high_pct is not None
    assert 0 <= found.low_pct <= found.total_pct <= found.high_pct <= 100
    chosen = data.draw(st.lists(st.sampled_from(open_), unique=True, max_size=2))
    for verdicts in product(VERDICTS, repeat=len(chosen)):
        settled = spec
        for place, verdict in zip(chosen, verdicts, strict=True):
            settled = changed(settled, place, verdict=verdict, doubtful=False)
        total = totals(settled).total_pct
        assert total is None or found.low_pct <= total <= found.high_pct


@quick
@given(specs)
def test_the_ends_of_the_range_are_reached(spec: Spec) -> None:
    found = totals(spec)
    if found.total_pct is None:
        return
    ends: list[tuple[Decimal | None, Verdict]] = [
        (found.low_pct, "not_met"),
        (found.high_pct, "met"),
    ]
    for end, verdict in ends:
        settled = [
            (
                weight,
                [
                    replace(i, verdict=verdict, doubtful=False)
                    if i.doubtful or i.verdict == "unscored"
                    else i
                    for i in group
                ],
            )
            for weight, group in spec
        ]
        assert spelled_out(settled) == end


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**5))
def test_rounding_is_half_up_and_exact(numerator: int, denominator: int) -> None:
    value = Fraction(abs(numerator), denominator)
    result = rounded(value)
    assert result.as_tuple().exponent == -2
    difference = value - Fraction(result)
    assert -Fraction(1, 200) <= difference < Fraction(1, 200)


def _documented() -> tuple[Spec, list[tuple[str, str]]]:
    """Read the worked example's table: sections with verdicts, and (earned, possible) as shown."""
    table = DOCS.read_text(encoding="utf-8").split("## Worked example")[1].split("\n\n")[2]
    spec: Spec = []
    shown = []
    for line in table.splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        _, weight, _, kind, worth, verdict, earned, possible = cells
        if weight:
            spec.append((int(weight), []))
        spec[-1][1].append(Item(Decimal(worth), verdict, kind=kind or "plain"))  # type: ignore[arg-type]
        shown.append((earned, possible))
    return spec, shown


def test_the_worked_example_of_the_documentation() -> None:
    spec, shown = _documented()
    card = card_of(spec)
    results = results_of(card, spec)
    for result, (earned, possible) in zip(results, shown, strict=True):
        assert Decimal(earned or 0) == result.points_earned
        assert Decimal(possible or 0) == result.points_possible
    found = totals(spec)
    text = DOCS.read_text(encoding="utf-8")
    scores = re.findall(r"scores (\d+\.\d\d)", text)
    assert [f"{s.score_pct}" for s in found.sections if s.score_pct is not None] == scores
    assert f"**{found.total_pct}**" in text
    assert f"from **{found.low_pct}** to **{found.high_pct}**" in text
    for scope in ("section", "card"):
        critical = totals(changed(spec, (0, 1), critical=scope))
        assert f"`critical: {scope}`: {critical.total_pct}" in text
        assert critical.without_critical_pct == found.total_pct


@pytest.mark.parametrize(
    ("scope", "total", "sections"),
    [
        (None, "37.50", ["50.00", "25.00"]),
        ("section", "12.50", ["0.00", "25.00"]),
        ("card", "0.00", ["50.00", "25.00"]),
    ],
)
def test_critical_scopes(scope: str | None, total: str, sections: list[str]) -> None:
    five, fifteen = Decimal(5), Decimal(15)
    spec: Spec = [
        (50, [Item(five, "not_met", scope), Item(five, "met")]),
        (50, [Item(five, "met"), Item(fifteen, "not_met")]),
    ]
    found = totals(spec)
    assert str(found.total_pct) == total
    assert str(found.without_critical_pct) == "37.50"
    assert [str(s.score_pct) for s in found.sections] == sections
    assert [str(s.score_without_critical_pct) for s in found.sections] == ["50.00", "25.00"]


def test_a_section_that_fails_scores_0_also_where_nothing_else_in_it_was_judged() -> None:
    """Left out with its weight, it would cost less than once the rest of it is judged."""
    told = Item(Decimal(4), "not_met", "section", "penalty")
    kept = (10, [Item(Decimal(5), "met")])
    totals_of = [
        totals([(10, [told, Item(Decimal(5), verdict)]), kept])
        for verdict in ("not_applicable", "unscored", "not_met", "met")
    ]
    assert {found.total_pct for found in totals_of} == {Decimal(46)}
    assert {(found.low_pct, found.high_pct) for found in totals_of} == {(46, 46)}
    assert totals_of[0].sections[0].score_pct == 0
    assert totals_of[0].sections[0].score_without_critical_pct is None
    assert totals_of[0].without_critical_pct == 96
    assert totals([(10, [told, Item(Decimal(5), "unscored")])]).total_pct is None


def test_a_doubtful_critical_failure_opens_the_whole_range() -> None:
    doubted = Item(Decimal(10), "met", "card", doubtful=True)
    found = totals([(50, [doubted, Item(Decimal(10), "met")])])
    assert found.low_pct == 0
    assert found.total_pct == found.high_pct == 100


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"bonus": True, "penalty": True}, "a bonus or a penalty, not both"),
        ({"bonus": True, "critical": "card"}, "cannot be critical"),
    ],
)
def test_ways_of_counting_that_contradict_each_other(
    wrong: dict[str, object], message: str
) -> None:
    content = card_of([(1, [Item(Decimal(1), "met")])]).model_dump(
        mode="json", by_alias=True, exclude_none=True
    )
    content["sections"][0]["criteria"][0] |= wrong
    with pytest.raises(ValidationError, match=message):
        Scorecard.model_validate(content)
