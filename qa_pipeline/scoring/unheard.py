"""Speech in which no words were recognised: what was not found may have been said there.

A recogniser gives up a whole window at times, and the guards against inventions take one out.
"""

from qa_pipeline.records import Conversation, Role
from qa_pipeline.scoring.windows import Interval, Intervals, merged

SHORTEST_S = 2.0
"""In less, little is said that anybody looks for: a greeting takes as long. On the sample calls no
turn is without words for more than a second."""


def speech_without_words(conversation: Conversation, role: Role) -> Intervals:
    """Return where the turns of a role hold no word of its own for `SHORTEST_S` or longer."""
    known = conversation.speaker_roles
    turns = merged(
        tuple(
            Interval(t.start_s, t.end_s)
            for t in conversation.turns
            if known.get(t.speaker, "unknown") == role
        )
    )
    said = _said(conversation, role)
    found: list[Interval] = []
    first = 0
    for turn in turns:
        while first < len(said) and said[first].end_s <= turn.start_s:
            first += 1
        at_s, place = turn.start_s, first
        while place < len(said) and said[place].start_s < turn.end_s:
            found.append(Interval(at_s, said[place].start_s))
            at_s = said[place].end_s
            place += 1
        found.append(Interval(at_s, turn.end_s))
    return tuple(gap for gap in found if gap.length_s >= SHORTEST_S)


def _said(conversation: Conversation, role: Role) -> Intervals:
    """Return where words of a role lie; of a transcript without words, the utterances."""
    spans: list[Interval] = []
    for utterance in conversation.utterances:
        if utterance.role != role:
            continue
        spoken = utterance.spoken()
        times = zip(spoken.starts_s, spoken.ends_s, strict=True)
        words = [Interval(start_s, end_s) for start_s, end_s in times]
        spans += words or [Interval(utterance.start_s, utterance.end_s)]
    return merged(tuple(spans))
