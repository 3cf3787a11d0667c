"""Run the command line as users do, in processes of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-c", "from qa_pipeline.cli import main; main()"]
_LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x41))  # SIOCSIFFLAGS: up, running
os.execvp(sys.argv[1], sys.argv[1:])
"""
_CONNECT = re.compile(r"connect\(\d+, \{sa_family=AF_INET6?, (?P<address>.*?)\}")
_HERE = re.compile(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"')


_SWITCHES = (
    *("QA_", "HF_", "PREFECT_", "PYANNOTE_", "TRANSFORMERS_", "DO_NOT", "ORT_", "OTEL_"),
    # Some libraries report nothing where they believe themselves under test.
    *("CI", "GITHUB_", "GITLAB_", "JENKINS_", "TF_BUILD", "BUILD_", "PYTEST_"),
)


def environment(**more: str) -> dict[str, str]:
    """Return an environment without settings or telemetry switches of the caller."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_SWITCHES)}
    return kept | {"PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "default"} | more


def qa(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    prefix: Sequence[str] = (),
    timeout_s: float = 500,
) -> subprocess.CompletedProcess[str]:
    """Run ``qa-pipeline`` with arguments in a folder and return what it said."""
    return subprocess.run(
        [*prefix, *COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=dict(env or environment()),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


def qa_json(*arguments: str | Path, cwd: Path) -> Any:
    """Run a command with ``--json`` and return the object it printed."""
    done = qa(*arguments, "--json", cwd=cwd)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def can_isolate() -> bool:
    """Say whether processes can be put into a network of their own here."""
    probe = [*_isolated(), sys.executable, "-c", "pass"]
    return (
        shutil.which("unshare") is not None
        and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    )


def _isolated() -> list[str]:
    """Return a command prefix under which only the loopback address exists."""
    return ["unshare", "-rn", sys.executable, "-c", _LOOPBACK_UP]


@dataclass(frozen=True)
class DemoRun:
    """A finished run of ``qa-pipeline demo`` and what was seen of it."""

    folder: Path
    done: subprocess.CompletedProcess[str]
    seconds: float
    isolated: bool
    attempts: tuple[str, ...] | None
    """Addresses beyond this machine that were tried; ``None``: could not be watched."""

    @property
    def data_dir(self) -> Path:
        """Where the demo put its data."""
        return self.folder / "qa_demo"


def run_demo(folder: Path) -> DemoRun:
    """Run the demo in an empty folder with every other address blocked and watched."""
    isolated = can_isolate()
    prefix = _isolated() if isolated else []
    trace = folder / "connects.trace"
    watched = shutil.which("strace") is not None
    if watched:
        prefix = [
            *prefix,
            *("strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect", "-o", str(trace)),
        ]
    started = time.monotonic()
    done = qa("demo", cwd=folder, prefix=prefix)
    return DemoRun(
        folder=folder,
        done=done,
        seconds=time.monotonic() - started,
        isolated=isolated,
        attempts=_beyond(trace.read_text(errors="replace")) if watched else None,
    )


def _beyond(trace: str) -> tuple[str, ...]:
    tried = [match["address"] for match in _CONNECT.finditer(trace)]
    return tuple(address for address in tried if not _HERE.search(address))
