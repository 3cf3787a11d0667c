"""Files that are there whole or not at all, and clear words when the disk refuses."""

import errno
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qa_pipeline.errors import StoreError
from qa_pipeline.store.processes import is_gone, process_name, short_digest

TEMPORARY_PREFIX = ".part-"
_STALE_S = 3600.0
_ROOM_BYTES = 16 * 2**20
"""On a disk with less than this a run cannot even begin."""
_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the disk quota is used up: free some space",
    errno.EROFS: "the disk is read-only: choose another folder or mount it writable",
    errno.EACCES: "permission is denied: allow writing there or choose another folder",
    errno.EPERM: "permission is denied: allow writing there or choose another folder",
    errno.ENOTDIR: "a part of the path is a file, not a folder: choose another folder",
    errno.EEXIST: "a file stands where the folder should be: choose another folder",
    errno.EIO: "the disk reports an input/output error: check the disk",
}


def advice(error: OSError) -> str:
    """Say in words what the system's error means and what to do."""
    return _ADVICE.get(error.errno or 0, error.strerror or str(error))


@contextmanager
def disk_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn the system's refusals into a ``StoreError`` that names the file and what to do."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"Cannot {doing} {path}: {advice(error)}, then run again.") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` so that a reader, or a power cut, sees all of it or none.

    Raises:
        StoreError: the folder cannot be made or the file not written.
    """
    with disk_errors("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(temporary_name())
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def check_writable(folder: Path) -> None:
    """Make the folder where it is missing, and write something there for a moment.

    Raises:
        StoreError: it cannot be made or written to, or its disk is full.
    """
    with disk_errors("write to the folder", folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / temporary_name()
        try:
            probe.write_bytes(b"\0")
        finally:
            probe.unlink(missing_ok=True)
        if shutil.disk_usage(folder).free < _ROOM_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def temporary_name() -> str:
    """Return a file name for something half written; it tells which process is writing."""
    return f"{TEMPORARY_PREFIX}{process_name()}-{secrets.token_hex(4)}"


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` lasting; a no-op where folders cannot be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_leftovers(folder: Path) -> int:
    """Remove temporary files and folders whose writers were killed; return how many.

    What is of a process of this machine goes when that process is gone; others, which may belong
    to a machine that shares the folder, go after an hour.
    """
    removed = 0
    for file in folder.glob(f"{TEMPORARY_PREFIX}*"):
        gone = is_gone(file.name.removeprefix(TEMPORARY_PREFIX).rpartition("-")[0])
        with suppress(OSError):
            if gone or (gone is None and time.time() - file.stat().st_mtime > _STALE_S):
                shutil.rmtree(file) if file.is_dir() else file.unlink()
                removed += 1
    return removed


def safe_name(text: str) -> str:
    """Return ``text`` as a file name that any system takes, unlike any other text's.

    Letters, digits, dot, dash and underscore stay; a text that had to change, or that differs
    from another only by case, is told apart by a short digest of the original.
    """
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", text).lstrip(".")[:60]
    if safe == text and safe == safe.lower():
        return safe
    return f"{safe}~{short_digest(text, 8)}"


def printable(path: str) -> str:
    """Return a path as valid text: bytes of a file name that are no text become ``?``."""
    return path.encode("utf-8", "replace").decode("utf-8")
