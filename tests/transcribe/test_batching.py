"""Batches shrink where the device has too little memory, and nothing gets lost or reordered."""

from collections.abc import Sequence

import pytest

from qa_pipeline.transcribe.batching import FittingBatches, batches, run_halving


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


def test_batches() -> None:
    assert [list(b) for b in batches([1, 2, 3, 4, 5], 2)] == [[1, 2], [3, 4], [5]]
    assert list(batches([], 3)) == []


@pytest.mark.parametrize(("room", "fitting"), [(16, 11), (8, 5), (3, 2), (1, 1)])
def test_halves_until_it_fits(room: int, fitting: int) -> None:
    results, size = run_halving(range(11), Device(room).run)
    assert results == [2 * i for i in range(11)]
    assert size == fitting


def test_one_item_that_does_not_fit_raises() -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        run_halving([1, 2], Device(0).run)


def test_other_errors_are_not_retried() -> None:
    calls = []

    def run(batch: Sequence[int]) -> list[int]:
        calls.append(batch)
        raise RuntimeError("invalid model")

    with pytest.raises(RuntimeError, match="invalid model"):
        run_halving([1, 2, 3], run)
    assert len(calls) == 1


def test_what_fitted_is_remembered_for_the_next_batches() -> None:
    device, fitting = Device(2), FittingBatches(4)
    assert fitting.run([1, 2, 3, 4], device.run) == [(1, 2), (2, 4), (3, 6), (4, 8)]
    assert device.sizes == [4, 2, 2]
    assert fitting.run([5, 6, 7], device.run) == [(5, 10), (6, 12), (7, 14)]
    assert device.sizes == [4, 2, 2, 2, 1]
