"""A GPU that fails ends the process that met it, not the calls that it had still to do."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from qa_pipeline.audio import CallSource
from qa_pipeline.errors import DeviceLostError, ModelError
from qa_pipeline.language.failure_reasons import in_language
from qa_pipeline.pipeline import Line, OpenRun, Workers, find_scorecard
from qa_pipeline.pipeline.tray import Tray
from qa_pipeline.progress import Silent
from qa_pipeline.records import Failure
from qa_pipeline.settings import read_settings
from qa_pipeline.transcribe.batching import FittingBatches
from tests.pipeline.finished_calls import write_calls

CALLS = 4
LAUNCH = "CUDA failed with error unspecified launch failure"
ASSERT = (
    "CUDA error: device-side assert triggered\nSearch for `cudaErrorAssert' in "
    "https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__TYPES.html for more information."
)


class Losing(CallSource):
    """A call at which the GPU fails."""

    def read_metadata(self) -> None:  # type: ignore[override]
        """Fail as CTranslate2 does."""
        raise RuntimeError(LAUNCH)


class LosingOnce(CallSource):
    """A call at which the GPU of the first process fails."""

    def read_metadata(self) -> None:  # type: ignore[override]
        """Fail, unless it did before."""
        mark = self.path.with_suffix(".failed")
        if not mark.exists():
            mark.touch()
            raise RuntimeError(LAUNCH)
        return super().read_metadata()  # type: ignore[return-value]


class Told(Silent):
    """Progress that keeps what it is told."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        """Keep a message."""
        self.notes.append(message)


def opened(folder: Path, kind: type[CallSource], *workers: str) -> OpenRun:
    """Return a run whose second call is of that kind."""
    incoming = folder / "incoming"
    if not incoming.exists():
        write_calls(incoming, CALLS)
    settings = read_settings(data_dir=folder / "data", batch_calls=2, workers=workers)
    run = OpenRun([incoming], settings, [find_scorecard("inbound-service")])
    second = run.sources[1]
    run.sources[1] = kind(**{name: getattr(second, name) for name in second.__dataclass_fields__})
    return run


def test_a_worker_that_loses_its_gpu_is_started_again(tmp_path: Path) -> None:
    run, told = opened(tmp_path, LosingOnce, "cpu"), Told()
    with Workers(run, told) as workers:
        outcomes = [ticket.outcome() for ticket in workers.tickets(run.batches())]
    summary = run.finish(outcomes)
    assert (summary.processed, summary.failures) == (CALLS, ())
    assert any(LAUNCH in note and "started again" in note for note in told.notes)


def test_only_the_call_that_takes_the_gpu_down_is_given_up(tmp_path: Path) -> None:
    run = opened(tmp_path, Losing, "cpu")
    with Workers(run, Silent()) as workers:
        outcomes = [ticket.outcome() for ticket in workers.tickets(run.batches())]
    summary = run.finish(outcomes)
    assert summary.processed == CALLS - 1
    (failure,) = summary.failures
    assert failure.path == str(run.sources[1].path)
    assert LAUNCH in failure.reason
    told = in_language(failure.reason, "zh").removeprefix(failure.path)
    assert told == "：每次处理这通通话，cpu上的工作进程都以代码1退出（GPU出错：计算程序运行失败）"


def test_a_run_in_one_process_ends_in_words_and_the_next_does_the_rest(tmp_path: Path) -> None:
    run = opened(tmp_path, LosingOnce)
    with Line(run, Silent()) as line:
        ticket = next(line.tickets(run.batches()))
        with pytest.raises(DeviceLostError, match=r"launch failure.*run the same command"):
            ticket.outcome()
    again = opened(tmp_path, LosingOnce)
    with Line(again, Silent()) as line:
        outcomes = [ticket.outcome() for ticket in line.tickets(again.batches())]
    summary = again.finish(outcomes)
    assert summary.processed + summary.skipped == CALLS
    assert summary.failures == ()


class Named:
    """Stands for a call."""

    source_path = "call.wav"


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(LAUNCH),
        RuntimeError("CUDA failed with error an illegal memory access was encountered"),
        RuntimeError("CUDA failed with error uncorrectable ECC error encountered"),
        RuntimeError("cuBLAS failed with status CUBLAS_STATUS_EXECUTION_FAILED"),
        torch.AcceleratorError(ASSERT),
        torch.AcceleratorError("CUDA error: unspecified launch failure"),
        torch.AcceleratorError("CUDA error: unknown error"),
    ],
    ids=lambda error: str(error).partition("\n")[0],
)
def test_nothing_more_is_asked_of_a_lost_gpu(error: Exception) -> None:
    asked: list[int] = []
    failures: list[Failure] = []

    def work(calls: Sequence[Named]) -> list[Any]:
        asked.append(len(calls))
        raise error

    tray = Tray(Silent(), failures.append)
    with pytest.raises(DeviceLostError):
        tray.together("transcribe", [Named()] * 4, work)
    with pytest.raises(DeviceLostError):
        tray.each("speakers", [Named()] * 4, lambda call: work([call]))
    assert (asked, failures) == ([4, 1], [])


def test_a_model_that_cannot_be_loaded_onto_a_lost_gpu_says_so() -> None:
    def load(_: object) -> None:
        try:
            raise torch.AcceleratorError(ASSERT)
        except RuntimeError as error:
            raise ModelError("tone: cannot be loaded; run `qa-pipeline models verify`") from error

    with pytest.raises(DeviceLostError, match=r"device-side assert triggered;"):
        Tray(Silent(), lambda _: None).each("measures", [Named()], load)


def test_other_errors_concern_their_call() -> None:
    failures: list[Failure] = []

    def work(_: object) -> None:
        raise RuntimeError("misaligned address in header")

    assert Tray(Silent(), failures.append).each("decode", [Named()], work) == []
    assert len(failures) == 1


class Roomless:
    """A device without room for a single item of one call."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.sizes: list[int] = []

    def hear(self, calls: Sequence[Named]) -> list[str]:
        """Hear calls in shared batches, as a recogniser does."""
        return [path for _, path in FittingBatches(4).run(calls, self._run)]

    def _run(self, calls: Sequence[Named]) -> list[str]:
        self.sizes.append(len(calls))
        if any(call.source_path == "large.wav" for call in calls):
            raise self.error
        return [call.source_path for call in calls]


class Large(Named):
    """Stands for a call that does not fit."""

    source_path = "large.wav"


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA failed with error out of memory"),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a\nmore"),
        MemoryError("std::bad_alloc"),
    ],
    ids=["CTranslate2", "torch", "machine"],
)
def test_a_call_without_room_says_what_to_do_and_the_others_go_on(error: Exception) -> None:
    failures: list[Failure] = []
    card = Roomless(error)
    tray = Tray(Silent(), failures.append)
    heard = tray.together("transcribe", [Named(), Large(), Named()], card.hear)
    assert heard == ["call.wav", "call.wav"]
    (failure,) = failures
    assert failure.path == "large.wav"
    said = str(error).partition("\n")[0]
    assert failure.reason.startswith(f"large.wav: not enough memory for this call ({said})")
    assert "nvidia-smi" in failure.reason
    assert "--device cpu" in failure.reason
    assert "run the same command again" in failure.reason
    assert "\n" not in failure.reason
    assert "内存不足" in in_language(failure.reason, "zh")
