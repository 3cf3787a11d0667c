"""Taking bundles into the database: each exactly once, whatever is killed in between.

A batch is one transaction that writes the rows and the ledger together: either both are there
or neither is, and the ledger says what to leave out next time.
"""

import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qa_pipeline.errors import StoreError
from qa_pipeline.store.bundle_schema import (
    BUNDLE_VERSION,
    arrow_schema,
    readable,
    scores_schema,
)
from qa_pipeline.store.bundles import bundle_files, call_in, check_bundle, read_failures
from qa_pipeline.store.cards import keep_card
from qa_pipeline.store.connect import store_errors
from qa_pipeline.store.earlier import keep_replaced
from qa_pipeline.store.files import disk_errors
from qa_pipeline.store.ingest_sql import (
    CALL_QUERIES,
    FRESH,
    FRESH_KEYS,
    INCOMING,
    INCOMING_KEYS,
    INCOMING_SCORES,
    LATE_KEYS,
    LEDGER,
    SCORE_QUERIES,
    SCORES_LEDGER,
    SCORES_OF,
)
from qa_pipeline.store.removed import removed_names, share_events
from qa_pipeline.store.rescored import cards_beside, check_scores, score_files, without_calls
from qa_pipeline.store.rows import DamagedBundle, IngestSummary
from qa_pipeline.store.same_call import unite_incoming, unite_scores, unite_stored
from qa_pipeline.store.tables import TABLES

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

R = TypeVar("R")
BATCH = 500
"""Bundles a transaction: large enough to be fast, small enough to lose little when killed."""
_SCORE_FILES = 16
"""Files of scores a transaction, for the same reasons."""
_BATCH_BYTES = 8 * 2**20
"""Of bundle files a transaction, so that long calls take no more memory than many short ones."""
_HELD_MIB = 128
"""Of memory in which a batch is taken in: without an end to it the database keeps what it has
written, and what it holds grows with the number of calls."""


def ingest_folder(
    connection: "duckdb.DuckDBPyConnection", store: Path, folder: Path, batch: int = BATCH
) -> IngestSummary:
    """Take in every bundle and failure of the folder that is not taken in yet.

    Raises:
        StoreError: the disk is full or read-only. Whole batches taken in before stay.
    """
    began = time.monotonic()
    calls_before = _count(connection, store, "calls")
    files = {path.name: path for path in bundle_files(folder)}
    with store_errors(store):
        known = {row[0] for row in connection.execute("SELECT bundle FROM bundles").fetchall()}
    waiting = [path for name, path in files.items() if name not in known]
    damaged: list[DamagedBundle] = []
    replaced = taken = 0
    with store_errors(store), _transaction(connection):
        unite_stored(connection)
        share_events(connection, folder)
        removed = removed_names(connection)
    gone = _clear_removed(waiting, removed) if removed else []
    waiting = [path for path in waiting if path not in gone]
    with _one_thread(connection):
        for paths in _batches(waiting, batch):
            good = _take(connection, store, paths, damaged)
            taken += good[0]
            replaced += good[1]
    taken += _take_scores(connection, store, folder, known, removed, damaged)
    failures = _take_failures(connection, store, folder)
    return IngestSummary(
        bundles=taken,
        already_known=len(files) - len(waiting) - len(gone),
        calls_added=_count(connection, store, "calls") - calls_before,
        calls_replaced=replaced,
        failures=failures,
        damaged=tuple(damaged),
        removed=len(gone),
        seconds=time.monotonic() - began,
    )


def _clear_removed(waiting: Iterable[Path], names: frozenset[str]) -> list[Path]:
    """Delete bundles of calls that were removed for good; return them.

    They were being made when the call was removed, or somebody brought them back.
    """
    gone = [path for path in waiting if not names.isdisjoint(call_in(path))]
    for path in gone:
        with disk_errors("remove", path):
            path.unlink(missing_ok=True)
    return gone


def _batches(paths: list[Path], most: int) -> Iterator[list[Path]]:
    """Yield the paths in order, so many at once, fewer where their files are large."""
    taken: list[Path] = []
    held = 0
    for path in paths:
        size = path.stat().st_size if path.exists() else 0  # a missing one is told of as damaged
        if taken and (len(taken) >= most or held + size > _BATCH_BYTES):
            yield taken
            taken, held = [], 0
        taken.append(path)
        held += size
    if taken:
        yield taken


