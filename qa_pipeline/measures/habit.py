"""How far an agent's voice in a call lies from the same agent's habit.

A deep voice is not a cold one, a quick speaker not an angry one: the agent's own other calls are
the yardstick. The habit comes from outside (the store); without one nothing is told.
"""

from collections.abc import Iterator, Mapping

from qa_pipeline.measures.pace import PACE_NAMES
from qa_pipeline.records import AgentHabit

_IN_UNITS = {
    "pitch_st": "pitch_vs_habit_st",
    "pitch_range_st": "pitch_range_vs_habit_st",
    "loudness_dbfs": "loudness_vs_habit_db",
}
_RAISED_TOGETHER = ("pitch_st", "loudness_dbfs")


def habit_measures(
    taken: Mapping[str, float], habit: AgentHabit, language: str
) -> Iterator[tuple[str, float]]:
    """Yield how far measures of the agent lie from what is usual for them.

    ``taken``: the agent's measures of this call by name. ``language``: that of the call; habits
    are kept by language, since languages differ in pace and melody.

    ``voice_vs_habit_z`` is the second largest of the robust z-scores of pitch, loudness and pace
    (distance from the median in spreads), like ``tension``: two must be raised together.
    """
    known = {
        name: (value, usual)
        for name, value in taken.items()
        if (usual := habit.of(name, language)) is not None
    }
    for name, called in _IN_UNITS.items():
        if name in known:
            value, usual = known[name]
            yield called, value - usual.median
    pace = PACE_NAMES.get(language)
    paces = [pace] if pace in known else []
    for name in paces:
        value, usual = known[name]
        if usual.median > 0:
            yield "pace_vs_habit_pct", 100.0 * (value / usual.median - 1.0)
    scores = sorted(
        (known[name][0] - known[name][1].median) / known[name][1].spread
        for name in (*_RAISED_TOGETHER, *paces)
        if name in known
    )
    if len(scores) >= 2:
        yield "voice_vs_habit_z", scores[-2]
