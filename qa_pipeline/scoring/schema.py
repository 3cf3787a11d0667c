"""What a scorecard is made of. The shape of the YAML file, and nothing about judging calls.

Every operator is an optional key of a check and exactly one of them is given, so that the place
of a mistake in the file and the place in the model are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    field_validator,
    model_validator,
)

from qa_pipeline.records import CallMetadata, MeasureRole, ToneLabel, Verdict
from qa_pipeline.scoring.patterns import pattern
from qa_pipeline.scoring.units import Extent, Percent, Seconds

Language = Literal["en", "zh"]
Who = Literal["agent", "customer", "any"]
Match = Literal["exact", "fuzzy", "sound"]
SilenceKind = Literal["any", "silence", "hold"]

MEASURE_NAMES = (
    "talk_s",
    "talk_share_pct",
    "silence_pct",
    "longest_silence_s",
    "longest_gap_s",
    "hold_count",
    "hold_s",
    "longest_hold_s",
    "response_delay_s",
    "interruptions",
    "longest_monologue_s",
    "pace_wpm",
    "pace_cpm",
    "negative_tone_pct",
    "positive_tone_pct",
    "recognition_confidence_pct",
    "speech_covered_pct",
    "answer_delay_s",
    "noise_level_dbfs",
    "snr_db",
    "loudness_dbfs",
)
"""The measures a card may ask for; each is defined where it is computed."""

METADATA_VARIABLES = ("agent_name", "agent_id", "team", "site")
"""Variables that every card has: facts about the call that is judged."""

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
    metadata: dict[str, str | float] = {}
    expect: dict[str, Verdict] = Field(min_length=1)


class Scorecard(Part):
    """A service standard: what is asked of a call, and what it is worth."""

    scorecard: str = Field(min_length=1)
    version: PositiveInt
    name: LocalText | None = None
    pass_mark: Decimal = Field(ge=0, le=100)
    variables: dict[str, LocalText] = {}
    lists: dict[str, Phrases] = {}
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


VERDICTS: tuple[str, ...] = get_args(Verdict)
