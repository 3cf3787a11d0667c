"""Which device and precision the models run on."""

import logging
import os
import re
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

import numpy as np

from qa_pipeline.errors import UsageError
from qa_pipeline.model_registry.profile import TranscriptionOptions
from qa_pipeline.resources import resource_folder

_log = logging.getLogger(__name__)

_REQUESTED = re.compile(r"auto|cpu|cuda(:\d+)?")


@dataclass(frozen=True)
class Device:
    """A device, and the precision in which CTranslate2 computes on it."""

    kind: Literal["cpu", "cuda"]
    index: int
    """Which GPU, as CUDA counts them (``CUDA_VISIBLE_DEVICES`` hides and reorders them)."""
    compute_type: str

    @property
    def name(self) -> str:
        """The device as torch names it: ``cpu``, ``cuda:0``, ``cuda:1``, ..."""
        return "cpu" if self.kind == "cpu" else f"cuda:{self.index}"


def choose_device(requested: str, options: TranscriptionOptions, *, try_out: bool = True) -> Device:
    """Return the device to use. ``requested``: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    ``auto`` takes the first GPU where CTranslate2 finds one and it computes. Where a GPU cannot
    compute in the profile's precision, the nearest that it can is taken. ``try_out``: whether a
    GPU is made to compute something, which takes some of its memory for as long as the process
    lives. Raises ``UsageError`` when a GPU is asked for and there is none that can be used.
    """
    if not _REQUESTED.fullmatch(requested):
        raise UsageError(f"device is {requested!r}; it must be auto, cpu, cuda or cuda:N")
    on_cpu = Device("cpu", 0, options.compute_type_cpu)
    if requested == "cpu":
        return on_cpu
    index = int(requested.partition(":")[2] or 0)
    found = _cuda_devices()
    if index >= found:
        if requested == "auto":
            return on_cpu
        raise UsageError(
            f"device is {requested}, but {gpus_found(found)}; "
            "run 'qa-pipeline doctor' to see what is missing, or use --device cpu"
        )
    problem = gpu_problem(index) if try_out else None
    if problem is None:
        return Device("cuda", index, gpu_compute_type(index, options.compute_type_cuda))
    if requested != "auto":
        raise UsageError(f"device is {requested}, but {problem}; or use --device cpu")
    _log.warning("%s; everything runs on the CPU", problem)
    return on_cpu


def gpu_compute_type(index: int, wanted: str) -> str:
    """Return the precision to compute in on a GPU: the wanted one, or the nearest it has.

    Cards before Volta and some others compute in ``float16`` slower than in ``float32``, and
    CTranslate2 refuses to (``Requested float16 compute type, but the target device or backend do
    not support efficient float16 computation``).
    """
    supported = import_module("ctranslate2").get_supported_compute_types("cuda", index)
    if wanted in supported or wanted in ("default", "auto"):
        return wanted
    nearest = "int8_float32" if wanted.startswith("int8") else "float32"
    taken = nearest if nearest in supported else "default"
    _log.warning("GPU %d cannot compute in %s; %s is used, which is slower", index, wanted, taken)
    return taken


def gpu_problem(index: int) -> str | None:
    """Let torch and CTranslate2 compute something on a GPU; say what is wrong, if anything is."""
    torch, ctranslate2 = import_module("torch"), import_module("ctranslate2")
    try:
        name = str(torch.cuda.get_device_name(index))
        torch.ones(2, device=f"cuda:{index}").sum().item()
    except (RuntimeError, AssertionError) as error:
        return _said(f"torch {torch.__version__} cannot use GPU {index}", error)
    try:
        ctranslate2_computes("cuda", index)
    except (RuntimeError, ValueError) as error:
        return _said(
            f"CTranslate2 {ctranslate2.__version__} cannot use GPU {index} ({name})", error
        )
    return None


def ctranslate2_computes(kind: Literal["cpu", "cuda"], index: int) -> None:
    """Let CTranslate2 compute on a device: the bundled recogniser hears a second of nothing.

    It opens cuBLAS when it first multiplies, and takes a GPU other than the first for a model only.
    Raises what CTranslate2 raises.
    """
    ctranslate2 = import_module("ctranslate2")
    folder = resource_folder("models") / "bundled" / "transcription"
    model = ctranslate2.models.Whisper(str(folder), device=kind, device_index=index)
    silence = np.zeros((1, model.n_mels, 100), np.float32)
    model.encode(ctranslate2.StorageView.from_array(silence), to_cpu=True)


def gpus_found(count: int) -> str:
    """Say how many GPUs there are, and whether some may be hidden."""
    if count == 0:
        found = "no usable NVIDIA GPU was found"
    elif count == 1:
        found = "1 usable NVIDIA GPU was found, cuda:0"
    else:
        found = f"{count} usable NVIDIA GPUs were found, cuda:0 to cuda:{count - 1}"
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return found if visible is None else f"{found} (CUDA_VISIBLE_DEVICES is {visible!r})"


def _said(what: str, error: Exception) -> str:
    first_line = str(error).partition("\n")[0]
    if "no kernel image" not in first_line:
        return f"{what}: {first_line}; see 'nvidia-smi' and 'qa-pipeline doctor'"
    torch = import_module("torch")
    return (
        f"{what}: {first_line}; it is made for {', '.join(torch.cuda.get_arch_list())} and newer, "
        "so an older card needs an older torch"
    )


def _cuda_devices() -> int:
    # In this order: importing torch loads libcublas.so.12, which CTranslate2 opens by name.
    torch, ctranslate2 = import_module("torch"), import_module("ctranslate2")
    if not torch.cuda.is_available():
        return 0
    return int(ctranslate2.get_cuda_device_count())
