"""How a letter is made clear: "N as in November", "S for sugar"."""

from collections.abc import Sequence

from qa_pipeline.privacy.tokens import Token

_AS_IN = (("as", "in"), ("like", "in"), ("for",), ("as",))
_SHORTEST_EXAMPLE = 3


def spelled_end(tokens: Sequence[Token], letter: int) -> int:
    """Return the token after a spelled letter and its example: past "N", or "N as in November"."""
    for phrase in _AS_IN:
        example = letter + 1 + len(phrase)
        said = tuple(token.text for token in tokens[letter + 1 : example])
        if said == phrase and example < len(tokens) and _is_example(tokens[example]):
            return example + 1
    return letter + 1


def spelled_start(tokens: Sequence[Token], last: int) -> int | None:
    """Return the letter that an example ending with token ``last`` makes clear, ``None`` if none.

    The counterpart of ``spelled_end`` for readers that go backwards.
    """
    for phrase in _AS_IN:
        letter = last - len(phrase) - 1
        if letter < 0 or tokens[letter].script != "latin" or len(tokens[letter].text) != 1:
            continue
        if spelled_end(tokens, letter) == last + 1:
            return letter
    return None


def _is_example(token: Token) -> bool:
    return token.script == "latin" and len(token.text) >= _SHORTEST_EXAMPLE
