"""A run from its opening to its end: what to do, with what, and what it came to."""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline.audio import CallSource, discover
from qa_pipeline.errors import StoreError, StoreHeldError, UsageError
from qa_pipeline.pipeline.processing import BatchOutcome, Processing
from qa_pipeline.pipeline.published import overruled_by, refuse_run
from qa_pipeline.pipeline.reviewed import keep_scorecard, refresh_reviewed
from qa_pipeline.pipeline.tally import CardScores, by_card
from qa_pipeline.records import AgentHabit, Failure
from qa_pipeline.records.base import Record
from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring import Scorecard, find_scorecards, load_scorecard
from qa_pipeline.settings import Settings
from qa_pipeline.store import IngestSummary, KnownCalls, Store
from qa_pipeline.store import Run as StoredRun

_WAIT_FOR_STORE_S = 10.0
_NOTHING_LOST = (
    "Nothing is lost: what was processed lies in the bundles folder and is taken in then."
)


class RunSummary(Record):
    """What a run came to, for people and for ``--json``."""

    run_id: str
    found: int
    processed: int
    skipped: int
    removed: int
    """Calls that were passed over since they were removed for good."""
    failures: tuple[Failure, ...]
    trust: dict[str, int]
    """Calls of this run by trust level."""
    scores: tuple[CardScores, ...]
    """What each card made of those that were understood well enough."""
    newer_versions: dict[str, int]
    """By card of which calls count by a later version than that of this run: that version."""
    audio_s: float
    seconds: float
    store: str
    ingest: IngestSummary


class OpenRun(Processing):
    """A run that is under way: its calls, models, scorecards and where results go.

    Opening it finds everything that is wrong beforehand: paths, profile, models, scorecards and
    the store. From then on only single calls fail.

    Raises ``UsageError`` for a card whose version has judged calls with another content.
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        settings: Settings,
        scorecards: Sequence[Scorecard],
        metadata: Path | Sequence[Path] | None = None,
    ) -> None:
        self.started_at = datetime.now(UTC)
        self.sources = discover(
            paths,
            metadata=metadata,
            name_pattern=settings.file_name_pattern,
            zone=settings.zone,
        )
        super().__init__(
            f"run-{self.started_at:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}",
            settings,
            tuple(scorecards),
            habits={},
            known={},
            accepted={},
        )
        self._paths = tuple(str(path) for path in paths)
        self.habits, self.known, self.removed = self._begin()

    def batches(self) -> Iterator[list[CallSource]]:
        """Yield the calls in batches of the configured size."""
        size = self.settings.batch_calls
        for start in range(0, len(self.sources), size):
            yield self.sources[start : start + size]

    def finish(self, outcomes: Sequence[BatchOutcome]) -> RunSummary:
        """Let the store take in the bundles, publish its snapshot, and sum up.

        Raises ``StoreHeldError`` when another process keeps the store, ``StoreError`` when it
        cannot be written; the bundles stay, and the next run takes them in.
        """
        processed = sum(len(outcome.processed) for outcome in outcomes)
        skipped = sum(len(outcome.skipped) for outcome in outcomes)
        removed = sum(len(outcome.removed) for outcome in outcomes)
        failures = tuple(failure for outcome in outcomes for failure in outcome.failures)
        try:
            ingest, newer = self._take_in(
                self._row("done", processed, skipped, len(failures), removed),
                dict(call for outcome in outcomes for call in outcome.moved),
            )
        except (StoreError, StoreHeldError) as error:
            raise type(error)(f"{error} {_NOTHING_LOST}") from error
        return RunSummary(
            run_id=self.run_id,
            found=len(self.sources),
            processed=processed,
            skipped=skipped,
            removed=removed,
            failures=failures,
            trust=dict(Counter(level for outcome in outcomes for level in outcome.trust)),
            scores=by_card(score for outcome in outcomes for score in outcome.scores),
            newer_versions=newer,
            audio_s=sum(outcome.audio_s for outcome in outcomes),
            seconds=(datetime.now(UTC) - self.started_at).total_seconds(),
            store=str(self.settings.store_path),
            ingest=ingest,
        )

    def _take_in(
        self, row: StoredRun, moved: Mapping[str, str]
    ) -> tuple[IngestSummary, dict[str, int]]:
        """Let the store take in the bundles, and write down how the run ended.

        Returns what that came to, and later versions of the cards, by which calls count.
        """
        with Store.open_owner(self.settings.store_path, _WAIT_FOR_STORE_S) as owner:
            ingest = owner.ingest(self.settings.bundles_dir)
            owner.move_calls(moved)
            refresh_reviewed(owner)
            owner.record_run(row)
            owner.publish_snapshot()
            found = {card.scorecard: overruled_by(owner, card) for card in self.scorecards}
        return ingest, {name: version for name, version in found.items() if version is not None}

    def _begin(self) -> tuple[dict[str, AgentHabit], KnownCalls, frozenset[str]]:
        """Write the run down; return how agents usually speak, by id, and what is known of calls.

        Last comes what calls that were removed for good are known by.
        Bundles that a killed run left are taken in first: their cards have judged calls.
        """
        with Store.open_owner(self.settings.store_path, _WAIT_FOR_STORE_S) as owner:
            owner.ingest(self.settings.bundles_dir)
            for card in self.scorecards:
                refuse_run(owner, card)
            for card in self.scorecards:  # now: what a killed run leaves is judged by it too
                keep_scorecard(owner, card)
            owner.record_run(self._row("running", processed=0, skipped=0, failed=0))
            return owner.agent_habits(), owner.known_calls(), owner.removed_names()

    def _row(
        self, status: str, processed: int, skipped: int, failed: int, removed: int = 0
    ) -> StoredRun:
        return StoredRun.model_validate(
            {
                "run_id": self.run_id,
                "started_at": self.started_at,
                "finished_at": None if status == "running" else datetime.now(UTC),
                "profile": self.versions.profile,
                "scorecard": ",".join(card.scorecard for card in self.scorecards),
                "paths": self._paths,
                "processed": processed,
                "skipped": skipped,
                "failed": failed,
                "removed": removed,
                "status": status,
            }
        )


def find_scorecard(name: str) -> Scorecard:
    """Load a scorecard by the path of its file or by its name in ``scorecards/``.

    Raises ``ScorecardError`` for a card that cannot be used, ``UsageError`` for an unknown name.
    """
    return load_scorecard(scorecard_file(name))


def scorecard_file(name: str) -> Path:
    """Return the file of a scorecard, given as a path or by its name in ``scorecards/``.

    Raises ``UsageError`` for an unknown name.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return path
    folder = resource_folder("scorecards")
    known = {card.stem: card for card in find_scorecards(folder)}
    if name not in known:
        raise UsageError(
            f"there is no scorecard {name!r}; known are: {', '.join(known) or 'none'}; "
            "or give the path of a YAML file"
        )
    return known[name]
