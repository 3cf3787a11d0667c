"""Voices of one call tell its speakers apart, on real sound of the sample calls."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.truth import read_truth
from qa_pipeline.audio import decode
from qa_pipeline.records import SAMPLE_RATE_HZ, Turn
from qa_pipeline.speakers import resegment
from qa_pipeline.speakers.resegment import _between_pauses

SAMPLES = Path(__file__).resolve().parents[2] / "sample_calls"


def confusion_s(turns: tuple[Turn, ...], truth: tuple[Turn, ...]) -> float:
    """Seconds given to the wrong speaker, whatever the speakers are called."""

    def grid(spoken: tuple[Turn, ...], speaker: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        frames = np.zeros(20_000, bool)
        for turn in spoken:
            if turn.speaker == speaker:
                frames[int(turn.start_s * 100) : int(turn.end_s * 100)] = True
        return frames

    def wrong(first: str, second: str) -> int:
        pairs = ((first, "agent", "customer"), (second, "customer", "agent"))
        return sum(
            int((grid(turns, a) & grid(truth, other) & ~grid(truth, own)).sum())
            for a, own, other in pairs
        )

    return min(wrong("speaker-0", "speaker-1"), wrong("speaker-1", "speaker-0")) / 100


@pytest.mark.parametrize("call_id", ["call-2026-0008", "call-2026-0018"])
def test_turns_given_to_the_wrong_voice_come_right(call_id: str) -> None:
    truth_file = read_truth(SAMPLES / f"{call_id}.truth.json")
    truth = tuple(Turn(speaker=t.role, start_s=t.start_s, end_s=t.end_s) for t in truth_file.turns)
    names = {"agent": "speaker-0", "customer": "speaker-1"}
    mixed = tuple(
        t.model_copy(update={"speaker": names[t.speaker] if n % 4 else f"speaker-{n // 4 % 2}"})
        for n, t in enumerate(truth)
    )
    sound = decode(next(SAMPLES.glob(f"{call_id}.[wm][ap][v3]"))).sound.samples[0]
    before = confusion_s(mixed, truth)
    after = confusion_s(resegment(sound, mixed), truth)
    assert before > 2.0
    assert after < before / 3
    assert resegment(sound, mixed) == resegment(sound, mixed)


def merged(truth: tuple[Turn, ...], longest_s: float) -> tuple[Turn, ...]:
    """Give every short turn, pause and all, to whoever spoke before it."""
    turns = [truth[0]]
    for turn in truth[1:]:
        before = turns[-1]
        if turn.end_s - turn.start_s <= longest_s or turn.speaker == before.speaker:
            turns[-1] = before.model_copy(update={"end_s": max(before.end_s, turn.end_s)})
        else:
            turns.append(turn)
    return tuple(turns)


@pytest.mark.parametrize("call_id", ["call-2026-0011", "call-2026-0016", "call-2026-0017"])
def test_a_short_answer_after_a_pause_is_not_the_end_of_the_question(call_id: str) -> None:
    truth_file = read_truth(SAMPLES / f"{call_id}.truth.json")
    names = {"agent": "speaker-0", "customer": "speaker-1"}
    truth = tuple(Turn(speaker=t.role, start_s=t.start_s, end_s=t.end_s) for t in truth_file.turns)
    heard = tuple(t.model_copy(update={"speaker": names[t.speaker]}) for t in truth)
    heard = merged(heard, longest_s=1.6)
    sound = decode(next(SAMPLES.glob(f"{call_id}.[wm][ap][v3]"))).sound.samples[0]
    before = confusion_s(heard, truth)
    assert before > 0.5
    assert confusion_s(resegment(sound, heard), truth) < before / 3


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0.1, 4.0), st.floats(0.0, 0.6)), min_size=1, max_size=8),
    st.floats(0.0, 0.05),
)
def test_cutting_at_pauses_neither_loses_nor_adds_speech(
    spoken: list[tuple[float, float]], noise: float
) -> None:
    rng = np.random.default_rng(3)
    sound = noise * rng.standard_normal(40 * SAMPLE_RATE_HZ).astype(np.float32)
    at_s = 0.0
    for length_s, pause_s in spoken:
        first, last = round(at_s * SAMPLE_RATE_HZ), round((at_s + length_s) * SAMPLE_RATE_HZ)
        sound[first:last] += 0.3 * rng.standard_normal(last - first).astype(np.float32)
        at_s += length_s + pause_s
    who = frozenset({"speaker-0"})
    cut = _between_pauses(sound, [(0.0, at_s, who)])
    assert cut[0][0] == 0.0
    assert cut[-1][1] == at_s
    assert all(before[1] == after[0] for before, after in pairwise(cut))
    assert all(end_s - start_s >= 0.3 - 1e-6 for start_s, end_s, _ in cut) or len(cut) == 1
    both = frozenset({"speaker-0", "speaker-1"})
    assert _between_pauses(sound, [(0.0, at_s, both)]) == [(0.0, at_s, both)]


def test_one_speaker_or_too_little_speech_is_left_alone() -> None:
    sound = np.zeros(10 * SAMPLE_RATE_HZ, np.float32)
    one = (Turn(speaker="speaker-0", start_s=1.0, end_s=4.0),)
    assert resegment(sound, one) == one
    short = (*one, Turn(speaker="speaker-1", start_s=5.0, end_s=5.5))
    assert resegment(sound, short) == short
