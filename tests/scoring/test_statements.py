"""``statement``, ``review`` and ``except_regex``: what is asked is not told, what a person sees."""

import pytest

from qa_pipeline.errors import ScorecardError
from tests.scoring.cards import card_with, judged, verdict

FIXED = (
    "{says: {statement: true, any: {en: [has been fixed, has it been fixed, it is fixed now, "
    "I have refunded, I apologise, apologise, it is working now, is it working now, "
    "within two days], "
    "zh: [问题解决了, 已经解决, 已经为您, 恢复正常, 给您退款, 道歉, 处理好了, 收到了]}}}"
)


def found(said: str) -> tuple[str, bool]:
    result = judged(card_with(FIXED), f"A: {said}")
    return result.verdict, result.needs_review


@pytest.mark.parametrize(
    "said",
    [
        "Has it been fixed?",
        "okay and has it been fixed",
        "Has the line been fixed",
        "so is it working now",
        "Sorry, did I apologise",
        "did I apologise for that",
        "when have I refunded that",
        "did the engineer say it has been fixed",
        "can you send it to us within two days",
        "Could you tell me if it is fixed now?",
        "I don't know whether it has been fixed",
        "let me know if it is working now",
        "问题解决了吗",
        "请问问题解决了吗",
        "问题解决了没有",
        "是不是已经解决了",
        "您看是否已经解决",
        "网络恢复正常了吗?",
        "如果问题解决了",
        "已经解决了的话",
        "您收到了没",
    ],
)
def test_what_is_asked_or_supposed_is_not_told(said: str) -> None:
    assert found(said) == ("not_met", False)


@pytest.mark.parametrize(
    "said",
    [
        "So it has been fixed?",
        "It is working now is it",
        "mrs wood has it been fixed",
        "once it has been fixed",
        "shall I get that to you within two days",
        "已经解决了吧",
        "已经解决了对吗",
        "问题解决了?",
        "等恢复正常",
    ],
)
def test_what_may_be_asked_goes_to_a_person(said: str) -> None:
    assert found(said) == ("met", True)


@pytest.mark.parametrize(
    "said",
    [
        "It has been fixed.",
        "the thing is it has been fixed",
        "the good news is it is fixed now",
        "what I did is I have refunded it",
        "so what I have done is I have refunded it and it is working now",
        "I have refunded it, is that all right?",
        "I have refunded it is that okay",
        "Can I just say it has been fixed",
        "can I apologise for that",
        "If you look at it now, it has been fixed.",
        "you were right and I have refunded it",
        "is there anything else? It has been fixed.",
        "is that okay I have refunded it",
        "if that is all right I have refunded it",
        "I have refunded it can I take your number?",
        "能不能稍等一下我已经为您办理",
        "已经为您办理了还要别的吗",
        "I did have a look and it has been fixed",
        "问题解决了",
        "已经为您办理了好吗",
        "已经为您办理了您看还有别的问题吗",
        "给您退款了,可以吗?",
        "已经解决了,请问还有其他问题吗",
        "已经解决了呢",
        "处理好了没有其他问题的话再见",
    ],
)
def test_what_is_told_is_found(said: str) -> None:
    assert found(said) == ("met", False)


def test_questions_count_where_a_card_does_not_ask_for_statements() -> None:
    assert verdict("{says: {any: [has it been fixed]}}", "A: has it been fixed?") == "met"


def test_a_question_found_by_a_pattern_is_no_statement_either() -> None:
    check = "{says: {statement: true, regex: '(it )?(has|been)( it)? (been )?fixed'}}"
    assert verdict(check, "A: has it been fixed") == "not_met"
    assert verdict(check, "A: it has been fixed") == "met"


def test_nobody_is_accused_of_a_question() -> None:
    check = "{never_says: {statement: true, any: [that is your fault]}}"
    assert verdict(check, "A: did I say that is your fault") == "met"
    assert verdict(check, "A: that is your fault") == "not_met"


@pytest.mark.parametrize("operator", ["says", "never_says"])
def test_a_person_looks_at_every_find_that_a_card_sends_to_review(operator: str) -> None:
    check = f"{{{operator}: {{review: true, any: [see you tonight], regex: 'love you'}}}}"
    for said in ("A: see you tonight", "A: love you"):
        assert judged(card_with(check), said).needs_review
    assert not judged(card_with(check), "A: good morning").needs_review


def test_a_word_for_word_match_is_sure_whatever_similarity_is_asked_for() -> None:
    result = judged(
        card_with("{says: {similarity: 98, any: [see you tonight]}}"), "A: see you tonight"
    )
    assert (result.verdict, result.needs_review) == ("met", False)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A: Mrs Wood speaking", "met"),
        ("A: is that Mrs Wood speaking", "not_met"),
        ("A: Is that Mrs. Wood speaking? This is Anna speaking", "met"),
        ("A: 我是小王", "met"),
        ("A: 請問我是不是該叫您王女士", "not_met"),
    ],
)
def test_nothing_is_found_inside_what_an_excepting_pattern_matches(
    said: str, expected: str
) -> None:
    check = (
        "{says: {regex: {en: '[a-z]+ speaking', zh: '我是'}, "
        "except_regex: {en: \"is (that|this) [a-z. ]+ speaking\", zh: '请问我是不是'}}}"
    )
    assert verdict(check, said) == expected


