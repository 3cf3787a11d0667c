"""The operators on what is said: ``says`` and ``never_says``.

The second of two steps: ``search`` has found what is said anywhere, this judges the window.
"""

from dataclasses import dataclass
from statistics import fmean

from qa_pipeline.records import Evidence, EvidenceKind
from qa_pipeline.scoring.checks import Says
from qa_pipeline.scoring.context import Ask, Context, narrowed
from qa_pipeline.scoring.doubts import Doubts
from qa_pipeline.scoring.outcome import Event, Outcome
from qa_pipeline.scoring.reasons import HEARD_LIMIT
from qa_pipeline.scoring.search import (
    LOW_PROBABILITY,
    MEANING_FAR,
    MEANING_NEAR,
    Found,
    Query,
    search,
    search_meaning,
    search_near,
)
from qa_pipeline.scoring.stream import Stream

FORBIDDEN_SIMILARITY = 92.0
"""Accusing somebody of a forbidden phrase asks for more than finding a greeting."""
UNSURE_WORD = 0.25
"""Nobody is accused, without a person looking, on a phrase with a word recognised less surely."""
MAX_EVIDENCE = 5


@dataclass(frozen=True)
class Seen:
    """Where was looked, what was found there, and why meanings could not be compared."""

    inside: Context
    found: list[Found]
    missing: str | None


def says(body: Says, context: Context, ask: Ask) -> Outcome:
    """Answer whether ``body.who`` says one of the phrases, ``body.min`` times or more."""
    seen = _look(body, context, ask, body.similarity, MEANING_FAR)
    if isinstance(seen, Outcome):
        return seen
    inside, found = seen.inside, seen.found
    matches = [f for f in found if f.is_match]
    if len(matches) >= body.min:
        surest = sorted((f.confidence for f in matches), reverse=True)[: body.min]
        events = _events(matches, inside)
        surely = sum(not f.doubtful for f in matches)
        return Outcome(
            answer="yes",
            reason=context.words.said(body.who, _times(matches)),
            evidence=_quotes("supports", matches),
            events=events,
            completed=events[body.min - 1] if body.min > 1 else None,
            nearly=_nearly(found, inside),
            confidence=round(surest[-1], 4),
            doubts=(
                *(_doubts(matches, inside) if surely < body.min else ()),
                *inside.doubts_found,
            ),
            from_text=True,
        )
    if seen.missing is not None:
        return context.unknown(seen.missing)
    return _missing(body, inside, found)


def never_says(body: Says, context: Context, ask: Ask) -> Outcome:
    """Answer whether ``body.who`` stays clear of every one of the phrases."""
    similarity = body.similarity or FORBIDDEN_SIMILARITY
    seen = _look(body, context, ask, similarity, MEANING_NEAR)
    if isinstance(seen, Outcome):
        return seen
    inside, found = seen.inside, seen.found
    matches = [f for f in found if f.is_match]
    if len(matches) >= body.min:
        return Outcome(
            answer="no",
            reason=context.words.said(body.who, _times(matches)),
            evidence=_quotes("violates", matches),
            events=_events(matches, inside),
            nearly=_nearly(found, inside),
            confidence=round(max(f.confidence for f in matches), 4),
            doubts=(
                *(_doubts(matches, inside) if all(map(_may_be_wrong, matches)) else ()),
                *inside.doubts_found,
            ),
            from_text=True,
        )
    if seen.missing is not None:
        return context.unknown(seen.missing)
    confidence = heard_probability(body, inside)
    return Outcome(
        answer="yes",
        reason=context.words.never_said(body.who, _what(body, inside), inside.place),
        evidence=inside.searched(),
        nearly=_nearly(found, inside),
        confidence=confidence,
        doubts=(
            *(_doubts(found, inside) if len(found) >= body.min else ()),
            *_unclear(confidence, inside),
            *inside.doubts_missing,
        ),
        from_text=True,
    )


def _look(
    body: Says, context: Context, ask: Ask, similarity: float | None, near: float
) -> Seen | Outcome:
    """Return where was looked and what was found there, in order of time.

    ``near``: how many points below its threshold a meaning is worth a look.
    """
    blocked = context.call.not_heard(body.who)
    if blocked is not None:
        return context.unknown(blocked)
    inside = narrowed(body, context, ask)
    if isinstance(inside, Outcome):
        return inside
    call = context.call
    query = context.queries.of(body, similarity, call.language, call.facts)
    found: list[Found] = []
    for stream in context.call.streams(body.who):
        everywhere = search(query, stream)
        if not call.may_look(len(everywhere)):
            return context.unknown(context.words.too_involved())
        found += [f for f in everywhere if _is_in(inside, f)]
    enough = sum(f.is_match for f in found) >= body.min
    if not enough:
        for stream in call.streams(body.who):
            near_words = [f for f in search_near(query, stream) if _is_in(inside, f)]
            found += [f for f in near_words if not any(_overlap(f, other) for other in found)]
    if not body.by_meaning or enough:
        return Seen(inside, _in_time(found), None)
    missing = _meaning_missing(query, context)
    if missing is not None:
        return Seen(inside, _in_time(found), missing)
    for stream in context.call.streams(body.who):
        utterances = _utterances(stream, inside)
        for item in search_meaning(query, stream, context.meanings, utterances, near):
            if _is_in(inside, item) and not any(_overlap(item, other) for other in found):
                found.append(item)
    return Seen(inside, _in_time(found), None)


