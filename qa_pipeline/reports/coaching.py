"""The coaching report: whom to coach on what, for the trainer who does it tomorrow."""

from typing import Literal

from pydantic import AwareDatetime

from qa_pipeline.records.base import Record
from qa_pipeline.reports.catalogue import ReportLanguage
from qa_pipeline.reports.source import ReportSource, source_of
from qa_pipeline.reports.statistics import Share
from qa_pipeline.store.figures import (
    AgentFindings,
    CriterionFigures,
    CriterionFinding,
    GoodCall,
    PeopleFigures,
    Scope,
)
from qa_pipeline.store.reader import StoreReader
from qa_pipeline.store.rows import CallFilter


class AgentCoaching(Record):
    """One agent: the findings, and the pass rate with its interval."""

    findings: AgentFindings
    pass_rate: Share

    @property
    def name(self) -> str | None:
        """What the agent is called; ``None`` for calls that name no agent."""
        return self.findings.agent_name or self.findings.agent_id or None

    @property
    def lost_a_call(self) -> float | None:
        """Points of the total (0 to 100) that a counted call lost on average."""
        possible = float(self.findings.possible_points)
        return 100.0 * float(self.findings.lost_points) / possible if possible else None


class CoachingReport(Record):
    """The coaching report; its JSON form is stable within a ``schema_version``."""

    report: Literal["coaching"] = "coaching"
    schema_version: Literal[2] = 2
    made_at: AwareDatetime
    source: ReportSource
    scope: Scope
    people: PeopleFigures
    agents: tuple[AgentCoaching, ...]
    """Those with most to win first."""
    shared: tuple[CriterionFigures, ...]
    """Topics for the whole group."""
    good_calls: tuple[GoodCall, ...]


def coaching_report(
    reader: StoreReader,
    made_at: AwareDatetime,
    only: CallFilter | None = None,
    language: ReportLanguage = "en",
) -> CoachingReport:
    """Build the report of the calls that pass the filter, with names for readers of a language."""
    figures = reader.coaching(only, language)
    return CoachingReport(
        made_at=made_at,
        source=source_of(reader),
        scope=figures.scope,
        people=figures.people,
        agents=tuple(
            AgentCoaching(
                findings=findings,
                pass_rate=Share(count=findings.scores.passed, of=findings.scores.judged),
            )
            for findings in figures.agents
        ),
        shared=figures.shared,
        good_calls=figures.good_calls,
    )


def missed(finding: CriterionFinding) -> int:
    """Return in how many calls the criterion was missed, wholly or partly."""
    return finding.not_met + finding.partly_met


def others_missed_pct(finding: CriterionFinding) -> float | None:
    """Return in what share of the other agents' calls it was not fully met, in per cent."""
    others = finding.everyone_applicable - finding.applicable
    met = finding.everyone_met - finding.met
    return 100.0 * (others - met) / others if others else None
