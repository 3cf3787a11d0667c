"""Removing calls for good from everything that is kept of them, and saying what is left to do."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa_pipeline.records.base import Record
from qa_pipeline.records.recording import id_of_sound
from qa_pipeline.settings import Settings
from qa_pipeline.speakers import forget_calls
from qa_pipeline.store import remove_calls


class RemovalSummary(Record):
    """What removing calls did, and what it could not do."""

    removed: tuple[str, ...]
    """Ids of the calls."""
    recordings: tuple[str, ...]
    """Recordings and transcripts of them that still lie where they were found."""
    reports: tuple[str, ...]
    """Reports that name one of them, and may quote it."""
    voices: int
    """Voices that were remembered of them."""


def remove(
    settings: Settings, call_ids: Sequence[str], by: str, reason: str | None = None
) -> RemovalSummary:
    """Remove calls, and others of the same recordings, for good.

    Raises what `qa_pipeline.store.remove_calls` raises.
    """
    calls = remove_calls(settings.store_path, settings.bundles_dir, call_ids, by, reason)
    names = sorted({name for c in calls for name in (c.call_id, id_of_sound(c.digest))})
    return RemovalSummary(
        removed=tuple(call.call_id for call in calls),
        recordings=tuple(c.path for c in calls if c.path and Path(c.path).exists()),
        reports=tuple(str(path) for path in _reports_with(settings.reports_dir, names)),
        voices=forget_calls(settings.voices_dir, names),
    )


def _reports_with(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Yield the files of reports in which one of some calls is named."""
    wanted = [name.encode() for name in names]
    for path in sorted(folder.rglob("*")):
        if path.is_file() and any(name in text for text in _texts(path) for name in wanted):
            yield path


def _texts(path: Path) -> Iterator[bytes]:
    """Yield what a file holds; of a workbook, each of its parts."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as workbook:
            yield from (workbook.read(name) for name in workbook.namelist())
    else:
        yield path.read_bytes()
