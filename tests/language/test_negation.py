"""Words that turn what is said into its opposite, and how far that reaches."""

import pytest

from qa_pipeline.language.negation import denials, reach
from qa_pipeline.language.normalise import pieces


def denying(text: str) -> list[str]:
    words = [piece.text for piece in pieces(text)]
    return [words[denial.place] for denial in denials(words)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I have not refunded it", ["not"]),
        ("we don't and never will", ["not", "never"]),
        ("nothing was refunded", ["nothing"]),
        ("why don't I transfer you", []),
        ("isn't it, couldn't you", []),
        ("not only that, there is no doubt", []),
        ("not a problem, don't worry", ["not", "not"]),
        ("线路还没有恢复", ["没"]),
        ("师傅不会上门", ["不"]),
        ("是不是还有没有能不能", []),
        ("对不起,不好意思,特别感谢,别的问题", []),
        ("无法办理,无线网络", ["无"]),
        ("我凭什么道歉,凭证给您", ["凭"]),
        ("请您别挂", ["别"]),
    ],
)
def test_words_that_deny_are_told_from_those_that_only_look_so(text: str, words: list[str]) -> None:
    assert denying(text) == words


def reached(text: str, what: str) -> str:
    cut = pieces(text)
    words = [piece.text for piece in cut]
    wanted = [piece.text for piece in pieces(what)]
    first = next(i for i in range(len(words)) if words[i : i + len(wanted)] == wanted)
    [denial] = [d for d in denials(words) if d.place < first]
    if not denial.goes_on:
        return "comfort"
    return reach(words, denial.place, first, text[cut[denial.place].end : cut[first].start])


@pytest.mark.parametrize(
    ("text", "what", "how"),
    [
        ("I'm not sorry", "sorry", "bound"),
        ("it is not very good", "good", "near"),
        ("it is not very helpful", "helpful", "bound"),
        ("I'm not saying it's your fault", "it's your fault", "near"),
        ("I'm not going to apologise", "apologise", "bound"),
        ("That's not right. I apologise", "I apologise", "none"),
        ("I could not help but I apologise", "I apologise", "none"),
        ("don't worry I will transfer you", "I will transfer you", "comfort"),
        ("not one of us would ever apologise", "apologise", "none"),
        ("我不满意", "满意", "bound"),
        ("这不是您自己的问题", "您自己的问题", "bound"),
        ("我没说抱歉", "抱歉", "near"),
        ("不我帮您转接", "我帮您转接", "near"),
        ("不，我帮您转接", "我帮您转接", "none"),
        ("没关系我帮您转接", "我帮您转接", "comfort"),
        ("我不是很生气", "生气", "bound"),
    ],
)
def test_how_far_a_denial_reaches(text: str, what: str, how: str) -> None:
    assert reached(text, what) == how
