"""What every call of a run is processed with, in whichever process that happens."""

import hashlib
import json
import os
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from qa_pipeline import __version__
from qa_pipeline.errors import CallError
from qa_pipeline.language.failure_reasons import failure_reason
from qa_pipeline.language_model import PROMPT_VERSION
from qa_pipeline.model_registry import PURPOSES, identity, load_profile, local_folder
from qa_pipeline.pipeline.judging import Judging
from qa_pipeline.pipeline.opening import OpenedCall
from qa_pipeline.pipeline.parts import Parts
from qa_pipeline.pipeline.tally import GivenScore
from qa_pipeline.privacy import redact_call
from qa_pipeline.records import AgentHabit, CallMetadata, Failure, ProcessedCall, Versions
from qa_pipeline.records.recording import id_of_sound
from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring import Scorecard, asks_by_meaning, asks_questions
from qa_pipeline.settings import Settings
from qa_pipeline.store import KnownCalls, find_bundle, write_bundle, write_failure

_CORES_A_THREAD = 4
_MODELS_OF_JUDGING = ("meaning", "judge")
"""Models that only some cards ask for; the others hear."""


class MadeWith(NamedTuple):
    """Digests of what results are made with: settings and models that hear, cards, other models."""

    hearing: str
    cards: str
    judging: str

    def noted(self) -> str:
        """Return it as it is noted with a bundle."""
        return "-".join(self)

    def counts_as(self, noted: str | None) -> bool:
        """Say whether a stored result that was made with ``noted`` leaves nothing to be done.

        Results by several cards stand side by side, so that of another card takes nothing from one
        by this card, if it was heard alike. ``None``: what was not noted is taken to be the same.
        """
        if noted is None:
            return True
        hearing, cards, judging = noted.split("-")
        return hearing == self.hearing and (cards != self.cards or judging == self.judging)


@dataclass(frozen=True)
class BatchOutcome:
    """What became of the calls of one batch."""

    processed: tuple[str, ...] = ()
    """Ids of the calls that were processed now."""
    skipped: tuple[str, ...] = ()
    """Ids of the calls that had been processed in just this way before."""
    moved: tuple[tuple[str, str], ...] = ()
    """Of those, id and path of each whose file was moved since."""
    removed: tuple[str, ...] = ()
    """Ids of the calls that were passed over since they were removed for good."""
    failures: tuple[Failure, ...] = ()
    trust: tuple[str, ...] = ()
    """Trust level of each call that was processed now."""
    scores: tuple[GivenScore, ...] = ()
    """Scores of the calls that were processed now and understood well enough to count."""
    audio_s: float = 0.0
    """Seconds of sound processed now."""

    @classmethod
    def together(cls, outcomes: Sequence["BatchOutcome"]) -> "BatchOutcome":
        """Return the outcomes of several batches as one."""
        return cls(
            processed=tuple(name for outcome in outcomes for name in outcome.processed),
            skipped=tuple(name for outcome in outcomes for name in outcome.skipped),
            moved=tuple(call for outcome in outcomes for call in outcome.moved),
            removed=tuple(name for outcome in outcomes for name in outcome.removed),
            failures=tuple(failure for outcome in outcomes for failure in outcome.failures),
            trust=tuple(level for outcome in outcomes for level in outcome.trust),
            scores=tuple(score for outcome in outcomes for score in outcome.scores),
            audio_s=sum(outcome.audio_s for outcome in outcomes),
        )


