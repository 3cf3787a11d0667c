"""Rescoring: stored conversations judged by a card as it is now. Nothing is heard again.

Every result that there is stays: results by other versions of the card as they are, a result by
the same version among the earlier ones. The new results lie in files beside the bundles before
the store takes them in, so a store that is made anew has them too.
"""

import time
from datetime import UTC, datetime

from qa_pipeline.errors import UsageError
from qa_pipeline.language.meaning import Meanings
from qa_pipeline.model_registry import load_profile
from qa_pipeline.pipeline.meaning import meanings_of
from qa_pipeline.pipeline.reviewed import Cards, keep_scorecard, refresh_reviewed
from qa_pipeline.progress import Progress, Silent
from qa_pipeline.records.base import Record
from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring import Scorecard, asks_by_meaning, score_call
from qa_pipeline.settings import Settings
from qa_pipeline.store import Store, StoreReader, write_scores

BATCH_CALLS = 250
"""Calls that are read, judged and written together: what memory holds at a time."""


class RescoreSummary(Record):
    """What rescoring did."""

    scorecard: str
    version: int
    calls: int
    """Calls that were judged anew."""
    files: tuple[str, ...]
    """Where the new results lie until the store takes them in, and after."""
    replaced: int
    """Calls that had a result by this version, which is kept among the earlier ones."""
    first_results: int
    """Calls that had none by this version."""
    seconds: float
    store: str


def meanings_for(card: Scorecard, settings: Settings) -> Meanings | None:
    """Return what compares meanings, where the card asks for it."""
    if not asks_by_meaning(card):
        return None
    return meanings_of(load_profile(settings.profile, resource_folder("models")))


def published_card(reader: StoreReader, name: str) -> Scorecard:
    """Return the card of that name whose scores count now in the store.

    Raises:
        UsageError: no stored call was scored by it, or its content is not at hand any more.
    """
    rows = reader.query(
        "SELECT scorecard_hash, version FROM current_scores WHERE scorecard = ? "
        "GROUP BY ALL ORDER BY version DESC, count(*) DESC LIMIT 1",
        [name],
    ).rows
    if not rows:
        raise UsageError(
            f"no stored call was scored by {name!r}: say with --against which card the draft is "
            "to be compared with"
        )
    card = Cards(reader).with_hash(str(rows[0][0]))
    if card is None:
        raise UsageError(
            f"{name} version {rows[0][1]} as it scored the stored calls is not at hand: give its "
            "file with --against"
        )
    return card


def rescore(
    settings: Settings, card: Scorecard, *, progress: Progress | None = None
) -> RescoreSummary:
    """Judge every stored call by ``card`` and take the results into the store.

    Raises:
        UsageError: the card's version has judged calls with another content: a published
            version never changes.
        StoreError: the store cannot be read, or results cannot be written.
        StoreHeldError: another process holds the store; files of results that were written
            stay, and the next ``store ingest`` takes them in.
    """
    began = time.monotonic()
    progress = progress or Silent()
    at = datetime.now(UTC)
    with Store.open_reader(settings.store_path) as reader:
        _refuse_changed(reader, card)
        had = _scored_calls(reader, card)
        batches = reader.plan_batches(BATCH_CALLS)
        calls = sum(len(batch.call_ids) for batch in batches)
        progress.begin(calls)
        meanings = meanings_for(card, settings)
        files = []
        for number, batch in enumerate(batches):
            scored = [
                score_call(card, c.conversation, c.measures, c.metadata, meanings)
                for c in reader.read_batch(batch)
            ]
            key = f"{card.content_hash} {at.isoformat()} {number}"
            files.append(write_scores(scored, settings.bundles_dir, key, at))
            progress.done(len(scored), 0.0)
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)
        keep_scorecard(owner, card)
        refresh_reviewed(owner)
        owner.publish_snapshot()
    return RescoreSummary(
        scorecard=card.scorecard,
        version=card.version,
        calls=calls,
        files=tuple(str(path) for path in files),
        replaced=had,
        first_results=calls - had,
        seconds=round(time.monotonic() - began, 3),
        store=str(settings.store_path),
    )


def _refuse_changed(reader: StoreReader, card: Scorecard) -> None:
    """Refuse a card that changed without a new version."""
    rows = reader.query(
        "SELECT DISTINCT scorecard_hash FROM scores WHERE scorecard = ? AND version = ?",
        [card.scorecard, card.version],
    ).rows
    others = [str(row[0]) for row in rows if row[0] != card.content_hash]
    if others:
        raise UsageError(
            f"{card.scorecard} version {card.version} has judged calls with another content "
            f"(hash {others[0][:12]}, this file is {card.content_hash[:12]}): a published version "
            "never changes. Give the changed card a version number of its own, then rescore"
        )


def _scored_calls(reader: StoreReader, card: Scorecard) -> int:
    """Return how many calls the card's version has judged before."""
    rows = reader.query(
        "SELECT count(*) FROM scores WHERE scorecard = ? AND version = ?",
        [card.scorecard, card.version],
    ).rows
    return int(rows[0][0])
