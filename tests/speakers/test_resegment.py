"""Voices of one call tell its speakers apart, on real sound of the sample calls."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.truth import read_truth
from qa_pipeline.audio import decode
from qa_pipeline.records import SAMPLE_RATE_HZ, Turn
from qa_pipeline.speakers import resegment

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


def test_one_speaker_or_too_little_speech_is_left_alone() -> None:
    sound = np.zeros(10 * SAMPLE_RATE_HZ, np.float32)
    one = (Turn(speaker="speaker-0", start_s=1.0, end_s=4.0),)
    assert resegment(sound, one) == one
    short = (*one, Turn(speaker="speaker-1", start_s=5.0, end_s=5.5))
    assert resegment(sound, short) == short
