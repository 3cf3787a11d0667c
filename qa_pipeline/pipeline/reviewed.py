"""Scores after review: people's verdicts in the card's own arithmetic, beside the machine's.

The machine's score stays as it was. Where people agree on a criterion, or one of them decided,
their verdict takes the machine's place; where they are at odds, the criterion is left out until
they agree. Then the same exact arithmetic adds up.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from qa_pipeline.errors import UsageError
from qa_pipeline.records import CriterionResult, Verdict
from qa_pipeline.resources import resource_folder
from qa_pipeline.scoring import Scorecard, find_scorecards, load_scorecard
from qa_pipeline.scoring.arithmetic import Totals, points
from qa_pipeline.store import (
    JudgedCall,
    JudgedCriterion,
    KeptCard,
    ReviewedResult,
    ReviewedScore,
    StoreOwner,
    StoreReader,
)

FindCard = Callable[[str], Scorecard | None]
"""From the hash of a card's content to the card; ``None`` where it is not at hand."""


def refresh_reviewed(owner: StoreOwner, extra: Iterable[str] = ()) -> int:
    """Compute every score after review that is missing or out of date; return how many.

    ``extra``: names or paths of scorecards to look at beside those kept in the store.
    """
    cards = Cards(owner, extra)
    for content_hash in owner.unkept_cards():
        card = cards.with_hash(content_hash)
        if card is not None:  # what it asks tells which of people's verdicts count
            keep_scorecard(owner, card)
    stale = owner.stale_reviewed_calls()
    scores = [reviewed_score(call, cards.of(call)) for call in stale]
    return owner.put_reviewed_scores(
        scores, [item for call in stale for item in reviewed_results(call, cards.of(call))]
    )


_NOT_JUDGED_BY: dict[str, Any] = {
    "tests": True,
    "sections": {"__all__": {"criteria": {"__all__": {"examples"}}}},
}
"""Made-up conversations of a card; what they say must not be taken for what a caller said."""


def keep_scorecard(owner: StoreOwner, card: Scorecard) -> None:
    """Keep what calls are judged by, as the card has it now, in the store."""
    owner.keep_scorecard(to_be_kept(card))


def to_be_kept(card: Scorecard) -> KeptCard:
    """Return what calls are judged by, as the card has it now."""
    content = card.model_dump_json(by_alias=True, exclude_defaults=True, exclude=_NOT_JUDGED_BY)
    return KeptCard(
        scorecard=card.scorecard,
        version=card.version,
        content_hash=card.content_hash,
        content=content,
    )


class Cards:
    """Finds the very card that judged a call: kept in the store, or among the files at hand."""

    def __init__(self, reader: StoreReader, extra: Iterable[str] = ()) -> None:
        self._reader = reader
        self._extra = tuple(extra)
        self._found: dict[str, Scorecard | None] = {}

    def of(self, call: JudgedCall) -> Scorecard | None:
        """Return the card by which the call was judged; ``None`` where it is not at hand."""
        return self.with_hash(call.scorecard_hash)

    def with_hash(self, wanted: str) -> Scorecard | None:
        """Return the card whose content has that hash; ``None`` where it is not at hand."""
        if wanted not in self._found:
            self._found[wanted] = self._kept(wanted) or self._in_files(wanted)
        return self._found[wanted]

    def _kept(self, content_hash: str) -> Scorecard | None:
        kept = self._reader.kept_scorecard(content_hash)
        if kept is None:
            return None
        try:
            return Scorecard.unpacked(kept.content, content_hash)
        except ValidationError:  # kept by another version of qa_pipeline
            return None

    def _in_files(self, content_hash: str) -> Scorecard | None:
        paths = [*map(Path, self._extra), *find_scorecards(resource_folder("scorecards"))]
        for path in paths:
            if not path.is_file():
                continue
            try:
                card = load_scorecard(path)
            except UsageError:
                continue
            if card.content_hash == content_hash:
                return card
        return None


def reviewed_score(call: JudgedCall, card: Scorecard | None) -> ReviewedScore:
    """Return the score of a call by the verdicts that count after review."""
    judged = {item.criterion_id: item for item in call.criteria}
    reviewed = [i for i in call.criteria if i.people_state in ("agreed", "decided")]
    changed = sum(i.people_verdict != i.machine_verdict for i in reviewed)
    disputed = sum(i.people_state == "disputed" for i in call.criteria)
    note = _why_not(call, card)
    totals = None
    if card is not None and note is None:
        totals = Totals(card, _results(card, judged), call.language)
    return ReviewedScore(
        call_id=call.call_id,
        scorecard=call.scorecard,
        version=call.version,
        scorecard_hash=call.scorecard_hash,
        total_pct=totals.total_pct if totals else None,
        total_without_critical_pct=totals.without_critical_pct if totals else None,
        total_low_pct=totals.low_pct if totals else None,
        total_high_pct=totals.high_pct if totals else None,
        passed=totals.passed if totals else None,
        reviewed=len(reviewed),
        changed=changed,
        disputed=disputed,
        note=note,
        scored_at=call.scored_at,
    )


def reviewed_results(call: JudgedCall, card: Scorecard | None) -> tuple[ReviewedResult, ...]:
    """Return what people's verdicts on a call earn; nothing where the card is not at hand."""
    if card is None:
        return ()
    judged = {i.criterion_id: i for i in call.criteria if i.people_verdict is not None}
    return tuple(
        ReviewedResult(
            call_id=call.call_id,
            scorecard=call.scorecard,
            version=call.version,
            criterion_id=result.criterion_id,
            verdict=result.verdict,
            points_earned=result.points_earned,
            points_possible=result.points_possible,
        )
        for result in _results(card, judged)
    )


def counting(item: JudgedCriterion) -> Verdict:
    """Return the verdict that counts after review."""
    if item.people_state is None:
        return item.machine_verdict
    return item.people_verdict or "unscored"


def _why_not(call: JudgedCall, card: Scorecard | None) -> str | None:
    """Return why there can be no total, or ``None`` where there can."""
    if card is None:
        return (
            f"{call.scorecard} version {call.version} as it judged this call is not at hand: give "
            "its file with --scorecard"
        )
    open_ = [i for i in call.criteria if i.machine_verdict == "unscored" and i.people_state is None]
    if call.trust == "reject" and open_:
        return (
            "the transcript cannot be trusted, and nobody has reviewed "
            f"{len(open_)} of its criteria: the others alone say nothing about the service"
        )
    return None


def _results(card: Scorecard, judged: dict[str, JudgedCriterion]) -> list[CriterionResult]:
    """Return a result for every criterion of the card that the call was judged by."""
    results = []
    for section in card.sections:
        for criterion in section.criteria:
            if criterion.id not in judged:
                continue
            item = judged[criterion.id]
            verdict = counting(item)
            earned, possible = points(criterion, verdict)
            # Without validation: a person's verdict needs no quote, they have listened.
            results.append(
                CriterionResult.model_construct(
                    criterion_id=criterion.id,
                    section_id=section.id,
                    name=criterion.id,
                    verdict=verdict,
                    points_earned=earned,
                    points_possible=possible,
                    critical=criterion.critical,
                    reason="",
                    confidence=1.0,
                    needs_review=item.machine_needs_review and item.people_state is None,
                    evidence=(),
                )
            )
    return results
