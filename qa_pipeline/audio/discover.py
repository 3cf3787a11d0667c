"""Which files are calls: recordings, finished transcripts, and the metadata beside them."""

import glob
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from qa_pipeline.audio.metadata import NamePattern, read_sidecar
from qa_pipeline.audio.metadata_tables import MetadataTables
from qa_pipeline.errors import CallError, UsageError
from qa_pipeline.language.failure_reasons import failure_reason
from qa_pipeline.records import CallMetadata

_log = logging.getLogger(__name__)

_AUDIO_FORMATS = (
    "3g2|3gp|aac|ac3|aif|aiff|amr|ape|asf|au|avi|awb|caf|dss|flac|flv|g722|g729|gsm|m4a|m4b|m4v|"
    "mka|mkv|mov|mp2|mp3|mp4|mpeg|mpg|oga|ogg|opus|ra|snd|spx|vob|voc|vox|w64|wav|wave|webm|wma|"
    "wmv|wv"
)
AUDIO_SUFFIXES = frozenset("." + name for name in _AUDIO_FORMATS.split("|"))
TRANSCRIPT_SUFFIXES = frozenset((".srt", ".vtt", ".json"))
_SIDECARS = (".meta.json", ".truth.json")
_TRANSCRIPT_MARK = b'"format": "qa-pipeline-call"'
_MARK_WITHIN = 512


@dataclass(frozen=True)
class CallSource:
    """A call to process: its recording, its finished transcript, or both, and its metadata."""

    path: Path
    """The file that the call is known by: the recording where there is one."""
    audio: Path | None
    transcript: Path | None
    sidecar: Path | None = None
    tables: MetadataTables | None = None
    pattern: NamePattern | None = None
    seen: tuple[int, int] | None = None
    """Size in bytes and time of the last change (ns) of ``path`` when it was found."""
    zone: tzinfo | None = None
    """Of times that name none; ``None``: that of this machine."""

    def refuse_unfinished(self) -> None:
        """Raise ``CallError`` where the file has changed since it was found: part of a call."""
        if self.seen is not None and _stamp(self.path) != self.seen:
            raise CallError(failure_reason("unfinished", path=self.path))

    def read_metadata(self) -> CallMetadata:
        """Read what is said about the call: by tables first, then by sidecar, then by file name.

        A field of which the first says nothing comes from the next; one that is said to be not
        known is set to ``None``. Raises ``CallError`` naming file, line and field.
        """
        found = [self.tables.find(self.path) if self.tables else None]
        found.append(read_sidecar(self.sidecar, self.zone) if self.sidecar else None)
        found.append(self.pattern.read(self.path) if self.pattern else None)
        fields: dict[str, object] = {}
        for metadata in found:
            if metadata is not None:
                fields = metadata.model_dump(exclude_unset=True) | fields
        return CallMetadata.model_validate(fields)


def discover(
    paths: Sequence[str | Path],
    *,
    metadata: Path | Sequence[Path] | None = None,
    name_pattern: str | None = None,
    zone: tzinfo | None = None,
) -> list[CallSource]:
    """Find the calls in files, folders (with all below them) and globs, sorted by path.

    Hidden files and folders are skipped, a file is taken once however often it is named. A
    transcript with the stem of a recording beside it belongs to that recording. A folder or
    file without permission is returned as a source, so that it fails by name when it is read.
    ``zone``: of times that name none; ``None``: that of this machine.

    Raises ``UsageError`` for a path that does not exist, when there is no call at all, and for
    metadata that cannot be used.
    """
    tables = MetadataTables.read(metadata, zone) if metadata else None
    pattern = NamePattern(name_pattern, zone) if name_pattern else None
    files: dict[Path, None] = {}
    for given in paths:
        found = list(_expand(str(given)))
        if not found:
            raise UsageError(
                f"no calls found under {given}: no recording (wav, mp3, m4a, ogg, flac, ...) and "
                "no transcript (srt, vtt, or json from `calls export`) is there"
            )
        files.update(dict.fromkeys(found))
    if not files:
        raise UsageError("no calls found: name files, folders or globs")
    sources = [
        CallSource(path, audio, transcript, sidecar, tables, pattern, _stamp(path), zone)
        for audio, transcript, sidecar in _pair(list(files))
        for path in [audio or transcript or Path()]
    ]
    _log_unused(sources, tables, pattern)
    return sorted(sources, key=lambda source: source.path)


