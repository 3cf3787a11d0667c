"""Families of sentences that mean the same on a service call, in English and Mandarin.

``texts/families.txt`` holds blocks: a line ``# what is said``, then a sentence a line: ``e``
English and ``z`` Mandarin ones that mean it, ``x`` English and ``y`` Mandarin ones that only look
like it (another direction, another time, a question about it). One family in ten is held out whole.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from models.training.tone.apart import shares_a_sentence
from models.training.tone.frames import LANGUAGES, Language, is_held_out
from models.training.transcription.apart import ROOT, kept_apart
from models.training.transcription.texts import digest

_FAMILIES = Path(__file__).parent / "texts" / "families.txt"
_MEASURED = sorted((ROOT / "benchmarks").glob("meanings*.yaml"))
_LINE = re.compile(r"([ezxy#]) (.+)")
_MEANS: dict[str, Language] = {"e": "en", "z": "zh"}
_LOOKS: dict[str, Language] = {"x": "en", "y": "zh"}


@dataclass
class Family:
    """One thing that is said, and what only looks like it, by language."""

    title: str
    means: dict[Language, list[str]] = field(default_factory=lambda: {k: [] for k in LANGUAGES})
    looks: dict[Language, list[str]] = field(default_factory=lambda: {k: [] for k in LANGUAGES})

    @property
    def held_out(self) -> bool:
        """Whether this family is for measuring."""
        return is_held_out(self.title)


@cache
def measured_on() -> frozenset[str]:
    """Return the digests of every sentence that the model is measured on, never to be learnt."""
    found = set(kept_apart())
    for path in _MEASURED:
        meanings = yaml.safe_load(path.read_text(encoding="utf-8"))
        texts = (
            text for meaning in meanings.values() for group in meaning.values() for text in group
        )
        found |= {digest(text) for text in texts}
    return frozenset(found)


def may_be_learnt(text: str) -> bool:
    """Tell whether neither a text nor a sentence of it is one that the model is measured on."""
    return digest(text) not in measured_on() and not shares_a_sentence(text)


@cache
def families() -> tuple[Family, ...]:
    """Return every family, without the sentences of `measured_on`.

    Raises:
        ValueError: a line is of no known kind.
    """
    found: list[Family] = []
    for number, line in enumerate(_FAMILIES.read_text(encoding="utf-8").splitlines(), start=1):
        if not line:
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{_FAMILIES}:{number}: expected '# title' or 'e|z|x|y sentence'")
        kind, text = match[1], match[2].strip()
        if kind == "#":
            found.append(Family(text))
        elif may_be_learnt(text):
            family = found[-1]
            means = kind in _MEANS
            language = (_MEANS if means else _LOOKS)[kind]
            (family.means if means else family.looks)[language].append(text)
    return tuple(f for f in found if all(len(f.means[language]) > 1 for language in LANGUAGES))
