"""The operators of a check, as a card writes them. Nothing here judges a call.

Every operator is an optional key of a check and exactly one of them is given, so that the place
of a mistake in the file and the place in the model are the same. What stands in quotes under a
key is what an editor shows beside it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PositiveInt, field_validator, model_validator

from qa_pipeline.language.patterns import pattern
from qa_pipeline.records import MeasureRole, ToneLabel
from qa_pipeline.scoring.fact_checks import MetadataCheck
from qa_pipeline.scoring.measure_names import MEASURE_NAMES, MEASURED_IN_WINDOWS
from qa_pipeline.scoring.parts import (
    LocalText,
    Names,
    Part,
    Patterns,
    PerLanguage,
    Phrases,
    Range,
    each_of,
    require_one_of,
    require_order,
)
from qa_pipeline.scoring.units import Extent, Percent, Seconds

Who = Literal["agent", "customer", "any"]
Match = Literal["exact", "fuzzy", "sound", "meaning"]
SilenceKind = Literal["any", "silence", "hold"]
ThanIn = Literal["units", "percent"]
MAX_REGEX = 2_000
"""Characters of a regular expression."""
MAX_QUESTION = 500
"""Characters of a question to a language model."""


def _anchor(value: object) -> object:
    """Read the shorthand ``before: silence``."""
    if isinstance(value, str):
        if value != "silence":
            raise ValueError(f"expected a check or the word 'silence', found {value!r}")
        return {"silence": {}}
    return value


_ANCHOR = BeforeValidator(_anchor, json_schema_input_type=Any)


class Window(Part):
    """The seconds in which a check looks. Without any key: the whole conversation."""

    first: Extent | None = None
    """The beginning of the call: 15s, 20%."""
    last: Extent | None = None
    """The end of the call: 30s, 20%."""
    after: Annotated[Check | None, _ANCHOR] = None
    """After the first thing that this check finds; with `within`, after each of them."""
    before: Annotated[Check | None, _ANCHOR] = None
    """Before the first thing that this check finds; with `within`, before each of them."""
    around: Annotated[Check | None, _ANCHOR] = None
    """`within` so many seconds before and after each thing that this check finds."""
    within: Seconds | None = None
    """How many seconds after, before or around."""

    @model_validator(mode="after")
    def _within_needs_anchor(self) -> Window:
        anchored = self.after or self.before or self.around
        if self.within is not None and not anchored:
            raise ValueError("'within' needs an anchor: after, before or around")
        if self.around is not None and self.within is None:
            raise ValueError("'around' needs 'within', such as within: 10s")
        return self

    def is_open(self) -> bool:
        """Tell whether no window is set."""
        return not (self.first or self.last or self.after or self.before or self.around)


class Says(Window):
    """Somebody says one of the phrases, something the pattern finds, or something like it."""

    who: Who = "agent"
    """Who says it: agent, customer or any."""
    any: Phrases | None = None
    """Phrases, of which one is enough."""
    list: Names | None = None
    """One or several of the card's lists of phrases."""
    regex: PerLanguage[Patterns] | None = None
    """One or several regular expressions (RE2), looked for in each utterance; capitals do not
    matter."""
    near_regex: PerLanguage[Patterns] | None = None
    """Regular expressions of what is only near to what is looked for: where no more than that is
    said, a person has to look."""
    meaning: Phrases | None = None
    """Examples of what is meant: anything that means the same is found."""
    not_meaning: Phrases | None = None
    """Examples of what sounds alike and is not meant: what is nearer to them is not found."""
    match: Match = "sound"
    """How `any` and `list` are compared; each way includes those before it."""
    similarity: float | None = Field(default=None, ge=50, le=100)
    """How alike words have to be, 50 to 100; 80 where not said."""
    meaning_similarity: float | None = Field(default=None, ge=20, le=99)
    """How alike meanings have to be, 20 to 99; where not said, what suits the model."""
    min: PositiveInt = 1
    """How many times it has to be said."""
    exceptions: Phrases | None = Field(default=None, alias="except")
    """Phrases inside which nothing is found."""
    except_regex: PerLanguage[Patterns] | None = None
    """Regular expressions (RE2): inside what they match nothing is found."""
    statement: bool = False
    """It has to be told: what is asked or supposed (if) is not found; where unsure: for review."""
    review: bool = False
    """Whether a person has to look wherever it is found, however surely."""
    review_regex: PerLanguage[Patterns] | None = None
    """Regular expressions (RE2): what is found inside what they match, a person has to look at."""
    what: LocalText | None = None
    """What it is called in reasons."""

    @field_validator("regex", "near_regex", "except_regex", "review_regex")
    @classmethod
    def _compiles(cls, value: PerLanguage[Patterns] | None) -> PerLanguage[Patterns] | None:
        given = value.values() if value else ()
        for source in (source for patterns in given for source in each_of(patterns)):
            if len(source) > MAX_REGEX:
                raise ValueError(
                    f"regular expression of {len(source)} characters; at most {MAX_REGEX}: write "
                    "several, or use any or list for many phrases"
                )
            pattern(source)
        return value

    @model_validator(mode="after")
    def _has_words(self) -> Says:
        if not (_any_text(self.any) or self.list or self.regex or _any_text(self.meaning)):
            raise ValueError("says what? give one of: any, list, regex, meaning")
        if self.match == "meaning" and not (self.any or self.list):
            raise ValueError("match: meaning compares phrases; give any or list, or use meaning")
        if not self.by_meaning and (self.not_meaning or self.meaning_similarity):
            raise ValueError("not_meaning and meaning_similarity need meaning (or match: meaning)")
        return self

    @property
    def by_meaning(self) -> bool:
        """Tell whether a sentence encoder is asked for."""
        return self.meaning is not None or self.match == "meaning"


