"""Phrases that a criterion misses, found in calls that people have judged.

A phrase is proposed when it was said, by the right speaker and in the right seconds, in calls that
people judge otherwise than the card, and in none that people judge as the card does. What it would
change is not estimated: every call in which it is said is judged again by the card with the phrase.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from qa_pipeline.language.meaning import Meanings
from qa_pipeline.language.normalise import HIDDEN, pieces
from qa_pipeline.records import CallMetadata, Conversation, Measures, Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.scoring.call import Call
from qa_pipeline.scoring.context import Context, narrowed
from qa_pipeline.scoring.evaluate import ask
from qa_pipeline.scoring.judge import Judge
from qa_pipeline.scoring.matching import find
from qa_pipeline.scoring.outcome import Outcome
from qa_pipeline.scoring.phrase_places import (
    Language,
    Place,
    Target,
    criterion_of,
    extended,
    targets,
)
from qa_pipeline.scoring.phrases import compiled
from qa_pipeline.scoring.schema import Scorecard
from qa_pipeline.scoring.search import Queries
from qa_pipeline.scoring.speech_checks import FORBIDDEN_SIMILARITY

LENGTHS = {"en": range(2, 7), "zh": range(3, 11)}
"""Words (English) or characters (Mandarin) of a phrase that is proposed."""
TRIED = 60
"""Phrases that are tried out on the calls, the most promising first."""
FEWEST = 2
"""Missed calls in which a phrase is said: what one call alone says is that caller's own."""
ROW = 3
"""Digits in a row that are nobody's phrase: a part of some number."""
_DIGITS = {"oh", "double", "triple", "幺"} | {
    piece.text for language in ("en", "zh") for piece in pieces("0 1 2 3 4 5 6 7 8 9", language)
}
_LITTLE = frozenset(
    (
        *("a", "an", "the", "this", "that", "these", "those", "and", "or", "but", "so", "if", "as"),
        *("of", "to", "in", "on", "at", "for", "from", "by", "with", "about", "very", "just"),
        *("is", "are", "was", "were", "be", "been", "am", "have", "has", "had", "do", "does"),
        *("did", "will", "would", "can", "could", "its"),
    )
)
"""Words after which something more comes: no phrase ends in one."""


@dataclass(frozen=True)
class Reviewed:
    """A call with the verdict of people on the criterion."""

    conversation: Conversation
    measures: Measures
    metadata: CallMetadata
    people: Verdict


class Proposal(Record):
    """A phrase, and what it would change on the calls it is measured on."""

    phrase: str
    language: Language
    list_name: str | None
    path: Place
    """The ``says`` of the criterion that is to find it."""
    said_in: int
    """Missed calls in which it is said, among those it was found in."""
    caught: tuple[str, ...]
    """Calls that the card would then judge as people do."""
    spoiled: tuple[str, ...]
    """Calls that it judges as people do now and would not any more."""
    verdicts: tuple[tuple[str, Verdict], ...]
    """The verdict of the card with the phrase on each call it is measured on."""


class Learned(Record):
    """What the reviewed calls teach about one criterion."""

    criterion_id: str
    reviewed: int
    missed: int
    """Calls that people judge as asked and the card does not, of all reviewed calls."""
    held_out: int
    """Calls that phrases were not looked for in and that their effect is measured on; 0: too few
    calls, the effect is measured on the same calls."""
    people: tuple[tuple[str, Verdict], ...]
    """What people say of each call that effects are measured on."""
    now: tuple[tuple[str, Verdict], ...]
    """What the card says of them now."""
    proposals: tuple[Proposal, ...]


