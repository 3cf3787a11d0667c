"""Phrases that give something away, found in recognised text in spite of its errors."""

import re
from collections.abc import Iterable, Iterator, Mapping

from rapidfuzz import fuzz

FOUND_AT = 84.0
"""Similarity in per cent (rapidfuzz partial ratio) from which a phrase counts as said."""
_SHORTEST = {"zh": 4}
_SHORTEST_ELSEWHERE = 8
"""Shorter phrases are too easily found in something else: they must be there exactly."""
_ENDS_ALIKE_AT = 50.0
"""Similarity in per cent of the last words from which an approximate match ends as the phrase."""
_PERSONS = re.compile(r"\b(?:i|my|me|mine|you|your|yours|we|our|us)\b")
_PERSONS_ZH = re.compile("[我你](?:们)?")
_PUNCTUATION = re.compile(r"[^\w\s']|_")


def plain(text: str, language: str) -> str:
    """Return the text as phrases are compared: lower case, no punctuation, simplified."""
    bare = _PUNCTUATION.sub("" if language == "zh" else " ", text.lower())
    if language != "zh":
        return " ".join(bare.split())
    from qa_pipeline.language.normalise import simplified

    return simplified(bare.replace(" ", ""))


def said(phrase: str, text: str, language: str) -> bool:
    """Say whether a phrase is in a plain text, approximately where it is long enough.

    An approximate match must be about the same persons and end alike: "you would like to cancel"
    is not "i would like to cancel", nor "thank you for calling bluebell" "... calling back".
    """
    return next(places(phrase, text, language), None) is not None


def places(phrase: str, text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield where a phrase is in a plain text: first and last character (the latter not in it).

    As it is written where it is there so, else what ``said`` takes for it.
    """
    if language == "zh" or not phrase.isascii():
        exact = re.escape(phrase)
    else:
        exact = rf"\b{re.escape(phrase)}\b"
    there = [found.span() for found in re.finditer(exact, text)]
    yield from there
    if there or len(phrase) < _SHORTEST.get(language, _SHORTEST_ELSEWHERE):
        return
    at = 0
    while len(text) - at >= len(phrase):
        left = text[at:]
        found = fuzz.partial_ratio_alignment(phrase, left, score_cutoff=FOUND_AT)
        if found is None:
            return
        if _means(phrase, left, found.dest_start, found.dest_end, language):
            yield at + found.dest_start, at + found.dest_end
            at += found.dest_end
        else:
            # It may be said elsewhere in the text: each round leaves less of it to look in.
            at += found.dest_start + 1


def _means(phrase: str, text: str, start: int, end: int, language: str) -> bool:
    """Say whether what is like a phrase is about the same persons and ends with a like word."""
    if language == "zh":
        return _same_persons(phrase, (text[start:end], text[max(0, start - 1) : end]), language)
    # The alignment may begin and end within a word, and leave out a first "my" for a like stretch.
    first = text.rfind(" ", 0, start + 1) + 1
    last = text.find(" ", end)
    like = text[first : last if last >= 0 else len(text)].rstrip()
    before = text.rfind(" ", 0, max(0, first - 1)) + 1
    if fuzz.ratio(phrase.split()[-1], like.split()[-1]) < _ENDS_ALIKE_AT:
        return False
    return _same_persons(phrase, (like, f"{text[before:first]}{like}"), language)


def _same_persons(phrase: str, likes: Iterable[str], language: str) -> bool:
    wanted = _persons(phrase, language)
    return not wanted or any(_persons(like, language) == wanted for like in likes)


def _persons(text: str, language: str) -> list[str]:
    if language == "zh":
        return _PERSONS_ZH.findall(text.replace("您", "你"))
    return _PERSONS.findall(text)


def weight(phrases: Mapping[int, Iterable[str]], text: str, language: str) -> float:
    """Return the summed weights of the phrases that are in a plain text."""
    return sum(
        float(points)
        for points, group in phrases.items()
        for phrase in group
        if said(phrase, text, language)
    )
