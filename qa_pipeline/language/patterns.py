"""Regular expressions that cannot hang: RE2 runs in time linear in the text.

Every pattern of this package, a card's own above all, is compiled here.
"""

from functools import lru_cache
from typing import Any, Final

import re2  # type: ignore[import-untyped]

Pattern = Any
"""A compiled RE2 pattern; the library has no types."""


@lru_cache(maxsize=2048)
def pattern(source: str) -> Pattern:
    """Return the compiled pattern, which ignores case.

    Raises:
        ValueError: it is not a regular expression that RE2 takes; the message says why.
    """
    try:
        return re2.compile(source, _options())
    except re2.error as error:
        cause = error.args[0] if error.args else error
        cause = cause.decode() if isinstance(cause, bytes) else cause
        raise ValueError(f"regular expression {source!r}: {cause}") from error


@lru_cache(maxsize=2048)
def searcher(source: str) -> Pattern:
    """Return a pattern that `pattern` takes, to ask where it matches: its groups hold nothing.

    That saves RE2 a second look at each match, and the library the places of every group.
    """
    options = _options()
    options.never_capture = True
    return re2.compile(source, options)


class Sieve:
    """Tells in one look at a text which of many patterns may match it.

    By the letters that each cannot do without (RE2's ``FilteredRE2``).
    """

    def __init__(self, sources: tuple[str, ...]) -> None:
        """``sources``: patterns that `pattern` takes."""
        self._sources = sources
        self._filter = re2.Filter()
        for source in (*sources, _MARK):
            self._filter.Add(source, _options())
        try:
            self._filter.Compile()
        except re2.error:  # too many for the memory that RE2 allows itself
            self._filter = None

    def hopeless(self, text: str) -> frozenset[str]:
        """Return patterns that match nothing in a text, nor in a part of it."""
        if self._filter is None:
            return frozenset()
        possible = set(self._filter.Match(f"{text}\n{_MARK}", potential=True))
        if len(self._sources) not in possible:
            return frozenset()  # out of memory, RE2 finds nothing, not even the mark at the end
        return frozenset(s for place, s in enumerate(self._sources) if place not in possible)


_MARK: Final = "end of the text \uf8ff"
"""Of a character that nobody writes."""


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    return options
