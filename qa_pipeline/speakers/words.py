"""Whose turn a word falls into."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from qa_pipeline.records import Turn, Word

UNKNOWN_SPEAKER = "unknown"
_NEAR_S = 0.5


def assign_words(
    words: Sequence[Word], turns: Sequence[Turn], near_s: float = _NEAR_S
) -> tuple[str, ...]:
    """Return a speaker for every word, in the order of the words.

    The speaker whose turns overlap the word most; where speakers overlap it equally (both talk
    throughout), the one of the word before if it is among them, else the one whose turn is
    longest: recognisers follow the voice that holds the floor. A word in nobody's turn goes to
    the nearest turn within ``near_s`` seconds, else to ``unknown``.
    """
    if not turns:
        return (UNKNOWN_SPEAKER,) * len(words)
    starts_s = np.array([turn.start_s for turn in turns])
    ends_s = np.array([turn.end_s for turn in turns])
    speakers: list[str] = []
    previous = UNKNOWN_SPEAKER
    for word in words:
        # A word of no length still falls into a turn: give it a millisecond.
        word_end_s = max(word.end_s, word.start_s + 1e-3)
        overlaps_s = np.minimum(ends_s, word_end_s) - np.maximum(starts_s, word.start_s)
        inside = np.flatnonzero(overlaps_s > 0)
        if len(inside):
            previous = _most_overlapping(inside.tolist(), overlaps_s.tolist(), turns, previous)
        else:
            nearest = int(np.argmax(overlaps_s))
            near = -overlaps_s[nearest] <= near_s
            previous = turns[nearest].speaker if near else UNKNOWN_SPEAKER
        speakers.append(previous)
    return tuple(speakers)


def _most_overlapping(
    inside: list[int], overlaps_s: list[float], turns: Sequence[Turn], previous: str
) -> str:
    total_s: defaultdict[str, float] = defaultdict(float)
    longest_s: defaultdict[str, float] = defaultdict(float)
    for index in inside:
        turn = turns[index]
        total_s[turn.speaker] += overlaps_s[index]
        longest_s[turn.speaker] = max(longest_s[turn.speaker], turn.end_s - turn.start_s)
    most_s = max(total_s.values())
    tied = [speaker for speaker, overlap_s in total_s.items() if overlap_s > most_s - 1e-3]
    if previous in tied:
        return previous
    return max(tied, key=lambda speaker: longest_s[speaker])
