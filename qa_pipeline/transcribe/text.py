"""From what the model wrote, with times within a window, to words of the call."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from qa_pipeline.language import simplified
from qa_pipeline.records import Region, Word
from qa_pipeline.transcribe.windows import Window

_SOUNDS = re.compile(r"\w")
_LATIN = re.compile(r"[A-Za-z0-9'’]+")
_SHORTEST_WORD_S = 0.02
_STRAY_S = 0.6
"""A word placed so far from all speech is invented; nearer, its time is a little off."""


@dataclass(frozen=True)
class TimedText:
    """A piece of text with seconds from the start of its window; a leading space is kept."""

    text: str
    start_s: float
    end_s: float
    probability: float


def to_words(
    pieces: Sequence[TimedText], window: Window, channel: int, language: str
) -> list[Word]:
    """Place the pieces in the call: clean text, times in order and within speech."""
    words: list[Word] = []
    earliest_s = window.start_s
    for piece in _whole_words(pieces, language):
        if _is_stray(piece, window):
            continue
        text = _clean(piece.text, language)
        if not _SOUNDS.search(text):
            continue
        start_s = max(earliest_s, min(window.start_s + piece.start_s, window.end_s))
        end_s = max(start_s, min(window.start_s + piece.end_s, window.end_s))
        start_s, end_s = _within_speech(start_s, end_s, window.regions)
        start_s = max(earliest_s, start_s)
        end_s = max(end_s, min(start_s + _SHORTEST_WORD_S, window.end_s), start_s)
        words.append(
            Word(
                text=text,
                start_s=round(start_s, 3),
                end_s=round(end_s, 3),
                probability=round(min(1.0, max(0.0, piece.probability)), 4),
                channel=channel,
            )
        )
        earliest_s = start_s
    return words


def strays(pieces: Sequence[TimedText], window: Window) -> int:
    """Return how many pieces lie where nobody speaks; `to_words` leaves them out."""
    return sum(_is_stray(piece, window) for piece in pieces if _SOUNDS.search(piece.text))


def _is_stray(piece: TimedText, window: Window) -> bool:
    start_s, end_s = window.start_s + piece.start_s, window.start_s + piece.end_s
    return all(
        start_s > region.end_s + _STRAY_S or end_s < region.start_s - _STRAY_S
        for region in window.regions
    )


def _whole_words(pieces: Sequence[TimedText], language: str) -> Iterator[TimedText]:
    """Join Latin pieces of one word, which Whisper leaves apart in Mandarin text."""
    joined: TimedText | None = None
    for piece in pieces:
        continues = (
            language == "zh"
            and joined is not None
            and _LATIN.fullmatch(piece.text) is not None
            and _LATIN.fullmatch(joined.text.strip()) is not None
        )
        if continues and joined is not None:
            probability = min(joined.probability, piece.probability)
            joined = replace(
                joined,
                text=joined.text + piece.text,
                end_s=piece.end_s,
                probability=probability,
            )
            continue
        if joined is not None:
            yield joined
        joined = piece
    if joined is not None:
        yield joined


def _clean(text: str, language: str) -> str:
    text = text.replace("\ufffd", "").strip()
    return simplified(text) if language == "zh" else text


def _within_speech(start_s: float, end_s: float, regions: Sequence[Region]) -> tuple[float, float]:
    """Cut a word to the region that it shares most time with; a pause belongs to no word.

    A word in a pause altogether is moved to the next region's start, so that no word lies where
    nobody speaks.
    """
    shared = [min(end_s, r.end_s) - max(start_s, r.start_s) for r in regions]
    best = max(range(len(regions)), key=lambda i: shared[i])
    if shared[best] > 0:
        return max(start_s, regions[best].start_s), min(end_s, regions[best].end_s)
    later = [r for r in regions if r.start_s >= end_s - 1e-6]
    if later:
        return later[0].start_s, min(later[0].start_s + (end_s - start_s), later[0].end_s)
    last_s = regions[-1].end_s
    return min(start_s, last_s), min(max(start_s, min(end_s, last_s)), last_s)
