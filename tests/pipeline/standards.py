"""A store of many written calls, some of which people have judged."""

from pathlib import Path

from qa_pipeline.pipeline.reviewed import keep_scorecard
from qa_pipeline.records import Verdict
from qa_pipeline.scoring import Scorecard, parse_scorecard
from qa_pipeline.settings import Settings, read_settings
from qa_pipeline.store import Store, write_bundle
from tests.pipeline.scored_scripts import processed
from tests.store.review_helpers import add, said

CARD = """\
# The standard of a small centre.
scorecard: small
version: 1
pass_mark: 70
lists:
  farewells:
    en: [goodbye]  # what agents say last
sections:
  - id: closure
    weight: 1
    criteria:
      - id: closure.farewell
        ask: Says goodbye
        points: 5
        check: {says: {who: agent, last: 20s, list: farewells}}
      - id: closure.thanks
        ask: Thanks the customer
        points: 5
        check: {says: {who: agent, any: [thank you]}}
      - id: closure.never
        ask: Is never rude
        points: 5
        check: {never_says: {who: agent, any: [your own fault]}}
"""
ENDS: tuple[tuple[str, Verdict], ...] = (
    ("thank you for calling goodbye", "met"),
    ("thank you and have a lovely day", "met"),
    ("so have a lovely day", "met"),
    ("that is all then", "not_met"),
    ("the next one please", "not_met"),
)
"""What agents say last, and whether people call that a farewell."""


def small_card(text: str = CARD) -> Scorecard:
    """Return the card."""
    return parse_scorecard(text)


def fill_store(folder: Path, calls: int, *, reviewed: bool = True) -> Settings:
    """Make a store of ``calls`` calls, the verdicts of two agents in turn, and of people."""
    (folder / "small.yaml").write_text(CARD, encoding="utf-8")
    settings = read_settings(data_dir=folder, scorecard=str(folder / "small.yaml"))
    card = small_card()
    for number in range(calls):
        end, _ = ENDS[number % len(ENDS)]
        script = (
            f"[agent_id=a{number % 2}]\nA: good morning number {number}\nC: my line is slow\n"
            f"[silence 25s]\nA: {end}"
        )
        name = f"call-{number:03d}"
        write_bundle(processed(name, script, card), settings.bundles_dir, name)
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)
        keep_scorecard(owner, card)
        if reviewed:
            verdicts = [
                said(f"call-{number:03d}", "closure.farewell", ENDS[number % len(ENDS)][1])
                for number in range(calls)
            ]
            assert add(owner, *verdicts) == []
    return settings
