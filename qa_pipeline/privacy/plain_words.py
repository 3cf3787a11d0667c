"""Secrets and user names that are plain words: "my password is sunflower", 微信叫大海的浪.

Words say nothing by themselves, so only what a statement or a question leads to is taken, and only
where it is no talk about the password itself ("is wrong", 是错的).
"""

from collections.abc import Iterator

from qa_pipeline.privacy import plain_english, plain_mandarin
from qa_pipeline.privacy.items import Item
from qa_pipeline.privacy.tokens import Piece, Spoken, Token

_LOOK_BACK = 3
"""Utterances from an answer back to its question."""
_LOOK_BACK_S = 30.0
_READ_BACK = 2
"""Utterances after an answer that may say it again."""
Span = tuple[int, int]
"""First and last token of an utterance."""


def find_plain_words(spoken: Spoken) -> list[Item]:
    """Return passwords, answers to security questions and user names that are words."""
    found: dict[Piece, None] = {}
    for index, tokens in enumerate(spoken.tokens):
        for first, last in (*_stated(tokens), *_answered(spoken, index)):
            found[_piece(spoken, index, (first, last))] = None
            found.update(dict.fromkeys(_read_back(spoken, index, tokens[first : last + 1])))
    return [Item("account", (piece,)) for piece in found]


def _stated(tokens: list[Token]) -> Iterator[Span]:
    yield from (plain_mandarin if _is_mandarin(tokens) else plain_english).stated(tokens)


def _is_mandarin(tokens: list[Token]) -> bool:
    return any(token.script == "han" for token in tokens)


def _answered(spoken: Spoken, index: int) -> Iterator[Span]:
    """Find the answer to a question that another speaker asked."""
    said = spoken.utterances
    for back in range(index - 1, max(index - 1 - _LOOK_BACK, -1), -1):
        if said[index].start_s - said[back].end_s > _LOOK_BACK_S:
            return
        if said[back].speaker == said[index].speaker:
            continue
        late = back < index - 1
        question, tokens = spoken.tokens[back], spoken.tokens[index]
        by_language = plain_mandarin if _is_mandarin(question) else plain_english
        if by_language.asks(question):
            yield from by_language.answer(tokens, late=late)
            return


def _read_back(spoken: Spoken, index: int, words: list[Token]) -> Iterator[Piece]:
    """Find the same words in what is said right after."""
    wanted = [token.text for token in words]
    for later in range(index + 1, min(index + 1 + _READ_BACK, len(spoken.tokens))):
        texts = [token.text for token in spoken.tokens[later]]
        for at in range(len(texts) - len(wanted) + 1):
            if texts[at : at + len(wanted)] == wanted:
                yield _piece(spoken, later, (at, at + len(wanted) - 1))


def _piece(spoken: Spoken, index: int, span: Span) -> Piece:
    tokens = spoken.tokens[index]
    return Piece(index, tokens[span[0]].start, tokens[span[1]].end)
