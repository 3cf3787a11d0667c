"""Narrowing to the calls that a report is about, once, for every query that follows."""

from typing import TYPE_CHECKING, Any

from qa_pipeline.store.figures import Scope
from qa_pipeline.store.rows import CallFilter

if TYPE_CHECKING:
    import duckdb

DAY = "coalesce(c.started_on, c.processed_at::DATE)"


def conditions(only: CallFilter) -> tuple[str, list[Any]]:
    """Return the filter as SQL over ``calls c``, and its parameters."""
    parts, values = ["TRUE"], []
    for column in ("team", "site", "queue", "agent_id", "language"):
        value = getattr(only, column)
        if value is not None:
            parts.append(f"c.{column} = ?")
            values.append(value)
    if only.since is not None:
        parts.append(f"{DAY} >= ?")
        values.append(only.since)
    if only.until is not None:
        parts.append(f"{DAY} <= ?")
        values.append(only.until)
    return " AND ".join(parts), values


def choose(connection: "duckdb.DuckDBPyConnection", only: CallFilter) -> Scope:
    """Make the temporary tables ``chosen`` (calls) and ``results`` (verdicts on them).

    ``chosen`` has every column of ``calls``, the ``day``, and the score by the current version
    of the scorecard; ``counted`` says whether it makes the averages. ``results`` has the verdicts
    of trusted calls; ``counts`` is false where a person should check first.
    """
    where, values = conditions(only)
    cards = connection.execute(
        "SELECT s.scorecard FROM current_scores s JOIN calls c USING (call_id) "
        f"WHERE {where} GROUP BY ALL ORDER BY count(*) DESC, s.scorecard",
        values,
    ).fetchall()
    names = [str(row[0]) for row in cards]
    scorecard = only.scorecard or (names[0] if names else None)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE chosen AS
        SELECT c.*, {DAY} AS day, s.scorecard, s.version, s.total_pct, s.passed,
            s.total_low_pct, s.total_high_pct,
            c.trust = 'ok' AND s.trust = 'ok' AND s.total_pct IS NOT NULL AS counted
        FROM calls c LEFT JOIN current_scores s ON s.call_id = c.call_id AND s.scorecard = ?
        WHERE {where}""",
        [scorecard, *values],
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE results AS
        SELECT r.*, c.agent_id, c.agent_name, c.day, c.language, c.total_pct, c.team,
            NOT r.needs_review AS counts,
            CASE WHEN counts THEN greatest(r.points_possible - r.points_earned, 0)
                ELSE 0 END AS lost
        FROM criterion_results r JOIN chosen c USING (call_id, scorecard, version)
        WHERE c.trust = 'ok'"""
    )
    row = connection.execute(
        "SELECT min(day), max(day), list(DISTINCT version ORDER BY version) FROM chosen"
    ).fetchone()
    first, last, versions = row or (None, None, None)
    return Scope(
        only=only,
        scorecard=scorecard,
        versions=tuple(v for v in versions or () if v is not None),
        other_scorecards=tuple(name for name in names if name != scorecard),
        first_day=first,
        last_day=last,
    )
