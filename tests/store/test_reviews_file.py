"""Spreadsheets of verdicts are read in both languages, and what cannot be read is listed."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.errors import UsageError
from qa_pipeline.store.reviews_file import (
    COLUMNS,
    VERDICT_WORDS,
    moment,
    read_reviews,
    verdict_of,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ENGLISH = "call,criterion,verdict,reviewer,time,reason\n"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "reviews.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_chinese_sheet_is_read(tmp_path: Path, encoding: str) -> None:
    path = written(
        tmp_path,
        "通话编号,质检项,结论,质检员,质检时间,理由,终审\n"
        "c1,greeting.brand,不达标,王丽,2026年3月5日 14:20,没有说品牌,是\n",
        encoding,
    )
    [found] = read_reviews(path, SHANGHAI, NOW).verdicts
    assert (found.call, found.criterion, found.verdict) == ("c1", "greeting.brand", "not_met")
    assert (found.reviewer, found.reason, found.decides) == ("王丽", "没有说品牌", True)
    assert found.reviewed_at == datetime(2026, 3, 5, 6, 20, tzinfo=UTC)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_are_found_out(tmp_path: Path, separator: str) -> None:
    line = "c1,greeting.brand,Partly met,Ann,2026-03-05 14:20,\n"
    path = written(tmp_path, (ENGLISH + line).replace(",", separator))
    [found] = read_reviews(path, now=NOW).verdicts
    assert (found.verdict, found.reason, found.row) == ("partly_met", None, 2)


def test_a_workbook_is_read_with_its_own_dates(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Call ID", "Item", "Result", "Reviewed by", "Date", "Comment", "unknown column"])
    sheet.append([1024, "greeting.brand", "Yes", "Ann", datetime(2026, 3, 5, 14, 20), "ok", 1])
    sheet.append([None] * 7)
    sheet.append(["c2", "greeting.brand", "perhaps", "Ann", datetime(2026, 3, 5), None, None])
    book.save(tmp_path / "reviews.xlsx")
    read = read_reviews(tmp_path / "reviews.xlsx", SHANGHAI, NOW)
    [found] = read.verdicts
    assert (found.call, found.verdict) == ("1024", "met")
    assert found.reviewed_at == datetime(2026, 3, 5, 6, 20, tzinfo=UTC)
    [problem] = read.problems
    assert problem.row == 4
    assert "'perhaps'" in problem.reason


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("c1,greeting.brand,good,Ann,2026-03-05,", "bad verdict 'good'"),
        ("c1,greeting.brand,met,Ann,03/05/2026,", "bad time '03/05/2026'"),
        ("c1,greeting.brand,met,Ann,20260305,", "bad time '20260305'"),
        ("c1,greeting.brand,met,Ann,2026-02-30,", "bad time '2026-02-30'"),
        ("c1,greeting.brand,met,Ann,2027-03-05,", "future"),
        ("c1,greeting.brand,met,,2026-03-05,", "no reviewer"),
        (",,met,Ann,2026-03-05,", "no call and no criterion"),
    ],
)
def test_a_bad_row_is_listed_and_the_others_read(tmp_path: Path, line: str, says: str) -> None:
    path = written(tmp_path, f"{ENGLISH}{line}\nc2,greeting.brand,no,Ann,2026-03-05,\n")
    read = read_reviews(path, now=NOW)
    assert [verdict.row for verdict in read.verdicts] == [3]
    [problem] = read.problems
    assert problem.row == 2
    assert says in problem.reason


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "empty"),
        (
            *("a.csv", b"call,verdict\n"),
            r"no column for criterion \(质检项\), reviewer \(质检员\), time \(质检时间\)",
        ),
        ("a.csv", b"call,call id,criterion,verdict,reviewer,time\n", "two columns mean 'call'"),
        ("a.csv", b"\xff\xff\xff", "UTF-8 or GB 18030"),
        ("a.xlsx", b"call,criterion", "not an XLSX workbook"),
    ],
)
def test_a_file_that_is_no_sheet_of_verdicts_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=says):
        read_reviews(tmp_path / name, now=NOW)
    with pytest.raises(UsageError, match="cannot be read"):
        read_reviews(tmp_path / f"missing-{name}", now=NOW)


def test_no_word_means_two_things() -> None:
    words = [word for words in VERDICT_WORDS.values() for word in words]
    assert len(words) == len(set(words))
    names = [name for names in COLUMNS.values() for name in names]
    assert len(names) == len(set(names))
    for verdict, group in VERDICT_WORDS.items():
        assert {verdict_of(f" {word.upper()} ".replace(" ", "  ")) for word in group} == {verdict}
        assert verdict_of(verdict) == verdict


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2026, 1, 1)),
    st.integers(-12 * 60, 14 * 60),
)
def test_a_time_with_its_zone_is_taken_as_it_is(naive: datetime, offset_min: int) -> None:
    at = naive.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset_min)))
    assert moment(at.isoformat(), SHANGHAI) == at
    assert moment(at.replace(tzinfo=None).isoformat(" "), at.tzinfo or UTC) == at


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "reviews.csv"
    path.write_bytes(ENGLISH.encode() + noise)
    try:
        read = read_reviews(path, now=NOW)
    except UsageError:
        return
    assert all(item.row > 1 for item in (*read.verdicts, *read.problems))


def test_an_export_keeps_text_that_looks_like_a_formula(tmp_path: Path) -> None:
    text = io.StringIO()
    csv.writer(text).writerow(["c1", "b", "met", "Ann", "2026-03-05", "'=cmd()"])
    [found] = read_reviews(written(tmp_path, ENGLISH + text.getvalue()), now=NOW).verdicts
    assert found.reason == "=cmd()"
