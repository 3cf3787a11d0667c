"""A report in HTML, CSV or JSON: file names to bytes. Nothing is written here."""

from typing import Literal, get_args

from qa_pipeline.reports.coaching import CoachingReport
from qa_pipeline.reports.csv_tables import coaching_tables, monitoring_tables
from qa_pipeline.reports.html import page
from qa_pipeline.reports.monitoring import MonitoringReport

Format = Literal["html", "csv", "json"]
Kind = Literal["monitoring", "coaching"]
FORMATS: tuple[Format, ...] = get_args(Format)
KINDS: tuple[Kind, ...] = get_args(Kind)


def render(report: MonitoringReport | CoachingReport, format_: Format) -> dict[str, bytes]:
    """Return the report's files in one format, by name.

    HTML and JSON are one file each; CSV one a table, in UTF-8 with a byte order mark, so that
    spreadsheet programs show Mandarin.
    """
    if format_ == "html":
        return {f"{report.report}.html": page(report).encode()}
    if format_ == "json":
        return {f"{report.report}.json": report.model_dump_json(indent=1).encode() + b"\n"}
    if isinstance(report, MonitoringReport):
        return monitoring_tables(report)
    return coaching_tables(report)
