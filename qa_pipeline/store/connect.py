"""Opening the database file, and DuckDB's errors in words. The one place that imports duckdb."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qa_pipeline.errors import StoreError, StoreHeldError
from qa_pipeline.store.files import disk_errors
from qa_pipeline.store.schema import OLDEST_VERSION, SCHEMA_VERSION, ddl, upgrade

if TYPE_CHECKING:
    import duckdb

_OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_FULL = ("No space left", "disk is full", "Disk quota", "Out of disk")
_READ_ONLY = ("Read-only file system", "Permission denied", "read-only mode")


def connect_writer(path: Path, wait_s: float) -> "duckdb.DuckDBPyConnection":
    """Open the file read-write, making it when it is not there, and bring its schema up.

    Raises:
        StoreHeldError: another process holds it still after ``wait_s`` seconds.
        StoreError: the disk is full or read-only, or the file is no store of ours.
    """
    with disk_errors("make the folder of", path):
        path.parent.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + wait_s
    while True:
        try:
            connection = _connect(path, read_only=False)
            break
        except StoreHeldError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.05)
    try:
        with store_errors(path):
            _bring_up(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> "duckdb.DuckDBPyConnection":
    """Open the file to read only, with no way to any other file from its SQL.

    Raises:
        StoreHeldError: another process holds it read-write.
        StoreError: the file is missing, damaged, or of another version of qa_pipeline.
    """
    connection = _connect(path, read_only=True)
    try:
        with store_errors(path):
            version = _schema_version(connection)
            if version != SCHEMA_VERSION:
                raise _wrong_version(path, version)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, *, read_only: bool) -> "duckdb.DuckDBPyConnection":
    import duckdb

    config = dict(_OFFLINE)
    if read_only:
        config["enable_external_access"] = False
    with store_errors(path):
        connection = duckdb.connect(str(path), read_only=read_only, config=config)
        connection.execute("SET GLOBAL TimeZone = 'UTC'")
        return connection


def _bring_up(connection: "duckdb.DuckDBPyConnection", path: Path) -> None:
    version = _schema_version(connection)
    if version == SCHEMA_VERSION:
        return
    if version is not None and not OLDEST_VERSION <= version < SCHEMA_VERSION:
        raise _wrong_version(path, version)
    connection.execute("BEGIN")
    for statement in ddl() if version is None else upgrade(version):
        connection.execute(statement)
    connection.execute(
        "INSERT OR REPLACE INTO store_info VALUES ('schema_version', ?)", [str(SCHEMA_VERSION)]
    )
    connection.execute("COMMIT")


def _schema_version(connection: "duckdb.DuckDBPyConnection") -> int | None:
    """Return the version of the store's schema; ``None`` for a database without one."""
    known = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = 'store_info'"
    ).fetchone()
    if known is None:
        return None
    row = connection.execute("SELECT value FROM store_info WHERE name = 'schema_version'")
    found = row.fetchone()
    return None if found is None else int(found[0])


def _wrong_version(path: Path, version: int | None) -> StoreError:
    if version is None:
        return StoreError(f"{path} is a database, but not a store of qa_pipeline: give its path.")
    if OLDEST_VERSION <= version < SCHEMA_VERSION:
        return StoreError(
            f"{path} was made by an earlier qa_pipeline (schema version {version}): bring it up "
            "to date once with: qa-pipeline store snapshot"
        )
    return StoreError(
        f"{path} has schema version {version}, this qa_pipeline works with {SCHEMA_VERSION}: "
        "update qa_pipeline, or make the store anew from its bundles by giving another --store."
    )


def no_store(path: Path) -> StoreError:
    """Return what to say where a store was to be and is not."""
    return StoreError(
        f"There is no store at {path} yet: process calls first (run or demo), or say with "
        "--data-dir or --store where it is."
    )


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Turn DuckDB's errors into ours, saying which file and what to do next."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise _in_words(error, path) from error


def _in_words(error: Exception, path: Path) -> StoreError | StoreHeldError:
    text = str(error)
    if "Could not set lock" in text or "different configuration" in text:
        holder = re.search(r"\(PID (\d+)\)", text)
        who = f"process {holder[1]}" if holder else "another process (or this one)"
        return StoreHeldError(
            f"The store {path} is held by {who}: wait for it to finish, or stop it, then run again."
        )
    if "database does not exist" in text or "No such file" in text:
        return no_store(path)
    if any(sign in text for sign in _FULL):
        return StoreError(
            f"Cannot write the store {path}: the disk is full. Free some space, then run again."
        )
    if any(sign in text for sign in _READ_ONLY):
        return StoreError(
            f"Cannot write the store {path}: the disk or the file is read-only. Make it writable "
            "or give another --store, then run again."
        )
    if "not a valid DuckDB database file" in text:
        return StoreError(f"{path} is not a DuckDB database: give the path of the store.")
    return StoreError(f"The store {path} answers with an error: {text}")
