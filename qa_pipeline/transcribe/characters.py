"""Which of the Chinese characters that sound alike was said: a language model of characters.

A small recogniser hears syllables well and often writes the wrong one of their characters. A model
folder with `FILE` in it has read more than its recogniser has heard: where the recogniser was not
sure of a character, the most likely row of characters with the same syllables (tones apart) is
written. Nothing else changes: not the times, not the probabilities, not the number of characters.

Trigrams of characters, interpolated as Witten and Bell (1991, "The zero-frequency problem") do,
searched with a beam.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.errors import ModelError

FILE: Final = "characters.npz"
BEGIN, END, UNKNOWN = 0, 1, 2
"""Places of what is no character: before a sentence, after it, and a character never read."""
SPECIAL: Final = ("<begin>", "<end>", "<unknown>")
SURE: Final = 0.99
"""A character recognised more surely than this stands."""
OTHER_SHARE: Final = 0.3
"""Of the recogniser's doubt, what any one other character of the syllable is taken to have."""
BEAM: Final = 32
_LEAST, _MOST = 0.02, 0.995
_STOPS: Final = "。？！?!；;"
_TRANSPARENT: Final = "，、,： :"
"""Marks that rows of characters go across."""

Ids = NDArray[np.int64]
Logs = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Tables:
    """What a file holds. Logarithms are natural; keys are sorted.

    The key of a row of characters is its places, written as digits to the base of their number.
    """

    characters: NDArray[np.str_]
    """`SPECIAL`, then all that were read."""
    first_alike: Ids
    """Where in ``alike`` those of each character begin; one more at the end."""
    alike: NDArray[np.uint16]
    """Places of the characters with a syllable in common, tones apart."""
    single: Logs
    """Of each character."""
    single_rest: Logs
    """What is left for characters that did not follow it."""
    pairs: Ids
    pair: Logs
    """Of the second character after the first."""
    pair_rest: Logs
    """What is left for characters that did not follow both."""
    triples: Ids
    triple: Logs
    """Of the third character after the first two."""

    def save(self, path: Path) -> None:
        """Write the tables, keys as differences and logarithms in half precision."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, column in columns.items():
            if name in ("pairs", "triples"):
                columns[name] = np.diff(column, prepend=0)
            elif column.dtype == np.float32:
                columns[name] = column.astype(np.float16)
        with path.open("wb") as file:
            np.savez_compressed(file, **columns)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file.

        Raises ModelError where it is not one of these.
        """
        try:
            with path.open("rb") as file:
                found = np.load(file, allow_pickle=False)
                columns = {f.name: found[f.name] for f in fields(cls)}
        except (OSError, EOFError, ValueError, KeyError, IndexError, BadZipFile) as error:
            raise ModelError(
                f"{path}: not a file of characters ({error}); see `qa-pipeline models verify`"
            ) from error
        for name, column in columns.items():
            if name in ("pairs", "triples"):
                columns[name] = np.cumsum(column)
            elif column.dtype == np.float16:
                columns[name] = column.astype(np.float32)
        return cls(**columns)


@dataclass(frozen=True)
class _Slot:
    """A character as it was recognised."""

    piece: int
    place: int
    """In the piece's text."""
    ids: Ids
    """What it may be; the recognised one is the first."""
    logs: Logs
    """How likely each is by the recogniser alone."""


