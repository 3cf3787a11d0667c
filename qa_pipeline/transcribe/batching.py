"""Windows of many calls in shared batches."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from qa_pipeline.device_faults import FittingSize, with_room

Item = TypeVar("Item")
Result = TypeVar("Result")


class FittingBatches:
    """Runs items in batches that fit into the device's memory, and remembers what fitted."""

    def __init__(self, size: int) -> None:
        self._size = FittingSize(size)

    def run(
        self, items: Sequence[Item], run: Callable[[Sequence[Item]], Iterable[Result]]
    ) -> list[tuple[Item, Result]]:
        """Return every item with its result, in order.

        Raises what the device raised where it has no room for a single item.
        """
        done: list[tuple[Item, Result]] = []
        while len(done) < len(items):
            rest = items[len(done) :]

            def run_first(count: int, rest: Sequence[Item] = rest) -> list[tuple[Item, Result]]:
                return list(zip(rest[:count], run(rest[:count]), strict=True))

            done += with_room(self._size, run_first, len(rest))
        return done
