"""Verdicts, the evidence for them, and the score that follows."""

from decimal import Decimal
from typing import Literal, NamedTuple, Self

from pydantic import Field, NonNegativeFloat, model_validator

from qa_pipeline.records.base import Record
from qa_pipeline.records.conversation import Role, TrustLevel, Utterance

Verdict = Literal["met", "partly_met", "not_met", "not_applicable", "unscored"]
EvidenceKind = Literal["supports", "violates", "searched"]


class Evidence(Record):
    """The seconds of audio that prove a verdict, with the words spoken in them.

    ``quote`` is an exact piece of ``context``, the text of the utterance it was taken from; any
    other quote is refused. A measured fact (a silence, say) has a time span and no quote; a
    verdict about something missing carries the window that was searched. What the telephone system
    knows was not heard: it is an empty window at 0.
    """

    kind: EvidenceKind
    start_s: NonNegativeFloat
    end_s: NonNegativeFloat
    quote: str | None = None
    utterance_id: str | None = None
    role: Role | None = None
    context: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _quote_is_exact(self) -> Self:
        if self.end_s < self.start_s:
            raise ValueError(f"evidence ends at {self.end_s} before it starts at {self.start_s}")
        if self.quote is not None:
            if self.utterance_id is None or self.context is None:
                raise ValueError("a quote needs the utterance it is taken from")
            if not self.quote or self.quote not in self.context:
                raise ValueError(
                    f"quote {self.quote!r} is not a piece of utterance {self.utterance_id}"
                )
        return self

    @property
    def is_heard(self) -> bool:
        """Tell whether it is in the sound, and not known from the telephone system."""
        return self.end_s > 0.0 or self.kind != "searched"

    @classmethod
    def quoting(
        cls, kind: EvidenceKind, utterance: Utterance, quote: str, start_s: float, end_s: float
    ) -> Self:
        """Quote a piece of an utterance, spoken from ``start_s`` to ``end_s``."""
        return cls(
            kind=kind,
            start_s=start_s,
            end_s=end_s,
            quote=quote,
            utterance_id=utterance.utterance_id,
            role=utterance.role,
            context=utterance.text,
        )


class CriterionResult(Record):
    """The verdict on one criterion, what it earned, why, and the evidence."""

    criterion_id: str
    section_id: str
    name: str
    verdict: Verdict
    points_earned: Decimal
    points_possible: Decimal
    """Zero for ``not_applicable`` and ``unscored``, which leave both sides of the fraction, and
    for a bonus or penalty, whose ``points_earned`` (below 0: taken off) go to the total."""
    critical: Literal["section", "card"] | None = None
    reason: str
    confidence: float = Field(ge=0.0, le=1.0)
    needs_review: bool = False
    evidence: tuple[Evidence, ...] = ()

    @model_validator(mode="after")
    def _judged_needs_evidence(self) -> Self:
        if self.verdict in ("met", "partly_met", "not_met") and not self.evidence:
            raise ValueError(f"verdict {self.verdict} on {self.criterion_id} has no evidence")
        return self


class ReachedVerdict(NamedTuple):
    """What a call was found to be on one criterion, whatever that is worth and wherever it stands.

    What of a `CriterionResult` follows from the call and the question alone.
    """

    verdict: Verdict
    reason: str
    confidence: float
    needs_review: bool
    evidence: tuple[Evidence, ...]


class SectionResult(Record):
    """The score of one section in per cent; ``None`` when nothing in it could be judged."""

    section_id: str
    name: str
    weight: Decimal
    score_pct: Decimal | None
    score_without_critical_pct: Decimal | None


class ScoredCall(Record):
    """One call judged by one version of one scorecard."""

    call_id: str
    scorecard: str
    version: int
    scorecard_hash: str
    engine: str | None = None
    """Digest of the code, and of the models, that judged by the card: where it and the card are
    the same, so is the result. ``None``: judged before it was noted."""
    total_pct: Decimal | None
    """Exact, half-up to two places; ``None`` when nothing could be judged."""
    total_without_critical_pct: Decimal | None
    passed: bool | None
    """``None``: no total, or undecided until a person has looked at a critical failure."""
    total_low_pct: Decimal | None = None
    """The total if every verdict that needs review or is unscored turned out ``not_met``."""
    total_high_pct: Decimal | None = None
    """The same if every one turned out ``met``; equal to the total where all verdicts are sure."""
    trust: TrustLevel
    sections: tuple[SectionResult, ...]
    criteria: tuple[CriterionResult, ...]
