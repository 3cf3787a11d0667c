"""What every test shares: no network, and one demo run that many tests look at."""

import ipaddress
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

import qa_pipeline  # noqa: F401 - goes offline before any test imports a dependency
from tests.running import DemoRun, run_demo

if "PYTEST_XDIST_WORKER" in os.environ:
    # Two workers share two cores: more threads each would only wait for one another.
    os.environ["OMP_NUM_THREADS"] = "1"

LOOK_AT_DEMO = ("cli/test_commands.py", "pipeline/test_demo.py", "pipeline/test_resume.py")
IN_CI = bool(os.environ.get("CI"))
REAL_RECORDINGS = Path(__file__).resolve().parents[2] / "shared" / "data" / "real"


def _is_here(host: object) -> bool:
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Fail any test that tries to reach beyond this machine."""
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        raise RuntimeError(f"a test tried to reach {host!r}")


sys.addaudithook(_refuse_network)


def needs(program: str) -> None:
    """Skip the test where a program is missing, but not in CI, which installs it."""
    if shutil.which(program) is None:
        assert not IN_CI, f"CI must install {program}"
        pytest.skip(f"{program} is not installed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a module that looks at the demo and is not named: the demo would run once more."""
    for item in items:
        if "demo" in getattr(item, "fixturenames", ()):
            assert item.path.as_posix().endswith(LOOK_AT_DEMO), f"add {item.path} to LOOK_AT_DEMO"


class _ByModule(LoadFileScheduling):
    """Keeps a module's tests on one worker, and all modules that look at the demo run on one.

    Not by marks and ``--dist loadgroup``: pytest 9.2 lets xdist 3.8 lose the groups without a word.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.split("::", 1)[0]
        return "demo" if module.endswith(LOOK_AT_DEMO) else module


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByModule:
    return _ByModule(config, log)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """The demo, run once in a folder of its own with every other address blocked."""
    return run_demo(tmp_path_factory.mktemp("demo"))
