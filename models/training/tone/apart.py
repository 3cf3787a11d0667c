"""Keep sentences of the sample calls out of the training texts."""

import re
from random import Random
from typing import Protocol

from models.training.transcription.apart import sample_sentences
from models.training.transcription.texts import digest

_SENTENCE_END = re.compile(r"[.?!。？！]")
_TRIES = 40


class Fillable(Protocol):
    """A frame of either kind."""

    def fill(self, rng: Random) -> str:
        """Return one utterance of the frame."""


def shares_a_sentence(text: str) -> bool:
    """Tell whether a sentence of the text is one that is kept apart."""
    return any(
        digest(part) in sample_sentences() for part in _SENTENCE_END.split(text) if part.strip()
    )


def fill_apart(frame: Fillable, rng: Random) -> str | None:
    """Return an utterance without such a sentence; ``None`` for a frame that has no other."""
    filled = (frame.fill(rng) for _ in range(_TRIES))
    return next((text for text in filled if not shares_a_sentence(text)), None)