def learn(
    card: Scorecard,
    criterion_id: str,
    reviewed: Sequence[Reviewed],
    held_out: frozenset[str],
    meanings: Meanings | None = None,
) -> Learned:
    """Propose phrases from the calls outside ``held_out``; measure them on those inside.

    Without any held-out call, effects are measured on the calls themselves.

    Raises:
        UsageError: the card has no such criterion, or it looks for no phrases.
    """
    places = targets(card, criterion_of(card, criterion_id))
    trial = _Trial(card, criterion_id, meanings or Meanings())
    now = {c.conversation.call_id: trial.verdict(card, c) for c in reviewed}
    source = [c for c in reviewed if c.conversation.call_id not in held_out]
    measured = [c for c in reviewed if c.conversation.call_id in held_out] or source
    proposals: list[Proposal] = []
    for target in places:
        proposals += _proposals(target, trial, source, measured, now)
    proposals.sort(key=_rank)
    wanted = places[0].wanted
    return Learned(
        criterion_id=criterion_id,
        reviewed=len(reviewed),
        missed=sum(
            c.people == wanted and _is_missed(now[c.conversation.call_id], wanted) for c in reviewed
        ),
        held_out=len(measured) if held_out else 0,
        people=tuple((c.conversation.call_id, c.people) for c in measured),
        now=tuple((c.conversation.call_id, now[c.conversation.call_id]) for c in measured),
        proposals=tuple(proposals),
    )


def _is_missed(verdict: Verdict, wanted: Verdict) -> bool:
    return verdict != wanted and verdict in ("met", "partly_met", "not_met")


@dataclass(frozen=True)
class _Trial:
    """Judges one criterion by a card."""

    card: Scorecard
    criterion_id: str
    meanings: Meanings

    def verdict(self, card: Scorecard, call: Reviewed) -> Verdict:
        only = (self.criterion_id,)
        parts = (call.conversation, call.measures, call.metadata)
        return Judge(card, self.meanings).criteria(*parts, only=only)[0].verdict

    def context(self, call: Reviewed, target: Target) -> Context | None:
        """Return where in the call the target looks; ``None`` where that cannot be told."""
        seen = Call(call.conversation, call.measures, call.metadata)
        context: Context | Outcome = Context(
            self.card, seen, (seen.extent,), Queries(self.card), meanings=self.meanings
        )
        windows = [check.window for check in target.windows if check.window is not None]
        for window in (*windows, target.says):
            if isinstance(context, Outcome):
                return None
            context = narrowed(window, context, ask)
        return None if isinstance(context, Outcome) else context


def _proposals(
    target: Target,
    trial: _Trial,
    source: Sequence[Reviewed],
    measured: Sequence[Reviewed],
    now: dict[str, Verdict],
) -> list[Proposal]:
    """Return the phrases for one place that change something for the better."""
    said: defaultdict[tuple[str, Language], set[str]] = defaultdict(set)
    for call in source:
        name = call.conversation.call_id
        if call.people == target.wanted and _is_missed(now[name], target.wanted):
            for heard in _phrases(trial.context(call, target), target):
                said[heard].add(name)
    others = [c for c in source if c.people == target.other]
    found = []
    for phrase, language in _promising(said):
        if any(_is_said(phrase, call, target, trial) for call in others):
            continue
        card = extended(trial.card, trial.criterion_id, target, phrase, language)
        verdicts = {
            c.conversation.call_id: trial.verdict(card, c)
            if _is_said(phrase, c, target, trial)
            else now[c.conversation.call_id]
            for c in measured
        }
        people = {c.conversation.call_id: c.people for c in measured}
        changed = [name for name in verdicts if verdicts[name] != now[name]]
        found.append(
            Proposal(
                phrase=phrase,
                language=language,
                list_name=target.list_name,
                path=target.path,
                said_in=len(said[phrase, language]),
                caught=tuple(n for n in changed if verdicts[n] == people[n]),
                spoiled=tuple(n for n in changed if now[n] == people[n]),
                verdicts=tuple(verdicts.items()),
            )
        )
    return _different([p for p in found if not p.spoiled or len(p.caught) > len(p.spoiled)])


def _rank(proposal: Proposal) -> tuple[int, int, int, str]:
    """Return what proposals are put in order by: what they do, then how much of it is a phrase."""
    return (
        len(proposal.spoiled) - len(proposal.caught),
        -proposal.said_in,
        _oddness(proposal.phrase, proposal.language),
        proposal.phrase,
    )


