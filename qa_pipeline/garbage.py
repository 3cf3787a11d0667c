"""Python's garbage collector, left out where it only costs."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Do not look for garbage meanwhile: for making many objects that hold no cycles.

    The collector would go through all of them again and again, which takes as long as making them,
    or longer.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
