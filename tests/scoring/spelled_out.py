"""Verdicts made up for a card, and the total that they get, spelled out by its definition."""

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st

from qa_pipeline.records import CriterionResult, Evidence, Verdict
from qa_pipeline.scoring import Scorecard
from qa_pipeline.scoring.arithmetic import Totals, points, rounded

VERDICTS: tuple[Verdict, ...] = ("met", "partly_met", "not_met", "not_applicable", "unscored")

RANK = {"not_met": 0, "partly_met": 1, "met": 2}


@dataclass(frozen=True)
class Item:
    """One criterion and the verdict on it."""

    worth: Decimal
    verdict: Verdict
    critical: str | None = None
    kind: str = "plain"
    share: int = 50
    doubtful: bool = False


Spec = list[tuple[int, list[Item]]]
"""Sections: weight and criteria."""


@st.composite
def items(draw: st.DrawFn) -> Item:
    kind = draw(st.sampled_from(["plain", "plain", "plain", "bonus", "penalty"]))
    critical = draw(st.sampled_from([None, None, None, "section", "card"]))
    return Item(
        worth=Decimal(draw(st.integers(1, 80))) / draw(st.sampled_from([1, 1, 4])),
        verdict=draw(st.sampled_from(VERDICTS)),
        critical=None if kind == "bonus" else critical,
        kind=kind,
        share=draw(st.sampled_from([50, 50, 25, 80])),
        doubtful=draw(st.booleans()),
    )


specs = st.lists(
    st.tuples(st.integers(1, 60), st.lists(items(), min_size=1, max_size=5)),
    min_size=1,
    max_size=4,
)
quick = settings(max_examples=60, deadline=None)


def card_of(spec: Spec) -> Scorecard:
    def criterion(name: str, item: Item) -> dict[str, object]:
        content: dict[str, object] = {"id": name, "ask": "q", "points": item.worth}
        content |= {"partly_share": item.share, "check": {"says": {"any": ["x"]}}}
        content |= {item.kind: True} if item.kind != "plain" else {}
        return content | ({"critical": item.critical} if item.critical else {})

    return Scorecard.model_validate(
        {
            "scorecard": "x",
            "version": 1,
            "pass_mark": 60,
            "sections": [
                {
                    "id": f"s{i}",
                    "weight": weight,
                    "criteria": [criterion(f"s{i}.c{j}", item) for j, item in enumerate(group)],
                }
                for i, (weight, group) in enumerate(spec)
            ],
        }
    )


def results_of(card: Scorecard, spec: Spec) -> list[CriterionResult]:
    results = []
    for section, (_, group) in zip(card.sections, spec, strict=True):
        for criterion, item in zip(section.criteria, group, strict=True):
            earned, possible = points(criterion, item.verdict)
            results.append(
                CriterionResult(
                    criterion_id=criterion.id,
                    section_id=section.id,
                    name="q",
                    verdict=item.verdict,
                    points_earned=earned,
                    points_possible=possible,
                    critical=criterion.critical,
                    reason="r",
                    confidence=1,
                    needs_review=item.doubtful,
                    evidence=(Evidence(kind="searched", start_s=0, end_s=1),),
                )
            )
    return results


def totals(spec: Spec) -> Totals:
    card = card_of(spec)
    return Totals(card, results_of(card, spec), "en")


def spelled_out(spec: Spec, *, critical: bool = True, confirmed: bool = False) -> Decimal | None:
    """The total by the definition, without any of the code under test but the rounding."""
    top = bottom = added = Fraction(0)
    with_points = False
    for weight, group in spec:
        judged = [i for i in group if i.verdict in RANK]
        earned = possible = Fraction(0)
        for item in judged:
            part = Fraction({"met": 100, "partly_met": item.share, "not_met": 0}[item.verdict], 100)
            if item.kind == "bonus":
                added += Fraction(item.worth) * part
            elif item.kind == "penalty":
                added -= Fraction(item.worth) * (1 - part)
            else:
                earned += Fraction(item.worth) * part
                possible += Fraction(item.worth)
        failed = critical and any(fails(i, "section", confirmed=confirmed) for i in judged)
        with_points = with_points or possible > 0
        if not (possible or failed):
            continue
        top += weight * (Fraction(0) if failed else 100 * earned / possible)
        bottom += weight
    if not with_points:
        return None
    failed = any(fails(i, "card", confirmed=confirmed) for _, g in spec for i in g)
    if critical and failed:
        return Decimal(0)
    return rounded(min(max(top / bottom + added, Fraction(0)), Fraction(100)))


def fails(item: Item, scope: str, *, confirmed: bool) -> bool:
    """Whether a verdict makes its section, or the card, 0."""
    sure = confirmed or not item.doubtful
    return item.critical == scope and item.verdict == "not_met" and sure


def expected_to_pass(spec: Spec, total: Decimal) -> bool | None:
    """Whether a call passes; ``None`` where only a doubtful critical failure is against it."""
    if total < 60:
        return False
    if_true = spelled_out(spec, confirmed=True)
    return True if if_true is not None and if_true >= 60 else None


def changed(spec: Spec, place: tuple[int, int], **values: object) -> Spec:
    copy = [(weight, list(group)) for weight, group in spec]
    i, j = place
    copy[i][1][j] = replace(copy[i][1][j], **values)  # type: ignore[arg-type]
    return copy


def places(spec: Spec) -> list[tuple[int, int]]:
    return [(i, j) for i, (_, group) in enumerate(spec) for j in range(len(group))]
