"""Pages in Mandarin: every text of them, and the same figures as in English."""

import csv
import io
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from openpyxl import load_workbook

from qa_pipeline.errors import UsageError
from qa_pipeline.language.failure_reasons import failure_reason
from qa_pipeline.language.trust_reasons import trust_reason
from qa_pipeline.pipeline.backtesting import backtest
from qa_pipeline.records import ProcessedCall
from qa_pipeline.reports import (
    CoachingReport,
    MonitoringReport,
    calibration_report,
    coaching_report,
    monitoring_report,
    render,
)
from qa_pipeline.reports.catalogue import LANGUAGES, TEXTS, ReportLanguage
from qa_pipeline.reports.columns import COLUMNS as WORKBOOK_COLUMNS
from qa_pipeline.reports.html import page
from qa_pipeline.reports.names import MEASURES
from qa_pipeline.reports.render import Report
from qa_pipeline.reports.statistics import Share
from qa_pipeline.reports.wording import Wording
from qa_pipeline.settings import read_settings
from qa_pipeline.store import Store, StoreReader, write_bundle
from qa_pipeline.store.figures import ReasonCount
from qa_pipeline.store.reviews_file import COLUMNS as REVIEW_COLUMNS
from qa_pipeline.store.reviews_file import VERDICT_WORDS
from tests.pipeline.standards import fill_store, small_card
from tests.pipeline.test_standards import MORE
from tests.reports.conftest import MADE_AT
from tests.reports.test_render import Page
from tests.store.call_factory import NAMES, make_calls
from tests.store.review_helpers import add, said

ROOT = Path(__file__).parents[2]
FIELDS = re.compile(r"%\(\w+\)s")


def test_every_text_is_translated_and_the_catalogue_is_in_step() -> None:
    script = [sys.executable, "scripts/report_texts.py", "--check"]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_translations_keep_fields_and_marks(language: str) -> None:
    with (TEXTS / f"{language}.po").open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    assert len(messages) > 300
    for message in messages:
        text = message.id[-1] if isinstance(message.id, tuple) else message.id
        told = message.string[0] if isinstance(message.string, tuple) else message.string
        for what in (FIELDS, re.compile(r"</?\w+>"), re.compile("%%")):
            assert sorted(what.findall(text)) == sorted(what.findall(told)), text
        without = re.sub(r"%\(\w+\)s|<code>.*</code>|</?\w+>", "", told)
        assert set(re.findall(r"[A-Za-z]+", without)) <= {
            *("Kappa", "Wilson", "Hz", "dB", "dBFS", "docs", "reports", "zh", "md")
        }, text


def test_days_shares_and_lengths_are_written_as_readers_write_them() -> None:
    en, zh = Wording("en"), Wording("zh")
    assert (en.day("2026-03-02"), zh.day("2026-03-02")) == ("2 Mar 2026", "2026年3月2日")
    assert (en.short_day("2026-03-02"), zh.short_day("2026-03-02")) == ("2 Mar", "3月2日")
    assert zh.day(None) == "–"
    assert zh.day("no day") == "no day"
    assert (en.percent(12.34, 1), zh.percent(12.34, 1)) == ("12.3\N{NO-BREAK SPACE}%", "12.3%")
    assert (zh.hours(60), zh.hours(7200)) == ("1分钟", "2.0小时")
    assert (zh.measure_name("talk_s"), zh.measure_unit("talk_s")) == ("说话时长", "秒")
    assert (zh.measure_name("own_thing_pct"), zh.measure_unit("own_thing_pct")) == (
        "own thing pct",
        "%",
    )
    assert zh.measure_unit("tone_trend") == ""
    assert (en.measure_heading("talk_s"), zh.measure_heading("talk_s")) == (
        "Talk time (s)",
        "说话时长（秒）",
    )
    assert (zh.group_label("team", ""), zh.group_label("language", "zh")) == ("未注明班组", "汉语")
    assert zh.group_label("agent", "a1", "李静") == "李静 (a1)"


def test_the_mandarin_guide_explains_every_measure_by_its_name() -> None:
    guide = (ROOT / "docs" / "reports.zh.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| (\S.*?) \| `(\w+)` \| \S.* \|$", guide, re.M)
    words = Wording("zh")
    assert told == [(words.measure_name(name), name) for name in MEASURES]


def figures(text: str) -> list[str]:
    return sorted(re.findall(r"\d+\.\d+", text))


