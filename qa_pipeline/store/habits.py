"""How each agent usually speaks, from their own stored calls, and which calls depart from it.

A deep voice is not a cold one and a quick speaker is not an angry one: what counts is how far a
call lies from the same person's other calls in the same language.
"""

from typing import TYPE_CHECKING, Any, Final

from qa_pipeline.records import AgentHabit, Habit
from qa_pipeline.store.described import View
from qa_pipeline.store.figures import Departure

if TYPE_CHECKING:
    import duckdb

MIN_HABIT_CALLS: Final = 8
"""Fewer trusted calls of an agent in a language make no habit."""
DEPARTURE_Z: Final = 3.0
"""A call this many robust standard deviations from the habit is shown to the trainer."""
_DEPARTURES: Final = 5
HABIT_SPREADS: Final[dict[str, float]] = {
    # measure of the agent: the least spread that is believed, in its unit
    "pitch_st": 1.0,
    "pitch_range_st": 1.0,
    "loudness_dbfs": 2.0,
    "loudness_spread_db": 1.0,
    "pace_wpm": 10.0,
    "pace_cpm": 15.0,
}
_LEAST: Final = " ".join(f"WHEN '{n}' THEN {least}" for n, least in HABIT_SPREADS.items())

HABIT_VIEWS: Final[tuple[View, ...]] = (
    View(
        "agent_habits",
        "How each agent usually speaks: median and spread (1.4826 times the median absolute "
        "deviation, at least what a change of line alone may cause) of measures over their "
        f"trusted calls in a language, from {MIN_HABIT_CALLS} calls on.",
        "SELECT c.agent_id, c.language, m.name, count(*) AS calls, median(m.value) AS median, "
        f"greatest(1.4826 * mad(m.value), CASE m.name {_LEAST} END) AS spread "
        "FROM measures m JOIN calls c USING (call_id) WHERE m.role = 'agent' "
        "AND c.trust = 'ok' AND c.agent_id IS NOT NULL AND isfinite(m.value) "
        f"AND m.name IN ({', '.join(repr(name) for name in HABIT_SPREADS)}) "
        f"GROUP BY c.agent_id, c.language, m.name HAVING count(*) >= {MIN_HABIT_CALLS}",
    ),
    View(
        "habit_departures",
        "How far each trusted call of an agent lies from that agent's habit: `z` is the distance "
        "from the median in spreads. Within 3 is ordinary.",
        "SELECT c.call_id, c.agent_id, c.language, m.name, m.value, h.median, h.spread, h.calls, "
        "(m.value - h.median) / h.spread AS z "
        "FROM measures m JOIN calls c USING (call_id) JOIN agent_habits h "
        "ON h.agent_id = c.agent_id AND h.language = c.language AND h.name = m.name "
        "WHERE m.role = 'agent' AND c.trust = 'ok' AND isfinite(m.value)",
    ),
)


def agent_habits(
    connection: "duckdb.DuckDBPyConnection", agent_id: str | None = None
) -> dict[str, AgentHabit]:
    """Return how each agent usually speaks, by agent id; ``agent_id`` narrows to one."""
    found = connection.execute(
        "SELECT agent_id, name, language, calls, median, spread FROM agent_habits "
        "WHERE $1 IS NULL OR agent_id = $1 ORDER BY agent_id, language, name",
        [agent_id],
    ).fetchall()
    habits: dict[str, list[Habit]] = {}
    for agent, name, language, calls, median, spread in found:
        habits.setdefault(agent, []).append(
            Habit(name=name, language=language, calls=calls, median=median, spread=spread)
        )
    return {agent: AgentHabit(agent_id=agent, habits=tuple(h)) for agent, h in habits.items()}


def departures(connection: "duckdb.DuckDBPyConnection") -> dict[str, tuple[Departure, ...]]:
    """Return by agent the measures of ``chosen`` calls that lie furthest from the habit."""
    cursor = connection.execute(
        f"""SELECT d.agent_id, d.call_id, c.day, d.language, d.name, d.value, d.median, d.spread,
            d.calls, d.z
        FROM habit_departures d JOIN chosen c USING (call_id) WHERE abs(d.z) >= {DEPARTURE_Z}
        QUALIFY row_number() OVER (PARTITION BY d.agent_id
            ORDER BY abs(d.z) DESC, d.call_id, d.name) <= {_DEPARTURES}
        ORDER BY d.agent_id, abs(d.z) DESC, d.call_id, d.name"""
    )
    names = [column[0] for column in cursor.description or ()][1:]
    found: dict[str, tuple[Departure, ...]] = {}
    for agent, *values in cursor.fetchall():
        row: dict[str, Any] = dict(zip(names, values, strict=True))
        found[agent] = (*found.get(agent, ()), Departure.model_validate(row))
    return found
