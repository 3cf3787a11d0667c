"""A report as one HTML page: no network, no script, its own styles and drawings."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa_pipeline.records.base import Record
from qa_pipeline.reports import wording
from qa_pipeline.reports.agreement import VERDICTS, Agreement
from qa_pipeline.reports.backtest import Backtest
from qa_pipeline.reports.calibration import CalibrationReport
from qa_pipeline.reports.catalogue import ReportLanguage, texts_in
from qa_pipeline.reports.coaching import CoachingReport, missed, others_missed_pct
from qa_pipeline.reports.monitoring import MonitoringReport
from qa_pipeline.reports.statistics import SMALL_SAMPLE
from qa_pipeline.reports.wording import Wording

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"


class Column(Record):
    """One column of the trend: a day or a week, also those without a counted call."""

    label: str
    mean_pct: float | None
    counted: int


def page(
    report: MonitoringReport | CoachingReport | CalibrationReport | Backtest,
    language: ReportLanguage = "en",
) -> str:
    """Return the report as a page in the language of its readers; every text in it is escaped.

    What was said, and the reasons of verdicts, stay in the language of their call.
    """
    columns = _columns(report) if isinstance(report, MonitoringReport) else ()
    template = _environment(language).get_template(f"{report.report}.html.j2")
    return template.render(r=report, columns=columns, small_sample=SMALL_SAMPLE)


@cache
def _environment(language: ReportLanguage) -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        texts_in(language), newstyle=True
    )
    words = Wording(language)
    environment.filters |= {
        "clock": wording.clock,
        "day": words.day,
        "hours": words.hours,
        "kappa": wording.kappa,
        "moment": words.moment,
        "number": wording.number,
        "percent": words.percent,
        "reason": words.reason,
        "failure": words.failure,
        "short_day": words.short_day,
        "tag": wording.language_tag,
    }
    environment.globals |= {
        "PAGE_LANGUAGE": language,
        "SPACE": words.space,
        "VERDICTS": VERDICTS,
        "cell": cell,
        "group_label": words.group_label,
        "group_name": words.group_name,
        "measure_name": words.measure_name,
        "measure_unit": words.measure_unit,
        "missed": missed,
        "others_missed_pct": others_missed_pct,
        "role_name": words.role_name,
        "span": wording.span,
        "stage_name": words.stage_name,
        "verdict_name": words.verdict_name,
    }
    return environment


def cell(figures: Agreement, first: str, second: str) -> int:
    """Return how often the first judge said ``first`` and the second ``second``."""
    return sum(c.count for c in figures.confusion if (c.first, c.second) == (first, second))


def _columns(report: MonitoringReport) -> tuple[Column, ...]:
    """Return the trend with its gaps filled, so that equal widths are equal times."""
    if not report.trend:
        return ()
    found = {line.label: line for line in report.trend}
    step = timedelta(days=1 if report.trend_step == "day" else 7)
    at, last = (date.fromisoformat(report.trend[place].label) for place in (0, -1))
    columns = []
    while at <= last:
        line = found.get(at.isoformat())
        columns.append(
            Column(
                label=at.isoformat(),
                mean_pct=line.mean_pct if line else None,
                counted=line.counted if line else 0,
            )
        )
        at += step
    return tuple(columns)
