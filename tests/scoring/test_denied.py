"""What is denied is not said: neither to an agent's credit nor to an agent's blame."""

import pytest

from tests.scoring.cards import card_with, judged


def found(operator: str, phrase: str, said: str) -> tuple[str, bool]:
    result = judged(card_with(f"{{{operator}: {{any: [{phrase!r}]}}}}"), f"A: {said}")
    return result.verdict, result.needs_review


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("apologise", "We do not apologise for this"),
        ("sorry", "I'm not sorry about that"),
        ("I have refunded it", "I have not refunded it"),
        ("满意", "我对这个不满意"),
        ("有问题", "没有问题了"),
        ("很生气", "我不是很生气"),
    ],
)
def test_what_is_denied_is_not_said(phrase: str, said: str) -> None:
    assert found("says", phrase, said) == ("not_met", False)
    assert found("never_says", phrase, said) == ("met", False)


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("it's your fault", "I'm not saying it's your fault"),
        ("抱歉", "我没说抱歉"),
        ("给您道歉", "我凭什么给您道歉"),
        ("reference number", "I do not have a reference number"),
        ("it has been resolved", "I don't think we can say that it has been resolved"),
        ("it has been sorted", "nobody here can say that it has been sorted"),
        ("it is your fault", "I would never for a moment say that it is your fault"),
        ("已经解决", "我不敢跟您说这个已经解决"),
    ],
)
def test_a_person_looks_where_it_may_be_denied(phrase: str, said: str) -> None:
    assert found("says", phrase, said) == ("met", True)
    assert found("never_says", phrase, said) == ("not_met", True)


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("I have booked it", "I'm not able to do it by phone today I have booked it online"),
        ("I apologise", "That's not right. I apologise for it"),
        ("I will transfer you", "Don't worry I will transfer you now"),
        ("I will transfer you", "Why don't I transfer you, I will transfer you now"),
        ("我帮您转接", "没关系我帮您转接"),
        ("非常抱歉", "对不起非常抱歉"),
        ("有问题", "您还有没有有问题的地方"),
        ("还有别的需要", "您还有别的需要吗"),
    ],
)
def test_what_is_not_denied_is_said(phrase: str, said: str) -> None:
    assert found("says", phrase, said) == ("met", False)
