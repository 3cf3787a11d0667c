"""Which process wrote something, whether it still lives; short digests to name things by."""

import hashlib
import os
import platform
import sys
from contextlib import suppress
from pathlib import Path


def process_name(pid: int | None = None) -> str:
    """Return ``machine-boot-pid-start``: a name that no other process has or will have."""
    pid = os.getpid() if pid is None else pid
    return f"{_machine()}-{_boot()}-{pid}-{_started(pid)}"


def is_gone(name: str) -> bool | None:
    """Say whether the process of that ``process_name`` is gone; ``None``: it cannot be known."""
    parts = name.split("-")
    if len(parts) != 4 or parts[0] != _machine() or sys.platform == "win32":
        return None
    if parts[1] != _boot() or not parts[2].isdigit():
        return True
    return not _lives(int(parts[2])) or _started(int(parts[2])) != parts[3]


def _machine() -> str:
    return short_digest(platform.node(), 8)


def _boot() -> str:
    """Return what changes with every start of the machine (Linux), else ``0``."""
    with suppress(OSError):
        return short_digest(Path("/proc/sys/kernel/random/boot_id").read_text("ascii"), 8)
    return "0"


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    """Return the start time of a process in clock ticks since boot (Linux), else ``0``."""
    with suppress(OSError, IndexError):
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        return stat.rpartition(")")[2].split()[19]  # field 22 of proc_pid_stat(5)
    return "0"


def short_digest(text: str, length: int = 16) -> str:
    """Return the first ``length`` hexadecimal digits of the text's SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:length]
