"""What every piece of a card is made of: strict parts, values a language, nearest words."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

Language = Literal["en", "zh"]

T = TypeVar("T")


class Part(BaseModel):
    """The parent of every piece of a card: frozen, and strict about its keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=False,
        # what is written under a field is what an editor shows beside the key
        use_attribute_docstrings=True,
    )


class PerLanguage(Part, Generic[T]):
    """One value for all languages, or one a language (``{en: ..., zh: ...}``)."""

    en: T | None = None
    """In English calls."""
    zh: T | None = None
    """In Mandarin calls."""
    default: T | None = None
    """In calls of every other language."""

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, value: object) -> object:
        if isinstance(value, PerLanguage | dict):
            return value
        return {"default": value}

    @model_validator(mode="after")
    def _not_empty(self) -> PerLanguage[T]:
        if not self.values():
            raise ValueError("expected a value, or one a language such as {en: ..., zh: ...}")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return: the value itself, or an object with one a language."""
        languages = handler.resolve_ref_schema(handler(core))
        one = languages["properties"]["default"]
        given = [kind for kind in one.get("anyOf", [one]) if kind.get("type") != "null"]
        return {"anyOf": [*given, {**languages, "minProperties": 1}]}

    def of(self, language: str) -> T | None:
        """Return the value for ``language``, or ``None`` where the card gives none for it."""
        own = self.zh if language == "zh" else self.en if language == "en" else None
        return self.default if own is None else own

    def or_first(self, language: str) -> T:
        """Return the value for ``language``, else the first one there is."""
        own = self.of(language)
        return self.values()[0] if own is None else own

    def values(self) -> list[T]:
        """Return every value, English first."""
        return [v for v in (self.en, self.zh, self.default) if v is not None]


MAX_PHRASE = 300
"""Characters of a phrase: nobody says more in one piece, and longer ones cost time."""
MAX_PHRASES = 5_000
"""Phrases that one list may hold, and that one check may look for."""

Phrase = Annotated[str, Field(min_length=1, max_length=MAX_PHRASE)]
Phrases = PerLanguage[Annotated[tuple[Phrase, ...], Field(max_length=MAX_PHRASES)]]
LocalText = PerLanguage[str]


def _one_or_many(value: object) -> object:
    """Read a single word where several may stand."""
    return (value,) if isinstance(value, str) else value


WordSet = PerLanguage[
    Annotated[
        tuple[Phrase, ...],
        Field(min_length=1),
        BeforeValidator(_one_or_many, str | tuple[Phrase, ...]),
    ]
]
"""One word or several that may stand for a variable."""
Names = Annotated[tuple[str, ...], BeforeValidator(_one_or_many, str | tuple[str, ...])]
"""One name or several."""
MAX_PATTERNS = 50
"""Regular expressions that may stand in place of one."""
Patterns = str | Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_PATTERNS)]
"""One regular expression or several, of which any will do."""


def each_of(given: Patterns) -> tuple[str, ...]:
    """Return one or several as several."""
    return (given,) if isinstance(given, str) else given


Range = Annotated[tuple[float, float], Field()]


def require_one_of(word: str, words: tuple[str, ...], kind: str) -> str:
    """Return ``word`` if it is one of ``words``.

    Raises:
        ValueError: it is not; the message names the nearest one.
    """
    if word not in words:
        raise ValueError(f"unknown {kind} {word!r}{nearest(word, words)}")
    return word


def require_order(at_most: float | None, at_least: float | None) -> None:
    """Raise ``ValueError`` where nothing can be within the limits."""
    if at_most is not None and at_least is not None and at_least > at_most:
        raise ValueError(f"nothing is at least {at_least:g} and at most {at_most:g}")


def nearest(word: str, words: tuple[str, ...]) -> str:
    """Return ``, did you mean 'x'?`` or, with nothing near, the words to choose from."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    likeness = JaroWinkler.normalized_similarity
    best = process.extractOne(word, words, scorer=likeness, processor=str.casefold)
    if best is not None and best[1] >= 0.75:
        return f", did you mean {best[0]!r}?"
    return f"; known: {', '.join(words)}"


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the keys that a card may write in ``model``."""
    hidden = {"content_hash"}
    fields = model.model_fields.items()
    return tuple(info.alias or name for name, info in fields if name not in hidden)
