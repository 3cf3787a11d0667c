"""One card on one call: every criterion a verdict with evidence, and the score that follows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from qa_pipeline.language.meaning import Meanings
from qa_pipeline.records import (
    CallMetadata,
    Conversation,
    CriterionResult,
    Evidence,
    Measures,
    ReachedVerdict,
    ScoredCall,
    SectionResult,
    TrustLevel,
    Verdict,
)
from qa_pipeline.scoring.answers import Answers
from qa_pipeline.scoring.arithmetic import Totals, points
from qa_pipeline.scoring.call import Call
from qa_pipeline.scoring.checks import Check
from qa_pipeline.scoring.context import Context
from qa_pipeline.scoring.doubts import Doubts
from qa_pipeline.scoring.evaluate import ask
from qa_pipeline.scoring.fingerprints import engine, fingerprints
from qa_pipeline.scoring.model_reasons import ModelWords
from qa_pipeline.scoring.outcome import Outcome
from qa_pipeline.scoring.question_checks import MODEL_CONFIDENCE
from qa_pipeline.scoring.reasons import Words
from qa_pipeline.scoring.schema import Criterion, Scorecard
from qa_pipeline.scoring.search import Queries

REVIEW_CONFIDENCE = 0.5
"""No verdict on text is surer than this where the transcript itself needs review."""

Known = Mapping[str, ReachedVerdict]
"""Verdicts on a call that stand, by the fingerprint of what was asked (`fingerprints`)."""


class Judge:
    """Judges calls by a card; what the card looks for is worked out once for all of them."""

    def __init__(self, scorecard: Scorecard, meanings: Meanings | None = None) -> None:
        """``meanings``: what compares meanings, where the card asks for it."""
        self._card = scorecard
        self._meanings = meanings or Meanings()
        self._queries = Queries(scorecard)

    @cached_property
    def engine(self) -> str:
        """What answers, for the record."""
        return engine(self._card, self._meanings)

    @cached_property
    def fingerprints(self) -> dict[str, str]:
        """What each criterion asks, by its id, where equal ones get equal verdicts."""
        return fingerprints(self._card, self.engine)

    def score(
        self,
        conversation: Conversation,
        measures: Measures | None,
        metadata: CallMetadata | None,
        answers: Answers | None = None,
        known: Known | None = None,
    ) -> ScoredCall:
        """Judge a call.

        ``answers``: what a language model has answered about the call; what it has not, where
        the card asks, is noted there as missing. ``known``: verdicts on this very call that are
        taken as they are.

        The same input gives the same result, byte for byte. Where the transcript cannot be
        trusted (``trust.level`` is ``reject``), everything that depends on it is ``unscored`` and
        the call has no total: the few facts left say nothing about the service.
        """
        call = Call(conversation, measures, metadata or CallMetadata())
        return self._score(call, answers, known or {})

    def score_known(
        self, call_id: str, language: str, trust: TrustLevel, known: Known
    ) -> ScoredCall | None:
        """Score a call by verdicts that are all known; ``None`` where one of them is not."""
        asked, words = self.fingerprints, Words(language)
        if len(asked) < len(self._card.criteria()) or not known.keys() >= set(asked.values()):
            return None
        results = []
        for section in self._card.sections:
            for criterion in section.criteria:
                verdict = known[asked[criterion.id]]
                results.append(_result(criterion, section.id, words.language, verdict))
        return self._added_up(call_id, language, trust, tuple(results))

    def _score(self, call: Call, answers: Answers | None, known: Known) -> ScoredCall:
        conversation = call.conversation
        results = self._criteria(call, None, answers, known)
        return self._added_up(
            conversation.call_id, conversation.language, conversation.trust.level, results
        )

    def _added_up(
        self, call_id: str, language: str, trust: TrustLevel, results: tuple[CriterionResult, ...]
    ) -> ScoredCall:
        card = self._card
        totals = Totals(card, results, Words(language).language)
        trusted = trust != "reject"
        return ScoredCall(
            call_id=call_id,
            scorecard=card.scorecard,
            version=card.version,
            scorecard_hash=card.content_hash,
            engine=self.engine,
            total_pct=totals.total_pct if trusted else None,
            total_without_critical_pct=totals.without_critical_pct if trusted else None,
            passed=totals.passed if trusted else None,
            total_low_pct=totals.low_pct if trusted else None,
            total_high_pct=totals.high_pct if trusted else None,
            trust=trust,
            sections=totals.sections if trusted else tuple(_blank(s) for s in totals.sections),
            criteria=results,
        )

    def criteria(
        self,
        conversation: Conversation,
        measures: Measures | None,
        metadata: CallMetadata | None,
        only: Collection[str] | None = None,
        answers: Answers | None = None,
    ) -> tuple[CriterionResult, ...]:
        """Judge a call by the criteria of the card, or by those whose ids are in ``only``."""
        call = Call(conversation, measures, metadata or CallMetadata())
        return self._criteria(call, only, answers, {})

    def _criteria(
        self, call: Call, only: Collection[str] | None, answers: Answers | None, known: Known
    ) -> tuple[CriterionResult, ...]:
        context = Context(
            self._card,
            call,
            (call.extent,),
            self._queries,
            meanings=self._meanings,
            answers=answers or Answers(),
        )
        asked = self.fingerprints if known else {}
        language = context.words.language
        return tuple(
            _result(
                criterion,
                section.id,
                language,
                known.get(asked.get(criterion.id, "")) or _judged(criterion, context),
            )
            for section in self._card.sections
            for criterion in section.criteria
            if only is None or criterion.id in only
        )


def score_by(
    judges: Sequence[Judge],
    conversation: Conversation,
    measures: Measures | None,
    metadata: CallMetadata | None,
    answers: Answers | None = None,
    known: Known | None = None,
) -> tuple[ScoredCall, ...]:
    """Judge a call by several cards: the results are those of each alone.

    What is said is cut into words once, a phrase that several cards look for is found once, and
    what several cards ask is judged once. ``known``: see `Judge.score`.
    """
    call = Call(conversation, measures, metadata or CallMetadata())
    known = dict(known or {})
    scored: list[ScoredCall] = []
    for judge in judges:
        if scored:
            known |= reached_verdicts(scored[-1].criteria, judges[len(scored) - 1].fingerprints)
        scored.append(judge._score(call, answers, known))
    return tuple(scored)


def reached_verdicts(
    results: Iterable[CriterionResult], fingerprints: Mapping[str, str]
) -> dict[str, ReachedVerdict]:
    """Return what results say of a call, by the fingerprint of what was asked."""
    return {
        fingerprints[r.criterion_id]: ReachedVerdict(
            r.verdict, r.reason, r.confidence, r.needs_review, r.evidence
        )
        for r in results
        if r.criterion_id in fingerprints
    }


def score_call(
    scorecard: Scorecard,
    conversation: Conversation,
    measures: Measures | None,
    metadata: CallMetadata | None,
    meanings: Meanings | None = None,
    answers: Answers | None = None,
) -> ScoredCall:
    """Judge one call by a card: see `Judge`, which is for many calls."""
    return Judge(scorecard, meanings).score(conversation, measures, metadata, answers)


def _blank(section: SectionResult) -> SectionResult:
    return section.model_copy(update={"score_pct": None, "score_without_critical_pct": None})


def _judged(criterion: Criterion, context: Context) -> ReachedVerdict:
    """Return the verdict on one criterion."""
    context.call.begin_criterion()
    verdict, outcome = _verdict(criterion, context)
    if context.call.needs_model:
        verdict, outcome = _beside_rules(criterion, context, verdict, outcome)
    doubts = Doubts(context.words)
    outcome = _doubted_with_call(verdict, outcome, context.call.conversation, doubts)
    evidence: tuple[Evidence, ...] = outcome.evidence
    if not evidence and verdict in ("met", "partly_met", "not_met"):
        evidence = context.searched()
    reason = outcome.reason
    if verdict != "unscored":
        reason = context.words.join([reason, doubts.sentence(outcome.doubts)])
    confidence, needs_review = _certainty(verdict, outcome, context.call.conversation)
    return ReachedVerdict(verdict, reason, confidence, needs_review, evidence)


def _result(
    criterion: Criterion, section_id: str, language: str, reached: ReachedVerdict
) -> CriterionResult:
    """Return a verdict with what it is worth and called on the card."""
    earned, possible = points(criterion, reached.verdict)
    return CriterionResult(
        criterion_id=criterion.id,
        section_id=section_id,
        name=criterion.called(language),
        verdict=reached.verdict,
        points_earned=earned,
        points_possible=possible,
        critical=criterion.critical,
        reason=reached.reason,
        confidence=reached.confidence,
        needs_review=reached.needs_review,
        evidence=reached.evidence,
    )


def _verdict(criterion: Criterion, context: Context) -> tuple[Verdict, Outcome]:
    """Ask whether the criterion applies, whether it is met, and if not whether it is in part."""
    words = context.words
    applies: Outcome | None = None
    if criterion.when is not None:
        applies = ask(criterion.when, context)
        if applies.answer == "unknown":
            return "unscored", applies
        if applies.answer == "no":
            return "not_applicable", _with_reason(applies, words.not_applicable(applies.reason))
    check = _excusable(criterion)
    if check is None:
        return "unscored", context.unknown(words.for_a_person(), from_text=False)
    found = ask(check, context)
    if applies is not None:
        found = _doubted(found, applies)
    if found.answer == "unknown":
        return "unscored", found
    if found.answer == "yes":
        return "met", found
    part = ask(criterion.partly, context) if criterion.partly is not None else None
    if part is None:
        return "not_met", found
    both = replace(_doubted(part, found), reason=words.partly(found.reason, part.reason))
    if part.answer == "yes":
        return "partly_met", both
    perhaps = (Doubts(words).perhaps_in_part(),) if part.answer == "unknown" else ()
    return "not_met", replace(found, doubts=(*found.doubts, *part.doubts, *perhaps))


def _beside_rules(
    criterion: Criterion, context: Context, verdict: Verdict, outcome: Outcome
) -> tuple[Verdict, Outcome]:
    """Return a verdict with a language model's part in it held to what it may decide.

    Where rules alone come to the same verdict, it is theirs. Where only the model decides, a
    critical criterion is left to a person; of others a failure, whole or in part, needs review.
    """
    context.call.begin_criterion()
    alone, by_rules = _verdict(criterion, replace(context, answers=Answers()))
    if alone == verdict and verdict != "unscored":
        return alone, by_rules
    if verdict == "unscored":
        return verdict, outcome
    if criterion.critical is not None:
        reason = ModelWords(context.words).alone(outcome.reason)
        return "unscored", replace(outcome, reason=reason, for_person=True)
    return verdict, replace(
        outcome,
        confidence=min(outcome.confidence, MODEL_CONFIDENCE),
        doubts=outcome.doubts
        if verdict == "met"
        else (*outcome.doubts, Doubts(context.words).model_alone()),
    )


def _excusable(criterion: Criterion) -> Check | None:
    """Return the criterion's check with the criterion's own exception on it.

    ``None``: a person has to judge.
    """
    if criterion.check is None or criterion.unless is None:
        return criterion.check
    unless = criterion.unless
    if criterion.check.unless is not None:
        unless = Check.model_validate({"any": [criterion.check.unless, unless]})
    return criterion.check.model_copy(update={"unless": unless})


def _with_reason(outcome: Outcome, reason: str) -> Outcome:
    return replace(outcome, reason=reason)


def _doubted(found: Outcome, applies: Outcome) -> Outcome:
    """Carry over the doubt about what was asked before: whether it applies, or holds in full."""
    return replace(
        found,
        doubts=(*found.doubts, *applies.doubts),
        confidence=min(found.confidence, applies.confidence),
        from_text=found.from_text or applies.from_text,
    )


def _certainty(
    verdict: Verdict, outcome: Outcome, conversation: Conversation
) -> tuple[float, bool]:
    """Return how sure a verdict is, 0 to 1, and whether a person should look at it."""
    if verdict == "unscored":
        return 0.0, outcome.for_person
    confidence = outcome.confidence
    if outcome.from_text:
        confidence *= conversation.role_confidence
        if conversation.trust.level == "review":
            confidence = min(confidence, REVIEW_CONFIDENCE)
    return round(min(1.0, max(0.0, confidence)), 4), outcome.doubtful


def _doubted_with_call(
    verdict: Verdict, outcome: Outcome, conversation: Conversation, doubts: Doubts
) -> Outcome:
    """Carry over the doubt about the transcript to what depends on it."""
    if verdict == "unscored" or not outcome.from_text or conversation.trust.level != "review":
        return outcome
    return replace(outcome, doubts=(*outcome.doubts, doubts.transcript()))
