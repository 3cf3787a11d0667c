"""Rescoring: stored conversations judged by a card as it is now. Nothing is heard again.

Every result that there is stays: results by other versions of the card as they are, a result by
the same version among the earlier ones. The new results lie in files beside the bundles before
the store takes them in, so a store that is made anew has them too. They come to count all
together, with the card that judged: what is broken off leaves nothing.
"""

import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline.errors import StoreHeldError, UsageError
from qa_pipeline.pipeline.left_out import people_left_out
from qa_pipeline.pipeline.published import overruled_by, refuse_changed
from qa_pipeline.pipeline.reviewed import Cards, refresh_reviewed, to_be_kept
from qa_pipeline.pipeline.standing import Standing, StandingJudge, judges_of, standing_verdicts
from qa_pipeline.pipeline.stored import BATCH_CALLS, READER_MIB, over_batches
from qa_pipeline.progress import Progress, Silent
from qa_pipeline.records.base import Record
from qa_pipeline.scoring import Scorecard
from qa_pipeline.settings import Settings
from qa_pipeline.store import (
    CallBatch,
    Gathering,
    LeftOut,
    Store,
    StoreReader,
    gathered_scores,
    write_scores,
)


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
    taken: int
    """Verdicts that stand since the criterion asks the same, and were not reached again."""
    verdicts: int
    """All verdicts."""
    outdated: int
    """Calls that were processed anew while they were judged: these results are of the conversation
    before and do not count, so the calls are to be judged again."""
    newer_version: int | None
    """A later version of the card, by which calls count; ``None``: there is none."""
    people_left_out: tuple[LeftOut, ...]
    """What people said that counted before and does not for this version: it asks something
    else."""
    seconds: float
    seconds_of: dict[str, float]
    """Of finding the calls (``plan``), judging them and writing files (``judge``), and taking the
    files into the store (``store``)."""
    store: str


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
    settings: Settings,
    card: Scorecard,
    *,
    progress: Progress | None = None,
    workers: int | None = None,
    anew: bool = False,
) -> RescoreSummary:
    """Judge every stored call by ``card`` and take the results into the store.

    Verdicts of before are taken as they are where they stand (``standing``); ``anew``: none are.
    ``workers``: processes that share the calls; default one for each core, or this one for few
    calls.

    Raises:
        UsageError: the card's version has judged calls with another content: a published
            version never changes.
        StoreError: the store cannot be read, or results cannot be written.
        StoreHeldError: another process holds the store; the files of results stay, and the next
            ``store ingest`` takes them in.
    """
    began = time.monotonic()
    _take_in_what_waits(settings)
    at = datetime.now(UTC)
    with Store.open_reader(settings.store_path, READER_MIB) as reader:
        refuse_changed(reader, card)
        had = _scored_calls(reader, card)
        left_out = people_left_out(reader, card)
        standing = () if anew else standing_verdicts(reader, judges_of([card], settings))
        batches = reader.plan_batches(BATCH_CALLS, judged=[item.by for item in standing])
        calls = sum(len(batch.call_ids) for batch in batches)
        planned = time.monotonic()
        key = f"{card.content_hash} {at.isoformat()}"
        with gathered_scores(settings.bundles_dir, key, at, to_be_kept(card)) as place:
            job = _Job(settings, card.packed(), at, standing, reader.file, place)
            # while this reader is open nobody writes: rows stay where they were planned
            parts = _judge_all(job, batches, workers, progress or Silent())
    judged = time.monotonic()
    outdated = _take_in(settings, card)
    with Store.open_reader(settings.store_path, READER_MIB) as reader:
        newer = overruled_by(reader, card)
    return RescoreSummary(
        scorecard=card.scorecard,
        version=card.version,
        calls=calls,
        files=tuple(str(part.path) for part in parts),
        replaced=had,
        first_results=calls - had,
        taken=sum(part.taken for part in parts),
        verdicts=calls * len(card.criteria()),
        outdated=outdated,
        newer_version=newer,
        people_left_out=left_out,
        seconds=round(time.monotonic() - began, 3),
        seconds_of={
            "plan": round(planned - began, 3),
            "judge": round(judged - planned, 3),
            "store": round(time.monotonic() - judged, 3),
        },
        store=str(settings.store_path),
    )


@dataclass(frozen=True)
class _Job:
    """What a process needs to judge batches."""

    settings: Settings
    card: tuple[str, str]
    """Packed."""
    at: datetime
    standing: tuple[Standing, ...]
    planned_in: tuple[int, int]
    place: Gathering

    def begin(self) -> "_Judging":
        return _Judging(self)


@dataclass(frozen=True)
class _Part:
    """What came of a batch."""

    path: Path
    taken: int


class _Judging:
    """Judges batches, one after the other; the store stays open to read meanwhile."""

    def __init__(self, job: _Job) -> None:
        self._card = Scorecard.unpacked(*job.card)
        self._settings, self._at, self._place = job.settings, job.at, job.place
        self._reader = Store.open_reader(job.settings.store_path, READER_MIB)
        judges = judges_of([self._card], job.settings)
        self._judge = StandingJudge(
            self._reader, judges, job.standing, job.settings.judge, job.planned_in
        )

    def close(self) -> None:
        self._reader.close()

    def work(self, batch: CallBatch, number: int) -> _Part:
        """Judge a batch and write its scores."""
        judged = self._judge.judge(batch)
        scored = [one for item in judged for one in item.scored]
        key = f"{self._card.content_hash} {self._at.isoformat()} {number}"
        processed_at = {item.head.call_id: item.head.processed_at for item in judged}
        folder = self._settings.bundles_dir
        path = write_scores(scored, folder, key, self._at, processed_at, self._place)
        return _Part(path, sum(item.taken for item in judged))


def _judge_all(
    job: _Job, batches: Sequence[CallBatch], workers: int | None, progress: Progress
) -> list[_Part]:
    progress.begin(sum(len(batch.call_ids) for batch in batches))
    parts = []
    with closing(over_batches(job, batches, workers)) as judged:  # nobody writes any more then
        for part, batch in zip(judged, batches, strict=True):
            parts.append(part)
            progress.done(len(batch.call_ids), 0.0)
    return parts


def _take_in(settings: Settings, card: Scorecard) -> int:
    """Take the results into the store, and with them the card that they are by.

    Returns how many calls have no result by the card of the conversation that is stored now.
    """
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)
        refresh_reviewed(owner)
        owner.publish_snapshot()
        rows = owner.query(
            "SELECT count(*) FROM calls c JOIN scores s USING (call_id) WHERE s.scorecard = ? "
            "AND s.version = ? AND s.call_processed_at <> c.processed_at",
            [card.scorecard, card.version],
        ).rows
        return int(rows[0][0])


def _take_in_what_waits(settings: Settings) -> None:
    """Take bundles in that a killed run left: a call is judged as it was processed last.

    Taken in afterwards, they leave results of the conversation before, which do not count. A store
    that another process holds is read as it is.
    """
    if not settings.store_path.exists():
        return  # which the reader says
    with suppress(StoreHeldError), Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)


def _scored_calls(reader: StoreReader, card: Scorecard) -> int:
    """Return how many calls the card's version has judged before."""
    rows = reader.query(
        "SELECT count(*) FROM scores WHERE scorecard = ? AND version = ?",
        [card.scorecard, card.version],
    ).rows
    return int(rows[0][0])
