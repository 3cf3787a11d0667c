"""The progress bar of a run, on standard error."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_STAGES = {
    "read": "reading files",
    "decode": "decoding",
    "transcribe": "transcribing",
    "speakers": "telling speakers apart",
    "conversation": "finding roles",
    "measures": "measuring",
    "score": "scoring",
    "write": "writing",
}


class ProgressBar:
    """Shows the stage, the calls done, the speed against real time and the time to go.

    On a terminal it is a moving bar; elsewhere (a log file) one line a finished batch.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("calls"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("starting", total=None, speed="")
        self._audio_s = 0.0
        self._calls = 0
        self._total = 0
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def begin(self, calls: int) -> None:
        """Start counting towards this many calls."""
        self._total = calls
        self._started = time.monotonic()
        self._bar.update(self._task, total=calls)

    def stage(self, name: str, calls: int) -> None:
        """Show the stage at work."""
        described = f"{_STAGES.get(name, name)} ({calls})"
        self._bar.update(self._task, description=described)

    def done(self, calls: int, audio_s: float) -> None:
        """Count finished calls."""
        self._audio_s += audio_s
        self._calls += calls
        passed_s = max(time.monotonic() - self._started, 1e-6)
        speed = f"{self._audio_s / passed_s:.0f}x real time"
        self._bar.update(self._task, advance=calls, speed=speed)
        if not self._console.is_terminal:
            left_s = passed_s / self._calls * (self._total - self._calls) if self._calls else 0
            self._console.print(
                f"{self._calls} of {self._total} calls, {speed}, about {left_s:.0f} s to go",
                highlight=False,
            )

    def note(self, message: str) -> None:
        """Print a line above the bar."""
        self._console.print(message, highlight=False, markup=False, soft_wrap=True)
