"""The calibration report: does the machine judge as people do, and people as each other?"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, groupby
from typing import Literal

from pydantic import AwareDatetime

from qa_pipeline.records.base import Record
from qa_pipeline.reports.agreement import Agreement, Pair, agreement
from qa_pipeline.reports.catalogue import ReportLanguage
from qa_pipeline.reports.source import ReportSource, source_of
from qa_pipeline.store.figures import Scope
from qa_pipeline.store.reader import StoreReader
from qa_pipeline.store.reviews_calibration import (
    CalibrationFigures,
    Disagreement,
    Outcome,
    ReviewedVerdict,
)
from qa_pipeline.store.rows import CallFilter


class CriterionAgreement(Record):
    """One criterion (or all together): how far judges agree on it."""

    criterion_id: str
    name: str
    sure: Agreement
    """Verdicts that the machine stands by against what people say together."""
    marked: Agreement
    """The same for verdicts that the machine marked for a person to check."""
    people: Agreement
    """Reviewers of the same call with each other."""
    machine_silent: int
    """People judged it, the machine did not (``unscored``)."""
    people_silent: int
    """The machine judged it; people say that it cannot be told."""
    disputed: int
    """Calls on which people are at odds, so that there is nothing to compare with."""


class ReviewerAgreement(Record):
    """One reviewer: how far they agree with the machine and with the other reviewers."""

    reviewer: str
    verdicts: int
    machine: Agreement
    others: Agreement


class PairAgreement(Record):
    """Two reviewers who judged the same calls."""

    first: str
    second: str
    agreement: Agreement


class CalibrationReport(Record):
    """The calibration report; its JSON form is stable within a ``schema_version``."""

    report: Literal["calibration"] = "calibration"
    schema_version: Literal[1] = 1
    made_at: AwareDatetime
    source: ReportSource
    scope: Scope
    calls: int
    reviewed_calls: int
    earlier: int
    """Verdicts of people on questions that are asked no more: they are left out."""
    reviews: int
    """Verdicts that people gave; of a reviewer's several on one criterion the latest counts."""
    overall: CriterionAgreement
    criteria: tuple[CriterionAgreement, ...]
    """Those on which the machine and people agree least first."""
    reviewers: tuple[ReviewerAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    disagreements: tuple[Disagreement, ...]


def calibration_report(
    reader: StoreReader,
    made_at: AwareDatetime,
    only: CallFilter | None = None,
    language: ReportLanguage = "en",
) -> CalibrationReport:
    """Build the report of the calls that pass the filter, with names for readers of a language."""
    figures = reader.calibration(only, language)
    names = {o.criterion_id: o.name for o in figures.outcomes}
    criteria = [
        _criterion(
            key,
            name,
            [o for o in figures.outcomes if o.criterion_id == key],
            [v for v in figures.verdicts if v.criterion_id == key],
        )
        for key, name in names.items()
    ]
    criteria.sort(key=lambda c: (c.sure.pct is None, c.sure.pct or 0.0, c.criterion_id))
    return CalibrationReport(
        made_at=made_at,
        source=source_of(reader),
        scope=figures.scope,
        calls=figures.calls,
        reviewed_calls=figures.reviewed_calls,
        earlier=figures.earlier,
        reviews=len(figures.verdicts),
        overall=_criterion("", "", figures.outcomes, figures.verdicts),
        criteria=tuple(criteria),
        reviewers=tuple(_reviewers(figures)),
        pairs=tuple(_pairs(figures.verdicts)),
        disagreements=figures.disagreements,
    )


def _criterion(
    key: str, name: str, outcomes: Sequence[Outcome], verdicts: Sequence[ReviewedVerdict]
) -> CriterionAgreement:
    told = [o for o in outcomes if o.verdict is not None]
    return CriterionAgreement(
        criterion_id=key,
        name=name,
        sure=_with_machine(o for o in told if not o.marked),
        marked=_with_machine(o for o in told if o.marked),
        people=agreement(list(_among(verdicts)), ordered=False),
        machine_silent=sum(o.machine == "unscored" and o.verdict != "unscored" for o in told),
        people_silent=sum(o.machine != "unscored" and o.verdict == "unscored" for o in told),
        disputed=sum(o.state == "disputed" for o in outcomes),
    )


def _with_machine(outcomes: Iterable[Outcome]) -> Agreement:
    return agreement([Pair(o.call_id, o.machine, o.verdict) for o in outcomes if o.verdict])


def _together(
    verdicts: Iterable[ReviewedVerdict],
) -> Iterator[tuple[ReviewedVerdict, ReviewedVerdict]]:
    """Yield every two verdicts of different reviewers on the same criterion of the same call."""
    ordered = sorted(verdicts, key=lambda v: (v.criterion_id, v.call_id, v.reviewer))
    for _, group in groupby(ordered, key=lambda v: (v.criterion_id, v.call_id)):
        yield from combinations(group, 2)


def _among(verdicts: Iterable[ReviewedVerdict]) -> Iterator[Pair]:
    for first, second in _together(verdicts):
        yield Pair(first.call_id, first.verdict, second.verdict)


def _reviewers(figures: CalibrationFigures) -> Iterator[ReviewerAgreement]:
    """Yield the reviewers by name."""
    both = list(_together(figures.verdicts))
    for name in sorted({v.reviewer for v in figures.verdicts}):
        own = [v for v in figures.verdicts if v.reviewer == name]
        others = [Pair(a.call_id, a.verdict, b.verdict) for a, b in both if a.reviewer == name]
        others += [Pair(a.call_id, b.verdict, a.verdict) for a, b in both if b.reviewer == name]
        yield ReviewerAgreement(
            reviewer=name,
            verdicts=len(own),
            machine=agreement([Pair(v.call_id, v.machine, v.verdict) for v in own]),
            others=agreement(others),
        )


def _pairs(verdicts: Iterable[ReviewedVerdict]) -> Iterator[PairAgreement]:
    """Yield every two reviewers who judged something in common, by name."""
    found: dict[tuple[str, str], list[Pair]] = {}
    for a, b in _together(verdicts):
        found.setdefault((a.reviewer, b.reviewer), []).append(Pair(a.call_id, a.verdict, b.verdict))
    for (first, second), pairs in sorted(found.items()):
        yield PairAgreement(first=first, second=second, agreement=agreement(pairs))