@pytest.mark.parametrize("build", [monitoring_report, coaching_report])
def test_a_mandarin_page_has_the_figures_of_the_english_one(
    reader: StoreReader, build: Callable[..., MonitoringReport | CoachingReport]
) -> None:
    english, mandarin = (
        Page(render(build(reader, MADE_AT, None, lang), "html", lang)[name].decode())
        for lang in LANGUAGES
        for name in [f"{build.__name__.removesuffix('_report')}.html"]
    )
    assert ("lang", "zh-Hans") in mandarin.attributes[:1]
    assert figures(mandarin.text) == figures(english.text)
    assert english.tags == mandarin.tags
    for word in ("Points", "Agent", "Average", "not met", "Made"):
        assert word in english.text
        assert word not in mandarin.text
    assert "失分" in mandarin.text
    assert "2026年3月2日" in mandarin.text


def named_in_both(calls: Sequence[ProcessedCall]) -> Iterator[ProcessedCall]:
    """Yield calls whose Mandarin ones name their criteria and sections in Mandarin."""
    for call in calls:
        if call.conversation.language != "zh":
            yield call
            continue
        scored = call.scored[0]
        criteria = tuple(
            c.model_copy(update={"name": f"评分项{n}"}) for n, c in enumerate(scored.criteria)
        )
        sections = tuple(
            s.model_copy(update={"name": f"部分{n}"}) for n, s in enumerate(scored.sections)
        )
        named = {"criteria": criteria, "sections": sections}
        yield call.model_copy(update={"scored": (scored.model_copy(update=named),)})


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoreReader]:
    """A store with calls in both languages, one of them reviewed by two people."""
    folder = tmp_path_factory.mktemp("both")
    with Store.open_owner(folder / "calls.duckdb") as owner:
        for call in named_in_both(make_calls(12)):
            write_bundle(call, folder / "bundles", call.recording.call_id)
        owner.ingest(folder / "bundles")
        calls = [v.call_id for v in owner.current_verdicts() if v.criterion_id == "greeting.brand"]
        verdicts = [
            said(call, "greeting.brand", verdict, who)
            for call in calls[:8]
            for who, verdict in (("Wang", "met"), ("Li", "not_met" if call == calls[0] else "met"))
        ]
        assert add(owner, *verdicts) == []
    with Store.open_reader(folder / "calls.duckdb") as opened:
        yield opened


@pytest.mark.parametrize("report", ["monitoring", "coaching", "calibration"])
def test_criteria_are_named_for_the_reader(both: StoreReader, report: str) -> None:
    build: dict[str, Callable[..., Report]] = {
        "monitoring": monitoring_report,
        "coaching": coaching_report,
        "calibration": calibration_report,
    }
    english, mandarin = (
        Page(page(build[report](both, MADE_AT, None, lang), lang)).text for lang in LANGUAGES
    )
    assert "评分项" not in english
    assert re.search(r"评分项\d", mandarin)
    for name in NAMES.values():
        assert name not in mandarin


def test_a_name_is_shown_as_calls_have_it_where_no_call_has_the_readers(
    reader: StoreReader,
) -> None:
    names = [c.figures.name for c in monitoring_report(reader, MADE_AT, None, "zh").criteria]
    assert set(names) <= set(NAMES.values())


