"""Invented text is taken out and counted; what people really say stays."""

import pytest

from qa_pipeline.records import Word
from qa_pipeline.transcribe.guards import GuardReport, guard


def words(text: str, step_s: float = 0.3) -> list[Word]:
    return [
        Word(text=t, start_s=i * step_s, end_s=(i + 1) * step_s, probability=0.9)
        for i, t in enumerate(text.split())
    ]


def kept(text: str, language: str = "en", speech_s: float = 60.0) -> str:
    return " ".join(w.text for w in guard(words(text), speech_s, language)[0])


@pytest.mark.parametrize(
    ("heard", "left"),
    [
        ("thank you thank you thank you thank you bye", "thank you bye"),
        ("yes yes yes please", "yes yes yes please"),
        ("no no no no no no sir", "no sir"),
        ("Please hold. please hold, Please hold please hold. now", "Please hold. now"),
        ("it is zero zero zero zero one one one", "it is zero zero zero zero one one one"),
        ("a b c a b c a b c d", "a b c a b c a b c d"),
        ("a b c a b c a b c a b c d", "a b c d"),
        ("hmm ggggggggggggggg yes", "hmm yes"),
        ("it is 0 0 0 0 1 1 1 1", "it is 0 0 0 0 1 1 1 1"),
        ("call 4008888888 please", "call 4008888888 please"),
        ("it is 10000000 dollars", "it is 10000000 dollars"),
        ("card 6222000000000000, yes", "card 6222000000000000, yes"),
        ("number 13800000000.", "number 13800000000."),
        ("well 1,1,1,1,1,1,1,1, yes", "well yes"),
        ("so " + "0" * 100 + " yes", "so yes"),
        ("four zero zero " + "eight " * 7 + "now", "four zero zero " + "eight " * 7 + "now"),
        ("it is one two one two one two one two yes", "it is one two one two one two one two yes"),
        ("it is 12 12 12 12 yes", "it is 12 12 12 12 yes"),
        ("well " + "zero " * 30 + "yes", "well zero yes"),
        ("well " + "one two " * 15 + "yes", "well one two yes"),
        ("", ""),
    ],
)  # fmt: skip
def test_loops(heard: str, left: str) -> None:
    assert kept(heard) == left


def test_mandarin_loops_and_digits() -> None:
    assert kept("好 的 好 的 好 的 好 的 再 见", "zh") == "好 的 再 见"
    assert kept("八 八 八 八 零 零", "zh") == "八 八 八 八 零 零"
    assert kept("八八八八八八八八 8 8 8 8", "zh") == "八八八八八八八八 8 8 8 8"
    assert kept("对对对对对对对 好", "zh") == "好"
    assert kept("四 零 零 八 八 八 八 八 八 八", "zh") == "四 零 零 八 八 八 八 八 八 八"
    assert (
        kept("一 三 八 一 三 八 一 三 八 一 三 八", "zh") == "一 三 八 一 三 八 一 三 八 一 三 八"
    )
    assert kept("零 " * 30, "zh") == "零"


def test_loops_are_counted() -> None:
    _, report = guard(words("you " * 9 + "fine"), 60.0, "en")
    assert report == GuardReport(repeated_words=8)


def test_text_faster_than_speech_is_dropped() -> None:
    text = " ".join(f"word{i}" for i in range(30))
    assert guard(words(text), 3.0, "en") == ([], GuardReport(too_fast_words=30))
    assert len(guard(words(text), 6.0, "en")[0]) == 30


def test_mandarin_is_counted_in_characters() -> None:
    text = " ".join(chr(0x4E00 + i) for i in range(20))
    assert len(guard(words(text), 2.0, "zh")[0]) == 20
    assert guard(words(text), 1.0, "zh")[0] == []


def test_latin_words_in_mandarin_are_not_counted_by_their_letters() -> None:
    """Thirteen syllables in 1.6 s are quick; the letters would be 23."""
    text = "我 用 的 是 Bluebell Broadband 对 吧"
    assert kept(text, "zh", speech_s=1.6) == text
    assert (
        kept("我 的 是 " + "Broadband " * 3 + "请 ABCDEFGHIJKLMN Fernleigh Router", "zh", 0.6) == ""
    )


def test_a_short_answer_is_not_too_fast() -> None:
    assert kept("yes I do", speech_s=0.3) == "yes I do"


def test_reports_add_up() -> None:
    total = GuardReport(1, 2, 3) + GuardReport(10, 20, 30)
    assert total == GuardReport(11, 22, 33)
