"""How the two sides take turns: interruptions, monologues, response delays."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby
from math import inf
from statistics import median

from qa_pipeline.measures.spans import Span, outside, union
from qa_pipeline.measures.speech import GAP_S, Speaker, Stretch
from qa_pipeline.records import Interruption

INTERRUPTION_S = 1.0
"""A shorter overlap is the ordinary friction of taking turns."""
_SAME_EPISODE_S = 1.0
_HAS_THE_FLOOR_S = 0.2
"""Who has spoken for less than this when the other begins has begun together with them."""


def interruptions(stretches: Sequence[Stretch]) -> tuple[Interruption, ...]:
    """Find where one side begins while the other is speaking and they overlap for over a second.

    ``stretches`` in time order. Back-channels neither interrupt nor are interrupted, nor does who
    says no more while the other finishes, and then takes the turn. Overlaps less than a second
    apart are one episode, held against whoever began it.
    """
    talking = [stretch for stretch in stretches if not stretch.listening]
    found: list[Interruption] = []
    last_overlap_end_s = -_SAME_EPISODE_S
    under_way: list[Stretch] = []
    for later in talking:
        under_way = [stretch for stretch in under_way if stretch.end_s > later.start_s]
        for earlier in under_way:
            overlap_end_s = min(earlier.end_s, later.end_s)
            if (
                earlier.role == later.role
                or later.start_s - earlier.start_s < _HAS_THE_FLOOR_S
                or overlap_end_s - later.start_s <= INTERRUPTION_S
                or later.listening_until(overlap_end_s)
            ):
                continue
            if later.start_s - last_overlap_end_s >= _SAME_EPISODE_S:
                found.append(
                    Interruption(by=later.role, start_s=later.start_s, end_s=overlap_end_s)
                )
            last_overlap_end_s = max(last_overlap_end_s, overlap_end_s)
        under_way.append(later)
    return tuple(found)


def longest_monologue_s(stretches: Sequence[Stretch], role: Speaker) -> float:
    """Return the longest time in which one side talks and the other at most listens, in seconds."""
    own = [stretch.span for stretch in stretches if stretch.role == role]
    breaks = union(s.span for s in stretches if s.role != role and not s.listening)
    begins_s = [start_s for start_s, _ in breaks]
    longest_s = 0.0
    run: Span | None = None
    for piece in outside(own, breaks):
        earlier = bisect_right(begins_s, piece[0])
        broken_s = breaks[earlier - 1][1] if earlier else 0.0
        if run is not None and piece[0] - run[1] < GAP_S and broken_s <= run[0]:
            run = (run[0], piece[1])
        else:
            run = piece
        longest_s = max(longest_s, run[1] - run[0])
    return longest_s


def response_delay_s(
    stretches: Sequence[Stretch], role: Speaker, between: Sequence[Span]
) -> float | None:
    """Return the median time that one side takes to answer the other, in seconds.

    ``None`` when it never answers. An answer that begins before the other has finished took 0 s.
    ``between``: disjoint spans, in time order, of waits and of others who speak; what lies across
    one is no answer.
    """
    ends_s = [end_s for _, end_s in between]
    delays: list[float] = []
    last_end_s: dict[Speaker, float] = {}
    talking = (stretch for stretch in stretches if not stretch.listening)
    for start_s, together in groupby(talking, key=lambda stretch: stretch.start_s):
        begun = list(together)  # who begins together with the other does not answer them
        for stretch in begun:
            own_s = last_end_s.get(role, -inf)
            other_s = max((end for who, end in last_end_s.items() if who != role), default=-inf)
            at = bisect_right(ends_s, other_s)
            across = at < len(between) and between[at][0] < start_s
            if stretch.role == role and other_s > own_s and not across:
                delays.append(max(0.0, start_s - other_s))
        for stretch in begun:
            last_end_s[stretch.role] = max(last_end_s.get(stretch.role, -inf), stretch.end_s)
    return median(delays) if delays else None
