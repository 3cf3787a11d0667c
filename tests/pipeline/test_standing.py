"""What a new version of a card asks as before is not judged again, and comes out the same."""

from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.rescoring import card_of, fill
from qa_pipeline.errors import StoreError
from qa_pipeline.language.meaning import Meanings
from qa_pipeline.pipeline.backtesting import backtest
from qa_pipeline.pipeline.rescoring import RescoreSummary, rescore
from qa_pipeline.pipeline.reviewed import keep_scorecard
from qa_pipeline.pipeline.standing import StandingJudge
from qa_pipeline.privacy import redact_call
from qa_pipeline.scoring import Judge, Scorecard, load_scorecard
from qa_pipeline.scoring.card_tests import conversation_of
from qa_pipeline.settings import Settings, read_settings
from qa_pipeline.store import Store, write_bundle
from tests.pipeline.scored_scripts import processed
from tests.pipeline.standards import CARD, fill_store, small_card

CARDS = Path(__file__).parents[2] / "scorecards"
MORE = CARD.replace("[goodbye]", "[goodbye, have a lovely day]").replace("version: 1", "version: 2")
WORTH = (
    CARD.replace("version: 1", "version: 2")
    .replace("points: 5", "points: 7")
    .replace("ask: Thanks the customer", "ask: Says thank you\n        critical: card")
    .replace("id: closure.never", "id: manners.never")
    .replace("pass_mark: 70", "pass_mark: 60")
)
"""Other points, names, ids and weights: the same questions."""


def test_only_what_changed_is_judged_again(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 10)
    found = rescore(settings, small_card(MORE))
    assert (found.verdicts, found.taken) == (30, 20)
    _is_as_judged_anew(settings, small_card(MORE))


def test_what_a_criterion_is_worth_and_called_needs_no_judging(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 10)
    found = rescore(settings, small_card(WORTH))
    assert (found.verdicts, found.taken) == (30, 30)
    _is_as_judged_anew(settings, small_card(WORTH))


def test_calls_of_every_kind_come_out_as_judged_anew(tmp_path: Path) -> None:
    fill(tmp_path, 24)
    settings = read_settings(data_dir=tmp_path)
    card = card_of()
    assert rescore(settings, card).taken == 0
    draft = _changed(card, ("greeting.salutation", "closure.farewell"))
    found = rescore(settings, draft)
    assert 0 < found.verdicts - found.taken < found.verdicts / 4
    _is_as_judged_anew(settings, draft)
    one, two = (
        backtest(settings, draft, card, anew=anew).model_dump(exclude={"made_at", "source"})
        for anew in (False, True)
    )
    assert one == two


@pytest.mark.parametrize("name", ["inbound-service", "complaint", "follow-up"])
def test_the_conversations_of_a_card_come_out_as_judged_anew(tmp_path: Path, name: str) -> None:
    card = load_scorecard(CARDS / f"{name}.yaml")
    settings = read_settings(data_dir=tmp_path)
    for number, test in enumerate(card.tests):
        trust = ("", "[trust review]\n", "[trust reject]\n")[number % 3]
        call = processed(f"{number:03d}", trust + conversation_of(test, card), card)
        write_bundle(call, settings.bundles_dir, call.recording.call_id)
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)
        keep_scorecard(owner, card)
    changed = tuple(criterion.id for criterion in card.criteria() if criterion.check)[::4]
    draft = _changed(card, changed)
    found = rescore(settings, draft)
    assert found.taken == found.verdicts - found.calls * len(changed)
    _is_as_judged_anew(settings, draft)


def test_a_call_that_was_processed_since_is_judged_again(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 4)
    card = small_card(CARD.replace("scorecard: small", "scorecard: other"))
    later = processed("call-001", "A: your own fault\nC: my line is slow", card)
    at = later.processed_at + timedelta(hours=1)
    write_bundle(later.model_copy(update={"processed_at": at}), settings.bundles_dir, "later")
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)
    assert rescore(settings, small_card(WORTH)).taken == 9
    _is_as_judged_anew(settings, small_card(WORTH))


def test_verdicts_of_other_code_do_not_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fill_store(tmp_path, 2)
    with monkeypatch.context() as patch:
        patch.setattr("qa_pipeline.scoring.fingerprints.code_digest", lambda: "another")
        assert rescore(settings, small_card(WORTH)).taken == 0
    newer = small_card(WORTH.replace("version: 2", "version: 3"))
    assert rescore(settings, newer).taken == 6


