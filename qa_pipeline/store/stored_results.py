"""Verdicts that stored calls were given before, read a batch at a time.

Only those that still speak of the call as it lies in the store: judged after it was processed.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from qa_pipeline.records import Evidence, ReachedVerdict
from qa_pipeline.records.base import bare
from qa_pipeline.store.columns import read_columns, rows_of

if TYPE_CHECKING:
    import duckdb

    from qa_pipeline.store.stored_calls import CallBatch

Span = tuple[int, int]
"""First and last row."""


class JudgedBy(NamedTuple):
    """By which content of a card, and by what, calls were judged."""

    scorecard: str
    version: int
    scorecard_hash: str
    engine: str


class ResultRows(NamedTuple):
    """Between which rows the results of some calls by one version of a card lie."""

    verdicts: Span
    evidence: Span


VerdictsOf = dict[str, ReachedVerdict]
"""By id of the criterion."""

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
    spans: dict[str, dict[tuple[int, JudgedBy], Span]] = {}
    for table in ("criterion_results", "evidence") if known else ():
        rows = connection.execute(
            f"SELECT batch, scorecard, version, min(t.rowid), max(t.rowid) FROM {table} t "
            "JOIN to_read USING (call_id) GROUP BY ALL"
        ).fetchall()
        spans[table] = {
            (int(batch), known[name, version]): (int(first), int(last))
            for batch, name, version, first, last in rows
            if (name, version) in known
        }
    for (batch, card), span in spans.get("criterion_results", {}).items():
        evidence = spans["evidence"].get((batch, card), (0, -1))
        found.setdefault(batch, {})[card] = ResultRows(span, evidence)
    return found


def read_verdicts(
    connection: "duckdb.DuckDBPyConnection",
    batch: "CallBatch",
    wanted: Sequence[tuple[JudgedBy, Sequence[str]]],
) -> dict[str, tuple[JudgedBy, VerdictsOf]]:
    """Return the verdicts on the calls of a batch, with what they were judged by.

    ``wanted``: what to take verdicts of, the best first, and on which criteria. Each call has
    those of the first by which it was judged since it was processed.
    """
    chosen = _chosen(connection, batch, [card for card, _ in wanted])
    found: dict[str, tuple[JudgedBy, VerdictsOf]] = {}
    for card, criteria in wanted:
        calls = [name for name, by in chosen.items() if by == card]
        if calls and card in batch.results:
            rows = batch.results[card]
            verdicts = _verdicts(connection, card, calls, criteria, rows)
            found |= {name: (card, of_call) for name, of_call in verdicts.items()}
    return found


def _chosen(
    connection: "duckdb.DuckDBPyConnection", batch: "CallBatch", cards: Sequence[JudgedBy]
) -> dict[str, JudgedBy]:
    """Return of which card each call's verdicts are taken."""
    rows = connection.execute(
        "SELECT s.call_id, s.scorecard, s.version, s.scorecard_hash, s.engine FROM scores s "
        "JOIN calls c USING (call_id) WHERE s.call_id IN (SELECT unnest(?)) "
        "AND s.engine IS NOT NULL AND s.scored_at >= c.processed_at",
        [list(batch.call_ids)],
    ).fetchall()
    judged: dict[str, set[JudgedBy]] = {}
    for name, *by in rows:
        judged.setdefault(name, set()).add(JudgedBy(*by))
    best = {name: next((c for c in cards if c in by), None) for name, by in judged.items()}
    return {name: card for name, card in best.items() if card is not None}


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
    pieces = read_columns(connection, "evidence", rows.evidence, _EVIDENCE, order, where, asked)
    for row in rows_of(pieces):
        key = row.pop("call_id"), row.pop("criterion_id")
        evidence.setdefault(key, []).append(bare(Evidence, **row))
    found: dict[str, VerdictsOf] = {}
    columns = read_columns(
        connection, "criterion_results", rows.verdicts, _VERDICT, "call_id", where, asked
    )
    for row in rows_of(columns):
        name, criterion = row.pop("call_id"), row.pop("criterion_id")
        of_call = found.setdefault(name, {})
        of_call[criterion] = ReachedVerdict(
            **row, evidence=tuple(evidence.get((name, criterion), ()))
        )
    return found
