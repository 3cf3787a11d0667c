"""What the model wrote becomes clean words with times that lie in speech."""

from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.records import Region
from qa_pipeline.transcribe.text import TimedText, strays, to_words
from qa_pipeline.transcribe.windows import Window

WINDOW = Window(10.0, 16.0, (Region(10.0, 12.0), Region(12.8, 16.0)))


def placed(
    *pieces: tuple[str, float, float], language: str = "en"
) -> list[tuple[str, float, float]]:
    timed = [TimedText(text, start_s, end_s, 0.9) for text, start_s, end_s in pieces]
    return [(w.text, w.start_s, w.end_s) for w in to_words(timed, WINDOW, 0, language)]


def test_times_are_of_the_call_and_text_is_clean() -> None:
    assert placed((" Hello,", 0.1, 0.5), (" you", 0.5, 0.9)) == [
        ("Hello,", 10.1, 10.5),
        ("you", 10.5, 10.9),
    ]


def test_a_pause_belongs_to_no_word() -> None:
    assert placed((" end", 1.5, 2.8), (" next", 2.8, 3.2)) == [
        ("end", 11.5, 12.0),
        ("next", 12.8, 13.2),
    ]


def test_a_word_in_a_pause_moves_to_the_next_speech() -> None:
    assert placed((" so", 2.1, 2.5)) == [("so", 12.8, 13.2)]


def test_nothing_lies_beyond_the_window() -> None:
    assert placed((" late", 5.9, 31.0), (" later", 6.3, 7.0), (" ghost", 31.0, 33.0)) == [
        ("late", 15.9, 16.0),
        ("later", 16.0, 16.0),
    ]


def test_marks_alone_are_no_words() -> None:
    assert placed((" ...", 0.0, 0.1), ("\ufffd", 0.1, 0.2), (" yes", 0.2, 0.4)) == [
        ("yes", 10.2, 10.4)
    ]


def test_mandarin_is_simplified_and_latin_words_are_whole() -> None:
    pieces = [("電", 0.0, 0.2), ("話", 0.2, 0.4), (" Wi", 0.4, 0.5), ("Fi", 0.5, 0.6)]
    assert [w[0] for w in placed(*pieces, language="zh")] == ["电", "话", "WiFi"]


@given(
    st.lists(
        st.tuples(st.floats(-1, 40), st.floats(-1, 40), st.floats(0, 1.2)), min_size=1, max_size=20
    )
)
def test_words_are_always_in_order_and_in_the_window(
    times: list[tuple[float, float, float]],
) -> None:
    pieces = [TimedText(" w", a, b, p) for a, b, p in times]
    words = to_words(pieces, WINDOW, 1, "en")
    assert len(words) + strays(pieces, WINDOW) == len(pieces)
    last_s = 0.0
    for word in words:
        assert WINDOW.start_s <= word.start_s <= word.end_s <= WINDOW.end_s
        assert word.start_s >= last_s
        assert word.channel == 1
        last_s = word.start_s
