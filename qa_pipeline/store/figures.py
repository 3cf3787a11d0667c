"""What the reports are made of: counts and sums, nothing rounded and nothing judged."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime

from qa_pipeline.records import Evidence, MeasureRole, Role, Stage, TrustLevel, Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.store.rows import CallFilter, plain_decimal

Points = Annotated[Decimal, AfterValidator(plain_decimal)]

GroupBy = Literal["team", "site", "queue", "agent", "language", "direction"]


class Scope(Record):
    """Which calls and which scorecard a report is about."""

    only: CallFilter
    scorecard: str | None
    """``None`` when no call of the period has been scored."""
    versions: tuple[int, ...]
    other_scorecards: tuple[str, ...]
    """Scorecards that also judged calls of the period and are not in this report."""
    first_day: date | None
    last_day: date | None


class Totals(Record):
    """How many calls, and what became of them."""

    calls: int
    duration_s: float
    trusted: int
    """Trust ``ok``."""
    to_review: int
    """Trust ``review``, and not judged by people on every criterion."""
    rejected: int
    """Trust ``reject``, and not judged by people on every criterion."""
    counted: int
    """Trusted, or judged by people on every criterion, and with a score: the calls that the
    averages are made of."""
    to_check: int
    """Trusted calls with at least one verdict that a person should check."""
    failed: int
    """Files that could not be processed."""


class PeopleFigures(Record):
    """How many of the verdicts of a report are people's."""

    verdicts: int
    """On which people agree, or one decided: theirs count instead of the machine's."""
    calls: int
    """Calls with such a verdict."""
    changed: int
    """Those of them where the machine had said otherwise."""
    disputed: int
    """On which people are at odds: left out until they agree."""
    earlier: int
    """Of single people on questions that are asked no more: they do not count."""


class ScoreFigures(Record):
    """Scores of a group of calls; only counted calls make the average and the pass rate."""

    label: str
    name: str | None = None
    """For people, where the label is an id."""
    calls: int
    counted: int
    mean_pct: float | None
    mean_low_pct: float | None = None
    """The average if every verdict of counted calls that is open turned out not met."""
    mean_high_pct: float | None = None
    """The same if every one turned out met."""
    judged: int
    """Counted calls with a pass or fail."""
    passed: int


class GroupFigures(Record):
    """The calls side by side by one property."""

    by: GroupBy
    groups: tuple[ScoreFigures, ...]


class CriterionFigures(Record):
    """How often a criterion was met, over trusted calls.

    Verdicts that a person should check are in ``to_check`` and nowhere else.
    """

    criterion_id: str
    section_id: str
    section: str
    """What its section is called."""
    name: str
    critical: str | None
    met: int
    partly_met: int
    not_met: int
    not_applicable: int
    unscored: int
    to_check: int
    by_people: int
    """Verdicts among those before that people gave."""
    lost_points: Points
    """Points of the total (0 to 100) that it cost the counted calls, added up."""
    lost_critical: Points
    """The part of them that was lost because it is critical and failed a section or the card."""

    @property
    def applicable(self) -> int:
        """Verdicts that say met, partly met or not met."""
        return self.met + self.partly_met + self.not_met


class MeasureFigures(Record):
    """One measure over the trusted calls."""

    name: str
    role: MeasureRole
    calls: int
    mean: float
    p10: float
    median: float
    p90: float


class ToneTrend(Record):
    """Which way the tone of one side went, over the trusted calls in which it could be told."""

    role: MeasureRole
    improving: int
    steady: int
    worsening: int


class FailureRow(Record):
    """A file that could not be processed."""

    path: str
    call_id: str | None
    stage: Stage
    reason: str
    failed_at: AwareDatetime
    last_run: bool
    """Whether the last run met it; else it is of an earlier one."""
    gone: bool = False
    """Whether the file is no longer there; a store cannot tell, the report looks."""


class ReasonCount(Record):
    """A reason and how often it was given."""

    reason: str
    count: int


class MonitoringFigures(Record):
    """Everything in the monitoring report."""

    scope: Scope
    people: PeopleFigures
    totals: Totals
    overall: ScoreFigures
    trend_step: Literal["day", "week"]
    trend: tuple[ScoreFigures, ...]
    """Labels are ISO dates: the day, or the Monday of the week."""
    groups: tuple[GroupFigures, ...]
    criteria: tuple[CriterionFigures, ...]
    """Those with the most lost points first."""
    measures: tuple[MeasureFigures, ...]
    tone_trends: tuple[ToneTrend, ...]
    failures: tuple[FailureRow, ...]
    trust_reasons: tuple[ReasonCount, ...]
    unscored_reasons: tuple[ReasonCount, ...]


