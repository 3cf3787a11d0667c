"""Building a report from the store and writing its files."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline.errors import UsageError
from qa_pipeline.records import SensitiveKind
from qa_pipeline.reports.calibration import calibration_report
from qa_pipeline.reports.catalogue import ReportLanguage
from qa_pipeline.reports.coaching import coaching_report
from qa_pipeline.reports.monitoring import monitoring_report
from qa_pipeline.reports.redaction import redacted
from qa_pipeline.reports.render import FORMATS, KINDS, Report, render
from qa_pipeline.store.files import write_whole
from qa_pipeline.store.owner import Store
from qa_pipeline.store.reader import StoreReader
from qa_pipeline.store.rows import CallFilter


def write_report(
    kind: str,
    reader: StoreReader,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    only: CallFilter | None = None,
    redact: Collection[SensitiveKind] = (),
    language: ReportLanguage = "en",
) -> list[Path]:
    """Write one report in the formats asked for; return the paths, the HTML page first.

    ``redact``: kinds that quotes must not show, whatever the store keeps.
    ``language``: of the page.

    Raises:
        UsageError: an unknown kind or format.
        StoreError: the folder cannot be written to.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UsageError(f"Unknown format {unknown[0]!r}: choose from {', '.join(FORMATS)}.")
    now = datetime.now(UTC).replace(microsecond=0)
    report: Report
    if kind == "monitoring":
        report = monitoring_report(reader, now, only, language)
    elif kind == "coaching":
        report = redacted(coaching_report(reader, now, only, language), reader, redact)
    elif kind == "calibration":
        report = redacted(calibration_report(reader, now, only, language), reader, redact)
    else:
        raise UsageError(f"Unknown report {kind!r}: choose from {', '.join(KINDS)}.")
    written = []
    for format_ in FORMATS:
        files = render(report, format_, language) if format_ in formats else {}
        for name, content in files.items():
            write_whole(folder / name, content)
            written.append(folder / name)
    return written


def write_reports(
    store: Path,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    only: CallFilter | None = None,
    redact: Collection[SensitiveKind] = (),
    language: ReportLanguage = "en",
) -> list[Path]:
    """Write all reports of the store at that path; return the paths.

    The calibration report only where somebody has reviewed a call.
    """
    with Store.open_reader(store) as reader:
        reviewed = bool(reader.review_events())
        return [
            path
            for kind in KINDS
            if kind != "calibration" or reviewed
            for path in write_report(kind, reader, folder, formats, only, redact, language)
        ]
