"""Reports: figures of the store, put into words and pictures for managers and trainers.

No SQL here: the store answers with typed rows (``qa_pipeline.store.figures``). A report is built
(``monitoring_report``, ``coaching_report``, ``calibration_report``), then rendered as HTML, XLSX,
CSV or JSON.
"""

from qa_pipeline.reports.calibration import CalibrationReport, calibration_report
from qa_pipeline.reports.catalogue import LANGUAGES, ReportLanguage
from qa_pipeline.reports.coaching import CoachingReport, coaching_report
from qa_pipeline.reports.monitoring import MonitoringReport, monitoring_report
from qa_pipeline.reports.render import FORMATS, KINDS, Format, Kind, render
from qa_pipeline.reports.write import write_report, write_reports

__all__ = [
    "FORMATS",
    "KINDS",
    "LANGUAGES",
    "CalibrationReport",
    "CoachingReport",
    "Format",
    "Kind",
    "MonitoringReport",
    "ReportLanguage",
    "calibration_report",
    "coaching_report",
    "monitoring_report",
    "render",
    "write_report",
    "write_reports",
]