def _meaning_missing(query: Query, context: Context) -> str | None:
    """Return why meanings cannot be compared in this call, or ``None`` where they can."""
    words, language = context.words, context.call.language
    if not query.examples:
        return words.no_examples(language)
    return None if context.meanings.understands(language) else words.no_encoder(language)


def _utterances(stream: Stream, inside: Context) -> frozenset[int]:
    """Return the places of the utterances that the window touches."""
    parts = enumerate(stream.utterances)
    return frozenset(i for i, u in parts if inside.has(u.start_s, u.end_s))


def _overlap(item: Found, other: Found) -> bool:
    a, b = item.quote, other.quote
    together = a.start_s < b.end_s and a.end_s > b.start_s
    return a.utterance.utterance_id == b.utterance.utterance_id and together


def _in_time(found: list[Found]) -> list[Found]:
    return sorted(found, key=lambda f: (f.quote.start_s, f.quote.end_s))


def _is_in(context: Context, found: Found) -> bool:
    return context.has(found.quote.start_s, found.quote.end_s)


def _missing(body: Says, inside: Context, found: list[Found]) -> Outcome:
    """Return the answer where the phrase was not said, or not often enough."""
    words = inside.words
    matches = [f for f in found if f.is_match]
    reason = words.not_said(body.who, _what(body, inside), inside.place, _heard(body, inside))
    if matches:
        reason = words.too_few(len(matches), body.min, words.said(body.who, _times(matches)))
    confidence = heard_probability(body, inside)
    return Outcome(
        answer="no",
        reason=reason,
        evidence=(*_quotes("supports", matches), *inside.searched()),
        events=_events(matches, inside),
        nearly=_nearly(found, inside),
        confidence=round(confidence * (0.6 if len(found) > len(matches) else 1.0), 4),
        doubts=(
            *(_doubts(found, inside) if len(found) >= body.min else ()),
            *_unclear(confidence, inside),
            *inside.doubts_missing,
        ),
        from_text=True,
    )


def _heard(body: Says, inside: Context) -> str:
    """Return the words said in the window, shortened: its beginning, or its end for ``last``."""
    parts = [
        cut for stream in inside.call.streams(body.who) for cut in stream.heard(inside.spans).texts
    ]
    heard = " ".join(text for _, text in sorted(parts))
    if len(heard) <= HEARD_LIMIT:
        return heard
    return "…" + heard[-HEARD_LIMIT:] if body.last is not None else heard[:HEARD_LIMIT] + "…"


def _what(body: Says, context: Context) -> str:
    """Return what was looked for, in words."""
    what = body.what.of(context.words.language) if body.what is not None else None
    if what is not None:
        return what
    return context.words.such_words(context.phrases(body) or context.examples(body))


def heard_probability(body: Says, inside: Context) -> float:
    """Return how surely the words in the window were recognised, 0 to 1."""
    probabilities = [
        probability
        for stream in inside.call.streams(body.who)
        for probability in stream.heard(inside.spans).probabilities
    ]
    return round(fmean(probabilities), 4) if probabilities else 1.0


def _has_unsure_word(found: Found) -> bool:
    """Tell whether a word of what was found may well have been another."""
    quote = found.quote
    return any(
        probability < UNSURE_WORD
        for _, start_s, end_s, probability in quote.utterance.spoken().rows()
        if start_s < quote.end_s and end_s > quote.start_s
    )


def _may_be_wrong(found: Found) -> bool:
    """Tell whether nobody is to be accused on this alone."""
    return found.doubtful or _has_unsure_word(found)


def _times(found: list[Found]) -> list[tuple[str, float]]:
    return [(f.quote.text, f.quote.start_s) for f in found]


def _quotes(kind: EvidenceKind, found: list[Found]) -> tuple[Evidence, ...]:
    quotes = (f.quote for f in found[:MAX_EVIDENCE])
    return tuple(Evidence.quoting(kind, q.utterance, q.text, q.start_s, q.end_s) for q in quotes)


def _events(found: list[Found], inside: Context) -> tuple[Event, ...]:
    return tuple(
        Event(
            f.quote.start_s,
            f.quote.end_s,
            max(f.quote.end_s, f.quote.utterance.end_s),
            f.confidence,
            _doubts([f], inside) if f.doubtful else (),
        )
        for f in found
    )


def _nearly(found: list[Found], inside: Context) -> tuple[Event, ...]:
    return _events([f for f in found if not f.is_match], inside)


def _doubts(found: list[Found], inside: Context) -> tuple[str, ...]:
    """Return why what was found may not be what was looked for; none where it surely is."""
    return tuple(doubt for f in found if (doubt := _doubt(f, Doubts(inside.words))))


def _doubt(found: Found, doubts: Doubts) -> str:
    quote = found.quote
    if not found.is_match:
        return doubts.nearly(quote.text, quote.start_s)
    if quote.probability < LOW_PROBABILITY or (found.unsure is None and _has_unsure_word(found)):
        return doubts.unclear(quote.text, quote.start_s)
    if found.unsure is None:
        return ""
    why = {
        "narrow": doubts.only_just,
        "denied": doubts.denied,
        "asked": doubts.asked,
        "for_person": doubts.for_person,
    }[found.unsure]
    return why(quote.text, quote.start_s)


def _unclear(confidence: float, inside: Context) -> tuple[str, ...]:
    """Return that the words of the window were badly heard, where they were."""
    if confidence >= LOW_PROBABILITY:
        return ()
    return (Doubts(inside.words).unclear_there(inside.place),)
