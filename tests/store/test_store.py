"""The store takes every call in once, keeps what it should, and answers what was put in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from qa_pipeline.errors import StoreError, UsageError
from qa_pipeline.records import ProcessedCall
from qa_pipeline.store import (
    CallFilter,
    Run,
    Store,
    StoreOwner,
    ingest,
    write_bundle,
    write_failure,
)
from qa_pipeline.store.tables import TABLES
from tests.store.call_factory import make_call, make_calls, make_failure
from tests.store.earlier_versions import as_before_voices

LATER = datetime(2026, 4, 2, tzinfo=UTC)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[StoreOwner]:
    with Store.open_owner(tmp_path / "calls.duckdb") as opened:
        yield opened


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    return tmp_path / "bundles"


def put(bundles: Path, call: ProcessedCall, key: str) -> None:
    write_bundle(call, bundles, f"{call.recording.call_id} {key}", run_id="r1")


def counts(owner: StoreOwner) -> dict[str, int]:
    return {t.name: owner.query(f"SELECT count(*) FROM {t.name}").rows[0][0] for t in TABLES}


def test_every_call_comes_back_whole(owner: StoreOwner, bundles: Path) -> None:
    calls = make_calls(24)
    for call in calls:
        put(bundles, call, "k")
    summary = owner.ingest(bundles, batch=7)  # several batches, the last one short
    assert (summary.bundles, summary.calls_added, summary.damaged) == (24, 24, ())
    for call in calls:
        back = owner.read_call(call.recording.call_id)
        assert back == call
        assert back.recording.metadata.started_at is not None
        assert back.recording.metadata.started_at.utcoffset() == timedelta(hours=8)
    assert owner.read_call("nobody") is None


@pytest.mark.parametrize("earlier", [{0, 1}, {0}, {1}])
def test_bundles_from_before_voices_were_kept_are_taken_in(
    owner: StoreOwner, bundles: Path, earlier: set[int]
) -> None:
    calls = [make_call(0), make_call(1)]
    for call in calls:
        put(bundles, call, "k")
    for number in earlier:
        as_before_voices(sorted(bundles.glob("*.parquet"))[number])
    assert owner.ingest(bundles).damaged == ()
    for number, call in enumerate(calls):
        back = owner.read_call(call.recording.call_id)
        assert back is not None
        assert back.measures.tones == call.measures.tones
        assert back.measures.voices == (() if number in earlier else call.measures.voices)


def test_a_store_from_before_voices_were_kept_is_brought_up_to_date(
    tmp_path: Path, bundles: Path
) -> None:
    import duckdb

    path = tmp_path / "earlier.duckdb"
    with Store.open_owner(path) as opened:
        put(bundles, make_call(1), "k")
        opened.ingest(bundles)
    with duckdb.connect(str(path)) as connection:
        connection.execute("DROP TABLE voices")
        for table in ("scores", "earlier_scores"):
            for column in ("engine", "call_processed_at"):
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("UPDATE store_info SET value = '5' WHERE name = 'schema_version'")
    with pytest.raises(StoreError, match="made by an earlier qa_pipeline"):
        Store.open_reader(path)
    put(bundles, make_call(2), "k")
    with Store.open_owner(path) as opened:
        opened.ingest(bundles)
        first, second = opened.read_call("call-0001"), opened.read_call("call-0002")
    assert first is not None
    assert first.measures.voices == ()
    assert second == make_call(2)


def test_taking_in_twice_adds_nothing(owner: StoreOwner, bundles: Path) -> None:
    for call in make_calls(12):
        put(bundles, call, "k")
    write_failure(make_failure(), bundles)
    owner.ingest(bundles)
    before = counts(owner)
    again = owner.ingest(bundles)
    assert (again.bundles, again.already_known, again.calls_added) == (0, 12, 0)
    assert (again.calls_replaced, again.failures) == (0, 0)
    assert counts(owner) == before


def test_a_newer_result_replaces_the_call_and_keeps_other_versions(
    owner: StoreOwner, bundles: Path
) -> None:
    first = make_call(1, "a103", version=1)
    put(bundles, first, "v1")
    owner.ingest(bundles)
    second = make_call(2, "a101", call_id="call-0001", version=2, processed_at=LATER)
    put(bundles, second, "v2")
    summary = owner.ingest(bundles)

    assert (summary.calls_added, summary.calls_replaced) == (0, 1)
    assert owner.info().calls == 1
    back = owner.read_call("call-0001")
    assert back is not None
    assert back.conversation == second.conversation
    assert back.measures == second.measures
    # The old version's quotes stay provable although the utterances are new ones.
    assert back.scored == (*first.scored, *second.scored)
    [row] = owner.list_calls()
    assert row.version == 2


def test_the_same_version_scored_anew_replaces_its_score(owner: StoreOwner, bundles: Path) -> None:
    put(bundles, make_call(1, "a103"), "old")
    owner.ingest(bundles)
    newer = make_call(2, "a101", call_id="call-0001", processed_at=LATER)
    put(bundles, newer, "new")
    owner.ingest(bundles)
    back = owner.read_call("call-0001")
    assert back == newer


@pytest.mark.parametrize("together", [True, False])
def test_the_order_of_arrival_does_not_matter(
    owner: StoreOwner, bundles: Path, together: bool
) -> None:
    newer = make_call(2, "a101", call_id="call-0001", version=2, processed_at=LATER)
    put(bundles, newer, "a")
    if not together:
        owner.ingest(bundles)
    older = make_call(1, "a103", version=1)
    put(bundles, older, "b")
    owner.ingest(bundles)
    back = owner.read_call("call-0001")
    assert back is not None
    assert back.conversation == newer.conversation
    assert [s.version for s in back.scored] == [1, 2]


def test_a_damaged_bundle_is_named_and_the_rest_taken_in(owner: StoreOwner, bundles: Path) -> None:
    for call in make_calls(5):
        put(bundles, call, "k")
    broken = sorted(bundles.glob("*.parquet"))[2]
    broken.write_bytes(b"PAR1 and no more")
    summary = owner.ingest(bundles)
    assert summary.calls_added == 4
    [damaged] = summary.damaged
    assert damaged.path == str(broken)
    assert "run again" in damaged.reason


def test_large_bundles_are_taken_in_fewer_at_once(
    owner: StoreOwner, bundles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    take = ingest._take

    def noting(*given: Any) -> tuple[int, int]:
        taken.append(len(given[2]))
        return take(*given)

    for call in make_calls(24):
        put(bundles, call, "k")
    monkeypatch.setattr(ingest, "_take", noting)
    sizes = [path.stat().st_size for path in bundles.glob("*.parquet")]
    monkeypatch.setattr(ingest, "_BATCH_BYTES", 3 * max(sizes))
    summary = owner.ingest(bundles)
    assert (summary.bundles, summary.calls_added, summary.damaged) == (24, 24, ())
    assert sum(taken) == 24
    assert max(taken) >= 3
    assert len(taken) > 2
    put(bundles, make_call(30, "a101"), "k")
    monkeypatch.setattr(ingest, "_BATCH_BYTES", 1)
    assert owner.ingest(bundles).bundles == 1


def test_a_failure_is_open_until_the_file_succeeds(owner: StoreOwner, bundles: Path) -> None:
    call = make_call(1)
    write_failure(make_failure(call.recording.path), bundles, run_id="r1")
    assert owner.ingest(bundles).failures == 1
    assert owner.info().open_failures == 1
    write_failure(make_failure(call.recording.path, minute=9), bundles, run_id="r2")
    assert owner.ingest(bundles).failures == 1
    assert owner.query("SELECT run_id FROM failures").rows == (("r2",),)
    put(bundles, call, "k")
    owner.ingest(bundles)
    assert owner.info().open_failures == 0


def test_runs_are_written_and_replaced(owner: StoreOwner) -> None:
    run = Run(
        run_id="r1",
        started_at=LATER,
        profile="bundled",
        scorecard="inbound-service",
        paths=("a.wav", "b.wav"),
    )
    owner.record_run(run)
    assert owner.runs() == (run,)
    done = run.model_copy(update={"finished_at": LATER, "processed": 2, "status": "done"})
    owner.record_run(done)
    assert owner.runs() == (done,)


def test_calls_are_listed_and_filtered(owner: StoreOwner, bundles: Path) -> None:
    for call in make_calls(24):
        put(bundles, call, "k")
    owner.ingest(bundles)
    everything = owner.list_calls()
    assert len(everything) == 24
    started = [row.started_at for row in everything if row.started_at]
    assert started == sorted(started, reverse=True)
    assert len(owner.list_calls(limit=5)) == 5
    green = owner.list_calls(CallFilter(team="Green", since=date(2026, 3, 5)))
    assert green
    assert all(r.team == "Green" and r.day >= date(2026, 3, 5) for r in green)
    assert owner.list_calls(CallFilter(scorecard="other"))[0].total_pct is None


def test_free_sql_only_reads(owner: StoreOwner) -> None:
    answer = owner.query("SELECT ? AS x, 'y' AS y", [7])
    assert (answer.columns, answer.rows) == (("x", "y"), ((7, "y"),))
    for refused in (
        "DROP TABLE calls",
        "SELECT 1; DELETE FROM calls",
        "COPY calls TO 'x.csv'",
        "EXPLAIN ANALYZE DELETE FROM calls",
        "SELEC 1",
        "SELECT nothing FROM calls",
        "",
    ):
        with pytest.raises(UsageError):
            owner.query(refused)
    assert owner.query("SELECT count(*) FROM calls").rows == ((0,),)


def test_a_reader_has_no_way_to_other_files(tmp_path: Path) -> None:
    path = tmp_path / "calls.duckdb"
    Store.open_owner(path).close()
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    with Store.open_reader(path) as reader:
        for sql in (f"FROM read_text('{secret}')", f"FROM '{secret}'", "SELECT getenv('HOME')"):
            with pytest.raises(UsageError):
                reader.query(sql)


def test_a_reader_keeps_no_more_in_memory_than_it_is_given(
    owner: StoreOwner, bundles: Path
) -> None:
    put(bundles, make_call(1), "a")
    owner.ingest(bundles)
    owner.close()
    limit = "SELECT current_setting('memory_limit')"
    with Store.open_reader(owner.path, memory_mib=64) as reader:
        assert reader.query(limit).rows == (("64.0 MiB",),)
        batches = reader.plan_batches(10)
        assert [len(reader.read_batch(batch)) for batch in batches] == [1]
    with Store.open_reader(owner.path) as reader:
        assert reader.query(limit).rows != (("64.0 MiB",),)


def test_what_is_no_store_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no store at .*process calls first"):
        Store.open_reader(tmp_path / "none.duckdb")
    text = tmp_path / "text.duckdb"
    text.write_text("hello " * 4000)
    with pytest.raises(StoreError, match="not a DuckDB database"):
        Store.open_owner(text)


def test_a_store_of_another_version_is_left_alone(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "calls.duckdb"
    Store.open_owner(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE store_info SET value = '99'")
    for opening in (Store.open_owner, Store.open_reader):
        with pytest.raises(StoreError, match=r"schema version 99.*update qa_pipeline"):
            opening(path)