def _different(proposals: list[Proposal]) -> list[Proposal]:
    """Leave out phrases that do what a better one in the list, of which they share words, does."""
    kept: list[Proposal] = []
    for item in sorted(proposals, key=_rank):
        same = (k for k in kept if set(item.caught) <= set(k.caught) and item.said_in <= k.said_in)
        if not any(_share_words(item.phrase, k.phrase) for k in same):
            kept.append(item)
    return kept


def _share_words(one: str, two: str) -> bool:
    if one.isascii() and two.isascii():
        return bool(set(one.split()) & set(two.split()))
    return bool(
        {one[i : i + 2] for i in range(len(one) - 1)}
        & {two[i : i + 2] for i in range(len(two) - 1)}
    )


def _promising(
    said: dict[tuple[str, Language], set[str]],
) -> list[tuple[str, Language]]:
    """Return the phrases said in most missed calls; of those said in the same, the middling long.

    A phrase of two words says little, one of six is one caller's own: four come first.
    """
    several = [phrase for phrase, calls in said.items() if len(calls) >= FEWEST]
    ranked = sorted(several, key=lambda p: (-len(said[p]), _oddness(*p), p))
    kept: list[tuple[str, Language]] = []
    for phrase in ranked:
        inside = (k for k in kept if said[k] == said[phrase] and k[1] == phrase[1])
        if sum(phrase[0] in k[0] or k[0] in phrase[0] for k in inside) < 2:
            kept.append(phrase)
        if len(kept) >= TRIED:
            break
    return kept


def _oddness(phrase: str, language: Language) -> int:
    """Return how far a phrase is from four words, or from the characters that make as many."""
    return abs((len(phrase.split()) if language == "en" else len(phrase) // 2) - 4)


def _phrases(context: Context | None, target: Target) -> set[tuple[str, Language]]:
    """Return everything of the right length that is said where the target looks."""
    found: set[tuple[str, Language]] = set()
    if context is None:
        return found
    for stream in context.call.streams(target.says.who):
        texts, scripts, places = _without_rows(stream.texts), stream.scripts, stream.places
        for first, last in stream.runs:
            for start in range(first, last):
                language: Language = "zh" if scripts[start] == "zh" else "en"
                for length in LENGTHS[language]:
                    end = start + length
                    if end > last or places[end - 1] != places[start]:
                        break
                    if set(scripts[start:end]) != {scripts[start]} or HIDDEN in texts[start:end]:
                        break
                    if texts[end - 1] in _LITTLE:
                        continue
                    if context.has(stream.starts_s[start], stream.ends_s[end - 1]):
                        joiner = " " if language == "en" else ""
                        found.add((joiner.join(texts[start:end]), language))
    return found


def _without_rows(texts: Sequence[str]) -> list[str]:
    """Return the words, those of digits in a row hidden."""
    kept = list(texts)
    for is_digit, group in groupby(range(len(texts)), lambda i: texts[i] in _DIGITS):
        row = list(group)
        if is_digit and len(row) >= ROW:
            kept[row[0] : row[-1] + 1] = [HIDDEN] * len(row)
    return kept


def _is_said(phrase: str, call: Reviewed, target: Target, trial: _Trial) -> bool:
    """Tell whether the card would find the phrase where the target looks."""
    context = trial.context(call, target)
    if context is None:
        return False
    similarity = target.says.similarity
    if target.forbids:
        similarity = similarity or FORBIDDEN_SIMILARITY
    match = "sound" if target.says.match == "meaning" else target.says.match
    phrases = compiled((phrase,), match, similarity)
    for stream in context.call.streams(target.says.who):
        for hit in find(stream, phrases):
            quote = stream.quote(hit.first, hit.last)
            if hit.found and context.has(quote.start_s, quote.end_s):
                return True
    return False
