"""Speech in which no words were recognised: what was not found may have been said there.

A recogniser gives up a whole window at times, and the guards against inventions take one out.
"""

import numpy as np

from qa_pipeline.records import Conversation, Role
from qa_pipeline.scoring.windows import Interval, Intervals, common, merged

SHORTEST_S = 2.0
"""In less, little is said that anybody looks for: a greeting takes as long. On the sample calls no
turn is without words for more than a second."""


def speech_without_words(conversation: Conversation, role: Role) -> Intervals:
    """Return where the turns of a role hold no word of its own for `SHORTEST_S` or longer."""
    known = conversation.speaker_roles
    turns = tuple(
        Interval(turn.start_s, turn.end_s)
        for turn in conversation.turns
        if known.get(turn.speaker, "unknown") == role
    )
    parts = common(merged(turns), _without_words(conversation, role))
    return tuple(part for part in parts if part.length_s >= SHORTEST_S)


def _without_words(conversation: Conversation, role: Role) -> Intervals:
    """Return where no words of a role lie for as long; of a transcript without words, utterances.

    The first and the last of it are without end.
    """
    starts_s: list[float] = []
    ends_s: list[float] = []
    for utterance in conversation.utterances:
        if utterance.role == role:
            spoken = utterance.spoken()
            starts_s += spoken.starts_s or [utterance.start_s]
            ends_s += spoken.ends_s or [utterance.end_s]
    order = np.argsort(starts_s)
    begins_s = np.append(np.array(starts_s)[order], np.inf)
    latest_s = np.maximum.accumulate(np.append(-np.inf, np.array(ends_s)[order]))
    long = np.flatnonzero(begins_s - latest_s >= SHORTEST_S)
    pairs = zip(latest_s[long].tolist(), begins_s[long].tolist(), strict=True)
    return tuple(Interval(start_s, end_s) for start_s, end_s in pairs)
