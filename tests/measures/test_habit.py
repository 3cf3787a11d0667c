"""A call beside what is usual for the agent."""

import pytest

from qa_pipeline.measures import BY_NAME, measure
from qa_pipeline.measures.habit import habit_measures
from qa_pipeline.records import AgentHabit, CallMetadata, Habit
from tests.measures.calls import conversation


def usual(name: str, median: float, spread: float, language: str = "en") -> Habit:
    return Habit(name=name, language=language, calls=20, median=median, spread=spread)


DEEP = AgentHabit(
    agent_id="a-1",
    habits=(
        usual("pitch_st", -6.0, 1.0),
        usual("pitch_range_st", 5.0, 1.0),
        usual("loudness_dbfs", -25.0, 2.0),
        usual("pace_wpm", 160.0, 10.0),
        usual("pace_cpm", 240.0, 20.0, "zh"),
    ),
)


def test_differences_are_in_units_and_the_second_largest_z_worked_by_hand() -> None:
    taken = {"pitch_st": -2.0, "pitch_range_st": 3.5, "loudness_dbfs": -19.0, "pace_wpm": 176.0}
    found = dict(habit_measures(taken, DEEP, "en"))
    assert found == {
        "pitch_vs_habit_st": 4.0,
        "pitch_range_vs_habit_st": -1.5,
        "loudness_vs_habit_db": 6.0,
        "pace_vs_habit_pct": pytest.approx(10.0),
        "voice_vs_habit_z": 3.0,  # of 4.0, 3.0 and 1.6
    }


def test_a_deep_voice_as_usual_departs_from_nothing() -> None:
    taken = {"pitch_st": -6.0, "pitch_range_st": 5.0, "loudness_dbfs": -25.0, "pace_wpm": 160.0}
    assert set(dict(habit_measures(taken, DEEP, "en")).values()) == {0.0}


def test_another_language_has_its_own_habit() -> None:
    assert dict(habit_measures({"pitch_st": -6.0, "pace_cpm": 252.0}, DEEP, "zh")) == {
        "pace_vs_habit_pct": pytest.approx(5.0)
    }
    assert dict(habit_measures({"pitch_st": 3.0}, AgentHabit(agent_id="new"), "en")) == {}


def test_the_pace_compared_is_that_of_the_calls_language() -> None:
    """A few English words in Mandarin calls have a habit too, of much less speech."""
    both = AgentHabit(
        agent_id="a-2",
        habits=(usual("pace_wpm", 100.0, 10.0, "zh"), usual("pace_cpm", 240.0, 20.0, "zh")),
    )
    taken = {"pace_wpm": 200.0, "pace_cpm": 252.0}
    assert dict(habit_measures(taken, both, "zh")) == {"pace_vs_habit_pct": pytest.approx(5.0)}


def test_a_call_is_compared_only_where_a_habit_is_given() -> None:
    heard = conversation([("agent", "one two three four five six seven eight", 0, 4)])
    compared = measure(heard, None, None, CallMetadata(), DEEP)
    assert compared.value("pace_vs_habit_pct", "agent") == pytest.approx(100 * (120 / 160 - 1))
    assert all(value.role in BY_NAME[value.name].roles for value in compared.values)
    plain = measure(heard, None, None, CallMetadata())
    assert plain.value("pace_vs_habit_pct", "agent") is None
