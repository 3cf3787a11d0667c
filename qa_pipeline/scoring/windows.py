"""The seconds in which a check looks, as intervals of the recording."""

from bisect import bisect_right
from dataclasses import dataclass

from qa_pipeline.scoring.checks import Window
from qa_pipeline.scoring.outcome import Event


@dataclass(frozen=True)
class Interval:
    """A stretch of the recording, in seconds."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s

    def touches(self, start_s: float, end_s: float) -> bool:
        """Tell whether any part of the given stretch lies inside."""
        return start_s < self.end_s and end_s > self.start_s

    def clipped(self, other: "Interval") -> "Interval | None":
        """Return the common part of both, or ``None``."""
        start_s, end_s = max(self.start_s, other.start_s), min(self.end_s, other.end_s)
        return Interval(start_s, end_s) if start_s < end_s else None


Intervals = tuple[Interval, ...]


def common(a: Intervals, b: Intervals) -> Intervals:
    """Return the parts that lie in both; each of them in order of time, without overlaps."""
    parts: list[Interval] = []
    i = j = 0
    while i < len(a) and j < len(b):
        part = a[i].clipped(b[j])
        if part is not None:
            parts.append(part)
        if a[i].end_s < b[j].end_s:
            i += 1
        else:
            j += 1
    return merged(tuple(parts))


def without(spans: Intervals, holes: Intervals) -> Intervals:
    """Return the parts of ``spans`` in no hole; both in order of time, without overlaps."""
    parts: list[Interval] = []
    for span in spans:
        start_s = span.start_s
        for hole in holes:
            if not hole.touches(start_s, span.end_s):
                continue
            if hole.start_s > start_s:
                parts.append(Interval(start_s, hole.start_s))
            start_s = hole.end_s
        if start_s < span.end_s:
            parts.append(Interval(start_s, span.end_s))
    return tuple(parts)


def touched(spans: Intervals, start_s: float, end_s: float) -> bool:
    """Tell whether any part of a stretch lies in ``spans``, in order of time without overlaps."""
    place = bisect_right(spans, start_s, key=lambda span: span.end_s)
    return place < len(spans) and spans[place].touches(start_s, end_s)


def merged(intervals: Intervals, bridge_s: float = 0.0) -> Intervals:
    """Return the intervals in order of time, those at most ``bridge_s`` apart made one."""
    result: list[Interval] = []
    for item in sorted(intervals, key=lambda i: (i.start_s, i.end_s)):
        if result and item.start_s <= result[-1].end_s + bridge_s:
            joined = Interval(result[-1].start_s, max(result[-1].end_s, item.end_s))
            result[-1] = joined
        else:
            result.append(item)
    return tuple(result)


def edge_windows(window: Window, extent: Interval) -> Intervals:
    """Return the window set by ``first`` and ``last`` within the conversation."""
    start_s, end_s = extent.start_s, extent.end_s
    parts = [extent]
    if window.first is not None:
        parts.append(Interval(start_s, start_s + window.first.seconds_of(extent.length_s)))
    if window.last is not None:
        parts.append(Interval(end_s - window.last.seconds_of(extent.length_s), end_s))
    result: Intervals = (extent,)
    for part in parts:
        result = common(result, (part,))
    return result


def before(events: tuple[Event, ...], within_s: float | None, extent: Interval) -> Intervals:
    """Return the time before the first event, or the last seconds before each of them."""
    if within_s is None:
        return (Interval(extent.start_s, min(e.start_s for e in events)),)
    return merged(tuple(Interval(max(0.0, e.start_s - within_s), e.start_s) for e in events))


def after(events: tuple[Event, ...], within_s: float | None, extent: Interval) -> Intervals:
    """Return the time after the first event, or the first seconds after each of them.

    ``within_s`` counts from when the speaker has finished: nobody can answer earlier.
    """
    if within_s is None:
        return (Interval(min(e.end_s for e in events), extent.end_s),)
    return merged(tuple(Interval(e.end_s, e.settled_s + within_s) for e in events))


def around(events: tuple[Event, ...], within_s: float) -> Intervals:
    """Return the seconds before and after each event."""
    parts = (Interval(max(0.0, e.start_s - within_s), e.end_s + within_s) for e in events)
    return merged(tuple(parts))
