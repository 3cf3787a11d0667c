"""Pages, tables and JSON: complete, escaped, self-contained, and readable by what reads them."""

import csv
import io
import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from qa_pipeline.errors import StoreError, UsageError
from qa_pipeline.records import ProcessedCall
from qa_pipeline.reports import (
    FORMATS,
    CoachingReport,
    MonitoringReport,
    coaching_report,
    monitoring_report,
    render,
    write_report,
    write_reports,
)
from qa_pipeline.reports.names import MEASURES
from qa_pipeline.reports.wording import Wording, clock, number
from qa_pipeline.store import Store, StoreReader, write_bundle, write_failure
from tests.reports.changed_calls import changed, store_of
from tests.reports.conftest import MADE_AT
from tests.store.call_factory import make_call, make_failure

VOID = {"meta", "br", "link", "img", "input", "hr"}
PERCENT = Wording("en").percent
EVIL = "<script>alert(1)</script>\"'&"


class Page(HTMLParser):
    """Text, tags and attributes of a page; fails on tags that do not close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(html)
        assert self.open == []
        self.text = re.sub(r"\s+", " ", " ".join(self.texts))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.texts.append(data)


def html_of(report: MonitoringReport | CoachingReport) -> str:
    return render(report, "html")[f"{report.report}.html"].decode()


def rows_of(report: MonitoringReport | CoachingReport, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(report, "csv")[name].decode("utf-8-sig"))))


def test_the_coaching_page_has_the_quotes_and_their_times(coaching: CoachingReport) -> None:
    page = Page(html_of(coaching))
    for agent in coaching.agents:
        assert (agent.name or "Calls with no agent named") in page.text
        for item in agent.findings.focus:
            assert item.name in page.text
            for example in (*item.examples, *item.role_models):
                assert example.call_id in page.text
                first = example.evidence[0]
                assert clock(first.start_s) in page.text
                if first.quote:
                    assert f"“{first.quote}”" in page.text
                for line in example.said:
                    assert line.text in page.text
    assert "非常抱歉给您带来不便" in page.text
    assert ("lang", "zh-Hans") in page.attributes


def between(low: float | Decimal | None, high: float | Decimal | None) -> str:
    """How a page shows a range; ``Page.text`` has plain spaces."""
    return f"({PERCENT(low, 1)} to {PERCENT(high, 1)})".replace("\N{NO-BREAK SPACE}", " ")


def test_the_coaching_page_says_what_totals_could_be(coaching: CoachingReport) -> None:
    page = Page(html_of(coaching))
    shown = [a.findings.scores for a in coaching.agents if a.findings.scores.counted]
    assert shown
    rows = {row["agent_id"]: row for row in rows_of(coaching, "coaching-agents.csv")}
    for scores in shown:
        assert between(scores.mean_low_pct, scores.mean_high_pct) in page.text
        low, high = rows[scores.label]["mean_low_pct"], rows[scores.label]["mean_high_pct"]
        assert (float(low), float(high)) == pytest.approx(
            (scores.mean_low_pct, scores.mean_high_pct), abs=0.006
        )
    for good in coaching.good_calls:
        assert between(good.total_low_pct, good.total_high_pct) in page.text


def test_the_monitoring_page_has_the_figures(monitoring: MonitoringReport) -> None:
    page = Page(html_of(monitoring))
    assert f"average {number(monitoring.overall.mean_pct)}" in page.text
    for line in monitoring.criteria:
        assert line.figures.name in page.text
    for table in monitoring.groups:
        for group in table.lines:
            assert (group.name or group.label) in page.text or table.by == "language"
    assert "/calls/2026/empty.wav" in page.text
    assert "ask the recorder for the call again" in page.text
    assert "few calls" in page.text
    assert page.tags.count("svg") > 10


def test_pages_need_nothing_from_elsewhere(
    monitoring: MonitoringReport, coaching: CoachingReport
) -> None:
    for report in (monitoring, coaching):
        html = html_of(report)
        page = Page(html)
        assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
        assert not re.search(r"https?://|//[a-z]|@import|url\(", html)
        links = [value for name, value in page.attributes if name in ("href", "src")]
        assert all(value and value.startswith("#") for value in links)
        targets = {value for name, value in page.attributes if name == "id"}
        assert {value[1:] for value in links if value} <= targets


def evil_call() -> ProcessedCall:
    raw = make_call(1, "a103").model_dump()
    raw["recording"]["metadata"] |= {"agent_name": EVIL, "team": EVIL, "queue": EVIL}
    utterance = raw["conversation"]["utterances"][0]
    utterance["text"] = EVIL
    for result in raw["scored"][0]["criteria"]:
        result |= {"name": f"{EVIL} {result['criterion_id']}", "reason": EVIL}
        for piece in result["evidence"]:
            if piece["quote"]:
                piece |= {"quote": EVIL, "context": EVIL}
    return ProcessedCall.model_validate(raw)


def test_whatever_is_said_or_named_stays_text(tmp_path: Path) -> None:
    write_bundle(evil_call(), tmp_path / "b", "k")
    write_failure(make_failure(f"/calls/{EVIL}.wav"), tmp_path / "b")
    with Store.open_owner(tmp_path / "s.duckdb") as owner:
        owner.ingest(tmp_path / "b")
        for report in (monitoring_report(owner, MADE_AT), coaching_report(owner, MADE_AT)):
            page = Page(html_of(report))
            assert "script" not in page.tags
            assert EVIL in page.text
            assert not any(name.startswith("on") for name, _ in page.attributes)


def test_tables_open_and_hold_what_the_report_holds(
    monitoring: MonitoringReport, coaching: CoachingReport
) -> None:
    scores = rows_of(monitoring, "monitoring-scores.csv")
    assert scores[0]["by"] == "all"
    assert float(scores[0]["mean_pct"]) == pytest.approx(monitoring.overall.mean_pct, abs=0.01)
    assert {row["by"] for row in scores} == {
        *["all", "week", "team", "site", "queue", "agent", "language", "direction"]
    }
    criteria = rows_of(monitoring, "monitoring-criteria.csv")
    assert [row["criterion_id"] for row in criteria] == [
        line.figures.criterion_id for line in monitoring.criteria
    ]
    assert rows_of(monitoring, "monitoring-failures.csv")[0]["stage"] == "decode"
    agents = rows_of(coaching, "coaching-agents.csv")
    assert [row["agent_id"] for row in agents] == [a.findings.agent_id for a in coaching.agents]
    examples = rows_of(coaching, "coaching-examples.csv")
    assert {row["use"] for row in examples} == {"missed", "done well"}
    assert all(re.fullmatch(r"\d\d:\d\d", row["start"]) for row in examples)
    assert any(row["quote"] == "非常抱歉给您带来不便" for row in examples)


def test_tables_hold_no_formulas(tmp_path: Path) -> None:
    raw = make_call(1).model_dump()
    raw["recording"]["metadata"]["agent_name"] = '=HYPERLINK("x")'
    write_bundle(ProcessedCall.model_validate(raw), tmp_path / "b", "k")
    with Store.open_owner(tmp_path / "s.duckdb") as owner:
        owner.ingest(tmp_path / "b")
        rows = rows_of(coaching_report(owner, MADE_AT), "coaching-agents.csv")
    assert rows[0]["agent_name"] == '\'=HYPERLINK("x")'


def test_json_reads_back_as_the_report(
    monitoring: MonitoringReport, coaching: CoachingReport
) -> None:
    for report in (monitoring, coaching):
        [(name, content)] = render(report, "json").items()
        read = json.loads(content)
        assert name == f"{report.report}.json"
        assert (read["report"], read["schema_version"]) == (report.report, 2)
    read = json.loads(render(monitoring, "json")["monitoring.json"])
    assert read["totals"] == monitoring.totals.model_dump()
    assert read["overall"]["pass_rate"]["low_pct"] == monitoring.overall.pass_rate.low_pct


def test_reports_of_an_empty_store_say_so(tmp_path: Path) -> None:
    with Store.open_owner(tmp_path / "s.duckdb") as owner:
        for report in (monitoring_report(owner, MADE_AT), coaching_report(owner, MADE_AT)):
            assert "There are no calls in this period" in Page(html_of(report)).text
            assert all(render(report, format_) for format_ in FORMATS)


def test_calls_with_no_agent_named_are_no_agent(tmp_path: Path) -> None:
    for place in range(6):
        call = make_call(place)
        if place < 3:
            unnamed = call.recording.metadata.model_copy(update={"agent_id": None})
            recording = call.recording.model_copy(update={"metadata": unnamed})
            call = call.model_copy(update={"recording": recording})
        write_bundle(call, tmp_path / "b", f"k{place}")
    with Store.open_owner(tmp_path / "s.duckdb") as owner:
        owner.ingest(tmp_path / "b")
        coaching = coaching_report(owner, MADE_AT)
    assert [a.findings.agent_id for a in coaching.agents if a.findings.focus] == ["a101", None]
    assert "1 of 1 agent lost points" in Page(html_of(coaching)).text


def test_calls_that_cannot_be_trusted_make_no_average(tmp_path: Path) -> None:
    for place in range(3):
        write_bundle(make_call(place, trust="reject"), tmp_path / "b", f"k{place}")
    with Store.open_owner(tmp_path / "s.duckdb") as owner:
        owner.ingest(tmp_path / "b")
        monitoring = monitoring_report(owner, MADE_AT)
        assert monitoring.overall.mean_pct is None
        assert monitoring.criteria == ()
        assert "None of the 3 calls counts towards the scores" in Page(html_of(monitoring)).text
        coaching = coaching_report(owner, MADE_AT)
        assert coaching.agents[0].findings.focus == ()
        text = Page(html_of(coaching)).text
        assert "not understood" in text
        assert "unsure of 84 %" in text


def test_what_the_telephone_system_knows_was_not_listened_for(tmp_path: Path) -> None:
    call = changed("one", verdicts={"closure.thanks": "not_met"})
    raw = call.model_dump()
    for result in raw["scored"][0]["criteria"]:
        if result["verdict"] == "not_met":
            result["evidence"] = [{"kind": "searched", "start_s": 0.0, "end_s": 0.0}]
    with store_of(tmp_path, ProcessedCall.model_validate(raw)) as owner:
        text = Page(html_of(coaching_report(owner, MADE_AT))).text
    assert "Known from the telephone system." in text
    assert "Not heard between 0:00 and 0:00" not in text


def test_a_call_that_nobody_has_decided_is_named_so(tmp_path: Path) -> None:
    undecided = changed("two", score={"passed": None})
    with store_of(tmp_path, changed("one"), undecided) as owner:
        text = Page(html_of(monitoring_report(owner, MADE_AT))).text
    assert "2 of 2 calls count" in text
    assert "1 of 1 passed" in text
    assert "Undecided until a person has checked what is critical: 1." in text


def test_all_reports_are_written(store_path: Path, reader: StoreReader, tmp_path: Path) -> None:
    paths = write_reports(store_path, tmp_path / "out")
    assert {p.name for p in paths} >= {
        *["monitoring.html", "monitoring.json", "coaching.html", "coaching-agents.csv"]
    }
    assert sorted(paths) == sorted((tmp_path / "out").iterdir())
    [only] = write_report("coaching", reader, tmp_path / "one", ["json"])
    assert only.name == "coaching.json"


def test_wrong_kinds_formats_and_folders_are_named(reader: StoreReader, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"docx.*html, xlsx, csv, json"):
        write_report("monitoring", reader, tmp_path, ["docx"])
    with pytest.raises(UsageError, match=r"weekly.*monitoring, coaching"):
        write_report("weekly", reader, tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="Cannot write"):
        write_report("monitoring", reader, tmp_path / "file")


def test_a_snapshot_tells_its_age(store_path: Path, monitoring: MonitoringReport) -> None:
    source = monitoring.source.model_copy(update={"read_from": "snapshot", "age_s": 5400.0})
    page = Page(html_of(monitoring.model_copy(update={"source": source})))
    assert "90 minutes old" in page.text
    assert monitoring.source.read_from == "live"


def test_the_guide_explains_every_measure_of_the_reports() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "reports.md").read_text("utf-8")
    for name, (label, _) in MEASURES.items():
        assert f"| {label} | `{name}` |" in guide


def test_times_read_as_a_player_shows_them() -> None:
    assert [clock(s) for s in (0, 9.99, 75, 3599.9, 3661)] == [
        *["00:00", "00:09", "01:15", "59:59", "1:01:01"]
    ]


def test_the_coaching_page_counts_no_agents_where_no_call_names_one(
    coaching: CoachingReport,
) -> None:
    lost = next(a for a in coaching.agents if a.findings.focus)
    findings = lost.findings.model_copy(update={"agent_id": None, "agent_name": None})
    unnamed = lost.model_copy(update={"findings": findings})
    page = Page(html_of(coaching.model_copy(update={"agents": (unnamed,)})))
    assert "Calls with no agent named" in page.text
    assert "No call says whose it is" in page.text
    assert "agent lost points" not in page.text
