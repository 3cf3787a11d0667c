"""Conversations, scored calls and texts without what tells who somebody is.

Judging comes before: a scorecard sees what was really said. What it quotes is redacted here
along with the conversation, and every quote stays an exact piece of its utterance.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qa_pipeline.privacy.find import IDENTIFYING, find_sensitive
from qa_pipeline.privacy.reasons import hide
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
        found = {
            Hidden(rewrite.text[s.start : s.end], rewrite.cut(s.start, s.end))
            for rewrites in self.passes
            for rewrite in rewrites.values()
            for s in rewrite.spans
        }
        return tuple(sorted(found, key=lambda h: (-len(h.text), h.text)))

    def evidence(self, evidence: Evidence) -> Evidence:
        """Return evidence whose quote and context are redacted."""
        if evidence.quote is None or evidence.context is None:
            return evidence
        text, quote = evidence.context, evidence.quote
        start = self._quote_start(evidence)
        for rewrites in self.passes:
            rewrite = rewrites.get(evidence.utterance_id or "")
            if rewrite is None:
                continue
            if rewrite.text != text:  # not the text of this utterance: by itself, then
                text, quote = self._apart(text, quote)
                break
            new_start = rewrite.place(start)
            quote = rewrite.cut(start, start + len(quote))
            text, start = rewrite.redacted, new_start
        return evidence.model_copy(update={"quote": quote, "context": text})

    def _quote_start(self, evidence: Evidence) -> int:
        """Return where the quote stands in its context: of several places the one in time."""
        text, quote = evidence.context or "", evidence.quote or ""
        starts = [i for i in range(len(text) - len(quote) + 1) if text.startswith(quote, i)]
        utterance = next(
            (u for u in self.original.utterances if u.utterance_id == evidence.utterance_id), None
        )
        if len(starts) < 2 or utterance is None or utterance.text != text:
            return starts[0] if starts else 0
        times = [
            (place[0], word.start_s)
            for place, word in zip(word_places(utterance), utterance.words, strict=True)
        ]

        def away(start: int) -> float:
            said_s = [s for place, s in times if place <= start] or [utterance.start_s]
            return abs(said_s[-1] - evidence.start_s)

        return min(starts, key=away)

    def _apart(self, text: str, quote: str) -> tuple[str, str]:
        pairs = [(h.text, h.placeholder) for h in self.hidden]
        hidden = hide(text, pairs)
        quote = hide(quote, pairs)
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
            (piece.quote, after)
            for piece in evidence
            if piece.quote and (after := self.evidence(piece).quote) and piece.quote != after
        ]
        for before, after in sorted(quotes, key=lambda pair: -len(pair[0])):
            reason = reason.replace(before, after)
        return hide(reason, [(h.text, h.placeholder) for h in self.hidden])

    def answer(self, answer: ModelAnswer) -> ModelAnswer:
        """Return a language model's answer, its quotes and its own words redacted."""
        lines = {u.utterance_id: u for u in self.original.utterances}
        quotes = tuple(
            ModelQuote(utterance_id=q.utterance_id, quote=self._quote(lines, q))
            for q in answer.quotes
        )
        hidden = [(h.text, h.placeholder) for h in self.hidden]
        return answer.model_copy(update={"quotes": quotes, "why": hide(answer.why, hidden)})

    def _quote(self, lines: Mapping[str, Utterance], quote: ModelQuote) -> str:
        line = lines.get(quote.utterance_id)
        if line is None or quote.quote not in line.text:
            return hide(quote.quote, [(h.text, h.placeholder) for h in self.hidden])
        proof = Evidence.quoting("supports", line, quote.quote, line.start_s, line.end_s)
        return self.evidence(proof).quote or ""

    def text(self, utterance_id: str, text: str) -> str:
        """Return an utterance's text as it reads now, or another text without what was hidden."""
        for before, after in zip(
            self.original.utterances, self.conversation.utterances, strict=True
        ):
            if before.utterance_id == utterance_id and before.text == text:
                return after.text
        return hide(text, [(h.text, h.placeholder) for h in self.hidden])


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
