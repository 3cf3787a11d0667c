"""Where a report's figures come from, so that nobody takes an old snapshot for today."""

from pathlib import Path
from typing import Literal

from qa_pipeline.records.base import Record
from qa_pipeline.store.reader import StoreReader


class ReportSource(Record):
    """The store that was read: its name, and how old what was read is."""

    store: str
    read_from: Literal["live", "snapshot"]
    age_s: float
    """Seconds since the snapshot was published; 0 for the live store."""


def source_of(reader: StoreReader) -> ReportSource:
    """Describe what the reader reads."""
    return ReportSource(store=Path(reader.path).name, read_from=reader.source, age_s=reader.age_s)
