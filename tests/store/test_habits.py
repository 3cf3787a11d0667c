"""Agents are compared with their own calls: a deep voice is not a cold one."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from qa_pipeline.records import Measure, ProcessedCall, TrustLevel
from qa_pipeline.store import Store, StoreOwner, write_bundle
from qa_pipeline.store.habits import HABIT_SPREADS, MIN_HABIT_CALLS
from tests.store.call_factory import make_call

USUAL = (-1.0, -0.5, 0.0, 0.5, 1.0, 3.0, -3.0, 2.0)
"""Distances from an agent's own pitch, in semitones; their median is 0.25 and the median
distance from it 1.0 (distances 1.25, .75, .25, .25, .75, 2.75, 3.25, 1.75)."""


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[StoreOwner]:
    with Store.open_owner(tmp_path / "calls.duckdb") as opened:
        yield opened


def spoken(
    number: int, agent: str, pitch_st: float, trust: TrustLevel = "ok", tone_trend: float = 0.0
) -> ProcessedCall:
    call = make_call(number, agent, trust=trust)
    measures = call.measures.model_copy(
        update={
            "values": (
                *call.measures.values,
                Measure(name="pitch_st", role="agent", value=pitch_st),
                Measure(name="pitch_st", role="customer", value=40.0),
                Measure(name="tone_trend", role="customer", value=tone_trend),
            )
        }
    )
    return call.model_copy(update={"measures": measures})


def stored(owner: StoreOwner, folder: Path, calls: Sequence[ProcessedCall]) -> None:
    for call in calls:
        write_bundle(call, folder, call.recording.call_id)
    assert owner.ingest(folder).damaged == ()


def test_the_habit_is_median_and_robust_spread_of_the_agents_own_calls(
    owner: StoreOwner, tmp_path: Path
) -> None:
    deep = [spoken(i, "a101", -4.0 + step) for i, step in enumerate(USUAL, start=1)]
    high = [spoken(i, "a102", 12.0 + step) for i, step in enumerate(USUAL, start=101)]
    stored(owner, tmp_path / "bundles", deep + high)
    habit = owner.agent_habit("a101").of("pitch_st", "en")
    assert habit is not None
    assert (habit.calls, habit.median) == (8, pytest.approx(-3.75))
    assert habit.spread == pytest.approx(1.4826 * 1.0)
    other = owner.agent_habit("a102").of("pitch_st", "en")
    assert other is not None
    assert other.median == pytest.approx(12.25)
    assert set(owner.agent_habits()) == {"a101", "a102"}
    # Deep or high makes no difference: each is as usual for the one who speaks.
    z = owner.query("SELECT agent_id, max(abs(z)) FROM habit_departures WHERE name = 'pitch_st' "
                    "GROUP BY 1 ORDER BY 1").rows  # fmt: skip
    assert [(agent, pytest.approx(most)) for agent, most in z] == [
        ("a101", 3.25 / 1.4826),
        ("a102", 3.25 / 1.4826),
    ]


def test_too_few_calls_and_untrusted_calls_make_no_habit(owner: StoreOwner, tmp_path: Path) -> None:
    few = [spoken(i, "a101", 0.0) for i in range(1, MIN_HABIT_CALLS)]
    unsure = [spoken(i, "a101", 0.0, trust="review") for i in range(50, 60)]
    stored(owner, tmp_path / "bundles", few + unsure)
    assert owner.agent_habit("a101").habits == ()
    assert owner.agent_habit("nobody").habits == ()
    stored(owner, tmp_path / "bundles", [spoken(90, "a101", 0.0)])
    habit = owner.agent_habit("a101").of("pitch_st", "en")
    assert habit is not None
    assert habit.calls == MIN_HABIT_CALLS
    assert habit.spread == HABIT_SPREADS["pitch_st"]  # eight equal calls: the least believed
    assert owner.agent_habit("a101").of("pitch_st", "zh") is None


def test_coaching_shows_the_call_that_departs_from_the_habit(
    owner: StoreOwner, tmp_path: Path
) -> None:
    calls = [spoken(i, "a101", -4.0 + step) for i, step in enumerate(USUAL, start=1)]
    raised = spoken(20, "a101", 4.0)
    stored(owner, tmp_path / "bundles", [*calls, raised, spoken(30, "a102", 4.0)])
    found = {agent.agent_id: agent.departures for agent in owner.coaching().agents}
    assert found["a102"] == ()
    [departure] = [d for d in found["a101"] if d.name == "pitch_st"]
    assert departure.call_id == raised.recording.call_id
    assert (departure.value, departure.median, departure.calls) == (4.0, -3.5, 9)
    assert departure.z == pytest.approx(7.5 / departure.spread)
    assert departure.z > 3


def test_monitoring_counts_which_way_the_tone_went(owner: StoreOwner, tmp_path: Path) -> None:
    trends = (1.0, 1.0, 0.0, -1.0, 1.0)
    calls = [spoken(i, "a101", 0.0, tone_trend=t) for i, t in enumerate(trends, start=1)]
    calls.append(spoken(9, "a101", 0.0, trust="reject", tone_trend=-1.0))
    stored(owner, tmp_path / "bundles", calls)
    [trend] = owner.monitoring().tone_trends
    assert (trend.role, trend.improving, trend.steady, trend.worsening) == ("customer", 3, 1, 1)
