"""What a check looks for, and where in a call it is said: found once, whatever the window.

This is the first of two steps. Here phrases, patterns and meanings are found in what one role
said; ``speech_checks`` then judges which of them lie in the window, and what that makes of the
check. Whatever finds hits faster must find these same ones.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from qa_pipeline.language.meaning import Meanings, pieces_of_meaning
from qa_pipeline.language.normalise import Script, pieces, simplified, straight
from qa_pipeline.language.patterns import Sieve, searcher
from qa_pipeline.records import Utterance
from qa_pipeline.scoring.checks import Match, Says, Who
from qa_pipeline.scoring.matching import Hit, best, find, find_all
from qa_pipeline.scoring.parts import Patterns, PerLanguage, each_of
from qa_pipeline.scoring.phrases import PhraseSet, compiled, exceptions
from qa_pipeline.scoring.schema import METADATA_VARIABLES, Scorecard
from qa_pipeline.scoring.stream import Quote, Stream

LOW_PROBABILITY = 0.5
KNOWN_QUERIES = 4096
"""Queries that are remembered: with the agent's name in a phrase, each agent has its own."""
MEANING_NEAR = 6.0
"""Points around the threshold of a meaning, and between what is meant and what is not, within
which a person should look: who does what to whom is hard for a sentence encoder."""
NEAR_PATTERN = 50.0
"""How alike, of 100, what a pattern of near words finds is taken to be."""
MEANING_FAR = 20.0
"""Points below the threshold down to which a person should look where a meaning was expected: of
sentences that do mean it most reach this, few the threshold (``benchmarks.meaning``)."""


_ENDS_OF_TEXT = (r"\A", r"\z", r"\Z", "(?i", "(?m", "(?s", "(?U", "(?-")
"""What a pattern may have that is not the same in a line of a text; flags may be anything."""


@dataclass(frozen=True, eq=False)
class Query:
    """What is looked for, with all that the answer depends on besides the words of the call."""

    phrases: PhraseSet
    exceptions: PhraseSet
    regex: tuple[str, ...]
    near_regex: tuple[str, ...]
    except_regex: tuple[str, ...]
    review_regex: tuple[str, ...]
    statement: bool
    """Whether it has to be told, not asked."""
    review: bool
    """Whether a person has to look wherever it is found."""
    examples: tuple[str, ...]
    """Of what is meant, in the language of the call."""
    counterexamples: tuple[str, ...]
    meaning_similarity: float | None
    language: str
    together: dict[PhraseSet, None]
    """What is looked for in the same streams: all is found at once."""
    patterns: dict[str, None]
    """Regular expressions that are looked for in the same streams: most are ruled out at once."""

    def sources(self) -> tuple[str, ...]:
        """Return its regular expressions."""
        return (*self.regex, *self.near_regex, *self.except_regex, *self.review_regex)


Unsure = Literal["narrow", "denied", "asked", "for_person"]
"""Only just what was looked for; perhaps denied by what is said before it; perhaps a question; left
to a person by the card."""


_HOPELESS: Final = "patterns that match nothing here"
_sieve = lru_cache(maxsize=32)(Sieve)
Span = tuple[int, int]
"""First and last compared word of a stream."""


class Found(NamedTuple):
    """A match in the call: what was said, and how sure the match is."""

    quote: Quote
    score: float
    is_match: bool
    unsure: Unsure | None
    """Why it may not be what was looked for, though it matches."""

    @property
    def confidence(self) -> float:
        """How sure it is that this was said, 0 to 1."""
        return self.score / 100 * self.quote.probability

    @property
    def doubtful(self) -> bool:
        """Tell whether a person should look."""
        return self.unsure is not None or self.quote.probability < LOW_PROBABILITY


