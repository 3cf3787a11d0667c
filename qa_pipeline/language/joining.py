"""Words as a line of text, as their language writes them."""

from collections.abc import Sequence


def joined(words: Sequence[str], language: str) -> str:
    """Return words as one text: with spaces between, in Mandarin without.

    In Mandarin, too, Latin words stand apart: "one three eight" is no word "onethreeeight". Single
    letters that are spelled (A P P) do not.
    """
    if language != "zh":
        return " ".join(words)
    text = ""
    last = ""
    for word in words:
        text += f" {word}" if _are_apart(last, word) else word
        last = word
    return text


def _are_apart(before: str, word: str) -> bool:
    if not (_is_latin(before[-1:]) and _is_latin(word[:1])):
        return False
    return len(before) > 1 or len(word) > 1


def _is_latin(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()
