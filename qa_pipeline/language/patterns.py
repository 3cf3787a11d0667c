"""Regular expressions that cannot hang: RE2 runs in time linear in the text.

Every pattern of this package, a card's own above all, is compiled here.
"""

from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

Pattern = Any
"""A compiled RE2 pattern; the library has no types."""


@lru_cache(maxsize=2048)
def pattern(source: str) -> Pattern:
    """Return the compiled pattern, which ignores case.

    Raises:
        ValueError: it is not a regular expression that RE2 takes; the message says why.
    """
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    try:
        return re2.compile(source, options)
    except re2.error as error:
        cause = error.args[0] if error.args else error
        cause = cause.decode() if isinstance(cause, bytes) else cause
        raise ValueError(f"regular expression {source!r}: {cause}") from error
