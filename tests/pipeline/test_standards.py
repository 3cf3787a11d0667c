"""A standard is changed safely: tried on history, learned from people, applied, nothing lost."""

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.pipeline.backtesting import backtest, histogram
from qa_pipeline.pipeline.learning import learn_from_reviews, write_draft
from qa_pipeline.pipeline.rescoring import published_card, rescore
from qa_pipeline.reports.html import page
from qa_pipeline.scoring import load_scorecard
from qa_pipeline.settings import read_settings
from qa_pipeline.store import Store, write_bundle
from tests.pipeline.scored_scripts import processed
from tests.pipeline.standards import CARD, ENDS, fill_store, small_card

MORE = CARD.replace("[goodbye]", "[goodbye, have a lovely day]").replace("version: 1", "version: 2")


def test_rescoring_keeps_every_earlier_result(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 5)
    before = _rows(settings.store_path, "SELECT * EXCLUDE scored_at FROM scores ORDER BY ALL")
    found = rescore(settings, small_card(MORE))
    assert (found.calls, found.first_results, found.replaced) == (5, 5, 0)
    sql = "SELECT * EXCLUDE scored_at FROM scores WHERE version = 1 ORDER BY ALL"
    assert _rows(settings.store_path, sql) == before
    [(better,)] = _rows(
        settings.store_path,
        "SELECT count(*) FROM criterion_results a JOIN criterion_results b "
        "USING (call_id, criterion_id) WHERE a.version = 1 AND b.version = 2 "
        "AND a.verdict = 'not_met' AND b.verdict = 'met'",
    )
    assert better == 2
    again = rescore(settings, small_card(MORE))
    assert (again.first_results, again.replaced) == (0, 5)
    assert _rows(settings.store_path, "SELECT count(*) FROM earlier_scores") == [(5,)]


def test_rescoring_judges_calls_as_they_were_processed_last(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 2)
    later = processed("call-001", "A: hello\nC: hi\n[silence 25s]\nA: goodbye", small_card())
    at = later.processed_at + timedelta(hours=1)
    waiting = later.model_copy(update={"processed_at": at})
    write_bundle(waiting, settings.bundles_dir, "left by a run that was killed")
    rescore(settings, small_card(MORE))
    [(quote,)] = _rows(
        settings.store_path,
        "SELECT quote FROM evidence WHERE call_id = 'call-001' AND version = 2 "
        "AND criterion_id = 'closure.farewell'",
    )
    assert quote == "goodbye"


def test_what_needs_more_memory_to_be_taken_in_than_is_meant_for_it_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa_pipeline.store.ingest._HELD_MIB", 1)
    settings = fill_store(tmp_path, 5)
    assert _rows(settings.store_path, "SELECT count(*) FROM calls") == [(5,)]
    rescore(settings, small_card(MORE))
    count = "SELECT count(*) FROM scores WHERE version = 2"
    assert _rows(settings.store_path, count) == [(5,)]
    (limit,) = _rows(settings.store_path, "SELECT current_setting('memory_limit')")[0]
    assert "GiB" in str(limit)


QUIETER = """\
scorecard: small
version: {version}
pass_mark: 70
sections:
  - id: voice
    weight: 1
    criteria:
      - id: voice.louder
        ask: Is no louder at the end than at the start
        points: 5
        check:
          measure: {{name: loudness_dbfs, role: agent, last: 20s, than: {{first: 20s}}, at_most: 3}}
      - id: voice.higher
        ask: Speaks no higher at the end than at the start
        points: 5
        check:
          measure: {{name: pitch_st, role: agent, last: 20s, than: {{first: 20s}}, at_most: 2}}
"""


def test_a_call_gets_the_same_verdict_on_its_voice_from_the_store(tmp_path: Path) -> None:
    card = small_card(QUIETER.format(version=1))
    calls = {
        "louder": "A (-30 dbfs, 2 st): good morning and welcome\nC: my line is slow\n"
        "[silence 25s]\nA (-20 dbfs, 3 st): I have told you that already",
        "steady": "A (-28 dbfs, 2 st): good morning and welcome\nC: my line is slow\n"
        "[silence 25s]\nA (-27 dbfs, 7 st): that is all right then",
        "unheard": "A: good morning and welcome\n[silence 25s]\nA: that is all right then",
    }
    settings = read_settings(data_dir=tmp_path)
    for name, script in calls.items():
        write_bundle(processed(name, script, card), settings.bundles_dir, name)
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)
    rescore(settings, small_card(QUIETER.format(version=2)))
    with Store.open_reader(settings.store_path) as reader:
        for name in calls:
            stored = reader.read_call(name)
            assert stored is not None
            heard, again = stored.scored
            assert (heard.version, again.version) == (1, 2)
            assert again.criteria == heard.criteria
            assert again.total_pct == heard.total_pct
    found = _rows(
        settings.store_path,
        "SELECT call_id, criterion_id, verdict FROM criterion_results "
        "WHERE version = 2 ORDER BY ALL",
    )
    assert found == [
        ("louder", "voice.higher", "met"),
        ("louder", "voice.louder", "not_met"),
        ("steady", "voice.higher", "not_met"),
        ("steady", "voice.louder", "met"),
        ("unheard", "voice.higher", "unscored"),
        ("unheard", "voice.louder", "unscored"),
    ]


