"""Points to per cent: bounds, monotonicity, order, weights, what is left out, critical failures."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.records import CriterionResult, Evidence, Verdict
from qa_pipeline.scoring import Scorecard, parse_scorecard
from qa_pipeline.scoring.arithmetic import Totals, points, rounded

VERDICTS: tuple[Verdict, ...] = ("met", "partly_met", "not_met", "not_applicable", "unscored")
RANK = {"not_met": 0, "partly_met": 1, "met": 2}

Spec = list[tuple[int, list[tuple[int, str | None, Verdict]]]]
"""Sections: weight, and of every criterion its points, critical scope and verdict."""

criteria = st.lists(
    st.tuples(
        st.integers(1, 20),
        st.sampled_from([None, None, None, "section", "card"]),
        st.sampled_from(VERDICTS),
    ),
    min_size=1,
    max_size=5,
)
specs = st.lists(st.tuples(st.integers(1, 60), criteria), min_size=1, max_size=4)


def card_of(spec: Spec) -> Scorecard:
    lines = ["scorecard: x", "version: 1", "pass_mark: 60", "sections:"]
    for i, (weight, group) in enumerate(spec):
        lines += [f"  - id: s{i}", f"    weight: {weight}", "    criteria:"]
        for j, (worth, critical, _) in enumerate(group):
            lines += [f"      - id: s{i}.c{j}", "        ask: q", f"        points: {worth}"]
            lines += [f"        critical: {critical}"] if critical else []
            lines += ["        check: {says: {any: [x]}}"]
    return parse_scorecard("\n".join(lines))


def results_of(card: Scorecard, spec: Spec) -> list[CriterionResult]:
    results = []
    for section, (_, group) in zip(card.sections, spec, strict=True):
        for criterion, (_, _, verdict) in zip(section.criteria, group, strict=True):
            earned, possible = points(criterion, verdict)
            results.append(
                CriterionResult(
                    criterion_id=criterion.id,
                    section_id=section.id,
                    name="q",
                    verdict=verdict,
                    points_earned=earned,
                    points_possible=possible,
                    critical=criterion.critical,
                    reason="r",
                    confidence=1,
                    evidence=(Evidence(kind="searched", start_s=0, end_s=1),),
                )
            )
    return results


def totals(spec: Spec) -> Totals:
    card = card_of(spec)
    return Totals(card, results_of(card, spec), "en")


@settings(max_examples=40, deadline=None)
@given(specs)
def test_bounds_and_what_critical_does(spec: Spec) -> None:
    found = totals(spec)
    judged = [v for _, group in spec for _, _, v in group if v in RANK]
    assert (found.total_pct is None) == (not judged)
    if found.total_pct is None or found.without_critical_pct is None:
        assert found.passed is None
        return
    assert 0 <= found.total_pct <= found.without_critical_pct <= 100
    failed = {c for _, group in spec for _, c, v in group if v == "not_met" and c}
    if not failed:
        assert found.total_pct == found.without_critical_pct
    if "card" in failed:
        assert found.total_pct == 0
        assert found.passed is False


@settings(max_examples=40, deadline=None)
@given(specs, st.randoms())
def test_order_does_not_matter(spec: Spec, rng: object) -> None:
    shuffled = [(weight, sorted(group, key=str)) for weight, group in spec]
    shuffled.reverse()
    assert totals(shuffled).total_pct == totals(spec).total_pct
    assert totals(shuffled).without_critical_pct == totals(spec).without_critical_pct


@settings(max_examples=40, deadline=None)
@given(specs, st.data())
def test_a_better_verdict_never_lowers_the_total(spec: Spec, data: st.DataObject) -> None:
    places = [
        (i, j)
        for i, (_, group) in enumerate(spec)
        for j, (_, _, v) in enumerate(group)
        if v in ("not_met", "partly_met")
    ]
    if not places:
        return
    i, j = data.draw(st.sampled_from(places))
    worth, critical, verdict = spec[i][1][j]
    better: Verdict = "partly_met" if verdict == "not_met" else "met"
    improved = [(w, list(group)) for w, group in spec]
    improved[i][1][j] = (worth, critical, better)
    before, after = totals(spec).total_pct, totals(improved).total_pct
    assert before is not None
    assert after is not None
    assert after >= before


@settings(max_examples=40, deadline=None)
@given(specs, st.integers(1, 20), st.sampled_from(["not_applicable", "unscored"]))
def test_what_was_not_judged_changes_nothing(spec: Spec, worth: int, verdict: Verdict) -> None:
    more = [(w, list(group)) for w, group in spec]
    more[0][1].append((worth, "card", verdict))
    assert totals(more).total_pct == totals(spec).total_pct
    assert totals(more).without_critical_pct == totals(spec).without_critical_pct


@settings(max_examples=40, deadline=None)
@given(specs, st.integers(2, 9))
def test_only_the_proportion_of_points_and_weights_counts(spec: Spec, factor: int) -> None:
    scaled = [
        (weight * factor, [(worth * factor, c, v) for worth, c, v in group])
        for weight, group in spec
    ]
    assert totals(scaled).total_pct == totals(spec).total_pct


@given(st.integers(-(10**6), 10**6), st.integers(1, 10**5))
def test_rounding_is_half_up_and_exact(numerator: int, denominator: int) -> None:
    value = Fraction(abs(numerator), denominator)
    result = rounded(value)
    assert result.as_tuple().exponent == -2
    difference = value - Fraction(result)
    assert -Fraction(1, 200) <= difference < Fraction(1, 200)


def test_the_worked_example_of_the_documentation() -> None:
    """docs/scorecards.md: greeting 5 of 10, handling 15 of 20 with one part, closure not judged."""
    spec: Spec = [
        (25, [(5, None, "met"), (5, None, "not_met"), (5, None, "not_applicable")]),
        (30, [(10, None, "met"), (10, None, "partly_met")]),
        (20, [(5, None, "unscored")]),
    ]
    found = totals(spec)
    assert [s.score_pct for s in found.sections] == [Decimal("50.00"), Decimal("75.00"), None]
    assert found.total_pct == Decimal("63.64")
    assert found.passed is True


@pytest.mark.parametrize(
    ("scope", "total", "sections"),
    [
        (None, "37.50", ["50.00", "25.00"]),
        ("section", "12.50", ["0.00", "25.00"]),
        ("card", "0.00", ["50.00", "25.00"]),
    ],
)
def test_critical_scopes(scope: str | None, total: str, sections: list[str]) -> None:
    spec: Spec = [
        (50, [(5, scope, "not_met"), (5, None, "met")]),
        (50, [(5, None, "met"), (15, None, "not_met")]),
    ]
    found = totals(spec)
    assert str(found.total_pct) == total
    assert str(found.without_critical_pct) == "37.50"
    assert [str(s.score_pct) for s in found.sections] == sections
    assert [str(s.score_without_critical_pct) for s in found.sections] == ["50.00", "25.00"]
