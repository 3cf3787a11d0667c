"""The operators of a check, as a card writes them. Nothing here judges a call.

Every operator is an optional key of a check and exactly one of them is given, so that the place
of a mistake in the file and the place in the model are the same.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PositiveInt, field_validator, model_validator

from qa_pipeline.language.patterns import pattern
from qa_pipeline.records import CallMetadata, MeasureRole, ToneLabel
from qa_pipeline.scoring.parts import LocalText, Part, PerLanguage, Phrases, Range, require_one_of
from qa_pipeline.scoring.units import Extent, Percent, Seconds

Who = Literal["agent", "customer", "any"]
Match = Literal["exact", "fuzzy", "sound"]
SilenceKind = Literal["any", "silence", "hold"]

MEASURE_NAMES = (
    "talk_s",
    "talk_share_pct",
    "silence_pct",
    "longest_silence_s",
    "dead_air_s",
    "longest_dead_air_s",
    "announced_silence_s",
    "longest_gap_s",
    "hold_count",
    "hold_s",
    "longest_hold_s",
    "response_delay_s",
    "interruptions",
    "longest_monologue_s",
    "pace_wpm",
    "pace_cpm",
    "pauses_per_min",
    "median_pause_s",
    "negative_tone_pct",
    "positive_tone_pct",
    "tone_change",
    "tone_trend",
    "recognition_confidence_pct",
    "speech_covered_pct",
    "answer_delay_s",
    "noise_level_dbfs",
    "snr_db",
    "loudness_dbfs",
    "loudness_spread_db",
    "pitch_hz",
    "pitch_st",
    "pitch_range_st",
    "pitch_vs_habit_st",
    "pitch_range_vs_habit_st",
    "loudness_vs_habit_db",
    "pace_vs_habit_pct",
    "voice_vs_habit_z",
)
"""The measures a card may ask for; each is defined where it is computed."""


def _anchor(value: object) -> object:
    """Read the shorthand ``before: silence``."""
    if isinstance(value, str):
        if value != "silence":
            raise ValueError(f"expected a check or the word 'silence', found {value!r}")
        return {"silence": {}}
    return value


class Window(Part):
    """The seconds in which a check looks. Without any key: the whole conversation."""

    first: Extent | None = None
    last: Extent | None = None
    after: Annotated[Check | None, BeforeValidator(_anchor)] = None
    before: Annotated[Check | None, BeforeValidator(_anchor)] = None
    around: Annotated[Check | None, BeforeValidator(_anchor)] = None
    within: Seconds | None = None

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
    """Somebody says one of the phrases (or something the regular expression finds)."""

    who: Who = "agent"
    any: Phrases | None = None
    list: tuple[str, ...] | None = None
    regex: PerLanguage[str] | None = None
    match: Match = "sound"
    similarity: float | None = Field(default=None, ge=50, le=100)
    min: PositiveInt = 1
    exceptions: Phrases | None = Field(default=None, alias="except")
    what: LocalText | None = None

    @field_validator("list", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("regex")
    @classmethod
    def _compiles(cls, value: PerLanguage[str] | None) -> PerLanguage[str] | None:
        for source in value.values() if value else ():
            pattern(source)
        return value

    @model_validator(mode="after")
    def _has_words(self) -> Says:
        if not (self.any or self.list or self.regex):
            raise ValueError("says what? give one of: any, list, regex")
        return self


class Limits(Part):
    """A comparison; every limit is inclusive and may differ by language."""

    at_most: PerLanguage[float] | None = None
    at_least: PerLanguage[float] | None = None
    between: PerLanguage[Range] | None = None

    @model_validator(mode="after")
    def _has_limit(self) -> Limits:
        if self.at_most is None and self.at_least is None and self.between is None:
            raise ValueError("no limit: give at_most, at_least or between")
        for low, high in self.between.values() if self.between else ():
            if low > high:
                raise ValueError(f"between: {low:g} is above {high:g}")
        return self

    def bounds(self, language: str) -> tuple[float | None, float | None] | None:
        """Return (lowest, highest) allowed; ``None`` where the language has no limit."""
        low = self.at_least.of(language) if self.at_least else None
        high = self.at_most.of(language) if self.at_most else None
        if self.between and (pair := self.between.of(language)):
            low, high = pair
        return None if low is None and high is None else (low, high)


class MeasureCheck(Limits):
    """A measure lies within limits."""

    name: PerLanguage[str]
    role: MeasureRole = "call"

    @field_validator("name")
    @classmethod
    def _known(cls, value: PerLanguage[str]) -> PerLanguage[str]:
        for name in value.values():
            require_one_of(name, MEASURE_NAMES, "measure")
        return value


class ToneCheck(Window):
    """The share of somebody's utterances with a tone of wording lies within limits."""

    who: Who = "agent"
    label: ToneLabel = "negative"
    at_most: Percent | None = None
    at_least: Percent | None = None
    min_probability: float = Field(default=0.5, ge=0, le=1)

    @model_validator(mode="after")
    def _has_limit(self) -> ToneCheck:
        if self.at_most is None and self.at_least is None:
            raise ValueError("no limit: give at_most or at_least, such as at_most: 10%")
        return self


class MetadataCheck(Part):
    """A fact from the telephone system equals something or lies within limits."""

    field: str
    equals: str | None = Field(default=None, alias="is")
    differs: str | None = Field(default=None, alias="is_not")
    one_of: tuple[str, ...] | None = None
    at_most: float | None = None
    at_least: float | None = None
    if_missing: bool | None = None

    @field_validator("field")
    @classmethod
    def _known(cls, value: str) -> str:
        return require_one_of(value, tuple(CallMetadata.model_fields), "metadata field")

    @model_validator(mode="after")
    def _has_comparison(self) -> MetadataCheck:
        given = (self.equals, self.differs, self.one_of, self.at_most, self.at_least)
        if all(value is None for value in given):
            raise ValueError("no comparison: give is, is_not, one_of, at_most or at_least")
        return self


class SilenceCheck(Window):
    """No stretch without speech is longer than a limit (or only so many are)."""

    longer_than: Seconds = 10.0
    kind: SilenceKind = "any"
    at_most: int = Field(default=0, ge=0)


class CountCheck(Part):
    """How often a check finds something lies within limits."""

    of: Check
    at_least: int | None = Field(default=None, ge=0)
    at_most: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _has_limit(self) -> CountCheck:
        if self.at_least is None and self.at_most is None:
            raise ValueError("no limit: give at_least or at_most")
        return self


class Operators(Part):
    """The operators, of which a check has exactly one."""

    says: Says | None = None
    never_says: Says | None = None
    then: Then | None = None
    in_order: tuple[Check, ...] | None = Field(default=None, min_length=2)
    measure: MeasureCheck | None = None
    tone: ToneCheck | None = None
    silence: SilenceCheck | None = None
    metadata: MetadataCheck | None = None
    count: CountCheck | None = None
    all_of: tuple[Check, ...] | None = Field(default=None, alias="all", min_length=1)
    any_of: tuple[Check, ...] | None = Field(default=None, alias="any", min_length=1)
    negated: Check | None = Field(default=None, alias="not")
    at_least: PositiveInt | None = None
    of: tuple[Check, ...] | None = Field(default=None, min_length=1)

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
    unless: Check | None = None


class Then(Operators):
    """After something happens, something else happens within so many seconds."""

    after: Annotated[Check, BeforeValidator(_anchor)]
    within: Seconds
    every: bool = False


OPERATOR_FIELDS = (
    "says",
    "never_says",
    "then",
    "in_order",
    "measure",
    "tone",
    "silence",
    "metadata",
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
