"""What a draft of a scorecard would change: the figures that a backtest comes to."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from qa_pipeline.records import Evidence, Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.reports.source import ReportSource
from qa_pipeline.store import LeftOut


class CardSide(Record):
    """One of the two cards."""

    scorecard: str
    version: int
    hash: str
    pass_mark: Decimal


class ScoreBin(Record):
    """Calls whose totals lie between two marks, by each card."""

    low_pct: int
    high_pct: int
    published: int
    draft: int


class ScoreCell(Record):
    """Calls that had a total from ``published_pct`` and would have one from ``draft_pct``."""

    published_pct: int
    draft_pct: int
    calls: int


class Flip(Record):
    """How often a verdict turned into another."""

    published: Verdict
    draft: Verdict
    calls: int


class CriterionChange(Record):
    """One criterion by both cards."""

    criterion_id: str
    name: str
    only_in: Literal["published", "draft"] | None
    published: dict[str, int]
    """Calls by verdict."""
    draft: dict[str, int]
    flips: tuple[Flip, ...]
    flipped: int


class AgentChange(Record):
    """One agent by both cards. An agent passes whose mean total reaches the pass mark."""

    agent_id: str
    agent_name: str | None
    calls: int
    """Calls that both cards gave a total."""
    published_mean_pct: float
    draft_mean_pct: float
    published_passed: int
    """Calls that passed."""
    draft_passed: int
    change: Literal["passes now", "passes no longer"] | None


class FlippedCall(Record):
    """A verdict that turned, with the seconds to listen to."""

    call_id: str
    agent_id: str | None
    criterion_id: str
    name: str
    language: str
    published: Verdict
    draft: Verdict
    start_s: float
    end_s: float
    quote: str | None
    """``None``: something is missing or measured in those seconds."""
    published_reason: str
    draft_reason: str
    evidence: tuple[Evidence, ...] = Field(default=(), exclude=True, repr=False)
    """What both verdicts rest on, the draft's first; by it quote and reasons are redacted."""


class Backtest(Record):
    """Everything that a backtest found."""

    report: Literal["backtest"] = "backtest"
    made_at: datetime
    source: ReportSource
    published: CardSide
    draft: CardSide
    changes: tuple[str, ...]
    """What differs between the cards, in words."""
    people_left_out: tuple[LeftOut, ...] = ()
    """What people said that would not count for the draft."""
    calls: int
    both_scored: int
    """Calls that both cards gave a total."""
    published_mean_pct: float | None
    draft_mean_pct: float | None
    up: int
    down: int
    same: int
    now_passed: int
    """Calls that failed by the published card and pass by the draft."""
    now_failed: int
    """Calls that passed by the published card and fail by the draft."""
    published_passed: int
    draft_passed: int
    published_undecided: int
    """Calls of which a critical find that asks for a review decides whether they pass."""
    draft_undecided: int
    only_published: int
    """Calls that only the published card gave a total."""
    only_draft: int
    bins: tuple[ScoreBin, ...]
    cells: tuple[ScoreCell, ...]
    criteria: tuple[CriterionChange, ...]
    agents: tuple[AgentChange, ...]
    listen: tuple[FlippedCall, ...]
