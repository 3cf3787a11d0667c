"""Which device and precision the models run on."""

import re
from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from qa_pipeline.errors import UsageError
from qa_pipeline.model_registry.profile import TranscriptionOptions

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


def choose_device(requested: str, options: TranscriptionOptions) -> Device:
    """Return the device to use. ``requested``: ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    ``auto`` takes the first GPU where CTranslate2 finds one. Raises ``UsageError`` when a GPU is
    asked for and there is none.
    """
    if not _REQUESTED.fullmatch(requested):
        raise UsageError(f"device is {requested!r}; it must be auto, cpu, cuda or cuda:N")
    if requested == "cpu":
        return Device("cpu", 0, options.compute_type_cpu)
    index = int(requested.partition(":")[2] or 0)
    found = _cuda_devices()
    if index < found:
        return Device("cuda", index, options.compute_type_cuda)
    if requested != "auto":
        raise UsageError(
            f"device is {requested}, but {found or 'no'} usable NVIDIA GPUs were found; "
            "run 'qa-pipeline doctor' to see what is missing, or use --device cpu"
        )
    return Device("cpu", 0, options.compute_type_cpu)


def _cuda_devices() -> int:
    # In this order: importing torch loads libcublas.so.12, which CTranslate2 opens by name.
    torch, ctranslate2 = import_module("torch"), import_module("ctranslate2")
    if not torch.cuda.is_available():
        return 0
    return int(ctranslate2.get_cuda_device_count())
