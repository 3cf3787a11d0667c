"""No row of a file of verdicts is lost without a word, however odd the file."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from qa_pipeline.errors import UsageError
from qa_pipeline.store import read_reviews
from qa_pipeline.store.reviews_file import ReviewFile

HEADER = "call,criterion,verdict,reviewer,time,reason\n"
ROW = "call-{},closure.farewell,met,Wang,2026-03-05 14:20,{}\n"


def read(folder: Path, text: str) -> ReviewFile:
    file = folder / "reviews.csv"
    file.write_text(text, encoding="utf-8")
    return read_reviews(file, ZoneInfo("Asia/Shanghai"), datetime(2026, 4, 1, tzinfo=UTC))


def test_a_quotation_mark_that_never_ends_swallows_no_rows(tmp_path: Path) -> None:
    text = HEADER + ROW.format(1, "ok") + ROW.format(2, '"she said bye') + ROW.format(3, "ok")
    with pytest.raises(UsageError, match="row 3: a quotation mark opens and never closes"):
        read(tmp_path, text)


def test_a_quotation_mark_that_ends_rows_later_swallows_none_silently(tmp_path: Path) -> None:
    marks = ('"she said bye', "ok", '"ok"', "ok")
    text = HEADER + "".join(ROW.format(n, mark) for n, mark in enumerate(marks))
    found = read(tmp_path, text)
    assert [item.call for item in found.verdicts] == ["call-3"]
    [problem] = found.problems
    assert problem.row == 2
    assert "one cell holds the rows below it" in problem.reason


def test_a_quoted_reason_of_several_lines_is_one_row(tmp_path: Path) -> None:
    text = HEADER + ROW.format(1, '"two\nlines, ""quoted"""') + ROW.format(2, "ok")
    found = read(tmp_path, text)
    assert [item.reason for item in found.verdicts] == ['two\nlines, "quoted"', "ok"]
    assert found.problems == ()


def test_text_behind_the_last_column_is_listed_and_not_cut_off(tmp_path: Path) -> None:
    text = HEADER + ROW.format(1, "she said bye, twice") + ROW.format(2, "ok").replace("\n", ",,\n")
    found = read(tmp_path, text)
    assert [item.call for item in found.verdicts] == ["call-2"]
    [problem] = found.problems
    assert problem.row == 2
    assert "put text with a comma in quotation marks" in problem.reason


def test_a_time_before_all_times_is_listed(tmp_path: Path) -> None:
    found = read(tmp_path, HEADER + ROW.format(1, "ok").replace("2026-03-05 14:20", "0001-01-01"))
    assert [problem.reason for problem in found.problems] == [
        "bad time '0001-01-01': write it as 2026-03-05 14:20"
    ]


def test_rows_are_counted_from_the_top_with_blank_ones_before_the_header(tmp_path: Path) -> None:
    found = read(tmp_path, "\n,,,\n" + HEADER + ROW.format(1, "ok"))
    assert [item.row for item in found.verdicts] == [4]


def test_verdicts_on_another_sheet_are_not_passed_over(tmp_path: Path) -> None:
    book = Workbook()
    cells = ["call-1", "closure.farewell", "met", "Wang", "2026-03-05"]
    for title in ("Wang", "Li", "notes"):
        sheet = book.create_sheet(title)
        if title != "notes":
            sheet.append(HEADER.strip().split(","))
        sheet.append(cells)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "reviews.xlsx")
    found = read_reviews(tmp_path / "reviews.xlsx")
    assert len(found.verdicts) == 1
    [problem] = found.problems
    assert (problem.row, problem.reason) == (
        1,
        "sheet 'Li' holds verdicts too: only the first sheet is read, save the others as files",
    )
