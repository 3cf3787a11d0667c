"""Tables of calls: what the telephone system wrote down about many calls at once."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from qa_pipeline.audio.metadata import NOT_KNOWN, InvalidFieldError, read_text, to_metadata
from qa_pipeline.errors import UsageError
from qa_pipeline.records import CallMetadata

_FILE_COLUMN = "file"


class MetadataTables:
    """CSV or JSON tables with a row a call: the fields of ``CallMetadata`` and ``file``.

    ``file`` is a path (relative ones from the table's folder), a file name, or a name without
    suffix. What several tables say of one call is put together; they must not disagree.
    """

    def __init__(self, tables: Sequence["_Table"]) -> None:
        self._tables = tables
        self.names = ", ".join(str(table.path) for table in tables)
        for name in dict.fromkeys(name for table in tables for name in table.rows):
            _together(name, [table.rows[name] for table in tables if name in table.rows])

    @classmethod
    def read(cls, paths: Path | Sequence[Path], zone: tzinfo | None = None) -> "MetadataTables":
        """Read one table or several.

        ``zone``: of times that name none; ``None``: that of this machine. Raises ``UsageError``
        naming the file, the line and the field.
        """
        named = (paths,) if isinstance(paths, Path) else paths
        return cls([_Table(path, zone) for path in named])

    def find(self, call: Path) -> CallMetadata | None:
        """Return what the tables say of a call: by its path, else its name, else its stem.

        Raises ``UsageError`` where they disagree.
        """
        found = [row for table in self._tables if (row := table.find(call)) is not None]
        return _together(call.name, found)


class _Row(NamedTuple):
    metadata: CallMetadata
    path: Path
    """Of its table."""
    line: int


class _Table:
    """One table: its rows by what they call a call."""

    def __init__(self, path: Path, zone: tzinfo | None) -> None:
        self.path = path
        self.rows: dict[str, _Row] = {}
        text = read_text(path, UsageError)
        read = _json_rows if path.suffix.lower() == ".json" else _csv_rows
        for line, row in read(path, text):
            name = str(row.get(_FILE_COLUMN) or "").strip()
            if not name:
                raise UsageError(f"{path}, line {line}, field 'file': says which call; it is empty")
            fields = {k: v for k, v in row.items() if k != _FILE_COLUMN}
            try:
                metadata = to_metadata(fields, zone)
            except InvalidFieldError as error:
                raise UsageError(f"{path}, line {line}, {error}") from error
            key = self._key(name)
            if key in self.rows:
                raise UsageError(f"{path}, line {line}, field 'file': {name!r} is there twice")
            self.rows[key] = _Row(metadata, path, line)

    def find(self, call: Path) -> _Row | None:
        """Return the row of a call by its path, else by its name, else by its stem."""
        keys = (str(call.resolve()), call.name, call.stem)
        return next((self.rows[key] for key in keys if key in self.rows), None)

    def _key(self, name: str) -> str:
        if "/" not in name and "\\" not in name:
            return name
        return str((self.path.parent / name.replace("\\", "/")).resolve())


def _together(name: str, rows: Sequence[_Row]) -> CallMetadata | None:
    """Return what rows of several tables say of a call called so; ``None`` where there is none."""
    if not rows:
        return None
    facts: dict[str, tuple[object, _Row]] = {}
    for row in rows:
        for field, value in row.metadata.model_dump(exclude_unset=True).items():
            before, first = facts.setdefault(field, (value, row))
            if value != before:
                raise UsageError(
                    f"{name}: {first.path}, line {first.line} says {field} {_said(before)}, "
                    f"{row.path}, line {row.line} says {_said(value)}; tables must not disagree "
                    "about a call (where these are two calls, name each by its path)"
                )
    return CallMetadata.model_validate({field: value for field, (value, _) in facts.items()})


def _said(value: object) -> str:
    if value is None:
        return repr(NOT_KNOWN)
    return repr(value) if isinstance(value, str) else str(value)


def _csv_rows(path: Path, text: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    first_line = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first_line.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    columns = [c.strip() for c in reader.fieldnames or []]
    reader.fieldnames = columns
    _check_columns(path, columns)
    for row in reader:
        if None in row:
            raise UsageError(f"{path}, line {reader.line_num}: more values than columns")
        yield reader.line_num, {k: (v or "").strip() for k, v in row.items()}


def _check_columns(path: Path, columns: list[str]) -> None:
    if _FILE_COLUMN not in columns:
        raise UsageError(
            f"{path}, line 1, field 'file': missing; a table of calls needs a column "
            "'file' that says which call each row is about"
        )
    for column in columns:
        if column != _FILE_COLUMN and column not in CallMetadata.model_fields:
            raise UsageError(
                f"{path}, line 1, field {column!r}: no such field; the fields are file, "
                f"{', '.join(CallMetadata.model_fields)}"
            )


def _json_rows(path: Path, text: str) -> Iterable[tuple[int, Mapping[str, Any]]]:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}, line {error.lineno}: not valid JSON ({error.msg})") from error
    if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
        raise UsageError(f"{path}, line 1: must be a list of objects, one a call")
    for row in content:
        yield _line_of_value(text, str(row.get(_FILE_COLUMN, ""))), row


def _line_of_value(text: str, value: str) -> int:
    at = text.find(json.dumps(value)) if value else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
