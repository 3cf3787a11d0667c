"""What the model is measured on, and must therefore never be trained on."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from models.training.transcription.texts import digest
from synthesis.dialogue import Line, load_dialogue

ROOT = Path(__file__).resolve().parents[3]
_DIALOGUES = ("sample_calls/dialogues", "benchmarks/unseen_dialogues")
_SENTENCE = re.compile(r"[^.?!。？！]+[.?!。？！]?")


@cache
def kept_apart() -> frozenset[str]:
    """Return the digests (`texts.digest`) of every line and sentence of the measuring texts.

    These are the dialogues of the sample calls and of ``benchmarks/unseen_dialogues``, and the
    held-out dialogues of this recipe.
    """
    found: set[str] = set()
    for text in _measured():
        found.add(digest(text))
        found.update(digest(part) for part in _SENTENCE.findall(text) if part.strip())
    return frozenset(found)


def _measured() -> Iterator[str]:
    for folder in _DIALOGUES:
        for path in sorted((ROOT / folder).glob("*.yaml")):
            yield from (part.text for part in load_dialogue(path).lines if isinstance(part, Line))
    yield from _texts(yaml.safe_load((Path(__file__).parent / "heldout.yaml").read_text("utf-8")))


def _texts(found: Any) -> Iterator[str]:
    """Yield every text in nested lists and tables."""
    if isinstance(found, str):
        yield found
    else:
        for item in found.values() if isinstance(found, dict) else found:
            yield from _texts(item)
