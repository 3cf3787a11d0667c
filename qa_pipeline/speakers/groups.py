"""Do the turns of one speaker come from one voice or from two? Told from an embedding a turn.

How far apart voices lie depends on the model and the line, so no distance is compared with a fixed
one: groups are judged by their silhouette (Rousseeuw, "Silhouettes: a graphical aid to the
interpretation and validation of cluster analysis", 1987), which sees how far apart they lie in
terms of their own width. 0: no groups at all; from 0.5: groups; near 1: far apart.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.records import Region, Row
from qa_pipeline.speakers.pauses import Pauses

if TYPE_CHECKING:
    from qa_pipeline.speakers.voices import Voice, VoiceReader

SHORTEST_TURN_S = 1.5
"""A shorter turn does not tell a voice."""
_MOST_TURNS = 40
_TURNS_EACH = 3
"""Fewer turns may be a cough, a laugh or a number read out."""
_SECONDS_EACH = 6.0
_PARTED = 0.6
"""In the sample and the unseen calls one voice had up to 0.48, two voices together from 0.63."""
_TURNS_TO_DOUBT = 4
_SECONDS_BESIDE = 3.0
"""Of somebody who says a few things beside a main speaker: enough to ask a person, at the same
distance. In the sample calls the turns of one voice, cut so, had up to 0.50; with somebody beside
them from 0.69."""
_CHANGED = 0.5
_UNCHANGED = 0.25
"""Groups that time alone made, before and after a moment: one voice had up to 0.37, and up to 0.25
in 95 of 100 cuts; two voices had 0.63 and more."""
_TURNS_A_SIDE = 6
_FEWEST_A_SIDE = 2
_PAUSE_S = 0.25
"""Who speaks beside the customer often begins where the agent ends, and is one turn with them; so
turns are cut at pauses. A shorter silence is mostly within a word, and pieces get too short."""
_MOST_PIECES = 80
_SHORT_TURN_S = 1.0
"""Still tells that a voice is the same one, where there are no longer turns."""
_MOST_EACH = 20


def turn_voices(
    samples: Row,
    turns: Sequence[Region],
    reader: "VoiceReader",
    most: int = _MOST_TURNS,
    shortest_s: float = SHORTEST_TURN_S,
) -> tuple[list["Voice"], list[Region]]:
    """Return the voices of the longest turns, and these turns in time order.

    Args:
        samples: One channel at 16 kHz.
        turns: Where only one person speaks at a time.
        reader: Turns speech into voices.
        most: How many turns to listen to.
        shortest_s: Shorter turns are passed over.
    """
    long = [t for t in turns if t.end_s - t.start_s >= shortest_s]
    chosen = sorted(sorted(long, key=lambda t: t.start_s - t.end_s)[:most], key=lambda t: t.start_s)
    heard = [(reader.voice(samples, (t,), shortest_s), t) for t in chosen]
    known = [(voice, turn) for voice, turn in heard if voice is not None]
    return [voice for voice, _ in known], [turn for _, turn in known]


def are_two_voices(voices: Sequence["Voice"], turns: Sequence[Region]) -> bool:
    """Say whether the turns of one speaker plainly are those of two people.

    Each must have three turns and six seconds.
    """
    return _are_two(voices, turns, _TURNS_EACH, _SECONDS_EACH)


def further_voice(
    samples: Row, speakers: Sequence[Sequence[Region]], reader: "VoiceReader"
) -> bool:
    """Say whether some turns of a speaker may be somebody else's: enough to doubt, not to tell.

    As ``are_two_voices``, for somebody who says a few things beside a main speaker: each piece
    between two pauses is compared, not each turn.

    Args:
        samples: One channel at 16 kHz.
        speakers: Of each speaker, where nobody else speaks.
        reader: Turns speech into voices.
    """
    pauses = Pauses(samples)
    for turns in speakers:
        pieces = [piece for turn in turns for piece in _between_pauses(turn, pauses)]
        voices, known = turn_voices(samples, pieces, reader, _MOST_PIECES, _SHORT_TURN_S)
        if len(voices) >= _TURNS_TO_DOUBT and _are_two(voices, known, 1, _SECONDS_BESIDE):
            return True
    return False


def _between_pauses(turn: Region, pauses: Pauses) -> list[Region]:
    """Return a turn cut in the middle of each of its pauses."""
    cuts_s = pauses.within(turn.start_s, turn.end_s, _PAUSE_S)
    return [Region(*edges_s) for edges_s in pairwise([turn.start_s, *cuts_s, turn.end_s])]


def _are_two(
    voices: Sequence["Voice"], turns: Sequence[Region], turns_each: int, seconds_each: float
) -> bool:
    """Say whether turns fall into two groups of that size at least, far apart."""
    if len(voices) < 2 * turns_each:
        return False
    from sklearn.cluster import KMeans

    stacked = np.stack(voices)  # (turns, dimensions)
    labels = KMeans(2, n_init=10, random_state=0).fit_predict(stacked)
    seconds = np.array([turn.end_s - turn.start_s for turn in turns])
    for label in (0, 1):
        own = labels == label
        if own.sum() < turns_each or seconds[own].sum() < seconds_each:
            return False
    return _silhouette(stacked, labels) >= _PARTED


def has_changed(
    samples: Row, before: Sequence[Region], after: Sequence[Region], reader: "VoiceReader"
) -> bool | None:
    """Say whether one voice spoke before a moment and another one after; ``None``: cannot be told.

    Args:
        samples: One channel at 16 kHz.
        before: Turns of one speaker before the moment.
        after: Turns of a speaker after it.
        reader: Turns speech into voices.
    """
    first, _ = turn_voices(samples, before, reader, _TURNS_A_SIDE)
    second, _ = turn_voices(samples, after, reader, _TURNS_A_SIDE)
    if min(len(first), len(second)) < _FEWEST_A_SIDE:
        return None
    labels = np.array([0] * len(first) + [1] * len(second))
    apart = _silhouette(np.stack([*first, *second]), labels)
    if apart >= _CHANGED:
        return True
    return False if apart <= _UNCHANGED else None


def voices_apart(
    samples: Row, first: Sequence[Region], second: Sequence[Region], reader: "VoiceReader"
) -> float | None:
    """Return how far apart the voices of two speakers are: their silhouette, -1 to 1.

    A diarizer that is told to find two people cuts the voice of one in two, which lie hardly apart.
    ``None``: too little is said by one of them. Turns of 1 to 1.5 s are looked at where there are
    too few longer ones: they tell that a voice is the same, but not well enough that it is another.

    Args:
        samples: One channel at 16 kHz.
        first: Where only one of the speakers speaks.
        second: Where only the other one does.
        reader: Turns speech into voices.
    """
    for shortest_s in (SHORTEST_TURN_S, _SHORT_TURN_S):
        heard = [
            turn_voices(samples, turns, reader, _MOST_EACH, shortest_s)[0]
            for turns in (first, second)
        ]
        counts = [len(voices) for voices in heard]
        if min(counts) < _FEWEST_A_SIDE:
            continue
        apart = _silhouette(np.stack([*heard[0], *heard[1]]), np.repeat([0, 1], counts))
        if shortest_s == SHORTEST_TURN_S or apart < _PARTED:
            return apart
    return None


def _silhouette(voices: NDArray[np.float64], labels: NDArray[np.int_]) -> float:
    from sklearn.metrics import silhouette_score

    return float(silhouette_score(voices, labels, metric="cosine"))
