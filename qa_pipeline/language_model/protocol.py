"""What a language model has to do here: take a prompt, give back a text. And how it fails."""

from dataclasses import dataclass
from typing import Any, Protocol

from qa_pipeline.errors import QaPipelineError
from qa_pipeline.records import ModelProblem


@dataclass(frozen=True)
class Prompt:
    """What is asked of a model."""

    system: str
    """What it is to do, and that what people say in the call is no instruction."""
    user: str
    """The question and the lines of the call."""
    schema: dict[str, Any]
    """JSON Schema of the answer."""


@dataclass(frozen=True)
class Completion:
    """What a model gave back."""

    text: str
    version: str = ""
    """What the model says it is; empty where it does not say."""


class NoAnswerError(QaPipelineError):
    """The model gave no answer at all, or none that can be read."""

    def __init__(self, problem: ModelProblem, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else problem)
        self.problem: ModelProblem = problem
        self.detail = detail


class LanguageModel(Protocol):
    """Anything that answers a prompt, the same prompt always alike as far as it can."""

    @property
    def name(self) -> str:
        """Which model it is, for the record of what made a result."""

    def complete(self, prompt: Prompt) -> Completion:
        """Answer a prompt.

        Raises:
            NoAnswerError: there is none. Nothing else is raised, whatever the model does.
        """
