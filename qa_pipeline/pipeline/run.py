"""A run from its opening to its end: what to do, with what, and what it came to."""

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline import __version__
from qa_pipeline.audio import CallSource, discover
from qa_pipeline.errors import CallError, UsageError
from qa_pipeline.model_registry import PURPOSES, identity, load_profile, local_folder
from qa_pipeline.pipeline.opening import OpenedCall
from qa_pipeline.pipeline.parts import Parts
from qa_pipeline.privacy import redact_call
from qa_pipeline.records import AgentHabit, CallMetadata, Failure, ProcessedCall, Versions
from qa_pipeline.records.base import Record
from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring import Scorecard, find_scorecards, load_scorecard
from qa_pipeline.settings import Settings
from qa_pipeline.store import (
    IngestSummary,
    Store,
    find_bundle,
    write_bundle,
    write_failure,
)
from qa_pipeline.store import Run as StoredRun

_WAIT_FOR_STORE_S = 10.0


class RunSummary(Record):
    """What a run came to, for people and for ``--json``."""

    run_id: str
    found: int
    processed: int
    skipped: int
    failures: tuple[Failure, ...]
    trust: dict[str, int]
    """Calls of this run by trust level."""
    audio_s: float
    seconds: float
    store: str
    ingest: IngestSummary


@dataclass(frozen=True)
class BatchOutcome:
    """What became of the calls of one batch."""

    processed: tuple[str, ...] = ()
    """Ids of the calls that were processed now."""
    skipped: tuple[str, ...] = ()
    """Ids of the calls that had been processed in just this way before."""
    failures: tuple[Failure, ...] = ()
    audio_s: float = 0.0
    """Seconds of sound processed now."""


