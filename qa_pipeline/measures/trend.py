"""Which way the tone of a call goes: improving, steady or worsening."""

from collections.abc import Sequence
from statistics import fmean

MIN_UTTERANCES = 6
"""With fewer, each third of a call rests on a single utterance."""
LEAST_CHANGE = 0.3
"""On a scale from -1 (surely negative) to 1 (surely positive)."""


def tone_change(scores: Sequence[float]) -> float | None:
    """Return how far the tone of the last third of utterances lies above that of the first third.

    ``scores``: probability of positive less that of negative, -1 to 1, of each utterance in time
    order. -2 to 2; ``None`` for fewer than six utterances.
    """
    if len(scores) < MIN_UTTERANCES:
        return None
    third = len(scores) // 3
    return fmean(scores[-third:]) - fmean(scores[:third])


def tone_trend(scores: Sequence[float]) -> int | None:
    """Return 1 for improving, 0 for steady, -1 for worsening; ``None`` for too few utterances.

    A call improves or worsens when its tone changes by at least 0.3 from the first to the last
    third of the utterances, whichever single utterance is left out of the two: one outburst, or
    one "thank you" at the end, is no trend.
    """
    change = tone_change(scores)
    if change is None:
        return None
    third = len(scores) // 3
    first, last = list(scores[:third]), list(scores[-third:])
    without_one = [
        *(fmean(last) - fmean(first[:i] + first[i + 1 :]) for i in range(third)),
        *(fmean(last[:i] + last[i + 1 :]) - fmean(first) for i in range(third)),
    ]
    if min(change, *without_one) >= LEAST_CHANGE:
        return 1
    if max(change, *without_one) <= -LEAST_CHANGE:
        return -1
    return 0
