"""How well the trained encoder tells families that it has never seen."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from models.training.meaning.families import Family, families
from models.training.meaning.training import Student
from models.training.pieces import encode
from models.training.tone.frames import LANGUAGES, Language

EXAMPLES = 2
"""Sentences of a family that stand for it, as a card would list them."""
FALSE_SHARE = 0.01
"""Of sentences about something else, how many may be taken for a family."""


@dataclass(frozen=True)
class Measured:
    """What was measured of one language; similarities are cosine times 100."""

    language: Language
    families: int
    threshold: float
    """The similarity that `FALSE_SHARE` of other families' sentences reach."""
    found_pct: float
    """Sentences of a family that reach it."""
    lookalike_pct: float
    """Sentences that only look like the family that reach it."""
    nearest_pct: float
    """Sentences that are nearer to their own family's examples than to any other's."""


def measure(student: Student, tokenizer: Tokenizer, device: str) -> list[Measured]:
    """Measure on the families that are held out."""
    known = [family for family in families() if family.held_out]
    return [_measured(known, language, student, tokenizer, device) for language in LANGUAGES]


def _measured(
    known: list[Family], language: Language, student: Student, tokenizer: Tokenizer, device: str
) -> Measured:
    def meanings(texts: list[str]) -> NDArray[np.float32]:
        with torch.inference_mode():
            found = student(encode(tokenizer, texts, device))
            unit: NDArray[np.float32] = torch.nn.functional.normalize(found, dim=-1).cpu().numpy()
        return unit

    examples = np.stack([meanings(f.means[language][:EXAMPLES]) for f in known])
    said = [(row, t) for row, f in enumerate(known) for t in f.means[language][EXAMPLES:]]
    looks = [(row, t) for row, f in enumerate(known) for t in f.looks[language]]
    alike = 100 * (meanings([t for _, t in said]) @ examples.transpose(0, 2, 1)).max(-1).T
    own = np.array([row for row, _ in said])
    mine = alike[np.arange(len(said)), own]
    others = alike[np.arange(len(known))[None, :] != own[:, None]]
    threshold = float(np.quantile(others, 1 - FALSE_SHARE))
    looked = meanings([t for _, t in looks])
    lookalike = np.array(
        [
            100 * float((examples[row] @ vector).max())
            for (row, _), vector in zip(looks, looked, strict=True)
        ]
    )
    return Measured(
        language,
        len(known),
        threshold,
        100 * float((mine >= threshold).mean()),
        100 * float((lookalike >= threshold).mean()),
        100 * float((alike.argmax(-1) == own).mean()),
    )
