"""Scores made anew from stored conversations: one Parquet file for many calls, beside the bundles.

As bundles are, these files are what lasts: a store that is made anew takes them in again. A score
that another one replaces is kept (``earlier``), whichever of them comes first.

The files of one rescoring lie in a folder of their own with the card that judged. The folder is
gathered under a temporary name and renamed when all is in it: a card judges all calls or none.
"""

import io
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from qa_pipeline.errors import StoreError
from qa_pipeline.records import ScoredCall
from qa_pipeline.store.bundle_schema import (
    BUNDLE_VERSION,
    OLDEST_BUNDLE_VERSION,
    readable,
    scores_schema,
    to_scores_row,
)
from qa_pipeline.store.cards import KeptCard
from qa_pipeline.store.files import (
    disk_errors,
    remove_leftovers,
    sync_folder,
    temporary_name,
    write_whole,
)
from qa_pipeline.store.processes import short_digest

FOLDER = "rescored"
_PREFIX = "scores-"
_CARD = "card.json"


@dataclass(frozen=True)
class Gathering:
    """Where the files of one rescoring are written, and where they will lie."""

    folder: Path
    """For `write_scores`; gone when all is done."""
    published: Path


@contextmanager
def gathered_scores(
    folder: Path, key: str, scored_at: datetime, card: KeptCard
) -> Iterator[Gathering]:
    """Give a place to write the scores by a card to: all of them come to count, or none.

    ``folder``: of the bundles. ``key`` names the place among them, as in `write_scores`. What was
    written is removed when an error, or Ctrl-C, ends it; what a killed process left, by whoever
    looks for files of scores next.

    Raises:
        StoreError: the disk is full, read-only or the folder not writable.
    """
    among = folder / FOLDER
    part = among / temporary_name()
    published = among / _named(key, scored_at)
    try:
        write_whole(part / _CARD, card.model_dump_json().encode())
        yield Gathering(part, published)
        with disk_errors("publish", published):
            part.replace(published)
        sync_folder(among)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _named(key: str, scored_at: datetime) -> str:
    return f"{_PREFIX}{scored_at:%Y%m%dT%H%M%S}-{short_digest(key)}"


def write_scores(
    scored: Sequence[ScoredCall],
    folder: Path,
    key: str,
    scored_at: datetime,
    processed_at: Mapping[str, datetime] | None = None,
    gathering: Gathering | None = None,
) -> Path:
    """Write scores for the bundles folder ``folder``; return where the file lies, or will lie.

    ``key`` names the file: say what was scored, by which card, and which part of the calls this
    is; the same key replaces the file. ``StoreOwner.ingest`` takes it in. ``processed_at``: when
    each call was processed as it was judged, by id; of the others it is not known. ``gathering``:
    what the file is part of (`gathered_scores`); default it counts by itself.

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
    name = f"{_named(key, scored_at)}.parquet"
    path = (gathering.folder if gathering else folder / FOLDER) / name
    write_whole(path, buffer.getvalue())
    return gathering.published / name if gathering else path


def score_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of scores that lie with the bundles of ``folder``, the oldest first.

    Clears away what killed processes left half done.
    """
    among, name = folder / FOLDER, f"{_PREFIX}*.parquet"
    with disk_errors("read", folder):
        remove_leftovers(among)
        found = (*among.glob(name), *among.glob(f"{_PREFIX}*/{name}"))
        return tuple(sorted(found, key=lambda path: path.name))


def without_calls(path: Path, call_ids: Collection[str]) -> bool:
    """Write a file of scores anew without those of some calls; say whether anything is left.

    A file that holds nothing else is deleted.

    Raises:
        StoreError: the file is damaged, or cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with disk_errors("read", path):
            table = pq.ParquetFile(io.BytesIO(path.read_bytes())).read()
        of_others = [name not in call_ids for name in table.column("call_id").to_pylist()]
    except (pa.ArrowException, KeyError) as error:
        raise _damaged(path) from error
    if all(of_others):
        return True
    if not any(of_others):
        with disk_errors("remove", path):
            path.unlink()
        return False
    buffer = io.BytesIO()
    pq.write_table(table.filter(of_others), buffer, compression="lz4", store_schema=False)
    write_whole(path, buffer.getvalue())
    return True


def cards_beside(files: Iterable[Path]) -> tuple[KeptCard, ...]:
    """Return the cards that lie beside files of scores, without those that cannot be read."""
    found = []
    for folder in sorted({path.parent for path in files}):
        try:
            found.append(KeptCard.model_validate_json((folder / _CARD).read_bytes()))
        except (OSError, ValidationError):
            continue  # lacking only where somebody has to compute scores after review
    return tuple(found)


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
        raise _damaged(path) from error
    if not all(readable(version) for version in versions):
        raise StoreError(
            f"{path} holds scores of another version ({versions}, this qa_pipeline reads "
            f"{OLDEST_BUNDLE_VERSION} to {BUNDLE_VERSION}): rescore with this one."
        )
    return str(made_at)


def _damaged(path: Path) -> StoreError:
    return StoreError(f"{path} is not a complete file of scores: delete it and rescore.")
