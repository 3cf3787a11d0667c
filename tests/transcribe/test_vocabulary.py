"""A centre's own names are put right by sound, and nothing else is."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.records import Word
from qa_pipeline.transcribe.vocabulary import Vocabulary
from tests.transcribe.plain_vocabulary import correct

SYLLABLES = ("blue", "bell", "broad", "band", "maya", "my", "a", "fern", "青", "藤", "宽", "带")
SAID = (
    "the line is down since monday i would like to know what you can do for me please one moment "
    "let me check that account number thank you for waiting it is fine tomorrow at ten engineer"
)
TERMS = ("Bluebell Broadband", "Maya", "Pearce", "Fernleigh", "青藤宽带", "林悦")


def said(text: str, probability: float = 0.6, pause_s: float = 0.0) -> list[Word]:
    """Return words of 0.3 s each; Mandarin ones are single characters."""
    texts = text.split() if " " in text or text.isascii() else list(text.replace(" ", ""))
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


STAFF = ("Nina", "Tom", "Ian", "Amy", "Ben", "Lin", "Pearce", "Bill", "Swift", "Homehub", "Ina")


@pytest.mark.parametrize("probability", [0.3, 0.6, 0.8, 0.9])
@pytest.mark.parametrize(
    "text",
    [
        "it is nine a month",
        "I said to my wife",
        "am I in a contract",
        "it has been a year",
        "the line is down",
        "what is the price of it",
        "all my bills are high",
        "it was swiftly done",
        "this is in a box",
        "I am in London",
        "this is nine",
        "it is ina's and nina's",
    ],
)
def test_ordinary_words_are_no_names(text: str, probability: float) -> None:
    words, count = Vocabulary(STAFF).correct(said(text, probability), "en")
    assert (" ".join(word.text for word in words), count) == (text, 0)


@pytest.mark.parametrize("probability", [0.2, 0.3, 0.5])
@pytest.mark.parametrize(
    "text",
    [
        "our team is on it",
        "it is the green one on the wall",
        "the garden gate and the grass",
        "my son has a cat",
        "a review of the season",
        "the annual grades",
        "mr or mrs",
        "someone is at the station",
        "it was missing from the list",
    ],
)
def test_ordinary_words_are_no_names_though_hardly_heard(text: str, probability: float) -> None:
    staff = (
        "Tom",
        "Karen",
        "Will",
        "Kate",
        "Grace",
        "Sean",
        "Ravi",
        "Anna",
        "Mark",
        "Simon",
        "Stan",
    )
    words, count = Vocabulary(staff).correct(said(text, probability), "en")
    assert (" ".join(word.text for word in words), count) == (text, 0)


@pytest.mark.parametrize(
    ("heard", "right"),
    [
        ("good morning my name is nine a", "good morning my name is Nina"),
        ("this is in speaking", "this is Ian speaking"),
        ("this is been from support", "this is Ben from support"),
        ("I am price how can I help", "I am Pearce how can I help"),
        ("I have the home hub at home", "I have the Homehub at home"),
        ("it is pearse's idea", "it is Pearce's idea"),
        ("ask pearse’s, please", "ask Pearce’s, please"),
    ],
)
def test_names_are_put_right_where_names_are_said(heard: str, right: str) -> None:
    words, count = Vocabulary(STAFF).correct(said(heard, 0.5), "en")
    assert (" ".join(word.text for word in words), count) == (right, 1)


MANDARIN_STAFF = ("李慧", "夏雨", "程功", "何平", "林悦")


@pytest.mark.parametrize("probability", [0.3, 0.7, 1.0])
@pytest.mark.parametrize(
    ("heard", "right"),
    [
        ("这个处理会比较快", "这个处理会比较快"),
        ("外面在下雨", "外面在下雨"),
        ("祝您成功", "祝您成功"),
        ("和平时一样", "和平时一样"),
        ("您好我是下雨", "您好我是夏雨"),
        ("我叫理会", "我叫李慧"),
        ("请找林月", "请找林悦"),
    ],
)
def test_ordinary_mandarin_words_are_no_names(heard: str, right: str, probability: float) -> None:
    words, _ = Vocabulary(MANDARIN_STAFF).correct(said(heard, probability), "zh")
    assert "".join(word.text for word in words) == right


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


HEARD = st.tuples(
    st.one_of(
        st.sampled_from(
            (*SYLLABLES, "Bluebell", "Broadband.", "pearse", "fern,", "lee", "清", "藤宽", "带。",
             "琳", "悦", "林悦", "Wi-Fi", "wifi", "A1", "O'Neill", "pearse's", "Bluebell’s,",
             "is", "price", "", "一", "knight", "night")
        ),
        st.text("abelmnprsy青清林悦藤", max_size=6),
    ),
    st.floats(0, 1),
    st.floats(0, 1),
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    st.lists(HEARD, max_size=25),
    st.lists(st.sampled_from((*TERMS, "Fern", "My Fern", "knight", "林悦王", "青藤", "Wi-Fi"))),
    st.sampled_from(["en", "zh"]),
)
def test_quick_and_plain_way_agree(
    heard: list[tuple[str, float, float]], names: list[str], language: str
) -> None:
    words = [
        Word(text=text, start_s=n, end_s=n + length, probability=sure)
        for n, (text, sure, length) in enumerate(heard)
        if text
    ]
    vocabulary = Vocabulary(names)
    assert vocabulary.correct(words, language) == correct(vocabulary.terms, words, language)


def test_many_names_cost_little() -> None:
    first, last = SAID.split()[:20], SAID.split()[:15]
    vocabulary = Vocabulary([f"{a.title()} {b.title()}son" for a in first for b in last])
    heard = said(" ".join([SAID] * 40), probability=0.8)
    begun_s = time.process_time()
    vocabulary.correct(heard, "en")
    assert time.process_time() - begun_s < 4.0  # the plain way takes half a minute
