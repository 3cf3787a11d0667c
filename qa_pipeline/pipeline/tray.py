"""Calls pass from stage to stage on a tray; one that fails is taken off, the others go on."""

import logging
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

from qa_pipeline.device_faults import is_out_of_memory, lost_device
from qa_pipeline.errors import CallError, QaPipelineError
from qa_pipeline.language.failure_reasons import failure_reason
from qa_pipeline.privacy import redact_text
from qa_pipeline.progress import Progress
from qa_pipeline.records import Failure, Stage

_log = logging.getLogger(__name__)

In = TypeVar("In")
Out = TypeVar("Out")


class Named(Protocol):
    """Something that knows which file it came from."""

    @property
    def source_path(self) -> str:
        """The file the call is known by."""


N = TypeVar("N", bound=Named)


class Tray:
    """Runs stages over the calls of a batch and collects what fails, with stage and reason."""

    def __init__(self, progress: Progress, on_failure: Callable[[Failure], None]) -> None:
        self._progress = progress
        self._on_failure = on_failure
        self.failures: list[Failure] = []

    def each(
        self, stage: Stage, calls: Sequence[N], work: Callable[[N], Out], threads: int = 1
    ) -> list[Out]:
        """Do a stage's work on each call; return what came out of those that did not fail.

        ``threads``: how many calls are worked on at once; results and failures come in order.
        """
        self._progress.stage(stage, len(calls))
        if threads == 1:
            return [out for call in calls for out in self._one(stage, call, work)]
        with ThreadPoolExecutor(threads, thread_name_prefix=stage) as pool:
            under_way = [(call, pool.submit(work, call)) for call in calls]
            return [
                out
                for call, future in under_way
                for out in self._one(stage, call, partial(_result_of, future))
            ]

    def _one(self, stage: Stage, call: N, work: Callable[[N], Out]) -> list[Out]:
        try:
            return [work(call)]
        except Exception as error:
            self._fail(stage, call.source_path, error)
            return []

    def together(
        self, stage: Stage, calls: Sequence[N], work: Callable[[Sequence[N]], Sequence[Out]]
    ) -> list[Out]:
        """Do a stage's work on all calls at once; if that fails, on each alone to find which."""
        self._progress.stage(stage, len(calls))
        if not calls:
            return []
        try:
            return list(work(calls))
        except Exception as error:
            _raise_fatal(error)
            _log.warning("%s failed on a batch of %d calls, trying each alone", stage, len(calls))
        return self.each(stage, calls, lambda call: work([call])[0])

    def _fail(self, stage: Stage, path: str, error: Exception) -> None:
        _raise_fatal(error)
        if isinstance(error, CallError):
            reason = str(error)
        elif is_out_of_memory(error):
            problem = str(error).partition("\n")[0] or type(error).__name__
            reason = failure_reason("no_memory", path=path, problem=problem)
        else:
            # The message of an unexpected error may repeat what was said on the call: the log gets
            # where it happened, the reason goes through redaction.
            _log.error(
                "%s: unexpected %s while %s\n%s",
                path,
                type(error).__name__,
                stage,
                "".join(traceback.format_tb(error.__traceback__)),
            )
            said = redact_text(str(error))
            reason = failure_reason(
                "unexpected", path=path, error=type(error).__name__, problem=said
            )
        failure = Failure(path=path, stage=stage, reason=reason, failed_at=datetime.now(UTC))
        self.failures.append(failure)
        self._on_failure(failure)
        self._progress.note(f"not processed ({stage}): {reason}")


def _result_of(future: "Future[Out]", _call: Named) -> Out:
    return future.result()


def _raise_fatal(error: Exception) -> None:
    """Raise an error that concerns the run, not one call: a full disk, a missing or lost device."""
    lost = lost_device(error)
    if lost is not None:
        raise lost from error
    if isinstance(error, QaPipelineError) and not isinstance(error, CallError):
        raise error
