"""The dialogues for benchmarks can be spoken and share nothing with the sample calls."""

from pathlib import Path

import pytest

from sample_calls.make import dialogues
from synthesis.dialogue import Dialogue, Line, load_dialogue
from synthesis.voices import variants

FOLDER = Path(__file__).parents[2] / "benchmarks" / "unseen_dialogues"
UNSEEN = [load_dialogue(path) for path in sorted(FOLDER.glob("*.yaml"))]


def _long_lines(calls: list[Dialogue]) -> set[str]:
    return {
        part.text
        for call in calls
        for part in call.lines
        if isinstance(part, Line) and len(part.text) > (40 if call.language == "en" else 12)
    }


def test_half_in_each_language_and_all_layouts() -> None:
    assert 6 <= len(UNSEEN) <= 8
    assert sum(call.language == "en" for call in UNSEEN) * 2 == len(UNSEEN)
    assert {"stereo", "mono"} == {call.line.layout for call in UNSEEN}


@pytest.mark.parametrize("call", UNSEEN, ids=[call.call_id for call in UNSEEN])
def test_voices_are_of_the_dev_split(call: Dialogue) -> None:
    assert {spec.name.split("+")[1] for spec in call.voices.values()} <= set(variants("dev"))


def test_no_longer_sentence_is_shared_with_the_sample_calls() -> None:
    assert _long_lines(UNSEEN) & _long_lines(dialogues()) == set()
