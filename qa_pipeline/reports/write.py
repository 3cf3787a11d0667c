"""Building a report from the store and writing its files."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline.errors import UsageError
from qa_pipeline.records import SensitiveKind
from qa_pipeline.reports.calibration import calibration_report
from qa_pipeline.reports.coaching import coaching_report
from qa_pipeline.reports.monitoring import monitoring_report
from qa_pipeline.reports.redaction import redacted
from qa_pipeline.reports.render import FORMATS, KINDS, render
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
) -> list[Path]:
    """Write one report in the formats asked for; return the paths, the HTML page first.

    ``redact``: kinds that quotes must not show, beside what the store does not keep anyway.

    Raises:
        UsageError: an unknown kind or format.
        StoreError: the folder cannot be written to.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise UsageError(f"Unknown format {unknown[0]!r}: choose from {', '.join(FORMATS)}.")
    now = datetime.now(UTC).replace(microsecond=0)
    if kind == "monitoring":
        files = {
            f: render(monitoring_report(reader, now, only), f) for f in FORMATS if f in formats
        }
    elif kind == "coaching":
        coaching = redacted(coaching_report(reader, now, only), reader, redact)
        files = {f: render(coaching, f) for f in FORMATS if f in formats}
    elif kind == "calibration":
        calibration = redacted(calibration_report(reader, now, only), reader, redact)
        files = {f: render(calibration, f) for f in FORMATS if f in formats}
    else:
        raise UsageError(f"Unknown report {kind!r}: choose from {', '.join(KINDS)}.")
    written = []
    for by_name in files.values():
        for name, content in by_name.items():
            write_whole(folder / name, content)
            written.append(folder / name)
    return written


def write_reports(
    store: Path,
    folder: Path,
    formats: Sequence[str] = FORMATS,
    only: CallFilter | None = None,
    redact: Collection[SensitiveKind] = (),
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
            for path in write_report(kind, reader, folder, formats, only, redact)
        ]
