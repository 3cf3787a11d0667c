"""A spreadsheet of verdicts (CSV or XLSX) read into typed rows; what cannot be read is listed.

Column names and verdicts are understood in English and Mandarin. Nothing here knows the store.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final, NamedTuple

from qa_pipeline.errors import UsageError
from qa_pipeline.records import Verdict
from qa_pipeline.store.reviews import GivenVerdict, ReviewProblem

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "call": ("call", "call id", "通话", "通话编号", "通话id", "录音编号", "电话编号", "流水号"),
    "criterion": (
        *("criterion", "criterion id", "item"),
        *("评分项", "评分项编号", "质检项", "考核项", "标准", "指标", "项目"),
    ),
    "verdict": ("verdict", "result", "评判", "结论", "判定", "结果", "评定"),
    "reviewer": ("reviewer", "reviewed by", "质检员", "评审人", "复核人", "审核人"),
    "time": ("time", "reviewed at", "date", "时间", "评审时间", "质检时间", "复核时间", "日期"),
    "reason": ("reason", "comment", "note", "理由", "原因", "备注", "说明"),
    "scorecard": ("scorecard", "card", "评分表", "评分卡"),
    "decides": ("decides", "final", "终审", "裁定"),
    "asked": ("asked", "所问"),
}
"""What each column may be called; case, underscores and spaces at the ends do not matter."""
REQUIRED: Final[dict[str, str]] = {
    "call": "通话编号",
    "criterion": "质检项",
    "verdict": "结论",
    "reviewer": "质检员",
    "time": "质检时间",
}
"""The columns that must be there, as docs/reviews.md names them in English and Mandarin."""
VERDICT_WORDS: Final[dict[Verdict, tuple[str, ...]]] = {
    "met": (
        *("met", "yes", "pass", "passed"),
        *("达标", "达到", "合格", "符合", "满足", "通过", "是"),
    ),
    "partly_met": (
        *("partly met", "partially met", "partly", "partial"),
        *("部分达标", "部分达到", "部分合格", "部分符合", "部分满足", "部分"),
    ),
    "not_met": (
        *("not met", "no", "fail", "failed"),
        *("不达标", "未达标", "未达到", "不合格", "不符合", "不满足", "不通过", "未通过", "否"),
    ),
    "not_applicable": ("not applicable", "n/a", "na", "不适用", "不涉及"),
    "unscored": ("unscored", "cannot tell", "can not tell", "无法判断", "无法评分", "未评分"),
}
_VERDICTS: Final[dict[str, Verdict]] = {
    word: verdict for verdict, words in VERDICT_WORDS.items() for word in words
}
_YES: Final = ("yes", "true", "1", "y", "x", "是", "终审", "裁定")
_NO: Final = ("", "no", "false", "0", "n", "否")
_TIMES: Final = (
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"),
    *("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d"),
    *("%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日%H:%M", "%Y年%m月%d日"),
)
_AHEAD: Final = timedelta(days=1)
_MOST_TEXT: Final = 4000
_ENCODINGS: Final = ("utf-8-sig", "gb18030")


class ReviewFile(NamedTuple):
    """The rows that could be read, and those that could not."""

    verdicts: tuple[GivenVerdict, ...]
    problems: tuple[ReviewProblem, ...]


def read_reviews(path: Path, zone: tzinfo = UTC, now: datetime | None = None) -> ReviewFile:
    """Read a file of verdicts; ``zone`` is that of times which name none.

    Raises:
        UsageError: the file cannot be read as CSV or XLSX, or a required column is missing.
    """
    table = list(_workbook(path) if path.suffix.lower() == ".xlsx" else _csv(path))
    if not table:
        raise UsageError(f"{path} is empty: give a header row and a row a verdict.")
    names = _header(table[0][1], path)
    latest = (now or datetime.now(UTC)) + _AHEAD
    verdicts: list[GivenVerdict] = []
    problems: list[ReviewProblem] = []
    for number, cells in table[1:]:
        row = {name: cells[place] if place < len(cells) else "" for name, place in names.items()}
        if not any(_text(value) for value in row.values()):
            continue
        try:
            verdicts.append(_verdict(number, row, zone, latest))
        except ValueError as error:
            problems.append(ReviewProblem(row=number, reason=str(error)))
    return ReviewFile(tuple(verdicts), tuple(problems))


def verdict_of(text: str) -> Verdict | None:
    """Return the verdict that a word in either language means; ``None`` for another word."""
    return _VERDICTS.get(_plain(text))


def moment(value: object, zone: tzinfo) -> datetime | None:
    """Return the time that a cell holds, with its zone, else ``zone``; ``None`` for none.

    ISO 8601, ``2026-03-05 14:20``, ``2026/3/5 14:20``, ``2026年3月5日 14:20`` and a spreadsheet's
    own dates. Days and months that could be mistaken for one another are no time.
    """
    found: datetime | None = None
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)
    else:
        found = _parsed(_text(value))
    if found is None:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _parsed(text: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    if len(text) < len("2026-03-05T14:20"):  # fromisoformat also reads week dates and bare digits
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _verdict(number: int, row: dict[str, object], zone: tzinfo, latest: datetime) -> GivenVerdict:
    """Read one row. Raises ``ValueError`` saying in words what is wrong with it."""
    missing = [name for name in REQUIRED if not _text(row[name])]
    if missing:
        raise ValueError(f"no {' and no '.join(missing)} given")
    verdict = verdict_of(_text(row["verdict"]))
    if verdict is None:
        raise ValueError(
            f"bad verdict {_text(row['verdict'])!r}: write met, partly met, not met, "
            "not applicable or cannot tell (达标, 部分达标, 不达标, 不适用, 无法判断)"
        )
    at = moment(row["time"], zone)
    if at is None:
        raise ValueError(f"bad time {_text(row['time'])!r}: write it as 2026-03-05 14:20")
    if at > latest:
        raise ValueError(f"bad time {_text(row['time'])!r}: it lies in the future")
    decides = _plain(_text(row.get("decides")))
    if decides not in (*_YES, *_NO):
        raise ValueError(f"{_text(row.get('decides'))!r} in the column 'decides': write yes or no")
    return GivenVerdict(
        row=number,
        call=_text(row["call"]),
        criterion=_text(row["criterion"]),
        verdict=verdict,
        reviewer=_text(row["reviewer"]),
        reviewed_at=at.astimezone(UTC),
        reason=_text(row.get("reason"))[:_MOST_TEXT] or None,
        scorecard=_text(row.get("scorecard")) or None,
        decides=decides in _YES,
        asked=_text(row.get("asked")) or None,
    )


def _header(cells: Sequence[object], path: Path) -> dict[str, int]:
    """Return the place of each known column.

    Raises ``UsageError`` where a required column is missing or one is there twice.
    """
    known = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    names: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = known.get(_plain(_text(cell)))
        if name is None:
            continue
        if name in names:
            raise UsageError(f"{path}: two columns mean {name!r}; keep one of them.")
        names[name] = place
    missing = [f"{name} ({known_as})" for name, known_as in REQUIRED.items() if name not in names]
    if missing:
        raise UsageError(
            f"{path}: no column for {', '.join(missing)}. The first row names the columns: "
            f"{', '.join(REQUIRED)}, reason ({', '.join(REQUIRED.values())}, 理由)."
        )
    return names


def _csv(path: Path) -> Iterator[tuple[int, list[object]]]:
    """Yield rows with their numbers; the separator is found out, and GB 18030 understood."""
    text = _decoded(path)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1):
            yield number, [_unguarded(cell) for cell in cells]
    except csv.Error as error:
        raise UsageError(f"{path} is not a CSV file ({error}).") from error


def _unguarded(cell: str) -> str:
    """Take away the apostrophe with which exports keep spreadsheets from reading formulas."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(f"{path} is not a text file in UTF-8 or GB 18030; save it as CSV or XLSX.")


def _workbook(path: Path) -> Iterator[tuple[int, list[object]]]:
    """Yield the rows of the first sheet with their numbers."""
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UsageError(f"{path} is not an XLSX workbook ({error}).") from error
    try:
        rows: Iterable[tuple[Any, ...]] = book.worksheets[0].iter_rows(values_only=True)
        for number, cells in enumerate(rows, 1):
            yield number, list(cells)
    finally:
        book.close()


def _text(value: object) -> str:
    """Return a cell as text; a whole number in a spreadsheet has no ``.0``."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("\N{IDEOGRAPHIC SPACE}", " ").casefold().split())
