"""Asking a check: which operator answers, how answers combine, and exceptions.

Answers are three-valued (Kleene, 1938): what cannot be told stays so unless the rest decides.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from qa_pipeline.records import Evidence, EvidenceKind
from qa_pipeline.scoring.checks import Check, Operators, Then
from qa_pipeline.scoring.context import Context, as_anchor, narrowed
from qa_pipeline.scoring.counting import count
from qa_pipeline.scoring.measure_checks import measure
from qa_pipeline.scoring.number_checks import metadata, silence, tone
from qa_pipeline.scoring.outcome import Answer, Event, Outcome
from qa_pipeline.scoring.question_checks import question
from qa_pipeline.scoring.speech_checks import never_says, says
from qa_pipeline.scoring.windows import Interval

_FLIPPED: dict[EvidenceKind, EvidenceKind] = {
    "supports": "violates",
    "violates": "supports",
    "searched": "searched",
}
_INSTANT_S = 0.01
_SPOKEN = ("says", "never_says", "measure", "tone", "silence", "question")


def ask(check: Check, context: Context) -> Outcome:
    """Answer a check on a call: yes, no or unknown, with evidence and a reason.

    Checks that ask about every time that others find something can ask without end: after
    `MAX_QUESTIONS` the answer is that it cannot be told.
    """
    if not context.call.may_ask():
        return context.unknown(context.words.too_involved())
    if check.window is not None:
        inside = narrowed(check.window, context, ask)
        if isinstance(inside, Outcome):
            return inside
        context = inside
    outcome = _operator(check, context, check.unless)
    return outcome if check.silence is not None else _unless(outcome, check.unless, context)


def _unless(outcome: Outcome, unless: Check | None, context: Context) -> Outcome:
    """Excuse a failure where the exception holds; a doubt about the one is a doubt about both.

    Where it cannot be told whether there is a failure, an exception that holds excuses it too.
    """
    if outcome.answer == "yes" or unless is None:
        return outcome
    exception = ask(unless, context)
    if exception.answer == "unknown":
        return exception if outcome.answer == "no" else outcome
    if exception.answer == "no" and outcome.answer == "unknown":
        return outcome
    if exception.answer == "yes":
        reason = context.words.excused(outcome.reason, exception.reason)
        return replace(
            outcome.excused(reason, exception.evidence),
            confidence=exception.confidence,
            doubts=exception.doubts,
            from_text=outcome.from_text or exception.from_text,
        )
    return replace(
        outcome,
        confidence=min(outcome.confidence, exception.confidence),
        doubts=(*outcome.doubts, *exception.doubts),
        from_text=outcome.from_text or exception.from_text,
    )


def _operator(check: Operators, context: Context, unless: Check | None = None) -> Outcome:
    """Let the one operator of ``check`` answer."""
    name, body = check.operator()
    if name in _SPOKEN:
        blocked = context.call.not_trusted()
        if blocked is not None:
            return context.unknown(blocked)
    if name == "silence":
        return silence(body, context, ask, unless)
    simple: dict[str, Callable[..., Outcome]] = {
        "says": says,
        "never_says": never_says,
        "measure": measure,
        "tone": tone,
        "metadata": metadata,
        "question": question,
    }
    if name in simple:
        return simple[name](body, context, ask)
    if name == "then":
        return _then(body, context)
    if name == "count":
        return count(body, context, ask)
    if name == "in_order":
        return _in_order(body, context)
    if name == "negated":
        return _negated(ask(body, context))
    checks: Sequence[Check] = check.of or () if name == "at_least" else body
    outcomes = [ask(item, context) for item in checks]
    needed = {"all_of": len(outcomes), "any_of": 1}.get(name, check.at_least or 1)
    return _enough(outcomes, needed, context)


def _enough(outcomes: list[Outcome], needed: int, context: Context) -> Outcome:
    """Answer yes where at least ``needed`` of the outcomes are yes."""
    yes = [o for o in outcomes if o.answer == "yes"]
    no = [o for o in outcomes if o.answer == "no"]
    open_ = [o for o in outcomes if o.answer == "unknown"]
    if len(yes) >= needed:
        sure = sum(not o.doubtful for o in yes) >= needed
        ranked = sorted((o.confidence for o in yes), reverse=True)
        confidence = ranked[needed - 1]
        return _combined("yes", outcomes, confidence, context, doubtful=not sure, needed=needed)
    if len(yes) + len(open_) >= needed:
        return context.unknown(open_[0].reason, from_text=any(o.from_text for o in open_))
    surely_no = sum(not o.doubtful for o in no)
    sure = surely_no > len(outcomes) - needed
    ranked = sorted((o.confidence for o in no), reverse=True)
    return _combined("no", outcomes, ranked[len(outcomes) - needed], context, doubtful=not sure)


def _combined(
    answer: Answer,
    outcomes: list[Outcome],
    confidence: float,
    context: Context,
    *,
    doubtful: bool,
    needed: int = 1,
) -> Outcome:
    """Return one outcome for those that agree with the answer."""
    parts = [outcome for outcome in outcomes if outcome.answer == answer]
    events = _together(part.events for part in parts)
    nearly = _together(outcome.nearly for outcome in outcomes)
    evidence = tuple(dict.fromkeys(item for part in parts for item in part.evidence))
    return Outcome(
        answer=answer,
        reason=context.words.join([part.reason for part in parts[:3]]),
        evidence=evidence,
        events=events,
        completed=_completed(parts, needed) if answer == "yes" else None,
        nearly=tuple(n for n in nearly if not any(n.overlaps(e) for e in events)),
        confidence=confidence,
        doubts=tuple(doubt for part in parts for doubt in part.doubts) if doubtful else (),
        from_text=any(part.from_text for part in parts),
    )


def _completed(parts: Sequence[Outcome], needed: int) -> Event | None:
    """Return what was the last of ``needed`` parts to be found first; ``None`` for a single one."""
    firsts = [first for part in parts if (first := first_of(part)) is not None]
    if needed < 2 or len(firsts) < needed:
        return None
    return sorted(firsts, key=lambda e: (e.end_s, e.start_s))[needed - 1]


def first_of(outcome: Outcome) -> Event | None:
    """Return the first thing with which a check was found; ``None`` where it has no moment."""
    return outcome.completed or min(
        outcome.events, key=lambda e: (e.end_s, e.start_s), default=None
    )


def _together(found: Iterable[tuple[Event, ...]]) -> tuple[Event, ...]:
    """Return each event once, as the one who is surest of it says, in order of time.

    What lies within something else was found in the same words ("morning" in "good morning").
    """
    surest: dict[tuple[float, float, float], Event] = {}
    for event in (event for events in found for event in events):
        key = (event.start_s, event.end_s, event.settled_s)
        other = surest.get(key, event)
        surest[key] = min(event, other, key=lambda e: (e.doubtful, -e.confidence))
    kept: list[Event] = []
    for event in sorted(surest.values(), key=lambda e: (e.start_s, -e.end_s, e.settled_s)):
        if not kept or event.end_s > kept[-1].end_s or kept[-1].settled_s != event.settled_s:
            kept.append(event)
        elif kept[-1].doubtful and not event.doubtful:
            kept[-1] = event
    return tuple(kept)


def _negated(outcome: Outcome) -> Outcome:
    """Turn yes into no; what supported the one speaks against the other."""
    if outcome.answer == "unknown":
        return outcome
    evidence = tuple(_flip(item) for item in outcome.evidence)
    return replace(outcome, answer="no" if outcome.answer == "yes" else "yes", evidence=evidence)


def _flip(item: Evidence) -> Evidence:
    return item.model_copy(update={"kind": _FLIPPED[item.kind]})


def _then(body: Then, context: Context) -> Outcome:
    """Answer whether one thing follows another in time (after one of them, or after every)."""
    trigger = as_anchor(body.after, ask(body.after, context))
    if trigger.answer != "yes" or not trigger.events:
        return trigger
    asked = [(event, _followed(body, event, context)) for event in trigger.events]
    in_time = [(e, o) for e, o in asked if o.answer != "no" or _has_time(e, context)]
    if not in_time:
        return context.unknown(context.words.no_time_left(trigger.events[0].start_s))
    followed = [outcome for _, outcome in in_time]
    joined = _enough(followed, len(followed) if body.every else 1, context)
    if joined.answer == "no":
        joined = replace(joined, reason=_why_not(in_time, context))
    return replace(
        joined,
        confidence=min(joined.confidence, trigger.confidence),
        doubts=(*joined.doubts, *trigger.doubts),
    )


def _has_time(event: Event, context: Context) -> bool:
    """Tell whether anything is said after an event: else whoever spoke has hung up."""
    return context.call.extent.end_s - event.settled_s > _INSTANT_S


def _why_not(asked: Sequence[tuple[Event, Outcome]], context: Context) -> str:
    """Return why the first event was not followed, and after which others it was the same.

    Each says what was heard instead, which for events close together is nearly the same words.
    """
    missed = [(e, o) for e, o in asked if o.answer == "no"]
    (_, first), *others = missed
    same = context.words.likewise([event.start_s for event, _ in others])
    return context.words.join([first.reason, same])


def _followed(body: Then, event: Event, context: Context) -> Outcome:
    """Ask the second check, and what excuses it, in the seconds after one event.

    One event may decide: one that nothing follows where something has to follow every time, one
    that something follows where once is enough. Then doubt about it is doubt about the answer.
    """
    span = Interval(event.end_s, event.settled_s + body.within)
    where = context.words.anchored("after", body.within, context.words.at(event.start_s))
    inside = context.everywhere().within((span,), where)
    outcome = _unless(_operator(body, inside), body.unless, inside)
    if outcome.answer != ("no" if body.every else "yes"):
        return outcome
    return replace(
        outcome,
        confidence=min(outcome.confidence, event.confidence),
        doubts=(*outcome.doubts, *event.doubts),
    )


def _in_order(checks: tuple[Check, ...], context: Context) -> Outcome:
    """Answer whether the checks find something one after the other."""
    found: list[Outcome] = []
    for check in checks:
        outcome = ask(check, context)
        found.append(outcome)
        if outcome.answer != "yes":
            return _enough(found, len(found), context) if outcome.answer == "no" else outcome
        first = first_of(outcome)
        if first is not None:
            after = Interval(first.end_s, max(first.end_s, context.call.extent.end_s))
            label = context.words.anchored("after", None, context.words.at(first.start_s))
            doubts = (*context.doubts_found, *first.doubts)
            context = replace(context, where="", doubts_found=doubts).within((after,), label)
    return _enough(found, len(found), context)
