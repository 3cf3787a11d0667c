"""Tables for spreadsheets, as CSV and as one XLSX workbook: one row a thing, numbers bare."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

Cell = str | int | float | Decimal | date | datetime | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TITLE_LENGTH = 31
_WIDEST = 60


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


def as_workbook(tables: Mapping[str, Sheet], made_at: datetime) -> bytes:
    """Return one XLSX workbook with a sheet a table; text is text, never a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = made_at.replace(tzinfo=None)
    for name, table in tables.items():
        page = book.create_sheet(name[:_TITLE_LENGTH])
        page.freeze_panes = "A2"
        for place, width in enumerate(_widths(table), 1):
            page.column_dimensions[get_column_letter(place)].width = width
        for number, row in enumerate((table.columns, *table.rows)):
            cells = []
            for value in row:
                cell = WriteOnlyCell(page, value=_plain(value))
                if isinstance(value, str):
                    cell.data_type = "s"  # "=..." would else become a formula
                if number == 0:
                    cell.font = Font(bold=True)
                cells.append(cell)
            page.append(cells)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _widths(table: Sheet) -> list[float]:
    """Return how wide each column has to be, in characters."""
    columns = zip(table.columns, *table.rows, strict=True)
    return [float(min(_WIDEST, max(len(str(v)) for v in column) + 2)) for column in columns]


def _plain(value: Cell) -> Cell:
    """Return a value as a workbook holds it: no time zones, no control characters."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str):
        return "".join(c for c in value if c >= " " or c in "\t\n\r")
    return value


def _safe(cell: Cell) -> Cell:
    """Keep a spreadsheet from taking text for a formula (CSV injection)."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
