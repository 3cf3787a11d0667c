"""Who said what, when, and how far that can be trusted."""

from typing import Literal

from pydantic import Field, NonNegativeFloat

from qa_pipeline.records.base import Record
from qa_pipeline.records.transcript import SpokenWords, Turn, Word

Role = Literal["agent", "customer", "ivr", "unknown"]
TrustLevel = Literal["ok", "review", "reject"]


class Utterance(Record):
    """What one speaker said without a longer pause or another speaker in between.

    ``text`` is the words joined: with spaces in English, in Mandarin only between Latin
    words. Every word's text appears in it in order, so a quote can be cut out of it exactly.
    """

    utterance_id: str
    """Unique within the call: ``u0001``, ``u0002``, ... in time order."""
    role: Role
    speaker: str
    language: str
    words: tuple[Word, ...]
    text: str
    start_s: NonNegativeFloat
    end_s: NonNegativeFloat

    def spoken(self) -> SpokenWords:
        """Return the words in columns, without their records where those are not made."""
        words = self.words
        return SpokenWords(
            [w.text for w in words],
            [w.start_s for w in words],
            [w.end_s for w in words],
            [w.probability for w in words],
        )


class Trust(Record):
    """Whether the transcript is good enough to judge a person by."""

    level: TrustLevel
    reasons: tuple[str, ...] = ()
    """In words, each for the person who has to decide; empty when the level is ``ok``."""


class Conversation(Record):
    """A call as a conversation: utterances in time order, roles, language and trust."""

    call_id: str
    language: str
    """The main language of the call, ISO 639-1."""
    duration_s: NonNegativeFloat
    utterances: tuple[Utterance, ...]
    turns: tuple[Turn, ...]
    """Speech by speaker as heard (channel activity or diarization), with pauses left out."""
    speaker_roles: dict[str, Role]
    role_confidence: float = Field(ge=0.0, le=1.0)
    trust: Trust
