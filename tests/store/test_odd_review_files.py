"""No row of a file of verdicts is lost without a word, however odd the file."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

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


@pytest.mark.parametrize(
    ("encoding", "reviewer"),
    [
        ("cp1252", "Müller"),
        ("cp1252", "José – “night”"),
        ("utf-16", "王丽"),
        ("utf-16", "Müller"),
        ("gb18030", "王丽"),
        ("gb18030", "Müller"),
        ("utf-8-sig", "Müller 王丽"),
    ],
)
def test_a_file_of_another_machine_has_the_names_that_were_written(
    tmp_path: Path, encoding: str, reviewer: str
) -> None:
    text = HEADER + ROW.format(1, "£20").replace("Wang", reviewer)
    if encoding == "gb18030":
        text = text.replace("£20", "没说再见")
    file = tmp_path / "reviews.csv"
    file.write_bytes(text.encode(encoding))
    assert [item.reviewer for item in read_reviews(file).verdicts] == [reviewer]


def test_the_line_that_names_the_separator_is_no_header(tmp_path: Path) -> None:
    row = ROW.format(1, "one, two").replace("Wang,", "Wang;")
    text = (HEADER + row).replace(",", ";").replace("one; two", "one, two")
    found = read(tmp_path, "sep=;\n" + text)
    assert [(item.row, item.reason) for item in found.verdicts] == [(3, "one, two")]
    assert found.problems == ()


def test_a_column_may_end_in_a_colon(tmp_path: Path) -> None:
    header = "通话编号：,质检项:,结论 ：,质检员,质检时间,理由\n"
    assert len(read(tmp_path, header + ROW.format(1, "ok")).verdicts) == 1


def test_a_date_that_a_workbook_holds_as_a_number_is_a_date(tmp_path: Path) -> None:
    """What a cell of dates becomes when its format is lost; in a text file it may be anything."""
    book = Workbook()
    book.active.append(HEADER.strip().split(","))
    for at in (46086, 46086.5972222222, 46086.99999999, 12, 2026, 1e9, True):
        book.active.append(["call-1", "closure.farewell", "met", "Wang", at, ""])
    book.save(tmp_path / "reviews.xlsx")
    found = read_reviews(tmp_path / "reviews.xlsx", ZoneInfo("Asia/Shanghai"))
    local = [item.reviewed_at.astimezone(ZoneInfo("Asia/Shanghai")) for item in found.verdicts]
    assert [f"{at:%Y-%m-%d %H:%M:%S}" for at in local] == [
        "2026-03-05 00:00:00",
        "2026-03-05 14:20:00",
        "2026-03-06 00:00:00",
    ]
    assert [problem.row for problem in found.problems] == [5, 6, 7, 8]
    [problem] = read(
        tmp_path, HEADER + ROW.format(1, "").replace("2026-03-05 14:20", "46086")
    ).problems
    assert problem.reason.startswith("bad time '46086'")


def test_a_workbook_that_counts_its_days_from_1904_keeps_its_numbers(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(HEADER.strip().split(","))
    book.active.append([7, "closure.farewell", "met", "Wang", 44624, ""])
    book.active.append([7, "closure.farewell", "met", "Wang", "2026-03-05", ""])
    book.save(tmp_path / "reviews.xlsx")
    found = read_reviews(tmp_path / "reviews.xlsx")
    assert [item.call for item in found.verdicts] == ["7"]
    assert [problem.row for problem in found.problems] == [2]
