"""What recognisers write where nobody spoke is known by its wording and by the model's doubt."""

import pytest

from qa_pipeline.records import Region
from qa_pipeline.transcribe.phantoms import is_phantom
from qa_pipeline.transcribe.text import TimedText, strays, to_words
from qa_pipeline.transcribe.windows import Window


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "Thank you for watching. Please subscribe.",
        "Don't forget to subscribe",
        "字幕由Amara.org社区提供",
        "请不吝点赞 订阅 转发 打赏",
    ],
)
def test_subtitle_credits_are_never_said_in_a_call(text: str) -> None:
    assert is_phantom(text, probability=0.99, no_speech_probability=0.0)


@pytest.mark.parametrize("text", ["Thank you.", "谢谢。", "Bye. Bye."])
def test_what_people_do_say_goes_only_where_the_model_doubts(text: str) -> None:
    assert not is_phantom(text, probability=0.9, no_speech_probability=0.02)
    assert not is_phantom(text, probability=0.3, no_speech_probability=0.02)
    assert is_phantom(text, probability=0.5, no_speech_probability=0.7)


@pytest.mark.parametrize(
    "text",
    ["Thank you for watching the account for me", "I subscribe to the sports channel", "订阅", ""],
)
def test_sentences_that_only_begin_like_one_are_kept(text: str) -> None:
    assert not is_phantom(text, probability=0.2, no_speech_probability=0.9)


def test_words_far_from_all_speech_are_left_out_and_counted() -> None:
    window = Window(10.0, 20.0, (Region(10.0, 12.0), Region(18.0, 20.0)))
    heard = [
        TimedText(" hello", 0.5, 0.9, 0.9),
        TimedText(" ghost", 4.8, 5.2, 0.9),
        TimedText(" again", 8.4, 8.8, 0.9),
    ]
    assert [w.text for w in to_words(heard, window, 0, "en")] == ["hello", "again"]
    assert strays(heard, window) == 1
