"""The same call gives the same bytes: numbers must not depend on how many cores a machine has.

NumPy's and SciPy's matrix products (OpenBLAS) add up in another order with every number of
threads. That moves the last bits of the recogniser's features, and now and then a word. With one
thread they are always the same; the models themselves, which do the heavy work, have their own.
"""

import os

_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}


def order_sums() -> None:
    """Set the environment so that OpenBLAS, once loaded, adds up in one order."""
    os.environ.update(_ONE_THREAD)


def order_loaded_sums() -> None:
    """Do the same for copies of OpenBLAS that were loaded before this package was."""
    from threadpoolctl import ThreadpoolController

    ThreadpoolController().limit(limits=1, user_api="blas")
