"""The operator ``metadata`` as a card writes it, held to what the facts of a call can be."""

from __future__ import annotations

from functools import cache
from typing import Literal, get_args, get_origin

from pydantic import Field, field_validator, model_validator

from qa_pipeline.records import CallMetadata
from qa_pipeline.scoring.parts import Part, require_one_of, require_order


class MetadataCheck(Part):
    """A fact from the telephone system equals something or lies within limits."""

    field: str
    """Which fact."""
    equals: str | None = Field(default=None, alias="is")
    """It is this word."""
    differs: str | None = Field(default=None, alias="is_not")
    """It is anything but this word."""
    one_of: tuple[str, ...] | None = None
    """It is one of these words."""
    at_most: float | None = None
    """It is a number of at most this."""
    at_least: float | None = None
    """It is a number of at least this."""
    if_missing: bool | None = None
    """The answer where the fact is not known; where not said, none: unscored."""

    @field_validator("field")
    @classmethod
    def _known(cls, value: str) -> str:
        return require_one_of(value, tuple(CallMetadata.model_fields), "metadata field")

    @model_validator(mode="after")
    def _has_comparison(self) -> MetadataCheck:
        given = (self.equals, self.differs, self.one_of, self.at_most, self.at_least)
        if all(value is None for value in given):
            raise ValueError("no comparison: give is, is_not, one_of, at_most or at_least")
        require_order(self.at_most, self.at_least)
        for word in (self.equals, self.differs, *(self.one_of or ())):
            if word is not None:
                _require_fact(self.field, word)
        numbers = self.at_most is not None or self.at_least is not None
        if numbers and _kind(self.field) not in ("float", "int"):
            raise ValueError(f"{self.field} is no number: compare it with is, is_not or one_of")
        return self


def _require_fact(field: str, word: str) -> None:
    """Raise ``ValueError`` where a fact can never be this word."""
    known = _words(field)
    if known:
        require_one_of(word, known, field)
    elif _kind(field) == "float":
        raise ValueError(f"{field} is a number: compare it with at_most or at_least")


@cache
def _words(field: str) -> tuple[str, ...]:
    """Return the words that a fact is one of; none where it may be any."""
    for kind in get_args(CallMetadata.model_fields[field].annotation):
        if get_origin(kind) is Literal:
            return tuple(map(str, get_args(kind)))
    return ()


@cache
def _kind(field: str) -> str:
    """Return of what kind a fact is: ``float``, ``int`` or another."""
    annotation = str(CallMetadata.model_fields[field].annotation)
    return next((kind for kind in ("float", "int") if kind in annotation), "text")
