"""The golden set: reviewed calls that every change of rules or models is checked against."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import AwareDatetime

from qa_pipeline.records import Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.store.monitoring_queries import rows
from qa_pipeline.store.same_call import ids_of_today

if TYPE_CHECKING:
    import duckdb


class GoldenCall(Record):
    """A call of the golden set."""

    call_id: str
    marked_at: AwareDatetime
    marked_by: str
    reason: str | None
    reviewed: int
    """Criteria on which people agree or one decided."""


class PeoplesVerdict(Record):
    """What people agree on about one criterion of one golden call, and what they were asked."""

    call_id: str
    criterion_id: str
    verdict: Verdict
    language: str
    """Of the call."""
    ask: str | None
    """What the criterion asks; ``None`` where its card is not at hand."""
    name: str
    """What the criterion is called."""


class BaselineVerdict(Record):
    """The machine's verdict on one criterion of one golden call when a baseline was recorded."""

    scorecard: str
    version: int
    scorecard_hash: str
    call_id: str
    criterion_id: str
    verdict: Verdict
    asked: str | None = None
    """What the criterion asked, in the call's language; ``None`` where that is not known."""


class Baseline(Record):
    """What a check is compared with."""

    recorded_at: AwareDatetime | None
    """``None``: never recorded; the scores in the store are taken."""
    verdicts: tuple[BaselineVerdict, ...]


def mark(
    connection: "duckdb.DuckDBPyConnection",
    call_ids: Sequence[str],
    by: str,
    reason: str | None,
    *,
    golden: bool,
) -> tuple[str, ...]:
    """Put calls into the golden set or take them out; return those for which that is new."""
    now = datetime.now(UTC)
    today = {row["call_id"] for row in rows(connection, "SELECT call_id FROM golden_calls")}
    ids = ids_of_today(connection, call_ids)
    meant = dict.fromkeys(ids.get(call_id, call_id) for call_id in call_ids)
    changed = [call_id for call_id in meant if (call_id in today) is not golden]
    if changed:
        connection.executemany(
            "INSERT INTO golden_events VALUES (?, ?, ?, ?, ?)",
            [[call_id, now, golden, by, reason] for call_id in changed],
        )
    return tuple(changed)


def golden_calls(connection: "duckdb.DuckDBPyConnection") -> tuple[GoldenCall, ...]:
    """Return the golden set, by call."""
    found = rows(
        connection,
        "SELECT g.*, (SELECT count(*) FROM review_outcomes o WHERE o.call_id = g.call_id "
        "AND o.verdict IS NOT NULL) AS reviewed FROM golden_calls g ORDER BY g.call_id",
    )
    return tuple(GoldenCall.model_validate(row) for row in found)


def people_verdicts(
    connection: "duckdb.DuckDBPyConnection", scorecard: str
) -> tuple[PeoplesVerdict, ...]:
    """Return what people agree on, by golden call and criterion of the scorecard."""
    found = rows(
        connection,
        "SELECT call_id, criterion_id, o.verdict, c.language, q.ask, q.name "
        "FROM review_outcomes o JOIN current_scores s USING (call_id, scorecard) "
        "JOIN criterion_questions q USING (call_id, scorecard, version, criterion_id) "
        "JOIN calls c USING (call_id) SEMI JOIN golden_calls g ON g.call_id = c.call_id "
        "WHERE scorecard = ? AND o.verdict IS NOT NULL AND o.verdict <> 'unscored' ORDER BY ALL",
        [scorecard],
    )
    return tuple(PeoplesVerdict.model_validate(row) for row in found)


def baseline(connection: "duckdb.DuckDBPyConnection", scorecard: str) -> Baseline:
    """Return the baseline recorded last, else what the store has on the golden calls."""
    row = connection.execute(
        "SELECT max(recorded_at) FROM golden_baselines WHERE scorecard = ?", [scorecard]
    ).fetchone()
    names = ", ".join(BaselineVerdict.model_fields)
    if row is not None and row[0] is not None:
        sql = f"SELECT {names} FROM golden_baselines WHERE scorecard = ? AND recorded_at = ?"
        found = rows(connection, f"{sql} ORDER BY ALL", [scorecard, row[0]])
        recorded_at: datetime | None = row[0]
    else:
        found = rows(
            connection,
            "SELECT r.scorecard, r.version, s.scorecard_hash, r.call_id, r.criterion_id, "
            "r.verdict, q.ask AS asked FROM current_criterion_results r JOIN current_scores s "
            "USING (call_id, scorecard, version) JOIN criterion_questions q "
            "USING (call_id, scorecard, version, criterion_id) SEMI JOIN golden_calls g "
            "ON g.call_id = r.call_id WHERE r.scorecard = ? ORDER BY ALL",
            [scorecard],
        )
        recorded_at = None
    verdicts = tuple(BaselineVerdict.model_validate(item) for item in found)
    return Baseline(recorded_at=recorded_at, verdicts=verdicts)


def record_baseline(
    connection: "duckdb.DuckDBPyConnection", verdicts: Sequence[BaselineVerdict], by: str
) -> None:
    """Record the verdicts that later checks are compared with."""
    now, names = datetime.now(UTC), tuple(BaselineVerdict.model_fields)
    connection.execute("BEGIN")
    try:
        connection.executemany(
            f"INSERT INTO golden_baselines (recorded_at, recorded_by, {', '.join(names)}) "
            f"VALUES ({', '.join('?' for _ in range(2 + len(names)))})",
            [[now, by, *(getattr(v, name) for name in names)] for v in verdicts],
        )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
