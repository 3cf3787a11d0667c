"""What a person accepts from ``scorecards learn`` comes to stand where it was measured."""

from pathlib import Path

import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.pipeline.learning import learn_from_reviews, write_draft
from qa_pipeline.pipeline.rescoring import rescore
from qa_pipeline.records import Verdict
from qa_pipeline.scoring import Scorecard, load_scorecard
from qa_pipeline.scoring.learning import Proposal
from qa_pipeline.scoring.phrase_places import Place
from qa_pipeline.settings import Settings
from qa_pipeline.store import Store
from tests.pipeline.standards import CARD, ENDS, fill_store
from tests.store.review_helpers import add, said

PHRASE = "have a lovely day"
THANKS = "{says: {who: agent, any: [thank you]}}"
TWO = (
    "{all: [{says: {who: agent, first: 20s, any: [good morning]}}, "
    "{says: {who: agent, last: 20s, any: [thank you]}}]}"
)


def draft_of(
    folder: Path,
    text: str,
    criterion_id: str = "closure.farewell",
    list_name: str | None = "farewells",
    path: Place = ("check", "says"),
) -> Scorecard:
    """Return the draft of a card in which a phrase was accepted."""
    settings = fill_store(folder, 1, reviewed=False)
    file = folder / "card.yaml"
    file.write_text(text, encoding="utf-8")
    accepted = Proposal(
        phrase=PHRASE,
        language="en",
        list_name=list_name,
        path=path,
        said_in=2,
        caught=(),
        spoiled=(),
        verdicts=(),
    )
    card = load_scorecard(file)
    draft = write_draft(settings, card, file, criterion_id, [accepted], folder / "draft.yaml")
    return load_scorecard(draft.file)


def reviewed_store(folder: Path, card: str, criterion_id: str, *met: int) -> Settings:
    """Make a store judged by a card, in which people call these endings of calls ``met``."""
    settings = fill_store(folder, 20, reviewed=False)
    (folder / "card.yaml").write_text(card.replace("version: 1", "version: 2"), encoding="utf-8")
    rescore(settings, load_scorecard(folder / "card.yaml"))
    with Store.open_owner(settings.store_path) as owner:
        for number in range(20):
            verdict: Verdict = "met" if number % len(ENDS) in met else "not_met"
            assert add(owner, said(f"call-{number:03d}", criterion_id, verdict)) == []
    return settings


def test_a_phrase_for_the_second_of_two_checks_is_added_to_the_second(tmp_path: Path) -> None:
    settings = reviewed_store(tmp_path, CARD.replace(THANKS, TWO), "closure.thanks", 0, 1, 2)
    file = tmp_path / "card.yaml"
    card = load_scorecard(file)
    best = learn_from_reviews(settings, card, "closure.thanks").effects[0].proposal
    assert best.path == ("check", "all", 1, "says")
    draft = write_draft(settings, card, file, "closure.thanks", [best], tmp_path / "d.yaml")
    made = load_scorecard(draft.file)
    [thanks] = [c for c in made.criteria() if c.id == "closure.thanks"]
    assert thanks.check is not None
    parts = [part.says for part in thanks.check.all_of or ()]
    phrases = [part.any.of("en") for part in parts if part is not None and part.any is not None]
    assert phrases == [("good morning",), ("thank you", best.phrase)]
    learned = learn_from_reviews(settings, made, "closure.thanks").learned
    assert dict(learned.now) == dict(best.verdicts)


def test_a_list_that_only_looks_the_same_stays_as_it_is(tmp_path: Path) -> None:
    twin = "    en: &same [goodbye]\n  others:\n    en: *same"
    made = draft_of(tmp_path, CARD.replace("    en: [goodbye]  # what agents say last", twin))
    assert made.lists["farewells"].en == ("goodbye", PHRASE)
    assert made.lists["others"].en == ("goodbye",)


def test_a_check_that_only_looks_the_same_stays_as_it_is(tmp_path: Path) -> None:
    twins = CARD.replace(THANKS, f"&same {THANKS}") + (
        "      - {id: closure.again, ask: Thanks again, points: 5, check: *same}\n"
    )
    made = draft_of(tmp_path, twins, "closure.thanks", None)
    phrases = {
        c.id: c.check.says.any.of("en")
        for c in made.criteria()
        if c.check is not None and c.check.says is not None and c.check.says.any is not None
    }
    assert phrases["closure.thanks"] == ("thank you", PHRASE)
    assert phrases["closure.again"] == ("thank you",)


EXTENDING = """\
scorecard: small
version: 3
extends: base
sections:
  - id: closure
    criteria:
      - {id: closure.thanks, points: 8}
"""


def test_a_check_in_another_file_is_said_to_be_there(tmp_path: Path) -> None:
    base = CARD.replace("scorecard: small", "scorecard: base")
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    with pytest.raises(UsageError, match=r"closure\.thanks stands in another file"):
        draft_of(tmp_path, EXTENDING, "closure.thanks", None)
    assert not (tmp_path / "draft.yaml").exists()


@pytest.mark.parametrize("added", ["{en: see you soon}", "see you soon", "{en: [see you soon]}"])
def test_phrases_are_added_to_those_that_are_added_already(tmp_path: Path, added: str) -> None:
    base = CARD.replace("scorecard: small", "scorecard: base")
    (tmp_path / "base.yaml").write_text(base, encoding="utf-8")
    made = draft_of(tmp_path, EXTENDING + f"add_phrases:\n  farewells: {added}\n")
    phrases = {phrase for texts in made.lists["farewells"].values() for phrase in texts}
    assert phrases == {"goodbye", "see you soon", PHRASE}
