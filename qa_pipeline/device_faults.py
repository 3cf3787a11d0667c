"""What goes wrong on a GPU, told apart by what the libraries say: short of memory, or lost.

CTranslate2 and torch raise plain ``RuntimeError`` for both, with the texts of the CUDA libraries
(``strings`` of libcudart 12.8, libctranslate2 4.8 and torch 2.10 list them). Too little memory is
met with smaller batches. After other errors of a kernel CUDA refuses everything to the process
that met them (the CUDA runtime's documentation of ``cudaError``: "the process must be terminated
and relaunched").
"""

import logging
import re
import sys
from collections.abc import Callable
from typing import TypeVar

from qa_pipeline.errors import DeviceLostError, ModelError

_log = logging.getLogger(__name__)

Result = TypeVar("Result")

_SHORT_OF_MEMORY = (
    "out of memory",
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
    "cudnn_status_internal_error_device_allocation_failed",
    "can't allocate memory",
    "not enough memory",
)
_LOST = (
    "unspecified launch failure",
    "an illegal memory access was encountered",
    "an illegal instruction was encountered",
    "misaligned address",
    "invalid program counter",
    "operation not supported on global/shared address space",
    "hardware stack error",
    "device-side assert triggered",
    "the launch timed out and was terminated",
    "uncorrectable ecc error",
    "uncorrectable nvlink error",
    "invalid access of peer gpu memory over nvlink or a hardware error",
    "an async error has occured in external entity",
    "no cuda-capable device is detected",
    "cuda-capable device(s) is/are busy or unavailable",
    "the mps client has been terminated",
    "cuda error: unknown error",
    "cuda failed with error unknown error",
    "cublas_status_execution_failed",
    "cudnn_status_execution_failed",
)
_FROM_CUDA = re.compile(r"cuda|cublas|cudnn")
_PATIENCE = 16
"""Batches that must fit in a row before a larger one is tried again."""
_MOST_PATIENCE = 256


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that the device, or the machine, has too little memory."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(text in said for text in _SHORT_OF_MEMORY)


def lost_device(error: BaseException) -> DeviceLostError | None:
    """Return what to raise where nothing more can be done on the GPU; ``None`` for other errors.

    An error that was raised from such an error counts as well.
    """
    met: BaseException | None = error
    while met is not None:
        said = str(met).lower()
        if _FROM_CUDA.search(said) and any(text in said for text in _LOST):
            return DeviceLostError(str(met).partition("\n")[0])
        met = met.__cause__
    return None


def release_device_memory() -> None:
    """Give back what torch keeps of a GPU's memory without using it; CTranslate2 may need it."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return
    for index in range(torch.cuda.device_count()):
        # Only where something is kept, and from there: a call from another GPU takes memory on it.
        if torch.cuda.memory_reserved(index):
            with torch.cuda.device(index):
                torch.cuda.empty_cache()


def not_loaded(what: str, device: str, error: Exception, advice: str = "") -> ModelError:
    """Return what to raise when a model cannot be loaded.

    Args:
        what: The model, such as its folder.
        device: Where it was to be loaded.
        error: What the library raised.
        advice: What to do where it was not for want of memory.
    """
    if is_out_of_memory(error):
        said = str(error).partition("\n")[0]
        return ModelError(
            f"{what}: not enough memory on {device} to load it ({said}); free some (nvidia-smi "
            "lists who uses a GPU), name fewer workers for it, or choose another --device"
        )
    return ModelError(
        f"{what}: cannot be loaded on {device}: {error}" + (f"; {advice}" if advice else "")
    )


class FittingSize:
    """How many items a device takes at once: fewer when memory is short, more again later."""

    def __init__(self, wanted: int) -> None:
        self._wanted = self._now = wanted
        self._proven = 0
        """The most that fitted since memory was last short without having been tried for."""
        self._in_a_row = 0
        self._patience = _PATIENCE

    @property
    def now(self) -> int:
        """The size to try next, at least 1."""
        return self._now

    def fitted(self, count: int) -> None:
        """Note that so many fitted; smaller batches than now tried say nothing."""
        if count < self._now:
            return
        self._proven = self._now
        self._in_a_row += 1
        if self._now < self._wanted and self._in_a_row >= self._patience:
            self._now = min(self._wanted, self._now + max(1, self._now // 2))
            self._in_a_row = 0

    def too_many(self, count: int) -> None:
        """Note that so many did not fit: back to what did, or to half where nothing is known."""
        if 0 < self._proven < count:
            self._now = self._proven
            self._patience = min(_MOST_PATIENCE, 2 * self._patience)
            _log.info("still too little memory on the device; batches of %d", self._now)
        else:
            self._now = max(1, count // 2)
            self._proven, self._patience = 0, _PATIENCE
            _log.warning("too little memory on the device; batches of %d now", self._now)
        self._in_a_row = 0


def with_room(
    size: FittingSize, run: Callable[[int], Result], at_most: int = sys.maxsize
) -> Result:
    """Run what takes a batch size, ``at_most`` one, smaller ones until the device has room.

    Raises what the device raised where not even a batch of one fits.
    """
    tried_again = False
    while True:
        count = min(size.now, at_most)
        try:
            result = run(count)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or (count == 1 and tried_again):
                raise
        else:
            size.fitted(count)
            return result
        # Out of the handler: until then the error keeps what the failed batch holds.
        tried_again = True
        release_device_memory()
        size.too_many(count)
