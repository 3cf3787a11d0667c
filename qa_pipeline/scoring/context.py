"""Where a check looks: the call, the seconds, and how to say it; narrowed step by step."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from qa_pipeline.language.meaning import Meanings
from qa_pipeline.records import Evidence
from qa_pipeline.scoring import windows
from qa_pipeline.scoring.answers import Answers
from qa_pipeline.scoring.call import Call
from qa_pipeline.scoring.checks import Check, Says, Window
from qa_pipeline.scoring.outcome import Event, Outcome
from qa_pipeline.scoring.reasons import Words
from qa_pipeline.scoring.schema import Scorecard
from qa_pipeline.scoring.search import Queries
from qa_pipeline.scoring.windows import Interval, Intervals


@dataclass(frozen=True)
class Context:
    """What a check is asked about. ``stretch`` is the silence whose exception is asked for."""

    card: Scorecard
    call: Call
    spans: Intervals
    queries: Queries
    """What the checks of the card look for."""
    where: str = ""
    stretch: Interval | None = None
    doubts_found: tuple[str, ...] = ()
    """Why what is found here may lie elsewhere: the anchor is not sure."""
    doubts_missing: tuple[str, ...] = ()
    """Why what is not found here might be, had more been looked at: the anchor is not sure."""
    meanings: Meanings = field(default_factory=Meanings)
    """What compares meanings; without an encoder, none are."""
    answers: Answers = field(default_factory=Answers)
    """What language models have answered."""

    @property
    def words(self) -> Words:
        """The sentences in the language of the call."""
        return self.call.words

    @property
    def place(self) -> str:
        """Where the check looks, in words."""
        return self.where or self.words.whole_call()

    @property
    def is_whole(self) -> bool:
        """Tell whether the whole conversation is looked at."""
        return self.spans == (self.call.extent,)

    def phrases(self, body: Says) -> tuple[str, ...]:
        """Return what is looked for in this call."""
        return self.card.phrases(body, self.call.facts)

    def examples(self, body: Says) -> tuple[str, ...]:
        """Return the examples of the meaning that is looked for in this call."""
        return self.card.meanings(body, self.call.facts)

    def within(self, spans: Intervals, where: str = "") -> "Context":
        """Return the context narrowed to ``spans``."""
        joined = self.words.commas([self.where, where])
        return replace(self, spans=windows.common(self.spans, spans), where=joined)

    def everywhere(self) -> "Context":
        """Return the context widened to the whole call."""
        spans = (self.call.extent,)
        return replace(self, spans=spans, where="", doubts_found=(), doubts_missing=())

    def has(self, start_s: float, end_s: float) -> bool:
        """Tell whether any part of a stretch of time is looked at."""
        end_s = max(end_s, start_s + 1e-6)
        return windows.touched(self.spans, start_s, end_s)

    def searched(self) -> tuple[Evidence, ...]:
        """Return the seconds looked at, as evidence for something missing."""
        spans = self.spans or (Interval(self.call.extent.start_s, self.call.extent.start_s),)
        return tuple(
            Evidence(kind="searched", start_s=round(s.start_s, 3), end_s=round(s.end_s, 3))
            for s in spans[:5]
        )

    def unknown(self, reason: str, *, from_text: bool = True) -> Outcome:
        """Return that the question cannot be answered."""
        return Outcome(answer="unknown", reason=reason, confidence=0.0, from_text=from_text)


Ask = Callable[[Check, Context], Outcome]


def narrowed(window: Window, context: Context, ask: Ask) -> Context | Outcome:
    """Return ``context`` narrowed to ``window``, or that the anchor cannot be judged.

    An anchor that is not found leaves no second to look at.
    """
    words, extent = context.words, context.call.extent
    context = _edges(window, context)
    for side in ("after", "before", "around"):
        anchor: Check | None = getattr(window, side)
        if anchor is None:
            continue
        found = _anchor(anchor, context, ask)
        if found.answer == "unknown":
            return found
        if found.answer == "no" or not found.events:
            return replace(context, spans=(), where=words.nothing_before(found.reason))
        if side == "before":
            spans = windows.before(found.events, window.within, extent)
        elif side == "after":
            events = (found.completed,) if found.completed else found.events
            spans = windows.after(events, window.within, extent)
        else:
            spans = windows.around(found.events, window.within or 0.0)
        label = words.anchored(side, window.within, words.at(found.events[0].start_s))
        context = _doubted(context.within(spans, label), found, side, window)
    return context


def _doubted(context: Context, anchor: Outcome, side: str, window: Window) -> Context:
    """Return the context with the doubt about the anchor from which its seconds are counted.

    Without the first of several anchors less comes after, and more before.
    """
    first = () if window.within is not None else (anchor.completed or anchor.events[0]).doubts
    found, missing = ((), first) if side == "before" else (first, ())
    return replace(
        context,
        doubts_found=(*context.doubts_found, *anchor.doubts, *found),
        doubts_missing=(*context.doubts_missing, *missing),
    )


def _edges(window: Window, context: Context) -> Context:
    """Narrow to ``first`` and ``last``."""
    whole = context.is_whole
    if window.first is None and window.last is None and whole:
        return context
    known = context.call.edges
    key = window.first, window.last
    if key not in known:
        words = context.words
        first = words.first(window.first) if window.first else ""
        last = words.last(window.last) if window.last else ""
        spans = windows.edge_windows(window, context.call.extent)
        known[key] = spans, words.commas([first, last])
    spans, where = known[key]
    if whole and not context.where:
        return replace(context, spans=spans, where=where)
    return context.within(spans, where)


def _anchor(anchor: Check, context: Context, ask: Ask) -> Outcome:
    """Find the events of an anchor. Inside an exception to a silence, that silence is meant."""
    if anchor.silence is not None and context.stretch is not None:
        stretch = context.stretch
        event = Event(stretch.start_s, stretch.end_s, stretch.end_s)
        return Outcome(answer="yes", reason="", events=(event,))
    return as_anchor(anchor, ask(anchor, context.everywhere()))


def as_anchor(check: Check, outcome: Outcome) -> Outcome:
    """Return what a check has found, for others to look from.

    Silences that break a rule, and words that nobody should say, are a "no" with events; to look
    from them what counts is that they are. What was found too seldom was not found.
    """
    broken = outcome.answer == "no" and outcome.events and _finds_by_breaking(check)
    return replace(outcome, answer="yes") if broken else outcome


def _finds_by_breaking(check: Check) -> bool:
    """Tell whether what a check looks for is what should not be."""
    name, body = check.operator()
    if name in ("any_of", "all_of"):
        return all(_finds_by_breaking(part) for part in body)
    return name in ("silence", "never_says")
