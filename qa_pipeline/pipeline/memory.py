"""Memory that is free goes back to the system."""

import ctypes
import sys


def release_memory() -> bool:
    """Hand freed memory back to the system; say whether there was any to hand back.

    Several threads work on samples of many sizes at once. The C library keeps what each of them
    frees, in pieces that seldom fit the next need: what is in use stays the same from batch to
    batch, while free memory that is kept grew by 50 MB in 32 short calls. Only glibc does this.
    """
    if not sys.platform.startswith("linux"):
        return False
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return trim is not None and bool(trim(0))
