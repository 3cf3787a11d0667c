"""Verdicts that stored calls were given before, read a batch at a time.

Only those that speak of the very conversation that lies in the store, not of one before it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from qa_pipeline.records import Evidence, ReachedVerdict
from qa_pipeline.records.base import bare
from qa_pipeline.store.columns import between, read_columns, rows_of

if TYPE_CHECKING:
    import duckdb

    from qa_pipeline.store.stored_calls import CallBatch

Span = tuple[int, int]
"""First and last row."""
_NONE: Span = (0, -1)


class JudgedBy(NamedTuple):
    """By which content of a card, and by what, calls were judged."""

    scorecard: str
    version: int
    scorecard_hash: str
    engine: str


ResultRows = dict[str, Span]
"""Between which rows the results of some calls by one version of a card lie, by table."""
VerdictsOf = dict[str, ReachedVerdict]
"""By id of the criterion."""

_TABLES = ("scores", "criterion_results", "evidence")
_VERDICT = "call_id, criterion_id, verdict, reason, confidence, needs_review"
_EVIDENCE = "call_id, criterion_id, kind, start_s, end_s, quote, utterance_id, role, context"


def judged_by(connection: "duckdb.DuckDBPyConnection") -> list[tuple[JudgedBy, int]]:
    """Return by what calls were judged, and how many, as far as it is known."""
    rows = connection.execute(
        "SELECT scorecard, version, scorecard_hash, engine, count(*) FROM scores "
        "WHERE engine IS NOT NULL GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    return [(JudgedBy(*row[:4]), int(row[4])) for row in rows]


def plan_results(
    connection: "duckdb.DuckDBPyConnection", cards: Sequence[JudgedBy]
) -> dict[int, dict[JudgedBy, ResultRows]]:
    """Return for each batch of the temporary table ``to_read`` where results by ``cards`` lie."""
    known = {(card.scorecard, card.version): card for card in cards}
    found: dict[int, dict[JudgedBy, ResultRows]] = {}
    for table in _TABLES if known else ():
        rows = connection.execute(
            f"SELECT batch, scorecard, version, min(t.rowid), max(t.rowid) FROM {table} t "
            "JOIN to_read USING (call_id) GROUP BY ALL"
        ).fetchall()
        for batch, name, version, first, last in rows:
            if (name, version) in known:
                of_batch = found.setdefault(int(batch), {})
                spans = of_batch.setdefault(known[name, version], {})
                spans[table] = int(first), int(last)
    return found


def read_verdicts(
    connection: "duckdb.DuckDBPyConnection",
    batch: "CallBatch",
    wanted: Sequence[tuple[JudgedBy, Sequence[str]]],
) -> dict[str, tuple[JudgedBy, VerdictsOf]]:
    """Return the verdicts on the calls of a batch, with what they were judged by.

    ``wanted``: what to take verdicts of, the best first, and on which criteria. Each call has
    those of the first by which it was judged as it is stored.
    """
    found: dict[str, tuple[JudgedBy, VerdictsOf]] = {}
    for card, criteria in wanted:
        left = [name for name in batch.call_ids if name not in found]
        rows = batch.results.get(card)
        calls = _judged_as_stored(connection, card, left, rows) if left and rows else []
        if calls and rows:
            verdicts = _verdicts(connection, card, calls, criteria, rows)
            found |= {name: (card, of_call) for name, of_call in verdicts.items()}
    return found


def _judged_as_stored(
    connection: "duckdb.DuckDBPyConnection",
    card: JudgedBy,
    calls: Sequence[str],
    rows: ResultRows,
) -> list[str]:
    """Return which of the calls were judged by the card in the conversation that is stored."""
    found = connection.execute(
        f"WITH part AS MATERIALIZED ({between('scores', rows['scores'])}) "
        "SELECT call_id FROM part s JOIN calls c USING (call_id) "
        "WHERE call_id IN (SELECT unnest(?)) AND s.scorecard = ? AND s.version = ? "
        "AND s.scorecard_hash = ? AND s.engine = ? AND s.call_processed_at = c.processed_at",
        [list(calls), *card],
    ).fetchall()
    return [str(row[0]) for row in found]


def _verdicts(
    connection: "duckdb.DuckDBPyConnection",
    card: JudgedBy,
    calls: Sequence[str],
    criteria: Sequence[str],
    rows: ResultRows,
) -> dict[str, VerdictsOf]:
    """Return the verdicts by one card."""
    where = (
        "scorecard = ? AND version = ? AND call_id IN (SELECT unnest(?)) "
        "AND criterion_id IN (SELECT unnest(?))"
    )
    asked = [card.scorecard, card.version, list(calls), list(criteria)]
    order = "call_id, criterion_id, position"
    evidence: dict[tuple[str, str], list[Evidence]] = {}
    pieces = read_columns(
        connection, "evidence", rows.get("evidence", _NONE), _EVIDENCE, order, where, asked
    )
    for row in rows_of(pieces):
        key = row.pop("call_id"), row.pop("criterion_id")
        evidence.setdefault(key, []).append(bare(Evidence, **row))
    found: dict[str, VerdictsOf] = {}
    columns = read_columns(
        connection,
        "criterion_results",
        rows["criterion_results"],
        _VERDICT,
        "call_id",
        where,
        asked,
    )
    for row in rows_of(columns):
        name, criterion = row.pop("call_id"), row.pop("criterion_id")
        of_call = found.setdefault(name, {})
        of_call[criterion] = ReachedVerdict(
            **row, evidence=tuple(evidence.get((name, criterion), ()))
        )
    return found
