"""Windows of many calls in shared batches."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

_log = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")


def batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut a sequence into pieces of at most ``size``."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]


class FittingBatches:
    """Runs items in batches that fit into the device's memory, and remembers what fitted."""

    def __init__(self, size: int) -> None:
        self._size = size

    def run(
        self, items: Sequence[Item], run: Callable[[Sequence[Item]], Iterable[Result]]
    ) -> list[tuple[Item, Result]]:
        """Return every item with its result, in order."""
        done: list[tuple[Item, Result]] = []
        for batch in batches(items, self._size):
            results, fitting = run_halving(batch, run)
            if fitting < len(batch):
                self._size = fitting
                _log.warning("too little memory on the device; batches of %d now", fitting)
            done.extend(zip(batch, results, strict=True))
        return done


def run_halving(
    batch: Sequence[Item], run: Callable[[Sequence[Item]], Iterable[Result]]
) -> tuple[list[Result], int]:
    """Run a batch; where the device has too little memory, run its halves instead.

    Returns the results in order and the largest size that fitted. A single item that does not
    fit raises what the device raised.
    """
    try:
        return list(run(batch)), len(batch)
    except (RuntimeError, MemoryError) as error:
        if len(batch) == 1 or not _is_out_of_memory(error):
            raise
    middle = len(batch) // 2
    first, first_size = run_halving(batch[:middle], run)
    second, second_size = run_halving(batch[middle:], run)
    return first + second, min(first_size, second_size)


def _is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or "out of memory" in str(error).lower()
