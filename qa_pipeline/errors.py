"""One tree of exceptions. A message says what happened, to which file or call, and what to do."""


class QaPipelineError(Exception):
    """Parent of everything that this package raises on purpose."""


class UsageError(QaPipelineError):
    """Wrong use or configuration (exit code 2)."""


class ScorecardError(UsageError):
    """A scorecard that cannot be used; the message names file, line and field."""


class ModelError(UsageError):
    """A model that is missing, incomplete or not the one its manifest names."""


class StoreHeldError(QaPipelineError):
    """The store is held by another process (exit code 3)."""


class StoreError(QaPipelineError):
    """The store cannot be read or written (full or read-only disk, damaged file)."""


class DeviceLostError(QaPipelineError):
    """The GPU failed in a way that ends its use by this process; a new process may go on."""

    @property
    def met(self) -> str:
        """What the library said."""
        return str(self.args[0])

    def __str__(self) -> str:
        return (
            f"the GPU failed: {self.met}; this process can use it no longer. Calls that are done "
            "are kept, the others are still to be done: run the same command again. If it fails "
            "again, look for 'Xid' in the system's log (dmesg) and at 'qa-pipeline doctor'"
        )


class CallError(QaPipelineError):
    """One call cannot be processed; the others go on (exit code 1)."""


class AudioError(CallError):
    """A recording that cannot be decoded or holds no usable sound."""


class TranscriptError(CallError):
    """A finished transcript that cannot be read."""
