"""A spreadsheet of verdicts (CSV or XLSX) read into typed rows; what cannot be read is listed.

Column names and verdicts are understood in English and Mandarin. Nothing here knows the store.
"""

import csv
import io
import re
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
_SEPARATORS: Final = ",;\t"
_END: Final = "\x1fend of the file\x1f"
"""A row of its own behind the last: it is not found where a quotation mark is still open."""
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_TWO_HIGH_BYTES: Final = re.compile(rb"[\x80-\xff]{2}")
"""Chinese in GB 18030 has them side by side; letters such as é in a Western file stand alone."""
_DAY_0: Final = datetime(1899, 12, 30)
_SHEET_DAYS: Final = range(36526, 73051)
"""Days of the years 2000 to 2099, as spreadsheets count them."""
_NAMES_SEPARATOR: Final = re.compile(r"(?i)sep=([,;\t])[,;\t]*")
"""The line by which Excel is told how a file is separated."""


class ReviewFile(NamedTuple):
    """The rows that could be read, and those that could not."""

    verdicts: tuple[GivenVerdict, ...]
    problems: tuple[ReviewProblem, ...]


def read_reviews(path: Path, zone: tzinfo = UTC, now: datetime | None = None) -> ReviewFile:
    """Read a file of verdicts; ``zone`` is that of times which name none.

    Raises:
        UsageError: the file cannot be read as CSV or XLSX, or a required column is missing.
    """
    problems: list[ReviewProblem] = []
    rows = _workbook(path, problems) if path.suffix.lower() == ".xlsx" else _csv(path)
    table = [(number, cells) for number, cells in rows if any(map(_text, cells))]
    if not table:
        raise UsageError(f"{path} is empty: give a header row and a row a verdict.")
    header = table[0][1]
    names = _header(header, path)
    latest = (now or datetime.now(UTC)) + _AHEAD
    verdicts: list[GivenVerdict] = []
    for number, cells in table[1:]:
        row = {name: cells[place] if place < len(cells) else "" for name, place in names.items()}
        if not any(_text(value) for value in row.values()):
            continue
        try:
            if any(map(_text, cells[len(header) :])):
                raise ValueError(
                    "more cells than columns: put text with a comma in quotation marks"
                )
            if any(_holds_rows(_text(cell), names) for cell in cells):
                raise ValueError(
                    "one cell holds the rows below it: a quotation mark opens and closes too late"
                )
            verdicts.append(_verdict(number, row, zone, latest))
        except ValueError as error:
            problems.append(ReviewProblem(row=number, reason=str(error)))
    return ReviewFile(tuple(verdicts), tuple(problems))


def _holds_rows(cell: str, names: dict[str, int]) -> bool:
    """Tell whether any line of a cell but the first is itself a row with a verdict and a time."""
    for line in cell.split("\n")[1:]:
        for separator in _SEPARATORS:
            parts = line.split(separator)
            if len(parts) > max(names["verdict"], names["time"]) and (
                verdict_of(parts[names["verdict"]]) and _parsed(parts[names["time"]].strip())
            ):
                return True
    return False


def verdict_of(text: str) -> Verdict | None:
    """Return the verdict that a word in either language means; ``None`` for another word."""
    return _VERDICTS.get(_plain(text))


def moment(value: object, zone: tzinfo) -> datetime | None:
    """Return the time that a cell holds in its zone, else ``zone``, as UTC; ``None`` for none.

    ISO 8601, ``2026-03-05 14:20``, ``2026/3/5 14:20``, ``2026年3月5日 14:20`` and a spreadsheet's
    own dates, also where a number is all that is left of one. Days and months that could be
    mistaken for one another are no time.
    """
    found: datetime | None = None
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, date):
        found = datetime(value.year, value.month, value.day)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = _of_days(value)
    else:
        found = _parsed(_text(value))
    if found is None:
        return None
    found = found if found.tzinfo is not None else found.replace(tzinfo=zone)
    try:
        return found.astimezone(UTC)
    except OverflowError:  # within hours of the first or last moment that there is
        return None


