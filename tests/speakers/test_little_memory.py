"""The diarizer asks for less at once where the device has too little memory."""

from pathlib import Path

import numpy as np
import pytest
import torch

from qa_pipeline.audio import decode
from qa_pipeline.errors import ModelError
from qa_pipeline.records import Region, Samples, Turn
from qa_pipeline.resources import resource_folder
from qa_pipeline.speakers import PyannoteDiarizer

BUNDLED = resource_folder("models") / "bundled" / "diarization"
SHORT = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8.00 GiB"


@pytest.fixture(scope="module")
def samples() -> Samples:
    call = resource_folder("sample_calls") / "call-2026-0007.wav"
    return decode(call).sound.samples[0][: 40 * 16_000]


@pytest.fixture(scope="module")
def turns(samples: Samples) -> tuple[Turn, ...]:
    return PyannoteDiarizer(BUNDLED).diarize(samples)


@pytest.fixture(scope="module")
def kinds(samples: Samples) -> tuple[type, type]:
    """The classes of the models that find speech and compare voices."""
    diarizer = PyannoteDiarizer(BUNDLED)
    diarizer.diarize(samples[:16_000])
    pipeline = diarizer._pipeline
    return type(pipeline._segmentation.model), type(pipeline._embedding.model_)


class Card:
    """Lets so many windows through a model at once, as a small GPU does."""

    def __init__(self, model: type, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        whole = model.forward  # type: ignore[attr-defined]

        def forward(model: torch.nn.Module, waveforms: torch.Tensor, **more: object) -> object:
            self.sizes.append(len(waveforms))
            if len(waveforms) > room:
                raise torch.OutOfMemoryError(SHORT)
            return whole(model, waveforms, **more)

        monkeypatch.setattr(model, "forward", forward)


@pytest.mark.parametrize("which", [0, 1], ids=["finding speech", "comparing voices"])
def test_fewer_windows_at_once(
    which: int,
    kinds: tuple[type, type],
    samples: Samples,
    turns: tuple[Turn, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    card = Card(kinds[which], 8, monkeypatch)
    diarizer = PyannoteDiarizer(BUNDLED)
    assert [t.speaker for t in diarizer.diarize(samples)] == [t.speaker for t in turns]
    assert max(card.sizes) > 8
    card.sizes.clear()
    diarizer.diarize(samples)
    assert max(card.sizes) <= 8


def test_a_voice_is_read_once_memory_is_free_again(
    kinds: tuple[type, type], samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[int] = []
    whole = kinds[1].forward  # type: ignore[attr-defined]

    def forward(model: torch.nn.Module, waveforms: torch.Tensor, **more: object) -> object:
        if not refused:
            refused.append(1)
            raise torch.OutOfMemoryError(SHORT)
        return whole(model, waveforms, **more)

    monkeypatch.setattr(kinds[1], "forward", forward)
    voice = PyannoteDiarizer(BUNDLED).voice(samples, [Region(0.0, 10.0)])
    assert refused
    assert voice is not None


def test_no_room_for_the_models_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def to(*_: object) -> None:
        raise torch.OutOfMemoryError(SHORT)

    monkeypatch.setattr("pyannote.audio.Pipeline.to", to)
    with pytest.raises(ModelError, match=r"not enough memory on cuda:0.*workers") as raised:
        PyannoteDiarizer(BUNDLED, "cuda:0").diarize(np.zeros(16_000, np.float32))
    assert "verify" not in str(raised.value)
    assert str(Path(BUNDLED)) in str(raised.value)