class Line(Record):
    """Something said, to show what was there where something else was looked for."""

    utterance_id: str
    role: Role
    text: str
    start_s: float
    end_s: float


class Example(Record):
    """One verdict in one call, with the evidence to listen to."""

    call_id: str
    day: date
    agent_id: str | None
    agent_name: str | None
    language: str
    criterion_id: str
    verdict: Verdict
    reason: str
    total_pct: Points | None
    evidence: tuple[Evidence, ...]
    judged_by: Literal["machine", "people"] = "machine"
    said: tuple[Line, ...] = ()
    """What the agent said in the window that was searched in vain, or what was said around a
    measured fact such as a silence."""


class CriterionFinding(Record):
    """How one agent does on one criterion."""

    criterion_id: str
    section_id: str
    name: str
    """What the criterion asks for."""
    critical: str | None
    met: int
    partly_met: int
    not_met: int
    lost_points: Points
    """Points of the total (0 to 100) that it cost the agent's counted calls, added up."""
    lost_critical: Points
    """The part of them that was lost because it is critical and failed a section or the card."""
    everyone_applicable: int
    everyone_met: int
    examples: tuple[Example, ...] = ()
    """What was heard: missed ones for a focus, met ones for a strength."""
    role_models: tuple[Example, ...] = ()
    """The same criterion done well in other calls, in a language that the agent speaks."""

    @property
    def applicable(self) -> int:
        """Verdicts that say met, partly met or not met."""
        return self.met + self.partly_met + self.not_met


class GoodCall(Record):
    """A call worth listening to, with moments that show why."""

    call_id: str
    day: date
    agent_id: str | None
    agent_name: str | None
    language: str
    duration_s: float
    total_pct: Points
    total_low_pct: Points | None = None
    """The total if every verdict that is open turned out not met."""
    total_high_pct: Points | None = None
    """The same if every one turned out met."""
    moments: tuple[Example, ...]


class Waiting(Record):
    """Something that waits for a person, and is counted neither for nor against anybody."""

    call_id: str
    day: date
    trust: TrustLevel
    criterion_id: str | None
    """``None``: the whole call."""
    name: str | None
    reasons: tuple[str, ...]


class Departure(Record):
    """A call in which an agent spoke unlike they usually do."""

    call_id: str
    day: date
    language: str
    name: str
    """The measure, such as ``loudness_dbfs``."""
    value: float
    median: float
    """What is usual for the agent in this language."""
    spread: float
    calls: int
    """Calls that the habit rests on."""
    z: float
    """Distance from the usual in spreads (robust standard deviations)."""


class AgentFindings(Record):
    """What one agent does well and what to work on next."""

    agent_id: str | None
    """``None``: calls whose metadata names no agent."""
    agent_name: str | None
    team: str | None
    languages: tuple[str, ...]
    scores: ScoreFigures
    untrusted: int
    """Calls left out because their transcript cannot be trusted without a person's look."""
    to_check: int
    """Verdicts left out because a person should check them first."""
    lost_points: Points
    """Points of the total (0 to 100) that the counted calls lost, added up."""
    possible_points: Points
    """100 for each counted call."""
    focus: tuple[CriterionFinding, ...]
    """All that is critical and was not met, then at most five others; what cost most first."""
    strengths: tuple[CriterionFinding, ...]
    good_calls: tuple[GoodCall, ...]
    waiting: tuple[Waiting, ...]
    """At most ten: calls that cannot be trusted first, then verdicts to check."""
    departures: tuple[Departure, ...] = ()
    """At most five, the furthest from the agent's habit first; empty where none is known."""


class CoachingFigures(Record):
    """Everything in the coaching report."""

    scope: Scope
    people: PeopleFigures
    agents: tuple[AgentFindings, ...]
    """The one who lost the largest share of points first."""
    shared: tuple[CriterionFigures, ...]
    """Criteria that at least half of the agents (two or more) have to work on: a group's topic."""
    good_calls: tuple[GoodCall, ...]
