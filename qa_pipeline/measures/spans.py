"""Arithmetic on stretches of time. A span is ``(start_s, end_s)``; results are sorted, disjoint."""

from collections.abc import Iterable
from itertools import islice, pairwise

Span = tuple[float, float]


def union(spans: Iterable[Span], bridge_s: float = 0.0) -> list[Span]:
    """Merge spans that touch, overlap, or lie at most ``bridge_s`` apart."""
    merged: list[Span] = []
    for start_s, end_s in sorted(spans):
        if end_s <= start_s:
            continue
        if merged and start_s <= merged[-1][1] + bridge_s:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end_s))
        else:
            merged.append((start_s, end_s))
    return merged


def intersection(left: Iterable[Span], right: Iterable[Span]) -> list[Span]:
    """Return the time that is in both."""
    ours, theirs = union(left), union(right)
    both: list[Span] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        start_s = max(ours[i][0], theirs[j][0])
        end_s = min(ours[i][1], theirs[j][1])
        if end_s > start_s:
            both.append((start_s, end_s))
        if ours[i][1] <= theirs[j][1]:
            i += 1
        else:
            j += 1
    return both


def gaps(spans: Iterable[Span], at_least_s: float = 0.0) -> list[Span]:
    """Return the time between the first and the last span that is in none of them."""
    merged = union(spans)
    found = [(a[1], b[0]) for a, b in pairwise(merged)]
    return [(start_s, end_s) for start_s, end_s in found if end_s - start_s >= at_least_s]


def outside(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Return the time that is in ``spans`` and in none of ``holes``."""
    left: list[Span] = []
    cuts = union(holes)
    first = 0
    for start_s, end_s in union(spans):
        while first < len(cuts) and cuts[first][1] <= start_s:
            first += 1
        at_s = start_s
        for hole_start_s, hole_end_s in islice(cuts, first, None):
            if hole_start_s >= end_s:
                break
            if hole_start_s > at_s:
                left.append((at_s, hole_start_s))
            at_s = max(at_s, hole_end_s)
        if at_s < end_s:
            left.append((at_s, end_s))
    return left


def total(spans: Iterable[Span]) -> float:
    """Return the time covered, in seconds; overlap counts once."""
    return sum(end_s - start_s for start_s, end_s in union(spans))
