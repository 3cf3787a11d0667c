"""People's verdicts are added, never changed; the state of today follows from them."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa_pipeline.errors import StoreError
from qa_pipeline.records import Verdict
from qa_pipeline.store import Store, StoreOwner, write_bundle, write_scores
from qa_pipeline.store.earlier import SCORE_TABLES
from qa_pipeline.store.schema import SCHEMA_VERSION, table
from tests.store.call_factory import make_call
from tests.store.earlier_versions import as_before_engine, as_before_judged
from tests.store.review_helpers import add, fill, said

SCORED_AT = [column.name for column in table("scores").columns].index("scored_at")
BRAND, NAME = "greeting.brand", "greeting.name"
VERDICTS: tuple[Verdict, ...] = ("met", "partly_met", "not_met", "not_applicable", "unscored")


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[StoreOwner]:
    with Store.open_owner(tmp_path / "calls.duckdb") as opened:
        yield opened


@pytest.fixture
def calls(owner: StoreOwner, tmp_path: Path) -> tuple[str, ...]:
    return fill(owner, tmp_path / "bundles")


def state(owner: StoreOwner, call: str, criterion: str) -> tuple[str | None, str | None, str]:
    [found] = [s for s in owner.current_verdicts(call) if s.criterion_id == criterion]
    return found.people_state, found.people_verdict, found.verdict


def test_the_same_file_twice_adds_nothing(owner: StoreOwner, calls: tuple[str, ...]) -> None:
    given_ = [said(calls[0], BRAND, "met"), said(calls[1], NAME, "not_met", row=3)]
    first = owner.add_reviews(given_, "a.csv")
    again = owner.add_reviews(given_, "copy-of-a.csv")
    assert (first.added, first.known, first.calls) == (2, 0, 2)
    assert (again.added, again.known, again.calls) == (0, 2, 0)
    assert [event.source for event in owner.review_events()] == ["a.csv", "a.csv"]


def test_what_does_not_fit_is_said_and_the_rest_taken_in(
    owner: StoreOwner, calls: tuple[str, ...]
) -> None:
    found = owner.add_reviews(
        [
            said("nobody", BRAND, "met", row=2),
            said(calls[0], "greeting.brnd", "met", row=3),
            said(calls[0], BRAND, "met", row=4, scorecard="other-card"),
            said(calls[0], BRAND, "met", row=5),
        ],
        "a.csv",
    )
    assert found.added == 1
    assert [p.row for p in found.problems] == [2, 3, 4]
    unknown_call, unknown_criterion, other_card = (p.reason for p in found.problems)
    assert "'nobody'" in unknown_call
    assert "did you mean 'greeting.brand'" in unknown_criterion
    assert "'other-card'" in other_card


def test_what_is_near_no_criterion_is_not_said_to_be_one(
    owner: StoreOwner, calls: tuple[str, ...]
) -> None:
    [named] = [s for s in owner.current_verdicts(calls[0]) if s.criterion_id == BRAND]
    given_ = [said(calls[0], word, "met", row=n) for n, word in enumerate(["x", named.name[:-2]])]
    strange, cut_short = (p.reason for p in owner.add_reviews(given_, "a.csv").problems)
    assert "unknown criterion 'x'" in strange
    assert "did you mean" not in strange
    assert f"did you mean {named.name!r}" in cut_short


def test_a_criterion_is_found_by_its_name(owner: StoreOwner, calls: tuple[str, ...]) -> None:
    [named] = [s for s in owner.current_verdicts(calls[0]) if s.criterion_id == BRAND]
    assert add(owner, said(calls[0], named.name.upper(), "not_met")) == []
    assert state(owner, calls[0], BRAND)[1] == "not_met"


def test_a_second_verdict_at_the_same_time_is_refused(
    owner: StoreOwner, calls: tuple[str, ...]
) -> None:
    add(owner, said(calls[0], BRAND, "met"))
    [problem] = add(owner, said(calls[0], BRAND, "not_met"))
    assert "later time" in problem
    assert state(owner, calls[0], BRAND) == ("agreed", "met", "met")
    [within] = add(
        owner, said(calls[0], NAME, "met", row=2), said(calls[0], NAME, "not_met", row=3)
    )
    assert "row 2" in within


def test_a_changed_mind_counts_and_both_verdicts_stay(
    owner: StoreOwner, calls: tuple[str, ...]
) -> None:
    add(owner, said(calls[0], BRAND, "met"), said(calls[0], BRAND, "not_met", hours=1))
    add(owner, said(calls[0], BRAND, "partly_met", hours=-1))  # arrives late, was said first
    assert state(owner, calls[0], BRAND) == ("agreed", "not_met", "not_met")
    assert len(owner.review_events(calls[0])) == 3


def test_people_at_odds_leave_the_criterion_open_until_one_decides(
    owner: StoreOwner, calls: tuple[str, ...]
) -> None:
    call = calls[0]
    add(owner, said(call, BRAND, "met", "Wang"), said(call, BRAND, "not_met", "Li"))
    assert state(owner, call, BRAND) == ("disputed", None, "unscored")
    add(owner, said(call, BRAND, "not_met", "Zhao", hours=1))
    assert state(owner, call, BRAND) == ("agreed", "not_met", "not_met")
    add(owner, said(call, BRAND, "met", "Lead", hours=2, decides=True))
    assert state(owner, call, BRAND) == ("decided", "met", "met")


def test_the_machines_verdict_stays_beside(owner: StoreOwner, calls: tuple[str, ...]) -> None:
    before = owner.read_call(calls[0])
    [found] = [s for s in owner.current_verdicts(calls[0]) if s.criterion_id == BRAND]
    other: Verdict = "not_met" if found.machine_verdict == "met" else "met"
    add(owner, said(calls[0], BRAND, other))
    [after] = [s for s in owner.current_verdicts(calls[0]) if s.criterion_id == BRAND]
    assert (after.machine_verdict, after.verdict) == (found.machine_verdict, other)
    assert owner.read_call(calls[0]) == before


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StoreOwner, str]]:
    folder = tmp_path_factory.mktemp("outcomes")
    with Store.open_owner(folder / "calls.duckdb") as opened:
        yield opened, fill(opened, folder / "bundles", 1)[0]


SAID = st.tuples(
    st.sampled_from(["Wang", "Li", "Zhao"]),
    st.integers(0, 5),
    st.sampled_from(VERDICTS),
    st.booleans(),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(SAID, min_size=1, max_size=9, unique_by=lambda s: (s[0], s[1])), st.randoms())
def test_the_outcome_is_what_the_rule_says_in_whatever_order_verdicts_arrive(
    shared: tuple[StoreOwner, str],
    spoken: list[tuple[str, int, Verdict, bool]],
    random: st.DataObject,
) -> None:
    owner, call = shared
    owner._connection.execute("DELETE FROM review_events")
    latest: dict[str, tuple[int, Verdict]] = {}
    for reviewer, hour, verdict, _ in spoken:
        if reviewer not in latest or latest[reviewer][0] < hour:
            latest[reviewer] = (hour, verdict)
    votes = [verdict for _, verdict in latest.values()]
    agreed = [v for v in VERDICTS if 2 * votes.count(v) > len(votes)]
    last = max((hour for _, hour, _, decides in spoken if decides), default=None)
    deciding = {verdict for _, hour, verdict, decides in spoken if decides and hour == last}
    given_ = [
        said(call, BRAND, verdict, reviewer, hours=hour, decides=decides)
        for reviewer, hour, verdict, decides in spoken
    ]
    random.shuffle(given_)  # type: ignore[attr-defined]
    assert add(owner, *given_) == []
    people_state, people_verdict, counts = state(owner, call, BRAND)
    if deciding:
        assert people_state == "decided"
        assert people_verdict in deciding
    elif agreed:
        assert (people_state, people_verdict) == ("agreed", agreed[0])
    else:
        assert (people_state, people_verdict, counts) == ("disputed", None, "unscored")


def test_a_result_that_is_replaced_is_kept(owner: StoreOwner, tmp_path: Path) -> None:
    first = make_call(1, processed_at=datetime(2026, 3, 1, tzinfo=UTC))
    again = make_call(1, processed_at=datetime(2026, 3, 9, tzinfo=UTC), trust="review")
    other = make_call(1, version=4, processed_at=datetime(2026, 3, 10, tzinfo=UTC))
    for number, call in enumerate((first, again, other)):
        write_bundle(call, tmp_path / "b", f"k{number}")
        owner.ingest(tmp_path / "b")
    [kept] = owner.query("SELECT total_pct, trust, version FROM earlier_scores").rows
    scored = first.scored[0]
    assert kept == (scored.total_pct, scored.trust, scored.version)
    for name, rows in (
        ("section_scores", len(scored.sections)),
        ("criterion_results", len(scored.criteria)),
        ("evidence", sum(len(c.evidence) for c in scored.criteria)),
    ):
        found = owner.query(f"SELECT count(*), min(scored_at) FROM earlier_{name}").rows
        assert found == ((rows, first.processed_at),)
    assert owner.query("SELECT count(*) FROM scores").rows == ((2,),)


def test_scores_made_anew_come_in_once_and_keep_those_before(
    owner: StoreOwner, tmp_path: Path
) -> None:
    ids = fill(owner, tmp_path / "b", 3)
    before = {call: owner.read_call(call) for call in ids}
    scored = [
        b.scored[0].model_copy(update={"total_pct": Decimal("1.25")}) for b in before.values() if b
    ]
    newer = [s.model_copy(update={"version": 2}) for s in scored]
    at = datetime(2026, 5, 1, tzinfo=UTC)
    write_scores([*scored, *newer], tmp_path / "b", "all", at)
    assert owner.ingest(tmp_path / "b").bundles == 1
    assert owner.ingest(tmp_path / "b").bundles == 0
    for call in ids:
        after, first = owner.read_call(call), before[call]
        assert after is not None
        assert first is not None
        assert [(s.version, s.total_pct) for s in after.scored] == [
            (1, Decimal("1.25")),
            (2, Decimal("1.25")),
        ]
        assert after.scored[0].criteria == first.scored[0].criteria
        assert after.conversation == first.conversation
        kept = owner.query("SELECT total_pct FROM earlier_scores WHERE call_id = ?", [call]).rows
        assert kept == ((first.scored[0].total_pct,),)
    (tmp_path / "b" / "rescored" / "scores-x.parquet").write_bytes(b"torn")
    assert [d.path.endswith("scores-x.parquet") for d in owner.ingest(tmp_path / "b").damaged] == [
        True
    ]


@pytest.mark.parametrize("earlier", [{0}, {1}, {0, 1}])
def test_scores_from_before_they_said_what_judged_come_in(
    owner: StoreOwner, tmp_path: Path, earlier: set[int]
) -> None:
    [call] = fill(owner, tmp_path / "b", 1)
    before = owner.read_call(call)
    assert before is not None
    at = datetime(2026, 5, 1, tzinfo=UTC)
    for version in (2, 3):
        scored = before.scored[0].model_copy(update={"version": version, "engine": "this"})
        path = write_scores([scored], tmp_path / "b", f"version {version}", at)
        if version - 2 in earlier:
            as_before_engine(path)
    assert owner.ingest(tmp_path / "b").damaged == ()
    rows = owner.query("SELECT engine FROM scores WHERE version > 1 ORDER BY version").rows
    assert rows == tuple((None if number in earlier else "this",) for number in (0, 1))


def test_an_older_bundle_that_arrives_late_replaces_nothing(
    owner: StoreOwner, tmp_path: Path
) -> None:
    newer = make_call(1, processed_at=datetime(2026, 3, 9, tzinfo=UTC))
    older = make_call(1, processed_at=datetime(2026, 3, 1, tzinfo=UTC))
    for number, call in enumerate((newer, older)):
        write_bundle(call, tmp_path / "b", f"k{number}")
        owner.ingest(tmp_path / "b")
    assert owner.query("SELECT scored_at FROM scores").rows == ((newer.processed_at,),)
    assert owner.query("SELECT scored_at FROM earlier_scores").rows == ((older.processed_at,),)


@pytest.mark.parametrize(
    ("judged", "scored", "stays"),
    [(None, 7, 9), (None, 11, 11), (9, 11, 11), (5, 11, 9), (1, 3, 9)],
    ids=["older", "newer", "as_stored", "conversation_before", "conversation_long_before"],
)
def test_in_which_order_results_come_in_makes_no_difference(
    tmp_path: Path, judged: int | None, scored: int, stays: int
) -> None:
    results = [
        make_call(1, processed_at=datetime(2026, 3, day, tzinfo=UTC), trust=trust)
        for day, trust in ((1, "ok"), (5, "review"), (9, "ok"))
    ]
    heard = {"call-0001": datetime(2026, 3, judged, tzinfo=UTC)} if judged else None
    found = set()
    for number, order in enumerate([*itertools.permutations(range(4)), "at once"]):
        folder = tmp_path / str(number)
        with Store.open_owner(folder / "calls.duckdb") as owner:
            for turn in range(4) if order == "at once" else order:
                if turn < 3:
                    write_bundle(results[turn], folder / "b", f"k{turn}")
                else:
                    at = datetime(2026, 3, scored, tzinfo=UTC)
                    write_scores(results[0].scored, folder / "b", "again", at, heard)
                if order != "at once":
                    owner.ingest(folder / "b")
            owner.ingest(folder / "b")
            found.add(
                tuple(
                    owner.query(f"SELECT * FROM {prefix}{table} ORDER BY ALL").rows
                    for prefix in ("", "earlier_")
                    for table in SCORE_TABLES
                )
            )
    [(scores, *_)] = found
    assert [row[SCORED_AT] for row in scores] == [datetime(2026, 3, stays, tzinfo=UTC)]
    [(_, _, _, _, earlier, *_)] = found
    assert len(earlier) == 3


def test_a_store_from_before_it_was_noted_what_was_judged_is_as_one_made_anew(
    tmp_path: Path,
) -> None:
    path, bundles = tmp_path / "calls.duckdb", tmp_path / "b"
    first, again = (make_call(1, processed_at=datetime(2026, 3, d, tzinfo=UTC)) for d in (1, 9))
    for number, call in enumerate((first, again)):
        write_bundle(call, bundles, f"k{number}")
    newer = again.scored[0].model_copy(update={"version": 2})
    as_before_judged(write_scores([newer], bundles, "again", datetime(2026, 3, 5, tzinfo=UTC)))
    with Store.open_owner(path) as owner:
        owner.ingest(bundles)
    with duckdb.connect(str(path)) as old:
        for name in ("scores", "earlier_scores"):
            old.execute(f"ALTER TABLE {name} DROP COLUMN call_processed_at")
        old.execute("UPDATE store_info SET value = '9' WHERE name = 'schema_version'")
    found = []
    for store in (path, tmp_path / "anew.duckdb"):
        with Store.open_owner(store) as owner:
            owner.ingest(bundles)
            found.append(
                [owner.query(f"SELECT * FROM {n} ORDER BY ALL").rows for n in SCORE_TABLES]
            )
            assert owner.query("SELECT version FROM current_scores").rows == ((1,),)
    assert found[0] == found[1]


def test_the_golden_set_is_a_history(owner: StoreOwner, calls: tuple[str, ...]) -> None:
    assert owner.mark_golden(calls[:2], "Wang", "hard ones") == calls[:2]
    assert owner.mark_golden(calls[:3], "Wang") == (calls[2],)
    assert owner.mark_golden(calls[:1], "Li", golden_=False) == (calls[0],)
    assert [g.call_id for g in owner.golden_calls()] == sorted(calls[1:3])
    assert owner.query("SELECT count(*) FROM golden_events").rows == ((4,),)


def test_a_store_made_before_reviews_is_brought_up_and_keeps_its_calls(tmp_path: Path) -> None:
    path = tmp_path / "calls.duckdb"
    with Store.open_owner(path) as owner:
        ids = fill(owner, tmp_path / "bundles", 2)
    with duckdb.connect(str(path)) as old:
        for (view,) in old.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall():
            old.execute(f"DROP VIEW {view}")
        for (table,) in old.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            if table.startswith(("earlier_", "review", "golden", "scorecards")):
                old.execute(f"DROP TABLE {table}")
        old.execute("UPDATE store_info SET value = '2' WHERE name = 'schema_version'")
    with pytest.raises(StoreError, match="qa-pipeline store snapshot"):
        Store.open_reader(path)
    with Store.open_owner(path) as owner:
        assert owner.info().schema_version == SCHEMA_VERSION
        assert add(owner, said(ids[0], BRAND, "met")) == []
    with Store.open_reader(path) as reader:
        assert len(reader.list_calls()) == 2
        assert len(reader.review_events()) == 1
