"""A call that is given its id after it was processed is one call, in whatever order it comes in."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from qa_pipeline.records import ProcessedCall
from qa_pipeline.records.recording import id_of_sound
from qa_pipeline.store import Store, StoreOwner, write_bundle, write_scores
from qa_pipeline.store.tables import TABLES
from tests.store.call_factory import make_call
from tests.store.review_helpers import add, said

GIVEN = "crm-17"
BRAND = "greeting.brand"
DIGEST = f"{1:064x}"
OF_SOUND = id_of_sound(DIGEST)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[StoreOwner]:
    with Store.open_owner(tmp_path / "calls.duckdb") as opened:
        yield opened


def call(call_id: str, day: int, version: int = 1) -> ProcessedCall:
    made = make_call(
        1, call_id=call_id, version=version, processed_at=datetime(2026, 3, day, tzinfo=UTC)
    )
    metadata = made.recording.metadata.model_copy(
        update={"call_id": None if call_id == OF_SOUND else call_id}
    )
    recording = made.recording.model_copy(update={"metadata": metadata, "path": "/calls/1.wav"})
    return made.model_copy(update={"recording": recording})


def take(owner: StoreOwner, folder: Path, *calls: ProcessedCall) -> None:
    for made in calls:
        write_bundle(made, folder, f"{made.recording.call_id} {made.processed_at}")
    owner.ingest(folder)


def content(owner: StoreOwner) -> dict[str, Sequence[Any]]:
    """Everything that the store holds, but for when it took it in."""
    found = {}
    for table in TABLES:
        names = [c.name for c in table.columns if c.name != "ingested_at"]
        columns = ", ".join(f'"{name}"' for name in names)
        if table.name != "store_info":
            found[table.name] = owner.query(f"SELECT {columns} FROM {table.name} ORDER BY ALL").rows
    return found


def test_a_call_that_gets_its_id_later_is_replaced(owner: StoreOwner, tmp_path: Path) -> None:
    first, second = call(OF_SOUND, 1), call(GIVEN, 2)
    take(owner, tmp_path / "b", first)
    take(owner, tmp_path / "b", second)
    assert owner.read_call(OF_SOUND) is None
    assert owner.read_call(GIVEN) == second
    assert owner.query("SELECT call_id, count(*) FROM scores GROUP BY ALL").rows == ((GIVEN, 1),)
    assert owner.query("SELECT call_id, scored_at FROM earlier_scores").rows == (
        (GIVEN, first.processed_at),
    )


def test_reviews_and_the_golden_set_follow_the_call(owner: StoreOwner, tmp_path: Path) -> None:
    take(owner, tmp_path / "b", call(OF_SOUND, 1))
    add(owner, said(OF_SOUND, BRAND, "not_met"))
    owner.mark_golden([OF_SOUND], "Wang")
    take(owner, tmp_path / "b", call(GIVEN, 2))
    [event] = owner.review_events(GIVEN)
    assert event.verdict == "not_met"
    [state] = [s for s in owner.current_verdicts(GIVEN) if s.criterion_id == BRAND]
    assert (state.people_verdict, state.judged_by) == ("not_met", "people")
    assert [golden.call_id for golden in owner.golden_calls()] == [GIVEN]


def test_a_sheet_that_has_the_id_of_before_is_taken_in(owner: StoreOwner, tmp_path: Path) -> None:
    take(owner, tmp_path / "b", call(OF_SOUND, 1))
    add(owner, said(OF_SOUND, BRAND, "not_met"))
    take(owner, tmp_path / "b", call(GIVEN, 2))
    again = owner.add_reviews(
        [said(OF_SOUND, BRAND, "not_met"), said(OF_SOUND, BRAND, "met", "Li", row=3)], "a.csv"
    )
    assert (again.known, again.added, again.problems) == (1, 1, ())
    assert len(owner.review_events(GIVEN)) == 2
    assert owner.mark_golden([OF_SOUND], "Li") == (GIVEN,)


def test_scores_by_other_versions_go_with_the_call(owner: StoreOwner, tmp_path: Path) -> None:
    take(owner, tmp_path / "b", call(OF_SOUND, 1, version=1))
    take(owner, tmp_path / "b", call(GIVEN, 2, version=2))
    back = owner.read_call(GIVEN)
    assert back is not None
    assert [scored.version for scored in back.scored] == [1, 2]


def test_two_ids_given_to_one_recording_are_two_calls(owner: StoreOwner, tmp_path: Path) -> None:
    take(owner, tmp_path / "b", call(OF_SOUND, 1), call("crm-18", 2))
    take(owner, tmp_path / "b", call("crm-17", 3))
    assert [row.call_id for row in owner.list_calls()] == ["crm-17", "crm-18"]
    assert owner.query("SELECT call_id FROM earlier_scores").rows == (("crm-18",),)


def test_in_which_order_they_come_in_makes_no_difference(tmp_path: Path) -> None:
    first, second, third = call(OF_SOUND, 1), call(GIVEN, 2), call(OF_SOUND, 5)
    later = datetime(2026, 3, 4, tzinfo=UTC)
    found = []
    # a file of scores is made of calls that are in the store: never before their first bundle
    orders = [o for o in itertools.permutations((0, 1, 2, "scores")) if o[0] != "scores"]
    for number, order in enumerate([*orders, "at once"]):
        folder = tmp_path / str(number) / "b"
        with Store.open_owner(tmp_path / str(number) / "calls.duckdb") as owner:
            for turn in (0, 1, 2, "scores") if order == "at once" else order:
                if turn == "scores":
                    write_scores(first.scored, folder, "again", later)
                else:
                    made = (first, second, third)[int(turn)]
                    write_bundle(made, folder, f"k{turn}")
                if order != "at once":
                    owner.ingest(folder)
            owner.ingest(folder)
            found.append(content(owner))
    assert all(one == found[0] for one in found)
    assert [row[0] for row in found[0]["calls"]] == [GIVEN]
    assert len(found[0]["earlier_scores"]) == 3


def test_a_store_that_counted_a_call_twice_holds_what_one_made_anew_does(tmp_path: Path) -> None:
    folder, path = tmp_path / "b", tmp_path / "calls.duckdb"
    first, second = call(OF_SOUND, 1), call(GIVEN, 2)
    with Store.open_owner(path) as owner:
        # under another digest, as if the two had nothing to do with each other
        other = second.recording.model_copy(update={"digest": "f" * 64})
        take(owner, folder, first, second.model_copy(update={"recording": other}))
        both = [*first.scored, *second.scored]
        write_scores(both, folder, "both", datetime(2026, 3, 3, tzinfo=UTC))
        owner.ingest(folder)
        add(owner, said(OF_SOUND, BRAND, "not_met"), said(GIVEN, BRAND, "met", "Li"))
        owner.mark_golden([OF_SOUND, GIVEN], "Wang")
        assert len(owner.list_calls()) == 2
    with duckdb.connect(str(path)) as old:
        old.execute("UPDATE calls SET digest = ?", [DIGEST])
    for file in folder.glob("*.parquet"):
        file.unlink()
    write_bundle(second, folder, f"{GIVEN} {second.processed_at}")
    write_bundle(first, folder, f"{OF_SOUND} {first.processed_at}")
    with Store.open_owner(path) as owner:
        owner.ingest(folder)
        assert [row.call_id for row in owner.list_calls()] == [GIVEN]
        assert [event.call_id for event in owner.review_events()] == [GIVEN] * 2
        assert len(owner.golden_calls()) == 1
        united = content(owner)
    with Store.open_owner(tmp_path / "anew.duckdb") as anew:
        anew.ingest(folder)
        made_anew = content(anew)
    for name in made_anew.keys() - {"review_events", "golden_events"}:
        assert united[name] == made_anew[name], name
