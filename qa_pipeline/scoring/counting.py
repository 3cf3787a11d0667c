"""The operator ``count``: how often something is found, and how sure that is.

What was found doubtfully may not be there, what was nearly found may be: the true number lies
between. Where the answer is not the same for every number between, a person should look.
"""

from collections.abc import Sequence
from dataclasses import replace

from qa_pipeline.records import EvidenceKind
from qa_pipeline.scoring.checks import Check, CountCheck, Operators
from qa_pipeline.scoring.context import Ask, Context, narrowed
from qa_pipeline.scoring.doubts import Doubts
from qa_pipeline.scoring.outcome import Event, Outcome
from qa_pipeline.scoring.search import LOW_PROBABILITY
from qa_pipeline.scoring.speech_checks import heard_probability

NEARLY = 0.6
"""What is left of the confidence in a number where something was nearly found besides."""


def count(body: CountCheck, context: Context, ask: Ask) -> Outcome:
    """Answer whether something is found as often as asked."""
    found = _found(body, context, ask)
    if found.answer == "unknown":
        return found
    number = len(found.events)
    fits = _fits(body, number)
    surely = sum(not event.doubtful for event in found.events)
    at_most = number + len(found.nearly)
    wavers = any(_fits(body, n) != fits for n in range(surely, at_most + 1))
    heard = _heard(body.of, context, ask) if _more_would_change(body, number) else None
    unheard = heard is not None and heard < LOW_PROBABILITY
    doubts = Doubts(context.words)
    kind: EvidenceKind = "supports" if fits else "violates"
    reason = context.words.counted(number, context.words.bounds(body.at_least, body.at_most))
    return replace(
        found,
        answer="yes" if fits else "no",
        completed=_completed(body, found.events) if fits else None,
        reason=context.words.join([reason, found.reason]),
        evidence=tuple(
            e if e.kind == "searched" else e.model_copy(update={"kind": kind})
            for e in found.evidence
        ),
        confidence=_confidence(body, found, heard),
        doubts=(
            *([doubts.between(surely, at_most)] if wavers else ()),
            *([doubts.unclear_there(context.place)] if unheard else ()),
            *(() if _only_finds(body.of) else found.doubts),
        ),
    )


def _completed(body: CountCheck, events: tuple[Event, ...]) -> Event | None:
    """Return the event with which there were enough; ``None`` where one is."""
    needed = body.at_least or 0
    return events[needed - 1] if needed > 1 else None


def _found(body: CountCheck, context: Context, ask: Ask) -> Outcome:
    """Return what is found, all of it as far as it may decide.

    ``says`` is content with as many as it asks for itself and does not go on to compare meanings,
    which takes long: what is counted may need more.
    """
    found = ask(body.of, context)
    needed = max(body.at_least or 0, 0 if body.at_most is None else body.at_most + 1)
    if found.answer == "unknown" or len(found.events) >= needed or not _by_meaning(body.of):
        return found
    whole = ask(_asking_for(body.of, needed), context)
    return replace(whole, reason=found.reason) if whole.answer == "no" and found.events else whole


def _by_meaning(check: Check) -> bool:
    """Tell whether a check is one ``says`` or any of several, and compares meanings."""
    says = [part.says for part in _alternatives(check)]
    return (
        _only_finds(check)
        and None not in says
        and any(one is not None and one.by_meaning for one in says)
    )


def _alternatives(check: Check) -> Sequence[Check]:
    """Return the checks that an ``any`` is made of, or the check itself."""
    if check.any_of is None:
        return (check,)
    return [inner for part in check.any_of for inner in _alternatives(part)]


def _asking_for(check: Check, number: int) -> Check:
    """Return the check with every ``says`` in it asking for so many."""
    if check.any_of is not None:
        parts = tuple(_asking_for(part, number) for part in check.any_of)
        return check.model_copy(update={"any_of": parts})
    if check.says is None:
        return check
    says = check.says.model_copy(update={"min": max(check.says.min, number)})
    return check.model_copy(update={"says": says})


def _fits(body: CountCheck, number: int) -> bool:
    enough = body.at_least is None or number >= body.at_least
    return enough and (body.at_most is None or number <= body.at_most)


def _more_would_change(body: CountCheck, number: int) -> bool:
    """Tell whether the answer would be another one if enough more were found."""
    too_few = body.at_least is not None and number < body.at_least
    return too_few or (body.at_most is not None and number <= body.at_most)


def _confidence(body: CountCheck, found: Outcome, heard: float | None) -> float:
    """Return how sure the answer is: as the least sure find that it takes, and as what was heard
    where it takes that there is no more."""
    ranked = sorted((event.confidence for event in found.events), reverse=True)
    if body.at_most is not None and len(ranked) > body.at_most:
        return round(ranked[body.at_most], 4)
    parts = [found.confidence] if not ranked and heard is None else []
    if body.at_least and len(ranked) >= body.at_least:
        parts.append(ranked[body.at_least - 1])
    if heard is not None:
        parts.append(heard * (NEARLY if found.nearly else 1.0))
    return round(min(parts, default=found.confidence), 4)


def _only_finds(check: Check) -> bool:
    """Tell whether all doubt about a check is about its single finds."""
    name, body = check.operator()
    if check.unless is not None:
        return False
    if name == "any_of":
        return all(_only_finds(part) for part in body)
    return name in ("says", "never_says")


def _heard(check: Operators, context: Context, ask: Ask) -> float | None:
    """Return how surely words were recognised where speech is looked at, 0 to 1.

    ``None`` where nothing is looked for in what is said; of several places, that of the worst.
    """
    window = check.window if isinstance(check, Check) else None
    inside = narrowed(window, context, ask) if window is not None else context
    if isinstance(inside, Outcome):
        return None
    name, body = check.operator()
    if name in ("says", "never_says"):
        place = narrowed(body, inside, ask)
        return heard_probability(body, place) if isinstance(place, Context) else None
    heard = [_heard(part, inside, ask) for part in _parts(name, body, check)]
    return min((one for one in heard if one is not None), default=None)


def _parts(name: str, body: object, check: Operators) -> Sequence[Operators]:
    """Return the checks that an operator is made of."""
    if name == "at_least":
        return check.of or ()
    if isinstance(body, CountCheck):
        return (body.of,)
    if isinstance(body, Check):
        return (body,)
    if isinstance(body, Operators):
        return (body,)
    return body if isinstance(body, tuple) else ()
