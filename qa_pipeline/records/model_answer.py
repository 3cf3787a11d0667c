"""A question that a scorecard puts to a language model, and the answer, kept as it was given."""

import hashlib
import json
from typing import Literal, Self

from pydantic import model_validator

from qa_pipeline.records.base import Record

AnswerWho = Literal["agent", "customer", "any"]
ModelReply = Literal["yes", "no", "cannot_tell"]
ModelProblem = Literal[
    "no_connection",
    "timeout",
    "refused",
    "not_loaded",
    "too_long",
    "malformed",
    "no_quote",
    "quote_not_found",
    "quote_of_another",
]
"""Why an answer does not count:

- ``no_connection``, ``timeout``, ``refused`` (an HTTP status), ``not_loaded``: there was none;
- ``too_long``: the call does not fit into one question;
- ``malformed``: it has not the form that was asked for;
- ``no_quote``, ``quote_not_found``, ``quote_of_another``: it does not quote, quotes what was not
  said in the line it names, or somebody else than who was asked about.
"""
NOT_ANSWERED: frozenset[ModelProblem] = frozenset(
    {"no_connection", "timeout", "refused", "not_loaded"}
)
"""Problems of the model and not of its answer: asked again, it may well answer."""


class ModelQuestion(Record):
    """A question about a call that is answered by yes or no."""

    question_id: str
    """Follows from everything below: the same question about the same lines has the same id."""
    question: str
    who: AnswerWho
    """Whose words have to prove the answer."""
    no_without_quote: bool = False
    """Whether a no may stand without a quote, since something that is missing has none."""
    language: str
    utterance_ids: tuple[str, ...]
    """The lines of the call that are shown."""

    @classmethod
    def about(
        cls,
        question: str,
        who: AnswerWho,
        language: str,
        utterance_ids: tuple[str, ...],
        *,
        no_without_quote: bool = False,
    ) -> Self:
        """Make a question with its id."""
        content = json.dumps(
            [question, who, no_without_quote, language, utterance_ids], ensure_ascii=False
        )
        return cls(
            question_id=hashlib.sha256(content.encode()).hexdigest()[:16],
            question=question,
            who=who,
            no_without_quote=no_without_quote,
            language=language,
            utterance_ids=utterance_ids,
        )


class ModelQuote(Record):
    """A piece of an utterance that a model quotes: exactly as it stands there."""

    utterance_id: str
    quote: str


class ModelAnswer(Record):
    """What a language model answered to a question, checked, and what it was asked with.

    With a ``problem`` the reply is ``cannot_tell``. Without one, ``yes`` carries quotes that are
    pieces of the call, and ``no`` too unless the question allowed it none.
    """

    question_id: str
    question: str
    who: AnswerWho
    language: str
    reply: ModelReply
    quotes: tuple[ModelQuote, ...] = ()
    why: str = ""
    """The model's own words; nothing has checked them."""
    model: str
    model_version: str
    """What the model says of itself, or the digest of its files; empty where it does not say."""
    prompt_version: int
    prompt_hash: str
    """SHA-256 of all that was sent except the words of the call, which may be redacted since: a
    hash over them would let what was taken out be guessed."""
    problem: ModelProblem | None = None
    detail: str = ""
    """More about the problem, such as the HTTP status; never words of the call."""

    @model_validator(mode="after")
    def _reply_is_proved(self) -> Self:
        if self.problem is not None and (self.reply != "cannot_tell" or self.quotes):
            raise ValueError(f"an answer with problem {self.problem} says nothing")
        if self.reply == "yes" and not self.quotes:
            raise ValueError("a yes needs a quote")
        return self
