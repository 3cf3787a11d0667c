"""Whatever a model returns, what is kept of it is an answer whose quotes are pieces of the call."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.language_model import Completion, Prompt, ask_model, piece_of
from qa_pipeline.language_model.prompt import prompt_hash
from qa_pipeline.records import AnswerWho, Conversation, ModelAnswer, ModelQuestion
from qa_pipeline.scoring.scripts import read_script

CALL = read_script(
    "A: Good morning, this is Maya. It's 24 euros a month.\n"
    "C: I don't agree, I never ordered that!\n"
    "A: I see, um, I will credit it.\n"
).conversation


class Saying:
    """A model that says what it is told to."""

    name = "saying"

    def __init__(self, text: str) -> None:
        self.text = text
        self.prompts: list[Prompt] = []

    def complete(self, prompt: Prompt) -> Completion:
        self.prompts.append(prompt)
        return Completion(self.text)


def question(who: AnswerWho = "agent", call: Conversation = CALL) -> ModelQuestion:
    lines = tuple(u.utterance_id for u in call.utterances)
    return ModelQuestion.about("Is it settled?", who, "en", lines)


def check(answer: ModelAnswer, call: Conversation, who: AnswerWho) -> None:
    lines = {u.utterance_id: u for u in call.utterances}
    assert ModelAnswer.model_validate_json(answer.model_dump_json()) == answer
    for quote in answer.quotes:
        assert quote.quote
        assert quote.quote in lines[quote.utterance_id].text
        assert who in ("any", lines[quote.utterance_id].role)
    if answer.reply in ("yes", "no"):
        assert answer.quotes
        assert answer.problem is None
    if answer.problem is not None:
        assert answer.reply == "cannot_tell"


WORDS: Any = st.sampled_from(
    [
        "Good morning",
        "this is maya",
        "24 euros",
        "twenty four euros",
        "I never ordered",
        "credit it",
    ]
)
TEXTS: Any = st.one_of(st.text(max_size=40), WORDS)
QUOTES: Any = st.lists(
    st.fixed_dictionaries({"line": st.integers(-2, 5), "text": TEXTS}), max_size=4
)
NEARLY: Any = st.fixed_dictionaries(
    {
        "quotes": st.one_of(QUOTES, st.none(), st.text(max_size=5)),
        "why": st.one_of(TEXTS, st.integers()),
        "answer": st.sampled_from(["yes", "no", "cannot_tell", "YES", "", None, True]),
    }
).map(json.dumps)
ANYTHING: Any = st.one_of(
    NEARLY,
    NEARLY.map(lambda text: f"```json\n{text}\n```"),
    st.text(),
    st.text(st.characters(categories=["Cs", "Cc", "Cf"])),
    st.recursive(st.none() | st.booleans() | st.text(max_size=5), st.lists, max_leaves=5).map(
        json.dumps
    ),
)


@given(text=ANYTHING, who=st.sampled_from(["agent", "customer", "any"]))
def test_whatever_is_returned_is_a_valid_answer(text: str, who: AnswerWho) -> None:
    check(ask_model(Saying(text), question(who), CALL), CALL, who)


@given(line=st.integers(0, 2), span=st.tuples(st.integers(0, 60), st.integers(1, 60)))
def test_every_stretch_of_whole_words_is_found_as_it_stands(
    line: int, span: tuple[int, int]
) -> None:
    text = CALL.utterances[line].text
    words = text.split()
    first = span[0] % len(words)
    quote = " ".join(words[first : first + span[1]])
    piece = piece_of(text, quote, "en")
    assert piece is None or piece in text
    if len([w for w in quote.lower().split() if w.strip(",.!") != "um"]) >= 2:
        assert piece is not None


def test_forms_of_writing_make_no_difference_and_words_do() -> None:
    text = CALL.utterances[0].text
    assert piece_of(text, "it is TWENTY FOUR euros", "en") == "It's 24 euros"
    assert piece_of(text, "It's 25 euros", "en") is None
    assert piece_of(text, "24 euros month", "en") is None
    said = CALL.utterances[1].text
    assert piece_of(said, "I do not agree", "en") == "I don't agree"
    assert piece_of(said, "I agree", "en") is None
    assert piece_of("Yes.", "yes", "en") == "Yes"
    assert piece_of("Yes, of course.", "yes", "en") is None
    assert piece_of("请您提供一下账号。", "请你提供一下賬號", "zh") == "请您提供一下账号"
    assert piece_of("請您提供一下賬號。", "提供账号", "zh") is None


def test_the_hash_tells_questions_apart_and_holds_no_words_of_the_call() -> None:
    other = CALL.model_copy(
        update={
            "utterances": tuple(
                u.model_copy(update={"text": "something else was said"}) for u in CALL.utterances
            )
        }
    )
    assert prompt_hash(question()) == prompt_hash(question(call=other))
    assert prompt_hash(question()) != prompt_hash(question("any"))


def test_only_the_lines_of_the_question_are_shown() -> None:
    model = Saying("")
    part = ModelQuestion.about("Is it settled?", "agent", "en", ("u0003",))
    ask_model(model, part, CALL)
    (prompt,) = model.prompts
    assert "credit it" in prompt.user
    assert "Maya" not in prompt.user
    reply = {"quotes": [{"line": 1, "text": "I will credit it"}], "why": "", "answer": "yes"}
    answer = ask_model(Saying(json.dumps(reply)), part, CALL)
    assert answer.quotes[0].utterance_id == "u0003"
