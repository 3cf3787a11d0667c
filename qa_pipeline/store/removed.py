"""Which calls were removed for good: the fact, by whom and when, and nothing of what was said.

A removed call is known again by its id and by its recording, so that no later run, and no bundle
that somebody brings back, takes it in until somebody readmits it. The list lies beside the bundles
too: a store that is made anew from them knows it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from qa_pipeline.errors import StoreError, UsageError
from qa_pipeline.records.base import Record
from qa_pipeline.store.described import Column, Table, View
from qa_pipeline.store.files import disk_errors, write_whole
from qa_pipeline.store.monitoring_queries import rows
from qa_pipeline.store.same_call import ids_of_today

if TYPE_CHECKING:
    import duckdb

REMOVAL_TABLES: tuple[Table, ...] = (
    Table(
        "removal_events",
        "Calls removed for good (`calls remove`), and those that may be taken in again (`calls "
        "readmit`); nothing is changed or removed here. All other rows of a removed call are gone.",
        ("call_id", "noted_at"),
        (
            Column("call_id", "VARCHAR", "Id that the call had."),
            Column("digest", "VARCHAR", "SHA-256 of its recording, by which it is known again."),
            Column("noted_at", "TIMESTAMPTZ", "When."),
            Column("removed", "BOOLEAN", "True: removed; false: may be taken in again."),
            Column("noted_by", "VARCHAR", "By whom."),
            Column("reason", "VARCHAR", "Why."),
        ),
    ),
)

REMOVAL_VIEWS: tuple[View, ...] = (
    View(
        "removed_calls",
        "The calls that are removed as of today.",
        "SELECT call_id, digest, noted_at, noted_by, reason FROM (SELECT * FROM removal_events "
        "QUALIFY row_number() OVER (PARTITION BY call_id ORDER BY noted_at DESC) = 1) "
        "WHERE removed",
    ),
)


class RemovedCall(Record):
    """A call that was removed, and who said so when."""

    call_id: str
    digest: str
    noted_at: AwareDatetime
    noted_by: str
    reason: str | None


class RemovalEvent(Record):
    """A row of ``removal_events``, as it lies beside the bundles too."""

    call_id: str
    digest: str
    noted_at: AwareDatetime
    removed: bool
    noted_by: str
    reason: str | None


_EVENTS: Final = TypeAdapter(tuple[RemovalEvent, ...])
_FILE: Final = "removed.json"


class CallToRemove(Record):
    """What is to go with a call."""

    call_id: str
    digest: str
    path: str
    """Of the recording, which stays."""
    agent_id: str | None
    verdicts_of_people: int
    golden: bool
    """Whether it is in the golden set."""
    removed_before: bool = False
    """Whether its rows are gone already; files of it may be left."""


def removed_calls(connection: "duckdb.DuckDBPyConnection") -> tuple[RemovedCall, ...]:
    """Return the calls that are removed as of today, the latest first."""
    found = rows(connection, "SELECT * FROM removed_calls ORDER BY noted_at DESC, call_id")
    return tuple(RemovedCall.model_validate(row) for row in found)


def removed_names(connection: "duckdb.DuckDBPyConnection") -> frozenset[str]:
    """Return what removed calls are known again by: ids, and digests of recordings."""
    found = connection.execute("SELECT unnest([call_id, digest]) FROM removed_calls").fetchall()
    return frozenset(str(row[0]) for row in found)


def share_events(connection: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    """Let the store and the folder of bundles know of the same removals, whoever knows more.

    Raises:
        StoreError: the list in the folder is damaged, or cannot be read or written.
    """
    path = folder / _FILE
    noted: tuple[RemovalEvent, ...] = ()
    try:
        with disk_errors("read", path):
            noted = _EVENTS.validate_json(path.read_bytes()) if path.exists() else ()
    except ValidationError as error:
        raise StoreError(
            f"{path} is damaged: put it back from a backup, or delete it and see with "
            "'qa-pipeline calls removed' what the store knows of removed calls."
        ) from error
    if noted:
        connection.executemany(
            "INSERT OR IGNORE INTO removal_events BY NAME SELECT $1 AS call_id, $2 AS digest, "
            "$3 AS noted_at, $4 AS removed, $5 AS noted_by, $6 AS reason",
            [list(event.model_dump().values()) for event in noted],
        )
    events = removal_events(connection)
    if len(events) > len(noted):
        write_events(events, folder)


def removal_events(
    connection: "duckdb.DuckDBPyConnection", table: str = "removal_events"
) -> tuple[RemovalEvent, ...]:
    """Return all removals and readmissions, the oldest first. ``table``: of which."""
    found = rows(connection, f"SELECT * FROM {table} ORDER BY noted_at, call_id")
    return tuple(RemovalEvent.model_validate(row) for row in found)


def write_events(events: Sequence[RemovalEvent], folder: Path) -> None:
    """Write the list that lies beside the bundles.

    Raises:
        StoreError: it cannot be written.
    """
    write_whole(folder / _FILE, _EVENTS.dump_json(tuple(events), indent=1))


def calls_to_remove(
    connection: "duckdb.DuckDBPyConnection", call_ids: Sequence[str]
) -> tuple[CallToRemove, ...]:
    """Return what goes with some calls: they and all others that are of the same recordings.

    Raises:
        UsageError: one is neither in the store nor removed before.
    """
    today = ids_of_today(connection, call_ids)
    before = {call.call_id: call for call in removed_calls(connection)}
    unknown = [name for name in call_ids if name not in today and name not in before]
    if unknown:
        raise UsageError(
            f"no such call in the store: {', '.join(unknown)}; nothing was removed "
            "(see: qa-pipeline calls list)"
        )
    found = rows(
        connection,
        "SELECT call_id, digest, path, agent_id, (SELECT count(*) FROM review_events r "
        "WHERE r.call_id = c.call_id) AS verdicts_of_people, "
        "call_id IN (SELECT call_id FROM golden_calls) AS golden FROM calls c WHERE digest IN "
        "(SELECT digest FROM calls WHERE list_contains($1, call_id)) ORDER BY call_id",
        [sorted(set(today.values()))],
    )
    gone = [before[name] for name in dict.fromkeys(call_ids) if name not in today]
    return (
        *(CallToRemove.model_validate(row) for row in found),
        *(
            CallToRemove(
                call_id=call.call_id,
                digest=call.digest,
                path="",
                agent_id=None,
                verdicts_of_people=0,
                golden=False,
                removed_before=True,
            )
            for call in gone
        ),
    )


def note_removal(
    connection: "duckdb.DuckDBPyConnection",
    calls: Sequence[CallToRemove],
    by: str,
    reason: str | None,
    table: str,
) -> None:
    """Write down that calls were removed, into ``table``: the events of one store or another."""
    new = [call for call in calls if not call.removed_before]
    if new:
        now = datetime.now(UTC)
        connection.executemany(
            f"INSERT INTO {table} VALUES (?, ?, ?, TRUE, ?, ?)",
            [[call.call_id, call.digest, now, by, reason] for call in new],
        )


def readmit(
    connection: "duckdb.DuckDBPyConnection", call_ids: Sequence[str], by: str, reason: str | None
) -> tuple[str, ...]:
    """Let removed calls, and those of the same recordings, be taken in again; return their ids.

    Raises:
        UsageError: one is not removed.
    """
    removed = removed_calls(connection)
    unknown = set(call_ids) - {call.call_id for call in removed}
    if unknown:
        raise UsageError(
            f"no such call was removed: {', '.join(sorted(unknown))}; see: qa-pipeline calls "
            "removed"
        )
    digests = {call.digest for call in removed if call.call_id in call_ids}
    again = [call for call in removed if call.digest in digests]
    now = datetime.now(UTC)
    connection.executemany(
        "INSERT INTO removal_events VALUES (?, ?, ?, FALSE, ?, ?)",
        [[call.call_id, call.digest, now, by, reason] for call in again],
    )
    return tuple(sorted(call.call_id for call in again))
