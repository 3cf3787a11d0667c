"""Work on stored calls, batch by batch: in this process, or shared by several; results in order."""

import multiprocessing
import os
from collections.abc import Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Protocol, TypeVar

from qa_pipeline.garbage import uncollected
from qa_pipeline.store import CallBatch

BATCH_CALLS = 250
"""Calls that are read and judged together: what memory holds at a time."""
READER_MIB = 512
"""Of memory in which the store keeps what a process has read: without an end to it, it would keep
all of a large store that memory has room for."""
_BATCHES_A_PROCESS = 4
"""With fewer, a process is not worth its start."""

R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


class Worker(Protocol[R_co]):
    """What one process works with; it stays open for all of its batches."""

    def work(self, batch: CallBatch, number: int) -> R_co:
        """Work on one batch. ``number``: its place among all."""
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...


class Job(Protocol[R_co]):
    """What a process needs to know to begin; it can be pickled."""

    def begin(self) -> Worker[R_co]:
        """Open what is needed."""
        ...


_mine: list[Worker[Any]] = []
"""In a process that shares the work: what it works with, for as long as it lives."""


def _begin(job: Job[Any]) -> None:
    _mine.append(job.begin())


def _work(batch: CallBatch, number: int) -> Any:
    with uncollected():  # a batch is made of records that hold no cycles
        return _mine[0].work(batch, number)


def over_batches(
    job: Job[R], batches: Sequence[CallBatch], workers: int | None = None
) -> Generator[R]:
    """Do a job on all batches and yield what each gives, in their order.

    ``workers``: processes that share them; default one for each core, or this one for few calls.
    """
    if workers is None:
        workers = min(os.cpu_count() or 1, len(batches) // _BATCHES_A_PROCESS)
    if workers < 2:
        worker = job.begin()
        try:
            for number, batch in enumerate(batches):
                with uncollected():
                    done = worker.work(batch, number)
                yield done
        finally:
            worker.close()
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin, (job,)) as pool:
        yield from pool.map(_work, batches, range(len(batches)))
