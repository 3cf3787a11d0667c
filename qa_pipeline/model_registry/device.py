"""Which device and precision the models run on."""

from dataclasses import dataclass
from importlib import import_module
from typing import Literal

from qa_pipeline.errors import UsageError
from qa_pipeline.model_registry.profile import TranscriptionOptions

DeviceName = Literal["cpu", "cuda"]


@dataclass(frozen=True)
class Device:
    """A device, and the precision in which CTranslate2 computes on it."""

    name: DeviceName
    compute_type: str


def choose_device(requested: str, options: TranscriptionOptions) -> Device:
    """Return the device to use. ``requested``: ``auto``, ``cpu`` or ``cuda``.

    ``auto`` takes a GPU where CTranslate2 finds one. Raises ``UsageError`` when a GPU is asked
    for and there is none.
    """
    if requested not in ("auto", "cpu", "cuda"):
        raise UsageError(f"device is {requested!r}; it must be auto, cpu or cuda")
    if requested != "cpu":
        if _cuda_devices() > 0:
            return Device("cuda", options.compute_type_cuda)
        if requested == "cuda":
            raise UsageError(
                "device is cuda, but no usable NVIDIA GPU was found; "
                "run 'qa-pipeline doctor' to see what is missing, or use --device cpu"
            )
    return Device("cpu", options.compute_type_cpu)


def _cuda_devices() -> int:
    # In this order: importing torch loads libcublas.so.12, which CTranslate2 opens by name.
    torch, ctranslate2 = import_module("torch"), import_module("ctranslate2")
    if not torch.cuda.is_available():
        return 0
    return int(ctranslate2.get_cuda_device_count())
