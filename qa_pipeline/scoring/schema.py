"""What a scorecard is made of: criteria in sections, lists, variables, tests."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, get_args

from pydantic import Field, PositiveInt

from qa_pipeline.records import Verdict
from qa_pipeline.scoring.checks import Check, Says
from qa_pipeline.scoring.parts import LocalText, Part, Phrases
from qa_pipeline.scoring.units import Percent

METADATA_VARIABLES = ("agent_name", "agent_id", "team", "site")
"""Variables that every card has: facts about the call that is judged."""

VERDICTS: tuple[str, ...] = get_args(Verdict)


class Examples(Part):
    """Short conversations that show a verdict; each is also run as a test of the card."""

    met: tuple[str, ...] = ()
    partly_met: tuple[str, ...] = ()
    not_met: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    unscored: tuple[str, ...] = ()


class Criterion(Part):
    """One thing the standard asks for."""

    id: str = Field(min_length=1)
    name: LocalText | None = None
    ask: LocalText
    because: LocalText | None = None
    points: Decimal = Field(gt=0)
    critical: Literal["section", "card"] | None = None
    when: Check | None = None
    check: Check
    unless: Check | None = None
    partly: Check | None = None
    partly_share: Percent = 50.0
    examples: Examples = Examples()


class Section(Part):
    """A part of the service with its share of the total."""

    id: str = Field(min_length=1)
    name: LocalText | None = None
    weight: Decimal = Field(gt=0)
    criteria: tuple[Criterion, ...] = Field(min_length=1)


class CardTest(Part):
    """A short conversation and the verdict it must get on named criteria."""

    name: str
    conversation: str
    metadata: dict[str, str | float] = Field(default_factory=dict)
    expect: dict[str, Verdict] = Field(min_length=1)


class Scorecard(Part):
    """A service standard: what is asked of a call, and what it is worth."""

    scorecard: str = Field(min_length=1)
    version: PositiveInt
    name: LocalText | None = None
    pass_mark: Decimal = Field(ge=0, le=100)
    variables: dict[str, LocalText] = Field(default_factory=dict)
    lists: dict[str, Phrases] = Field(default_factory=dict)
    sections: tuple[Section, ...] = Field(min_length=1)
    tests: tuple[CardTest, ...] = ()
    content_hash: str = Field(default="", exclude=True)

    def criteria(self) -> list[Criterion]:
        """Return every criterion, in the order of the card."""
        return [criterion for section in self.sections for criterion in section.criteria]

    def phrases(self, says: Says, facts: Mapping[str, str]) -> tuple[str, ...]:
        """Return the phrases of ``says``: its own and its lists', with variables filled in.

        ``facts`` are the values of `METADATA_VARIABLES` that are known about the call.
        """
        groups = [says.any] if says.any else []
        groups += [self.lists[name] for name in says.list or ()]
        return self._filled(groups, facts)

    def exceptions(self, says: Says, facts: Mapping[str, str]) -> tuple[str, ...]:
        """Return the phrases inside which ``says`` finds nothing."""
        return self._filled([says.exceptions] if says.exceptions else [], facts)

    def _filled(self, groups: list[Phrases], facts: Mapping[str, str]) -> tuple[str, ...]:
        """Return the phrases of all languages, each variable replaced by each of its values.

        A phrase with a fact that is not known of this call is left out.
        """
        values = {name: tuple(text.values()) for name, text in self.variables.items()}
        values |= {name: (facts[name],) if name in facts else () for name in METADATA_VARIABLES}
        raw = [phrase for group in groups for texts in group.values() for phrase in texts]
        return tuple(dict.fromkeys(text for phrase in raw for text in _fill(phrase, values)))


def _fill(phrase: str, values: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return ``phrase`` with every variable in it replaced by each of its values."""
    texts = [phrase]
    if "{" not in phrase:
        return texts
    for name, known in values.items():
        mark = "{" + name + "}"
        if mark in phrase:
            texts = [text.replace(mark, value) for text in texts for value in known]
    return texts
