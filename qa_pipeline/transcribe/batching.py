"""Windows of many calls in shared batches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def batches(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut a sequence into pieces of at most ``size``."""
    for begin in range(0, len(items), size):
        yield items[begin : begin + size]


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
