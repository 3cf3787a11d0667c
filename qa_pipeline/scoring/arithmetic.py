"""Points and weights -> per cent, exactly. Nothing here knows where verdicts come from.

section % = 100 * sum(points earned) / sum(points possible), over the criteria that were judged;
total %   = sum(weight * section %) / sum(weight), over the sections that have a score,
            + bonus points - penalty points, and never under 0 or over 100.

``not_applicable`` and ``unscored`` leave both sides of both fractions. A critical criterion that
is surely not met makes its section, or the whole card, 0; the score without that is kept beside
it. One that asks for a review costs its own points until a person has looked.
Computed in fractions and rounded once, half up to two places, so order does not matter.
docs/arithmetic.md says the same to the people who are judged by it.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from qa_pipeline.records import CriterionResult, SectionResult, Verdict
from qa_pipeline.scoring.schema import Criterion, Scorecard, Section

_CENT = Decimal("0.01")
_NOT_JUDGED = ("not_applicable", "unscored")
_NOTHING = (Decimal(0), Decimal(0))
_ZERO, _HUNDRED = Fraction(0), Fraction(100)

Points = tuple[Decimal, Decimal]
"""Points earned and points possible."""


@lru_cache(maxsize=65536)
def _worth(written: str, partly_share: float, kind: str, verdict: Verdict) -> Points:
    """Return (points earned, points possible); ``kind``: plain, bonus or penalty.

    ``written``: the points as text, since 5 and 5.0 are equal, and what is remembered for the one
    must not be the answer for the other.
    """
    points = Decimal(written)
    if verdict in _NOT_JUDGED:
        return _NOTHING
    share = {"met": Decimal(1), "not_met": Decimal(0)}.get(verdict)
    if share is None:
        share = Decimal(str(partly_share)) / 100
    if kind == "plain":
        return points * share, points
    return points * (share if kind == "bonus" else share - 1) + Decimal(0), Decimal(0)


def points(criterion: Criterion, verdict: Verdict) -> Points:
    """Return (points earned, points possible) of a verdict on a criterion.

    Possible is 0 for a bonus (earned: 0 or more) and for a penalty (earned: 0 or less): they
    stand outside the fractions and are added to the total.
    """
    kind = "bonus" if criterion.bonus else "penalty" if criterion.penalty else "plain"
    return _worth(str(criterion.points), criterion.partly_share, kind, verdict)


@lru_cache(maxsize=65536)
def rounded(value: Fraction) -> Decimal:
    """Return ``value`` half up to two places."""
    hundredths = value * 100
    whole, rest = divmod(hundredths.numerator, hundredths.denominator)
    if 2 * rest >= hundredths.denominator:
        whole += 1
    return (Decimal(whole) / 100).quantize(_CENT, rounding=ROUND_HALF_UP)


def exact_sum(values: Iterable[Decimal]) -> Fraction:
    """Return the sum as a fraction; whole numbers, the usual case, are added as such."""
    by_denominator: dict[int, int] = {}
    for value in values:
        numerator, denominator = value.as_integer_ratio()
        by_denominator[denominator] = by_denominator.get(denominator, 0) + numerator
    return sum((Fraction(n, d) for d, n in by_denominator.items()), Fraction(0))


@lru_cache(maxsize=4096)
def share_earned(judged: tuple[Points, ...]) -> Fraction | None:
    """Return earned / possible in per cent, or ``None`` where nothing was judged."""
    possible = exact_sum(possible for _, possible in judged)
    if not possible:
        return None
    return 100 * exact_sum(earned for earned, possible in judged if possible) / possible


def weighted(parts: Iterable[tuple[Decimal, Fraction | None]]) -> Fraction | None:
    """Return the mean of (weight, per cent) over the parts that have a score."""
    total, all_weights, under = 0, 0, 1
    for weight, score in parts:
        if score is None:
            continue
        # all over one denominator, which is made small only at the end: the numbers are few
        times, over = weight.as_integer_ratio()
        over *= score.denominator
        total = total * over + times * score.numerator * under
        all_weights = all_weights * over + times * score.denominator * under
        under *= over
    return Fraction(total, all_weights) if all_weights else None


def is_open(result: CriterionResult) -> bool:
    """Tell whether the verdict may still turn out otherwise: doubtful, or not given at all."""
    return result.needs_review or result.verdict == "unscored"


class Totals:
    """The scores of one call: by section and in total, with and without critical failures.

    ``passed``: ``None`` where there is no total, and where the call passes but for critical
    failures that ask for a review: nobody fails on a find that no person has looked at.
    ``low_pct`` and ``high_pct``: the totals if every open verdict (`is_open`) turned out not met,
    or met. Whatever each of them turns out to be, a total lies between (tested).
    """

    def __init__(self, card: Scorecard, results: Sequence[CriterionResult], language: str) -> None:
        groups = [[r for r in results if r.section_id == section.id] for section in card.sections]
        parts = list(zip(card.sections, groups, strict=True))
        sums = [_summed(section, group, None) for section, group in parts]
        total, without = _total(card, sums), _mean(card, [s.plain for s in sums], sums)
        self.total_pct = None if total is None else rounded(total)
        self.without_critical_pct = None if without is None else rounded(without)
        self.passed = None if total is None else _passes(card, sums)
        if self.passed and any(map(_is_doubtful_failure, results)):
            confirmed = [_summed(*part, None, confirmed=True) for part in parts]
            self.passed = True if _passes(card, confirmed) else None
        self.low_pct = self.high_pct = self.total_pct
        is_open_in = [any(is_open(r) for r in group) for group in groups]
        if total is not None and any(is_open_in):
            low, high = (
                _total(
                    card,
                    [
                        _summed(*part, verdict) if may_change else given
                        for part, given, may_change in zip(parts, sums, is_open_in, strict=True)
                    ],
                )
                for verdict in _EXTREMES
            )
            self.low_pct = None if low is None else rounded(low)
            self.high_pct = None if high is None else rounded(high)
        self.sections = tuple(
            _section(section, s.strict, s.plain, language)
            for section, s in zip(card.sections, sums, strict=True)
        )


_EXTREMES: tuple[Verdict, Verdict] = ("not_met", "met")


class _Summed(NamedTuple):
    """What the verdicts of one section add up to."""

    plain: Fraction | None
    """Score in per cent if nothing were critical; ``None`` where nothing was judged."""
    strict: Fraction | None
    """0 where it fails, also if nothing else was judged: else the rest of it could only lower."""
    fails_card: bool
    added: Fraction
    """Bonus less penalty points, in points of per cent."""


def _is_doubtful_failure(result: CriterionResult) -> bool:
    return bool(result.critical) and result.verdict == "not_met" and result.needs_review


def _passes(card: Scorecard, sums: Sequence[_Summed]) -> bool:
    total = _total(card, sums)
    failed = total is None or any(s.fails_card for s in sums)
    return not failed and rounded(total or _ZERO) >= card.pass_mark


def _summed(
    section: Section,
    group: Sequence[CriterionResult],
    open_as: Verdict | None,
    *,
    confirmed: bool = False,
) -> _Summed:
    """Add up a section, with open verdicts as given or as one.

    ``confirmed``: critical failures that ask for a review are taken for true.
    """
    judged: list[Points] = []
    scopes: set[str] = set()
    for result in group:
        turned = open_as if open_as is not None and is_open(result) else None
        judged.append(_points_if(section, result, turned))
        spared = turned is None and not confirmed and _is_doubtful_failure(result)
        if result.critical and (turned or result.verdict) == "not_met" and not spared:
            scopes.add(result.critical)
    score = share_earned(tuple(judged))
    added = [earned for earned, possible in judged if earned and not possible]
    return _Summed(
        plain=score,
        strict=_ZERO if "section" in scopes else score,
        fails_card="card" in scopes,
        added=exact_sum(added) if added else _ZERO,
    )


def _total(card: Scorecard, sums: Sequence[_Summed]) -> Fraction | None:
    """Return the total; ``None`` where nothing was judged that has points."""
    if all(s.plain is None for s in sums):
        return None
    return _ZERO if any(s.fails_card for s in sums) else _mean(card, [s.strict for s in sums], sums)


def _mean(
    card: Scorecard, scores: Sequence[Fraction | None], sums: Sequence[_Summed]
) -> Fraction | None:
    """Return the mean of sections' scores by weight, with what is added, from 0 to 100."""
    weights = [section.weight for section in card.sections]
    mean = weighted(zip(weights, scores, strict=True))
    if mean is None:
        return None
    for item in sums:
        if item.added:
            mean += item.added
    return min(max(mean, _ZERO), _HUNDRED)


def _points_if(section: Section, result: CriterionResult, turned: Verdict | None) -> Points:
    """Return the points of a result, or those it would have with another verdict."""
    if turned is None:
        return result.points_earned, result.points_possible
    criterion = next(c for c in section.criteria if c.id == result.criterion_id)
    return points(criterion, turned)


def _section(
    section: Section, score: Fraction | None, base: Fraction | None, language: str
) -> SectionResult:
    name = section.name.or_first(language) if section.name else section.id
    return _section_result(section.id, name, str(section.weight), score, base)


@lru_cache(maxsize=65536)
def _section_result(
    section_id: str, name: str, weight: str, score: Fraction | None, base: Fraction | None
) -> SectionResult:
    """Return the score of a section; ``weight`` as text, since 5 and 5.0 are equal."""
    return SectionResult(
        section_id=section_id,
        name=name,
        weight=Decimal(weight),
        score_pct=None if score is None else rounded(score),
        score_without_critical_pct=None if base is None else rounded(base),
    )