class Processing:
    """Settings, models and scorecards of a run, and where its results go.

    Knows nothing of the list of calls and of the store: a worker process has one of its own.
    """

    def __init__(
        self,
        run_id: str,
        settings: Settings,
        scorecards: tuple[Scorecard, ...],
        habits: Mapping[str, AgentHabit],
        known: KnownCalls,
        accepted: MutableMapping[str, tuple[str, str]],
        cores: int | None = None,
        removed: frozenset[str] = frozenset(),
    ) -> None:
        """Check that the models are there; load none yet.

        Args:
            run_id: Id of the run.
            settings: What to do and how.
            scorecards: The standards to score by.
            habits: How each agent usually speaks, by agent id.
            known: What the store holds of each call.
            accepted: Digest and file of each call that the run has taken in, by the id that it was
                taken in by; shared by all processes of a run.
            cores: Processor cores that it may keep busy; ``None``: all that it is given.
            removed: Ids and digests of calls that were removed for good.

        Raises:
            UsageError: The profile or one of its models cannot be used.
        """
        self.run_id = run_id
        self.settings = settings
        self.scorecards = scorecards
        self.habits = habits
        self.known = known
        self.accepted = accepted
        self.removed = removed
        # One in four: the models want cores as well, and a GPU is fed by a few.
        cores = cores or len(os.sched_getaffinity(0))
        self.opening_threads = max(1, cores // _CORES_A_THREAD)
        profile = load_profile(settings.profile, resource_folder("models"))
        for purpose in PURPOSES:
            local_folder(profile, purpose)
        self.parts = Parts(profile, settings, _brands(scorecards))
        # only looked for where a card asks for meanings: another encoder changes nothing else
        self.meanings = self.parts.meanings if any(map(asks_by_meaning, scorecards)) else None
        models = {str(purpose): identity(profile, purpose) for purpose in PURPOSES}
        if self.meanings is not None:
            models["meaning"] = ",".join(
                f"{name}@{version}" for name, version in self.meanings.versions().items()
            )
        self.judging = Judging()
        if any(map(asks_questions, scorecards)) and settings.judge.use != "off":
            model = self.parts.language_model
            self.judging = Judging(model, settings.judge.parallel)
            local = identity(profile, "judge") if settings.judge.use == "profile" else model.name
            models["judge"] = f"{local}@prompt-{PROMPT_VERSION}"
        self.versions = Versions(qa_pipeline=__version__, profile=profile.name, models=models)

    def key_of(self, digest: str, metadata: CallMetadata) -> str:
        """Return the key of a call's result: equal keys mean that nothing would change.

        The agents' habits are left out on purpose: they move with every night, and a call is
        compared with what was usual when it was processed.
        """
        depends_on = {
            "digest": digest,
            "metadata": metadata.model_dump(mode="json"),
            "versions": self.versions.model_dump(mode="json"),
            "scorecards": self._cards(),
            **self._settings_of_hearing(),
        }
        return _digest(depends_on)

    def _cards(self) -> list[str]:
        return sorted(f"{c.scorecard}:{c.version}:{c.content_hash}" for c in self.scorecards)

    def _settings_of_hearing(self) -> dict[str, object]:
        return {
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

    @cached_property
    def made_with(self) -> MadeWith:
        """What results of this run are made with, whatever the call."""
        versions = self.versions.model_dump(mode="json")
        models = versions["models"]
        judging = {name: models.pop(name, None) for name in _MODELS_OF_JUDGING}
        return MadeWith(
            hearing=_digest({"versions": versions, **self._settings_of_hearing()}),
            cards=_digest(self._cards()),
            judging=_digest(judging),
        )

    def with_known(self, digest: str, metadata: CallMetadata) -> CallMetadata:
        """Return the metadata with the fields that they lack as they were known before.

        What they say is not known stays so.
        """
        known = self.known.get(metadata.call_id or id_of_sound(digest))
        if known is None and metadata.call_id is not None:
            known = self.known.get(id_of_sound(digest))
            if known is not None and known.read_metadata().call_id is not None:
                return metadata  # two ids given to one recording are two calls
        if known is None:
            return metadata
        before = known.read_metadata().model_dump(exclude_none=True)
        return CallMetadata.model_validate(before | metadata.model_dump(exclude_unset=True))

    def is_removed(self, call: OpenedCall) -> bool:
        """Say whether a call was removed for good: it is passed over, whatever it is called now."""
        names = (call.recording.digest, call.taken_as, call.call_id)
        return not self.removed.isdisjoint(names)

    def accept(self, call: OpenedCall) -> OpenedCall:
        """Take a call into the run, once.

        Raises ``CallError`` when its id is already that of another recording.
        """
        name = call.taken_as
        digest, path = self.accepted.setdefault(name, (call.recording.digest, call.source_path))
        if digest != call.recording.digest:
            raise CallError(
                failure_reason("same_id", path=call.source_path, call_id=name, other=path)
            )
        # a copy about which nothing is said is this call, too
        self.accepted.setdefault(id_of_sound(digest), (digest, path))
        return call

    def to_do(self, call: OpenedCall) -> OpenedCall | None:
        """Return the call if it is to be processed, with the key to write it under.

        ``None``: this very result exists and counts, or the same call comes a second time. One that
        exists and counts no more, since metadata or settings were changed and changed back, gets a
        new key: a bundle that is later than those in between.
        """
        if self.accepted[call.taken_as][1] != call.source_path:
            return None
        if find_bundle(self.settings.bundles_dir, call.call_id, call.key) is None:
            return call
        known = self.known.get(call.call_id)
        recording = call.recording
        if known is None or (
            known.digest == recording.digest
            and known.read_metadata() == _as_kept(recording.metadata)
            and self.made_with.counts_as(known.made_with)
        ):
            return None
        return replace(call, key=f"{call.key}:{self.run_id}")

    def moved(self, call: OpenedCall) -> bool:
        """Say whether a call that was processed before lay elsewhere then, and does no more."""
        known = self.known.get(call.call_id)
        return (
            known is not None
            and known.digest == call.recording.digest
            and known.path != call.source_path
            and not os.path.lexists(known.path)
        )

    def write(self, processed: ProcessedCall, key: str) -> ProcessedCall:
        """Write a call's bundle, redacted as configured; return what was written.

        What leaves this method is all that is kept of a call: bundle, store and reports follow.
        """
        processed = redact_call(processed, self.settings.redaction.stored_text)
        made_with = self.made_with.noted()
        write_bundle(processed, self.settings.bundles_dir, key, self.run_id, made_with)
        return processed

    def write_failure(self, failure: Failure) -> None:
        """Write down a call that could not be processed."""
        write_failure(failure, self.settings.bundles_dir, self.run_id)


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _as_kept(metadata: CallMetadata) -> CallMetadata:
    """Return metadata as they come back from the store."""
    return CallMetadata.model_validate_json(metadata.model_dump_json())


def _brands(scorecards: tuple[Scorecard, ...]) -> tuple[str, ...]:
    """Return what the centre calls itself: the cards' variables named ``brand`` and alike."""
    names = (
        text
        for card in scorecards
        for name, local in card.variables.items()
        if name.startswith("brand")
        for words in local.values()
        for text in words
    )
    return tuple(dict.fromkeys(names))
