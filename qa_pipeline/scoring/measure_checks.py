"""The operator ``measure``: a number within limits, of the call, a part of it, or two compared."""

from dataclasses import dataclass

from qa_pipeline.records import Evidence, EvidenceKind, MeasureRole, Measures
from qa_pipeline.scoring.checks import MeasureCheck, Than, Window
from qa_pipeline.scoring.context import Ask, Context, narrowed
from qa_pipeline.scoring.measure_names import MEASURED_IN_WINDOWS
from qa_pipeline.scoring.outcome import Answer, Outcome
from qa_pipeline.scoring.windowed import value_in

MAX_EVIDENCE = 5


@dataclass(frozen=True)
class _Taken:
    """A measure as it was taken: whose, where, and how much."""

    role: MeasureRole
    value: float
    inside: Context


def compare(value: float, low: float | None, high: float | None) -> Answer:
    """Return whether a value lies within limits, both inclusive."""
    fits = (low is None or value >= low) and (high is None or value <= high)
    return "yes" if fits else "no"


def measure(body: MeasureCheck, context: Context, ask: Ask) -> Outcome:
    """Answer whether a measure, or how much more of it there is than elsewhere, fits limits."""
    words, language = context.words, context.call.language
    name = body.name.of(language)
    bounds = body.bounds(language)
    if name is None or bounds is None:
        label = name or body.name.or_first(language)
        return context.unknown(words.no_limit(label, language))
    here = _take(name, body.role, body, context, ask)
    if isinstance(here, Outcome):
        return here
    if body.than is not None:
        return _compared(name, body.than, here, bounds, context, ask)
    answer = compare(here.value, *bounds)
    place = "" if here.inside.is_whole else here.inside.place
    reason = words.measured(name, body.role, here.value, bounds, place)
    evidence = _spans_of(name, here, "supports" if answer == "yes" else "violates")
    return Outcome(
        answer=answer,
        reason=reason,
        evidence=evidence or here.inside.searched(),
        from_text=body.role != "call" or not here.inside.is_whole,
    )


def _take(
    name: str, role: MeasureRole, window: Window, context: Context, ask: Ask
) -> _Taken | Outcome:
    """Take a measure in a window of what is looked at, or say why it cannot be told."""
    words, measures = context.words, context.call.measures
    inside = narrowed(window, context, ask)
    if isinstance(inside, Outcome):
        return inside
    if not inside.spans:
        return context.unknown(inside.place)
    if not inside.is_whole and name not in MEASURED_IN_WINDOWS:
        return context.unknown(words.whole_call_only(name))
    value = measures.value(name, role) if measures is not None and inside.is_whole else None
    # A window may cover all of a short call, of which the measure was not kept as a whole.
    windowed = not inside.is_whole or (not window.is_open() and name in MEASURED_IN_WINDOWS)
    if measures is not None and value is None and windowed:
        value = value_in(name, role, context.call, measures, inside.spans)
    if value is None:
        place = "" if inside.is_whole else inside.place
        return context.unknown(words.not_measured(name, role, place))
    return _Taken(role, value, inside)


def _compared(
    name: str,
    than: Than,
    here: _Taken,
    bounds: tuple[float | None, float | None],
    context: Context,
    ask: Ask,
) -> Outcome:
    """Answer whether the measure is so much more here than there."""
    words = context.words
    there = _take(name, than.role or here.role, than, context, ask)
    if isinstance(there, Outcome):
        return there
    difference = here.value - there.value
    unit = ""
    if than.by == "percent":
        if there.value == 0:
            return context.unknown(words.nothing_to_compare(name, there.role, there.inside.place))
        difference, unit = 100.0 * difference / abs(there.value), " %"
    difference = round(difference, 3)
    reason = words.compared(
        name,
        (here.role, here.value, here.inside.place),
        (there.role, there.value, there.inside.place),
        words.more(difference, bounds, unit),
        words.bounds(*bounds, unit),
    )
    return Outcome(
        answer=compare(difference, *bounds),
        reason=reason,
        evidence=(*here.inside.searched(), *there.inside.searched()),
        from_text=True,
    )


def _spans_of(name: str, taken: _Taken, kind: EvidenceKind) -> tuple[Evidence, ...]:
    """Return the seconds that a measure was taken from, where it counts single events."""
    measures: Measures | None = taken.inside.call.measures
    spans: list[tuple[float, float]] = []
    if measures is not None and name == "interruptions":
        spans = [(i.start_s, i.end_s) for i in measures.interruptions if i.by == taken.role]
        spans = [span for span in spans if taken.inside.has(*span)]
    if measures is not None and name == "longest_silence_s" and taken.inside.is_whole:
        longest = max(
            measures.silences, key=lambda s: (s.end_s - s.start_s, -s.start_s), default=None
        )
        spans = [(longest.start_s, longest.end_s)] if longest else []
    return tuple(Evidence(kind=kind, start_s=a, end_s=b) for a, b in spans[:MAX_EVIDENCE])
