"""What leaks from one channel into the other becomes nobody's words and nobody's turns."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.truth import Truth
from qa_pipeline.audio import VoiceActivityOptions, voice_activity
from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Samples, Word
from qa_pipeline.speakers import (
    Crosstalk,
    channel_turns,
    find_crosstalk,
    own_regions,
    own_words,
)
from qa_pipeline.speakers.crosstalk import HOP_S
from tests.speakers.crosstalk_mixing import sample_call, with_crosstalk

LEAKS = [(-15.0, 0.0, False), (-20.0, 0.06, True), (-25.0, 0.02, True), (-30.0, 0.09, False)]
CALLS = ["call-2026-0001", "call-2026-0013"]


@cache
def call_of(call_id: str) -> tuple[Samples, Truth]:
    return sample_call(call_id)


def words_on(truth: Truth, channel: int) -> tuple[list[Word], list[Word]]:
    """Return the words of the person on a channel, and those of the other one beside them."""
    assert truth.channel_roles is not None
    words = {
        role: [
            Word(text=w.text, start_s=w.start_s, end_s=w.end_s, probability=0.9, channel=channel)
            for w in truth.words
            if w.role == role
        ]
        for role in truth.channel_roles
    }
    own = words[truth.channel_roles[channel]]
    other = words[truth.channel_roles[1 - channel]]
    alone = [w for w in other if not any(o.start_s < w.end_s and w.start_s < o.end_s for o in own)]
    return own, alone


def inside(words: list[Word], regions: tuple[Region, ...]) -> int:
    middles = [(w.start_s + w.end_s) / 2 for w in words]
    return sum(any(r.start_s < at < r.end_s for r in regions) for at in middles)


@pytest.mark.parametrize("call_id", CALLS)
@pytest.mark.parametrize(("level_db", "delay_s", "narrow"), LEAKS)
def test_a_leak_is_taken_out_and_the_voice_of_the_channel_stays(
    call_id: str, level_db: float, delay_s: float, narrow: bool
) -> None:
    samples, truth = call_of(call_id)
    mixed = with_crosstalk(samples, level_db, delay_s, narrow)
    crosstalk = find_crosstalk(mixed)
    heard = tuple(voice_activity(row) for row in mixed)
    kept = own_regions(heard, crosstalk)
    leaked_before = leaked_after = 0
    for channel in range(2):
        own, leaked = words_on(truth, channel)
        leaked_before += inside(leaked, heard[channel])
        leaked_after += inside(list(own_words(leaked, crosstalk)), kept[channel])
        assert inside(own, kept[channel]) == inside(own, heard[channel])
        assert len(own_words(own, crosstalk)) >= len(own) - 1
        level = crosstalk.level_db[channel]
        assert level is not None
        # Only the middle of the band leaks in the narrow cases: less power than was asked for.
        assert -4.0 < level - level_db < 1.5
    assert leaked_before > 50, "the leak must be loud enough to be taken for speech"
    assert leaked_after <= 0.05 * leaked_before


@pytest.mark.parametrize("call_id", [*CALLS, "call-2026-0003"])
def test_a_call_without_crosstalk_is_left_as_it_is(call_id: str) -> None:
    samples, truth = call_of(call_id)
    crosstalk = find_crosstalk(samples)
    assert crosstalk.level_db == (None, None)
    heard = tuple(voice_activity(row) for row in samples)
    assert own_regions(heard, crosstalk) == tuple(tuple(regions) for regions in heard)
    for channel in range(2):
        own, _ = words_on(truth, channel)
        assert own_words(own, crosstalk) == tuple(own)


def test_turns_of_a_call_with_crosstalk_are_those_of_the_call_without() -> None:
    samples, _ = call_of("call-2026-0001")
    mixed = with_crosstalk(samples, -18.0, 0.03)

    def turned_s(regions: tuple[tuple[Region, ...], ...]) -> list[float]:
        turns = channel_turns(regions, padding_s=VoiceActivityOptions().pad_s)
        return [
            sum(t.end_s - t.start_s for t in turns if t.speaker == f"channel-{channel}")
            for channel in range(2)
        ]

    plain = turned_s(tuple(voice_activity(row) for row in samples))
    heard = tuple(voice_activity(row) for row in mixed)
    assert all(with_leak > 1.3 * s for with_leak, s in zip(turned_s(heard), plain, strict=True))
    assert turned_s(own_regions(heard, find_crosstalk(mixed))) == pytest.approx(plain, rel=0.05)


def test_two_people_talking_at_once_both_stay() -> None:
    """Half of the call is spoken over the other half, with a leak on top."""
    samples, _ = call_of("call-2026-0013")
    half = samples.shape[1] // 2
    both = np.stack([samples[0, :half], samples[0, half : 2 * half]])
    mixed = with_crosstalk(both, -20.0, 0.02)
    plain = tuple(voice_activity(row) for row in both)
    kept = own_regions(tuple(voice_activity(row) for row in mixed), find_crosstalk(mixed))
    for channel in range(2):
        plain_s = sum(r.end_s - r.start_s for r in plain[channel])
        kept_s = sum(r.end_s - r.start_s for r in kept[channel])
        assert 0.95 * plain_s < kept_s < 1.25 * plain_s


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5, 3.0])
def test_sound_of_any_length_and_silence_hold_no_crosstalk(seconds: float) -> None:
    quiet = np.zeros((2, round(seconds * SAMPLE_RATE_HZ)), np.float32)
    assert find_crosstalk(quiet).level_db == (None, None)
    one = quiet.copy()
    one[0] = 0.1 * np.random.default_rng(2).standard_normal(one.shape[1])
    assert find_crosstalk(one).level_db == (None, None)


@given(
    leaked=st.lists(st.booleans(), min_size=200, max_size=200),
    spans=st.lists(st.tuples(st.floats(0, 6), st.floats(0.05, 3)), max_size=4),
)
def test_regions_are_only_ever_cut(leaked: list[bool], spans: list[tuple[float, float]]) -> None:
    regions = [Region(a, a + length) for a, length in spans]
    mask = np.array([leaked, [False] * 200])
    crosstalk = Crosstalk(mask, ~mask, np.ones((2, 200)), (-20.0, None))
    first, second = own_regions([regions, regions], crosstalk)
    assert second == tuple(regions)
    for part in first:
        assert part.start_s < part.end_s
        assert any(
            r.start_s - 1e-3 <= part.start_s and part.end_s <= r.end_s + 1e-3 for r in regions
        )


def test_a_word_is_judged_by_its_loud_part() -> None:
    mask = np.array([[True] * 10 + [False] * 10])
    power = np.array([[0.01] * 10 + [1.0] * 10])
    crosstalk = Crosstalk(mask, ~mask, power, (-20.0,))
    own = Word(text="own", start_s=5 * HOP_S, end_s=14 * HOP_S, probability=0.5)
    leak = Word(text="leak", start_s=0.0, end_s=9 * HOP_S, probability=0.5)
    assert own_words([own, leak], crosstalk) == (own,)


def test_a_faint_copy_is_found_beside_people_who_speak_at_once() -> None:
    """Two people at once are a thousand times stronger than a copy at -40 dB on a quiet line."""
    rng = np.random.default_rng(5)
    seconds, rate = 30, SAMPLE_RATE_HZ
    voice = rng.standard_normal((2, seconds * rate)) * 0.1
    says = np.zeros((2, seconds * rate))
    says[1, : 20 * rate] = 1.0
    says[0, 18 * rate :] = 1.0  # both speak for two seconds
    voice[0] *= 0.5
    spoken = voice * says
    mixed = (spoken + 0.01 * spoken[::-1]).astype(np.float32)
    crosstalk = find_crosstalk(mixed)
    assert crosstalk.level_db[0] == pytest.approx(-40.0, abs=0.5)
    assert crosstalk.leaked_pct(0, 1.0, 17.0) > 95
    assert crosstalk.leaked_pct(0, 18.5, 29.0) < 5
