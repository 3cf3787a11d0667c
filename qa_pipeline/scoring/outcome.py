"""The answer of a check to a call: yes, no or cannot tell, with evidence and a reason."""

from dataclasses import dataclass, replace
from typing import Literal

from qa_pipeline.records import Evidence

Answer = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Event:
    """Something that happened; other checks may look after, before or around it.

    ``settled_s`` is when the speaker had finished the utterance it happened in.
    """

    start_s: float
    end_s: float
    settled_s: float
    confidence: float = 1.0
    """How sure it is that it happened, 0 to 1."""
    doubts: tuple[str, ...] = ()
    """Why it may not have happened, so that a person should look."""

    @property
    def doubtful(self) -> bool:
        """Tell whether it may not have happened."""
        return bool(self.doubts)

    def overlaps(self, other: "Event") -> bool:
        """Tell whether two things happened in part at the same time."""
        return self.start_s < other.end_s and self.end_s > other.start_s


@dataclass(frozen=True)
class Outcome:
    """What a check found."""

    answer: Answer
    reason: str
    evidence: tuple[Evidence, ...] = ()
    events: tuple[Event, ...] = ()
    completed: Event | None = None
    """What made the answer a yes, where it took several things: only what comes after it comes
    after all of them."""
    nearly: tuple[Event, ...] = ()
    """What may have happened: just not enough like what was looked for."""
    confidence: float = 1.0
    doubts: tuple[str, ...] = ()
    """Why a person should look: what is near a threshold, or was badly heard (`doubts`)."""
    from_text: bool = False
    """Whether the answer depends on the transcript, the roles or the tone."""
    for_person: bool = False
    """Whether a person has to judge what is left open."""

    @property
    def doubtful(self) -> bool:
        """Tell whether a person should look."""
        return bool(self.doubts)

    def excused(self, reason: str, evidence: tuple[Evidence, ...]) -> "Outcome":
        """Return a yes in place of a no, for an exception that holds."""
        return replace(self, answer="yes", reason=reason, evidence=evidence)
