"""Scores after review: which are to be computed, from what, and where the result lies.

No arithmetic here: the one definition of it is in ``scoring``, and ``pipeline.reviewed`` applies
it to what this module hands out.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import AwareDatetime

from qa_pipeline.records import TrustLevel, Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.store.figures import Points
from qa_pipeline.store.ingest import roll_back
from qa_pipeline.store.monitoring_queries import rows

if TYPE_CHECKING:
    import duckdb


class JudgedCriterion(Record):
    """One criterion of a call: the machine's verdict and what people say."""

    criterion_id: str
    machine_verdict: Verdict
    machine_needs_review: bool
    people_state: str | None
    """``decided``, ``agreed`` or ``disputed``; ``None`` where nobody reviewed it."""
    people_verdict: Verdict | None


class JudgedCall(Record):
    """A scored call that people reviewed: everything a score after review depends on."""

    call_id: str
    scorecard: str
    version: int
    scorecard_hash: str
    trust: TrustLevel
    language: str
    scored_at: AwareDatetime
    criteria: tuple[JudgedCriterion, ...]


class ReviewedScore(Record):
    """The score of a call by the verdicts that count after review."""

    call_id: str
    scorecard: str
    version: int
    scorecard_hash: str
    total_pct: Points | None
    total_without_critical_pct: Points | None
    total_low_pct: Points | None
    """The total if every verdict that is still open turned out not met."""
    total_high_pct: Points | None
    """The same if every one turned out met."""
    passed: bool | None
    reviewed: int
    changed: int
    disputed: int
    note: str | None = None
    scored_at: AwareDatetime


class ReviewedResult(Record):
    """What people's verdict on a criterion of a call earns."""

    call_id: str
    scorecard: str
    version: int
    criterion_id: str
    verdict: Verdict
    points_earned: Points
    points_possible: Points


_STALE: Final = """
    SELECT s.call_id, s.scorecard, s.version, s.scorecard_hash, s.trust, c.language, s.scored_at
    FROM current_scores s JOIN calls c USING (call_id)
    JOIN (SELECT call_id, scorecard, max(imported_at) AS latest FROM review_events GROUP BY ALL) e
        ON e.call_id = s.call_id AND e.scorecard = s.scorecard
    LEFT JOIN reviewed_scores r ON r.call_id = s.call_id AND r.scorecard = s.scorecard
        AND r.version = s.version
    LEFT JOIN (SELECT DISTINCT v.call_id, v.scorecard, v.version FROM current_verdicts v
        LEFT JOIN reviewed_results w USING (call_id, scorecard, version, criterion_id)
        WHERE v.people_state IS NOT NULL AND v.people_verdict IS DISTINCT FROM w.verdict) d
        ON d.call_id = s.call_id AND d.scorecard = s.scorecard AND d.version = s.version
    WHERE r.call_id IS NULL OR r.scored_at <> s.scored_at OR r.scorecard_hash <> s.scorecard_hash
        OR r.computed_at < e.latest OR (r.note IS NOT NULL AND r.total_pct IS NULL)
        OR (r.total_low_pct IS NULL AND r.total_pct IS NOT NULL)
        OR d.call_id IS NOT NULL
    ORDER BY ALL"""


def stale_calls(connection: "duckdb.DuckDBPyConnection") -> tuple[JudgedCall, ...]:
    """Return the reviewed calls whose score after review is missing or out of date."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE stale AS {_STALE}")
    criteria: dict[tuple[str, str], list[JudgedCriterion]] = {}
    found = rows(
        connection,
        "SELECT v.call_id, v.scorecard, v.criterion_id, v.machine_verdict, "
        "v.machine_needs_review, v.people_state, v.people_verdict FROM current_verdicts v "
        "SEMI JOIN stale USING (call_id, scorecard) ORDER BY ALL",
    )
    for row in found:
        place = (row.pop("call_id"), row.pop("scorecard"))
        criteria.setdefault(place, []).append(JudgedCriterion.model_validate(row))
    calls = rows(connection, "SELECT * FROM stale ORDER BY ALL")
    return tuple(
        JudgedCall(**row, criteria=tuple(criteria.get((row["call_id"], row["scorecard"]), ())))
        for row in calls
    )


def put_scores(
    connection: "duckdb.DuckDBPyConnection",
    scores: Iterable[ReviewedScore],
    results: Iterable[ReviewedResult] = (),
) -> int:
    """Write scores after review, each in place of an earlier one; return how many.

    ``results``: what people's verdicts earn in these calls.
    """
    names = [*ReviewedScore.model_fields, "computed_at"]
    now = datetime.now(UTC)
    values: list[list[Any]] = [[*(getattr(s, n) for n in names[:-1]), now] for s in scores]
    if not values:
        return 0
    connection.execute("BEGIN")
    try:
        places = ", ".join("?" for _ in names)
        connection.executemany(
            f"INSERT OR REPLACE INTO reviewed_scores ({', '.join(names)}) VALUES ({places})",
            values,
        )
        _put_results(connection, [value[:3] for value in values], results)
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise
    return len(values)


def _put_results(
    connection: "duckdb.DuckDBPyConnection",
    calls: list[list[Any]],
    results: Iterable[ReviewedResult],
) -> None:
    """Replace what people's verdicts earn in these calls (call, scorecard, version)."""
    connection.executemany(
        "DELETE FROM reviewed_results WHERE call_id = ? AND scorecard = ? AND version = ?", calls
    )
    rows_ = [list(result.model_dump().values()) for result in results]
    if rows_:
        names = ReviewedResult.model_fields
        places = ", ".join("?" for _ in names)
        connection.executemany(
            f"INSERT INTO reviewed_results ({', '.join(names)}) VALUES ({places})", rows_
        )


def reviewed_scores(
    connection: "duckdb.DuckDBPyConnection", call_id: str | None
) -> tuple[ReviewedScore, ...]:
    """Return the scores after review of a call, or of all, by the current versions."""
    names = ", ".join(f"r.{name}" for name in ReviewedScore.model_fields)
    found = rows(
        connection,
        f"SELECT {names} FROM reviewed_scores r JOIN current_scores s "
        "USING (call_id, scorecard, version, scored_at) "
        "WHERE ($1 IS NULL OR r.call_id = $1) AND (r.reviewed > 0 OR r.disputed > 0) "
        "ORDER BY r.call_id, r.scorecard",
        [call_id],
    )
    return tuple(ReviewedScore.model_validate(row) for row in found)
