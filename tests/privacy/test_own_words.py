"""A language model's own sentence does not say what the transcript hides, however it writes it."""

import pytest

from qa_pipeline.privacy import redact_call
from qa_pipeline.records import ModelAnswer, ModelQuote
from tests.privacy.talk import talk
from tests.store.call_factory import make_call

PIN = "A: what is your PIN\nC: four seven one one\nA: thank you that took 30 minutes"
PIECES = "A: your mobile\nC: oh seven seven double oh\nA: mm hm\nC: nine hundred\nA: yes\nC: 123"


def why(said: str, sentence: str, language: str = "en") -> str:
    """Return what is kept of a model's sentence about a call."""
    conversation = talk(said)
    quote = conversation.utterances[0].text
    answer = ModelAnswer(
        question_id="q", question="Asked?", who="agent", language=language, reply="yes",
        quotes=(ModelQuote(utterance_id="u0001", quote=quote),), why=sentence, model="m",
        model_version="", prompt_version=1, prompt_hash="x",
    )  # fmt: skip
    call = make_call(1).model_copy(
        update={"conversation": conversation, "scored": (), "answers": (answer,)}
    )
    return redact_call(call).answers[0].why


@pytest.mark.parametrize(
    ("said", "sentence", "kept"),
    [
        (PIN, "The caller gave 4711 and the agent accepted it.",
         "The caller gave [account] and the agent accepted it."),
        (PIN, "The caller said 4-7-1-1.", "The caller said [account]."),
        (PIN, "It begins with 4, 7 and 1.", "It begins with [account]."),
        (PIN, "The agent took 30 minutes and 2 questions.",
         "The agent took 30 minutes and 2 questions."),
        (PIN, "After 20, 4711 was given.", "After 20, [account] was given."),
        (PIECES, "Caller: 07700900123.", "Caller: [phone]."),
        (PIECES, "The end is 0123, one two three.", "The end is [phone], [phone]."),
    ],
)  # fmt: skip
def test_digits_of_a_hidden_number_go(said: str, sentence: str, kept: str) -> None:
    assert why(said, sentence) == kept


def test_in_mandarin() -> None:
    assert why("A: 请报一下密码\nC: 六六零三二一", "客户报了660321给坐席，用了2分钟。", "zh") == (
        "客户报了[账号]给坐席，用了2分钟。"
    )
