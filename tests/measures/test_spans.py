from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.measures.spans import Span, gaps, intersection, outside, total, union

TICKS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda t: (t[0], t[0] + t[1])),
    max_size=12,
)


def covered(spans: list[Span]) -> set[int]:
    """Return the unit intervals that whole-numbered spans cover: arithmetic by counting."""
    return {tick for start, end in spans for tick in range(int(start), int(end))}


@settings(deadline=None)
@given(TICKS, TICKS)
def test_arithmetic_agrees_with_counting(left: list[Span], right: list[Span]) -> None:
    assert covered(union(left)) == covered(left)
    assert covered(intersection(left, right)) == covered(left) & covered(right)
    assert covered(outside(left, right)) == covered(left) - covered(right)
    assert total(left) == len(covered(left))


@settings(deadline=None)
@given(TICKS)
def test_gaps_and_spans_fill_the_time_from_first_to_last(spans: list[Span]) -> None:
    merged = union(spans)
    if not merged:
        assert gaps(spans) == []
        return
    assert total(spans) + total(gaps(spans)) == merged[-1][1] - merged[0][0]
    assert all(a[1] < b[0] for a, b in pairwise(merged))


def test_bridging_closes_short_gaps_only() -> None:
    assert union([(0, 1), (1.4, 2), (3, 4)], bridge_s=0.5) == [(0, 2), (3, 4)]
    assert gaps([(0, 1), (1.4, 2), (4, 5)], at_least_s=1.0) == [(2, 4)]


@pytest.mark.parametrize("spans", [[], [(1.0, 1.0)]])
def test_nothing_is_nothing(spans: list[Span]) -> None:
    assert union(spans) == []
    assert total(spans) == 0