def test_a_store_made_anew_has_the_scores_again(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 4)
    rescore(settings, small_card(MORE))
    with Store.open_owner(tmp_path / "anew.duckdb") as owner:
        owner.ingest(settings.bundles_dir)
    sql = "SELECT * FROM scores ORDER BY ALL"
    assert _rows(tmp_path / "anew.duckdb", sql) == _rows(settings.store_path, sql)


def test_a_published_version_cannot_come_back_changed(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 1)
    with pytest.raises(UsageError, match="a published version never changes"):
        rescore(settings, small_card(CARD.replace("pass_mark: 70", "pass_mark: 60")))


def test_backtest_counts_what_flips_and_writes_nothing(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 10)
    digest = hashlib.sha256(settings.store_path.read_bytes()).hexdigest()
    with Store.open_reader(settings.store_path) as reader:
        published = published_card(reader, "small")
    assert published.content_hash == small_card().content_hash
    found = backtest(settings, small_card(MORE), published)
    assert (found.calls, found.both_scored, found.up, found.down, found.same) == (10, 10, 4, 0, 6)
    [farewell] = [c for c in found.criteria if c.flipped]
    assert farewell.criterion_id == "closure.farewell"
    [flip] = farewell.flips
    assert (flip.published, flip.draft, flip.calls) == ("not_met", "met", 4)
    assert len(found.listen) == 4
    assert {item.quote for item in found.listen} == {"have a lovely day"}
    assert all(item.end_s > item.start_s > 25 for item in found.listen)
    assert sum(cell.calls for cell in found.cells) == 10
    assert sum(b.draft for b in found.bins) == sum(b.published for b in found.bins) == 10
    assert found.changes == (
        "list farewells › en: added “have a lovely day” (used by closure.farewell)",
    )
    assert hashlib.sha256(settings.store_path.read_bytes()).hexdigest() == digest
    shown = page(found)
    assert "have a lovely day" in shown
    assert "<svg" in shown
    assert any("draft" in line for line in histogram(found))


def test_backtest_names_agents_whose_pass_changes(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 10)
    lenient = MORE.replace("pass_mark: 70", "pass_mark: 0")
    found = backtest(settings, small_card(lenient), small_card())
    assert {a.agent_id for a in found.agents if a.change == "passes now"} == {"a0", "a1"}
    assert all(a.draft_passed == a.calls == 5 for a in found.agents)


def test_learning_proposes_what_people_hear_and_the_card_misses(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 10)
    card = load_scorecard(tmp_path / "small.yaml")
    lesson = learn_from_reviews(settings, card, "closure.farewell")
    found = lesson.learned
    assert (found.reviewed, found.missed, found.held_out) == (10, 4, 0)
    best = lesson.effects[0]
    assert best.proposal.phrase in "have a lovely day"
    assert len(best.proposal.caught) == 4
    assert best.proposal.spoiled == ()
    assert (best.before.pct, best.after.pct, best.after.kappa) == (60.0, 100.0, 1.0)
    spoken_by_others = {end for end, verdict in ENDS if verdict == "not_met"}
    assert not any(e.proposal.phrase in end for e in lesson.effects for end in spoken_by_others)