@contextmanager
def _one_thread(connection: "duckdb.DuckDBPyConnection") -> Iterator[None]:
    """Work in one thread: over many small files, several take twice the time of one in all."""
    connection.execute("SET threads = 1")
    try:
        yield
    finally:
        connection.execute("RESET threads")


def _take(
    connection: "duckdb.DuckDBPyConnection",
    store: Path,
    paths: list[Path],
    damaged: list[DamagedBundle],
) -> tuple[int, int]:
    """Take in one batch; return how many bundles, and how many calls they replaced.

    A batch that cannot be read is looked through file by file, and the damaged ones left out.
    """
    import duckdb

    try:
        return len(paths), _frugally(connection, partial(_take_batch, connection, paths))
    except duckdb.Error as error:
        sound = _sound(paths, damaged)
        if len(sound) == len(paths):
            with store_errors(store):
                raise error
    if not sound:
        return 0, 0
    with store_errors(store):
        return len(sound), _frugally(connection, partial(_take_batch, connection, sound))


def _take_batch(connection: "duckdb.DuckDBPyConnection", paths: list[Path]) -> int:
    """Read bundles and write their rows; return how many calls they replaced."""
    with _reading(connection, paths, arrow_schema()):
        connection.execute(INCOMING)
    return _merge(connection)


def _frugally(connection: "duckdb.DuckDBPyConnection", work: Callable[[], R]) -> R:
    """Do work with the store in little memory; what asks for more gets it."""
    import duckdb

    try:
        with _little_memory(connection):
            return work()
    except duckdb.OutOfMemoryException:
        return work()


@contextmanager
def _little_memory(connection: "duckdb.DuckDBPyConnection") -> Iterator[None]:
    """Let the database hold no more than `_HELD_MIB` of what it reads and writes."""
    # RESET would leave it as it is set
    before = connection.execute("SELECT current_setting('memory_limit')").fetchone()
    connection.execute(f"SET memory_limit = '{_HELD_MIB}MiB'")
    try:
        yield
    finally:
        connection.execute("SET memory_limit = ?", before)


@contextmanager
def _reading(
    connection: "duckdb.DuckDBPyConnection", paths: list[Path], schema: "pa.Schema"
) -> Iterator[bool]:
    """Let SQL read files as the variable ``files``; what older ones lack is nothing.

    Yields whether there are older ones among them.
    """
    import duckdb

    files = [str(path) for path in paths]
    connection.execute("SET VARIABLE files = ?", [files])
    found = connection.execute(
        "SELECT DISTINCT bundle_version FROM read_parquet(getvariable('files'))"
    ).fetchall()
    versions = {int(row[0]) for row in found}
    if not all(map(readable, versions)):
        raise duckdb.InvalidInputException("bundles of another version")
    if not versions - {BUNDLE_VERSION}:
        yield False
        return
    with _shape(schema) as first:
        connection.execute("SET VARIABLE files = ?", [[first, *files]])
        yield True


@contextmanager
def _shape(schema: "pa.Schema") -> Iterator[str]:
    """Give a file without rows: DuckDB reads all files in the shape of the first."""
    import pyarrow.parquet as pq

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shape.parquet"
        pq.write_table(schema.empty_table(), path)
        yield str(path)


def _sound(paths: list[Path], damaged: list[DamagedBundle]) -> list[Path]:
    sound = []
    for path in paths:
        try:
            check_bundle(path)
            sound.append(path)
        except StoreError as error:
            damaged.append(DamagedBundle(path=str(path), reason=str(error)))
    return sound


def _merge(connection: "duckdb.DuckDBPyConnection") -> int:
    """Write the rows of ``incoming`` and the ledger in one transaction; return calls replaced."""
    with _transaction(connection):
        unite_incoming(connection)
        connection.execute(FRESH)
        row = connection.execute(
            "SELECT count(*) FROM calls WHERE call_id IN (SELECT call_id FROM fresh)"
        ).fetchone()
        for table, query in CALL_QUERIES.items():
            if table not in _INDEXED:
                connection.execute(
                    f"DELETE FROM {table} WHERE call_id IN (SELECT call_id FROM fresh)"
                )
            _insert(connection, table, query)
        _merge_scores(connection, "incoming")
        connection.execute(LEDGER)
    return int(row[0]) if row else 0


@contextmanager
def _transaction(connection: "duckdb.DuckDBPyConnection") -> Iterator[None]:
    """Write all or nothing."""
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        roll_back(connection)
        raise


