"""People's verdicts count for what they were asked, whatever id the question has."""

import re
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.pipeline.golden import check_golden
from qa_pipeline.pipeline.rescoring import rescore
from qa_pipeline.pipeline.reviewed import refresh_reviewed
from qa_pipeline.settings import Settings
from qa_pipeline.store import CriterionState, GivenVerdict, Store, read_reviews
from tests.pipeline.standards import CARD, fill_store, small_card
from tests.running import qa
from tests.store.review_helpers import add, said

FAREWELL = "closure.farewell"
SECOND = CARD.replace("version: 1", "version: 2")
MORE = small_card(SECOND.replace("[goodbye]", "[goodbye, cheerio]"))
NAMED = CARD.replace("ask: Says goodbye", "ask: Says goodbye\n        name: Farewell")
ASKS = "ask: Says that the call is recorded"
OTHER = small_card(SECOND.replace("ask: Says goodbye", ASKS))
OTHER_NAMED = small_card(
    NAMED.replace("version: 1", "version: 2").replace("ask: Says goodbye", ASKS)
)


def test_a_verdict_counts_while_the_criterion_asks_the_same(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    rescore(settings, MORE)
    state = _state(settings, "call-002")
    assert (state.version, state.machine_verdict, state.verdict) == (2, "not_met", "met")
    assert (state.judged_by, state.earlier_reviews) == ("people", 0)


def test_a_verdict_on_another_question_does_not_count(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    assert _totals(settings) == ["people"] * 3
    rescore(settings, OTHER)
    state = _state(settings, "call-002")
    assert (state.people_state, state.verdict, state.judged_by) == (None, "not_met", "machine")
    assert state.earlier_reviews == 1
    assert _totals(settings) == ["machine"] * 3
    with Store.open_reader(settings.store_path) as reader:
        assert reader.reviewed_scores() == ()
        assert reader.calibration().verdicts == ()
        assert [call.to_check for call in reader.list_calls()] == [1, 1, 1]
        assert len(reader.review_events()) == 3


MENDED = small_card(
    SECOND.replace("ask: Says goodbye", "ask: Says good-bye\n        asked_before: Says goodbye")
)


def test_a_verdict_counts_where_the_card_says_that_it_asked_so_before(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    with Store.open_owner(settings.store_path) as owner:
        owner.mark_golden(["call-000", "call-002"], "Wang")
    [line] = check_golden(settings, MENDED).criteria
    assert line.reviewed == 2
    assert rescore(settings, MENDED).people_left_out == ()
    state = _state(settings, "call-002")
    assert (state.version, state.people_verdict, state.earlier_reviews) == (2, "met", 0)
    assert _totals(settings) == ["people"] * 3
    # the new words are what those who judge from now on are asked, and count as well
    _add(settings, _now("call-001", FAREWELL))
    assert _state(settings, "call-001").reviewers == 1


RENAMED_TEXT = SECOND.replace(
    "id: closure.farewell", "id: closure.goodbye\n        id_before: closure.farewell"
)
RENAMED = small_card(RENAMED_TEXT)


def test_verdicts_go_with_a_criterion_that_says_what_its_id_was(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    with Store.open_owner(settings.store_path) as owner:
        owner.mark_golden(["call-000", "call-002"], "Wang")
    before = check_golden(settings, small_card())
    with Store.open_owner(settings.store_path) as owner:
        owner.record_baseline(before.verdicts, "Wang")
    [line] = check_golden(settings, RENAMED).criteria
    assert (line.criterion_id, line.reviewed, line.before) == ("closure.goodbye", 2, 1)
    assert rescore(settings, RENAMED).people_left_out == ()
    state = _state(settings, "call-002", "closure.goodbye")
    assert (state.version, state.people_verdict, state.earlier_reviews) == (2, "met", 0)
    assert _totals(settings) == ["people"] * 3
    # a verdict on the new id is of the same people: the later one counts
    _add(settings, _now("call-002", "closure.goodbye"))
    assert _state(settings, "call-002", "closure.goodbye").reviewers == 1
    with Store.open_reader(settings.store_path) as reader:
        assert {v.criterion_id for v in reader.calibration().verdicts} == {"closure.goodbye"}
        kept = {event.criterion_id for event in reader.review_events()}
    assert kept == {FAREWELL, "closure.goodbye"}
    # nor does it make another question the same
    asks_else = small_card(
        RENAMED_TEXT.replace("on: 2", "on: 3").replace("ask: Says goodbye", ASKS)
    )
    assert rescore(settings, asks_else).people_left_out != ()
    assert _state(settings, "call-000", "closure.goodbye").people_state is None


def test_what_people_said_that_will_not_count_is_told_before_and_after(tmp_path: Path) -> None:
    fill_store(tmp_path, 3)
    (tmp_path / "next.yaml").write_text(SECOND.replace("ask: Says goodbye", ASKS), encoding="utf-8")
    where = ("--data-dir", ".")
    tried = qa("scorecards", "backtest", "next.yaml", *where, cwd=tmp_path)
    done = qa("rescore", "--scorecard", "next.yaml", *where, cwd=tmp_path)
    for told in (tried.stdout, done.stdout):
        assert "3 verdicts of people do not count for version 2" in told
        assert "closure.farewell" in told
        assert 'asked_before: "Says goodbye"' in told
    page = (tmp_path / "reports" / "backtest.html").read_text(encoding="utf-8")
    assert "3 on 3 calls, on “Says goodbye”" in page
    again = qa("rescore", "--scorecard", "next.yaml", *where, cwd=tmp_path)
    assert "verdicts of people" not in again.stdout


def test_what_is_gone_from_a_card_is_told_apart(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    gone = SECOND.replace(FAREWELL, "closure.goodbye")
    (tmp_path / "next.yaml").write_text(gone, encoding="utf-8")
    tried = qa("scorecards", "backtest", "next.yaml", "--data-dir", ".", cwd=tmp_path)
    assert "renamed to closure.goodbye (people's verdicts on the old id do not" in tried.stdout
    assert "write id_before: closure.farewell under it" in tried.stdout
    [left_out] = rescore(settings, small_card(gone)).people_left_out
    assert (left_out.criterion_id, left_out.asks, left_out.verdicts) == (FAREWELL, None, 3)


def test_reports_say_what_does_not_count(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    rescore(settings, OTHER)
    for kind in ("monitoring", "coaching", "calibration"):
        done = qa("report", kind, "--data-dir", ".", "--scorecard", "small", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        page = (tmp_path / "reports" / f"{kind}.html").read_text(encoding="utf-8")
        assert "3 verdicts of people are on questions that the card asks no more" in page


def test_a_call_is_shown_with_what_people_said(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    _totals(settings)
    shown = qa("calls", "show", "call-002", "--data-dir", ".", cwd=tmp_path).stdout
    assert "after review: 66.67 %, not passed" in shown
    assert "      people: met (agreed, 1 reviewer)" in shown
    rescore(settings, OTHER)
    shown = qa("calls", "show", "call-002", "--data-dir", ".", cwd=tmp_path).stdout
    assert shown.count("people:") == 1
    assert "      people: 1 verdict on what it asked before does not count" in shown
    assert "after review" not in shown


def test_an_older_card_takes_nothing_from_the_newer_one(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    rescore(settings, OTHER)
    _add(settings, _now("call-002", FAREWELL))
    assert rescore(settings, small_card()).people_left_out == ()


def test_the_question_tells_and_not_what_the_criterion_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.pipeline.standards.CARD", NAMED)
    monkeypatch.setattr("tests.pipeline.standards.small_card", lambda: small_card(NAMED))
    settings = fill_store(tmp_path, 3)
    rescore(settings, OTHER_NAMED)
    assert _state(settings, "call-002").people_state is None


def test_a_verdict_given_since_is_on_the_new_question(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    rescore(settings, OTHER)
    _add(settings, _now("call-002", FAREWELL), _now("call-001", "Says that the call IS recorded"))
    for call in ("call-001", "call-002"):
        state = _state(settings, call)
        assert (state.people_verdict, state.judged_by) == ("partly_met", "people")
        assert (state.reviewers, state.earlier_reviews) == (1, 1)
    rescore(settings, small_card(CARD.replace("version: 1", "version: 3")))
    state = _state(settings, "call-002")
    assert (state.people_verdict, state.earlier_reviews) == ("met", 1)


def test_a_verdict_given_by_an_earlier_name_is_on_the_earlier_question(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3, reviewed=False)
    rescore(settings, OTHER)
    _add(settings, _now("call-002", "Says goodbye"))
    assert _state(settings, "call-002").people_state is None


def test_what_was_asked_is_exported_and_imported(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    rescore(settings, OTHER)
    file = tmp_path / "reviews.csv"
    assert qa("reviews", "export", file.name, "--data-dir", ".", cwd=tmp_path).returncode == 0
    listed = qa("reviews", "list", "--data-dir", ".", cwd=tmp_path).stdout
    assert len(re.findall(r"asked otherwise before: to check", listed)) == 3
    with Store.open_owner(settings.store_path) as owner:
        owner._connection.execute("DELETE FROM review_events")
        done = owner.add_reviews(read_reviews(file).verdicts, file.name)
        assert (done.added, done.problems) == (3, ())
    assert _state(settings, "call-002").people_state is None


def test_a_store_from_before_it_was_kept_what_people_were_asked(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    rescore(settings, OTHER)
    with duckdb.connect(str(settings.store_path)) as old:
        for (view,) in old.execute(
            "SELECT view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall():
            old.execute(f"DROP VIEW {view}")
        old.execute("ALTER TABLE review_events DROP COLUMN asked")
        # as they were computed then: by people, for all versions
        old.execute("UPDATE reviewed_scores SET reviewed = 1")
        old.execute("UPDATE store_info SET value = '10' WHERE name = 'schema_version'")
    with Store.open_owner(settings.store_path) as owner:
        assert {event.asked for event in owner.review_events()} == {"Says goodbye"}
        assert refresh_reviewed(owner) == 3
    assert _totals(settings) == ["machine"] * 3


def test_scores_after_review_are_added_up_again_where_adding_up_has_changed(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    with Store.open_owner(settings.store_path) as owner:
        assert refresh_reviewed(owner) == 3
        assert refresh_reviewed(owner) == 0
    with duckdb.connect(str(settings.store_path)) as old:
        # as a doubtful critical find made it before version 13
        old.execute("UPDATE reviewed_scores SET total_pct = 0")
        old.execute("UPDATE store_info SET value = '12' WHERE name = 'schema_version'")
    with Store.open_owner(settings.store_path) as owner:
        assert refresh_reviewed(owner) == 3
        assert owner.query("SELECT count(*) FROM reviewed_scores WHERE total_pct = 0").rows == (
            (0,),
        )


def test_the_golden_set_is_checked_on_what_people_were_asked(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    with Store.open_owner(settings.store_path) as owner:
        owner.mark_golden(["call-000", "call-002"], "Wang")
        refresh_reviewed(owner)
    [line] = check_golden(settings, MORE).criteria
    assert (line.criterion_id, line.reviewed) == (FAREWELL, 2)
    with pytest.raises(UsageError, match="people agree on no criterion"):
        check_golden(settings, OTHER)


def test_a_baseline_is_compared_on_the_question_that_it_is_of(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 3)
    with Store.open_owner(settings.store_path) as owner:
        owner.mark_golden(["call-000", "call-002"], "Wang")
    before = check_golden(settings, small_card())
    with Store.open_owner(settings.store_path) as owner:
        owner.record_baseline(before.verdicts, "Wang")
    [line] = check_golden(settings, MENDED).criteria
    assert (line.before, line.asked_otherwise, line.lost) == (1, 0, ())
    rescore(settings, OTHER)
    _add(settings, _now("call-000", FAREWELL), _now("call-002", FAREWELL))
    found = check_golden(settings, OTHER)
    [line] = found.criteria
    assert (line.reviewed, line.before, line.asked_otherwise) == (2, None, 2)
    assert (line.lost, line.gained, found.baseline_pct) == ((), (), None)
    (tmp_path / "next.yaml").write_text(SECOND.replace("ask: Says goodbye", ASKS), encoding="utf-8")
    said = qa("golden", "check", "--scorecard", "next.yaml", "--data-dir", ".", cwd=tmp_path).stdout
    assert "baseline: another question on 2 calls" in said
    with Store.open_owner(settings.store_path) as owner:
        owner.record_baseline(found.verdicts, "Wang")
    [line] = check_golden(settings, OTHER).criteria
    assert (line.before, line.asked_otherwise) == (0, 0)


def _now(call: str, criterion: str) -> GivenVerdict:
    given = said(call, criterion, "partly_met")
    return given.model_copy(update={"reviewed_at": datetime.now(UTC)})


def _add(settings: Settings, *given: GivenVerdict) -> None:
    with Store.open_owner(settings.store_path) as owner:
        assert add(owner, *given) == []
        refresh_reviewed(owner)


def _state(settings: Settings, call: str, criterion: str = FAREWELL) -> CriterionState:
    with Store.open_owner(settings.store_path) as owner:
        [found] = [s for s in owner.current_verdicts(call) if s.criterion_id == criterion]
    return found


def _totals(settings: Settings) -> list[object]:
    with Store.open_owner(settings.store_path) as owner:
        refresh_reviewed(owner)
        rows = owner.query("SELECT judged_by FROM current_totals ORDER BY call_id").rows
    return [row[0] for row in rows]
