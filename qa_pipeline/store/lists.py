"""Lists of what the store holds: calls, runs, and how much of everything."""

from typing import TYPE_CHECKING

from qa_pipeline.store.chosen import DAY, conditions
from qa_pipeline.store.monitoring_queries import rows
from qa_pipeline.store.rows import CallFilter, CallRow, Run, StoreInfo

if TYPE_CHECKING:
    import duckdb


def list_calls(
    connection: "duckdb.DuckDBPyConnection", only: CallFilter, limit: int | None
) -> tuple[CallRow, ...]:
    """Return calls, newest first; each with its score by the scorecard, by the usual one, or by
    the one that judged it last.

    The total is the one that counts: people's where they have judged the call.
    """
    where, values = conditions(only)
    found = rows(
        connection,
        f"""WITH newest AS (
            SELECT t.* FROM current_totals t JOIN current_scores s
                USING (call_id, scorecard, version)
            WHERE $1 IS NULL OR t.scorecard = $1
            QUALIFY row_number() OVER
                (PARTITION BY t.call_id ORDER BY t.scorecard IS NOT DISTINCT FROM $2 DESC,
                    s.scored_at DESC, t.scorecard) = 1),
        checks AS (
            SELECT call_id, scorecard, version, count(*) AS to_check FROM current_verdicts
            WHERE people_state IS NULL AND (machine_needs_review OR earlier_reviews > 0)
            GROUP BY ALL)
        SELECT c.call_id, {DAY} AS day, c.started_at, c.agent_id, c.agent_name, c.team, c.queue,
            c.language, c.duration_s, c.trust, s.scorecard, s.version, s.total_pct,
            s.total_low_pct, s.total_high_pct, s.judged_by, s.passed,
            coalesce(k.to_check, 0) AS to_check, c.path
        FROM calls c LEFT JOIN newest s USING (call_id)
            LEFT JOIN checks k ON k.call_id = s.call_id AND k.scorecard = s.scorecard
                AND k.version = s.version
        WHERE {_numbered(where, 3)}
        ORDER BY coalesce(c.started_at, c.processed_at) DESC, c.call_id
        LIMIT {"ALL" if limit is None else int(limit)}""",
        [only.scorecard, only.usual_scorecard, *values],
    )
    return tuple(CallRow.model_validate(row) for row in found)


def runs(connection: "duckdb.DuckDBPyConnection", limit: int) -> tuple[Run, ...]:
    """Return the latest runs, newest first."""
    found = rows(
        connection,
        "SELECT * EXCLUDE (process) FROM runs ORDER BY started_at DESC, run_id LIMIT ?",
        [limit],
    )
    return tuple(Run.model_validate(row) for row in found)


def info(connection: "duckdb.DuckDBPyConnection") -> StoreInfo:
    """Return how much of everything the store holds."""
    found = rows(
        connection,
        f"""SELECT (SELECT value::INTEGER FROM store_info WHERE name = 'schema_version')
                AS schema_version,
            (SELECT count(*) FROM calls) AS calls,
            (SELECT count(*) FROM utterances) AS utterances,
            (SELECT count(*) FROM words) AS words,
            (SELECT count(*) FROM scores) AS scores,
            (SELECT count(*) FROM open_failures) AS open_failures,
            (SELECT count(*) FROM runs) AS runs,
            (SELECT coalesce(list_sort(list(DISTINCT scorecard || ' v' || version)), [])
                FROM scores) AS scorecards,
            (SELECT min({DAY}) FROM calls c) AS first_day,
            (SELECT max({DAY}) FROM calls c) AS last_day""",
    )
    return StoreInfo.model_validate(found[0])


def _numbered(where: str, first: int) -> str:
    """Return the condition with ``?`` numbered from ``first``, as DuckDB wants them beside $1."""
    pieces = where.split("?")
    return "".join(
        piece + (f"${first + place}" if place < len(pieces) - 1 else "")
        for place, piece in enumerate(pieces)
    )
