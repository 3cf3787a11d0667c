"""Numbers for the words that are compared, and what each recognised word is cut into.

Calls are made of few different words, so what is worked out once for a word serves all calls that
a process sees: its compared forms, how it sounds, and (in ``landmarks``) what it may stand for.
"""

from collections.abc import Sequence
from threading import RLock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from qa_pipeline.language.normalise import Script, has_sign, has_traditional, pieces
from qa_pipeline.language.phonetics import sound_of

KNOWN_WORDS = 12_000
"""Words that are remembered; with one more, remembering begins anew."""
KNOWN_FORMS = 4 * KNOWN_WORDS
"""Recognised words (``Hello,`` and ``hello`` are two) that are remembered."""

Numbers = NDArray[np.intp]


class Cut(NamedTuple):
    """What recognised words are cut into, one entry a compared word."""

    of: Numbers
    """Which of the recognised words it belongs to."""
    numbers: Numbers
    """Its number in the vocabulary."""
    starts: Numbers
    """The first of the word's characters that it is made of."""
    ends: Numbers
    """After the last of them."""


class Forms(NamedTuple):
    """Of each recognised word, how it is written."""

    lengths: Numbers
    """In characters."""
    ascii: NDArray[np.bool_]
    opens: NDArray[np.bool_]
    """Whether it may join a word written before it without a space."""
    closes: NDArray[np.bool_]
    """Whether it may join a word written after it without a space."""
    in_context: NDArray[np.bool_]
    """Whether what it is cut into depends on those around it: characters to be simplified, and
    half of a placeholder."""


class Vocabulary:
    """Words by number, for as long as a process remembers them; safe for several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._numbers: dict[tuple[str, Script], int] = {}
        self.words: list[tuple[str, Script]] = []
        self.texts: list[str] = []
        self.sounds: list[str] = []
        self._known: dict[Script, dict[str, int]] = {"en": {}, "zh": {}}
        self._forms = Table(7)
        self._parts = Table(3)

    def is_full(self) -> bool:
        """Tell whether remembering should begin anew."""
        return len(self.words) > KNOWN_WORDS or self._forms.size > KNOWN_FORMS

    def number(self, text: str, script: Script) -> int:
        """Return the number of a compared word."""
        with self._lock:
            word = (text, script)
            number = self._numbers.get(word)
            if number is None:
                number = len(self.words)
                self.texts.append(text)
                self.sounds.append(sound_of(text, script))
                self.words.append(word)
                self._numbers[word] = number
            return number

    def forms(self, written: Sequence[str], language: Script) -> list[int]:
        """Return for each recognised word the number of its form."""
        known = self._known[language]
        found = [known.get(text) for text in written]
        if None in found:
            with self._lock:
                found = [self._form(text, language) for text in written]
        return found  # type: ignore[return-value]

    def cut(self, forms: Numbers) -> tuple[Forms, Cut]:
        """Cut recognised words, each by itself; return also how they are written."""
        firsts, counts, lengths, *written = self._forms.take(forms)
        of = np.repeat(np.arange(len(forms)), counts)
        within = np.arange(len(of)) - (np.cumsum(counts) - counts)[of]
        flags = (column != 0 for column in written)
        return Forms(lengths, *flags), Cut(of, *self._parts.take(firsts[of] + within))

    def _form(self, text: str, language: Script) -> int:
        known = self._known[language].get(text)
        if known is not None:
            return known
        parts = [(self.number(p.text, p.script), p.start, p.end) for p in pieces(text, language)]
        first, edges = self._parts.size, (text[:1], text[-1:])
        self._parts.add(parts)
        opens, closes = (bool(c) and not ("\u4e00" <= c <= "\u9fff" or c.isspace()) for c in edges)
        number = self._forms.size
        in_context = has_traditional(text) or has_sign(text) or text.count("[") != text.count("]")
        written = (text.isascii(), opens, closes, in_context)
        self._forms.add([(first, len(parts), len(text), *written)])
        self._known[language][text] = number
        return number


class Table:
    """Rows of numbers that only become more, kept by columns."""

    def __init__(self, width: int, kind: DTypeLike = np.intp) -> None:
        self._columns: NDArray[Any] = np.zeros((width, 64), dtype=kind)
        self.size = 0

    def add(self, rows: ArrayLike) -> None:
        """Add rows, shape (rows, width)."""
        added = np.asarray(rows, dtype=self._columns.dtype).reshape(-1, len(self._columns))
        end = self.size + len(added)
        if end > self._columns.shape[1]:
            wider = np.zeros((len(self._columns), 2 * end), dtype=self._columns.dtype)
            wider[:, : self.size] = self._columns[:, : self.size]
            self._columns = wider
        self._columns[:, self.size : end] = added.T
        self.size = end

    def take(self, places: Numbers) -> NDArray[Any]:
        """Return the rows at these places, by columns: shape (width, places)."""
        return np.take(self._columns, places, axis=1)


_mine = [Vocabulary()]


def forget() -> None:
    """Begin to remember words anew; what is found does not depend on it."""
    _mine[0] = Vocabulary()


def current() -> Vocabulary:
    """Return the vocabulary for what is heard next."""
    if _mine[0].is_full():
        forget()
    return _mine[0]
