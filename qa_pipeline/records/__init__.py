"""The frozen types that flow from stage to stage. No logic, no input or output."""

from qa_pipeline.records.base import Record
from qa_pipeline.records.conversation import Conversation, Role, Trust, TrustLevel, Utterance
from qa_pipeline.records.measures import (
    AgentHabit,
    Habit,
    Interruption,
    Measure,
    MeasureRole,
    Measures,
    Silence,
    ToneLabel,
    UtteranceTone,
    UtteranceVoice,
)
from qa_pipeline.records.privacy import SensitiveKind
from qa_pipeline.records.processed import Failure, ProcessedCall, Stage, Versions
from qa_pipeline.records.recording import CallMetadata, ChannelLayout, Direction, Recording
from qa_pipeline.records.result import (
    CriterionResult,
    Evidence,
    EvidenceKind,
    ScoredCall,
    SectionResult,
    Verdict,
)
from qa_pipeline.records.sound import (
    SAMPLE_RATE_HZ,
    PackedSamples,
    Region,
    Row,
    Samples,
    Sound,
    SoundQuality,
    packed,
    row_of,
    unpacked,
)
from qa_pipeline.records.transcript import Transcript, Turn, Word

__all__ = [
    "SAMPLE_RATE_HZ",
    "AgentHabit",
    "CallMetadata",
    "ChannelLayout",
    "Conversation",
    "CriterionResult",
    "Direction",
    "Evidence",
    "EvidenceKind",
    "Failure",
    "Habit",
    "Interruption",
    "Measure",
    "MeasureRole",
    "Measures",
    "PackedSamples",
    "ProcessedCall",
    "Record",
    "Recording",
    "Region",
    "Role",
    "Row",
    "Samples",
    "ScoredCall",
    "SectionResult",
    "SensitiveKind",
    "Silence",
    "Sound",
    "SoundQuality",
    "Stage",
    "ToneLabel",
    "Transcript",
    "Trust",
    "TrustLevel",
    "Turn",
    "Utterance",
    "UtteranceTone",
    "UtteranceVoice",
    "Verdict",
    "Versions",
    "Word",
    "packed",
    "row_of",
    "unpacked",
]
