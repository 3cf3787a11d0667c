"""The benchmark of language models asks what people have judged, and counts what is answered."""

import json
from typing import Any

import pytest

from benchmarks.language_model import QUESTIONS, asked, main
from benchmarks.truth import read_truths
from tests.language_model.scripted import Scripted, serving
from tests.running import REPOSITORY


def test_every_question_has_a_true_answer_and_lines() -> None:
    truths = list(read_truths(REPOSITORY / "sample_calls").values())
    questions = list(asked(truths))
    assert 80 <= len(questions) <= len(truths) * len(QUESTIONS)
    assert {true for _, _, true in questions} == {"yes", "no"}
    for conversation, question, _ in questions:
        assert set(question.utterance_ids) == {u.utterance_id for u in conversation.utterances}
        assert question.language == conversation.language


def test_answers_are_counted_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    """A model that always says no, and once in between what nobody said."""
    asked_so_far: list[int] = []

    def answer(_: dict[str, Any]) -> object:
        asked_so_far.append(1)
        if len(asked_so_far) == 1:
            return {"quotes": [{"line": 1, "text": "made up"}], "why": "", "answer": "yes"}
        return {"quotes": [], "why": "nothing", "answer": "no"}

    with serving(Scripted(reply=answer)) as server:
        main(["--endpoint", server.endpoint, "--model", "naysayer", "--language", "en"])
    shown = capsys.readouterr().out
    rows = {line.split()[0]: line.split()[1:] for line in shown.splitlines() if line[:3].strip()}
    assert rows["no"][0] != "0"
    assert rows["no"][1] == "0"
    assert rows["yes"][0] == "0"
    assert rows["yes"][1] != "0"
    assert int(rows["yes"][3]) + int(rows["no"][3]) == 1
    assert "quote_not_found 1" in shown
    assert json.dumps(len(asked_so_far)) in shown