def _any_text(phrases: Phrases | None) -> bool:
    return phrases is not None and any(phrases.values())


class Question(Window):
    """A language model answers yes to a question, and quotes what proves it."""

    ask: LocalText
    """The question, to be answered by yes or no from what is said."""
    who: Who = "agent"
    """Whose words have to prove the answer: agent, customer or any."""
    no_without_quote: bool = False
    """Whether a no may stand without a quote, since what nobody said cannot be quoted."""

    @field_validator("ask")
    @classmethod
    def _can_be_asked(cls, value: LocalText) -> LocalText:
        for text in value.values():
            if not text.strip() or len(text) > MAX_QUESTION:
                raise ValueError(f"a question has 1 to {MAX_QUESTION} characters")
            if "{" in text or "}" in text:
                raise ValueError("variables do not stand in questions: write the word itself")
        return value


class Limits(Part):
    """A comparison; every limit is inclusive and may differ by language."""

    at_most: PerLanguage[float] | None = None
    """The highest value allowed."""
    at_least: PerLanguage[float] | None = None
    """The lowest value allowed."""
    between: PerLanguage[Range] | None = None
    """The lowest and the highest value allowed: [110, 210]."""

    @model_validator(mode="after")
    def _has_limit(self) -> Limits:
        if self.at_most is None and self.at_least is None and self.between is None:
            raise ValueError("no limit: give at_most, at_least or between")
        for low, high in self.between.values() if self.between else ():
            if low > high:
                raise ValueError(f"between: {low:g} is above {high:g}")
        for language in ("en", "zh", ""):
            low_high = self.bounds(language)
            if low_high is not None:
                require_order(low_high[1], low_high[0])
        return self

    def bounds(self, language: str) -> tuple[float | None, float | None] | None:
        """Return (lowest, highest) allowed; ``None`` where the language has no limit."""
        low = self.at_least.of(language) if self.at_least else None
        high = self.at_most.of(language) if self.at_most else None
        if self.between and (pair := self.between.of(language)):
            low, high = pair
        return None if low is None and high is None else (low, high)


class Than(Window):
    """What a measure is compared with: the same measure elsewhere in the call, or of another."""

    role: MeasureRole | None = None
    """Whose measure to compare with; where not said, the same speaker's."""
    by: ThanIn = "units"
    """Limits are on the difference in `units` of the measure, or in `percent` of this one."""


class MeasureCheck(Window, Limits):
    """A measure lies within limits, by itself or compared with another part of the call."""

    name: PerLanguage[str]
    """Which measure; see docs/measures.md."""
    role: MeasureRole = "call"
    """Of whom: agent, customer or call."""
    than: Than | None = None
    """Compare with this: the limits are then on how much more it is here than there."""

    @field_validator("name")
    @classmethod
    def _known(cls, value: PerLanguage[str]) -> PerLanguage[str]:
        for name in value.values():
            require_one_of(name, MEASURE_NAMES, "measure")
        return value

    @model_validator(mode="after")
    def _can_be_windowed(self) -> MeasureCheck:
        if self.than is not None and self.than.is_open() and self.than.role in (None, self.role):
            raise ValueError("'than' compares a measure with itself: give a window or a role")
        there = self.than is not None and not self.than.is_open()
        for name in self.name.values() if there or not self.is_open() else ():
            require_one_of(name, MEASURED_IN_WINDOWS, "measure of a part of a call")
        return self


