"""Which tests need espeak-ng, and what happens where it is missing."""

import ctypes
import os

import pytest


def _installed() -> bool:
    try:
        ctypes.CDLL("libespeak-ng.so.1")
    except OSError:
        return False
    return True


needs_espeak = pytest.mark.skipif(
    not _installed() and not os.environ.get("CI"),
    reason="espeak-ng is not installed (apt-get install espeak-ng); in CI this would fail",
)
