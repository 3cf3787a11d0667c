"""Points and weights -> per cent, exactly. Nothing here knows where verdicts come from.

section % = 100 * sum(points earned) / sum(points possible), over the criteria that were judged;
total %   = sum(weight * section %) / sum(weight), over the sections that have a score.

``not_applicable`` and ``unscored`` leave both sides of both fractions. A critical criterion that
is not met makes its section, or the whole card, 0; the score without that is kept beside it.
Computed in fractions and rounded once, half up to two places, so order does not matter.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from qa_pipeline.records import CriterionResult, SectionResult, Verdict
from qa_pipeline.scoring.schema import Criterion, Scorecard, Section

_CENT = Decimal("0.01")


def points(criterion: Criterion, verdict: Verdict) -> tuple[Decimal, Decimal]:
    """Return (points earned, points possible) of a verdict on a criterion."""
    if verdict in ("not_applicable", "unscored"):
        return Decimal(0), Decimal(0)
    if verdict == "met":
        return criterion.points, criterion.points
    if verdict == "partly_met":
        share = Decimal(str(criterion.partly_share)) / 100
        return criterion.points * share, criterion.points
    return Decimal(0), criterion.points


def rounded(value: Fraction) -> Decimal:
    """Return ``value`` half up to two places."""
    hundredths = value * 100
    whole, rest = divmod(hundredths.numerator, hundredths.denominator)
    if 2 * rest >= hundredths.denominator:
        whole += 1
    return (Decimal(whole) / 100).quantize(_CENT, rounding=ROUND_HALF_UP)


def share_earned(results: Iterable[CriterionResult]) -> Fraction | None:
    """Return earned / possible in per cent, or ``None`` where nothing was judged."""
    earned = possible = Fraction(0)
    for result in results:
        earned += Fraction(result.points_earned)
        possible += Fraction(result.points_possible)
    return 100 * earned / possible if possible else None


def weighted(parts: Iterable[tuple[Decimal, Fraction | None]]) -> Fraction | None:
    """Return the mean of (weight, per cent) over the parts that have a score."""
    total = weights = Fraction(0)
    for weight, score in parts:
        if score is not None:
            total += Fraction(weight) * score
            weights += Fraction(weight)
    return total / weights if weights else None


def fails(results: Iterable[CriterionResult], scope: str) -> bool:
    """Tell whether a critical criterion of that scope is not met."""
    return any(r.verdict == "not_met" and r.critical == scope for r in results)


class Totals:
    """The scores of one call: by section and in total, with and without critical failures."""

    def __init__(self, card: Scorecard, results: Sequence[CriterionResult], language: str) -> None:
        groups = [
            (section, [r for r in results if r.section_id == section.id])
            for section in card.sections
        ]
        plain = [(s.weight, share_earned(group)) for s, group in groups]
        strict = [
            (s.weight, Fraction(0) if score is not None and fails(group, "section") else score)
            for (s, group), (_, score) in zip(groups, plain, strict=True)
        ]
        without = weighted(plain)
        total = weighted(strict)
        if total is not None and fails(results, "card"):
            total = Fraction(0)
        self.total_pct = None if total is None else rounded(total)
        self.without_critical_pct = None if without is None else rounded(without)
        self.passed = None if self.total_pct is None else self.total_pct >= card.pass_mark
        self.passed = self.passed and not fails(results, "card")
        self.sections = tuple(
            _section(section, score, base, language)
            for (section, _), (_, score), (_, base) in zip(groups, strict, plain, strict=True)
        )


def _section(
    section: Section, score: Fraction | None, base: Fraction | None, language: str
) -> SectionResult:
    return SectionResult(
        section_id=section.id,
        name=section.name.or_first(language) if section.name else section.id,
        weight=section.weight,
        score_pct=None if score is None else rounded(score),
        score_without_critical_pct=None if base is None else rounded(base),
    )
