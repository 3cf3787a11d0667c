"""One voice or two, told from embeddings of turns."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Row
from qa_pipeline.speakers import Voice, further_voice, has_changed, voices_apart
from qa_pipeline.speakers.groups import are_two_voices, turn_voices

DIMENSIONS = 16


class WrittenVoices:
    """Reads a voice from samples that hold the number of the speaker, with some noise.

    Where several speak it is that of who speaks most, and what the others say is lost in it.
    """

    version = "1"

    def __init__(self, apart: float = 1.0) -> None:
        rng = np.random.default_rng(3)
        self._rng = np.random.default_rng(4)
        self._centres = np.ones(DIMENSIONS) + apart * rng.normal(size=(4, DIMENSIONS))

    def voice(self, samples: Row, spans: Sequence[Region], shortest_s: float = 3.0) -> Voice | None:
        (span,) = spans
        if span.end_s - span.start_s < shortest_s:
            return None
        first, last = (round(at_s * SAMPLE_RATE_HZ) for at_s in (span.start_s, span.end_s))
        heard = samples[first:last].round().astype(int)
        number = int(np.argmax(np.bincount(heard[heard > 0]))) - 1
        vector = self._centres[number] + 0.2 * self._rng.normal(size=DIMENSIONS)
        return np.asarray(vector / np.linalg.norm(vector), np.float64)


def call_of(speakers: Sequence[int], turn_s: float = 2.5) -> tuple[Row, list[Region]]:
    """A turn of each, one after the other, then silence.

    Each sample is the number of who speaks, counted from 1.
    """
    length = round(turn_s * SAMPLE_RATE_HZ)
    samples = np.repeat(np.array(speakers, np.float32) + 1, length)
    turns = [Region(n * turn_s, (n + 1) * turn_s) for n in range(len(speakers))]
    return np.concatenate([samples, np.zeros(len(samples) // 10, np.float32)]), turns


@pytest.mark.parametrize(
    ("speakers", "two"),
    [
        ([0] * 12, False),
        ([0, 1] * 5, True),
        ([0] * 5 + [1] * 5, True),
        ([0] * 9 + [1] * 2, False),  # two turns may be a laugh
        ([0, 1], False),
        ([], False),
    ],
)
def test_two_voices_need_several_turns_each(speakers: list[int], two: bool) -> None:
    samples, turns = call_of(speakers)
    assert are_two_voices(*turn_voices(samples, turns, WrittenVoices())) is two


@pytest.mark.parametrize(
    ("speakers", "turn_s", "further"),
    [
        ([0] * 12, 2.5, False),
        ([0] * 9 + [1] * 2, 2.5, True),
        ([0] * 9 + [1], 3.5, True),
        ([0] * 9 + [1] * 2, 1.2, False),  # less than three seconds
        ([0, 0, 1], 3.5, False),
    ],
)
def test_a_few_things_in_another_voice_are_enough_to_doubt(
    speakers: list[int], turn_s: float, further: bool
) -> None:
    samples, turns = call_of(speakers, turn_s)
    assert further_voice(samples, [turns], WrittenVoices()) is further


@pytest.mark.parametrize(
    ("pause_s", "further"),
    [(0.3, True), (0.1, False)],  # a shorter silence may be the closure of a stop consonant
)
def test_who_speaks_after_a_pause_within_a_turn_is_listened_to_alone(
    pause_s: float, further: bool
) -> None:
    samples, turns = call_of([0, 0, 1] * 2 + [0] * 6)
    for turn in turns:
        first = round((turn.end_s - pause_s) * SAMPLE_RATE_HZ)
        samples[first : round(turn.end_s * SAMPLE_RATE_HZ)] = 0.0
    joined = [Region(n * 7.5, (n + 1) * 7.5) for n in range(4)]
    assert further_voice(samples, [joined], WrittenVoices()) is further


def test_voices_that_hardly_differ_are_one() -> None:
    samples, turns = call_of([0, 1] * 6)
    assert not are_two_voices(*turn_voices(samples, turns, WrittenVoices(apart=0.03)))


def test_short_turns_tell_no_voice() -> None:
    samples, turns = call_of([0, 1] * 6, turn_s=1.0)
    assert turn_voices(samples, turns, WrittenVoices()) == ([], [])
    assert has_changed(samples, turns[:6], turns[6:], WrittenVoices()) is None


def test_only_the_longest_turns_are_listened_to_and_kept_in_order() -> None:
    samples, turns = call_of([0] * 12)
    turns[4] = Region(turns[4].start_s, turns[4].end_s - 0.5)
    voices, kept = turn_voices(samples, turns, WrittenVoices(), most=11)
    assert len(voices) == 11
    assert kept == [t for t in turns if t is not turns[4]]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ([0] * 4, [1] * 4, True),
        ([0] * 4, [0] * 4, False),
        ([0] * 4, [1], None),
        ([], [1] * 3, None),
    ],
)
def test_a_change_of_voice(before: list[int], after: list[int], changed: bool | None) -> None:
    samples, turns = call_of([*before, *after])
    cut = len(before)
    assert has_changed(samples, turns[:cut], turns[cut:], WrittenVoices()) is changed


@pytest.mark.parametrize(
    ("speakers", "second", "least", "most"),
    [
        ([0, 1] * 4, (1, 3, 5, 7), 0.6, 1.0),
        ([0] * 8, (1, 3, 5, 7), -0.2, 0.2),  # one voice, cut in two
        ([0] * 8, (6, 7), -0.2, 0.3),
    ],
)
def test_two_people_are_apart_and_one_voice_cut_in_two_is_not(
    speakers: list[int], second: tuple[int, ...], least: float, most: float
) -> None:
    samples, turns = call_of(speakers)
    first = [turn for number, turn in enumerate(turns) if number not in second]
    apart = voices_apart(samples, first, [turns[n] for n in second], WrittenVoices())
    assert apart is not None
    assert least <= apart <= most


def test_short_turns_tell_one_voice_but_never_two() -> None:
    samples, turns = call_of([0, 1] * 4, turn_s=1.2)
    assert voices_apart(samples, turns[0::2], turns[1::2], WrittenVoices()) is None
    samples, turns = call_of([0] * 8, turn_s=1.2)
    apart = voices_apart(samples, turns[0::2], turns[1::2], WrittenVoices())
    assert apart is not None
    assert apart < 0.2


def test_a_single_turn_does_not_tell_how_far_apart_voices_are() -> None:
    samples, turns = call_of([0, 0, 0, 1])
    assert voices_apart(samples, turns[:3], turns[3:], WrittenVoices()) is None
    assert voices_apart(samples, turns, [], WrittenVoices()) is None


@settings(deadline=None, max_examples=30)
@given(st.lists(st.just(2), min_size=4, max_size=20), st.integers(2, 18))
def test_one_voice_never_changes(speakers: list[int], cut: int) -> None:
    samples, turns = call_of(speakers)
    assert has_changed(samples, turns[:cut], turns[cut:], WrittenVoices()) is not True
