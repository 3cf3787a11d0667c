"""A transcript that somebody else made, in the records of this package."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qa_pipeline.records import NO_CHANNEL, Conversation, Role, Transcript, Turn, Word

_LONGER_PAUSE_S = 0.5
"""Turns leave out pauses of this length."""
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_MANDARIN_PIECE = re.compile(rf"[{_HAN}]|[^\s{_HAN}\W]+(?:['’.-][^\s{_HAN}\W]+)*|[^\s\w]+")
_SOUNDS = re.compile(r"\w")


@dataclass(frozen=True)
class FinishedSegment:
    """A cue or an utterance: who, when, what."""

    speaker: str
    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...] = field(repr=False)
    """Times are the transcript's own where it has any for words, else shared out by length."""


@dataclass(frozen=True)
class FinishedTranscript:
    """Words of everybody in time order, the speaker of each, turns, and roles told by names."""

    transcript: Transcript
    speakers: tuple[str, ...]
    """Speaker of every word of ``transcript``; ``unknown`` where the transcript names nobody."""
    turns: tuple[Turn, ...]
    role_hints: dict[str, Role]
    """Roles that the speakers' names tell (``Agent``, ``客户``)."""
    duration_s: float
    segments: tuple[FinishedSegment, ...]
    conversation: Conversation | None = None
    """The whole conversation, where the file was exported by this package."""


def finish(
    segments: Sequence[FinishedSegment],
    language: str,
    role_hints: dict[str, Role],
    conversation: Conversation | None = None,
) -> FinishedTranscript:
    """Put segments together. Everything is certain: people answer for a finished transcript."""
    ordered = sorted(segments, key=lambda s: (s.start_s, s.end_s))
    spoken = sorted(
        ((word, segment.speaker) for segment in ordered for word in segment.words),
        key=lambda pair: pair[0].start_s,
    )
    turns = tuple(_turns(ordered))
    transcript = Transcript(
        channel=0,
        language=language,
        language_probability=1.0,
        words=tuple(word for word, _ in spoken),
        speech_s=round(sum(turn.end_s - turn.start_s for turn in turns), 3),
    )
    return FinishedTranscript(
        transcript=transcript,
        speakers=tuple(speaker for _, speaker in spoken),
        turns=turns,
        role_hints=role_hints,
        duration_s=max((segment.end_s for segment in ordered), default=0.0),
        segments=tuple(ordered),
        conversation=conversation,
    )


def _turns(segments: Sequence[FinishedSegment]) -> Iterator[Turn]:
    open_turns: dict[str, tuple[float, float]] = {}
    closed: list[Turn] = []
    for segment in segments:
        if segment.speaker in open_turns:
            start_s, end_s = open_turns[segment.speaker]
            if segment.start_s - end_s < _LONGER_PAUSE_S:
                open_turns[segment.speaker] = (start_s, max(end_s, segment.end_s))
                continue
            closed.append(Turn(speaker=segment.speaker, start_s=start_s, end_s=end_s))
        open_turns[segment.speaker] = (segment.start_s, segment.end_s)
    closed += [Turn(speaker=n, start_s=s, end_s=e) for n, (s, e) in open_turns.items()]
    yield from sorted(closed, key=lambda turn: (turn.start_s, turn.end_s, turn.speaker))


def interpolated_words(text: str, start_s: float, end_s: float) -> tuple[Word, ...]:
    """Cut a text into words and share its time out by their length.

    Latin text is cut at spaces, Mandarin into characters, punctuation stays with the word before.
    A transcript says nothing of channels, so the words have ``NO_CHANNEL``.
    """
    pieces = list(_pieces(text))
    letters = sum(len(piece) for piece in pieces)
    words: list[Word] = []
    before = 0
    for piece in pieces:
        first = start_s + (end_s - start_s) * before / letters
        before += len(piece)
        last = start_s + (end_s - start_s) * before / letters
        words.append(
            Word(
                text=piece,
                start_s=round(first, 3),
                end_s=round(last, 3),
                probability=1.0,
                channel=NO_CHANNEL,
            )
        )
    return tuple(words)


def _pieces(text: str) -> Iterator[str]:
    found = _MANDARIN_PIECE.findall(text) if language_of(text) == "zh" else text.split()
    pending = ""
    for piece in found:
        if _SOUNDS.search(piece):
            if pending:
                yield pending
            pending = piece
        elif pending:
            pending += piece
    if pending:
        yield pending


def language_of(text: str) -> str:
    """Return ``zh`` where Han characters make up a third of the letters, else ``en``."""
    letters = sum(character.isalpha() for character in text)
    han = len(re.findall(f"[{_HAN}]", text))
    return "zh" if han and han >= letters / 3 else "en"
