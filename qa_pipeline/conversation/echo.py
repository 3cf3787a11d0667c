"""The same words on several channels at once: an echo, or a copy that was not taken out.

Crosstalk is found in the sound (``speakers``), up to some delay and level. What it leaves shows in
the words: nobody says what the other says in the same half second, word for word.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence

from qa_pipeline.conversation.cues import plain
from qa_pipeline.records import Transcript

_TOGETHER_S = 0.5
"""An echo over two networks comes a quarter of a second late; word times add a little."""
_FEWEST = 5
"""Fewer words may be said by both at once, as people do who say goodbye."""


def echoed_pct(channels: Sequence[Transcript]) -> float:
    """Return how many of all words are heard on another channel at the same time, in per cent.

    0 where that is less than five words of a channel.
    """
    said = [_starts(channel) for channel in channels]
    words = sum(len(starts) for texts in said for starts in texts.values())
    echoed = [
        sum(_is_echoed(text, at_s, others) for text, starts in said[i].items() for at_s in starts)
        for i, others in ((i, said[:i] + said[i + 1 :]) for i in range(len(said)))
    ]
    return 100.0 * sum(echoed) / words if max(echoed, default=0) >= _FEWEST else 0.0


def _starts(channel: Transcript) -> Mapping[str, list[float]]:
    """Return when each word of a channel begins, in order of time, by its plain text."""
    starts: dict[str, list[float]] = defaultdict(list)
    for word in channel.words:
        starts[plain(word.text, channel.language)].append(word.start_s)
    return {text: sorted(found) for text, found in starts.items()}


def _is_echoed(text: str, at_s: float, others: Sequence[Mapping[str, list[float]]]) -> bool:
    found = (other.get(text, []) for other in others)
    return any(
        bisect_left(starts, at_s - _TOGETHER_S) < bisect_right(starts, at_s + _TOGETHER_S)
        for starts in found
    )
