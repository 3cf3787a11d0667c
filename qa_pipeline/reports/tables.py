"""Tables for spreadsheets: one row a thing, numbers bare; as CSV (as a workbook: ``workbook``)."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

Cell = str | int | float | Decimal | date | datetime | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Sheet(NamedTuple):
    """One table: the names of its columns and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Sequence[Cell], ...]


def sheet(header: str, rows: Iterable[Sequence[Cell]]) -> Sheet:
    """Return a table with the columns named in ``header``, separated by spaces."""
    return Sheet(tuple(header.split()), tuple(rows))


def as_csv(table: Sheet) -> bytes:
    """Return the table in UTF-8 with a byte order mark, so that Mandarin is shown everywhere."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.columns)
    writer.writerows([_safe(cell) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _safe(cell: Cell) -> Cell:
    """Keep a spreadsheet from taking text for a formula (CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