class Queries:
    """What the checks of a card look for, worked out once for all calls that it depends on."""

    def __init__(self, card: Scorecard) -> None:
        self._card = card
        self._known: dict[tuple[object, ...], Query] = {}
        self._together: dict[tuple[Who, str], dict[PhraseSet, None]] = {}
        """By who is asked and the language, what is looked for in every such call."""
        self._patterns: dict[tuple[Who, str], dict[str, None]] = {}
        self._asked: dict[int, tuple[Says, bool]] = {}
        """Checks by identity (kept, so that no other gets it): whether facts are named there."""

    def of(
        self, body: Says, similarity: float | None, language: str, facts: Mapping[str, str]
    ) -> Query:
        """Return what ``body`` looks for in a call in ``language`` of which ``facts`` are known.

        ``similarity``: that phrases have to reach, where it is not the usual one.
        """
        if max(len(self._asked), len(self._known)) >= KNOWN_QUERIES:
            self._forget()
        asked = self._asked.get(id(body))
        if asked is None:
            asked = self._asked[id(body)] = (body, self._names_facts(body))
        key = (id(body), similarity, language, tuple(facts.items()) if asked[1] else ())
        query = self._known.get(key)
        if query is None:
            query = self._known[key] = self._made(body, similarity, language, facts)
            query.patterns.update(dict.fromkeys(query.sources()))
            if not asked[1]:
                query.together.update(dict.fromkeys((query.phrases, query.exceptions)))
        return query

    def _forget(self) -> None:
        """Begin anew, all at once: checks that are made for a call come without end."""
        self._known.clear()
        self._together.clear()
        self._patterns.clear()
        self._asked.clear()

    def _names_facts(self, body: Says) -> bool:
        """Tell whether what is looked for depends on the call's agent, team or site."""
        marks = {name: "{" + name + "}" for name in METADATA_VARIABLES}
        card = self._card
        wanted = (card.phrases, card.exceptions, card.meanings, card.counterexamples)
        return any(ask(body, {}) != ask(body, marks) for ask in wanted)

    def _made(
        self, body: Says, similarity: float | None, language: str, facts: Mapping[str, str]
    ) -> Query:
        card = self._card
        match: Match = "sound" if body.match == "meaning" else body.match
        return Query(
            phrases=compiled(card.phrases(body, facts), match, similarity),
            exceptions=exceptions(card.exceptions(body, facts), match),
            regex=_as_heard(body.regex, language),
            near_regex=_as_heard(body.near_regex, language),
            except_regex=_as_heard(body.except_regex, language),
            review_regex=_as_heard(body.review_regex, language),
            statement=body.statement,
            review=body.review,
            examples=_in_language(card.meanings(body, facts), language),
            counterexamples=_in_language(card.counterexamples(body, facts), language),
            meaning_similarity=body.meaning_similarity,
            language=language,
            together=self._together.setdefault((body.who, language), {}),
            patterns=self._patterns.setdefault((body.who, language), {}),
        )


def search(query: Query, stream: Stream) -> list[Found]:
    """Return matches and near misses of phrases and patterns in what one role said."""
    known = stream.memory.get(query)
    if isinstance(known, list):
        return known
    if query.phrases not in stream.memory:
        find_all(stream, query.together)
    if _HOPELESS not in stream.memory:
        stream.memory[_HOPELESS] = _sieve(tuple(query.patterns)).hopeless(stream.text)
    patterned = _pattern_hits(query.regex, stream)
    found = _judged(find(stream, query.phrases), patterned, query, stream)
    stream.memory[query] = found
    return found


def search_near(query: Query, stream: Stream) -> list[Found]:
    """Return what the card calls near in what one role said: none of it is a match."""
    if not query.near_regex:
        return []
    key = ("near", query)
    known = stream.memory.get(key)
    if isinstance(known, list):
        return known
    hits = _pattern_hits(query.near_regex, stream, NEAR_PATTERN)
    found = stream.memory[key] = _judged([], hits, query, stream)
    return found


def _judged(phrases: list[Hit], patterned: list[Hit], query: Query, stream: Stream) -> list[Found]:
    """Return the hits that are neither denied nor asked nor excepted, and what is doubtful of them.

    What a pattern denies is the card's own matter, unless it asks for statements.
    """
    hits = phrases + patterned
    reaches = {hit: stream.denied(hit.first) for hit in (hits if query.statement else phrases)}
    told = _told([hit for hit in hits if reaches.get(hit) != "bound"], query, stream)
    kept = _clear(list(told), query, stream)
    for_person = _pattern_spans(query.review_regex, stream) if kept else []
    found = []
    for hit in kept:
        denied = reaches.get(hit) == "near"
        why: Unsure | None = "denied" if denied else "narrow" if hit.narrow else told[hit]
        if why is None and _touches(hit, for_person):
            why = "for_person"
        found.append(_found(hit, query, stream, why))
    return found


def search_meaning(
    query: Query, stream: Stream, meanings: Meanings, utterances: frozenset[int], near: float
) -> list[Found]:
    """Return what means the same as the examples, and what nearly does, in some utterances.

    ``near``: how many points below the threshold something is still worth a look.
    ``utterances``: their places in the stream; each is searched by itself, so the answer for one
    does not depend on the others.
    """
    found: list[Found] = []
    for index in sorted(utterances):
        hits = dict(_meaning_hits(query, stream, index, meanings, near))
        told = _told(list(hits), query, stream)
        kept = _clear(best(list(told)), query, stream)
        found += [_found(h, query, stream, told[h] if hits[h] else "narrow") for h in kept]
    return found


def _as_heard(regex: PerLanguage[Patterns] | None, language: str) -> tuple[str, ...]:
    """Return regular expressions in the characters in which what is said is compared."""
    given = regex.of(language) if regex is not None else None
    return () if given is None else tuple(straight(simplified(s)) for s in each_of(given))


