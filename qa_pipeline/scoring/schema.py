"""What a scorecard is made of: criteria in sections, lists, variables, tests."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from math import prod
from typing import Literal, get_args

from pydantic import Field, PositiveInt, model_validator

from qa_pipeline.records import Verdict
from qa_pipeline.scoring.checks import Check, Says
from qa_pipeline.scoring.parts import LocalText, Names, Part, Phrases, WordSet
from qa_pipeline.scoring.units import Percent

METADATA_VARIABLES = ("agent_name", "agent_id", "team", "site")
"""Variables that every card has: facts about the call that is judged."""

MOST_WORTH = 1_000_000
"""Points of a criterion, or weight of a section: more than any standard needs, and the store holds
what they add up to."""
MOST_VERSIONS = 1_000_000_000
"""The store holds no version above 2,147,483,647; a date such as 20261123 may be one."""

VERDICTS: tuple[str, ...] = get_args(Verdict)


class Examples(Part):
    """Short conversations that show a verdict; each is also run as a test of the card."""

    met: tuple[str, ...] = ()
    """Calls that do what is asked."""
    partly_met: tuple[str, ...] = ()
    """Calls that do it in part."""
    not_met: tuple[str, ...] = ()
    """Calls that do not do it."""
    not_applicable: tuple[str, ...] = ()
    """Calls in which nothing of the kind was called for."""
    unscored: tuple[str, ...] = ()
    """Calls of which it cannot be told."""


class Criterion(Part):
    """One thing the standard asks for."""

    id: str = Field(min_length=1)
    """How results call it, such as greeting.brand; unique in the card."""
    id_before: Names = ()
    """The id that it had before: people's verdicts under it count for this one."""
    name: LocalText | None = None
    """What people call it."""
    ask: LocalText
    """The question, as an agent should read it."""
    asked_before: Names = ()
    """The question as it was worded before: people's verdicts on it count for this one."""
    because: LocalText | None = None
    """Why it matters to the customer."""
    points: Decimal = Field(gt=0, le=MOST_WORTH)
    """What it is worth within its section."""
    bonus: bool = False
    """Its points are added to the total when met, and cost nothing when not."""
    penalty: bool = False
    """Its points are taken off the total when not met, and add nothing when met."""
    critical: Literal["section", "card"] | None = None
    """Not met, the section or the whole card scores 0."""
    manual: bool = False
    """For a person to judge: the machine leaves it unscored. Stands in place of `check`."""
    when: Check | None = None
    """Decides whether the criterion applies to the call."""
    check: Check | None = None
    """Decides whether it is met."""
    unless: Check | None = None
    """The exception: excuses a failure."""
    partly: Check | None = None
    """Asked when `check` fails: if it holds, the criterion is partly met."""
    partly_share: Percent = 50.0
    """What partly met is worth."""
    examples: Examples = Examples()
    """Short conversations for each verdict; run as tests."""

    def called(self, language: str) -> str:
        """Return what people call it: its name, else its question."""
        return (self.name or self.ask).or_first(language)

    def asks(self, question: str, language: str) -> bool:
        """Tell whether a question that people were asked of a call is the one asked here."""
        return question in (self.ask.or_first(language), *self.asked_before)

    @model_validator(mode="after")
    def _machine_or_person(self) -> Criterion:
        if self.manual and (self.check or self.unless or self.partly):
            raise ValueError(
                "a manual criterion is judged by a person and has no check, unless or partly"
            )
        if not self.manual and self.check is None:
            raise ValueError("'check' is missing (or manual: true, for a person to judge)")
        return self

    @model_validator(mode="after")
    def _one_way_of_counting(self) -> Criterion:
        if self.bonus and self.penalty:
            raise ValueError("a criterion is a bonus or a penalty, not both")
        if self.bonus and self.critical:
            raise ValueError("a bonus costs nothing when it is missed, so it cannot be critical")
        return self


class Section(Part):
    """A part of the service with its share of the total."""

    id: str = Field(min_length=1)
    """How results call it; unique in the card."""
    name: LocalText | None = None
    """What people call it."""
    weight: Decimal = Field(gt=0, le=MOST_WORTH)
    """Its share of the total, in relation to the other sections."""
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    """What is asked."""


class CardTest(Part):
    """A short conversation and the verdict it must get on named criteria."""

    name: str
    """What it shows; unique in the card."""
    conversation: str
    """The call as plain text, a line for each thing said."""
    metadata: dict[str, str | float] = Field(default_factory=dict)
    """Facts from the telephone system."""
    expect: dict[str, Verdict] = Field(min_length=1)
    """The verdict that each of these criteria must get."""


