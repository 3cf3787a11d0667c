"""Worker processes share the batches of a run: several GPUs, or one GPU kept busy by several.

Each process has its models on the device that is named for it and a line of its own. A process
that dies (the system's memory is full) or loses its GPU (which then refuses it everything) is
started again; the batch that ends it twice is tried call by call, and the call that does it is
written down as not processed.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Literal, NoReturn, Self

from qa_pipeline.audio import CallSource
from qa_pipeline.errors import DeviceLostError, QaPipelineError
from qa_pipeline.language.failure_reasons import failure_reason
from qa_pipeline.model_registry import choose_device
from qa_pipeline.pipeline.line import UNDER_WAY, Line, Ticket, in_order
from qa_pipeline.pipeline.processing import BatchOutcome, Processing
from qa_pipeline.pipeline.run import OpenRun
from qa_pipeline.progress import Progress
from qa_pipeline.records import AgentHabit, Failure
from qa_pipeline.scoring import Scorecard
from qa_pipeline.settings import Settings
from qa_pipeline.store import KnownCalls

_DEATHS_OF_A_BATCH = 2
_STARTS_IN_VAIN = 3
"""A process that ends so often without having finished anything is not started again."""

_Message = tuple[Literal["outcome", "error", "progress", "last words"], Any]
_GiveUp = Callable[[CallSource, "_Death"], BatchOutcome]


@dataclass(frozen=True)
class _Share:
    """What a worker process needs to know of the run."""

    run_id: str
    settings: Settings
    scorecards: tuple[tuple[str, str], ...]
    """Packed."""
    habits: Mapping[str, AgentHabit]
    known: KnownCalls
    accepted: MutableMapping[str, tuple[str, str]]
    threads: int
    removed: frozenset[str]


@dataclass(frozen=True)
class _Death:
    """How a worker process ended."""

    device: str
    code: int | None
    met: str
    """What it said last of why; empty: nothing."""

    def __str__(self) -> str:
        said = f" ({self.met})" if self.met else ""
        return f"the worker process on {self.device} ended with code {self.code}{said}"

    def reason(self, source: CallSource) -> str:
        """Return why a call that ends every process is given up, as it is kept."""
        known = {"path": source.path, "device": self.device, "code": self.code}
        if self.met:
            return failure_reason("worker_ended_saying", **known, problem=self.met)
        return failure_reason("worker_ended", **known)


@dataclass
class _Job:
    """A batch on its way through a worker."""

    batch: Sequence[CallSource]
    future: "Future[BatchOutcome]" = field(default_factory=Future)
    deaths: int = 0


class Workers:
    """Takes batches like ``Line``, and hands each to the process that has least to do."""

    def __init__(self, run: OpenRun, progress: Progress) -> None:
        self._run = run
        self._progress = progress
        self._manager = multiprocessing.get_context("spawn").Manager()
        devices = run.settings.workers
        for device in devices:
            # Not tried out: this process would hold memory on every GPU for nothing.
            choose_device(device, run.parts.profile.transcription.options, try_out=False)
        share = _Share(
            run.run_id,
            run.settings,
            tuple(card.packed() for card in run.scorecards),
            dict(run.habits),
            run.known,
            self._manager.dict(),
            max(1, len(os.sched_getaffinity(0)) // len(devices)),
            run.removed,
        )
        self._workers = [_Worker(device, share, progress, self._give_up) for device in devices]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            worker.stop()
        self._manager.shutdown()

    def start(self, batch: Sequence[CallSource]) -> "Future[BatchOutcome]":
        """Give a batch to a process; what goes wrong for the whole run is in the future."""
        return min(self._workers, key=lambda worker: worker.load).take(batch)

    def tickets(self, batches: Iterable[Sequence[CallSource]]) -> Iterator[Ticket]:
        """Put batches to work and yield them in order; the next go on meanwhile."""
        return in_order(self, batches, UNDER_WAY * len(self._workers))

    def _give_up(self, source: CallSource, death: _Death) -> BatchOutcome:
        """Write down a call that no process survives."""
        failure = Failure(
            path=str(source.path),
            stage="transcribe",
            reason=death.reason(source),
            failed_at=datetime.now(UTC),
        )
        self._run.write_failure(failure)
        self._progress.note(f"not processed: {failure.reason}")
        self._progress.done(1, 0.0)
        return BatchOutcome(failures=(failure,))


class _Worker:
    """One process, started again when it dies, and the thread that listens to it."""

    def __init__(self, device: str, share: _Share, progress: Progress, give_up: _GiveUp) -> None:
        self._device, self._share = device, share
        self._progress, self._give_up = progress, give_up
        self._jobs: dict[int, _Job] = {}
        self._sent: set[int] = set()
        self._numbers = count()
        self._in_vain = 0
        self._last_words = ""
        self._stopping = False
        self._broken: QaPipelineError | None = None
        self._lock = threading.RLock()
        self._process, self._connection = self._begin()
        self._listener = threading.Thread(target=self._listen, name=f"listener of {device}")
        self._listener.start()

    @property
    def load(self) -> int:
        """Batches that are not finished."""
        return len(self._jobs)

    def take(self, batch: Sequence[CallSource]) -> "Future[BatchOutcome]":
        """Put a batch on this worker's list."""
        job = _Job(batch)
        with self._lock:
            if self._broken is not None:
                job.future.set_exception(self._broken)
            else:
                self._jobs[next(self._numbers)] = job
                self._send()
        return job.future

    def stop(self) -> None:
        """Let the process end with what it has begun, and wait for it."""
        with self._lock:
            self._stopping = True
            for number in self._jobs.keys() - self._sent:
                self._jobs.pop(number).future.cancel()
            self._post(None)
        self._listener.join()
        self._process.join()
        self._connection.close()

    def _begin(self) -> tuple[BaseProcess, "Connection[Any, Any]"]:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(
            target=_work, args=(there, self._device, self._share), name=f"worker on {self._device}"
        )
        process.start()
        there.close()
        return process, here

    def _send(self) -> None:
        """Send the next batches; after a death one at a time, to find the batch that kills."""
        careful = any(job.deaths for job in self._jobs.values())
        for number in sorted(self._jobs.keys() - self._sent):
            if len(self._sent) >= (1 if careful else UNDER_WAY):
                return
            self._sent.add(number)
            self._post((number, self._jobs[number].batch))

    def _post(self, message: object) -> None:
        # A process that has died is seen by the listener, which sends everything again.
        with suppress(OSError):
            self._connection.send(message)

    def _listen(self) -> None:
        while True:
            try:
                kind, content = self._connection.recv()
            except (EOFError, OSError):
                self._process.join()
                with self._lock:
                    if self._stopping or not self._revived():
                        return
                continue
            if kind == "progress":
                name, values = content
                getattr(self._progress, name)(*values)
            elif kind == "last words":
                self._last_words = str(content)
            else:
                self._finished(kind, *content)

    def _finished(self, kind: str, number: int, result: Any) -> None:
        with self._lock:
            job = self._jobs.pop(number)
            self._sent.discard(number)
            self._in_vain = 0
            if not self._stopping:
                self._send()
        if kind == "outcome":
            job.future.set_result(result)
        else:
            job.future.set_exception(result)

    def _revived(self) -> bool:
        """Start the process that has died again; say whether there is still hope for it."""
        death = _Death(self._device, self._process.exitcode, self._last_words)
        self._last_words = ""
        self._in_vain += 1
        for number in sorted(self._sent):
            self._jobs[number].deaths += 1
            if self._jobs[number].deaths >= _DEATHS_OF_A_BATCH:
                self._in_vain = 0
                self._without(self._jobs.pop(number), death)
        self._sent.clear()
        if self._in_vain >= _STARTS_IN_VAIN:
            self._broken = QaPipelineError(
                f"{death}, {self._in_vain} times without finishing anything; look at the memory "
                "of the machine and of its GPUs and at 'qa-pipeline doctor'"
            )
            for job in self._jobs.values():
                job.future.set_exception(self._broken)
            self._jobs.clear()
            return False
        self._progress.note(f"{death}; it is started again")
        self._process, self._connection = self._begin()
        self._send()
        return True

    def _without(self, job: _Job, death: _Death) -> None:
        """Try each call of a batch that kills alone; give up a single one."""
        if len(job.batch) == 1:
            job.future.set_result(self._give_up(job.batch[0], death))
            return
        parts = [_Job([source], deaths=_DEATHS_OF_A_BATCH - 1) for source in job.batch]
        for part in parts:
            self._jobs[next(self._numbers)] = part
            part.future.add_done_callback(partial(_join, job.future, [p.future for p in parts]))


