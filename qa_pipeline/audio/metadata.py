"""Call metadata from a sidecar, from a table of calls, or from a pattern of file names.

Dates without a timezone are taken in the timezone of this machine, as the telephone system that
wrote them most likely did.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from qa_pipeline.errors import CallError, UsageError
from qa_pipeline.language.failure_problems import field_problem
from qa_pipeline.language.failure_reasons import failure_reason
from qa_pipeline.records import CallMetadata

_FILE_COLUMN = "file"
_ENCODINGS = ("utf-8-sig", "gb18030")
_PLACE = re.compile(r"\{(\w+)(?::([^{}]+))?\}")
_DATE_PARTS = {"Y": r"\d{4}", "f": r"\d{1,6}", "j": r"\d{3}", "z": r"[+-]\d{4}|Z", "%": "%"}
_TWO_DIGITS = "mdHMSyI"


class _InvalidFieldError(Exception):
    """A metadata field with a value it cannot have."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"field {field!r}: {reason}")
        self.field, self.reason = field, reason


def read_sidecar(path: Path) -> CallMetadata:
    """Read ``<stem>.meta.json``. Raises ``CallError`` naming the file, the line and the field."""
    text = _read_text(path, CallError)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        reason = failure_reason("not_json", path=path, line=error.lineno, problem=error.msg)
        raise CallError(reason) from error
    if not isinstance(content, dict):
        raise CallError(failure_reason("no_fields", path=path, line=1))
    try:
        return _to_metadata(content)
    except _InvalidFieldError as error:
        line = _line_of_key(text, error.field)
        reason = failure_reason(
            "wrong_field", path=path, line=line, field=error.field, problem=error.reason
        )
        raise CallError(reason) from error


