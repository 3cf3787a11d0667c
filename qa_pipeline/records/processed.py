"""What a run leaves behind: processed calls and failures."""

from typing import Literal

from pydantic import AwareDatetime

from qa_pipeline.records.base import Record
from qa_pipeline.records.conversation import Conversation
from qa_pipeline.records.measures import Measures
from qa_pipeline.records.model_answer import ModelAnswer
from qa_pipeline.records.recording import Recording
from qa_pipeline.records.result import ScoredCall

Stage = Literal[
    "read", "decode", "transcribe", "speakers", "conversation", "measures", "score", "write"
]


class Versions(Record):
    """What made a result, so that it can be made again."""

    qa_pipeline: str
    profile: str
    models: dict[str, str]
    """Model purpose (``transcription``, ``diarization``, ``tone``) to name and digest."""


class ProcessedCall(Record):
    """Everything that one call yielded; the content of its bundle."""

    recording: Recording
    conversation: Conversation
    measures: Measures
    scored: tuple[ScoredCall, ...]
    answers: tuple[ModelAnswer, ...] = ()
    """What a language model answered about the call, where a scorecard asked."""
    versions: Versions
    processed_at: AwareDatetime


class Failure(Record):
    """A file that could not be processed: which, where in the pipeline, and why, in words."""

    path: str
    call_id: str | None = None
    stage: Stage
    reason: str
    failed_at: AwareDatetime
