"""A call that is removed is gone from every file, and stays gone."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qa_pipeline.errors import StoreHeldError, UsageError
from qa_pipeline.records import ProcessedCall, Word
from qa_pipeline.store import (
    Run,
    Store,
    remove_calls,
    snapshot_path,
    write_bundle,
    write_failure,
    write_scores,
)
from tests.store.call_factory import make_call, make_calls, make_failure
from tests.store.review_helpers import add, said

SECRET = "Quetzalcoatlus"
GONE, OTHER = "call-0001", "call-0002"


def with_secret(call: ProcessedCall) -> ProcessedCall:
    """Return the call with a word said in it, and quoted, that nobody says elsewhere."""
    first, *rest = call.conversation.utterances
    word = Word(text=SECRET, start_s=first.start_s, end_s=first.end_s, probability=0.9)
    first = first.model_copy(update={"text": f"{first.text} {SECRET}", "words": (word,)})
    conversation = call.conversation.model_copy(update={"utterances": (first, *rest)})
    scored = tuple(
        card.model_copy(
            update={
                "criteria": tuple(
                    c.model_copy(
                        update={
                            "evidence": tuple(
                                e.model_copy(update={"context": SECRET}) for e in c.evidence
                            )
                        }
                    )
                    for c in card.criteria
                )
            }
        )
        for card in call.scored
    )
    return call.model_copy(update={"conversation": conversation, "scored": scored})


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    return tmp_path / "bundles"


@pytest.fixture
def store(tmp_path: Path, bundles: Path) -> Path:
    """A store of four calls; one of them is reviewed, golden, scored twice and has failed once."""
    path = tmp_path / "calls.duckdb"
    calls = [with_secret(call) if call.recording.call_id == GONE else call
             for call in make_calls(4)]  # fmt: skip
    for call in calls:
        write_bundle(call, bundles, call.recording.call_id)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    write_scores([s for call in calls for s in call.scored], bundles, "again", at)
    write_failure(make_failure(calls[1].recording.path), bundles)
    with Store.open_owner(path) as owner:
        owner.ingest(bundles)
        criterion = calls[1].scored[0].criteria[0].criterion_id
        assert add(owner, said(GONE, criterion, "met"), said(OTHER, criterion, "met")) == []
        owner.mark_golden([GONE, OTHER], "Wang")
        owner.record_run(
            Run(run_id="r", started_at=at, profile="p", scorecard="s", paths=("x",), removed=0)
        )
        owner.publish_snapshot()
    return path


def files_with_secret(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.name for path in files if SECRET.encode() in path.read_bytes())


def rows_about(store: Path, call_id: str) -> set[str]:
    with Store.open_reader(store) as reader:
        tables = reader.query(
            "SELECT table_name FROM duckdb_columns() WHERE column_name = 'call_id' "
            "AND table_name IN (SELECT table_name FROM duckdb_tables())"
        ).rows
        return {
            name
            for (name,) in tables
            if reader.query(f"SELECT count(*) FROM {name} WHERE call_id = ?", [call_id]).rows[0][0]
        }


def test_the_words_are_gone_from_every_file(store: Path, bundles: Path, tmp_path: Path) -> None:
    assert len(files_with_secret(tmp_path)) == 4  # store, snapshot, bundle, scores
    about_other = rows_about(store, OTHER)
    (removed,) = remove_calls(store, bundles, [GONE], "data protection officer", "request 7")
    assert (removed.call_id, removed.verdicts_of_people, removed.golden) == (GONE, 1, True)
    assert files_with_secret(tmp_path) == []
    assert not list(tmp_path.rglob(".part-*"))
    assert rows_about(store, GONE) == {"removal_events"}
    assert rows_about(store, OTHER) == about_other
    with Store.open_reader(store) as reader:
        (kept,) = reader.removed_calls()
        failures = reader.query("SELECT path FROM failures").rows
        assert len(reader.runs()) == 1
    assert (kept.call_id, kept.noted_by, kept.reason) == (
        GONE,
        "data protection officer",
        "request 7",
    )
    assert failures == ()


def test_other_calls_come_back_whole(store: Path, bundles: Path) -> None:
    with Store.open_reader(store) as reader:
        before = [reader.read_call(name) for name in ("call-0000", OTHER, "call-0003")]
        views = reader.query("SELECT count(*) FROM duckdb_views() WHERE NOT internal").rows
        notes = reader.query("SELECT count(comment) FROM duckdb_columns()").rows
    remove_calls(store, bundles, [GONE], "x")
    for path in (store, snapshot_path(store)):
        with Store.open_reader(path) as reader:
            after = [reader.read_call(name) for name in ("call-0000", OTHER, "call-0003")]
            assert after == before
            assert reader.read_call(GONE) is None
            assert reader.query("SELECT count(*) FROM duckdb_views() WHERE NOT internal").rows == (
                views
            )
            assert reader.query("SELECT count(comment) FROM duckdb_columns()").rows == notes
    with Store.open_owner(store) as owner:
        assert owner.ingest(bundles).already_known == 3


def test_a_bundle_that_comes_back_is_not_taken_in(
    store: Path, bundles: Path, tmp_path: Path
) -> None:
    shutil.copytree(bundles, tmp_path / "backup")
    remove_calls(store, bundles, [GONE], "x")
    shutil.copytree(tmp_path / "backup", bundles, dirs_exist_ok=True)
    at = datetime(2026, 5, 2, tzinfo=UTC)
    write_scores(with_secret(make_call(1)).scored, bundles, "while it was removed", at)
    with Store.open_owner(store) as owner:
        summary = owner.ingest(bundles)
    assert (summary.removed, summary.bundles, summary.calls_added) == (1, 0, 0)
    assert rows_about(store, GONE) == {"removal_events"}
    remove_calls(store, bundles, [GONE], "x")  # clears away what was put back among known files
    assert files_with_secret(bundles) == []
    with Store.open_reader(store) as reader:
        assert len(reader.removed_calls()) == 1


def test_a_call_that_is_readmitted_may_come_back(store: Path, bundles: Path) -> None:
    remove_calls(store, bundles, [GONE], "x")
    with Store.open_owner(store) as owner:
        with pytest.raises(UsageError, match="no such call was removed: call-0002"):
            owner.readmit_calls([GONE, OTHER], "x")
        assert owner.readmit_calls([GONE], "Wang") == (GONE,)
        assert (owner.removed_calls(), owner.removed_names()) == ((), frozenset())
        write_bundle(make_call(1), bundles, GONE)
        assert owner.ingest(bundles).calls_added == 1


def test_another_id_of_the_same_recording_goes_too(store: Path, bundles: Path) -> None:
    write_bundle(make_call(1, call_id="crm-1"), bundles, "crm-1")
    with Store.open_owner(store) as owner:
        owner.ingest(bundles)
    removed = remove_calls(store, bundles, ["crm-1"], "x")
    assert [call.call_id for call in removed] == [GONE, "crm-1"]


def test_a_call_that_is_not_there(store: Path, bundles: Path) -> None:
    with pytest.raises(UsageError, match="no such call in the store: nope; nothing was removed"):
        remove_calls(store, bundles, [GONE, "nope"], "x")
    assert "calls" in rows_about(store, GONE)


def test_a_store_that_is_held_is_left_alone(store: Path, bundles: Path) -> None:
    with Store.open_reader(store), pytest.raises(StoreHeldError):
        remove_calls(store, bundles, [GONE], "x", wait_s=0.0)
    assert "calls" in rows_about(store, GONE)


def test_a_table_of_somebody_else_stays_without_the_call(store: Path, bundles: Path) -> None:
    import duckdb

    with duckdb.connect(str(store)) as connection:
        connection.execute("CREATE TABLE mine AS SELECT call_id, text FROM utterances")
    remove_calls(store, bundles, [GONE], "x")
    assert SECRET.encode() not in store.read_bytes()
    with Store.open_reader(store) as reader:
        (count,) = reader.query("SELECT count(DISTINCT call_id) FROM mine").rows
    assert count == (3,)


def test_a_store_that_is_made_anew_knows_of_it(store: Path, bundles: Path, tmp_path: Path) -> None:
    shutil.copytree(bundles, tmp_path / "backup")
    remove_calls(store, bundles, [GONE], "x")
    shutil.copytree(tmp_path / "backup", bundles, dirs_exist_ok=True)
    with Store.open_owner(tmp_path / "anew.duckdb") as owner:
        assert owner.ingest(bundles).calls_added == 3
        assert [call.call_id for call in owner.removed_calls()] == [GONE]
        owner.readmit_calls([GONE], "Wang")
        owner.ingest(bundles)
    with Store.open_owner(store) as owner:
        owner.ingest(bundles)
        assert owner.removed_calls() == ()
