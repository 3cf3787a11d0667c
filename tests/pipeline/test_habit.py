"""A run compares an agent with the calls of theirs that the store knows already."""

import json
from pathlib import Path

import pytest

from qa_pipeline.pipeline import run_calls
from qa_pipeline.settings import Settings
from qa_pipeline.store import Store, write_bundle
from tests.store.call_factory import make_call

TRANSCRIPT = """1
00:00:00,000 --> 00:00:05,000
Agent: good morning this is Maya how can I help you with your line today

2
00:00:05,500 --> 00:00:09,000
Customer: my internet has been down for two days
"""


@pytest.mark.parametrize("earlier_calls", [7, 8])
def test_the_agents_pace_is_compared_once_a_habit_is_known(
    tmp_path: Path, earlier_calls: int
) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    for number in range(1, earlier_calls + 1):
        call = make_call(number, "a101").model_copy(update={"scored": ()})
        write_bundle(call, settings.bundles_dir, call.recording.call_id)
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)
        habit = owner.agent_habit("a101").of("pace_wpm", "en")
    (tmp_path / "new.srt").write_text(TRANSCRIPT, encoding="utf-8")
    (tmp_path / "new.meta.json").write_text(json.dumps({"call_id": "new", "agent_id": "a101"}))
    run_calls([tmp_path / "new.srt"], settings)
    with Store.open_reader(settings.store_path) as reader:
        new = reader.read_call("new")
    assert new is not None
    pace = new.measures.value("pace_wpm", "agent")
    found = new.measures.value("pace_vs_habit_pct", "agent")
    assert pace is not None
    if earlier_calls < 8:
        assert (habit, found) == (None, None)
        return
    assert habit is not None
    assert found == pytest.approx(100 * (pace / habit.median - 1), abs=0.01)
