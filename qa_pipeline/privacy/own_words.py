"""Sentences in somebody else's words that give digits of a hidden number in another writing."""

from collections.abc import Iterator, Sequence

from qa_pipeline.privacy.digits import Atom, read_atoms
from qa_pipeline.privacy.tokens import Token, tokenise

_ROW = 3
"""Digits that cannot be taken for anything else."""
_BETWEEN = {"and", "then", "和", "然后"}


def hide_digits(text: str, hidden: Sequence[tuple[str, str]]) -> str:
    """Replace rows of three or more digits that occur in what is hidden, however it is written.

    ``hidden`` is pairs of text and placeholder in the order of the call: a row may also be made of
    several pieces, as a number that was dictated in pieces is. An amount stays.
    """
    pieces = [(digits, mark) for piece, mark in hidden if (digits := _digits(piece))]
    tokens = tokenise(text)
    found = [part for row in _rows(text, tokens) for part in _told(row, [p for p, _ in pieces])]
    for part in reversed(found):
        digits = "".join(atom.digits for atom in part)
        mark = next((m for p, m in pieces if digits in p or digits.startswith(p)), pieces[0][1])
        text = text[: tokens[part[0].first].start] + mark + text[tokens[part[-1].last].end :]
    return text


def _told(row: Sequence[Atom], pieces: Sequence[str]) -> Iterator[Sequence[Atom]]:
    """Yield the parts of a row, each as long as can be, that give hidden digits."""
    whole = "".join(pieces)
    at = 0
    while at < len(row):
        for end in range(len(row), at, -1):
            digits = "".join(atom.digits for atom in row[at:end])
            if len(digits) >= _ROW and (digits in whole or _is_made_of(digits, pieces)):
                yield row[at:end]
                at = end
                break
        else:
            at += 1


def _digits(text: str) -> str:
    atoms = read_atoms(text, tokenise(text))
    return "".join(atom.digits for atom in atoms)


def _rows(text: str, tokens: Sequence[Token]) -> Iterator[list[Atom]]:
    """Yield digits with at most marks and a word such as "and" between them."""
    row: list[Atom] = []
    for atom in read_atoms(text, tokens):
        if atom.style in ("weak", "amount"):
            continue
        between = tokens[row[-1].last + 1 : atom.first] if row else []
        if row and all(t.text in _BETWEEN or _joins(t) for t in between):
            row.append(atom)
            continue
        if row:
            yield row
        row = [atom]
    if row:
        yield row


def _joins(token: Token) -> bool:
    return token.script == "mark" and token.text not in ".?!。？！;；"


def _is_made_of(digits: str, pieces: Sequence[str]) -> bool:
    """Tell whether digits are pieces in a row, the last one perhaps cut off."""
    ends = {0}
    for at in range(len(digits)):
        if at in ends:
            rest = digits[at:]
            if any(piece.startswith(rest) for piece in pieces):
                return True
            ends.update(at + len(piece) for piece in pieces if rest.startswith(piece))
    return len(digits) in ends