def _join(
    whole: "Future[BatchOutcome]",
    parts: Sequence["Future[BatchOutcome]"],
    _done: "Future[BatchOutcome]",
) -> None:
    """Finish the whole once the last of its parts is finished."""
    if not all(part.done() for part in parts):
        return
    errors = [error for part in parts if (error := part.exception()) is not None]
    if errors:
        whole.set_exception(errors[0])
    else:
        whole.set_result(BatchOutcome.together([part.result() for part in parts]))


def _work(connection: "Connection[Any, Any]", device: str, share: _Share) -> None:
    """Be a worker process: batches come in, outcomes and progress go out."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    os.environ["OMP_NUM_THREADS"] = str(share.threads)  # read when the models are first loaded
    lock = threading.Lock()

    def tell(message: _Message) -> None:
        with lock, suppress(OSError):
            connection.send(message)

    def answer(number: int, future: "Future[BatchOutcome]") -> None:
        error = future.exception()
        if error is None:
            tell(("outcome", (number, future.result())))
        elif isinstance(error, DeviceLostError):
            _end(lock, connection, error)
        elif isinstance(error, QaPipelineError | OSError):
            tell(("error", (number, error)))
        else:
            tell(("error", (number, QaPipelineError(f"worker on {device}: {error!r}"))))

    settings = share.settings.model_copy(update={"device": device, "workers": ()})
    cards = tuple(Scorecard.unpacked(*card) for card in share.scorecards)
    processing = Processing(
        share.run_id,
        settings,
        cards,
        share.habits,
        share.known,
        share.accepted,
        share.threads,
        share.removed,
    )
    with suppress(EOFError), Line(processing, _Told(tell)) as line:
        while (order := connection.recv()) is not None:
            number, batch = order
            line.start(batch).add_done_callback(partial(answer, number))


def _end(
    lock: threading.Lock, connection: "Connection[Any, Any]", error: DeviceLostError
) -> NoReturn:
    """End the process that has lost its GPU; the parent starts another, which has it anew."""
    with lock, suppress(OSError):  # held to the end: no message is cut off in its middle
        connection.send(("last words", error.met))
        os._exit(1)
    os._exit(1)


class _Told:
    """Progress that is told to the parent process."""

    def __init__(self, tell: Callable[[_Message], None]) -> None:
        self._tell = tell

    def begin(self, calls: int) -> None:
        """Pass on that a run starts."""
        self._tell(("progress", ("begin", (calls,))))

    def stage(self, name: str, calls: int) -> None:
        """Pass on that a stage starts."""
        self._tell(("progress", ("stage", (name, calls))))

    def done(self, calls: int, audio_s: float) -> None:
        """Pass on that calls are through."""
        self._tell(("progress", ("done", (calls, audio_s))))

    def note(self, message: str) -> None:
        """Pass on a message."""
        self._tell(("progress", ("note", (message,))))
