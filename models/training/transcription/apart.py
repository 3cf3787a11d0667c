"""What the model is measured on, and must therefore never be trained on."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from models.training.transcription.texts import digest
from synthesis.dialogue import Line, load_dialogue

ROOT = Path(__file__).resolve().parents[3]
_SAMPLES = ROOT / "sample_calls" / "dialogues"
_UNSEEN = ROOT / "benchmarks" / "unseen_dialogues"
_SENTENCE = re.compile(r"[^.?!。？！]+")


@cache
def kept_apart() -> frozenset[str]:
    """Return the digests (`texts.digest`) of every line and sentence of the measuring texts.

    These are the dialogues of the sample calls and of ``benchmarks/unseen_dialogues``, and the
    held-out dialogues of this recipe.
    """
    held_out = yaml.safe_load((Path(__file__).parent / "heldout.yaml").read_text("utf-8"))
    texts = [*_lines(_SAMPLES), *_lines(_UNSEEN), *_texts(held_out)]
    return _sentences(texts) | frozenset(digest(text) for text in texts)


@cache
def sample_sentences() -> frozenset[str]:
    """Return the digests of every sentence of the sample calls."""
    return _sentences(_lines(_SAMPLES))


def _sentences(texts: Iterable[str]) -> frozenset[str]:
    parts = (part for text in texts for part in _SENTENCE.findall(text))
    return frozenset(digest(part) for part in parts if part.strip())


def _lines(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.yaml")):
        yield from (part.text for part in load_dialogue(path).lines if isinstance(part, Line))


def _texts(found: Any) -> Iterator[str]:
    """Yield every text in nested lists and tables."""
    if isinstance(found, str):
        yield found
    else:
        for item in found.values() if isinstance(found, dict) else found:
            yield from _texts(item)