class OpenRun:
    """A run that is under way: its calls, models, scorecards and where results go.

    Opening it finds everything that is wrong beforehand: paths, profile, models, scorecards and
    the store. From then on only single calls fail.
    """

    def __init__(
        self,
        paths: Sequence[str | Path],
        settings: Settings,
        scorecards: Sequence[Scorecard],
        metadata: Path | None = None,
    ) -> None:
        self.run_id = f"run-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        self.started_at = datetime.now(UTC)
        self.settings = settings
        self.scorecards = tuple(scorecards)
        self.sources = discover(paths, metadata=metadata, name_pattern=settings.file_name_pattern)
        profile = load_profile(settings.profile, resource_folder("models"))
        for purpose in PURPOSES:
            local_folder(profile, purpose)
        self.parts = Parts(profile, settings, _brands(self.scorecards))
        self.versions = Versions(
            qa_pipeline=__version__,
            profile=profile.name,
            models={purpose: identity(profile, purpose) for purpose in PURPOSES},
        )
        self.trust: Counter[str] = Counter()
        self._paths = tuple(str(path) for path in paths)
        self._accepted: dict[str, tuple[str, str]] = {}
        self.habits = self._begin()

    def batches(self) -> Iterator[list[CallSource]]:
        """Yield the calls in batches of the configured size."""
        size = self.settings.batch_calls
        for start in range(0, len(self.sources), size):
            yield self.sources[start : start + size]

    def key_of(self, digest: str, metadata: CallMetadata) -> str:
        """Return the key of a call's result: equal keys mean that nothing would change.

        The agents' habits are left out on purpose: they move with every night, and a call is
        compared with what was usual when it was processed.
        """
        depends_on = {
            "digest": digest,
            "metadata": metadata.model_dump(mode="json"),
            "versions": self.versions.model_dump(mode="json"),
            "scorecards": sorted(
                f"{c.scorecard}:{c.version}:{c.content_hash}" for c in self.scorecards
            ),
            "languages": self.settings.languages,
            "speakers": self.settings.speakers,
            "known_voices": self.settings.known_voices,
            "redaction": sorted(self.settings.redaction.stored_text),
            "writing": (
                self.settings.vocabulary,
                self.settings.mandarin,
                self.settings.punctuation,
            ),
            "trust": self.parts.thresholds.model_dump(mode="json"),
        }
        return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()

    def accept(self, call: OpenedCall) -> OpenedCall:
        """Take a call into the run, once.

        Raises ``CallError`` when its id is already that of another recording.
        """
        digest, path = self._accepted.setdefault(
            call.call_id, (call.recording.digest, call.source_path)
        )
        if digest != call.recording.digest:
            raise CallError(
                f"{call.source_path}: call id {call.call_id!r} is already that of {path}, which "
                "is another recording; give each call an id of its own in the metadata"
            )
        return call

    def is_done(self, call: OpenedCall) -> bool:
        """Say whether this very result exists, or the same call comes a second time."""
        if self._accepted[call.call_id][1] != call.source_path:
            return True
        return find_bundle(self.settings.bundles_dir, call.call_id, call.key) is not None

    def write(self, processed: ProcessedCall, key: str) -> str:
        """Write a call's bundle, redacted as configured; return the call's id.

        What leaves this method is all that is kept of a call: bundle, store and reports follow.
        """
        processed = redact_call(processed, self.settings.redaction.stored_text)
        write_bundle(processed, self.settings.bundles_dir, key, self.run_id)
        self.trust[processed.conversation.trust.level] += 1
        return processed.recording.call_id

    def write_failure(self, failure: Failure) -> None:
        """Write down a call that could not be processed."""
        write_failure(failure, self.settings.bundles_dir, self.run_id)

    def finish(self, outcomes: Sequence[BatchOutcome]) -> RunSummary:
        """Let the store take in the bundles, publish its snapshot, and sum up.

        Raises ``StoreHeldError`` when another process keeps the store; the bundles stay, and the
        next run takes them in.
        """
        processed = sum(len(outcome.processed) for outcome in outcomes)
        skipped = sum(len(outcome.skipped) for outcome in outcomes)
        failures = tuple(failure for outcome in outcomes for failure in outcome.failures)
        with Store.open_owner(self.settings.store_path, _WAIT_FOR_STORE_S) as owner:
            ingest = owner.ingest(self.settings.bundles_dir)
            owner.record_run(self._row("done", processed, skipped, len(failures)))
            owner.publish_snapshot()
        return RunSummary(
            run_id=self.run_id,
            found=len(self.sources),
            processed=processed,
            skipped=skipped,
            failures=failures,
            trust=dict(self.trust),
            audio_s=sum(outcome.audio_s for outcome in outcomes),
            seconds=(datetime.now(UTC) - self.started_at).total_seconds(),
            store=str(self.settings.store_path),
            ingest=ingest,
        )

    def _begin(self) -> dict[str, AgentHabit]:
        """Write the run down; return how each agent usually speaks, by id, as known by now."""
        with Store.open_owner(self.settings.store_path, _WAIT_FOR_STORE_S) as owner:
            owner.record_run(self._row("running", processed=0, skipped=0, failed=0))
            return owner.agent_habits()

    def _row(self, status: str, processed: int, skipped: int, failed: int) -> StoredRun:
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
                "status": status,
            }
        )


def find_scorecard(name: str) -> Scorecard:
    """Load a scorecard by the path of its file or by its name in ``scorecards/``.

    Raises ``ScorecardError`` for a card that cannot be used, ``UsageError`` for an unknown name.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return load_scorecard(path)
    folder = resource_folder("scorecards")
    known = {card.stem: card for card in find_scorecards(folder)}
    if name not in known:
        raise UsageError(
            f"there is no scorecard {name!r}; known are: {', '.join(known) or 'none'}; "
            "or give the path of a YAML file"
        )
    return load_scorecard(known[name])


def _brands(scorecards: Sequence[Scorecard]) -> tuple[str, ...]:
    """Return what the centre calls itself: the cards' variables named ``brand`` and alike."""
    names = (
        text
        for card in scorecards
        for name, local in card.variables.items()
        if name.startswith("brand")
        for text in local.values()
    )
    return tuple(dict.fromkeys(names))
