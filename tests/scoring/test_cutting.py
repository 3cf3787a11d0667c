"""Words that are cut each by itself are the words of the text cut as a whole."""

from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.records import Utterance, Word
from qa_pipeline.scoring.cutting import Compared, compared, plainly
from qa_pipeline.scoring.vocabulary import Vocabulary

WORDS = (
    *("I'm", "don’t", "24", "0800", "um,", "well...", "O'Neil's", "co-op", "re:", "A", "50%"),
    *("[phone]", "[phone].", "[ca", "rd]", "的[", "账", "号]", "[账号]", "[卡号]。", "[x]"),
    *(
        "你好",
        "您",
        "嗯",
        "两",
        "請問",
        "什麼",
        "乾淨",
        "二十四",
        "3号",
        "，",
        "。好",
        "wifi",
        "Ａ",
        "㐀",
    ),
)


@st.composite
def utterances(draw: st.DrawFn) -> Utterance:
    """Words in any mixture of scripts, joined as recognisers do, or as nobody does."""
    language = draw(st.sampled_from(("en", "zh")))
    written = draw(st.lists(st.one_of(st.sampled_from(WORDS), texts), max_size=8))
    at_s, words = draw(st.floats(0, 9000)), []
    for text in written:
        end_s = at_s + draw(st.floats(0, 2))
        probability = draw(st.floats(0, 1))
        words.append(Word(text=text, start_s=at_s, end_s=end_s, probability=probability))
        at_s = end_s + draw(st.sampled_from((0.0, 0.4, 5.0)))
    text = draw(st.sampled_from((" ", "", "  ", ", "))).join(written)
    return Utterance(
        utterance_id="u",
        role="agent",
        speaker="a",
        language=language,
        words=tuple(words),
        text=draw(st.sampled_from((text, text, text, f"{text}?", "不是 these words"))),
        start_s=words[0].start_s if words else 0.0,
        end_s=words[-1].end_s if words else 1.0,
    )


texts = st.text(st.sampled_from("ab'’1 2%£％,.好麼么吃A　é"), min_size=1, max_size=4).filter(
    lambda text: text == text.strip()
)


def rows(found: Compared, vocabulary: Vocabulary) -> list[tuple[object, ...]]:
    """The compared words as they are, not as numbers."""
    named = [vocabulary.words[number] for number in found.numbers.tolist()]
    return list(zip(named, *(column.tolist() for column in found[1:]), strict=True))


@settings(deadline=None)
@given(st.lists(utterances(), max_size=5))
def test_words_cut_by_themselves_are_those_of_the_text_cut_as_a_whole(
    said: list[Utterance],
) -> None:
    vocabulary = Vocabulary()
    plain = [row for i, u in enumerate(said) for row in rows(plainly(i, u, vocabulary), vocabulary)]
    assert rows(compared(said, vocabulary), vocabulary) == plain
    known = rows(compared(said, vocabulary), vocabulary)
    assert known == plain


def test_words_that_run_into_one_another_are_cut_together() -> None:
    vocabulary = Vocabulary()
    words = [
        Word(text=t, start_s=i, end_s=i + 1, probability=0.9) for i, t in enumerate(("4", "2"))
    ]
    said = Utterance(
        utterance_id="u",
        role="agent",
        speaker="a",
        language="en",
        words=tuple(words),
        text="42",
        start_s=0,
        end_s=2,
    )
    (forty, *_), (two, *_) = rows(compared([said], vocabulary), vocabulary)
    assert (forty, two) == (("forty", "en"), ("two", "en"))
