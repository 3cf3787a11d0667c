"""A reviewer is one person, however their name is written."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from qa_pipeline.store import CallFilter, Store, StoreOwner
from qa_pipeline.store.schema import SCHEMA_VERSION
from tests.store.review_helpers import AT, add, fill, said

BRAND = "greeting.brand"
SAME = [
    ("Wang Li", "wang li"),
    ("Wang Li", "  WANG \N{NO-BREAK SPACE} Li"),
    ("Wang Li", "Ｗａｎｇ\N{IDEOGRAPHIC SPACE}Ｌｉ"),
    ("Zoé", "Zoe\N{COMBINING ACUTE ACCENT}"),
    ("王丽", "王\N{IDEOGRAPHIC SPACE}丽"),
    ("王丽", "王丽\N{ZERO WIDTH SPACE}"),
    ("O'Neil (2)", "o＇neil （２）"),
]
OTHERS = [("Wang Li", "Wang Lin"), ("王丽", "王莉"), ("Wang Li", "Li Wang"), ("Zoé", "Zoe")]


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[StoreOwner]:
    with Store.open_owner(tmp_path / "calls.duckdb") as opened:
        yield opened


@pytest.fixture
def call(owner: StoreOwner, tmp_path: Path) -> str:
    return fill(owner, tmp_path / "bundles", 1)[0]


def outcome(owner: StoreOwner, call: str) -> tuple[str | None, int]:
    [found] = [s for s in owner.current_verdicts(call) if s.criterion_id == BRAND]
    return found.people_state, found.reviewers


@pytest.mark.parametrize(("first", "again"), SAME)
def test_two_spellings_have_one_vote(first: str, again: str, owner: StoreOwner, call: str) -> None:
    add(owner, said(call, BRAND, "met", first), said(call, BRAND, "met", again, hours=1))
    add(owner, said(call, BRAND, "not_met", "Xu"))
    assert outcome(owner, call) == ("disputed", 2)


@pytest.mark.parametrize(("first", "second"), OTHERS)
def test_two_names_are_two_people(first: str, second: str, owner: StoreOwner, call: str) -> None:
    add(owner, said(call, BRAND, "met", first), said(call, BRAND, "met", second))
    assert outcome(owner, call) == ("agreed", 2)


def test_a_mind_changed_under_another_spelling_is_changed(owner: StoreOwner, call: str) -> None:
    add(
        owner, said(call, BRAND, "met", "Wang Li"), said(call, BRAND, "not_met", "WANG LI", hours=1)
    )
    assert outcome(owner, call) == ("agreed", 1)
    assert len(owner.review_events(call)) == 2


def test_the_same_verdict_under_another_spelling_is_known(owner: StoreOwner, call: str) -> None:
    add(owner, said(call, BRAND, "met", "Wang Li"))
    again = owner.add_reviews([said(call, BRAND, "met", "wang  li")], "b.csv")
    assert (again.added, again.known) == (0, 1)
    [problem] = add(owner, said(call, BRAND, "not_met", "wang  li"))
    assert "later time" in problem


def test_reports_name_a_reviewer_as_first_written(owner: StoreOwner, tmp_path: Path) -> None:
    calls = fill(owner, tmp_path / "bundles", 2)
    add(owner, said(calls[1], BRAND, "met", "wang li", hours=1))
    add(owner, said(calls[0], BRAND, "met", "Wang Li"))  # comes in later, was said first
    found = owner.calibration(CallFilter())
    assert {verdict.reviewer for verdict in found.verdicts} == {"Wang Li"}
    assert len(owner.review_events(reviewer="WANG LI")) == 2


def test_a_store_made_before_counts_its_reviewers_anew(tmp_path: Path) -> None:
    path = tmp_path / "calls.duckdb"
    with Store.open_owner(path) as owner:
        [call] = fill(owner, tmp_path / "bundles", 1)
        add(owner, *(said(call, BRAND, "met", name) for name in ("Wang Li", "Zoe")))
    with duckdb.connect(str(path)) as old:
        old.execute(
            "CREATE OR REPLACE VIEW review_verdicts AS SELECT * FROM review_events QUALIFY "
            "row_number() OVER (PARTITION BY call_id, scorecard, criterion_id, reviewer "
            "ORDER BY reviewed_at DESC) = 1"
        )
        old.execute(
            "INSERT INTO review_events BY NAME SELECT * REPLACE ('before' AS event_id, "
            "'not_met' AS verdict, 'wang li' AS reviewer, ? AS reviewed_at) FROM review_events "
            "WHERE reviewer = 'Zoe'",
            [AT + timedelta(hours=1)],
        )
        old.execute("UPDATE store_info SET value = '9' WHERE name = 'schema_version'")
    with Store.open_owner(path) as owner:
        assert owner.info().schema_version == SCHEMA_VERSION > 9
        assert outcome(owner, call) == ("disputed", 2)
