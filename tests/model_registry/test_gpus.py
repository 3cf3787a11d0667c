"""Which GPU is used, in which precision, and what is said of one that cannot be used."""

import logging
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from qa_pipeline.cli.health import examine
from qa_pipeline.errors import UsageError
from qa_pipeline.model_registry import choose_device, ctranslate2_computes, load_profile
from qa_pipeline.resources import resource_folder
from qa_pipeline.settings import read_settings

NO_KERNEL = (
    "CUDA error: no kernel image is available for execution on the device\nSearch for "
    "`cudaErrorNoKernelImageForDevice' in https://docs.nvidia.com/cuda/cuda-runtime-api/"
)
MODERN = {"float32", "int8_float16", "float16", "int8", "int8_float32", "bfloat16"}
OPTIONS = load_profile("standard", resource_folder("models")).transcription.options


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A machine with one GPU, as far as the libraries tell."""
    import ctranslate2
    import torch

    state = SimpleNamespace(
        error=None, types=MODERN, refused=None, refuses=0, tried=0, count=1, heard=[]
    )

    def ones(*_: object, **__: object) -> Any:
        state.tried += 1
        if state.error is not None:
            raise state.error
        return SimpleNamespace(sum=lambda: SimpleNamespace(item=lambda: 2.0))

    class Recogniser:
        n_mels = 80

        def __init__(self, _folder: str, *, device: str, device_index: int) -> None:
            assert device == "cuda"
            self.index = device_index

        def encode(self, _features: object, *, to_cpu: bool) -> None:
            assert to_cpu
            state.heard.append(self.index)
            if state.refused is not None and self.index == state.refuses:
                raise state.refused

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda index=0: f"Tesla P{4 + index}")
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: ["sm_70", "sm_75"])
    monkeypatch.setattr(torch, "ones", ones)
    monkeypatch.setattr(ctranslate2.models, "Whisper", Recogniser)
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: state.count)
    monkeypatch.setattr(ctranslate2, "get_supported_compute_types", lambda *_: state.types)
    monkeypatch.setattr("ctypes.CDLL", lambda *_: None)
    return state


def test_a_gpu_that_computes_is_used(card: Any) -> None:
    device = choose_device("auto", OPTIONS)
    assert (device.name, device.compute_type, card.tried) == ("cuda:0", "float16", 1)
    choose_device("cuda:0", OPTIONS, try_out=False)
    assert card.tried == 1


def test_a_card_without_fast_float16_computes_in_float32(
    card: Any, caplog: pytest.LogCaptureFixture
) -> None:
    card.types = {"float32", "int8", "int8_float32"}
    assert choose_device("auto", OPTIONS).compute_type == "float32"
    assert "cannot compute in float16" in caplog.text
    int8 = OPTIONS.model_copy(update={"compute_type_cuda": "int8_float16"})
    assert choose_device("auto", int8).compute_type == "int8_float32"


def test_a_card_that_torch_is_not_made_for(card: Any, caplog: pytest.LogCaptureFixture) -> None:
    card.error = RuntimeError(NO_KERNEL)
    with caplog.at_level(logging.WARNING):
        assert choose_device("auto", OPTIONS).name == "cpu"
    assert "sm_70, sm_75" in caplog.text
    with pytest.raises(UsageError, match=r"no kernel image.*older torch.*--device cpu"):
        choose_device("cuda", OPTIONS)


def test_a_card_that_ctranslate2_cannot_use(card: Any) -> None:
    card.refused = RuntimeError("CUDA failed with error CUDA driver version is insufficient")
    with pytest.raises(UsageError, match=r"CTranslate2 .* cannot use GPU 0 \(Tesla P4\)"):
        choose_device("cuda:0", OPTIONS)


def test_the_doctor_lets_the_gpu_compute(card: Any, tmp_path: Path) -> None:
    settings = read_settings(data_dir=tmp_path)
    assert examine(settings)[0].level == "fine"
    card.types = {"float32"}
    assert examine(settings)[0].level == "note"
    card.error = RuntimeError(NO_KERNEL)
    finding = examine(settings)[0]
    assert (finding.what, finding.level) == ("GPU", "problem")
    assert "made for sm_70, sm_75" in finding.said


REFUSED = RuntimeError("CUDA failed with error out of memory")


def test_every_gpu_is_tried_by_both_libraries(card: Any, tmp_path: Path) -> None:
    card.count = 2
    finding = examine(read_settings(data_dir=tmp_path, workers=("cuda:0", "cuda:1")))[0]
    assert finding.level == "fine"
    assert "cuda:0 Tesla P4, cuda:1 Tesla P5" in finding.said
    assert (card.tried, card.heard) == (2, [0, 1])


def test_a_gpu_that_is_named_and_cannot_be_used_is_a_problem(card: Any, tmp_path: Path) -> None:
    card.count, card.refused, card.refuses = 2, REFUSED, 1
    finding = examine(read_settings(data_dir=tmp_path, workers=("cuda:0", "cuda:1")))[0]
    assert finding.level == "problem"
    assert "cannot use GPU 1 (Tesla P5): CUDA failed with error out of memory" in finding.said
    with pytest.raises(UsageError, match=r"cannot use GPU 1 \(Tesla P5\)"):
        choose_device("cuda:1", OPTIONS)


def test_a_gpu_that_nobody_named_is_only_noted(card: Any, tmp_path: Path) -> None:
    card.count, card.refused, card.refuses = 2, REFUSED, 1
    finding = examine(read_settings(data_dir=tmp_path))[0]
    assert finding.level == "note"
    assert "cuda:0 Tesla P4;" in finding.said
    assert "cannot use GPU 1" in finding.said


def test_a_gpu_that_is_named_and_not_there_is_a_problem(
    card: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    settings = read_settings(data_dir=tmp_path, device="cuda:1")
    there = r"1 usable NVIDIA GPU was found, cuda:0 \(CUDA_VISIBLE_DEVICES is '1'\)"
    finding = examine(settings)[0]
    assert finding.level == "problem"
    assert re.search(f"name cuda:1, but {there}", finding.said)
    with pytest.raises(UsageError, match=there):
        choose_device("cuda:1", OPTIONS)


def test_no_gpu_is_a_problem_where_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert examine(read_settings(data_dir=tmp_path))[0].level == "note"
    finding = examine(read_settings(data_dir=tmp_path, workers=("cpu", "cuda:1")))[0]
    assert finding.level == "problem"
    assert "cuda:1" in finding.said


def test_the_trial_of_ctranslate2_computes() -> None:
    ctranslate2_computes("cpu", 0)
