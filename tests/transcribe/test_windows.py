"""Windows follow speech: never longer than the model hears, never cut where somebody is loud."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.records import Region
from qa_pipeline.transcribe.windows import plan_windows

RATE_HZ = 16_000


def spans(regions: list[Region], window_s: float = 10.0) -> list[tuple[float, float, int]]:
    sound = np.zeros(120 * RATE_HZ, np.float32)
    return [(w.start_s, w.end_s, len(w.regions)) for w in plan_windows(regions, sound, window_s)]


def test_neighbours_are_joined_up_to_the_window() -> None:
    regions = [Region(0, 3), Region(3.5, 6), Region(6.4, 9.5), Region(9.9, 12)]
    assert spans(regions) == [(0, 9.5, 3), (9.9, 12, 1)]


def test_long_pauses_separate() -> None:
    assert spans([Region(0, 1), Region(2, 3), Region(3.9, 4.5)]) == [(0, 1, 1), (2, 4.5, 2)]


def test_no_speech_no_windows() -> None:
    assert spans([]) == []


def test_overlong_speech_is_split_where_it_is_quietest() -> None:
    sound = np.random.default_rng(1).standard_normal(30 * RATE_HZ).astype(np.float32)
    for quiet_s in (8.0, 15.5, 24.0):
        middle = int(quiet_s * RATE_HZ)
        sound[middle - 2400 : middle + 2400] *= 0.01
    windows = plan_windows([Region(0, 30)], sound, 10.0)
    cuts = [w.end_s for w in windows[:-1]]
    assert cuts[0] == pytest.approx(8.0, abs=0.15)
    assert cuts[1] == pytest.approx(15.5, abs=0.15)
    assert windows[0].start_s == 0
    assert windows[-1].end_s == 30


def test_an_early_pause_is_better_than_a_cut_through_a_word() -> None:
    sound = np.random.default_rng(2).standard_normal(12 * RATE_HZ).astype(np.float32)
    sound[round(3.9 * RATE_HZ) : round(4.1 * RATE_HZ)] *= 0.01
    first, second = plan_windows([Region(0, 12)], sound, 10.0)
    assert first.end_s == second.start_s == pytest.approx(4.0, abs=0.1)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(0.05, 40), st.floats(0.01, 3)), max_size=12),
    st.sampled_from([1.0, 8.0, 30.0]),
)
def test_windows_hold_all_speech_once(lengths: list[tuple[float, float]], window_s: float) -> None:
    regions = []
    at_s = 0.0
    for length_s, pause_s in lengths:
        regions.append(Region(round(at_s, 3), round(at_s + length_s, 3)))
        at_s += length_s + pause_s
    sound = np.zeros(int(at_s * RATE_HZ) + 1, np.float32)
    windows = plan_windows(regions, sound, window_s)
    assert sum(w.speech_s for w in windows) == pytest.approx(
        sum(r.end_s - r.start_s for r in regions), abs=0.01
    )
    for window in windows:
        assert window.duration_s <= window_s + 1e-6
        assert window.regions[0].start_s == window.start_s
        assert window.regions[-1].end_s == window.end_s
    for before, after in zip(windows, windows[1:], strict=False):  # noqa: RUF007
        assert before.end_s <= after.start_s
