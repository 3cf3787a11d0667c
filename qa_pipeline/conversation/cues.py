"""Phrases that give something away, found in recognised text in spite of its errors."""

import re
from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz

_FOUND_AT = 84.0
"""Similarity in per cent (rapidfuzz partial ratio) from which a phrase counts as said."""
_SHORTEST = {"zh": 4}
_SHORTEST_ELSEWHERE = 8
"""Shorter phrases are too easily found in something else: they must be there exactly."""
_PUNCTUATION = re.compile(r"[^\w\s']|_")


def plain(text: str, language: str) -> str:
    """Return the text as phrases are compared: lower case, no punctuation, simplified."""
    bare = _PUNCTUATION.sub("" if language == "zh" else " ", text.lower())
    if language != "zh":
        return " ".join(bare.split())
    from qa_pipeline.language.normalise import simplified

    return simplified(bare.replace(" ", ""))


def said(phrase: str, text: str, language: str) -> bool:
    """Say whether a phrase is in a plain text, approximately where it is long enough."""
    if language == "zh" or not phrase.isascii():
        if phrase in text:
            return True
    elif re.search(rf"\b{re.escape(phrase)}\b", text):
        return True
    if len(phrase) < _SHORTEST.get(language, _SHORTEST_ELSEWHERE) or len(text) < len(phrase):
        return False
    return fuzz.partial_ratio(phrase, text) >= _FOUND_AT


def weight(phrases: Mapping[int, Iterable[str]], text: str, language: str) -> float:
    """Return the summed weights of the phrases that are in a plain text."""
    return sum(
        float(points)
        for points, group in phrases.items()
        for phrase in group
        if said(phrase, text, language)
    )
