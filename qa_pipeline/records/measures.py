"""Numbers about how a call was spoken."""

from typing import Literal

from pydantic import Field, NonNegativeFloat

from qa_pipeline.records.base import Record
from qa_pipeline.records.conversation import Role

MeasureRole = Literal["agent", "customer", "call"]
ToneLabel = Literal["positive", "neutral", "negative"]


class Measure(Record):
    """One named number for one role or for the whole call (``call``). The unit is in the name."""

    name: str
    role: MeasureRole
    value: float


class Silence(Record):
    """A stretch in which nobody speaks. ``hold``: music or a tone is heard meanwhile."""

    kind: Literal["silence", "hold"]
    start_s: NonNegativeFloat
    end_s: NonNegativeFloat


class Interruption(Record):
    """One speaker starts while the other is speaking and they overlap for more than a second."""

    by: Role
    start_s: NonNegativeFloat
    end_s: NonNegativeFloat


class UtteranceTone(Record):
    """The tone of one utterance, of its wording and its sound together."""

    utterance_id: str
    label: ToneLabel
    probability: float = Field(ge=0.0, le=1.0)
    tension: float | None = None
    """How far the voice is raised (louder, higher, faster) above the speaker's own level in the
    call, in robust standard deviations; ``None`` where it could not be told."""


class UtteranceVoice(Record):
    """How one utterance of agent or customer was voiced, where nobody else spoke."""

    utterance_id: str
    voiced_s: float = Field(gt=0.0)
    """Seconds of voiced sound that the two medians were taken of."""
    loudness_dbfs: float
    pitch_st: float
    """Semitones above 100 Hz."""


class Habit(Record):
    """What is usual for one agent in one measure, from their trusted calls in one language."""

    name: str
    """A measure of the agent, such as ``pitch_st``."""
    language: str
    calls: int
    """How many calls it rests on."""
    median: float
    spread: float = Field(gt=0.0)
    """Robust standard deviation between calls, in the unit of the measure."""


class AgentHabit(Record):
    """How one agent usually speaks; empty where too few calls are known."""

    agent_id: str
    habits: tuple[Habit, ...] = ()

    def of(self, name: str, language: str) -> Habit | None:
        """Return what is usual in a measure and language, or ``None`` where it is not known."""
        for habit in self.habits:
            if habit.name == name and habit.language == language:
                return habit
        return None


class Measures(Record):
    """Everything measured on one call."""

    call_id: str
    values: tuple[Measure, ...]
    silences: tuple[Silence, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    tones: tuple[UtteranceTone, ...] = ()
    voices: tuple[UtteranceVoice, ...] = ()

    def value(self, name: str, role: MeasureRole = "call") -> float | None:
        """Return the measure of that name and role, or ``None`` where it was not measured."""
        for measure in self.values:
            if measure.name == name and measure.role == role:
                return measure.value
        return None
