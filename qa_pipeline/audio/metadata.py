"""Call metadata from a sidecar, from a table of calls, or from a pattern of file names.

A field that is not set says nothing; one that is set to ``None`` says that the fact is not known,
whatever was said of it elsewhere or before. Dates without a timezone are taken in the one that is
given, else in that of this machine, as the telephone system that wrote them most likely did.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone, tzinfo
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from qa_pipeline.errors import CallError, UsageError
from qa_pipeline.language.failure_problems import field_problem
from qa_pipeline.language.failure_reasons import failure_reason
from qa_pipeline.records import CallMetadata

NOT_KNOWN = "-"
"""How a table or a sidecar says that a fact is not known; an empty cell says nothing."""
_ENCODINGS = ("utf-8-sig", "gb18030")
_PLACE = re.compile(r"\{(\w+)(?::([^{}]+))?\}")
_DATE_PARTS = {"Y": r"\d{4}", "f": r"\d{1,6}", "j": r"\d{3}", "z": r"[+-]\d{4}|Z", "%": "%"}
_TWO_DIGITS = "mdHMSyI"


class InvalidFieldError(Exception):
    """A metadata field with a value it cannot have."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"field {field!r}: {reason}")
        self.field, self.reason = field, reason


def read_sidecar(path: Path, zone: tzinfo | None = None) -> CallMetadata:
    """Read ``<stem>.meta.json``. Raises ``CallError`` naming the file, the line and the field."""
    text = read_text(path, CallError)
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        reason = failure_reason("not_json", path=path, line=error.lineno, problem=error.msg)
        raise CallError(reason) from error
    if not isinstance(content, dict):
        raise CallError(failure_reason("no_fields", path=path, line=1))
    try:
        return to_metadata(content, zone)
    except InvalidFieldError as error:
        line = _line_of_key(text, error.field)
        reason = failure_reason(
            "wrong_field", path=path, line=line, field=error.field, problem=error.reason
        )
        raise CallError(reason) from error


class NamePattern:
    """Metadata in file names: ``{agent_id}_{started_at:%Y%m%d%H%M%S}`` or a regular expression.

    The pattern describes the whole name without its suffix. ``{field}`` takes any text,
    ``{started_at:FORMAT}`` a date in ``strptime`` directives. A pattern with ``(?P<field>...)``
    groups is used as the regular expression that it is.
    """

    def __init__(self, pattern: str, zone: tzinfo | None = None) -> None:
        self.pattern = pattern
        self._zone = zone
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
        # what a telephone system writes where it knows nothing takes back nothing that is known
        fields: dict[str, Any] = {k: v for k, v in match.groupdict().items() if v != NOT_KNOWN}
        try:
            for field, date_format in self._date_formats.items():
                fields[field] = _parse_date(field, fields[field], date_format)
            return to_metadata(fields, self._zone)
        except InvalidFieldError as error:
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
        raise InvalidFieldError(field, reason) from error


def to_metadata(fields: Mapping[str, Any], zone: tzinfo | None) -> CallMetadata:
    """Normalise and validate. Raises ``InvalidFieldError`` with the first field that is wrong."""
    values: dict[str, Any] = {
        name: None if isinstance(value, str) and value.strip() == NOT_KNOWN else value
        for name, value in fields.items()
        if not (value is None or value == "")
    }
    if "call_id" in values and values["call_id"] is None:
        raise InvalidFieldError("call_id", "a call's id cannot be taken away; leave it empty")
    for name in ("direction", "hung_up_by"):
        if isinstance(values.get(name), str):
            values[name] = values[name].strip().lower()
    if isinstance(values.get("language"), str):
        values["language"] = re.split(r"[-_]", values["language"].strip().lower())[0]
    if values.get("started_at") is not None:
        values["started_at"] = _aware(values["started_at"], zone)
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
        raise InvalidFieldError(name, reason) from error


def _aware(value: Any, zone: tzinfo | None) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            reason = field_problem("no_date_such_as", value=value)
            raise InvalidFieldError("started_at", reason) from error
    if not isinstance(value, datetime):
        raise InvalidFieldError("started_at", field_problem("no_date", value=repr(value)))
    if value.tzinfo is not None:
        return value
    if zone is None:
        return value.astimezone()
    offset = value.replace(tzinfo=zone).utcoffset()
    return value.replace(tzinfo=timezone(offset) if offset is not None else zone)


def read_text(path: Path, error_type: type[CallError] | type[UsageError]) -> str:
    """Return the text of a file in whichever encoding. Raises an ``error_type`` naming the file."""
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


def _line_of_key(text: str, key: str) -> int:
    match = re.search(rf'"{re.escape(key)}"\s*:', text)
    return text.count("\n", 0, match.start()) + 1 if match else 1
