"""One call as the operators see it: streams by role, measures, metadata, and what to trust."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.records import CallMetadata, Conversation, Measures, Role, Utterance
from qa_pipeline.scoring.checks import Who
from qa_pipeline.scoring.reasons import Words
from qa_pipeline.scoring.schema import METADATA_VARIABLES
from qa_pipeline.scoring.stream import Stream, stream_of
from qa_pipeline.scoring.unheard import speech_without_words
from qa_pipeline.scoring.units import Extent
from qa_pipeline.scoring.windows import Interval, Intervals, touched

_ROLES: dict[Who, tuple[Role, ...]] = {
    "agent": ("agent",),
    "customer": ("customer",),
    "any": ("agent", "customer", "unknown"),
}


MAX_QUESTIONS = 5_000
"""Questions that one criterion may ask about a call; honest ones ask some dozens."""
MAX_LOOKS = 300_000
"""Things found that one criterion may look at, each as often as it is asked about."""


class Call:
    """A conversation with everything known about it, and matching streams made once."""

    def __init__(
        self, conversation: Conversation, measures: Measures | None, metadata: CallMetadata
    ) -> None:
        self.conversation = conversation
        self.measures = measures
        self.metadata = metadata
        self.words = Words(conversation.language)
        self._streams: dict[Role, Stream] = {}
        self._unheard: dict[Who, Intervals] = {}
        self.edges: dict[tuple[Extent | None, Extent | None], tuple[Intervals, str]] = {}
        """Beginnings and ends of the call that checks look at: their seconds, and in words."""
        self._asked = self._looked = 0
        self.needs_model = False
        """Whether the criterion has put a question to a language model."""

    def begin_criterion(self) -> None:
        """Count the questions of the next criterion from zero."""
        self._asked = self._looked = 0
        self.needs_model = False

    def note_question(self) -> None:
        """Note that the criterion puts a question to a language model."""
        self.needs_model = True

    def may_ask(self) -> bool:
        """Count one more question, and tell whether it may still be asked."""
        self._asked += 1
        return self._asked <= MAX_QUESTIONS

    def may_look(self, things: int) -> bool:
        """Count so many more things looked at, and tell whether they still may be."""
        self._looked += things
        return self._looked <= MAX_LOOKS

    @property
    def language(self) -> str:
        """The language of the call, ISO 639-1."""
        return self.conversation.language

    @cached_property
    def facts(self) -> dict[str, str]:
        """What is known of `METADATA_VARIABLES`."""
        known = {name: getattr(self.metadata, name) for name in METADATA_VARIABLES}
        return {name: str(value) for name, value in known.items() if value}

    @cached_property
    def extent(self) -> Interval:
        """From the first to the last word of agent or customer: what windows are counted from.

        Ringing and announcements before it and an open line after it are not the agent's.
        """
        spoken = [u for u in self.conversation.utterances if u.role != "ivr"]
        if not spoken:
            return Interval(0.0, self.conversation.duration_s)
        return Interval(min(u.start_s for u in spoken), max(u.end_s for u in spoken))

    @cached_property
    def _words_s(self) -> NDArray[np.float64]:
        """Begin and end of every word, shape (2, words)."""
        starts_s: list[float] = []
        ends_s: list[float] = []
        for utterance in self.conversation.utterances:
            spoken = utterance.spoken()
            starts_s += spoken.starts_s
            ends_s += spoken.ends_s
        return np.array([starts_s, ends_s]).reshape(2, -1)

    def speaks_in(self, span: Interval) -> bool:
        """Tell whether any part of any word lies in ``span``."""
        starts_s, ends_s = self._words_s
        return bool(((starts_s < span.end_s) & (ends_s > span.start_s)).any())

    def speaks_unheard(self, who: Who, spans: Intervals) -> bool:
        """Tell whether ``who`` speaks in ``spans`` for a while without a word being recognised.

        What begins with the conversation, or ends with it, reaches to the end of the recording
        there: had the words been recognised, the conversation would have begun with them.
        """
        if who not in self._unheard:
            self._unheard[who] = tuple(
                stretch
                for role in _ROLES[who]
                for stretch in speech_without_words(self.conversation, role)
            )
        if not self._unheard[who]:
            return False
        edges = [
            Interval(
                0.0 if span.start_s <= self.extent.start_s else span.start_s,
                max(span.end_s, self.conversation.duration_s)
                if span.end_s >= self.extent.end_s
                else span.end_s,
            )
            for span in spans
        ]
        return any(touched(tuple(edges), s.start_s, s.end_s) for s in self._unheard[who])

    def streams(self, who: Who) -> list[Stream]:
        """Return the streams in which to look for what ``who`` says, one a role."""
        for role in _ROLES[who]:
            if role not in self._streams:
                self._streams[role] = stream_of(self.conversation, (role,))
        return [self._streams[role] for role in _ROLES[who]]

    def utterances(self, who: Who, spans: tuple[Interval, ...]) -> list[Utterance]:
        """Return what ``who`` says in ``spans``, in time order."""
        return [
            u
            for u in self.conversation.utterances
            if u.role in _ROLES[who] and any(span.touches(u.start_s, u.end_s) for span in spans)
        ]

    def not_trusted(self) -> str | None:
        """Return why nothing spoken can be judged, or ``None`` where it can."""
        trust = self.conversation.trust
        return self.words.not_trusted(trust.reasons) if trust.level == "reject" else None

    def not_heard(self, who: Who) -> str | None:
        """Return why what ``who`` says cannot be judged, or ``None`` where it can."""
        utterances = self.conversation.utterances
        if not any(u.role in ("agent", "customer", "unknown") for u in utterances):
            return self.words.nobody_speaks()
        if who == "any" or any(u.role in _ROLES[who] for u in utterances):
            return None
        unknown = any(u.role == "unknown" for u in utterances)
        return self.words.role_unknown(who) if unknown else None
