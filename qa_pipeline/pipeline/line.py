"""Several batches under way at once: one is read while another is heard and a third is scored.

Reading files and scoring calls keep the processor busy, recognition the GPU (or the other cores).
Each step has one thread of its own (opening uses more for the files of one batch, where there are
many cores), so batches pass through every step in order and results do not depend on timing; at
most three batches are in memory.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

from qa_pipeline.audio import CallSource
from qa_pipeline.pipeline.batch import finish_batch, hear_batch, open_batch
from qa_pipeline.pipeline.processing import BatchOutcome, Processing
from qa_pipeline.progress import Progress

UNDER_WAY = 3


class Starts(Protocol):
    """Something that takes batches of calls through all stages."""

    def start(self, batch: Sequence[CallSource]) -> "Future[BatchOutcome]":
        """Put a batch to work; what goes wrong for the whole run is in the future."""
        ...


class Ticket:
    """A batch that was put on the line."""

    def __init__(self, line: Starts, batch: Sequence[CallSource]) -> None:
        self._line = line
        self._batch = batch
        self._future = line.start(batch)
        self._raised = False

    def outcome(self) -> BatchOutcome:
        """Wait for the batch; asked again after an error, the batch is done once more.

        Raises what concerns the whole run, such as a full disk; single calls never raise.
        """
        if self._raised:
            self._future = self._line.start(self._batch)
        self._raised = self._future.exception() is not None
        return self._future.result()


class Line:
    """Takes batches through opening, hearing and finishing, each step in a thread of its own."""

    def __init__(self, run: Processing, progress: Progress) -> None:
        self._run = run
        self._progress = progress
        self._opening, self._hearing, self._finishing = (
            ThreadPoolExecutor(1, thread_name_prefix=step) for step in ("open", "hear", "finish")
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for step in (self._opening, self._hearing, self._finishing):
            step.shutdown(wait=True, cancel_futures=True)

    def start(self, batch: Sequence[CallSource]) -> "Future[BatchOutcome]":
        """Put a batch on the line; what goes wrong for the whole run is in the future."""
        run, progress = self._run, self._progress
        opened = self._opening.submit(open_batch, run, batch, progress)
        heard = self._hearing.submit(lambda: hear_batch(run, opened.result()))
        return self._finishing.submit(lambda: finish_batch(run, heard.result(), progress))

    def tickets(self, batches: Iterable[Sequence[CallSource]]) -> Iterator[Ticket]:
        """Put batches on the line and yield them in order; the next go on meanwhile.

        Wait for a ticket's outcome before asking for the next one.
        """
        return in_order(self, batches, UNDER_WAY)


def in_order(
    line: Starts, batches: Iterable[Sequence[CallSource]], under_way: int
) -> Iterator[Ticket]:
    """Yield the tickets of batches in order, so many of them under way at once."""
    waiting: deque[Ticket] = deque()
    for batch in batches:
        waiting.append(Ticket(line, batch))
        if len(waiting) == under_way:
            yield waiting.popleft()
    yield from waiting