def _in_language(texts: tuple[str, ...], language: str) -> tuple[str, ...]:
    """Return the texts that are written in a language."""
    script: Script = "zh" if language == "zh" else "en"
    return tuple(t for t in texts if (cut := pieces(t)) and cut[0].script == script)


def _found(hit: Hit, query: Query, stream: Stream, unsure: Unsure | None) -> Found:
    if unsure is None and query.review:
        unsure = "for_person"
    return Found(stream.quote(hit.first, hit.last), hit.score, hit.found, unsure)


def _told(hits: list[Hit], query: Query, stream: Stream) -> dict[Hit, Unsure | None]:
    """Return the hits that are not surely asked, each with whether it may be.

    Of a query that does not ask for statements, all of them.
    """
    if not query.statement:
        return dict.fromkeys(hits)
    reaches = {hit: stream.asked(hit.first, hit.last) for hit in hits}
    return {h: "asked" if r == "near" else None for h, r in reaches.items() if r != "bound"}


def _clear(hits: list[Hit], query: Query, stream: Stream) -> list[Hit]:
    """Return the hits that lie in no exception and not in one another.

    Where two overlap, matches come before near misses, sure ones before narrow ones, and then the
    earlier before the later.
    """
    if not hits:
        return []
    taken = [(h.first, h.last) for h in find(stream, query.exceptions) if h.found]
    taken += _pattern_spans(query.except_regex, stream)
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (not h.found, h.narrow)):
        if not _touches(hit, taken):
            kept.append(hit)
            taken.append((hit.first, hit.last))
    return kept


def _touches(hit: Hit, spans: Sequence[Span]) -> bool:
    return any(hit.first <= last and hit.last >= first for first, last in spans)


def _pattern_hits(sources: tuple[str, ...], stream: Stream, score: float = 100.0) -> list[Hit]:
    """Return what regular expressions find, as ``score`` of the 100 that are asked of them."""
    return [
        Hit(first, last, score, 100.0, source)
        for source in sources
        for first, last in _spans_of(source, stream)
    ]


def _pattern_spans(sources: tuple[str, ...], stream: Stream) -> list[Span]:
    return [span for source in sources for span in _spans_of(source, stream)]


def _spans_of(source: str, stream: Stream) -> list[Span]:
    """Return the compared words that a regular expression finds, utterance by utterance."""
    hopeless = stream.memory.get(_HOPELESS)
    if isinstance(hopeless, frozenset) and source in hopeless:
        return []
    key = ("pattern", source)
    spans = stream.memory.get(key)
    if not isinstance(spans, list):
        spans = stream.memory[key] = [
            (covered[0], covered[-1])
            for index in _may_match(source, stream)
            for match in searcher(source).finditer(stream.lines[index])
            if (covered := stream.words_in(index, match.start(), match.end()))
        ]
    return spans


def _may_match(source: str, stream: Stream) -> Sequence[int]:
    """Return the utterances that a pattern may match, by looking once at all of them as lines.

    The end of a line is no part of a word either, and ``^`` and ``$`` are asked to match there, so
    only what asks for the end of the text itself can match an utterance alone and not among
    others. What matches one of them begins in a match of all of them, or is one.
    """
    if any(mark in source for mark in _ENDS_OF_TEXT):
        return range(len(stream.lines))
    touched: dict[int, None] = {}
    for match in searcher(f"(?m){source}").finditer(stream.encoded):
        first, last = (bisect_right(stream.line_starts, at) - 1 for at in match.span())
        touched.update(dict.fromkeys(range(first, last + 1)))
    return sorted(touched)


def _meaning_hits(
    query: Query, stream: Stream, index: int, meanings: Meanings, near: float
) -> list[tuple[Hit, bool]]:
    """Return what in one utterance is like an example, and whether surely."""
    utterance: Utterance = stream.utterances[index]
    spans = pieces_of_meaning(utterance.text, query.language)
    texts = [utterance.text[start:end] for start, end in spans]
    if not texts:
        return []
    language = query.language
    needed = query.meaning_similarity or meanings.usual_similarity(language)
    alike = meanings.similarities(texts, query.examples, language)
    unlike = meanings.similarities(texts, query.counterexamples, language)
    hits = []
    for column, (start, end) in enumerate(spans):
        row = int(alike[:, column].argmax())
        score = float(alike[row, column])
        margin = score - max((float(other) for other in unlike[:, column]), default=0.0)
        covered = stream.words_in(index, start, end)
        if not covered or score < needed - near or margin < -MEANING_NEAR:
            continue
        required = needed if margin > 0 else 100.0
        sure = score >= needed + MEANING_NEAR and margin >= MEANING_NEAR
        score = round(min(100.0, score), 2)
        hits.append((Hit(covered[0], covered[-1], score, required, query.examples[row]), sure))
    return hits
