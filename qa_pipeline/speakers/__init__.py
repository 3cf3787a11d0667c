"""Who speaks when: by channel where each speaker has one, else by the sound of the voices.

Here belong speaker turns and whose turn a word falls into. Which speaker is the agent is decided
later, from what they say.
"""

from qa_pipeline.speakers.channels import channel_turns, joined_turns
from qa_pipeline.speakers.crosstalk import (
    Crosstalk,
    find_crosstalk,
    is_leaky,
    own_regions,
    own_words,
)
from qa_pipeline.speakers.diarizer import Diarizer, PyannoteDiarizer
from qa_pipeline.speakers.groups import further_voice, has_changed, voices_apart
from qa_pipeline.speakers.relabel import is_inside, relabelled, widened, without
from qa_pipeline.speakers.resegment import ResegmentingDiarizer, resegment
from qa_pipeline.speakers.voices import Voice, VoiceBook, VoiceReader, alike, forget_calls
from qa_pipeline.speakers.words import UNKNOWN_SPEAKER, assign_words

__all__ = [
    "UNKNOWN_SPEAKER",
    "Crosstalk",
    "Diarizer",
    "PyannoteDiarizer",
    "ResegmentingDiarizer",
    "Voice",
    "VoiceBook",
    "VoiceReader",
    "alike",
    "assign_words",
    "channel_turns",
    "find_crosstalk",
    "forget_calls",
    "further_voice",
    "has_changed",
    "is_inside",
    "is_leaky",
    "joined_turns",
    "own_regions",
    "own_words",
    "relabelled",
    "resegment",
    "voices_apart",
    "widened",
    "without",
]
