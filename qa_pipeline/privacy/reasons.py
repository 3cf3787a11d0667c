"""Sentences that repeat what was heard, also cut off in the middle of a number."""

from collections.abc import Sequence

from qa_pipeline.privacy.digits import read_atoms
from qa_pipeline.privacy.tokens import Token, tokenise

_EDGES = set("“”…\"'")
_ROW = 3


def hide(text: str, hidden: Sequence[tuple[str, str]]) -> str:
    """Replace pieces of text by their placeholders, whole ones and what is left of cut ones.

    ``hidden`` is pairs of text and placeholder, the longest text first. What is left of a cut one
    is recognised by three digits or words in a row, or by its end after a quotation mark or
    ellipsis, or its beginning before one.
    """
    for piece, placeholder in hidden:
        text = text.replace(piece, placeholder)
    for piece, placeholder in hidden:
        text = _hide_cut(text, tokenise(piece), placeholder)
    return text


def _hide_cut(text: str, piece: Sequence[Token], placeholder: str) -> str:
    tokens = tokenise(text)
    wanted = [token.text for token in piece]
    at = 0
    while at < len(tokens):
        size = _telling_run(text, tokens, at, wanted)
        if size:
            start, end = tokens[at].start, tokens[at + size - 1].end
            text = text[:start] + placeholder + text[end:]
            tokens = tokenise(text)
        at += 1
    return text


def _telling_run(text: str, tokens: Sequence[Token], at: int, wanted: list[str]) -> int:
    """Return how many tokens from ``at`` on are a telling row of the wanted ones, at most."""
    best = 0
    for start in range(len(wanted)):
        size = 0
        while (
            at + size < len(tokens)
            and start + size < len(wanted)
            and tokens[at + size].script != "placeholder"
            and tokens[at + size].text == wanted[start + size]
        ):
            size += 1
        if size > best:
            ends = start + size == len(wanted) and (at == 0 or tokens[at - 1].text in _EDGES)
            after = at + size
            begins = start == 0 and (after == len(tokens) or tokens[after].text in _EDGES)
            if _is_telling(text, tokens, at, size, cut=ends or begins):
                best = size
    return best


def _is_telling(text: str, tokens: Sequence[Token], at: int, size: int, *, cut: bool) -> bool:
    part = tokens[at : at + size]
    atoms = [a for a in read_atoms(text, tokens) if at <= a.first and a.last < at + size]
    digits = sum(len(atom.digits) for atom in atoms if atom.style != "weak")
    words = sum(token.script in ("latin", "han") for token in part)
    return digits >= _ROW or (cut and digits >= 1) or (digits == 0 and words >= _ROW)
