"""How fast a speaker talks, and how often they stop to think."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from qa_pipeline.language.spoken_units import is_counted, spoken_units
from qa_pipeline.measures.spans import Span, intersection, outside, total
from qa_pipeline.measures.speech import GAP_S, PAUSE_S, Speaker, Speech, word_spans
from qa_pipeline.records import Conversation, Word

MIN_SPEECH_S = 3.0
"""Under this neither a pace nor a rate of pauses is told."""
PACE_NAMES = {"en": "pace_wpm", "zh": "pace_cpm"}


def units_a_minute(words: Sequence[Word], turns: Sequence[Span], language: str) -> float | None:
    """Return words or characters a minute of speaking, or ``None`` under 3 s of speech.

    The recogniser stretches words into pauses and voice activity reaches beyond the words, so
    speaking time is what both agree on. Words that are not counted take their time with them.
    """
    uncounted = [(w.start_s, w.end_s) for w in words if not is_counted(w.text, language)]
    spoken = outside(intersection(word_spans(words), turns), uncounted)
    spoken_s = total(spoken)
    if spoken_s < MIN_SPEECH_S:
        return None
    ends_s = [end_s for _, end_s in spoken]
    units = 0
    for word in words:
        at = bisect_right(ends_s, word.start_s)
        if at < len(spoken) and word.end_s > spoken[at][0]:
            units += spoken_units(word.text, language)
    return 60.0 * units / spoken_s


def paces(conversation: Conversation, speech: Speech, role: Speaker) -> Iterator[tuple[str, float]]:
    """Yield the pace of a speaker in each language that they speak for at least 3 s."""
    for language, name in PACE_NAMES.items():
        words = [
            word
            for utterance in conversation.utterances
            if utterance.role == role and utterance.language == language
            for word in utterance.words
        ]
        pace = units_a_minute(words, speech.by_role[role], language)
        if pace is not None:
            yield name, pace


def pauses(speech: Speech, role: Speaker) -> Iterator[tuple[str, float]]:
    """Yield how often a speaker pauses, and how long.

    A pause is a stretch of 0.5 to 2 s between two pieces of the speaker's own speech in which
    nobody else speaks. What is longer is a silence of the call.
    """
    spoken = intersection(word_spans(speech.words[role]), speech.by_role[role])
    spoken_s = total(spoken)
    if spoken_s < MIN_SPEECH_S:
        return
    stops = [
        (before[1], after[0])
        for before, after in pairwise(spoken)
        if PAUSE_S <= after[0] - before[1] < GAP_S
    ]
    quiet = set(outside(stops, outside(speech.everybody, speech.by_role[role])))
    stops = [stop for stop in stops if stop in quiet]  # a stop that somebody breaks is cut up
    yield "pauses_per_min", 60.0 * len(stops) / spoken_s
    if stops:
        yield "median_pause_s", median(end_s - start_s for start_s, end_s in stops)
