"""Stretches go to another speaker, and nothing of the speech is lost or doubled by it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Turn
from qa_pipeline.speakers import relabelled, widened, without
from qa_pipeline.speakers.relabel import only_within

TIMES = st.integers(0, 60).map(lambda tenths: tenths / 4)
LENGTHS = st.integers(1, 20).map(lambda tenths: tenths / 4)
TURNS = st.lists(st.tuples(st.sampled_from("ab"), TIMES, LENGTHS), max_size=6)
SPANS = st.lists(st.tuples(TIMES, LENGTHS), max_size=4)


def seconds_at(turns: tuple[Turn, ...], speaker: str, at_s: float) -> int:
    return sum(t.speaker == speaker and t.start_s < at_s < t.end_s for t in turns)


@given(TURNS, SPANS)
def test_only_the_named_speaker_changes_and_only_inside(
    drawn: list[tuple[str, float, float]], spans: list[tuple[float, float]]
) -> None:
    turns = tuple(Turn(speaker=s, start_s=a, end_s=a + length) for s, a, length in drawn)
    regions = [Region(a, a + length) for a, length in spans]
    made = relabelled(turns, regions, {"a": "c"})
    for at_s in np.arange(0.125, 21.0, 0.25).tolist():
        inside = any(r.start_s < at_s < r.end_s for r in regions)
        spoken = seconds_at(turns, "a", at_s)
        assert seconds_at(made, "b", at_s) == seconds_at(turns, "b", at_s)
        assert seconds_at(made, "c" if inside else "a", at_s) == spoken
        assert seconds_at(made, "a" if inside else "c", at_s) == 0
    assert list(made) == sorted(made, key=lambda t: (t.start_s, t.end_s, t.speaker))


@given(SPANS, SPANS)
def test_what_is_taken_out_is_out_and_the_rest_stays(
    spans: list[tuple[float, float]], holes: list[tuple[float, float]]
) -> None:
    regions = [Region(a, a + length) for a, length in spans]
    taken = [Region(a, a + length) for a, length in holes]
    left = without(regions, taken)
    for at_s in np.arange(0.125, 21.0, 0.25).tolist():
        was = any(r.start_s < at_s < r.end_s for r in regions)
        hole = any(r.start_s < at_s < r.end_s for r in taken)
        assert any(r.start_s < at_s < r.end_s for r in left) == (was and not hole)


def test_sound_outside_of_regions_is_silence() -> None:
    sound = np.ones(4 * SAMPLE_RATE_HZ, np.float32)
    regions = widened([Region(0.2, 1.0), Region(3.0, 3.4)], 0.5)
    kept = only_within(sound, regions)
    assert kept.mean() == pytest.approx((1.5 + 1.4) / 4 - 0.0, abs=0.05)
    later = only_within(sound[SAMPLE_RATE_HZ:], regions, begins_s=1.0)
    np.testing.assert_array_equal(later, kept[SAMPLE_RATE_HZ:])
    assert sound.min() == 1.0, "the sound itself is not touched"
