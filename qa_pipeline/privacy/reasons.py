"""Sentences that repeat what was heard, also cut off in the middle of a number."""

from collections.abc import Sequence

from qa_pipeline.privacy.digits import read_atoms
from qa_pipeline.privacy.tokens import Token, tokenise

_EDGES = set("“”…\"'")


def hide(text: str, hidden: Sequence[tuple[str, str]]) -> str:
    """Replace pieces of text by their placeholders, whole ones and what is left of cut ones.

    ``hidden`` is pairs of text and placeholder, the longest text first. Of a cut one at least two
    words in a row, or one beside a quotation mark or an ellipsis, are recognised.
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
        size = _run(tokens, at, wanted)
        if size and _is_telling(text, tokens, at, size):
            start, end = tokens[at].start, tokens[at + size - 1].end
            text = text[:start] + placeholder + text[end:]
            tokens = tokenise(text)
        at += 1
    return text


def _run(tokens: Sequence[Token], at: int, wanted: list[str]) -> int:
    """Return how many tokens from ``at`` on are a row of the wanted ones, at most."""
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
        best = max(best, size)
    return best


def _is_telling(text: str, tokens: Sequence[Token], at: int, size: int) -> bool:
    part = tokens[at : at + size]
    atoms = [a for a in read_atoms(text, tokens) if at <= a.first and a.last < at + size]
    digits = sum(len(atom.digits) for atom in atoms if atom.style != "weak")
    edge = (
        at == 0
        or tokens[at - 1].text in _EDGES
        or at + size == len(tokens)
        or tokens[at + size].text in _EDGES
    )
    words = sum(token.script in ("latin", "han") for token in part)
    return digits >= 2 or (edge and digits >= 1) or (digits == 0 and words >= 3)
