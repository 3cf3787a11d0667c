"""What a person asks for, held against what the store has: a slip is no empty report."""

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from qa_pipeline.errors import UsageError
from qa_pipeline.store.rows import CallFilter

if TYPE_CHECKING:
    import duckdb

_MOST_NAMED: Final = 10


def narrowed(connection: "duckdb.DuckDBPyConnection", only: CallFilter) -> CallFilter:
    """Return the filter as the store knows what is in it.

    Raises:
        UsageError: no call was judged by the scorecard.
    """
    _check_scorecard(connection, only.scorecard)
    return only


def _check_scorecard(connection: "duckdb.DuckDBPyConnection", name: str | None) -> None:
    if name is None:
        return
    found = connection.execute("SELECT DISTINCT scorecard FROM scores ORDER BY 1").fetchall()
    known = [str(row[0]) for row in found]
    if name not in known:
        raise UsageError(f"no call was judged by scorecard {name!r}. {_known(name, known)}")


def _known(wanted: str, known: Sequence[str]) -> str:
    """Return what is nearest to what was wanted, and what there is."""
    if not known:
        return "There are none."
    near = difflib.get_close_matches(wanted, known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return f"{hint}There are: {', '.join(known[:_MOST_NAMED])}{more}"
