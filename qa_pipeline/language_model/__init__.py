"""Questions to a language model that runs on the centre's own machines; off unless switched on.

What belongs here: the prompt, reading and checking answers, and the adapters that reach a model.
What does not: what an answer is worth, which is for scoring. Nothing leaves the centre.
"""

from qa_pipeline.language_model.asking import MAX_CHARACTERS, ask_model, piece_of, unanswered
from qa_pipeline.language_model.endpoint import EndpointModel
from qa_pipeline.language_model.local import TransformersModel
from qa_pipeline.language_model.prompt import PROMPT_VERSION
from qa_pipeline.language_model.protocol import Completion, LanguageModel, NoAnswerError, Prompt

__all__ = [
    "MAX_CHARACTERS",
    "PROMPT_VERSION",
    "Completion",
    "EndpointModel",
    "LanguageModel",
    "NoAnswerError",
    "Prompt",
    "TransformersModel",
    "ask_model",
    "piece_of",
    "unanswered",
]