def _of_days(days: float) -> datetime | None:
    """Return the time that a spreadsheet means by a number, to the second."""
    if not _SHEET_DAYS.start <= days < _SHEET_DAYS.stop:
        return None
    return _DAY_0 + timedelta(seconds=round(days * 86_400))


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
        reviewed_at=at,
        reason=_text(row.get("reason"))[:_MOST_TEXT] or None,
        scorecard=_text(row.get("scorecard")) or None,
        decides=decides in _YES,
        asked=_text(row.get("asked")) or None,
    )


def _header(cells: Sequence[object], path: Path) -> dict[str, int]:
    """Return the place of each known column.

    Raises ``UsageError`` where a required column is missing or one is there twice.
    """
    columns = _columns(cells)
    twice = next((name for name, places in columns.items() if len(places) > 1), None)
    if twice is not None:
        raise UsageError(f"{path}: two columns mean {twice!r}; keep one of them.")
    names = {name: places[0] for name, places in columns.items()}
    missing = [f"{name} ({known_as})" for name, known_as in REQUIRED.items() if name not in names]
    if missing:
        raise UsageError(
            f"{path}: no column for {', '.join(missing)}. The first row names the columns: "
            f"{', '.join(REQUIRED)}, reason ({', '.join(REQUIRED.values())}, 理由)."
        )
    return names


def _columns(cells: Iterable[object]) -> dict[str, list[int]]:
    """Return where in a header each known column stands."""
    known = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    found: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        name = known.get(_plain(_text(cell)).rstrip(" :："))
        if name is not None:
            found.setdefault(name, []).append(place)
    return found


def _csv(path: Path) -> Iterator[tuple[int, list[object]]]:
    """Yield rows with their numbers; separator and encoding are found out."""
    text = _decoded(path)
    first = next((line for line in text.splitlines() if line.strip(_SEPARATORS)), "")
    named = _NAMES_SEPARATOR.fullmatch(first)
    separator = named.group(1) if named else max(_SEPARATORS, key=first.count)
    number = 0
    try:
        lines = io.StringIO(f"{text}\n{_END}\n")
        for number, cells in enumerate(csv.reader(lines, delimiter=separator), 1):
            if cells == [_END]:
                return
            if cells and cells[-1].endswith(f"\n{_END}\n"):
                break
            if named and separator.join(cells) == first:
                continue
            yield number, [_unguarded(cell) for cell in cells]
    except csv.Error as error:
        raise UsageError(f"{path} is not a CSV file ({error}).") from error
    raise UsageError(
        f"{path}, row {number}: a quotation mark opens and never closes, so that the rows below "
        "cannot be told apart; nothing was taken in."
    )


def _unguarded(cell: str) -> str:
    """Take away the apostrophe with which exports keep spreadsheets from reading formulas."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    encodings = ["utf-8-sig", "gb18030"]
    if content.startswith(_UTF_16):
        encodings = ["utf-16"]
    elif not _TWO_HIGH_BYTES.search(content):
        encodings = ["utf-8-sig", "cp1252", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(f"{path} is not a text file in UTF-8 or GB 18030; save it as CSV or XLSX.")


def _workbook(path: Path, problems: list[ReviewProblem]) -> Iterator[tuple[int, list[object]]]:
    """Yield the rows of the first sheet with their numbers; name other sheets of verdicts."""
    import zipfile

    from openpyxl import load_workbook
    from openpyxl.utils.datetime import WINDOWS_EPOCH
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
            # where days count from 1904 a bare number is no time
            yield number, list(cells if book.epoch == WINDOWS_EPOCH else map(_unnumbered, cells))
        for sheet in book.worksheets[1:]:
            header = next(sheet.iter_rows(max_row=1, values_only=True), ())
            if REQUIRED.keys() <= _columns(header).keys():
                reason = (
                    f"sheet {sheet.title!r} holds verdicts too: only the first sheet is read, "
                    "save the others as files"
                )
                problems.append(ReviewProblem(row=1, reason=reason))
    finally:
        book.close()


def _unnumbered(value: object) -> object:
    return _text(value) if isinstance(value, int | float) else value


def _text(value: object) -> str:
    """Return a cell as text; a whole number in a spreadsheet has no ``.0``."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("\N{IDEOGRAPHIC SPACE}", " ").casefold().split())
