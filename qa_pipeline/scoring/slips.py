"""What people mistype in YAML, told as what to write instead.

A parser says where it was lost, often a line later and in its own terms. Nothing here decides
whether a file is YAML: only one that is not is looked at.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from qa_pipeline.language.patterns import pattern
from qa_pipeline.scoring.positions import Position


class Slip(NamedTuple):
    """A slip in a file and what to do about it."""

    position: Position
    advice: str


_ITEM = r"[ ]*(?:-[ ]+)*"
_SLIPS: tuple[tuple[str, str], ...] = (
    (r"^[ ]*(\t)", "a tab: indent with spaces"),
    (
        "^[ ]*([\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}])",
        "a space that is no plain one: indent with those of the space bar",
    ),
    (rf"^{_ITEM}([–—－])", "a dash that is no plain one: write '- '"),
    (r"^[ ]*(-)[\w\"'{\[]", "no space behind the dash: write '- '"),
    (rf"^{_ITEM}[\w.]+(：)", "： is no colon of YAML: write ': '"),
    (rf"^{_ITEM}[\w.]+(:)[^\s:/]", "no space behind the colon: write ': '"),
    (r"[\[{:,]\s*([“”‘’])", "“ ” ‘ ’ are no quotation marks of YAML: write \" or '"),
    (r"[\[{].*?(，)", "， separates nothing in YAML: write ', '"),
    (r"[\[{].*?[\w.]+(：)", "： is no colon of YAML: write ': '"),
    (r"(?:[:,\[{-]\s+|[\[{])([%@`])", "text that begins with % @ or ` needs quotes"),
    (r"(:)\t", "a tab: write a space"),
    (rf"^{_ITEM}[\w.]+:\s+[^\s\"'{{\[|>][^#]*?(:)\s", "text with a colon in it needs quotes"),
    (r"[{,]\s*[\w.]+:\s+[^\"'{\[,}]*?(:)\s", "text with a colon in it needs quotes"),
)
"""What to look for, which is the first group, and what to say of it."""


def slip_in(text: str, lines: Iterable[int]) -> Slip | None:
    """Return the first slip in one of the lines, counted from 0 and looked at in that order."""
    every: Sequence[str] = text.splitlines()
    for number in dict.fromkeys(lines):
        for source, advice in _SLIPS if 0 <= number < len(every) else ():
            match = pattern(source).search(every[number])
            if match:
                return Slip(Position(number + 1, match.start(1) + 1), advice)
    return None
