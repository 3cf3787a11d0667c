"""The form of an answer, and reading it out of whatever text a model returns."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qa_pipeline.language.patterns import pattern
from qa_pipeline.language_model.protocol import NoAnswerError
from qa_pipeline.records import ModelReply

MAX_QUOTES = 10
MAX_WHY = 400
"""Characters of the model's own words that are kept."""
_MAX_TEXT = 20_000
_THOUGHT = pattern(r"(?s)^\s*<think>.*?</think>")
_CONTROL = pattern(r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+")


class RawQuote(BaseModel):
    """A quote as the model gives it: not checked yet."""

    model_config = ConfigDict(strict=True)

    line: int
    text: str = Field(max_length=2_000)


class RawReply(BaseModel):
    """An answer as the model gives it: quotes first, so that it looks before it decides."""

    model_config = ConfigDict(strict=True)

    quotes: list[RawQuote] = Field(max_length=MAX_QUOTES)
    why: str
    answer: ModelReply


def _schema() -> dict[str, Any]:
    """Return the JSON Schema that endpoints are given: in the subset that all of them know."""
    quote = {
        "type": "object",
        "properties": {"line": {"type": "integer"}, "text": {"type": "string"}},
        "required": ["line", "text"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "quotes": {"type": "array", "items": quote},
            "why": {"type": "string"},
            "answer": {"type": "string", "enum": ["yes", "no", "cannot_tell"]},
        },
        "required": ["quotes", "why", "answer"],
        "additionalProperties": False,
    }


REPLY_SCHEMA = _schema()


def read_reply(text: str) -> RawReply:
    """Read an answer.

    Endpoints without structured output let models think aloud before it or put a fence around
    it: both are passed over. Anything else but one JSON object is no answer.

    Raises:
        NoAnswerError: the text is not of the form that was asked for.
    """
    if len(text) > _MAX_TEXT:
        raise NoAnswerError("malformed", f"{len(text)} characters")
    text = text.encode("utf-8", "replace").decode()  # halves of characters are no text
    body = _THOUGHT.sub("", text).strip()
    if body.startswith("```") and body.endswith("```") and len(body) > 6:
        body = body[3:-3].removeprefix("json").strip()
    try:
        reply = RawReply.model_validate_json(body)
    except ValidationError as error:
        raise NoAnswerError("malformed", _what(error)) from None
    return reply.model_copy(update={"why": _CONTROL.sub(" ", reply.why).strip()[:MAX_WHY]})


def _what(error: ValidationError) -> str:
    """Return what is wrong without repeating the text, which may hold words of the call."""
    first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"] if part in _PLACES or isinstance(part, int))
    return f"{place}: {first['type']}" if place else first["type"]


_PLACES = frozenset({"quotes", "line", "text", "why", "answer"})
