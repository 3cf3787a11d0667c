"""Results that were replaced: kept as they were, so that nobody's score vanishes.

A call that is processed or scored anew by the same version of a scorecard gets new rows in
``scores`` and its companions; the rows before move here, with the time they were made. Results
by other versions stay where they are.

Of two results the one of the conversation that was processed later stays in ``scores``, whichever
of them was scored later: a call may be scored anew while it is being processed anew.
"""

from typing import TYPE_CHECKING, Final

from qa_pipeline.store.described import Column, Table

if TYPE_CHECKING:
    import duckdb

SCORE_TABLES: Final = ("scores", "section_scores", "criterion_results", "evidence")
_SCORED_AT = Column("scored_at", "TIMESTAMPTZ", "When the result was made, see `earlier_scores`.")


def goes_before(one: str, other: str) -> str:
    """Return the SQL that says whether one result stays rather than another of the same version.

    Where it is not noted which conversation was judged, it was the one of that time.
    """
    first, second = (
        f"coalesce({name}.call_processed_at, {name}.scored_at)" for name in (one, other)
    )
    later = f"{one}.scored_at > {other}.scored_at"
    return f"({first} > {second} OR ({first} = {second} AND {later}))"


_REPLACED = f"""
    SELECT o.call_id, o.scorecard, o.version, o.scored_at FROM scores o
    WHERE EXISTS (SELECT 1 FROM fresh_keys n WHERE n.call_id = o.call_id
        AND n.scorecard = o.scorecard AND n.version = o.version
        AND {goes_before("n", "o")})"""


def earlier_tables(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Return the tables of replaced results: the columns of today's and when they were made."""
    return tuple(_earlier(item) for item in tables if item.name in SCORE_TABLES)


def _earlier(item: Table) -> Table:
    has_time = any(column.name == "scored_at" for column in item.columns)
    return Table(
        f"earlier_{item.name}",
        f"Rows of `{item.name}` that a newer result of the same version replaced.",
        (*item.key, "scored_at"),
        item.columns if has_time else (*item.columns, _SCORED_AT),
        indexed=False,
    )


def keep_replaced(connection: "duckdb.DuckDBPyConnection") -> int:
    """Copy the results that those of ``fresh_keys`` are about to replace; return how many scores.

    Part of the transaction that replaces them: either both happen or neither.
    """
    connection.execute(f"CREATE OR REPLACE TEMP TABLE replaced AS {_REPLACED}")
    row = connection.execute("SELECT count(*) FROM replaced").fetchone()
    count = int(row[0]) if row else 0
    if count:
        keep(connection, "replaced")
    return count


def keep(connection: "duckdb.DuckDBPyConnection", which: str) -> None:
    """Copy results to the earlier ones; ``which``: a source of SQL with their keys and times."""
    for name in SCORE_TABLES:
        time = "" if name == "scores" else ", p.scored_at"
        connection.execute(
            f"INSERT INTO earlier_{name} BY NAME SELECT t.*{time} FROM {name} t "
            f"JOIN {which} p ON p.call_id = t.call_id AND p.scorecard = t.scorecard "
            "AND p.version = t.version"
        )
