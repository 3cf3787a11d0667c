"""From sound to words with times.

What belongs here: the protocol of a transcription engine, the faster-whisper and FunASR engines,
windows that fill batches across calls, language, guards against invented text, the centre's names
and spelling.
What does not: who speaks (``speakers``), utterances (``conversation``).
"""

from qa_pipeline.transcribe.engine import ChannelRequest, TranscriptionEngine
from qa_pipeline.transcribe.finishing import FinishedTranscription, Writing
from qa_pipeline.transcribe.funasr import FunAsrEngine, FunAsrOptions
from qa_pipeline.transcribe.guards import GuardReport
from qa_pipeline.transcribe.vocabulary import Vocabulary
from qa_pipeline.transcribe.whisper import FasterWhisperEngine, WhisperOptions

__all__ = [
    "ChannelRequest",
    "FasterWhisperEngine",
    "FinishedTranscription",
    "FunAsrEngine",
    "FunAsrOptions",
    "GuardReport",
    "TranscriptionEngine",
    "Vocabulary",
    "WhisperOptions",
    "Writing",
]
