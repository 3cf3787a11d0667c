"""A report in HTML, XLSX, CSV or JSON: file names to bytes. Nothing is written here."""

from collections.abc import Callable
from typing import Literal, get_args

from qa_pipeline.reports.calibration import CalibrationReport
from qa_pipeline.reports.calibration_tables import calibration_tables
from qa_pipeline.reports.catalogue import ReportLanguage
from qa_pipeline.reports.coaching import CoachingReport
from qa_pipeline.reports.csv_tables import coaching_tables, monitoring_tables
from qa_pipeline.reports.html import page
from qa_pipeline.reports.monitoring import MonitoringReport
from qa_pipeline.reports.tables import Sheet, as_csv
from qa_pipeline.reports.wording import Wording
from qa_pipeline.reports.workbook import workbook

Format = Literal["html", "xlsx", "csv", "json"]
Kind = Literal["monitoring", "coaching", "calibration"]
Report = MonitoringReport | CoachingReport | CalibrationReport
FORMATS: tuple[Format, ...] = get_args(Format)
KINDS: tuple[Kind, ...] = get_args(Kind)


def render(report: Report, format_: Format, language: ReportLanguage = "en") -> dict[str, bytes]:
    """Return the report's files in one format, by name.

    ``language``: of the page and the workbook; the columns of CSV and the keys of JSON are names,
    the same for every reader.

    HTML, XLSX and JSON are one file each; CSV one a table, in UTF-8 with a byte order mark, so
    that spreadsheet programs show Mandarin.
    """
    if format_ == "html":
        return {f"{report.report}.html": page(report, language).encode()}
    if format_ == "json":
        return {f"{report.report}.json": report.model_dump_json(indent=1).encode() + b"\n"}
    words = Wording(language)
    tables = _tables(report, words.verdict_name if format_ == "xlsx" else str)
    if format_ == "xlsx":
        short = {name.removeprefix(f"{report.report}-"): table for name, table in tables.items()}
        return {f"{report.report}.xlsx": workbook(short, report.made_at, words, _names(report))}
    return {f"{name}.csv": as_csv(table) for name, table in tables.items()}


def _names(report: Report) -> dict[str, str]:
    """Return what the criteria and sections are called that a table names by id alone."""
    if isinstance(report, MonitoringReport):
        return {line.figures.section_id: line.figures.section for line in report.criteria}
    if not isinstance(report, CoachingReport):
        return {}
    found = [item for a in report.agents for item in (*a.findings.focus, *a.findings.strengths)]
    return {item.criterion_id: item.name for item in found}


def _tables(report: Report, verdict_name: Callable[[str], str]) -> dict[str, Sheet]:
    if isinstance(report, MonitoringReport):
        return monitoring_tables(report)
    if isinstance(report, CoachingReport):
        return coaching_tables(report)
    return calibration_tables(report, verdict_name)
