"""Numbers about how a call was spoken: talk, silence, interruptions, pace, tone, levels.

What belongs here: anything computed from a conversation and its sound. What does not: judging
whether a number is good, which is for scorecards.
"""

from qa_pipeline.measures.definitions import BY_NAME, DEFINITIONS, Definition
from qa_pipeline.measures.measuring import measure
from qa_pipeline.measures.tone import ToneModel, ToneProbabilities, TransformersTone

__all__ = [
    "BY_NAME",
    "DEFINITIONS",
    "Definition",
    "ToneModel",
    "ToneProbabilities",
    "TransformersTone",
    "measure",
]
