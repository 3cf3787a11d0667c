"""The way of a batch of calls through every stage, from files to bundles.

In three steps, so that several batches can be under way at once (``line``): opening reads files
and finds the speech in them (on the processor, whatever the device), hearing finds words and
speakers, finishing measures, scores and writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from qa_pipeline.audio import CallSource
from qa_pipeline.conversation import build_conversation
from qa_pipeline.measures import measure
from qa_pipeline.pipeline.listening import HeardCall, SpokenCall, find_speech, hear_calls
from qa_pipeline.pipeline.memory import release_memory
from qa_pipeline.pipeline.opening import OpenedCall, open_call
from qa_pipeline.pipeline.processing import BatchOutcome, Processing
from qa_pipeline.pipeline.tally import given_scores
from qa_pipeline.pipeline.tray import Tray
from qa_pipeline.pipeline.voices import learn_voice
from qa_pipeline.progress import Progress
from qa_pipeline.records import Conversation, Measures, ProcessedCall


@dataclass(frozen=True)
class _Source:
    source: CallSource

    @property
    def source_path(self) -> str:
        return str(self.source.path)


@dataclass(frozen=True)
class _Understood:
    heard: HeardCall
    conversation: Conversation

    @property
    def source_path(self) -> str:
        return self.heard.source_path


@dataclass(frozen=True)
class _Measured:
    understood: _Understood
    measures: Measures

    @property
    def source_path(self) -> str:
        return self.understood.source_path


@dataclass(frozen=True)
class _Scored:
    call: OpenedCall
    processed: ProcessedCall
    key: str
    """The call's own, or another where a later run should process it again."""

    @property
    def source_path(self) -> str:
        return self.call.source_path


@dataclass(frozen=True)
class OpenedBatch:
    """A batch whose files are read and whose speech is found."""

    tray: Tray
    fresh: tuple[SpokenCall, ...]
    """Calls to be processed, their speech found."""
    skipped: tuple[str, ...]
    """Ids of the calls that had been processed in just this way before."""
    moved: tuple[tuple[str, str], ...]
    """Of those, id and path of each whose file was moved since."""
    removed: tuple[str, ...]
    """Ids of the calls that were passed over since they were removed for good."""
    calls: int


@dataclass(frozen=True)
class HeardBatch:
    """A batch whose words and speakers are known."""

    opened: OpenedBatch
    heard: tuple[HeardCall, ...]


def open_batch(run: Processing, sources: Sequence[CallSource], progress: Progress) -> OpenedBatch:
    """Decode the files of a batch, drop what has a result already, find speech in the rest."""
    tray = Tray(progress, run.write_failure)
    files, threads = [_Source(source) for source in sources], run.opening_threads
    opened = tray.each("decode", files, lambda file: open_call(file.source, run), threads)
    removed = tuple(call.call_id for call in opened if run.is_removed(call))
    there = [call for call in opened if not run.is_removed(call)]
    accepted = tray.each("decode", there, run.accept)
    fresh = tuple(call for each in accepted if (call := run.to_do(each)) is not None)
    fresh_paths = {call.source_path for call in fresh}
    skipped = [call for call in accepted if call.source_path not in fresh_paths]
    moved = tuple((call.call_id, call.source_path) for call in skipped if run.moved(call))
    spoken = tray.each("transcribe", fresh, find_speech, threads)
    return OpenedBatch(
        tray,
        tuple(spoken),
        tuple(call.call_id for call in skipped),
        moved,
        removed,
        len(sources),
    )


def hear_batch(run: Processing, opened: OpenedBatch) -> HeardBatch:
    """Find words and speakers of a batch."""
    return HeardBatch(opened, tuple(hear_calls(opened.fresh, run.parts, opened.tray)))


def finish_batch(run: Processing, heard: HeardBatch, progress: Progress) -> BatchOutcome:
    """Measure and score the calls of a batch and write their bundles."""
    opened = heard.opened
    tray = opened.tray
    understood = tray.each("conversation", heard.heard, lambda call: _understand(call, run))
    measured = tray.each("measures", understood, lambda call: _measure(call, run))
    scored = tray.each("score", measured, lambda call: _score(call, run))
    written = tray.each("write", scored, lambda call: run.write(call.processed, call.key))
    for note in run.judging.notes():
        progress.note(note)
    audio_s = sum(spoken.call.recording.duration_s for spoken in opened.fresh)
    release_memory()
    progress.done(opened.calls, audio_s)
    return BatchOutcome(
        processed=tuple(call.recording.call_id for call in written),
        skipped=opened.skipped,
        moved=opened.moved,
        removed=opened.removed,
        failures=tuple(tray.failures),
        trust=tuple(call.conversation.trust.level for call in written),
        scores=tuple(score for call in written for score in given_scores(call)),
        audio_s=audio_s,
    )


def _understand(heard: HeardCall, run: Processing) -> _Understood:
    recording = heard.call.recording
    finished = heard.call.transcript
    if finished is not None and finished.conversation is not None:
        # Exported by this package: roles and trust were settled where its words were heard.
        settled = finished.conversation.model_copy(update={"call_id": recording.call_id})
        return _Understood(heard, settled)
    conversation = build_conversation(
        recording.call_id,
        recording.duration_s,
        heard.channels,
        heard.turns,
        expected_languages=run.parts.languages,
        thresholds=run.parts.thresholds,
        role_hints=heard.role_hints,
        warnings=heard.call.warnings,
        sound=heard.quality,
        evidence=heard.evidence,
        voices=heard.compared,
    )
    learn_voice(conversation, heard.voices, recording.metadata.agent_id, run.parts)
    return _Understood(heard, conversation)


def _measure(call: _Understood, run: Processing) -> _Measured:
    opened = call.heard.call
    metadata = opened.recording.metadata
    habit = run.habits.get(metadata.agent_id) if metadata.agent_id is not None else None
    measures = measure(call.conversation, opened.sound, run.parts.tone_model, metadata, habit)
    return _Measured(call, measures)


def _score(call: _Measured, run: Processing) -> _Scored:
    conversation = call.understood.conversation
    opened = call.understood.heard.call
    metadata, meanings = opened.recording.metadata, run.meanings
    judged = run.judging.score(run.scorecards, conversation, call.measures, metadata, meanings)
    processed = ProcessedCall(
        recording=opened.recording,
        conversation=conversation,
        measures=call.measures,
        scored=judged.scored,
        answers=judged.answers,
        versions=run.versions,
        processed_at=datetime.now(UTC),
    )
    return _Scored(opened, processed, opened.key if judged.is_final else f"{opened.key}:open")
