"""A model for which a GPU has no room is refused in words, whichever it is."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch

from qa_pipeline.errors import ModelError
from qa_pipeline.language.sentence_encoder import TransformersEncoder
from qa_pipeline.measures import TransformersTone
from qa_pipeline.speakers import PyannoteDiarizer
from qa_pipeline.transcribe.funasr_model import FunAsrModel
from tests.audio.recordings import ROOT

SHORT = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8.00 GiB"
MODELS = ROOT / "models" / "bundled"


def no_room(*_: object, **__: object) -> None:
    raise torch.OutOfMemoryError(SHORT)


def tone(_: Path) -> None:
    TransformersTone(MODELS / "tone", "cuda:0").probabilities(["hello"])


def encoder(_: Path) -> None:
    TransformersEncoder(MODELS / "tone", ("en",), 50.0, device="cuda:0").encode("hello")


def diarizer(_: Path) -> None:
    PyannoteDiarizer(MODELS / "diarization", "cuda:0").diarize(np.zeros(16_000, np.float32))


def funasr(folder: Path) -> None:
    for name in ("config.yaml", "model.pt"):
        (folder / name).write_text("")
    FunAsrModel(folder, "cuda:0")


@pytest.mark.parametrize("load", [tone, encoder, diarizer, funasr])
def test_what_to_do_is_said(
    load: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library: Any = ModuleType("funasr")
    library.AutoModel = no_room
    monkeypatch.setitem(sys.modules, "funasr", library)
    monkeypatch.setattr(torch.nn.Module, "to", no_room)
    with pytest.raises(ModelError, match=r"not enough memory on cuda:0.*workers") as raised:
        load(tmp_path)
    assert SHORT in str(raised.value)
    assert "verify" not in str(raised.value)


def test_the_tone_of_fewer_texts_is_read_at_once_where_memory_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = ["thank you so much", "this is terrible", "the invoice is here", "谢谢你"] * 3
    expected = TransformersTone(MODELS / "tone").probabilities(texts)
    model = TransformersTone(MODELS / "tone")
    inner, sizes = model._loaded[1], list[int]()
    whole = inner.forward

    def forward(*, input_ids: torch.Tensor, **more: Any) -> object:
        sizes.append(len(input_ids))
        if len(input_ids) > 4:
            raise torch.OutOfMemoryError(SHORT)
        return whole(input_ids=input_ids, **more)

    monkeypatch.setattr(inner, "forward", forward)
    found = model.probabilities(texts)
    assert [tone.label for tone in found] == [tone.label for tone in expected]
    assert np.allclose(found, expected, atol=1e-5)
    assert sizes == [12, 4, 4, 4] or sizes[-1] <= 4
