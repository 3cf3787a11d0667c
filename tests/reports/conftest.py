"""A store with a month of calls, made once, and its reports."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qa_pipeline.reports import (
    CoachingReport,
    MonitoringReport,
    coaching_report,
    monitoring_report,
)
from qa_pipeline.store import Store, StoreReader, write_bundle, write_failure
from tests.store.call_factory import make_calls, make_failure

MADE_AT = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def store_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("store")
    for call in make_calls(60):
        write_bundle(call, folder / "bundles", call.recording.call_id)
    write_failure(make_failure(), folder / "bundles")
    with Store.open_owner(folder / "calls.duckdb") as owner:
        owner.ingest(folder / "bundles")
    return folder / "calls.duckdb"


@pytest.fixture(scope="session")
def reader(store_path: Path) -> Iterator[StoreReader]:
    with Store.open_reader(store_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def monitoring(reader: StoreReader) -> MonitoringReport:
    return monitoring_report(reader, MADE_AT)


@pytest.fixture(scope="session")
def coaching(reader: StoreReader) -> CoachingReport:
    return coaching_report(reader, MADE_AT)
