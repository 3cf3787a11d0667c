"""From sound to words with times.

What belongs here: the protocol of a transcription engine, the faster-whisper engine, windows that
fill batches across calls, language, guards against invented text. What does not: who speaks
(``speakers``), utterances (``conversation``).
"""

from qa_pipeline.transcribe.engine import ChannelRequest, TranscriptionEngine
from qa_pipeline.transcribe.guards import GuardReport
from qa_pipeline.transcribe.whisper import FasterWhisperEngine, WhisperOptions

__all__ = [
    "ChannelRequest",
    "FasterWhisperEngine",
    "GuardReport",
    "TranscriptionEngine",
    "WhisperOptions",
]