def test_nothing_is_learned_from_what_was_redacted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = (("cheerio [name] cheerio then", "met"), ("so that is all [name]", "not_met"))
    monkeypatch.setattr("tests.pipeline.standards.ENDS", ends)
    settings = fill_store(tmp_path, 8)
    lesson = learn_from_reviews(settings, small_card(), "closure.farewell")
    assert {e.proposal.phrase for e in lesson.effects} == {"cheerio then"}


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ("cheerio then mister henderson", ("henderson",)),
        ("cheerio my number is 07700 900123 cheerio then", ("zero", "nine", "seven")),
        ("cheerio zero one two cheerio then", ("zero", "two")),  # said again, without its number
    ],
)
def test_no_name_and_no_digits_are_learned_from_a_store_that_holds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, hidden: tuple[str, ...]
) -> None:
    ends = ((said, "met"), ("so that is all mister henderson", "not_met"))
    monkeypatch.setattr("tests.pipeline.standards.ENDS", ends)
    settings = fill_store(tmp_path, 8)
    lesson = learn_from_reviews(settings, small_card(), "closure.farewell")
    phrases = {effect.proposal.phrase for effect in lesson.effects}
    assert phrases
    assert not [phrase for phrase in phrases if any(word in phrase for word in hidden)]


def test_effects_are_measured_on_calls_held_out(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 60)
    lesson = learn_from_reviews(settings, small_card(), "closure.farewell")
    assert 0 < lesson.learned.held_out < 60
    assert len(lesson.learned.people) == lesson.learned.held_out
    assert lesson.effects[0].after.pct == 100.0


def test_an_accepted_phrase_makes_a_draft_and_leaves_the_card(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 10)
    file = tmp_path / "small.yaml"
    card = load_scorecard(file)
    lesson = learn_from_reviews(settings, card, "closure.farewell")
    best = lesson.effects[0].proposal
    draft = write_draft(settings, card, file, "closure.farewell", [best], None)
    assert draft.version == 2
    assert file.read_text(encoding="utf-8") == CARD
    text = Path(draft.file).read_text(encoding="utf-8")
    assert "# The standard of a small centre." in text
    assert "# what agents say last" in text
    assert load_scorecard(Path(draft.file)).lists["farewells"].en == ("goodbye", best.phrase)
    with pytest.raises(UsageError, match="is there already"):
        write_draft(settings, card, file, "closure.farewell", [best], None)


def test_phrases_of_a_check_itself_are_added_there(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 1)
    file = tmp_path / "small.yaml"
    card = load_scorecard(file)
    from qa_pipeline.scoring.learning import Proposal

    thanks = Proposal(
        phrase="much obliged",
        language="en",
        list_name=None,
        path=("check", "says"),
        said_in=1,
        caught=(),
        spoiled=(),
        verdicts=(),
    )
    draft = write_draft(settings, card, file, "closure.thanks", [thanks], tmp_path / "d.yaml")
    made = load_scorecard(Path(draft.file))
    [thanked] = [c for c in made.criteria() if c.id == "closure.thanks"]
    assert thanked.check is not None
    assert thanked.check.says is not None
    assert thanked.check.says.any is not None
    assert thanked.check.says.any.of("en") == ("thank you", "much obliged")


def _rows(store: Path, sql: str) -> list[tuple[object, ...]]:
    with Store.open_reader(store) as reader:
        return list(reader.query(sql).rows)


def test_processes_that_share_the_calls_find_the_same(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 4, reviewed=False)
    rescore(settings, small_card(MORE), workers=2)
    rescore(settings, small_card(MORE.replace("version: 2", "version: 3")), workers=1)
    columns = "call_id, criterion_id, verdict, reason, confidence, needs_review"
    shared, alone = (
        _rows(
            settings.store_path,
            f"SELECT {columns} FROM criterion_results WHERE version = {version} ORDER BY ALL",
        )
        for version in (2, 3)
    )
    assert shared == alone
    assert len(shared) == 12


def test_a_backtest_in_batches_counts_what_one_in_one_piece_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fill_store(tmp_path, 30)
    whole = backtest(settings, small_card(MORE), small_card())
    monkeypatch.setattr("qa_pipeline.pipeline.backtesting.BATCH_CALLS", 4)
    for workers in (1, 2):
        parts = backtest(settings, small_card(MORE), small_card(), workers=workers)
        assert parts == whole.model_copy(update={"made_at": parts.made_at})
    assert whole.calls == 30
    assert sum(c.flipped for c in whole.criteria) > 0


def test_a_backtest_tells_calls_that_only_a_person_can_decide(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 5, reviewed=False)
    never = "check: {never_says: {who: agent, any: [for calling], review: true}}"
    asked = f"points: 1\n        critical: card\n        {never}"
    draft = CARD.replace("version: 1", "version: 2").replace(
        "points: 5\n        check: {never_says: {who: agent, any: [your own fault]}}", asked
    )
    found = backtest(settings, small_card(draft), small_card())
    assert (found.published_passed, found.draft_passed) == (1, 0)
    assert (found.published_undecided, found.draft_undecided) == (0, 1)
    assert found.now_failed == 0
    assert "待定" in page(found, "zh")
