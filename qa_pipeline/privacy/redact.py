"""Conversations, scored calls and texts without what tells who somebody is.

Judging comes before: a scorecard sees what was really said. What it quotes is redacted here
along with the conversation, and every quote stays an exact piece of its utterance.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from qa_pipeline.privacy.find import IDENTIFYING, find_sensitive
from qa_pipeline.privacy.own_words import hide_digits
from qa_pipeline.privacy.reasons import Line, hide, hide_in_reason
from qa_pipeline.privacy.rewriting import Rewrite, Span, word_places
from qa_pipeline.records import (
    Conversation,
    CriterionResult,
    Evidence,
    ModelAnswer,
    ModelQuote,
    ProcessedCall,
    ScoredCall,
    SensitiveKind,
    Utterance,
)

_MOST_PASSES = 6
_PLAIN = "en"


@dataclass(frozen=True)
class Hidden:
    """A piece of text that was replaced, and by what."""

    text: str
    placeholder: str


@dataclass(frozen=True)
class Redaction:
    """A redacted conversation and how to redact what quotes it."""

    original: Conversation
    conversation: Conversation
    passes: tuple[dict[str, Rewrite], ...] = field(repr=False)
    """Rewritten utterances by id; a second pass sees what the first brought together."""

    @property
    def changed(self) -> bool:
        """Whether anything was redacted."""
        return bool(self.passes)

    @property
    def hidden(self) -> tuple[Hidden, ...]:
        """Every piece of text that was replaced, the longest first."""
        found = {Hidden(text, mark) for text, mark in self._said}
        return tuple(sorted(found, key=lambda h: (-len(h.text), h.text)))

    @cached_property
    def _pairs(self) -> list[tuple[str, str]]:
        return [(hidden.text, hidden.placeholder) for hidden in self.hidden]

    @cached_property
    def _said(self) -> list[tuple[str, str]]:
        """What was replaced and by what, in the order in which it was said."""
        return [
            (rewrite.text[s.start : s.end], rewrite.cut(s.start, s.end))
            for rewrites in self.passes
            for utterance in self.original.utterances
            if (rewrite := rewrites.get(utterance.utterance_id)) is not None
            for s in rewrite.spans
        ]

    @cached_property
    def _utterances(self) -> dict[str, Utterance]:
        return {utterance.utterance_id: utterance for utterance in self.original.utterances}

    @cached_property
    def _lines(self) -> list[Line]:
        return [Line(u.text, partial(self._cut, u.utterance_id)) for u in self.original.utterances]

    def _cut(self, utterance_id: str, start: int, end: int) -> str:
        """Return what is left of characters ``start`` to ``end`` of an utterance."""
        text: str | None = None
        for rewrites in self.passes:
            rewrite = rewrites.get(utterance_id)
            if rewrite is not None:
                text = rewrite.cut(start, end)
                start = rewrite.place(start)
                end = start + len(text)
        if text is not None:
            return text
        return self._utterances[utterance_id].text[start:end]

    def evidence(self, evidence: Evidence) -> Evidence:
        """Return evidence whose quote and context are redacted."""
        if evidence.quote is None or evidence.context is None:
            return evidence
        utterance_id = evidence.utterance_id or ""
        if not any(utterance_id in rewrites for rewrites in self.passes):
            return evidence
        utterance = self._utterances[utterance_id]
        if utterance.text == evidence.context:
            start = _quote_start(evidence, utterance)
            quote = self._cut(utterance_id, start, start + len(evidence.quote))
            text = self._cut(utterance_id, 0, len(evidence.context))
        else:  # not the text of this utterance: by itself, then
            text, quote = self._apart(evidence.context, evidence.quote)
        return evidence.model_copy(update={"quote": quote, "context": text})

    def _apart(self, text: str, quote: str) -> tuple[str, str]:
        hidden = hide(text, self._pairs)
        quote = hide(quote, self._pairs)
        return hidden, quote if quote in hidden else hidden

    def scored(self, scored: ScoredCall) -> ScoredCall:
        """Return a scored call, verdicts and points as they were, quotes and reasons redacted."""
        if not self.passes:
            return scored
        criteria = tuple(self._criterion(result) for result in scored.criteria)
        return scored.model_copy(update={"criteria": criteria})

    def _criterion(self, result: CriterionResult) -> CriterionResult:
        evidence = tuple(self.evidence(piece) for piece in result.evidence)
        reason = self.reason(result.reason, result.evidence)
        return result.model_copy(update={"evidence": evidence, "reason": reason})

    def reason(self, reason: str, evidence: Sequence[Evidence]) -> str:
        """Return a reason that repeats what evidence quotes, and what was heard, redacted."""
        quotes = [
            (piece.quote, self.evidence(piece).quote or "") for piece in evidence if piece.quote
        ]
        # Of the same words quoted twice, once as digits, none are left.
        for before, after in sorted(quotes, key=lambda pair: pair[0] == pair[1]):
            reason = reason.replace(f"“{before}”", f"“{after}”")
        return hide_in_reason(reason, self._pairs, self._lines, {after for _, after in quotes})

    def answer(self, answer: ModelAnswer) -> ModelAnswer:
        """Return a language model's answer, its quotes and its own words redacted."""
        quotes = tuple(
            ModelQuote(utterance_id=q.utterance_id, quote=self._quote(q)) for q in answer.quotes
        )
        why = hide_digits(hide(answer.why, self._pairs), self._said)
        return answer.model_copy(update={"quotes": quotes, "why": why})

    def _quote(self, quote: ModelQuote) -> str:
        line = self._utterances.get(quote.utterance_id)
        if line is None or quote.quote not in line.text:
            return hide(quote.quote, self._pairs)
        proof = Evidence.quoting("supports", line, quote.quote, line.start_s, line.end_s)
        return self.evidence(proof).quote or ""

    def text(self, utterance_id: str, text: str) -> str:
        """Return an utterance's text as it reads now, or another text without what was hidden."""
        for before, after in zip(
            self.original.utterances, self.conversation.utterances, strict=True
        ):
            if before.utterance_id == utterance_id and before.text == text:
                return after.text
        return hide(text, self._pairs)


