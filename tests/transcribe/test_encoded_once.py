"""A window whose language was found is not encoded again to be written down."""

from typing import Any

import numpy as np
import pytest

from qa_pipeline.audio import decode, voice_activity
from qa_pipeline.records import Samples
from qa_pipeline.transcribe import ChannelRequest, FasterWhisperEngine
from qa_pipeline.transcribe.encoded import EncodedWindows
from qa_pipeline.transcribe.windows import plan_windows
from tests.audio.recordings import ROOT, SAMPLE_CALLS

CALLS = ("call-2026-0001.mp3", "call-2026-0004.wav", "call-2026-0007.wav")


class Counting:
    """Makes features, which are made for nothing but encoding, and counts."""

    def __init__(self, inner: Any) -> None:
        self.inner, self.count = inner, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def __call__(self, sound: Samples) -> Any:
        """Count, and do it."""
        self.count += 1
        return self.inner(sound)


def engine(encoded_mib: float) -> FasterWhisperEngine:
    return FasterWhisperEngine(
        ROOT / "models" / "bundled" / "transcription",
        compute_type="int8",
        window_s=5.0,
        pad_to_window=False,
        cpu_threads=2,
        detect_s=20.0,
        encoded_mib=encoded_mib,
    )


def requests(*names: str) -> list[ChannelRequest]:
    return [
        ChannelRequest(row, channel, None, voice_activity(row))
        for name in names
        for channel, row in enumerate(decode(SAMPLE_CALLS / name).sound.samples)
    ]


def encodes(model: FasterWhisperEngine) -> Counting:
    whisper = model._decoder._model
    whisper.feature_extractor = Counting(whisper.feature_extractor)
    counting: Counting = whisper.feature_extractor
    return counting


def test_every_window_is_encoded_once_and_the_words_stay_the_same() -> None:
    asked = requests(*CALLS)
    windows = sum(len(plan_windows(r.regions, r.samples, 5.0)) for r in asked)
    once, anew = engine(256.0), engine(0.0)
    counted_once, counted_anew = encodes(once), encodes(anew)
    assert once.transcribe_with_reports(asked) == anew.transcribe_with_reports(asked)
    assert counted_once.count == windows
    assert counted_anew.count > 1.3 * windows


def test_what_has_no_room_is_encoded_again() -> None:
    asked = requests(CALLS[0])
    little, anew = engine(1.0), engine(0.0)
    counted_little, counted_anew = encodes(little), encodes(anew)
    assert little.transcribe(asked) == anew.transcribe(asked)
    windows = sum(len(plan_windows(r.regions, r.samples, 5.0)) for r in asked)
    assert windows < counted_little.count < counted_anew.count


def test_no_more_is_kept_than_there_is_room_for() -> None:
    kept: EncodedWindows[int] = EncodedWindows(0.01)
    encoded = np.zeros((50, 32), np.float32)
    for number in range(5):
        kept.keep(number, encoded)
    assert [number in kept for number in range(5)] == [True, False, False, False, False]
    assert kept.full
    (found,) = kept.take([0])
    assert found.shape == (50, 32)
    kept.drop([0, 4])
    kept.keep(4, encoded)
    assert [0 in kept, 4 in kept] == [False, True]


@pytest.mark.parametrize("language", ["en", None])
def test_a_language_that_is_given_needs_no_keeping(language: str | None) -> None:
    (first, *_) = requests(CALLS[2])
    model = engine(256.0)
    counted = encodes(model)
    model.transcribe([ChannelRequest(first.samples, 0, language, first.regions)])
    assert counted.count == len(plan_windows(first.regions, first.samples, 5.0))
