"""Rows of spelled letters, digits and joints in what one speaker says in a row.

"A B one two", "jay underscore smith 84", jsmith84, "N as in November", "double l", 下划线.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from qa_pipeline.privacy.digits import Atom, read_atoms
from qa_pipeline.privacy.spelling import spelled_end
from qa_pipeline.privacy.tokens import Placed, Spoken, Token
from qa_pipeline.privacy.vocabulary import PhraseSet, word_list, word_set

_NO_LOGIN = word_set("not_logins")
_JOINTS = PhraseSet(word_list("code_joints"))
_CASES = PhraseSet(word_list("code_cases"))
_NAMES = word_set("letter_names")
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_PAUSES = {",", "，", "、", "then", "uh", "um", "er", "erm", "嗯", "呃", "额"}
_FREE_WORDS = 2
_MOST_CAPITALS = 5
Part = Literal["letter", "word", "free", "digits", "joint", "case"]


@dataclass(frozen=True)
class Line:
    """Tokens that one speaker says in a row, with what reads as digits in them."""

    tokens: Sequence[Token]
    utterances: Sequence[int]
    """Index of the utterance of each token."""
    atoms: dict[int, Atom]
    """What reads as digits, by the token that it begins with; tokens counted in the line."""

    @classmethod
    def of(cls, spoken: Spoken, placed: Sequence[Placed]) -> "Line":
        """Read the digits of a line."""
        atoms: dict[int, Atom] = {}
        start = 0
        for index in dict.fromkeys(item.utterance for item in placed):
            tokens = spoken.tokens[index]
            for atom in read_atoms(spoken.utterances[index].text, tokens):
                first, last = start + atom.first, start + atom.last
                atoms[first] = Atom(first, last, atom.digits, atom.style, atom.written)
            start += len(tokens)
        return cls([p.token for p in placed], [p.utterance for p in placed], atoms)

    def place(self, at: int) -> tuple[int, int]:
        """Return the utterance of a token and its index in there."""
        index = self.utterances[at]
        return index, at - self.utterances.index(index)

    def text(self, at: int) -> str:
        """Return the text of a token, or nothing past the end."""
        return self.tokens[at].text if at < len(self.tokens) else ""

    def touches(self, at: int) -> bool:
        """Tell whether a token and the next one are written without a space."""
        if at < 0 or at + 1 >= len(self.tokens) or self.utterances[at] != self.utterances[at + 1]:
            return False
        return self.tokens[at].end == self.tokens[at + 1].start

    def is_mandarin(self, at: int) -> bool:
        """Tell whether the utterance of a token holds Han characters."""
        index = self.utterances[at]
        pairs = zip(self.tokens, self.utterances, strict=True)
        return any(t.script == "han" for t, other in pairs if other == index)


@dataclass(frozen=True)
class _Step:
    """Tokens up to ``end`` (not included) as a part of a code."""

    end: int
    part: Part
    text: str = ""


@dataclass(frozen=True)
class Row:
    """Tokens ``first`` to ``last`` of a line that may be a code."""

    first: int
    steps: tuple[_Step, ...]

    @property
    def last(self) -> int:
        """The last token."""
        return self.steps[-1].end - 1

    @cached_property
    def text(self) -> str:
        """Letters in capitals and digits, without joints."""
        return "".join(step.text for step in self.steps).upper()

    @property
    def digits(self) -> int:
        """How many digits there are."""
        return sum(character.isdigit() for character in self.text)

    @property
    def letters(self) -> int:
        """How many letters there are."""
        return len(self.text) - self.digits

    @property
    def spelled(self) -> int:
        """How many letters are said one by one."""
        return self._count("letter")

    @property
    def joints(self) -> int:
        """How many joints there are."""
        return self._count("joint")

    @property
    def free(self) -> int:
        """How many words there are that only what leads to them makes part of a code."""
        return self._count("free")

    def _count(self, part: Part) -> int:
        return sum(step.part == part for step in self.steps)


def rows_of(line: Line, led_to: Callable[[Line, int], bool]) -> Iterator[Row]:
    """Return the rows of a line in order; a word may begin one where ``led_to`` says so."""
    at = 0
    while at < len(line.tokens):
        row = _row(line, at, led_to)
        if row is not None:
            yield row
        at = at + 1 if row is None else row.last + 1


def _row(line: Line, first: int, led_to: Callable[[Line, int], bool]) -> Row | None:
    steps: list[_Step] = []
    at = first
    while at < len(line.tokens):
        free = all(s.part in ("free", "letter", "case") for s in steps) or steps[-1].part == "joint"
        step = _step(line, at, first)
        if step is None and free and _is_free(line, at, steps) and led_to(line, first):
            step = _Step(at + 1, "free", line.text(at))
        if step is None:
            if not steps or line.text(at) not in _PAUSES:
                break
            at += 1
            continue
        if not steps and step.part == "joint":
            return None
        steps.append(step)
        at = step.end
    while steps and not _may_end(line, steps[-1]):
        steps.pop()
    if all(step.part in ("digits", "joint", "case") for step in steps):
        return None
    return Row(first, tuple(steps))


def _step(line: Line, at: int, first: int) -> _Step | None:
    atom = line.atoms.get(at)
    if atom is not None and atom.style in ("digits", "tens"):
        return _Step(atom.last + 1, "digits", atom.digits)
    joint = _JOINTS.length_at(line.tokens, at)
    if joint:
        stands_apart = line.text(at) == "." and not (line.touches(at - 1) and line.touches(at))
        return None if stands_apart else _Step(at + joint, "joint")
    token = line.tokens[at]
    case = _CASES.length_at(line.tokens, at)
    if case and at > first:
        return _Step(at + case, "case")
    if token.script != "latin" or (atom is not None and atom.style == "amount"):
        return None
    if token.text in _TIMES and len(line.text(at + 1)) == 1 and line.text(at + 1).isalpha():
        return _Step(at + 2, "letter", line.text(at + 1) * _TIMES[token.text])
    if token.text == "x" and (ray := _x_ray_end(line, at)):
        return _Step(ray, "letter", "x")
    if len(token.text) == 1:
        return _Step(spelled_end(line.tokens, at), "letter", token.text)
    if _is_glued(line, at):
        return _Step(at + 1, "word", token.text)
    beside = at > first or at + 1 in line.atoms or len(line.text(at + 1)) == 1
    if token.text in _NAMES and _is_letter_name(line, at, first):
        return _Step(at + 1, "letter", token.text[0])
    short = token.capitals and len(token.text) <= _MOST_CAPITALS and token.text not in _NO_LOGIN
    return _Step(at + 1, "word", token.text) if short and beside else None


def _is_letter_name(line: Line, at: int, first: int) -> bool:
    """Tell "golf" for G from "a 2019 Golf": a letter, its name or a digit stands beside it."""
    after = line.text(at + 1)
    if at + 1 in line.atoms or (len(after) == 1 and after.isalpha()) or after in _NAMES:
        return True
    return at > first and not (line.text(at - 1).isdigit() and len(line.text(at - 1)) > 2)


def _x_ray_end(line: Line, at: int) -> int:
    """Return the token after "X-ray", 0 where there is none."""
    end = at + (3 if line.text(at + 1) == "-" else 2)
    return end if line.text(end - 1) == "ray" else 0


def _is_glued(line: Line, at: int) -> bool:
    """Tell a word that is written together with digits or an underscore: jsmith84, abc_123."""
    before = line.touches(at - 1) and line.tokens[at - 1]
    after = line.touches(at) and line.tokens[at + 1]
    return any(
        token and (token.script == "digits" or token.text == "_") for token in (before, after)
    )


def _is_free(line: Line, at: int, steps: Sequence[_Step]) -> bool:
    token = line.tokens[at]
    if token.script != "latin" or token.without_is in _NO_LOGIN or len(token.text) == 1:
        return False
    return (
        bool(steps and steps[-1].part == "joint")
        or sum(s.part == "free" for s in steps) < _FREE_WORDS
    )


def _may_end(line: Line, step: _Step) -> bool:
    """Tell whether a code may end with a step: no joint, no "a" or "I" of what follows."""
    if step.part in ("joint", "case"):
        return False
    at = step.end - 1
    if line.text(at) not in ("a", "i") or line.touches(at - 1):
        return True
    after = line.tokens[step.end] if step.end < len(line.tokens) else None
    return (
        after is None or after.script == "mark" or line.utterances[step.end] != line.utterances[at]
    )