def test_a_workbook_is_in_words_of_the_reader_and_csv_is_not(both: StoreReader) -> None:
    reports: list[Report] = [
        monitoring_report(both, MADE_AT, None, "zh"),
        coaching_report(both, MADE_AT, None, "zh"),
        calibration_report(both, MADE_AT, None, "zh"),
    ]
    for report in reports:
        assert render(report, "csv", "zh") == render(report, "csv", "en")
        tables = list(render(report, "csv").values())
        english, mandarin = (
            load_workbook(io.BytesIO(render(report, "xlsx", lang)[f"{report.report}.xlsx"]))
            for lang in LANGUAGES
        )
        for table, one, two in zip(tables, english, mandarin, strict=True):
            rows = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
            assert one.max_row == two.max_row == max(len(rows), 2)
            if len(rows) == 1:
                assert (one["A2"].value, two["A2"].value) == ("nothing to list", "没有可列的内容")
            assert "_" not in "".join(str(cell.value) for cell in one[1])
            headings = [str(cell.value) for cell in two[1]]
            assert len(set(headings)) == len(rows[0])
            assert not re.search("[A-Za-z]", "".join(headings).replace("Kappa", ""))
    book = load_workbook(io.BytesIO(render(reports[0], "xlsx", "zh")["monitoring.xlsx"]))
    assert {c.value for c in book["评分项"]["B"][1:]} == {f"部分{n}" for n in range(4)}
    groups = [(row[0].value, row[1].value) for row in book["得分"].iter_rows(min_row=2)]
    assert {("语言", "英语"), ("语言", "汉语"), ("呼叫方向", "呼入")} <= set(groups)
    book = load_workbook(io.BytesIO(render(reports[2], "xlsx", "zh")["calibration.xlsx"]))
    heard = [
        "; ".join(str(cell.value) for cell in row) for row in book["待听"].iter_rows(min_row=2)
    ]
    assert heard
    assert all(re.search("Li: (未)?达标; Wang: 达标", row) for row in heard)
    book = load_workbook(io.BytesIO(render(reports[1], "xlsx", "zh")["coaching.xlsx"]))
    assert book.sheetnames == ["坐席", "实例"]
    columns = {cell.value: n for n, cell in enumerate(book["实例"][1])}
    seen = [[cell.value for cell in row] for row in book["实例"].iter_rows(min_row=2)]
    assert {row[columns["评判"]] for row in seen} <= {"达标", "部分达标", "未达标"}
    assert {row[columns["收听原因"]] for row in seen} == {"未做到", "做得好"}
    assert {row[columns["评判者"]] for row in seen} <= {"机器", "人工"}
    agents = {cell.value: n for n, cell in enumerate(book["坐席"][1])}
    work_on = [row[agents["需要改进"]].value for row in book["坐席"].iter_rows(min_row=2)]
    assert any(re.fullmatch(r"评分项\d+(；评分项\d+)+", str(value)) for value in work_on)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_review_file_may_call_its_columns_and_verdicts_as_a_workbook_does(language: str) -> None:
    words = Wording("zh" if language == "zh" else "en")
    for column, name in (
        *(("call", "call_id"), ("criterion", "criterion_id"), ("verdict", "verdict")),
        *(("reviewer", "reviewer"), ("reason", "reason")),
    ):
        assert words.text(WORKBOOK_COLUMNS[name]).casefold() in REVIEW_COLUMNS[column]
    for verdict, known in VERDICT_WORDS.items():
        assert words.verdict_name(verdict) in known


def test_reasons_not_to_trust_calls_are_told_in_mandarin(reader: StoreReader) -> None:
    kept = trust_reason("noisy", snr=4.2)
    report = monitoring_report(reader, MADE_AT).model_copy(
        update={"trust_reasons": (ReasonCount(reason=kept, count=2),)}
    )
    assert kept in page(report)
    assert "录音噪声大（说话声只比噪声高4分贝）" in page(report, "zh")


def test_why_a_file_was_not_processed_is_told_in_mandarin(reader: StoreReader) -> None:
    report = monitoring_report(reader, MADE_AT)
    [failure] = report.failures
    kept = failure_reason("empty", path=failure.path)
    report = report.model_copy(update={"failures": (failure.model_copy(update={"reason": kept}),)})
    told = "文件是空的（0字节）"
    assert "<td>the file is empty (0 bytes)</td>" in page(report)
    assert f"<td>{told}</td>" in page(report, "zh")
    book = load_workbook(io.BytesIO(render(report, "xlsx", "zh")["monitoring.xlsx"]))
    cells = [cell.value for cell in book["未处理"][2]]
    assert told in cells
    assert f"{failure.failed_at:%Y-%m-%d %H:%M} UTC" in cells
    assert kept in render(report, "csv", "zh")["monitoring-failures.csv"].decode()


def test_of_a_file_beside_the_name_is_told_and_of_the_file_itself_only_what_happened() -> None:
    told = Wording("zh").failure
    assert told("/a/b.wav: the file is empty (0 bytes)", "/a/b.wav") == "文件是空的（0字节）"
    assert told("/a/b.vtt, line 3: the cue ends before it starts", "/a/b.vtt") == (
        "第3行：字幕的结束时间早于开始时间"
    )
    beside = "/a/b.wav.meta.json, line 2: not valid JSON (Extra data)"
    assert told(beside, "/a/b.wav") == (
        "b.wav.meta.json，第2行：不是有效的JSON（结尾之后还有内容）"
    )
    assert Wording("en").failure("it rained", "/a/b.wav") == "it rained"


