"""Transcripts from elsewhere come in, our own go out.

What belongs here: reading SRT, WebVTT and exported JSON with speakers and times; writing JSON,
SRT, WebVTT, RTTM and Praat TextGrid. What does not: recognising words (``transcribe``), deciding
roles by what is said (``conversation``).
"""

from qa_pipeline.transcripts.export import EXPORT_FORMATS, export_call
from qa_pipeline.transcripts.finished import FinishedSegment, FinishedTranscript
from qa_pipeline.transcripts.read import read_transcript

__all__ = [
    "EXPORT_FORMATS",
    "FinishedSegment",
    "FinishedTranscript",
    "export_call",
    "read_transcript",
]
