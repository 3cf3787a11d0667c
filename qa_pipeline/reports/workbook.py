"""A report's tables as a workbook for people: headings and words in the language of the reader.

CSV and JSON keep the names of columns and values, for programs; a workbook says them in words.
"""

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from unicodedata import east_asian_width

from qa_pipeline.reports.catalogue import N_
from qa_pipeline.reports.columns import COLUMNS, SHEETS
from qa_pipeline.reports.names import NONE_NAMED
from qa_pipeline.reports.tables import Cell, Sheet
from qa_pipeline.reports.wording import Wording

_TITLE_LENGTH: Final = 31
_WIDEST: Final = 60

In = Callable[[Wording, str], str]
_VERDICT: Final[In] = Wording.verdict_name
_ALL_CRITERIA: Final = N_("all criteria")
_NOTHING: Final = N_("nothing to list")


def _criterion(words: Wording, criterion_id: str) -> str:
    return words.text(_ALL_CRITERIA) if criterion_id == "all" else criterion_id


_WORDS: Final[dict[str, In]] = {
    **dict.fromkeys(("verdict", "machine", "people", "first", "second"), _VERDICT),
    **dict.fromkeys(("critical", "small_sample", "to_check", "of", "with", "use"), Wording.word),
    **dict.fromkeys(("judged_by", "state", "kappa_note", "by", "gone"), Wording.word),
    "criterion_id": _criterion,
    "role": Wording.role_name,
    "stage": Wording.stage_name,
}
"""Columns whose values are words of ours, and how they are told."""
_IDS: Final = ("work_on", "does_well", "section_id")
"""Columns that have the ids of criteria or sections alone."""


def workbook(
    tables: Mapping[str, Sheet],
    made_at: datetime,
    words: Wording,
    named: Mapping[str, str],
) -> bytes:
    """Return one XLSX workbook with a sheet a table; text is text, never a formula.

    ``words``: of the reader. ``named``: what criteria and sections are called, by id, for columns
    that have their ids alone.
    """
    told = {
        words.text(SHEETS[name]): _told(name, table, words, named) for name, table in tables.items()
    }
    return as_workbook(told, made_at)


def _told(name: str, table: Sheet, words: Wording, named: Mapping[str, str]) -> Sheet:
    """Return a table with its headings and our own words as the reader says them."""

    def listed(_words: Wording, ids: str) -> str:
        return words.text("; ").join(named.get(each, each) for each in ids.split("; "))

    ways = [listed if c in _IDS else _WORDS.get(c) for c in table.columns]
    if name == "measures":
        ways[table.columns.index("name")] = Wording.measure_heading
    rows = [
        [
            way(words, value) if way is not None and isinstance(value, str) else value
            for way, value in zip(ways, row, strict=True)
        ]
        for row in table.rows
    ]
    if name == "failures":
        path, reason = (table.columns.index(column) for column in ("path", "reason"))
        for told, row in zip(rows, table.rows, strict=True):
            told[reason] = words.failure(str(row[reason]), str(row[path]))
    if name == "scores":
        by, group = (table.columns.index(column) for column in ("by", "group"))
        for told, row in zip(rows, table.rows, strict=True):
            told[group] = _group(words, str(row[by]), str(row[group]))
    if not rows:
        rows = [[words.text(_NOTHING), *[None] * (len(table.columns) - 1)]]
    return Sheet(tuple(words.text(COLUMNS[column]) for column in table.columns), tuple(rows))


def _group(words: Wording, by: str, label: str) -> str:
    """Return what a group of calls is called; the rows of all calls and of days are no groups."""
    return words.group_label(by, label) if by in NONE_NAMED else label


def as_workbook(tables: Mapping[str, Sheet], made_at: datetime) -> bytes:
    """Return tables as a workbook, as they are."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    top, wrapped = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
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
                cell.alignment = wrapped if _width(value) > _WIDEST else top
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
    return [float(min(_WIDEST, max(_width(v) for v in column) + 2)) for column in columns]


def _width(value: Cell) -> int:
    """Return how wide a value is shown: a Chinese character is as wide as two letters."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in str(value))


def _plain(value: Cell) -> Cell:
    """Return a value as a workbook holds it: times in UTC to the minute, no control characters."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if isinstance(value, str):
        return "".join(c for c in value if c >= " " or c in "\t\n\r")
    return value
