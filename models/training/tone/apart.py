"""Keep sentences of the sample calls out of the training texts.

``texts/kept_apart.txt`` holds digests of their sentences, so that the recipe need not read them.
To write it anew: pipe the sentences, one a line, into ``python -m models.training.tone.apart``.
"""

import re
import sys
from functools import cache
from pathlib import Path
from random import Random
from typing import Protocol

from models.training.transcription.texts import digest

_FILE = Path(__file__).parent / "texts" / "kept_apart.txt"
_SENTENCE_END = re.compile(r"[.?!。？！]")
_TRIES = 40


class Fillable(Protocol):
    """A frame of either kind."""

    def fill(self, rng: Random) -> str:
        """Return one utterance of the frame."""


@cache
def _kept_apart() -> frozenset[str]:
    return frozenset(_FILE.read_text(encoding="utf-8").split())


def shares_a_sentence(text: str) -> bool:
    """Tell whether a sentence of the text is one that is kept apart."""
    return any(digest(part) in _kept_apart() for part in _SENTENCE_END.split(text) if part.strip())


def fill_apart(frame: Fillable, rng: Random) -> str | None:
    """Return an utterance without such a sentence; ``None`` for a frame that has no other."""
    filled = (frame.fill(rng) for _ in range(_TRIES))
    return next((text for text in filled if not shares_a_sentence(text)), None)


if __name__ == "__main__":
    lines = sorted({digest(line) for line in sys.stdin if line.strip()})
    _FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
