"""Sentences that repeat what was heard, also cut off in the middle of a number.

A sentence about a call holds times and measures of its own. So what it quotes is found in the call
and redacted as it is there; elsewhere only what cannot be taken for anything else is replaced.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from qa_pipeline.privacy.digits import read_atoms
from qa_pipeline.privacy.tokens import Token, tokenise

_QUOTED = re.compile("“([^”]*)”")
_EDGES = set("“”…\"'")
_CUT_OFF = "…"
_ROW = 3
"""Digits, or words, that cannot be taken for anything else."""


@dataclass(frozen=True)
class Line:
    """An utterance that sentences may quote."""

    text: str
    cut: Callable[[int, int], str]
    """Returns what is left of characters ``start`` to ``end``."""


def hide_in_reason(
    reason: str,
    hidden: Sequence[tuple[str, str]],
    lines: Sequence[Line],
    known: Collection[str] = (),
) -> str:
    """Return a sentence in which what “…” quotes is redacted as in the lines it is taken from.

    ``known`` are quotes that are redacted already. What cannot be found in the lines is treated
    as by ``hide``.
    """
    parts = _QUOTED.split(reason)  # what is around, what is quoted, in turns
    for index, part in enumerate(parts):
        if index % 2 == 0:
            parts[index] = hide(part, hidden, cut_off=False)
        else:
            kept = part if part in known else _as_in_lines(part, lines)
            parts[index] = f"“{hide(part, hidden) if kept is None else kept}”"
    return "".join(parts)


def _as_in_lines(quote: str, lines: Sequence[Line]) -> str | None:
    """Return a quote redacted, where all of it is pieces of lines with spaces between."""
    before = _CUT_OFF if quote.startswith(_CUT_OFF) else ""
    after = _CUT_OFF if quote.endswith(_CUT_OFF) and quote != before else ""
    said = quote[len(before) : len(quote) - len(after)]
    found: list[str] = []
    at = 0
    while at < len(said):
        size, left = _longest_piece(said, at, lines, open_ends=(bool(before), bool(after)))
        if not size:
            return None
        found.append(left)
        at += size + 1
    return before + " ".join(found) + after


def _longest_piece(
    said: str, at: int, lines: Sequence[Line], *, open_ends: tuple[bool, bool]
) -> tuple[int, str]:
    """Return the length of the longest piece of a line that begins at ``at``, and what is left.

    Of equal pieces one of which something was hidden: better too much than a number left.
    ``open_ends`` tells whether the quote may begin or end within a word.
    """
    ends = [i for i in range(at + 1, len(said)) if said[i] == " "] + [len(said)]
    for end in reversed(ends):
        piece = said[at:end]
        loose = (at == 0 and open_ends[0], end == len(said) and open_ends[1])
        left = [line.cut(i, i + len(piece)) for line, i in _places(piece, lines, loose)]
        if left:
            return len(piece), next((text for text in left if text != piece), piece)
    return 0, ""


def _places(
    piece: str, lines: Sequence[Line], loose: tuple[bool, bool]
) -> Iterator[tuple[Line, int]]:
    """Yield where a piece stands in lines, not within a word but for its ``loose`` ends."""
    for line in lines:
        at = line.text.find(piece)
        while at >= 0:
            end = at + len(piece)
            if (loose[0] or not _within_word(line.text, at)) and (
                loose[1] or not _within_word(line.text, end)
            ):
                yield line, at
            at = line.text.find(piece, at + 1)


def _within_word(text: str, at: int) -> bool:
    """Tell whether a place stands between two letters or digits of one word."""
    pair = text[max(0, at - 1) : at + 1]
    return len(pair) == 2 and at > 0 and pair.isalnum() and pair.isascii()


def hide(text: str, hidden: Sequence[tuple[str, str]], *, cut_off: bool = True) -> str:
    """Replace pieces of text by their placeholders, whole ones and what is left of cut ones.

    ``hidden`` is pairs of text and placeholder, the longest text first. Only whole words are
    replaced, and no piece of one or two digits or of a single character, which may be anything.
    What is left of a cut one is recognised by three digits or words in a row, or, if ``cut_off``,
    by its end after an ellipsis or quotation mark, or its beginning before one.
    """
    pieces = [(tokenise(piece), piece, placeholder) for piece, placeholder in hidden]
    for tokens, piece, placeholder in pieces:
        if piece in text and _is_telling(piece, tokens):
            text = _hide_whole(text, piece, placeholder)
    for tokens, _, placeholder in pieces:
        text = _hide_cut(text, tokens, placeholder, cut_off=cut_off)
    return text


def _is_telling(text: str, tokens: Sequence[Token]) -> bool:
    atoms = read_atoms(text, tokens)
    digits = sum(len(atom.digits) for atom in atoms if atom.style != "weak")
    inside = {i for atom in atoms for i in range(atom.first, atom.last + 1)}
    rest = [t for i, t in enumerate(tokens) if i not in inside and t.script in ("latin", "han")]
    return digits >= _ROW or sum(len(token.text) for token in rest) > 1


def _hide_whole(text: str, piece: str, placeholder: str) -> str:
    """Replace a piece wherever it is made of whole words, and no part of a time or decimal."""
    tokens = tokenise(text)
    starts, ends = {t.start for t in tokens}, {t.end for t in tokens}
    at = len(text)
    while (at := text.rfind(piece, 0, at)) >= 0:
        end = at + len(piece)
        part_of_more = re.search(r"\d[.:]$", text[:at]) or re.match(r"[.:]\d", text[end:])
        if at in starts and end in ends and not (part_of_more and piece.isdigit()):
            text = text[:at] + placeholder + text[end:]
    return text


def _hide_cut(text: str, piece: Sequence[Token], placeholder: str, *, cut_off: bool) -> str:
    tokens = tokenise(text)
    wanted = [token.text for token in piece]
    at = 0
    while at < len(tokens):
        size = _telling_run(text, tokens, at, wanted, cut_off=cut_off)
        if size:
            start, end = tokens[at].start, tokens[at + size - 1].end
            text = text[:start] + placeholder + text[end:]
            tokens = tokenise(text)
        at += 1
    return text


def _telling_run(
    text: str, tokens: Sequence[Token], at: int, wanted: list[str], *, cut_off: bool
) -> int:
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
            cut = cut_off and size < len(wanted) and (ends or begins)
            if _tells(text, tokens, at, size, cut=cut):
                best = size
    return best


def _tells(text: str, tokens: Sequence[Token], at: int, size: int, *, cut: bool) -> bool:
    part = tokens[at : at + size]
    atoms = [a for a in read_atoms(text, tokens) if at <= a.first and a.last < at + size]
    digits = sum(len(atom.digits) for atom in atoms if atom.style != "weak")
    words = sum(token.script in ("latin", "han") for token in part)
    return digits >= _ROW or (cut and digits >= 1) or (digits == 0 and words >= _ROW)
