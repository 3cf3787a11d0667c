"""``qa.toml``: read whole, and every error in it said with file and line.

What the settings mean is in ``settings``; here is only where they are written.
"""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from qa_pipeline.errors import UsageError

SETTINGS_FILE: Final = Path("qa.toml")
"""In the working folder."""
_PLACE: Final = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_TABLE: Final = re.compile(r"\s*\[\s*([\w.\s\"'-]+?)\s*\]")
_KEY: Final = re.compile(r"\s*([\w.\s\"'-]+?)\s*=")


def read_settings_file() -> dict[str, Any]:
    """Return what the file sets; nothing where there is none.

    Raises ``UsageError`` naming file and line of what is not TOML in UTF-8. A byte order mark,
    which some editors write before the text, is passed over.
    """
    if not SETTINGS_FILE.exists():
        return {}
    text = _text()
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = place["line"] if place else None
        what = _PLACE.sub("", str(error))
        last = text.rstrip().count("\n") + 1
        raise UsageError(
            f"{written_at(line or last)} {what}. Mend that line: a text "
            "stands between quotes, such as data_dir = \"/srv/qa\", or 'D:\\qa' where it has "
            "backslashes."
        ) from error


def written_at(line: int | str | None = None) -> str:
    """Return how a message names a place in the file."""
    path = SETTINGS_FILE.absolute()
    return f"{path}:" if line is None else f"{path}, line {line}:"


def line_of(location: Sequence[int | str]) -> int | None:
    """Return the line, from 1, that writes a setting, or the nearest table around it.

    ``None`` where the file says nothing of it.
    """
    if not SETTINGS_FILE.is_file():
        return None
    lines = _lines_of_keys(_text())
    names = [part for part in location if isinstance(part, str)]
    while names:
        if tuple(names) in lines:
            return lines[tuple(names)]
        names.pop()
    return None


def _lines_of_keys(text: str) -> dict[tuple[str, ...], int]:
    """Return the line of each table and key; tables written on one line count as one key."""
    table: tuple[str, ...] = ()
    lines: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _TABLE.fullmatch(line.partition("#")[0].rstrip()):
            table = _names(header[1])
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_names(key[1])), number)
    return lines


def _names(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip(" \t\"'") for part in dotted.split("."))


def _text() -> str:
    try:
        content = SETTINGS_FILE.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{written_at()} the settings cannot be read: {error.strerror or error}. "
            "Allow reading it, or move it away."
        ) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(
            f"{written_at(line)} this is no text in UTF-8. Save the file as UTF-8; an editor may "
            "have saved it as GBK, ANSI or Unicode (UTF-16)."
        ) from error
