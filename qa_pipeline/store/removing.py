"""Removing calls for good: out of the store, its snapshot, the bundles and the files of scores.

DuckDB leaves what is deleted in its file until other rows take the place, so the store is written
anew without the calls and takes the place of the one before in one step: either all their rows are
gone from the file, or nothing has happened. The files go afterwards; what is left of them by a
killed process is cleared away by the next removal, and is not taken in meanwhile (``ingest``).
"""

import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from qa_pipeline.errors import StoreError
from qa_pipeline.records.recording import id_of_sound
from qa_pipeline.store.bundles import BUNDLE_SUFFIX, clear_failure
from qa_pipeline.store.connect import connect_writer, no_store, store_errors
from qa_pipeline.store.described import quoted
from qa_pipeline.store.files import (
    disk_errors,
    remove_leftovers,
    safe_name,
    sync_folder,
    temporary_name,
)
from qa_pipeline.store.ingest import ingest_folder
from qa_pipeline.store.reader import snapshot_path
from qa_pipeline.store.removed import (
    CallToRemove,
    RemovalEvent,
    calls_to_remove,
    note_removal,
    removal_events,
    write_events,
)
from qa_pipeline.store.rescored import score_files, without_calls
from qa_pipeline.store.tables import TABLES

if TYPE_CHECKING:
    import duckdb

_FRESH = "fresh"


def remove_calls(
    path: Path,
    bundles: Path,
    call_ids: Sequence[str],
    by: str,
    reason: str | None = None,
    wait_s: float = 10.0,
) -> tuple[CallToRemove, ...]:
    """Remove calls, and others of the same recordings, for good; return what went.

    ``path``: of the store; ``bundles``: folder of the bundles. Recordings are not touched.

    Raises:
        UsageError: there is no such call; nothing was removed.
        StoreHeldError: another process holds the store; nothing was removed.
        StoreError: the disk is full (it takes room for a second store) or read-only.
    """
    if not path.exists():
        raise no_store(path)
    connection = connect_writer(path, wait_s)
    fresh = path.with_name(temporary_name())
    try:
        ingest_folder(connection, path, bundles)  # then the ledger knows every bundle
        with store_errors(path):
            calls = calls_to_remove(connection, call_ids)
            files = _bundles_of(connection, calls)
            failures = [call.path for call in calls if call.path]
        remove_leftovers(path.parent)
        events = _write_without(connection, path, fresh, calls, by, reason)
        _put_in_place(connection, path, fresh)
    finally:
        connection.close()
        for name in (fresh, fresh.with_name(f"{fresh.name}.wal")):
            with suppress(OSError):
                name.unlink(missing_ok=True)
    write_events(events, bundles)
    _clear_files(bundles, calls, files)
    for failed in failures:
        clear_failure(failed, bundles)
    return calls


def _bundles_of(
    connection: "duckdb.DuckDBPyConnection", calls: Sequence[CallToRemove]
) -> list[str]:
    """Return the names of the bundles of calls."""
    found = connection.execute(
        "SELECT bundle FROM bundles WHERE list_contains($1, call_id)", [_ids(calls)]
    ).fetchall()
    return [str(row[0]) for row in found]


def _ids(calls: Sequence[CallToRemove]) -> list[str]:
    """Return the ids that calls go by, and those that they may have gone by before."""
    given = [call.call_id for call in calls]
    return sorted({*given, *(id_of_sound(call.digest) for call in calls)})


def _write_without(
    connection: "duckdb.DuckDBPyConnection",
    path: Path,
    fresh: Path,
    calls: Sequence[CallToRemove],
    by: str,
    reason: str | None,
) -> tuple[RemovalEvent, ...]:
    """Write the whole store without the rows of calls to ``fresh``; note there that they went.

    Returns all removals that are noted there.
    """
    connect_writer(fresh, 0.0).close()
    ids, paths = _ids(calls), [call.path for call in calls]
    with store_errors(path):
        connection.execute(f"ATTACH {quoted(str(fresh))} AS {_FRESH}")
        connection.execute("BEGIN")
        for item in TABLES:
            columns = {column.name for column in item.columns}
            kept, values = "TRUE", []
            if "call_id" in columns and item.name != "removal_events":
                kept, values = "(call_id IS NULL OR NOT list_contains(?, call_id))", [ids]
            if item.name == "failures":
                kept, values = f"{kept} AND NOT list_contains(?, path)", [*values, paths]
            verb = "INSERT OR REPLACE" if item.indexed else "INSERT"
            connection.execute(
                f"{verb} INTO {_FRESH}.{item.name} BY NAME SELECT * FROM {item.name} WHERE {kept}",
                values,
            )
        _copy_others(connection, ids)
        note_removal(connection, calls, by, reason, f"{_FRESH}.removal_events")
        connection.execute("COMMIT")
        events = removal_events(connection, f"{_FRESH}.removal_events")
        connection.execute(f"CHECKPOINT {_FRESH}")
        connection.execute(f"DETACH {_FRESH}")
    return events


def _copy_others(connection: "duckdb.DuckDBPyConnection", ids: list[str]) -> None:
    """Copy the tables that somebody else put into the file, without rows of the calls."""
    ours = [item.name for item in TABLES]
    found = connection.execute(
        "SELECT table_name, (SELECT count(*) FROM duckdb_columns() c WHERE c.table_oid = "
        "t.table_oid AND c.database_name = t.database_name AND c.column_name = 'call_id') "
        "FROM duckdb_tables() t WHERE database_name = current_database() "
        "AND schema_name = 'main' AND NOT temporary AND NOT list_contains(?, table_name)",
        [ours],
    ).fetchall()
    for name, of_calls in found:
        table = '"' + name.replace('"', '""') + '"'
        kept = "WHERE call_id IS NULL OR NOT list_contains($1, call_id::VARCHAR)"
        connection.execute(
            f"CREATE TABLE {_FRESH}.{table} AS FROM {table} {kept if of_calls else ''}",
            [ids] if of_calls else [],
        )


def _put_in_place(connection: "duckdb.DuckDBPyConnection", path: Path, fresh: Path) -> None:
    """Let ``fresh`` take the place of the store and, as a copy, of its snapshot.

    The store is held meanwhile, so nobody writes what would be lost. The snapshot goes first: it
    may be without what the store still has, but not the other way about.
    """
    with store_errors(path):
        connection.execute("CHECKPOINT")  # or closing it would look for its log at this path
    copy, snapshot = path.with_name(temporary_name()), snapshot_path(path)
    try:
        with disk_errors("publish", snapshot):
            shutil.copyfile(fresh, copy)
            copy.replace(snapshot)
        with disk_errors("write", path):
            fresh.replace(path)
    finally:
        with suppress(OSError):
            copy.unlink(missing_ok=True)
    sync_folder(path.parent)


def _clear_files(folder: Path, calls: Sequence[CallToRemove], bundles: Collection[str]) -> None:
    """Delete the bundles of calls, also damaged ones, and write files of scores without them."""
    ids = _ids(calls)
    among = {folder / name for name in bundles}
    for call_id in ids:
        among.update(folder.glob(f"{safe_name(call_id)}--*{BUNDLE_SUFFIX}"))
    for path in sorted(among):
        with disk_errors("remove", path):
            path.unlink(missing_ok=True)
    for path in score_files(folder):
        with suppress(StoreError):  # a damaged file is told of when it is to be taken in
            without_calls(path, ids)
