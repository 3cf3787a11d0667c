"""Freed memory does not stay with the process."""

import sys
from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.pipeline.memory import release_memory


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only glibc keeps freed memory")
def test_freed_pieces_between_kept_ones_go_back() -> None:
    # Pieces under the limit from which glibc maps memory of its own, every second one kept.
    pieces = [np.ones(15_000) for _ in range(2_000)]
    full = resident_mib()
    kept = pieces[::2]
    del pieces
    release_memory()
    assert resident_mib() < full - 80
    assert sum(piece[0] for piece in kept) == 1_000
