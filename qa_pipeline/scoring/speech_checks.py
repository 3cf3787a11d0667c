"""The operators on what is said: ``says`` and ``never_says``."""

from dataclasses import dataclass
from statistics import fmean

from qa_pipeline.language.normalise import simplified
from qa_pipeline.language.patterns import pattern
from qa_pipeline.records import Evidence, EvidenceKind
from qa_pipeline.scoring.checks import Says
from qa_pipeline.scoring.context import Ask, Context, narrowed
from qa_pipeline.scoring.matching import Hit, compiled, find
from qa_pipeline.scoring.outcome import Event, Outcome
from qa_pipeline.scoring.reasons import HEARD_LIMIT
from qa_pipeline.scoring.stream import Quote, Stream

FORBIDDEN_SIMILARITY = 92.0
"""Accusing somebody of a forbidden phrase asks for more than finding a greeting."""
EXCEPTION_SIMILARITY = 93.0
"""An exception must be nearly exact, or it would swallow what differs from it by one word."""
LOW_PROBABILITY = 0.5
MAX_EVIDENCE = 5


@dataclass(frozen=True)
class Found:
    """A match in the call: what was said, and how sure the match is."""

    quote: Quote
    score: float
    is_match: bool
    narrow: bool

    @property
    def confidence(self) -> float:
        """How sure it is that this was said, 0 to 1."""
        return self.score / 100 * self.quote.probability

    @property
    def doubtful(self) -> bool:
        """Tell whether a person should look."""
        return self.narrow or self.quote.probability < LOW_PROBABILITY


def says(body: Says, context: Context, ask: Ask) -> Outcome:
    """Answer whether ``body.who`` says one of the phrases, ``body.min`` times or more."""
    seen = _look(body, context, ask, body.similarity)
    if isinstance(seen, Outcome):
        return seen
    inside, found = seen
    matches = [f for f in found if f.is_match]
    if len(matches) >= body.min:
        surest = sorted((f.confidence for f in matches), reverse=True)[: body.min]
        return Outcome(
            answer="yes",
            reason=context.words.said(body.who, _times(matches)),
            evidence=_quotes("supports", matches),
            events=_events(matches),
            confidence=round(surest[-1], 4),
            doubtful=sum(not f.doubtful for f in matches) < body.min,
            from_text=True,
        )
    return _missing(body, inside, found)


def never_says(body: Says, context: Context, ask: Ask) -> Outcome:
    """Answer whether ``body.who`` stays clear of every one of the phrases."""
    similarity = body.similarity or FORBIDDEN_SIMILARITY
    seen = _look(body, context, ask, similarity)
    if isinstance(seen, Outcome):
        return seen
    inside, found = seen
    matches = [f for f in found if f.is_match]
    if len(matches) >= body.min:
        return Outcome(
            answer="no",
            reason=context.words.said(body.who, _times(matches)),
            evidence=_quotes("violates", matches),
            events=_events(matches),
            confidence=round(max(f.confidence for f in matches), 4),
            doubtful=all(f.doubtful for f in matches),
            from_text=True,
        )
    return Outcome(
        answer="yes",
        reason=context.words.never_said(body.who, _what(body, inside), inside.place),
        evidence=inside.searched(),
        confidence=_heard_probability(body, inside),
        doubtful=bool(found),
        from_text=True,
    )


def _look(
    body: Says, context: Context, ask: Ask, similarity: float | None
) -> tuple[Context, list[Found]] | Outcome:
    """Return where was looked and what was found there, in order of time."""
    blocked = context.call.not_heard(body.who)
    if blocked is not None:
        return context.unknown(blocked)
    inside = narrowed(body, context, ask)
    if isinstance(inside, Outcome):
        return inside
    found: list[Found] = []
    for stream in context.call.streams(body.who):
        found += [f for f in _in_stream(body, context, stream, similarity) if _is_in(inside, f)]
    return inside, sorted(found, key=lambda f: (f.quote.start_s, f.quote.end_s))


def _is_in(context: Context, found: Found) -> bool:
    return context.has(found.quote.start_s, found.quote.end_s)