class Scorecard(Part):
    """A service standard: what is asked of a call, and what it is worth.

    A card is whole here: what its file takes from other files (``extends``, ``uses``) is in it.
    """

    scorecard: str = Field(min_length=1)
    """The card's id; results are kept under it."""
    version: PositiveInt = Field(le=MOST_VERSIONS)
    """A whole number; raise it whenever the card changes."""
    name: LocalText | None = None
    """What people call it."""
    pass_mark: Decimal = Field(ge=0, le=100)
    """The total in per cent from which a call passes."""
    variables: dict[str, WordSet] = Field(default_factory=dict)
    """Words that phrases name in braces, {brand}: one, or a set of words of which any will do."""
    lists: dict[str, Phrases] = Field(default_factory=dict)
    """Phrases by name."""
    sections: tuple[Section, ...] = Field(min_length=1)
    """The parts of the service."""
    tests: tuple[CardTest, ...] = ()
    """Conversations with the verdicts they must get."""
    content_hash: str = Field(default="", exclude=True)

    def packed(self) -> tuple[str, str]:
        """Return the card as JSON and its hash, for another process: it cannot be pickled."""
        return self.model_dump_json(by_alias=True, exclude_unset=True), self.content_hash

    @classmethod
    def unpacked(cls, content: str, content_hash: str) -> Scorecard:
        """Return the card that was packed.

        Raises:
            ValidationError: another version of the package packed it.
        """
        card = cls.model_validate_json(content)
        return card.model_copy(update={"content_hash": content_hash})

    def criteria(self) -> list[Criterion]:
        """Return every criterion, in the order of the card."""
        return [criterion for section in self.sections for criterion in section.criteria]

    def criteria_by_id(self) -> dict[str, Criterion]:
        """Return every criterion by its id, and by those that it had before."""
        return {name: c for c in self.criteria() for name in (*c.id_before, c.id)}

    def phrases(self, says: Says, facts: Mapping[str, str]) -> tuple[str, ...]:
        """Return the phrases of ``says``: its own and its lists', with variables filled in.

        ``facts`` are the values of `METADATA_VARIABLES` that are known about the call.
        """
        groups = [says.any] if says.any else []
        groups += [self.lists[name] for name in says.list or ()]
        return self._filled(groups, facts)

    def meanings(self, says: Says, facts: Mapping[str, str]) -> tuple[str, ...]:
        """Return the examples of what ``says`` looks for by meaning."""
        own = self._filled([says.meaning] if says.meaning else [], facts)
        return own + (self.phrases(says, facts) if says.match == "meaning" else ())

    def counterexamples(self, says: Says, facts: Mapping[str, str]) -> tuple[str, ...]:
        """Return examples of what ``says`` does not look for, however alike."""
        return self._filled([says.not_meaning] if says.not_meaning else [], facts)

    def exceptions(self, says: Says, facts: Mapping[str, str]) -> tuple[str, ...]:
        """Return the phrases inside which ``says`` finds nothing."""
        return self._filled([says.exceptions] if says.exceptions else [], facts)

    def words_of(self, facts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
        """Return the words that each variable may stand for; none where a fact is not known."""
        values = {
            name: tuple(word for words in local.values() for word in words)
            for name, local in self.variables.items()
        }
        return values | {
            name: (facts[name],) if name in facts else () for name in METADATA_VARIABLES
        }

    def _filled(self, groups: list[Phrases], facts: Mapping[str, str]) -> tuple[str, ...]:
        """Return the phrases of all languages, each variable replaced by each of its values.

        A phrase with a fact that is not known of this call is left out.
        """
        values = self.words_of(facts)
        raw = [phrase for group in groups for texts in group.values() for phrase in texts]
        return tuple(dict.fromkeys(text for phrase in raw for text in fill(phrase, values)))


def fill(phrase: str, values: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return ``phrase`` with every variable in it replaced by each of its values."""
    texts = [phrase]
    if "{" not in phrase:
        return texts
    for name, known in values.items():
        mark = "{" + name + "}"
        if mark in phrase:
            texts = [text.replace(mark, value) for text in texts for value in known]
    return texts


def filled_count(phrase: str, values: Mapping[str, tuple[str, ...]]) -> int:
    """Return how many phrases `fill` would make of ``phrase``, without making them."""
    return prod(len(known) for name, known in values.items() if "{" + name + "}" in phrase)
