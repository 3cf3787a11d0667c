"""Text cut into tokens that keep their place in it, and utterances of one speaker as one line."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from qa_pipeline.language.normalise import simplified
from qa_pipeline.language.placeholders import ANY_PLACEHOLDER
from qa_pipeline.records import Utterance

Script = Literal["digits", "latin", "han", "mark", "placeholder"]

_TOKEN = re.compile(
    "|".join(
        [
            f"(?P<placeholder>{ANY_PLACEHOLDER})",
            r"(?P<digits>[0-9０-９]+)",
            r"(?P<latin>[^\W\d_\u3007\u3400-\u9fff]+(?:['’][^\W\d_\u3007\u3400-\u9fff]+)*)",
            r"(?P<han>[\u3007\u3400-\u9fff])",
            r"(?P<mark>\S)",
        ]
    )
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclass(frozen=True)
class Token:
    """A written number, a Latin word, one Han character, a mark, or a placeholder."""

    text: str
    """Lower case, straight apostrophes, ASCII digits, simplified characters."""
    script: Script
    start: int
    end: int
    """Characters of the utterance's text, the end not included."""
    upper: bool = False
    """Whether it is written with a capital."""
    capitals: bool = False
    """Whether it is written in capitals alone."""

    @property
    def without_is(self) -> str:
        """The text of a word without a trailing 's, which is "is" as often as not."""
        return self.text.removesuffix("'s")


@dataclass(frozen=True)
class Piece:
    """A piece of an utterance: characters ``start`` to ``end`` of its text."""

    utterance: int
    """Index in the conversation."""
    start: int
    end: int


def in_simplified(text: str) -> str:
    """Return a text of the same length in simplified characters."""
    return text if text.isascii() else "".join(simplified(character) for character in text)


def tokenise(text: str) -> list[Token]:
    """Cut a text into tokens; white space belongs to none."""
    tokens = []
    for match in _TOKEN.finditer(text):
        script: Script = match.lastgroup  # type: ignore[assignment]
        plain = match[0].translate(_FULL_WIDTH) if script == "digits" else match[0]
        if script == "latin":
            plain = plain.lower().replace("’", "'")
        if script == "han":
            plain = simplified(plain)
        upper = script == "latin" and match[0][0].isupper()
        capitals = script == "latin" and match[0].isupper()
        tokens.append(Token(plain, script, match.start(), match.end(), upper, capitals))
    return tokens


class Spoken:
    """The utterances of a call with their tokens."""

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        self.utterances = tuple(utterances)
        self.tokens = [tokenise(utterance.text) for utterance in utterances]


@dataclass(frozen=True)
class Placed:
    """A token with the utterance it belongs to."""

    token: Token
    utterance: int


def pieces_of(placed: Iterable[Placed]) -> tuple[Piece, ...]:
    """Return the pieces of utterances that some tokens cover, one an utterance."""
    spans: dict[int, tuple[int, int]] = {}
    for item in placed:
        start, end = spans.get(item.utterance, (item.token.start, item.token.end))
        spans[item.utterance] = (min(start, item.token.start), max(end, item.token.end))
    return tuple(Piece(index, start, end) for index, (start, end) in sorted(spans.items()))
