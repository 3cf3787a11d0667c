"""How the calls of a run were scored, summed up by card. The reports say more."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from qa_pipeline.records import ProcessedCall, ScoredCall
from qa_pipeline.records.base import Record

_CENT = Decimal("0.01")


class GivenScore(Record):
    """What one card made of one call."""

    scorecard: str
    version: int
    total_pct: Decimal
    passed: bool | None
    """``None``: undecided until a person has checked what is critical."""
    to_check: int
    """Verdicts that a person should check."""


class CardScores(Record):
    """What one card made of the calls of a run that were understood well enough to count."""

    scorecard: str
    version: int
    calls: int
    passed: int
    undecided: int
    """Calls of which a person has to decide whether they pass."""
    mean_pct: Decimal
    """Mean total, half-up to two places."""
    to_check: int
    """Verdicts that a person should check."""


def given_scores(call: ProcessedCall) -> tuple[GivenScore, ...]:
    """Return the scores of a call that count: nothing of one that is not well understood."""
    if call.conversation.trust.level != "ok":
        return ()
    return tuple(score for scored in call.scored for score in _given(scored))


def _given(scored: ScoredCall) -> Iterable[GivenScore]:
    if scored.total_pct is not None:
        yield GivenScore(
            scorecard=scored.scorecard,
            version=scored.version,
            total_pct=scored.total_pct,
            passed=scored.passed,
            to_check=sum(result.needs_review for result in scored.criteria),
        )


def by_card(scores: Iterable[GivenScore]) -> tuple[CardScores, ...]:
    """Sum up scores by card, in the order of names and versions."""
    groups: dict[tuple[str, int], list[GivenScore]] = {}
    for score in scores:
        groups.setdefault((score.scorecard, score.version), []).append(score)
    return tuple(
        CardScores(
            scorecard=name,
            version=version,
            calls=len(group),
            passed=sum(score.passed is True for score in group),
            undecided=sum(score.passed is None for score in group),
            mean_pct=(sum((s.total_pct for s in group), Decimal(0)) / len(group)).quantize(
                _CENT, ROUND_HALF_UP
            ),
            to_check=sum(score.to_check for score in group),
        )
        for (name, version), group in sorted(groups.items())
    )
