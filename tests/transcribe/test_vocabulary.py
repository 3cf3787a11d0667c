"""A centre's own names are put right by sound, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.records import Word
from qa_pipeline.transcribe.vocabulary import Vocabulary

SYLLABLES = ("blue", "bell", "broad", "band", "maya", "my", "a", "fern", "青", "藤", "宽", "带")
TERMS = ("Bluebell Broadband", "Maya", "Pearce", "Fernleigh", "青藤宽带", "林悦")


def said(text: str, probability: float = 0.6, pause_s: float = 0.0) -> list[Word]:
    """Return words of 0.3 s each; Mandarin ones are single characters."""
    texts = text.split() if text.isascii() else list(text.replace(" ", ""))
    return [
        Word(
            text=t,
            start_s=round(n * (0.3 + pause_s), 3),
            end_s=round(n * (0.3 + pause_s) + 0.3, 3),
            probability=probability,
        )
        for n, t in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("heard", "language", "right"),
    [
        ("welcome to blue bell broad band this is", "en", "welcome to Bluebell Broadband this is"),
        ("welcome to blubel brodband.", "en", "welcome to Bluebell Broadband."),
        ("this is my uh speaking", "en", "this is my uh speaking"),
        ("ask for mister pearse", "en", "ask for mister Pearce"),
        ("from fern lee today", "en", "from Fernleigh today"),
        ("您好清藤宽带很高兴", "zh", "您好青藤宽带很高兴"),
        ("我是琳悦请问", "zh", "我是林悦请问"),
    ],
)
def test_names_are_put_right(heard: str, language: str, right: str) -> None:
    words, count = Vocabulary(TERMS).correct(said(heard), language)
    joined = ("" if language == "zh" else " ").join(word.text for word in words)
    assert joined == right
    assert count == (heard != right)


def test_what_was_clearly_heard_is_left_alone() -> None:
    terms = Vocabulary(("Pearce", "Merry Lane"))
    for text in ("all his peers agreed", "the merry line danced", "price and pierce"):
        words, count = terms.correct(said(text, probability=0.98), "en")
        assert [w.text for w in words] == text.split()
        assert count == 0


def test_other_words_that_share_letters_are_left_alone() -> None:
    text = "the broadband is slow and the blue bill may be wrong"
    words, count = Vocabulary(TERMS).correct(said(text), "en")
    assert [w.text for w in words] == text.split()
    assert count == 0


def test_a_name_is_said_in_one_breath() -> None:
    heard = said("blue bell broad band", pause_s=1.0)
    assert Vocabulary(TERMS).correct(heard, "en") == (heard, 0)


def test_a_corrected_word_keeps_time_and_doubt() -> None:
    heard = said("blue bell broad band")
    words, _ = Vocabulary(TERMS).correct(heard, "en")
    assert [w.text for w in words] == ["Bluebell", "Broadband"]
    assert (words[0].start_s, words[-1].end_s) == (heard[0].start_s, heard[-1].end_s)
    assert words[0].end_s == words[1].start_s
    assert {w.probability for w in words} == {0.6}


def test_hotwords_are_those_of_the_language() -> None:
    assert Vocabulary(TERMS).hotwords("zh") == "青藤宽带，林悦"
    assert Vocabulary(TERMS).hotwords("en") == "Bluebell Broadband, Fernleigh, Pearce, Maya"
    assert Vocabulary(()).hotwords("en") is None


@given(
    st.lists(st.sampled_from(SYLLABLES)),
    st.floats(0, 1),
    st.sampled_from(["en", "zh"]),
)
def test_correcting_keeps_time_and_is_done_once(
    texts: list[str], probability: float, language: str
) -> None:
    heard = [
        Word(text=t, start_s=n, end_s=n + 0.9, probability=probability) for n, t in enumerate(texts)
    ]
    once, _ = Vocabulary(TERMS).correct(heard, language)
    twice, again = Vocabulary(TERMS).correct(once, language)
    assert twice == once
    assert again == 0
    starts = [w.start_s for w in once]
    assert starts == sorted(starts)
    if heard:
        assert once[0].start_s == heard[0].start_s
        assert once[-1].end_s == heard[-1].end_s
