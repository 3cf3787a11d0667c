"""Words of known speakers become utterances."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_pipeline.language import joined
from qa_pipeline.records import Role, Utterance, Word

LONGER_PAUSE_S = 0.8
"""A pause of this length ends an utterance."""


@dataclass(frozen=True)
class SpokenWord:
    """A recognised word with the speaker and the language it belongs to."""

    word: Word
    speaker: str
    language: str


def join_words(words: Sequence[Word], language: str) -> str:
    """Join words as the language writes them; see ``joined``."""
    return joined([word.text for word in words], language)


def make_utterances(
    words: Iterable[SpokenWord],
    roles: dict[str, Role],
    longer_pause_s: float = LONGER_PAUSE_S,
) -> tuple[Utterance, ...]:
    """Group words into utterances in time order, with ids ``u0001``, ``u0002``, ...

    An utterance ends at a pause of ``longer_pause_s``, or where another speaker says something
    in a pause between two of its words. Speech of two people at the same time stays apart.
    """
    by_speaker: dict[str, list[SpokenWord]] = defaultdict(list)
    for spoken in sorted(words, key=lambda s: (s.word.start_s, s.word.end_s, s.speaker)):
        by_speaker[spoken.speaker].append(spoken)
    starts = {
        speaker: sorted(s.word.start_s for s in spoken_words)
        for speaker, spoken_words in by_speaker.items()
    }
    groups: list[list[SpokenWord]] = []
    for speaker, spoken_words in by_speaker.items():
        others = sorted(t for other, times in starts.items() if other != speaker for t in times)
        groups.extend(_cut(spoken_words, others, longer_pause_s))
    groups.sort(key=lambda group: (group[0].word.start_s, group[0].speaker))
    return tuple(
        _utterance(f"u{number:04d}", group, roles) for number, group in enumerate(groups, start=1)
    )


def _cut(
    spoken_words: list[SpokenWord], others: list[float], longer_pause_s: float
) -> list[list[SpokenWord]]:
    groups = [[spoken_words[0]]]
    index = 0
    for before, after in pairwise(spoken_words):
        pause_s = after.word.start_s - before.word.end_s
        while index < len(others) and others[index] < before.word.end_s:
            index += 1
        answered = index < len(others) and others[index] < after.word.start_s
        if (
            pause_s >= longer_pause_s
            or (answered and pause_s > 0)
            or (before.language != after.language)
        ):
            groups.append([])
        groups[-1].append(after)
    return groups


def _utterance(utterance_id: str, group: list[SpokenWord], roles: dict[str, Role]) -> Utterance:
    words = tuple(spoken.word for spoken in group)
    first = group[0]
    return Utterance(
        utterance_id=utterance_id,
        role=roles.get(first.speaker, "unknown"),
        speaker=first.speaker,
        language=first.language,
        words=words,
        text=join_words(words, first.language),
        start_s=words[0].start_s,
        end_s=max(word.end_s for word in words),
    )