def _quote_start(evidence: Evidence, utterance: Utterance) -> int:
    """Return where the quote stands in its utterance: of several places the one in time."""
    text, quote = utterance.text, evidence.quote or ""
    starts = [i for i in range(len(text) - len(quote) + 1) if text.startswith(quote, i)]
    times = [
        (place[0], word.start_s)
        for place, word in zip(word_places(utterance), utterance.words, strict=True)
    ]

    def away(start: int) -> float:
        said_s = [s for place, s in times if place <= start] or [utterance.start_s]
        return abs(said_s[-1] - evidence.start_s)

    return min(starts, key=away)


def redact_conversation(
    conversation: Conversation, kinds: Collection[SensitiveKind] = IDENTIFYING
) -> Redaction:
    """Replace what tells who somebody is by placeholders such as ``[phone]`` and ``[电话]``.

    The same input gives the same result, and a redacted conversation stays as it is. Utterances,
    their times and the words around keep what they were; the words of a number become one word
    with the time of all of them.
    """
    utterances = conversation.utterances
    passes: list[dict[str, Rewrite]] = []
    for _ in range(_MOST_PASSES):
        rewrites = dict(_rewrites(utterances, kinds))
        if not rewrites:
            break
        passes.append(rewrites)
        utterances = tuple(
            rewrites[u.utterance_id].utterance(u) if u.utterance_id in rewrites else u
            for u in utterances
        )
    redacted = conversation.model_copy(update={"utterances": utterances})
    return Redaction(conversation, redacted, tuple(passes))


def _rewrites(
    utterances: tuple[Utterance, ...], kinds: Collection[SensitiveKind]
) -> Iterator[tuple[str, Rewrite]]:
    spans: dict[int, list[Span]] = defaultdict(list)
    for item in find_sensitive(utterances, kinds):
        for piece in item.pieces:
            spans[piece.utterance].append(Span(piece.start, piece.end, item.kind))
    for index, found in spans.items():
        utterance = utterances[index]
        yield utterance.utterance_id, Rewrite.of(utterance.text, utterance.language, found)


def redact_call(
    call: ProcessedCall, kinds: Collection[SensitiveKind] = IDENTIFYING
) -> ProcessedCall:
    """Return a processed call with conversation, quotes and reasons redacted; verdicts stay."""
    redaction = redact_conversation(call.conversation, kinds)
    if not redaction.changed and not call.answers:
        return call
    scored = tuple(redaction.scored(card) for card in call.scored)
    answers = tuple(_in_own_words(redaction.answer(item), kinds) for item in call.answers)
    return call.model_copy(
        update={"conversation": redaction.conversation, "scored": scored, "answers": answers}
    )


def _in_own_words(answer: ModelAnswer, kinds: Collection[SensitiveKind]) -> ModelAnswer:
    """Return an answer whose own words are redacted: a model may write a number its own way."""
    return answer.model_copy(update={"why": redact_text(answer.why, kinds, answer.language)})


def redact_text(
    text: str, kinds: Collection[SensitiveKind] = IDENTIFYING, language: str = _PLAIN
) -> str:
    """Return a text by itself, such as a message, with placeholders."""
    if not text.strip() or not kinds:
        return text
    utterance = Utterance(
        utterance_id="u0001",
        role="unknown",
        speaker="unknown",
        language=language,
        words=(),
        text=text,
        start_s=0.0,
        end_s=0.0,
    )
    for _ in range(_MOST_PASSES):
        rewrites = dict(_rewrites((utterance,), kinds))
        if not rewrites:
            break
        utterance = utterance.model_copy(update={"text": rewrites["u0001"].redacted})
    return utterance.text
