"""From files on disk to sound in memory: find calls, decode them, find the speech in them.

What belongs here: which files are calls, their metadata, decoding with PyAV, what the channels
hold, voice activity. What does not: words (``transcribe``), speakers (``speakers``), finished
transcripts (``transcripts``).
"""

from qa_pipeline.audio.decode import Decoded, decode
from qa_pipeline.audio.discover import CallSource, discover
from qa_pipeline.audio.metadata import NamePattern, read_sidecar
from qa_pipeline.audio.metadata_tables import MetadataTables
from qa_pipeline.audio.quality import sound_quality
from qa_pipeline.audio.voice_activity import VoiceActivityOptions, voice_activity

__all__ = [
    "CallSource",
    "Decoded",
    "MetadataTables",
    "NamePattern",
    "VoiceActivityOptions",
    "decode",
    "discover",
    "read_sidecar",
    "sound_quality",
    "voice_activity",
]
