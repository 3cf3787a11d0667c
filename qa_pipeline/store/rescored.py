"""Scores made anew from stored conversations: one Parquet file for many calls, beside the bundles.

As bundles are, these files are what lasts: a store that is made anew takes them in again. A score
that another one replaces is kept (``earlier``), whichever of them comes first.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from qa_pipeline.errors import StoreError
from qa_pipeline.records import ScoredCall
from qa_pipeline.store.bundle_schema import (
    BUNDLE_VERSION,
    OLDEST_BUNDLE_VERSION,
    readable,
    scores_schema,
    to_scores_row,
)
from qa_pipeline.store.files import disk_errors, write_whole
from qa_pipeline.store.processes import short_digest

FOLDER = "rescored"
_PREFIX = "scores-"


def write_scores(
    scored: Sequence[ScoredCall],
    folder: Path,
    key: str,
    scored_at: datetime,
    processed_at: Mapping[str, datetime] | None = None,
) -> Path:
    """Write scores for the bundles folder ``folder``; return the file's path.

    ``key`` names the file: say what was scored, by which card, and which part of the calls this
    is; the same key replaces the file. ``StoreOwner.ingest`` takes it in. ``processed_at``: when
    each call was processed as it was judged, by id; of the others it is not known.

    Raises:
        StoreError: the disk is full, read-only or the folder not writable.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    known = processed_at or {}
    rows = [to_scores_row(item, key, scored_at, known.get(item.call_id)) for item in scored]
    buffer = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist(rows, schema=scores_schema()),
        buffer,
        compression="lz4",
        store_schema=False,
    )
    name = f"{_PREFIX}{scored_at:%Y%m%dT%H%M%S}-{short_digest(key)}.parquet"
    path = folder / FOLDER / name
    write_whole(path, buffer.getvalue())
    return path


def score_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of scores that lie with the bundles of ``folder``, the oldest first."""
    with disk_errors("read", folder):
        return tuple(sorted((folder / FOLDER).glob(f"{_PREFIX}*.parquet")))


def check_scores(path: Path) -> str:
    """Return when the scores of a file were made, one time for all.

    Raises ``StoreError`` for a damaged file and for one of another version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with disk_errors("read", path):
            found = pq.ParquetFile(path).read(columns=["bundle_version", "processed_at"])
        versions = found.column(0).unique().to_pylist()
        (made_at,) = found.column(1).unique().to_pylist()
    except (pa.ArrowException, KeyError, IndexError, ValueError) as error:
        raise StoreError(f"{path} is not a complete file of scores: delete it and rescore.") from (
            error
        )
    if not all(readable(version) for version in versions):
        raise StoreError(
            f"{path} holds scores of another version ({versions}, this qa_pipeline reads "
            f"{OLDEST_BUNDLE_VERSION} to {BUNDLE_VERSION}): rescore with this one."
        )
    return str(made_at)
