"""What a person asks for, held against what the store has: a slip is no empty report."""

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from qa_pipeline.errors import UsageError
from qa_pipeline.store.rows import CallFilter

if TYPE_CHECKING:
    import duckdb

_MOST_NAMED: Final = 10
_PLAIN: Final = ("team", "site", "queue", "language")
"""Properties of a call that are called what they are."""


def narrowed(connection: "duckdb.DuckDBPyConnection", only: CallFilter) -> CallFilter:
    """Return the filter as the store knows what is in it: an agent may be given by name.

    Upper and lower case make no difference. A period in which there happen to be no calls is fine.

    Raises:
        UsageError: the period ends before it starts, or nothing in the store is called so; or
            several agents have the name.
    """
    if only.since and only.until and only.since > only.until:
        raise UsageError(
            f"the period ends before it starts: from {only.since} to {only.until}; give the "
            "earlier day as --since and the later one as --until"
        )
    found: dict[str, str | None] = {
        column: _one_of(_values(connection, f"SELECT DISTINCT {column} FROM calls"), column, wanted)
        for column in _PLAIN
        if (wanted := getattr(only, column)) is not None
    }
    if only.agent_id is not None:
        found["agent_id"] = _agent(connection, only.agent_id)
    if only.scorecard is not None:
        cards = _values(connection, "SELECT DISTINCT scorecard FROM scores")
        found["scorecard"] = _one_of(cards, "scorecard", only.scorecard)
    return only.model_copy(update=found)


def _values(connection: "duckdb.DuckDBPyConnection", query: str) -> list[str]:
    return sorted(str(row[0]) for row in connection.execute(query).fetchall() if row[0])


def _one_of(known: Sequence[str], what: str, wanted: str) -> str:
    if wanted in known:
        return wanted
    same = [name for name in known if name.casefold() == wanted.casefold()]
    if len(same) == 1:
        return same[0]
    raise UsageError(f"no call in the store has {what} {wanted!r}. {_known(wanted, known)}")


def _agent(connection: "duckdb.DuckDBPyConnection", wanted: str) -> str:
    """Return the id of an agent who is given by id or by name."""
    found = connection.execute(
        "SELECT DISTINCT agent_id, agent_name FROM calls WHERE agent_id IS NOT NULL"
    ).fetchall()
    named: dict[str, set[str]] = {}
    for agent_id, name in found:
        for called in (agent_id, name or agent_id):
            named.setdefault(called.casefold(), set()).add(agent_id)
    if any(agent_id == wanted for agent_id, _ in found):
        return wanted
    ids = sorted(named.get(wanted.casefold(), ()))
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise UsageError(
            f"{len(ids)} agents are called {wanted!r}: give the id of one, {' or '.join(ids)}"
        )
    near = difflib.get_close_matches(wanted.casefold(), named, n=1)
    shown = sorted({f"{name} ({agent_id})" if name else agent_id for agent_id, name in found})
    closest = [s for s in shown if near and near[0] in s.casefold()]
    raise UsageError(
        f"no call in the store has agent {wanted!r}. {_known(wanted, shown, closest[:1])}"
    )


def _known(wanted: str, known: Sequence[str], near: Sequence[str] | None = None) -> str:
    """Return what is nearest to what was wanted, and what there is."""
    if not known:
        return "There are none."
    nearest = difflib.get_close_matches(wanted, known, n=1) if near is None else near
    hint = f"Did you mean {nearest[0]!r}? " if nearest else ""
    more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
    return f"{hint}There are: {', '.join(known[:_MOST_NAMED])}{more}"
