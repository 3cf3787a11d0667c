"""What the store answers with: frozen rows, so that no SQL is needed outside of it."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from qa_pipeline.records import TrustLevel
from qa_pipeline.records.base import Record


def plain_decimal(value: Decimal) -> Decimal:
    """Return a decimal without the zeros that a column's scale adds (``5.000000`` is ``5``)."""
    whole = value.to_integral_value()
    return whole if value == whole else value.normalize()


RunStatus = Literal["running", "done", "failed", "interrupted"]


class DamagedBundle(Record):
    """A bundle that could not be taken in, and why."""

    path: str
    reason: str


class IngestSummary(Record):
    """What taking in a folder of bundles did."""

    bundles: int
    """Bundles taken in now."""
    already_known: int
    """Bundles passed over because they had been taken in before."""
    calls_added: int
    calls_replaced: int
    failures: int
    """Failures taken in now."""
    damaged: tuple[DamagedBundle, ...] = ()
    removed: int = 0
    """Bundles of calls that were removed for good: deleted, not taken in."""
    seconds: float


class Run(Record):
    """One run: what was asked, and how it ended."""

    run_id: str
    started_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    profile: str
    scorecard: str
    """Ids of the scorecards, comma-separated."""
    paths: tuple[str, ...]
    processed: int = Field(default=0, ge=0)
    skipped: int = Field(default=0, ge=0)
    failed: int = Field(default=0, ge=0)
    status: RunStatus = "running"
    removed: int | None = Field(default=None, ge=0)
    """Calls passed over because they were removed for good; ``None``: not noted then."""


class StoreInfo(Record):
    """What a store holds."""

    schema_version: int
    calls: int
    utterances: int
    words: int
    scores: int
    open_failures: int
    runs: int
    scorecards: tuple[str, ...]
    first_day: date | None
    last_day: date | None


class QueryResult(Record):
    """The answer to a query in SQL."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class CallFilter(Record):
    """Which calls to look at; what is ``None`` does not narrow. Days include both ends.

    The day of a call is the local day it started on, or, where its metadata has no time, the
    day it was processed.
    """

    since: date | None = None
    until: date | None = None
    team: str | None = None
    site: str | None = None
    queue: str | None = None
    agent_id: str | None = None
    language: str | None = None
    scorecard: str | None = None
    """Scorecard whose scores to show; ``None``: the usual one."""
    usual_scorecard: str | None = None
    """Scorecard to show where none is asked for: that of the configuration. ``None``, or none of
    the calls was judged by it: the one that most of them have."""


class CallRow(Record):
    """One call in a list."""

    call_id: str
    day: date
    started_at: AwareDatetime | None
    agent_id: str | None
    agent_name: str | None
    team: str | None
    queue: str | None
    language: str
    duration_s: float
    trust: TrustLevel
    scorecard: str | None
    version: int | None
    total_pct: Decimal | None
    """The total that counts: people's where they have judged the call."""
    total_low_pct: Decimal | None
    total_high_pct: Decimal | None
    """The range that the total could still take."""
    judged_by: str | None
    """``machine`` or ``people``; None for a call without a score."""
    passed: bool | None
    to_check: int
    """Verdicts that a person should check, and nobody has judged yet."""
    path: str