def test_an_excepting_pattern_shields_phrases_too() -> None:
    check = '{never_says: {any: [calm down], except_regex: "don[\'’]t (have|need) to calm down"}}'
    assert verdict(check, "A: you don’t have to calm down") == "met"
    assert verdict(check, "A: you have to calm down") == "not_met"


def test_an_excepting_pattern_alone_says_nothing_and_has_to_compile() -> None:
    with pytest.raises(ScorecardError, match="says what"):
        card_with("{says: {except_regex: blue}}")
    with pytest.raises(ScorecardError, match="missing"):
        card_with("{says: {any: [blue], except_regex: '(blue'}}")


NEAR = (
    "{says: {any: [I am sorry about that], statement: true, except_regex: 'sorry,? (what|who)',"
    " near_regex: {en: ['\\b(sorry|apolog[a-z]*)', 'regrets?'], zh: ['抱歉', '见谅']}}}"
)


@pytest.mark.parametrize(
    ("said", "expected", "review"),
    [
        ("A: I am sorry about that", "met", False),
        ("A: our apologies", "not_met", True),
        ("A: with regrets", "not_met", True),
        ("A: 请您见谅", "not_met", True),
        ("A: sorry, what was the name", "not_met", False),
        ("A: did he apologise", "not_met", False),
        ("A: good morning", "not_met", False),
        ("C: I am sorry", "not_met", False),
    ],
)
def test_words_that_are_only_near_go_to_a_person(said: str, expected: str, review: bool) -> None:
    result = judged(card_with(NEAR), said)
    assert (result.verdict, result.needs_review) == (expected, review)


def test_nobody_is_accused_of_near_words_but_a_person_looks() -> None:
    card = card_with("{never_says: {any: [shut up], near_regex: 'grow up'}}")
    for said, expected in (("A: shut up", "not_met"), ("A: grow up", "met"), ("A: hello", "met")):
        assert judged(card, said).verdict == expected
    assert judged(card, "A: grow up").needs_review
    assert "grow up" in judged(card, "A: grow up").reason
    assert not judged(card, "A: hello").needs_review


def test_near_words_beside_what_is_found_change_nothing() -> None:
    card = card_with("{says: {any: [thank you], near_regex: 'appreciated?'}}")
    assert not judged(card, "A: appreciated, thank you").needs_review


@pytest.mark.parametrize("operator", ["says", "never_says"])
def test_what_is_found_in_doubtful_surroundings_goes_to_a_person(operator: str) -> None:
    card = card_with(f"{{{operator}: {{any: [I am sorry], review_regex: ['sorry,? but', 'x']}}}}")
    found = "met" if operator == "says" else "not_met"
    for said, review in (("A: I am sorry, but no", True), ("A: I am sorry about that", False)):
        result = judged(card, said)
        assert (result.verdict, result.needs_review) == (found, review)
    assert not judged(card, "A: but").needs_review


def test_several_patterns_may_stand_in_place_of_one() -> None:
    card = card_with("{says: {regex: {en: ['sor+y', 'my bad'], zh: ['抱歉']}}}")
    for said in ("A: sorry", "A: my bad", "A: 抱歉"):
        assert judged(card, said).verdict == "met"
    for key in ("regex", "near_regex", "review_regex"):
        with pytest.raises(ScorecardError, match="missing"):
            card_with(f"{{says: {{any: [blue], {key}: ['a', '(blue']}}}}")
    with pytest.raises(ScorecardError, match="write several"):
        card_with(f"{{says: {{regex: ['{'a' * 2001}']}}}}")
    with pytest.raises(ScorecardError, match="says what"):
        card_with("{says: {near_regex: blue}}")


@pytest.mark.parametrize(
    "said",
    [
        "A: That is your fault, is it?",
        "A: That is your fault then, do you?",
        "A: That is your fault, isn't it?",
    ],
)
def test_a_question_tag_behind_a_comma_goes_to_a_person(said: str) -> None:
    result = judged(card_with("{never_says: {statement: true, any: [that is your fault]}}"), said)
    assert (result.verdict, result.needs_review) == ("not_met", True)


@pytest.mark.parametrize(
    "said", ["A: That is your fault, do you hear?", "A: That is your fault, it is."]
)
def test_what_goes_on_behind_a_comma_is_no_question_tag(said: str) -> None:
    result = judged(card_with("{never_says: {statement: true, any: [that is your fault]}}"), said)
    assert (result.verdict, result.needs_review) == ("not_met", False)
