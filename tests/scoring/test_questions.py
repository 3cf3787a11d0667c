"""What a language model's answer makes of a criterion; the model itself is elsewhere."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.errors import ScorecardError
from qa_pipeline.records import (
    CriterionResult,
    ModelAnswer,
    ModelProblem,
    ModelQuestion,
    ModelQuote,
    ModelReply,
    ScoredCall,
)
from qa_pipeline.scoring import Answers, Scorecard, asks_questions, score_call
from qa_pipeline.scoring.scripts import read_script
from tests.scoring.cards import card_with

ASK = "{question: {ask: {en: 'Does the agent explain the fault?', zh: '坐席是否说明故障原因？'}}}"
SCRIPT = (
    "A: Good morning, Bluebell Broadband.\n"
    "C: My line does not work.\n"
    "A: A cable was cut in your street.\n"
    "C: I see.\n"
)
PROVED = (("u0003", "A cable was cut"),)


def scored(card: Scorecard, answers: Answers, script: str = SCRIPT) -> ScoredCall:
    scene = read_script(script)
    return score_call(card, scene.conversation, scene.measures, scene.metadata, answers=answers)


def asked(card: Scorecard, script: str = SCRIPT) -> tuple[ModelQuestion, ...]:
    answers = Answers()
    scored(card, answers, script)
    return answers.missing


def answer_to(
    question: ModelQuestion,
    reply: ModelReply,
    quotes: tuple[tuple[str, str], ...] = (),
    problem: ModelProblem | None = None,
) -> ModelAnswer:
    return ModelAnswer(
        question_id=question.question_id,
        question=question.question,
        who=question.who,
        language=question.language,
        reply=reply,
        quotes=tuple(ModelQuote(utterance_id=u, quote=q) for u, q in quotes),
        model="any-7b",
        model_version="",
        prompt_version=1,
        prompt_hash="0" * 64,
        problem=problem,
    )


def judged(
    card: Scorecard,
    reply: ModelReply,
    quotes: tuple[tuple[str, str], ...] = (),
    script: str = SCRIPT,
    problem: ModelProblem | None = None,
) -> CriterionResult:
    answers = [answer_to(q, reply, quotes, problem) for q in asked(card, script)]
    return scored(card, Answers(answers), script).criteria[0]


def test_without_an_answer_it_is_unscored_and_says_what_to_do() -> None:
    card = card_with(ASK)
    assert asks_questions(card)
    (question,) = asked(card)
    assert question.question == "Does the agent explain the fault?"
    assert question.utterance_ids == ("u0001", "u0002", "u0003", "u0004")
    result = scored(card, Answers()).criteria[0]
    assert (result.verdict, result.points_possible) == ("unscored", Decimal(0))
    assert "[judge]" in result.reason


def test_a_yes_with_its_quote_meets_and_is_not_quite_sure() -> None:
    result = judged(card_with(ASK), "yes", PROVED)
    assert (result.verdict, result.needs_review, result.confidence) == ("met", False, 0.7)
    (evidence,) = result.evidence
    assert (evidence.quote, evidence.role, evidence.kind) == (
        "A cable was cut", "agent", "supports",
    )  # fmt: skip
    assert "any-7b" in result.reason
    assert "A cable was cut" in result.reason


def test_a_no_fails_and_asks_for_review() -> None:
    result = judged(card_with(ASK), "no", PROVED)
    assert (result.verdict, result.needs_review, result.confidence) == ("not_met", True, 0.7)
    assert result.evidence[0].kind == "violates"
    negated = judged(card_with(f"{{not: {ASK}}}"), "yes", PROVED)
    assert (negated.verdict, negated.needs_review) == ("not_met", True)


def test_a_no_without_quote_only_where_the_card_says_so() -> None:
    assert judged(card_with(ASK), "no").verdict == "unscored"
    bare = ASK.replace("}}}", "}, no_without_quote: true}}")
    result = judged(card_with(bare), "no")
    assert (result.verdict, result.needs_review) == ("not_met", True)
    assert [e.kind for e in result.evidence] == ["searched"]


@pytest.mark.parametrize(
    "quotes",
    [
        (("u0003", "a cable was cut"),),  # not as it stands there
        (("u0001", "A cable was cut"),),
        (("u0099", "A cable was cut"),),
        (("u0002", "My line does not work"),),  # the customer's
        (*PROVED, ("u0003", "and mended")),
    ],
)
def test_kept_quotes_are_held_to_the_call_again(quotes: tuple[tuple[str, str], ...]) -> None:
    result = judged(card_with(ASK), "yes", quotes)
    assert (result.verdict, result.evidence) == ("unscored", ())


def test_a_quote_outside_the_window_does_not_count() -> None:
    early = ASK.replace("}}}", "}, first: 2s}}")
    (question,) = asked(card_with(early))
    assert question.utterance_ids == ("u0001",)
    assert judged(card_with(early), "yes", PROVED).verdict == "unscored"


@pytest.mark.parametrize("problem", ["timeout", "malformed", "quote_not_found", "too_long"])
def test_what_does_not_count_says_why(problem: ModelProblem) -> None:
    result = judged(card_with(ASK), "cannot_tell", problem=problem)
    assert result.verdict == "unscored"
    assert "any-7b" in result.reason
    chinese = "A: 您好，青藤宽带。\nC: 我的宽带坏了。\nA: 您那条街的光缆断了。\n"
    result = judged(card_with(ASK), "cannot_tell", problem=problem, script=chinese)
    assert result.verdict == "unscored"
    assert "语言模型（any-7b）" in result.reason


@pytest.mark.parametrize("scope", ["section", "card"])
@pytest.mark.parametrize(("reply", "word"), [("yes", "yes"), ("no", "no")])
def test_a_model_alone_never_decides_what_is_critical(
    scope: str, reply: ModelReply, word: str
) -> None:
    result = judged(card_with(ASK, critical=scope), reply, PROVED)
    assert (result.verdict, result.needs_review) == ("unscored", True)
    assert f"answers {word}" in result.reason
    assert result.evidence[0].quote == "A cable was cut"
    assert result.points_possible == 0


def test_where_rules_decide_the_model_is_not_named() -> None:
    rule = "{says: {any: [good morning]}}"
    either = card_with(f"{{any: [{rule}, {ASK}]}}", critical="card")
    result = judged(either, "yes", PROVED)
    assert (result.verdict, result.needs_review) == ("met", False)
    assert "any-7b" not in result.reason
    both = card_with(f"{{all: [{{says: {{any: [good evening]}}}}, {ASK}]}}", critical="card")
    result = judged(both, "yes", PROVED)
    assert result.verdict == "not_met"
    assert "any-7b" not in result.reason


def test_an_exception_or_a_condition_by_a_model_decides_nothing_critical() -> None:
    rule = "{says: {any: [good evening]}}"
    excused = card_with(rule, unless=ASK)
    assert judged(excused, "yes", PROVED).verdict == "met"
    assert judged(card_with(rule, unless=ASK, critical="card"), "yes", PROVED).verdict == "unscored"
    applies = card_with(rule, when=ASK)
    assert judged(applies, "no", PROVED).verdict == "not_applicable"
    found = judged(applies, "yes", PROVED)
    assert (found.verdict, found.needs_review) == ("not_met", True)
    assert judged(card_with(rule, when=ASK, critical="card"), "yes", PROVED).verdict == "unscored"


def test_other_checks_can_look_after_what_the_model_found() -> None:
    after = f"{{says: {{who: customer, any: [I see], after: {ASK}}}}}"
    assert judged(card_with(after), "yes", PROVED).verdict == "met"


def test_a_question_has_an_id_of_its_own() -> None:
    (first,) = asked(card_with(ASK))
    (again,) = asked(card_with(ASK))
    assert first == again
    others = [
        ASK.replace("explain the fault", "explain the bill"),
        ASK.replace("}}}", "}, who: any}}"),
        ASK.replace("}}}", "}, no_without_quote: true}}"),
        ASK.replace("}}}", "}, last: 1s}}"),
    ]
    ids = {asked(card_with(check))[0].question_id for check in others if asked(card_with(check))}
    assert first.question_id not in ids
    assert len(ids) >= 3


def test_a_question_in_another_language_is_not_put() -> None:
    english = ASK.replace(", zh: '坐席是否说明故障原因？'", "")
    chinese = "A: 您好。\nC: 坏了。\n"
    assert asked(card_with(english), chinese) == ()
    assert scored(card_with(english), Answers(), chinese).criteria[0].verdict == "unscored"


@pytest.mark.parametrize("text", ["''", "'  '", "'Is it {brand}?'", "'" + "x" * 501 + "'"])
def test_a_question_that_cannot_be_put_is_refused(text: str) -> None:
    with pytest.raises(ScorecardError):
        card_with(f"{{question: {{ask: {text}}}}}")


REPLIES: Any = st.sampled_from(["yes", "no", "cannot_tell"])
QUOTES: Any = st.lists(
    st.tuples(
        st.sampled_from(["u0001", "u0002", "u0003", "u0009"]),
        st.one_of(st.text(max_size=20), st.sampled_from(["A cable", "cut in", "My line"])),
    ),
    max_size=3,
).map(tuple)


@given(reply=REPLIES, quotes=QUOTES, critical=st.sampled_from([None, "section", "card"]))
def test_no_verdict_without_a_true_quote(
    reply: ModelReply, quotes: tuple[tuple[str, str], ...], critical: str | None
) -> None:
    card = card_with(ASK) if critical is None else card_with(ASK, critical=critical)
    if reply == "yes" and not quotes:
        reply = "cannot_tell"
    result = judged(card, reply, quotes)
    lines = {u.utterance_id: u for u in read_script(SCRIPT).conversation.utterances}
    true = bool(quotes) and all(
        q and u in lines and lines[u].role == "agent" and q in lines[u].text for u, q in quotes
    )
    if critical is not None or reply == "cannot_tell" or not true:
        assert result.verdict == "unscored"
    else:
        assert result.verdict == ("met" if reply == "yes" else "not_met")
        assert result.evidence
        assert result.confidence <= 0.7
