"""Batches shrink where the device has too little memory, grow again, and nothing gets lost."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
import torch

from qa_pipeline.device_faults import release_device_memory
from qa_pipeline.transcribe.batching import FittingBatches


class Device:
    """Doubles numbers, but has room for only so many at a time."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.sizes: list[int] = []

    def run(self, batch: Sequence[int]) -> list[int]:
        self.sizes.append(len(batch))
        if len(batch) > self.room:
            raise RuntimeError("CUDA failed with error out of memory")
        return [2 * item for item in batch]

    @property
    def refused(self) -> int:
        return sum(size > self.room for size in self.sizes)


def doubled(count: int) -> list[tuple[int, int]]:
    return [(item, 2 * item) for item in range(count)]


@pytest.mark.parametrize("room", [16, 8, 3, 1])
def test_everything_is_done_in_order_whatever_the_room(room: int) -> None:
    assert FittingBatches(11).run(range(25), Device(room).run) == doubled(25)
    assert FittingBatches(11).run([], Device(room).run) == []


def test_what_fitted_is_used_for_the_rest_at_once(caplog: pytest.LogCaptureFixture) -> None:
    device = Device(4)
    with caplog.at_level(logging.WARNING):
        assert FittingBatches(8).run(range(64), device.run) == doubled(64)
    assert device.sizes == [8] + [4] * 16
    assert len(caplog.records) == 1


def test_what_fitted_is_remembered_for_the_next_batches() -> None:
    device, fitting = Device(2), FittingBatches(4)
    fitting.run(range(4), device.run)
    assert device.sizes == [4, 2, 2]
    fitting.run(range(3), device.run)
    assert device.sizes == [4, 2, 2, 2, 1]


def test_the_largest_size_that_fits_is_found_in_time() -> None:
    device, fitting = Device(6), FittingBatches(8)
    fitting.run(range(7), device.run)
    assert device.sizes == [7, 3, 3, 1]
    fitting.run(range(3_000), device.run)
    assert device.sizes[-2] == 6
    assert device.refused < 0.02 * len(device.sizes)


def test_a_passing_shortage_passes() -> None:
    device, fitting = Device(0), FittingBatches(8)
    with pytest.raises(RuntimeError, match="out of memory"):
        fitting.run(range(8), device.run)
    device.room = 8
    fitting.run(range(400), device.run)
    assert device.sizes[-1] == 8


def test_one_item_that_does_not_fit_is_tried_twice() -> None:
    device = Device(0)
    with pytest.raises(RuntimeError, match="out of memory"):
        FittingBatches(1).run([1, 2], device.run)
    assert device.sizes == [1, 1]


def test_other_errors_are_not_retried() -> None:
    calls = []

    def run(batch: Sequence[int]) -> list[int]:
        calls.append(batch)
        raise RuntimeError("invalid model")

    with pytest.raises(RuntimeError, match="invalid model"):
        FittingBatches(3).run([1, 2, 3], run)
    assert len(calls) == 1


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA failed with error out of memory"),
        RuntimeError("cuBLAS failed with status CUBLAS_STATUS_ALLOC_FAILED"),
        RuntimeError(
            "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"
        ),
        RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED"),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate"
                     " memory: you tried to allocate 8 bytes. Error code 12 (Cannot allocate)"),
        MemoryError("std::bad_alloc"),
    ],
)  # fmt: skip
def test_want_of_memory_is_known_in_every_library_s_words(error: Exception) -> None:
    sizes: list[int] = []

    def run(batch: Sequence[int]) -> Sequence[int]:
        sizes.append(len(batch))
        if len(batch) > 1:
            raise error
        return [2 * item for item in batch]

    assert FittingBatches(2).run([0, 1], run) == doubled(2)
    assert sizes == [2, 1, 1]


def test_memory_is_given_back_on_the_gpu_that_keeps_some(monkeypatch: pytest.MonkeyPatch) -> None:
    current: list[int] = [0]
    emptied: list[int] = []

    @contextmanager
    def device(index: int) -> Iterator[None]:
        current.append(index)
        yield
        current.pop()

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda index: 2_000_000 * (index == 1))
    monkeypatch.setattr(torch.cuda, "device", device)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: emptied.append(current[-1]))
    release_device_memory()
    assert emptied == [1]