def test_what_was_compared_by_meaning_stands_while_the_models_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fill_store(tmp_path, 2)
    text = CARD.replace("list: farewells", "meaning: [have a nice day]")
    second, third = (
        small_card(text.replace("version: 1", f"version: {n}").replace("points: 5", f"points: {n}"))
        for n in (2, 3)
    )
    assert rescore(settings, second).taken == 4
    assert rescore(settings, third).taken == 6
    _is_as_judged_anew(settings, third)
    monkeypatch.setattr(Meanings, "versions", lambda _: {"another": "1"})
    fourth = small_card(text.replace("version: 1", "version: 4"))
    assert rescore(settings, fourth).taken == 4


def test_batches_of_a_store_that_was_written_to_since_are_refused(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 2)
    with Store.open_reader(settings.store_path) as reader:
        planned_in, batches = reader.file, reader.plan_batches(10)
    later = processed("later", "A: goodbye", small_card())
    write_bundle(later, settings.bundles_dir, "later")
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)
    with Store.open_reader(settings.store_path) as reader:
        judge = StandingJudge(reader, [Judge(small_card())], (), settings.judge, planned_in)
        with pytest.raises(StoreError, match=r"written to .* run it again"):
            judge.judge(batches[0])


PHONE = """\
scorecard: small
version: {version}
pass_mark: 70
sections:
  - id: care
    weight: 1
    criteria:
      - id: care.number
        ask: Reads the number back
        points: 5
        check: {{says: {{who: agent, regex: '{regex}'}}}}
      - id: care.thanks
        ask: Thanks the customer
        points: {points}
        check: {{says: {{who: agent, any: [thank you]}}}}
"""


def test_words_taken_out_of_the_store_flip_no_verdict(tmp_path: Path) -> None:
    settings = read_settings(data_dir=tmp_path)
    card = small_card(PHONE.format(version=1, regex="13800138000", points=5))
    script = "A: your number is 13800138000 thank you\nC: yes that is right"
    call = processed("call", script, card)
    assert call.scored[0].passed
    write_bundle(redact_call(call, ("phone",)), settings.bundles_dir, "call")
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)
        keep_scorecard(owner, card)
    draft = small_card(PHONE.format(version=2, regex="1380013800[0-9]", points=5))
    assert not [c for c in backtest(settings, draft, card).criteria if c.flipped]
    worth = small_card(PHONE.format(version=3, regex="13800138000", points=9))
    assert rescore(settings, worth).taken == 2
    with Store.open_reader(settings.store_path) as reader:
        assert reader.query("SELECT verdict FROM criterion_results WHERE version = 3").rows == (
            ("met",),
            ("met",),
        )


def _changed(card: Scorecard, criteria: tuple[str, ...]) -> Scorecard:
    """Return the next version of a card, in which some criteria ask for the opposite."""
    content = card.model_dump(mode="json", by_alias=True, exclude_unset=True)
    changed = 0
    for section in content["sections"]:
        for criterion in section["criteria"]:
            if criterion["id"] in criteria:
                criterion["check"] = {"not": criterion["check"]}
                changed += 1
    assert changed == len(criteria)
    draft = Scorecard.model_validate({**content, "version": card.version + 1})
    return draft.model_copy(update={"content_hash": "draft"})


def _is_as_judged_anew(settings: Settings, card: Scorecard) -> None:
    before = _results(settings, card)
    again: RescoreSummary = rescore(settings, card, anew=True)
    assert again.taken == 0
    assert len(before["scores"]) == again.calls
    assert _results(settings, card) == before


def _results(settings: Settings, card: Scorecard) -> dict[str, list[tuple[object, ...]]]:
    tables = ("scores", "section_scores", "criterion_results", "evidence")
    with Store.open_reader(settings.store_path) as reader:
        return {
            table: list(
                reader.query(
                    f"SELECT * {'EXCLUDE scored_at' if table == 'scores' else ''} FROM {table} "
                    "WHERE scorecard = ? AND version = ? ORDER BY ALL",
                    [card.scorecard, card.version],
                ).rows
            )
            for table in tables
        }