def test_sentences_and_names_of_a_mandarin_page_are_set_as_mandarin_is(both: StoreReader) -> None:
    for build in (monitoring_report, coaching_report, calibration_report):
        html = page(build(both, MADE_AT, None, "zh"), "zh")
        body = html[html.index("<body>") :]
        assert not re.findall(r"[。；：，）](?:</[a-z]+>)? +(?:<b>)?[\u4e00-\u9fff0-9]", body)
        assert not re.findall(r"[\u4e00-\u9fff][:;,.](?!\d)", re.sub("lang=.*?</", "", body))


def test_sentences_of_an_english_page_stand_apart(reader: StoreReader) -> None:
    report = monitoring_report(reader, MADE_AT)
    overall = report.overall.model_copy(update={"pass_rate": Share(count=2, of=4)})
    totals = report.totals.model_copy(update={"counted": 5})
    shown = page(report.model_copy(update={"totals": totals, "overall": overall}))
    assert "conclude much from. Undecided until a person" in " ".join(shown.split())


def test_where_nothing_failed_the_page_says_so(reader: StoreReader) -> None:
    report = monitoring_report(reader, MADE_AT)
    totals = report.totals.model_copy(update={"failed": 0})
    none = report.model_copy(update={"totals": totals, "failures": ()})
    assert "every file was processed" in page(none)
    assert "所有文件均已处理" in page(none, "zh")
    assert "listed below" not in page(none)
    unknown = none.model_copy(update={"failures_left_out": 2})
    assert "every file was processed" not in page(unknown)
    assert "see the report of all calls" in page(unknown)


def test_what_the_texts_call_light_is_lighter_than_what_they_call_dark_on_any_screen() -> None:
    styles = (ROOT / "qa_pipeline" / "reports" / "templates" / "style.css").read_text()
    sets = re.findall(r"--mark: (#\w{6}); --range: (#\w{6});", styles)
    assert len(sets) == 3  # on white, on black, on paper
    for dark, light in sets:
        assert _brightness(dark) < _brightness(light)


def _brightness(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_of_a_table_that_is_stacked_on_a_telephone_has_a_name(
    both: StoreReader, tmp_path: Path, language: ReportLanguage
) -> None:
    found = backtest(fill_store(tmp_path, 10), small_card(MORE), small_card())
    pages = [page(found, language)]
    for build in (monitoring_report, coaching_report, calibration_report):
        pages.append(page(build(both, MADE_AT, None, language), language))
    for html in pages:
        tables = re.findall('<table class="stack">.*?</table>', html, re.DOTALL)
        assert tables
        for cell in re.findall('<td class="n"[^>]*>[^<]', "".join(tables)):
            assert "data-label" in cell
        wide = re.sub('<div class="wide">.*?</div>', "", html, flags=re.DOTALL)
        assert "<table>" not in wide


def test_a_calibration_is_told_in_mandarin(both: StoreReader) -> None:
    shown = Page(page(calibration_report(both, MADE_AT, None, "zh"), "zh")).text
    for text in ("通话质量：校准", "复核相同通话的两人", "请一起听这些通话", "Li 与 Wang"):
        assert text in shown
    for word in ("People", "Verdicts", "Machine", "Agreement", "few calls", "never at odds"):
        assert word not in shown


def test_a_backtest_is_told_in_mandarin(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 10)
    settings = settings.model_copy(update={"report_language": "zh"})
    named = MORE.replace("ask: Says goodbye", "ask: {en: Says goodbye, zh: 告别}")
    found = backtest(settings, small_card(named), small_card())
    [flipped] = [c for c in found.criteria if c.flipped]
    assert flipped.name == "告别"
    assert {item.name for item in found.listen} == {"告别"}
    shown = Page(page(found, "zh")).text
    for text in ("回测：small", "改变的评判", "未达标 → 达标", "请听这些通话"):
        assert text in shown
    assert found.changes == (
        "closure.farewell：问题：Says goodbye → {en: Says goodbye, zh: 告别}"
        "（人工对原问题的评判不再计入；如果问的是同一件事，请写入 asked_before）",
        "词表 farewells › en：新增 “have a lovely day”（用于 closure.farewell）",
    )
    assert found.changes[0] in shown
    for word in ("Published", "Draft", "pass mark", "Agents", "would"):
        assert word not in shown


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="report_language"):
        read_settings(report_language="fr")
