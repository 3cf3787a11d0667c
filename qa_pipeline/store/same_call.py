"""One call under two ids: the one made of its sound, and the one that its metadata gave it later.

Metadata may come a night after the recording. From then on the call goes by the id it was given,
with everything that was known of it: results of before, people's verdicts, the golden set.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from qa_pipeline.records.recording import SOUND_ID_DIGITS, SOUND_ID_PREFIX
from qa_pipeline.store.earlier import SCORE_TABLES, keep
from qa_pipeline.store.ingest_sql import CALL_QUERIES

if TYPE_CHECKING:
    import duckdb

_CALLS: Final = "SELECT call_id, digest, processed_at FROM calls"
_OF_SOUND: Final = f"'{SOUND_ID_PREFIX}' || digest[:{SOUND_ID_DIGITS}]"
_FIRST: Final = "processed_at, call_id"
_SAME_CALLS: Final = f"""
    CREATE OR REPLACE TEMP TABLE same_calls AS
    WITH known AS (SELECT *, {_OF_SOUND} AS of_sound FROM ({{known}}))
    SELECT of_sound, first(call_id ORDER BY {_FIRST}) AS call_id FROM known
    WHERE call_id <> of_sound AND of_sound IN (SELECT call_id FROM {{wanted}}) GROUP BY of_sound"""
"""Ids of sound, each with the id that the call was given: the first, where it was given several."""
_OLDER: Final = """
    CREATE OR REPLACE TEMP TABLE older_calls AS
    SELECT CASE WHEN o.processed_at > n.processed_at THEN n.call_id ELSE o.call_id END AS call_id
    FROM same_calls s JOIN calls o ON o.call_id = s.of_sound
        JOIN calls n ON n.call_id = s.call_id"""
_OUTDONE: Final = """
    CREATE OR REPLACE TEMP TABLE outdone AS
    SELECT CASE WHEN o.scored_at > n.scored_at THEN n.call_id ELSE o.call_id END AS call_id,
        o.scorecard, o.version, least(o.scored_at, n.scored_at) AS scored_at,
        o.scored_at = n.scored_at AS twice
    FROM same_calls s JOIN scores o ON o.call_id = s.of_sound
        JOIN scores n ON n.call_id = s.call_id AND n.scorecard = o.scorecard
            AND n.version = o.version"""
_TOLD_APART_BY: Final[dict[str, tuple[str, ...]]] = {
    **{f"earlier_{name}": ("scorecard", "version", "scored_at") for name in SCORE_TABLES},
    "golden_events": ("marked_at",),
    "golden_baselines": ("recorded_at", "scorecard", "criterion_id"),
}
"""Of tables that may hold the same for both ids: what tells rows of one call apart."""
_MADE_ANEW: Final = ("reviewed_scores", "reviewed_results")
_RENAMED_SCORES: Final = """
    CREATE OR REPLACE TEMP VIEW renamed_scores AS
    SELECT i.* REPLACE (coalesce(s.call_id, i.call_id) AS call_id)
    FROM incoming_scores i LEFT JOIN same_calls s ON s.of_sound = i.call_id
    QUALIFY row_number() OVER (PARTITION BY coalesce(s.call_id, i.call_id), i.bundle,
        i.scored[1].scorecard, i.scored[1].version ORDER BY s.call_id NULLS FIRST) = 1"""


def unite_incoming(connection: "duckdb.DuckDBPyConnection") -> None:
    """Give calls of ``incoming`` that have an id of their sound the id that they were given.

    So to those of them that are stored. Part of the transaction that takes them in.
    """
    incoming = "SELECT call_id, recording.digest AS digest, processed_at FROM incoming"
    stored = f"{_CALLS} WHERE digest IN (SELECT recording.digest FROM incoming)"
    if _find(connection, f"{stored} UNION ALL {incoming}", "known"):
        _unite(connection)
        _rename(connection, "incoming")


def unite_stored(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make one call of each that a store of before counted twice. Part of a transaction."""
    if _find(connection, _CALLS, "known"):
        _unite(connection)


def unite_scores(connection: "duckdb.DuckDBPyConnection") -> str:
    """Return the name of what to take for ``incoming_scores``, by the ids that calls have today."""
    if not _find(connection, _CALLS, "incoming_scores"):
        return "incoming_scores"
    connection.execute(_RENAMED_SCORES)
    return "renamed_scores"


def ids_of_today(
    connection: "duckdb.DuckDBPyConnection", call_ids: Iterable[str]
) -> dict[str, str]:
    """Return the ids of stored calls by the ids, of today or of their sound, that they go by."""
    wanted = [sorted(set(call_ids))]
    sql = f"SELECT {{}}, call_id FROM calls WHERE list_contains($1, {{}}) ORDER BY {_FIRST}"
    by_sound = connection.execute(sql.format(_OF_SOUND, _OF_SOUND), wanted).fetchall()
    by_id = connection.execute(sql.format("call_id", "call_id"), wanted).fetchall()
    return dict([*reversed(by_sound), *by_id])


def _find(connection: "duckdb.DuckDBPyConnection", known: str, wanted: str) -> bool:
    connection.execute(_SAME_CALLS.format(known=known, wanted=wanted))
    return _holds(connection, "same_calls")


def _unite(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make one stored call of both; the newer content and the newest scores stay."""
    if not _holds(connection, "calls SEMI JOIN same_calls ON of_sound = calls.call_id"):
        return
    connection.execute(_OLDER)
    for table in CALL_QUERIES:
        connection.execute(
            f"DELETE FROM {table} WHERE call_id IN (SELECT call_id FROM older_calls)"
        )
    _put_outdone_away(connection)
    for table in _MADE_ANEW:
        connection.execute(
            f"DELETE FROM {table} WHERE call_id IN "
            "(SELECT unnest([of_sound, call_id]) FROM same_calls)"
        )
    for table, names in _TOLD_APART_BY.items():
        same = " AND ".join(f"n.{name} = t.{name}" for name in names)
        connection.execute(
            f"DELETE FROM {table} t WHERE EXISTS (SELECT 1 FROM same_calls s JOIN {table} n "
            f"ON n.call_id = s.call_id WHERE s.of_sound = t.call_id AND {same})"
        )
    for table in (*CALL_QUERIES, *SCORE_TABLES, *_TOLD_APART_BY, "review_events", "bundles"):
        _rename(connection, table)


def _put_outdone_away(connection: "duckdb.DuckDBPyConnection") -> None:
    """Move scores that the other id has a newer one of to the earlier ones."""
    connection.execute(_OUTDONE)
    keep(connection, "(SELECT * FROM outdone WHERE NOT twice)")
    for table in SCORE_TABLES:
        connection.execute(
            f"DELETE FROM {table} t WHERE EXISTS (SELECT 1 FROM outdone o WHERE "
            "o.call_id = t.call_id AND o.scorecard = t.scorecard AND o.version = t.version)"
        )


def _rename(connection: "duckdb.DuckDBPyConnection", table: str) -> None:
    connection.execute(
        f"UPDATE {table} t SET call_id = s.call_id FROM same_calls s WHERE t.call_id = s.of_sound"
    )


def _holds(connection: "duckdb.DuckDBPyConnection", source: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {source} LIMIT 1").fetchone() is not None
