"""On a GPU the languages of all channels are found in shared batches."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.audio import decode, voice_activity
from qa_pipeline.records import Region, Samples
from qa_pipeline.resources import resource_folder
from qa_pipeline.transcribe import ChannelRequest, FasterWhisperEngine
from qa_pipeline.transcribe.decoder import Heard, Languages, Prompt, WhisperDecoder
from qa_pipeline.transcribe.encoded import Encoded

RATE_HZ = 16_000


class Card:
    """Stands for a model on a GPU that has room for so many windows at once."""

    room = 16
    detected: list[int]
    known: list[int]

    def __init__(self, *_given: object, **_more: object) -> None:
        Card.detected, Card.known = [], []

    def padded_frames(self, _duration_s: float) -> int:
        return 3000

    def languages(
        self, sounds: Sequence[Samples], _frames: int, keep: bool = False
    ) -> list[Languages]:
        Card.detected.append(len(sounds))
        if len(sounds) > self.room:
            raise RuntimeError("CUDA failed with error out of memory")
        loud = [float(np.abs(sound).max()) for sound in sounds]
        encoded = [np.full((2, 2), level) if keep else None for level in loud]
        return [
            Languages({"en": level, "zh": 1.0 - level}, one)
            for level, one in zip(loud, encoded, strict=True)
        ]

    def decode(
        self,
        sounds: Sequence[Samples],
        _language: str,
        _frames: int,
        _prompt: Prompt,
        encoded_before: Sequence[Encoded],
    ) -> list[Heard]:
        # Each window comes with what was made of it, whatever batch it was in.
        assert [float(one[0, 0]) for one in encoded_before] in (
            [],
            [float(np.abs(sound).max()) for sound in sounds],
        )
        Card.known.append(len(encoded_before))
        return [Heard((), -0.1, 0.0) for _ in sounds]


def channel(level: float) -> ChannelRequest:
    regions = tuple(Region(30.0 * n + 0.1, 30.0 * n + 29.9) for n in range(3))
    return ChannelRequest(np.full(90 * RATE_HZ, level, np.float32), 0, None, regions)


@pytest.mark.parametrize(("room", "sizes"), [(16, [9]), (4, [9, 4, 4, 1])])
def test_windows_of_all_channels_share_batches(
    room: int, sizes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa_pipeline.transcribe.whisper.WhisperDecoder", Card)
    monkeypatch.setattr(Card, "room", room)
    engine = FasterWhisperEngine(Path("model"), "cuda:0", batch_size=16, languages=("en", "zh"))
    levels = (0.9, 0.2, 0.8)
    given = ChannelRequest(np.zeros(RATE_HZ, np.float32), 0, "zh", (Region(0.0, 1.0),))
    found = engine.transcribe([*map(channel, levels[:2]), given, channel(levels[2])])
    assert [t.language for t in found] == ["en", "zh", "zh", "en"]
    assert [t.language_probability for t in found] == pytest.approx([0.9, 0.8, 1.0, 0.8])
    assert Card.detected == sizes
    assert sum(Card.known) == 9


def test_a_batch_tells_what_each_window_tells_alone() -> None:
    folder = resource_folder("models") / "bundled" / "transcription"
    decoder = WhisperDecoder(
        folder,
        "cpu",
        "int8",
        beam_size=1,
        pad_to_window=False,
        suppress_non_speech=False,
        cpu_threads=2,
    )
    sounds = []
    for name in ("call-2026-0001.mp3", "call-2026-0004.wav"):
        row = decode(resource_folder("sample_calls") / name).sound.samples[0]
        at = round(voice_activity(row)[0].start_s * RATE_HZ)
        sounds.append(row[at : at + 3 * RATE_HZ])
    together = decoder.languages(sounds, 300)
    assert together[0].likely["en"] > 0.5
    assert together[1].likely["zh"] > 0.5
    for sound, found in zip(sounds, together, strict=True):
        (alone,) = decoder.languages([sound], 300)
        assert found.likely["zh"] == pytest.approx(alone.likely["zh"], abs=1e-3)