class MetadataTable:
    """A CSV or JSON table with a row a call: the fields of ``CallMetadata`` and ``file``.

    ``file`` is a path (relative ones from the table's folder), a file name, or a name without
    suffix.
    """

    def __init__(self, path: Path, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        self.path = path
        self._by_name: dict[str, CallMetadata] = {}
        for line, row in rows:
            name = str(row.get(_FILE_COLUMN) or "").strip()
            if not name:
                raise UsageError(f"{path}, line {line}, field 'file': says which call; it is empty")
            fields = {k: v for k, v in row.items() if k != _FILE_COLUMN}
            try:
                metadata = _to_metadata(fields)
            except _InvalidFieldError as error:
                raise UsageError(f"{path}, line {line}, {error}") from error
            key = self._key(name)
            if key in self._by_name:
                raise UsageError(f"{path}, line {line}, field 'file': {name!r} is there twice")
            self._by_name[key] = metadata

    @classmethod
    def read(cls, path: Path) -> "MetadataTable":
        """Read a table. Raises ``UsageError`` naming the file, the line and the field."""
        text = _read_text(path, UsageError)
        if path.suffix.lower() == ".json":
            return cls(path, _json_rows(path, text))
        return cls(path, _csv_rows(path, text))

    def __len__(self) -> int:
        return len(self._by_name)

    def find(self, call: Path) -> CallMetadata | None:
        """Return the row of a call by its path, else by its name, else by its stem."""
        for key in (str(call.resolve()), call.name, call.stem):
            if key in self._by_name:
                return self._by_name[key]
        return None

    def _key(self, name: str) -> str:
        if "/" not in name and "\\" not in name:
            return name
        return str((self.path.parent / name.replace("\\", "/")).resolve())


class NamePattern:
    """Metadata in file names: ``{agent_id}_{started_at:%Y%m%d%H%M%S}`` or a regular expression.

    The pattern describes the whole name without its suffix. ``{field}`` takes any text,
    ``{started_at:FORMAT}`` a date in ``strptime`` directives. A pattern with ``(?P<field>...)``
    groups is used as the regular expression that it is.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._date_formats: dict[str, str] = {}
        expression = pattern if "(?P<" in pattern else self._to_expression(pattern)
        try:
            self._expression = re.compile(expression)
        except re.error as error:
            raise UsageError(f"file-name pattern {pattern!r} is not valid: {error}") from error
        unknown = set(self._expression.groupindex) - set(CallMetadata.model_fields)
        if unknown or not self._expression.groupindex:
            named = ", ".join(sorted(unknown)) or "nothing"
            raise UsageError(
                f"file-name pattern {pattern!r} names {named}; "
                f"the fields are {', '.join(CallMetadata.model_fields)}"
            )

    def _to_expression(self, pattern: str) -> str:
        parts: list[str] = []
        end = 0
        for match in _PLACE.finditer(pattern):
            field, date_format = match.groups()
            parts.append(re.escape(pattern[end : match.start()]))
            inside = ".+?"
            if date_format is not None:
                self._date_formats[field] = date_format
                inside = _date_expression(date_format)
            parts.append(f"(?P<{field}>{inside})")
            end = match.end()
        return "".join([*parts, re.escape(pattern[end:])])

    def fits(self, call: Path) -> bool:
        """Say whether the pattern fits the name of a call."""
        return self._expression.fullmatch(call.stem) is not None

    def read(self, call: Path) -> CallMetadata | None:
        """Return what the name says, ``None`` where the pattern does not fit the name.

        Raises ``CallError`` when it fits but a field has an impossible value.
        """
        match = self._expression.fullmatch(call.stem)
        if match is None:
            return None
        fields: dict[str, Any] = dict(match.groupdict())
        try:
            for field, date_format in self._date_formats.items():
                fields[field] = _parse_date(field, fields[field], date_format)
            return _to_metadata(fields)
        except _InvalidFieldError as error:
            reason = failure_reason(
                "wrong_name",
                path=call,
                pattern=self.pattern,
                field=error.field,
                problem=error.reason,
            )
            raise CallError(reason) from error


def _date_expression(date_format: str) -> str:
    def directive(match: re.Match[str]) -> str:
        letter = match.group(1)
        return r"\d{2}" if letter in _TWO_DIGITS else f"(?:{_DATE_PARTS.get(letter, '.+?')})"

    return re.sub(r"%(\w|%)", directive, re.sub(r"([^\w%])", r"\\\1", date_format))


def _parse_date(field: str, text: str, date_format: str) -> datetime:
    try:
        return datetime.strptime(text, date_format)
    except ValueError as error:
        reason = field_problem("no_date_of_form", value=text, form=date_format)
        raise _InvalidFieldError(field, reason) from error


def _to_metadata(fields: Mapping[str, Any]) -> CallMetadata:
    """Normalise and validate. Raises ``_InvalidFieldError`` with the first field that is wrong."""
    values = {k: v for k, v in fields.items() if not (v is None or v == "")}
    for name in ("direction", "hung_up_by"):
        if isinstance(values.get(name), str):
            values[name] = values[name].strip().lower()
    if isinstance(values.get("language"), str):
        values["language"] = re.split(r"[-_]", values["language"].strip().lower())[0]
    if "started_at" in values:
        values["started_at"] = _aware(values["started_at"])
    try:
        return CallMetadata.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        if first["type"] == "extra_forbidden":
            known = ", ".join(CallMetadata.model_fields)
            reason = field_problem("no_such_field", fields=known)
        else:
            reason = field_problem(
                "wrong_value", value=repr(values.get(name)), problem=first["msg"]
            )
        raise _InvalidFieldError(name, reason) from error


def _aware(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            reason = field_problem("no_date_such_as", value=value)
            raise _InvalidFieldError("started_at", reason) from error
    if not isinstance(value, datetime):
        raise _InvalidFieldError("started_at", field_problem("no_date", value=repr(value)))
    return value if value.tzinfo is not None else value.astimezone()


def _read_text(path: Path, error_type: type[CallError] | type[UsageError]) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = failure_reason("unreadable", path=path, problem=error.strerror or error)
        raise error_type(reason) from error
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise error_type(failure_reason("metadata_encoding", path=path))


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


def _line_of_key(text: str, key: str) -> int:
    match = re.search(rf'"{re.escape(key)}"\s*:', text)
    return text.count("\n", 0, match.start()) + 1 if match else 1


def _line_of_value(text: str, value: str) -> int:
    at = text.find(json.dumps(value)) if value else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 1