def _merge_scores(connection: "duckdb.DuckDBPyConnection", incoming: str) -> None:
    """Write the new scores of ``incoming``; what they replace is kept among the earlier ones.

    So is what comes after what is stored: in which order results come in makes no difference.
    """
    connection.execute(INCOMING_KEYS.format(incoming=incoming))
    connection.execute(FRESH_KEYS)
    connection.execute(SCORES_OF.format(keys="fresh", incoming=incoming))
    replaces = _count_rows(
        connection, "scores SEMI JOIN fresh_keys USING (call_id, scorecard, version)"
    )
    if replaces:
        keep_replaced(connection)
    for table, query in SCORE_QUERIES.items():
        if replaces and table not in _INDEXED:
            connection.execute(
                f"DELETE FROM {table} t WHERE EXISTS (SELECT 1 FROM fresh_keys f WHERE "
                "f.call_id = t.call_id AND f.scorecard = t.scorecard AND f.version = t.version)"
            )
        rows = query.format(source="fresh_scores")
        if table != "scores":
            rows = f"SELECT * EXCLUDE (scored_at) FROM ({rows})"
        _insert(connection, table, rows)
    if _count_rows(connection, "incoming_keys") > _count_rows(connection, "fresh_keys"):
        connection.execute(LATE_KEYS)
        connection.execute(SCORES_OF.format(keys="late", incoming=incoming))
        for table, query in SCORE_QUERIES.items():
            rows = query.format(source="late_scores")
            connection.execute(f"INSERT INTO earlier_{table} BY NAME {rows}")


def _count_rows(connection: "duckdb.DuckDBPyConnection", source: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
    return int(row[0]) if row else 0


def _insert(connection: "duckdb.DuckDBPyConnection", table: str, query: str) -> None:
    verb = "INSERT OR REPLACE" if table in _INDEXED else "INSERT"
    connection.execute(f"{verb} INTO {table} {query}")


def roll_back(connection: "duckdb.DuckDBPyConnection") -> None:
    """Undo the transaction under way, if there still is one."""
    import duckdb

    with suppress(duckdb.Error):  # a full disk may have ended the transaction already
        connection.execute("ROLLBACK")


def _take_scores(
    connection: "duckdb.DuckDBPyConnection",
    store: Path,
    folder: Path,
    known: set[str],
    removed: Collection[str],
    damaged: list[DamagedBundle],
) -> int:
    """Take in files of scores made anew (``rescored``); return how many.

    A transaction is files of one time: of two results of one call the first is to be kept too.
    All cards beside them are kept, those of files known already too: what is killed in between is
    made up for. Only then, since what is written leaves less memory to what follows.
    """
    by_time: dict[str, list[Path]] = {}
    files = score_files(folder)
    for path in files:
        if path.name in known:
            continue
        try:
            made_at = check_scores(path)
            if not removed or without_calls(path, removed):
                by_time.setdefault(made_at, []).append(path)
        except StoreError as error:
            damaged.append(DamagedBundle(path=str(path), reason=str(error)))
    for _, found in sorted(by_time.items()):
        for paths in _batches(found, _SCORE_FILES):
            with store_errors(store):
                _frugally(connection, partial(_take_score_files, connection, paths))
    with store_errors(store):
        for card in cards_beside(files):
            keep_card(connection, card)
    return sum(map(len, by_time.values()))


def _take_score_files(connection: "duckdb.DuckDBPyConnection", paths: list[Path]) -> None:
    with _reading(connection, paths, scores_schema()) as older, _transaction(connection):
        connection.execute(INCOMING_SCORES.format(by_name=older))
        _merge_scores(connection, unite_scores(connection))
        connection.execute(SCORES_LEDGER)


def _take_failures(connection: "duckdb.DuckDBPyConnection", store: Path, folder: Path) -> int:
    """Take in failures newer than those known; return how many."""
    stored = list(read_failures(folder))
    if not stored:
        return 0
    with store_errors(store):
        known = dict(connection.execute("SELECT path, failed_at FROM failures").fetchall())
        rows = [
            [f.path, f.call_id, f.stage, f.reason, f.failed_at, entry.run_id]
            for entry in stored
            for f in [entry.failure]
            if f.path not in known or f.failed_at > known[f.path]
        ]
        if rows:
            places = "(?, ?, ?, ?, ?, ?)"
            connection.executemany(f"INSERT OR REPLACE INTO failures VALUES {places}", rows)
    return len(rows)


def _count(connection: "duckdb.DuckDBPyConnection", store: Path, table: str) -> int:
    with store_errors(store):
        return _count_rows(connection, table)


_INDEXED = frozenset(item.name for item in TABLES if item.indexed)