class ToneCheck(Window):
    """The share of somebody's utterances with a tone of wording lies within limits."""

    who: Who = "agent"
    """Whose utterances."""
    label: ToneLabel = "negative"
    """Which tone."""
    at_most: Percent | None = None
    """The highest share allowed, in per cent."""
    at_least: Percent | None = None
    """The lowest share allowed, in per cent."""
    min_probability: float = Field(default=0.5, ge=0, le=1)
    """Tones that are less likely than this do not count."""

    @model_validator(mode="after")
    def _has_limit(self) -> ToneCheck:
        if self.at_most is None and self.at_least is None:
            raise ValueError("no limit: give at_most or at_least, such as at_most: 10%")
        require_order(self.at_most, self.at_least)
        return self


class SilenceCheck(Window):
    """No stretch without speech is longer than a limit (or only so many are)."""

    longer_than: Seconds = 10.0
    """A stretch of up to this is no matter."""
    kind: SilenceKind = "any"
    """silence, hold (music) or any."""
    at_most: int = Field(default=0, ge=0)
    """How many longer ones are allowed."""


class CountCheck(Part):
    """How often a check finds something lies within limits."""

    of: Check
    """What is counted."""
    at_least: int | None = Field(default=None, ge=0)
    """The lowest number allowed."""
    at_most: int | None = Field(default=None, ge=0)
    """The highest number allowed."""

    @model_validator(mode="after")
    def _has_limit(self) -> CountCheck:
        if self.at_least is None and self.at_most is None:
            raise ValueError("no limit: give at_least or at_most")
        require_order(self.at_most, self.at_least)
        return self


class Operators(Part):
    """The operators, of which a check has exactly one."""

    says: Says | None = None
    """Somebody says something."""
    never_says: Says | None = None
    """Nobody says something."""
    then: Then | None = None
    """After one thing, another happens within so many seconds."""
    in_order: tuple[Check, ...] | None = Field(default=None, min_length=2)
    """Each check finds something after what the one before it found."""
    measure: MeasureCheck | None = None
    """A measure lies within limits."""
    tone: ToneCheck | None = None
    """The share of utterances with a tone lies within limits."""
    silence: SilenceCheck | None = None
    """No stretch without speech is too long."""
    metadata: MetadataCheck | None = None
    """A fact from the telephone system is as asked."""
    question: Question | None = None
    """A language model answers yes, and quotes what proves it."""
    count: CountCheck | None = None
    """Something is found as often as asked."""
    all_of: tuple[Check, ...] | None = Field(default=None, alias="all", min_length=1)
    """Every one of the checks holds."""
    any_of: tuple[Check, ...] | None = Field(default=None, alias="any", min_length=1)
    """One of the checks holds."""
    negated: Check | None = Field(default=None, alias="not")
    """The check does not hold."""
    at_least: PositiveInt | None = None
    """So many of the checks in `of` hold."""
    of: tuple[Check, ...] | None = Field(default=None, min_length=1)
    """The checks for `at_least`."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Operators:
        given = [name for name in OPERATOR_FIELDS if getattr(self, name) is not None]
        if len(given) != 1:
            found = ", ".join(keyword(name) for name in given) or "none"
            raise ValueError(f"a check has exactly one operator, found {found}")
        if (self.at_least is None) != (self.of is None):
            raise ValueError("'at_least' and 'of' belong together: at_least: 2, of: [...]")
        if self.at_least is not None and self.of is not None and self.at_least > len(self.of):
            raise ValueError(f"at_least: {self.at_least} of only {len(self.of)} checks")
        return self

    def operator(self) -> tuple[str, Any]:
        """Return the field name of the one operator and what it was given."""
        for name in OPERATOR_FIELDS:
            body = getattr(self, name)
            if body is not None:
                return name, body
        raise AssertionError("a validated check has an operator")


class Check(Operators):
    """One question to a call: an operator, where it looks, and what excuses a failure."""

    window: Window | None = None
    """Where everything in this check looks."""
    unless: Check | None = None
    """What excuses a failure. Of a silence, it is asked for each stretch by itself."""


class Then(Operators):
    """After something happens, something else happens within so many seconds."""

    after: Annotated[Check, _ANCHOR]
    """What happens first."""
    within: Seconds
    """Seconds from when its speaker has finished until the other thing has begun."""
    every: bool = False
    """Whether it has to follow every time, and not only once."""
    unless: Check | None = None
    """What excuses one that nothing follows; looked for in the same seconds."""


OPERATOR_FIELDS = (
    "says",
    "never_says",
    "then",
    "in_order",
    "measure",
    "tone",
    "silence",
    "metadata",
    "question",
    "count",
    "all_of",
    "any_of",
    "negated",
    "at_least",
)


def keyword(field: str) -> str:
    """Return the word by which a card calls an operator field."""
    info = Operators.model_fields[field]
    return info.alias or field