def _expand(given: str) -> Iterator[Path]:
    path = Path(given).expanduser()
    if _is_dir(path):
        yield from _walk(path)
    elif os.path.lexists(path) or not _is_listed(path.parent):
        yield path.absolute()
    elif glob.has_magic(given):
        for match in sorted(glob.glob(str(path), recursive=True)):  # noqa: PTH207
            if _is_dir(Path(match)):
                yield from _walk(Path(match))
            elif _is_call(Path(match)):
                yield Path(match).absolute()
    else:
        raise UsageError(f"{given}: no such file or folder")


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return size and time of the last change of a file; ``None`` where they cannot be read."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # no permission to ask, or a name that is too long
        return False


def _is_listed(folder: Path) -> bool:
    """Say whether a folder can be searched, so that what is not seen in it is not there."""
    return not _is_dir(folder) or os.access(folder, os.X_OK)


def _walk(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except PermissionError:
        yield folder.absolute()  # fails by name when it is decoded
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path)
        elif _is_call(path) and not _is_dir(path):
            yield path.absolute()


def _is_call(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith(".") or name.endswith(_SIDECARS):
        return False
    suffix = path.suffix.lower()
    if suffix == ".json":
        return _is_exported(path)
    return suffix in AUDIO_SUFFIXES or suffix in TRANSCRIPT_SUFFIXES


def _is_exported(path: Path) -> bool:
    """Say whether a JSON file is a transcript that `calls export` wrote; folders hold others."""
    try:
        with path.open("rb") as file:
            return _TRANSCRIPT_MARK in file.read(_MARK_WITHIN)
    except OSError:
        return False


def _pair(files: list[Path]) -> Iterator[tuple[Path | None, Path | None, Path | None]]:
    """Yield recording, transcript and sidecar of every call."""
    seen: set[Path] = set()
    for path in files:
        if path.suffix.lower() in TRANSCRIPT_SUFFIXES:
            recordings = _recordings_beside(path)
            for audio in recordings:
                if audio not in seen:
                    seen.add(audio)
                    yield audio, path, _sidecar(audio)
            if not recordings and path not in seen:
                seen.add(path)
                yield None, path, _sidecar(path)
        elif path not in seen:
            seen.add(path)
            yield path, _transcript_beside(path), _sidecar(path)


def _recordings_beside(transcript: Path) -> list[Path]:
    return [path for path in _with_stem(transcript) if path.suffix.lower() in AUDIO_SUFFIXES]


def _transcript_beside(audio: Path) -> Path | None:
    if _is_dir(audio):
        return None
    order = {".json": 0, ".vtt": 1, ".srt": 2}
    found = [p for p in _with_stem(audio) if p.suffix.lower() in order and _is_call(p)]
    return min(found, key=lambda p: order[p.suffix.lower()], default=None)


def _with_stem(path: Path) -> list[Path]:
    """Return the files beside a file that have its stem, in order of name."""
    known = AUDIO_SUFFIXES | TRANSCRIPT_SUFFIXES
    suffixes = sorted(known | {suffix.upper() for suffix in known})
    candidates = (path.with_suffix(suffix) for suffix in suffixes)
    return [c for c in candidates if c != path and c.is_file()]


def _sidecar(path: Path) -> Path | None:
    sidecar = path.with_suffix(".meta.json")
    return sidecar if os.path.lexists(sidecar) else None


def _log_unused(
    sources: list[CallSource], tables: MetadataTables | None, pattern: NamePattern | None
) -> None:
    if tables is not None:
        matched = sum(tables.find(source.path) is not None for source in sources)
        if matched < len(sources):
            _log.warning("%s says nothing about %d calls", tables.names, len(sources) - matched)
    if pattern is not None:
        for source in sources:
            if not pattern.fits(source.path):
                _log.warning("%s: name does not fit %r", source.path.name, pattern.pattern)
