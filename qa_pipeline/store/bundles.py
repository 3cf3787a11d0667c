"""Bundles: one Parquet file a processed call, the checkpoint from which a killed run resumes.

A bundle is written whole or not at all, so what lies in the folder is done. Failures lie beside
them as small JSON files, one a path: a failure that happens again replaces the one before, and
a success removes it.
"""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from qa_pipeline.errors import StoreError
from qa_pipeline.records import Failure, ProcessedCall
from qa_pipeline.records.base import Record
from qa_pipeline.store.bundle_schema import (
    BUNDLE_VERSION,
    OLDEST_BUNDLE_VERSION,
    arrow_schema,
    from_row,
    readable,
    to_row,
)
from qa_pipeline.store.files import (
    disk_errors,
    printable,
    remove_leftovers,
    safe_name,
    write_whole,
)
from qa_pipeline.store.processes import short_digest

BUNDLE_SUFFIX = ".parquet"
FAILURE_PREFIX = "failure-"
_MADE_WITH = " "
"""Between a key and what else is noted with it; bundles of before note nothing."""


class StoredFailure(Record):
    """A failure as it lies in the bundles folder, with the run that met it."""

    version: int = BUNDLE_VERSION
    run_id: str | None = None
    failure: Failure


def write_bundle(
    processed: ProcessedCall,
    folder: Path,
    key: str,
    run_id: str | None = None,
    made_with: str | None = None,
) -> Path:
    """Write the call's bundle and return its path; an equal bundle there is replaced.

    ``key`` stands for everything that the result depends on (digest of the call, models,
    scorecard versions): same key, same bundle. ``made_with``: what of it is no property of the
    call, noted beside the key. An earlier failure of the same file is cleared.

    Raises:
        StoreError: the disk is full, read-only or the folder not writable.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    noted = key if made_with is None else f"{key}{_MADE_WITH}{made_with}"
    table = pa.Table.from_pylist([to_row(processed, noted, run_id)], schema=arrow_schema())
    buffer = io.BytesIO()
    # What costs when thousands of bundles are read is the number of pages, not of bytes: without
    # dictionaries and statistics a bundle is smaller and read in half the time.
    pq.write_table(
        table,
        buffer,
        compression="lz4",
        use_dictionary=False,
        write_statistics=False,
        store_schema=False,
    )
    path = folder / _bundle_name(processed.recording.call_id, key)
    write_whole(path, buffer.getvalue())
    clear_failure(processed.recording.path, folder)
    return path


def read_bundle(path: Path) -> ProcessedCall:
    """Read a bundle back, exactly as it was written.

    Raises:
        StoreError: the file is missing, damaged, or of a newer version of qa_pipeline.
    """
    row = _read_row(path)
    try:
        return from_row(row)
    except (ValidationError, KeyError) as error:
        raise StoreError(f"{_damaged(path)} ({error})") from error


def check_bundle(path: Path) -> None:
    """Raise the ``StoreError`` that ``read_bundle`` would, if any."""
    _read_row(path)


def _read_row(path: Path) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with disk_errors("read", path):
            rows = pq.ParquetFile(io.BytesIO(path.read_bytes())).read().to_pylist()
    except pa.ArrowException as error:
        raise StoreError(f"{_damaged(path)} ({error})") from error
    if len(rows) != 1 or "bundle_version" not in rows[0]:
        raise StoreError(_damaged(path))
    row = cast("dict[str, Any]", rows[0])
    if not readable(row["bundle_version"]):
        raise StoreError(_other_version(path, row["bundle_version"]))
    return row


def find_bundle(folder: Path, call_id_or_digest: str, key: str) -> Path | None:
    """Return the bundle of that call made with exactly that key, or ``None`` if there is none."""
    direct = folder / _bundle_name(call_id_or_digest, key)
    ending = f"--{short_digest(key)}{BUNDLE_SUFFIX}"
    try:
        found = [direct] if direct.is_file() else sorted(folder.iterdir())
    except FileNotFoundError:
        return None
    for path in found:
        if not path.name.endswith(ending) or path.name.startswith("."):
            continue
        try:
            names = _identity(path)
        except StoreError:
            continue  # damaged or old: as good as not there, the call is processed again over it
        same_key = names["key"].partition(_MADE_WITH)[0] == key
        if same_key and call_id_or_digest in (names["call_id"], names["digest"]):
            return path
    return None


def call_in(path: Path) -> frozenset[str]:
    """Return what the call of a bundle is known by: its id and its digest; empty if damaged."""
    try:
        names = _identity(path)
    except StoreError:
        return frozenset()
    return frozenset((names["call_id"], names["digest"]))


def made_with(noted_key: str | None) -> str | None:
    """Return what a bundle says it was made with, from its key as noted; ``None``: nothing."""
    return (noted_key or "").partition(_MADE_WITH)[2] or None


def bundle_files(folder: Path) -> tuple[Path, ...]:
    """Return all bundles in the folder by name, and clear away what killed runs left half done."""
    with disk_errors("read", folder):
        remove_leftovers(folder)
        found = (p for p in folder.glob(f"*{BUNDLE_SUFFIX}") if not p.name.startswith("."))
        return tuple(sorted(found))


def write_failure(failure: Failure, folder: Path, run_id: str | None = None) -> Path:
    """Write down that a file could not be processed; an earlier failure of it is replaced.

    Raises:
        StoreError: the disk is full, read-only or the folder not writable.
    """
    path = _failure_path(failure.path, folder)
    failure = failure.model_copy(update={"path": printable(failure.path)})
    stored = StoredFailure(run_id=run_id, failure=failure)
    write_whole(path, stored.model_dump_json(indent=1).encode())
    return path


def read_failures(folder: Path) -> Iterator[StoredFailure]:
    """Yield every failure in the folder; one that cannot be read is passed over."""
    for path in sorted(folder.glob(f"{FAILURE_PREFIX}*.json")):
        try:
            yield StoredFailure.model_validate(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError):
            continue


def clear_failure(path: str, folder: Path) -> None:
    """Forget the failure of a file, since it has been processed now."""
    file = _failure_path(path, folder)
    with disk_errors("remove", file):
        file.unlink(missing_ok=True)


def _failure_path(path: str, folder: Path) -> Path:
    return folder / f"{FAILURE_PREFIX}{short_digest(printable(path))}.json"


def _bundle_name(call_id: str, key: str) -> str:
    return f"{safe_name(call_id)}--{short_digest(key)}{BUNDLE_SUFFIX}"


def _identity(path: Path) -> dict[str, str]:
    """Read only the call id, the digest and the key of a bundle.

    Raises ``StoreError`` for a damaged bundle and for one of another version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ["bundle_version", "key", "call_id", "recording.digest"]
    try:
        with disk_errors("read", path):
            row = pq.ParquetFile(path).read(columns=columns).to_pylist()[0]
    except (pa.ArrowException, IndexError, KeyError) as error:
        raise StoreError(_damaged(path)) from error
    if not readable(row["bundle_version"]):
        raise StoreError(_other_version(path, row["bundle_version"]))
    names = {"key": row["key"], "call_id": row["call_id"], "digest": row["recording"]["digest"]}
    return cast("dict[str, str]", names)


def _damaged(path: Path) -> str:
    return f"{path} is not a complete bundle: delete it and run again to process that call anew."


def _other_version(path: Path, version: int) -> str:
    return (
        f"{path} is a bundle of version {version}, this qa_pipeline reads versions "
        f"{OLDEST_BUNDLE_VERSION} to {BUNDLE_VERSION}: update qa_pipeline, or process the call "
        "again."
    )
