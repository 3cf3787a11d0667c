"""When a verdict that was reached before is the one that would be reached now.

The same call, asked the same by the same code, gets the same verdict byte for byte. So a verdict
can be taken from the store where three things have not changed: the call, what its criterion asks
(`fingerprints`), and everything that answers (`engine`). What a verdict is worth, what the
criterion is called and where it stands in the card are not part of it: these are added anew.
"""

import ast
import hashlib
import json
import sys
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from qa_pipeline import __version__
from qa_pipeline.garbage import uncollected
from qa_pipeline.language.meaning import Meanings
from qa_pipeline.scoring.checks import Check, Question, Says
from qa_pipeline.scoring.references import asks_by_meaning, walk
from qa_pipeline.scoring.schema import METADATA_VARIABLES, Criterion, Scorecard

_PACKAGES = ("scoring", "language", "records")
"""Of qa_pipeline: what is executed when a call is judged."""
_LIBRARIES = (
    "google-re2",
    "jellyfish",
    "numpy",
    "opencc-python-reimplemented",
    "pypinyin",
    "rapidfuzz",
)
_MODEL_LIBRARIES = ("torch", "transformers")
_DIGITS = 16


def engine(card: Scorecard, meanings: Meanings | None) -> str:
    """Return what answers when a call is judged by the card.

    A digest of the code and of the libraries that it compares words with; of a card that asks
    for meanings also ``+`` and a digest of the models that compare them.
    """
    if not asks_by_meaning(card):
        return code_digest()
    libraries = {name: version(name) for name in _MODEL_LIBRARIES}
    return f"{code_digest()}+{_digest((meanings or Meanings()).versions(), libraries)}"


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return the digest of the code that judges: any change to what it does counts."""
    root = Path(__file__).resolve().parents[1]
    files = [path for name in _PACKAGES for path in sorted((root / name).glob("*.py"))]
    with uncollected():  # half a second otherwise
        code = [[f"{p.parent.name}/{p.name}", what_it_does(p.read_text("utf-8"))] for p in files]
    return _digest(
        code,
        {name: version(name) for name in _LIBRARIES},
        __version__,
        list(sys.version_info[:2]),
    )


def what_it_does(source: str) -> str:
    """Return a piece of Python without what it is explained by: comments, docstrings, layout."""
    tree = ast.parse(source)
    inside: list[Any] = [tree]
    while inside:
        node = inside.pop()
        node.body = [part for part in node.body if not _is_text(part)]
        inside += [part for part in node.body if isinstance(getattr(part, "body", None), list)]
    return ast.dump(tree)


def _is_text(part: ast.stmt) -> bool:
    return (
        isinstance(part, ast.Expr)
        and isinstance(part.value, ast.Constant)
        and isinstance(part.value.value, str)
    )


def fingerprints(card: Scorecard, by: str) -> dict[str, str]:
    """Return what each criterion asks, by its id; equal ones get equal verdicts on a call.

    ``by``: what answers, see `engine`. Where a language model is asked, there is none: what
    counts of its answers depends on more than the card.
    """
    found = {}
    for criterion in card.criteria():
        asked = _asked(criterion)
        if any(isinstance(part, Question) for check in asked for _, part in walk(check)):
            continue
        by_meaning = asks_by_meaning(criterion)
        found[criterion.id] = _digest(
            criterion.manual,
            [check and check.model_dump(mode="json") for check in asked],
            list(_said(card, asked)),
            by if by_meaning else by.partition("+")[0],
        )
    return found


def _asked(criterion: Criterion) -> tuple[Check | None, ...]:
    return criterion.when, criterion.check, criterion.unless, criterion.partly


def _said(card: Scorecard, asked: tuple[Check | None, ...]) -> Iterator[list[tuple[str, ...]]]:
    """Yield what each check on words looks for, its lists and variables put in."""
    facts = {name: "{" + name + "}" for name in METADATA_VARIABLES}
    for check in asked:
        for _, part in walk(check):
            if isinstance(part, Says):
                yield [
                    card.phrases(part, facts),
                    card.exceptions(part, facts),
                    card.meanings(part, facts),
                    card.counterexamples(part, facts),
                ]


def _digest(*parts: object) -> str:
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
