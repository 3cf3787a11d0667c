"""The monitoring report: how the calls of a period were, for those who steer the centre."""

import os
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime

from qa_pipeline.records.base import Record
from qa_pipeline.reports.catalogue import ReportLanguage
from qa_pipeline.reports.source import ReportSource, source_of
from qa_pipeline.reports.statistics import Share
from qa_pipeline.store.figures import (
    CriterionFigures,
    FailureRow,
    GroupBy,
    MeasureFigures,
    MonitoringFigures,
    PeopleFigures,
    ReasonCount,
    Scope,
    ScoreFigures,
    ToneTrend,
    Totals,
)
from qa_pipeline.store.reader import StoreReader
from qa_pipeline.store.rows import CallFilter


class ScoreLine(Record):
    """Scores of a group with the pass rate's interval."""

    label: str
    name: str | None
    calls: int
    counted: int
    mean_pct: float | None
    mean_low_pct: float | None
    """The average if every verdict that is open turned out not met."""
    mean_high_pct: float | None
    """The same if every one turned out met."""
    pass_rate: Share


class ScoreTable(Record):
    """Groups side by side by one property."""

    by: GroupBy
    lines: tuple[ScoreLine, ...]


class CriterionLine(Record):
    """How often one criterion is not met, where it applies."""

    figures: CriterionFigures
    not_met: Share
    """Not met at all, of applicable verdicts."""
    cumulative_lost_pct: float
    """Share of all lost points that this criterion and those above it account for."""


class MonitoringReport(Record):
    """The monitoring report; its JSON form is stable within a ``schema_version``."""

    report: Literal["monitoring"] = "monitoring"
    schema_version: Literal[2] = 2
    made_at: AwareDatetime
    source: ReportSource
    scope: Scope
    people: PeopleFigures
    totals: Totals
    overall: ScoreLine
    unscored: Share
    """Verdicts that could not be given, of all that apply."""
    trend_step: Literal["day", "week"]
    trend: tuple[ScoreLine, ...]
    groups: tuple[ScoreTable, ...]
    criteria: tuple[CriterionLine, ...]
    measures: tuple[MeasureFigures, ...]
    tone_trends: tuple[ToneTrend, ...]
    failures: tuple[FailureRow, ...]
    """Files that are still there, and those that the last run met."""
    failures_gone: int
    """Files that failed in earlier runs and are no longer there: not listed."""
    failures_left_out: int
    """Files that are not listed because nobody knows of which team, agent, ... they are, where
    the report is about one."""
    trust_reasons: tuple[ReasonCount, ...]
    unscored_reasons: tuple[ReasonCount, ...]


def monitoring_report(
    reader: StoreReader,
    made_at: AwareDatetime,
    only: CallFilter | None = None,
    language: ReportLanguage = "en",
) -> MonitoringReport:
    """Build the report of the calls that pass the filter, with names for readers of a language."""
    figures = reader.monitoring(only, language)
    failures, gone, left_out = _failures(figures)
    criteria = figures.criteria
    unscored = sum(c.unscored for c in criteria)
    judged = sum(c.applicable for c in criteria)
    return MonitoringReport(
        made_at=made_at,
        source=source_of(reader),
        scope=figures.scope,
        people=figures.people,
        totals=figures.totals.model_copy(update={"failed": len(failures)}),
        overall=_line(figures.overall),
        unscored=Share(count=unscored, of=judged + unscored),
        trend_step=figures.trend_step,
        trend=tuple(_line(item) for item in figures.trend),
        groups=tuple(
            ScoreTable(by=table.by, lines=tuple(_line(item) for item in table.groups))
            for table in figures.groups
        ),
        criteria=_pareto(criteria),
        measures=figures.measures,
        tone_trends=figures.tone_trends,
        failures=failures,
        failures_gone=gone,
        failures_left_out=left_out,
        trust_reasons=figures.trust_reasons,
        unscored_reasons=figures.unscored_reasons,
    )


def _failures(figures: MonitoringFigures) -> tuple[tuple[FailureRow, ...], int, int]:
    """Return the failures to list, and how many are not: files that are gone, and of nobody.

    What was deleted or repaired under another name would else be listed for ever.
    """
    only = figures.scope.only
    if any((only.team, only.site, only.queue, only.agent_id, only.language)):
        return (), 0, len(figures.failures)
    looked = [
        failure.model_copy(update={"gone": not os.path.exists(failure.path)})  # noqa: PTH110
        for failure in figures.failures
    ]
    listed = tuple(failure for failure in looked if failure.last_run or not failure.gone)
    return listed, len(looked) - len(listed), 0


def _line(figures: ScoreFigures) -> ScoreLine:
    return ScoreLine(
        label=figures.label,
        name=figures.name,
        calls=figures.calls,
        counted=figures.counted,
        mean_pct=figures.mean_pct,
        mean_low_pct=figures.mean_low_pct,
        mean_high_pct=figures.mean_high_pct,
        pass_rate=Share(count=figures.passed, of=figures.judged),
    )


def _pareto(criteria: tuple[CriterionFigures, ...]) -> tuple[CriterionLine, ...]:
    """Add up the lost points from the top (the figures come ordered by them)."""
    total = sum(c.lost_points for c in criteria)
    lines, so_far = [], Decimal(0)
    for figures in criteria:
        so_far += figures.lost_points
        lines.append(
            CriterionLine(
                figures=figures,
                not_met=Share(count=figures.not_met, of=figures.applicable),
                cumulative_lost_pct=float(100 * so_far / total) if total else 0.0,
            )
        )
    return tuple(lines)