class Characters:
    """Writes the most likely of the characters that sound alike."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._names: list[str] = tables.characters.tolist()
        self._ids = {name: i for i, name in enumerate(self._names)}
        self._count = len(self._names)

    @classmethod
    def beside(cls, model_dir: Path) -> Self | None:
        """Return those of a model's folder, or ``None`` where it has none."""
        path = model_dir / FILE
        return cls(Tables.load(path)) if path.is_file() else None

    def chosen(self, texts: Sequence[str], probabilities: Sequence[float]) -> list[str]:
        """Return the texts of a window's pieces with characters chosen anew, each as long.

        ``probabilities``: how sure the recogniser is of each piece, 0 to 1.
        """
        written = [list(text) for text in texts]
        for sentence, ended in self._sentences(texts, probabilities):
            for slot, chosen in zip(sentence, self._best(sentence, ended), strict=True):
                if chosen != slot.ids[0]:
                    written[slot.piece][slot.place] = self._names[chosen]
        return ["".join(text) for text in written]

    def _sentences(
        self, texts: Sequence[str], probabilities: Sequence[float]
    ) -> Iterator[tuple[list[_Slot], bool]]:
        """Yield rows of characters, each with whether a stop ends it."""
        sentence: list[_Slot] = []
        for piece, (text, probability) in enumerate(zip(texts, probabilities, strict=True)):
            for place, sign in enumerate(text):
                if "\u4e00" <= sign <= "\u9fff":
                    sentence.append(self._slot(piece, place, sign, probability))
                elif sign not in _TRANSPARENT and sentence:
                    yield sentence, sign in _STOPS
                    sentence = []
        if sentence:
            yield sentence, False

    def _slot(self, piece: int, place: int, sign: str, probability: float) -> _Slot:
        known = self._ids.get(sign, UNKNOWN)
        ids = np.array([known], dtype=np.int64)
        if known == UNKNOWN or probability > SURE:
            return _Slot(piece, place, ids, np.zeros(1, dtype=np.float32))
        first, last = self._tables.first_alike[known : known + 2]
        others = self._tables.alike[first:last].astype(np.int64)
        sure = min(max(probability, _LEAST), _MOST)
        logs = np.full(1 + len(others), np.log((1 - sure) * OTHER_SHARE), dtype=np.float32)
        logs[0] = np.log(sure)
        return _Slot(piece, place, np.concatenate([ids, others]), logs)

    def _best(self, sentence: list[_Slot], ended: bool) -> list[int]:
        """Return the place of the character chosen for each slot."""
        if all(len(slot.ids) == 1 for slot in sentence):
            return [int(slot.ids[0]) for slot in sentence]
        scores = np.zeros(1, dtype=np.float32)
        before, last = np.full((2, 1), BEGIN, dtype=np.int64)
        steps: list[tuple[Ids, Ids]] = []
        for slot in sentence:
            totals = scores[:, np.newaxis] + slot.logs + self._logs(before, last, slot.ids)
            order = np.argsort(-totals, axis=None, kind="stable")
            rows, columns = np.divmod(order, len(slot.ids))
            # rows that end in the same two characters go on alike: only the best of them does
            _, firsts = np.unique(last[rows] * self._count + slot.ids[columns], return_index=True)
            kept = np.sort(firsts)[:BEAM]
            rows, columns = rows[kept], columns[kept]
            scores, before, last = totals[rows, columns], last[rows], slot.ids[columns]
            steps.append((rows, last))
        if ended:
            scores = scores + self._logs(before, last, np.array([END]))[:, 0]
        at = int(np.argmax(scores))
        chosen: list[int] = []
        for rows, ids in reversed(steps):
            chosen.append(int(ids[at]))
            at = int(rows[at])
        return chosen[::-1]

    def _logs(self, before: Ids, last: Ids, ids: Ids) -> Logs:
        """Return how likely each of ``ids`` is after two characters, shape (rows, ids)."""
        tables, count = self._tables, self._count
        pairs = last[:, np.newaxis] * count + ids
        found, place = _look(tables.pairs, pairs)
        by_pair = np.where(
            found, tables.pair[place], tables.single_rest[last][:, np.newaxis] + tables.single[ids]
        )
        contexts = before * count + last
        known, place = _look(tables.pairs, contexts)
        rest = np.where(known, tables.pair_rest[place], 0.0)[:, np.newaxis]
        found, place = _look(tables.triples, contexts[:, np.newaxis] * count + ids)
        return np.where(found, tables.triple[place], rest + by_pair).astype(np.float32)


def _look(keys: Ids, wanted: Ids) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which keys are there, and where (anywhere, where they are not)."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return keys[places] == wanted, places
