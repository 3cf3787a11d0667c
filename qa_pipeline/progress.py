"""What a run tells about itself while it works: the command line draws it."""

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of a run."""

    def begin(self, calls: int) -> None:
        """A run over this many calls starts."""

    def stage(self, name: str, calls: int) -> None:
        """A stage (``decode``, ``transcribe``, ...) starts on this many calls."""

    def done(self, calls: int, audio_s: float) -> None:
        """This many calls with this many seconds of sound are through (processed or not)."""

    def note(self, message: str) -> None:
        """Something a person should see at once, such as a call that failed."""


class Silent:
    """Progress that nobody watches."""

    def begin(self, calls: int) -> None:
        """Say nothing."""

    def stage(self, name: str, calls: int) -> None:
        """Say nothing."""

    def done(self, calls: int, audio_s: float) -> None:
        """Say nothing."""

    def note(self, message: str) -> None:
        """Say nothing."""
