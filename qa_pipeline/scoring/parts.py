"""What every piece of a card is made of: strict parts, values a language, nearest words."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

Language = Literal["en", "zh"]

T = TypeVar("T")


class Part(BaseModel):
    """The parent of every piece of a card: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False)


class PerLanguage(Part, Generic[T]):
    """One value for all languages, or one a language (``{en: ..., zh: ...}``)."""

    en: T | None = None
    zh: T | None = None
    default: T | None = None

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


Phrase = Annotated[str, Field(min_length=1)]
Phrases = PerLanguage[tuple[Phrase, ...]]
LocalText = PerLanguage[str]
Range = Annotated[tuple[float, float], Field()]


def require_one_of(word: str, words: tuple[str, ...], kind: str) -> str:
    """Return ``word`` if it is one of ``words``.

    Raises:
        ValueError: it is not; the message names the nearest one.
    """
    if word not in words:
        raise ValueError(f"unknown {kind} {word!r}{nearest(word, words)}")
    return word


def nearest(word: str, words: tuple[str, ...]) -> str:
    """Return ``, did you mean 'x'?`` or, with nothing near, the words to choose from."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    best = process.extractOne(word, words, scorer=JaroWinkler.normalized_similarity)
    if best is not None and best[1] >= 0.75:
        return f", did you mean {best[0]!r}?"
    return f"; known: {', '.join(words)}"


def keys_of(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the keys that a card may write in ``model``."""
    hidden = {"content_hash"}
    fields = model.model_fields.items()
    return tuple(info.alias or name for name, info in fields if name not in hidden)