def _in_stream(
    body: Says, context: Context, stream: Stream, similarity: float | None
) -> list[Found]:
    """Return matches and near misses of phrases and regular expressions in one stream."""
    phrases = compiled(context.phrases(body), body.match, similarity)
    hits = find(stream, phrases)
    hits += _regex_hits(body, stream, context.call.language)
    exempt = compiled(context.exceptions(body), body.match, EXCEPTION_SIMILARITY)
    spans = [(h.first, h.last) for h in find(stream, exempt) if h.found]
    kept: list[Hit] = []
    for hit in hits:
        clear = all(hit.last < first or hit.first > last for first, last in (*spans,))
        taken = any(not (hit.last < k.first or hit.first > k.last) for k in kept)
        if clear and not taken:
            kept.append(hit)
    return [Found(stream.quote(h.first, h.last), h.score, h.found, h.narrow) for h in kept]


def _regex_hits(body: Says, stream: Stream, language: str) -> list[Hit]:
    """Return what the regular expression finds, utterance by utterance, as exact matches."""
    source = body.regex.of(language) if body.regex else None
    if source is None:
        return []
    hits = []
    for index, utterance in enumerate(stream.utterances):
        for match in pattern(source).finditer(simplified(utterance.text)):
            covered = [
                i
                for i, token in enumerate(stream.tokens)
                if token.utterance == index
                and token.start < match.end() > match.start()
                and token.end > match.start()
            ]
            if covered:
                hits.append(Hit(covered[0], covered[-1], 100.0, 100.0, source))
    return hits


def _missing(body: Says, inside: Context, found: list[Found]) -> Outcome:
    """Return the answer where the phrase was not said, or not often enough."""
    words = inside.words
    matches = [f for f in found if f.is_match]
    reason = words.not_said(body.who, _what(body, inside), inside.place, _heard(body, inside))
    if matches:
        reason = words.too_few(len(matches), body.min, words.said(body.who, _times(matches)))
    confidence = _heard_probability(body, inside)
    return Outcome(
        answer="no",
        reason=reason,
        evidence=(*_quotes("supports", matches), *inside.searched()),
        events=_events(matches),
        confidence=round(confidence * (0.6 if len(found) > len(matches) else 1.0), 4),
        doubtful=len(found) >= body.min or confidence < LOW_PROBABILITY,
        from_text=True,
    )


def _heard(body: Says, inside: Context) -> str:
    """Return the words said in the window, shortened: its beginning, or its end for ``last``."""
    parts = [cut for stream in inside.call.streams(body.who) for cut in stream.texts(inside.has)]
    heard = " ".join(text for _, text in sorted(parts))
    if len(heard) <= HEARD_LIMIT:
        return heard
    return "…" + heard[-HEARD_LIMIT:] if body.last is not None else heard[:HEARD_LIMIT] + "…"


def _what(body: Says, context: Context) -> str:
    """Return what was looked for, in words."""
    if body.what is not None:
        return body.what.or_first(context.words.language)
    return context.words.such_words(context.phrases(body))


def _heard_probability(body: Says, inside: Context) -> float:
    """Return how surely the words in the window were recognised, 0 to 1."""
    probabilities = [
        token.probability
        for stream in inside.call.streams(body.who)
        for token in stream.tokens
        if inside.has(token.start_s, token.end_s)
    ]
    return round(fmean(probabilities), 4) if probabilities else 1.0


def _times(found: list[Found]) -> list[tuple[str, float]]:
    return [(f.quote.text, f.quote.start_s) for f in found]


def _quotes(kind: EvidenceKind, found: list[Found]) -> tuple[Evidence, ...]:
    quotes = (f.quote for f in found[:MAX_EVIDENCE])
    return tuple(Evidence.quoting(kind, q.utterance, q.text, q.start_s, q.end_s) for q in quotes)


def _events(found: list[Found]) -> tuple[Event, ...]:
    return tuple(
        Event(f.quote.start_s, f.quote.end_s, max(f.quote.end_s, f.quote.utterance.end_s))
        for f in found
    )
