"""What recognisers write where nobody spoke is known by its wording and by the model's doubt."""

import pytest

from qa_pipeline.records import Region
from qa_pipeline.transcribe.kept import kept_words
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
        "中文字幕志愿者 李宗盛",
        "字幕志愿者 杨茜茜",
        "字幕by索兰娅",
        "明镜需要您的支持 欢迎订阅明镜",
        "谢谢大家收看",
        "Subtitles by Steam Team Extra",
        "Transcription by CastingWords",
        "Please like and subscribe.",
        "I'll see you in the next video.",
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
    [
        "Thank you for watching the account for me",
        "I subscribe to the sports channel",
        "Subtitles by default are off and I cannot turn them on again",
        "Subtitles by default",
        "字幕由于网络慢看不到",
        "字幕组的会员怎么退",
        "字幕制作要多少钱",
        "订阅",
        "",
    ],
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


@pytest.mark.parametrize(
    ("text", "probability", "left"),
    [
        ("thank you Subtitles by the Amara.org community", 0.95, "thank you"),
        (
            "好 的 谢 谢 请 不 吝 点 赞 订 阅 转 发 打 赏 支 持 明 镜 与 点 点 栏 目",
            0.9,
            "好 的 谢 谢",
        ),
        ("we will call you back. Thanks for watching!", 0.4, "we will call you back."),
        ("that was our video, thank you for watching", 0.95, None),
        ("how do I turn off the 字 幕", 0.3, None),
        ("please tell me how to like and subscribe", 0.3, None),
    ],
)
def test_credits_after_true_words_are_taken_off(
    text: str, probability: float, left: str | None
) -> None:
    window = Window(0.0, 30.0, (Region(0.0, 30.0),))
    heard = [
        TimedText(f" {word}", 0.5 * n, 0.5 * n + 0.4, probability)
        for n, word in enumerate(text.split())
    ]
    language = "en" if text.split()[0].isascii() else "zh"
    words, report = kept_words(heard, window, 0, language, 0.0)
    assert " ".join(word.text for word in words) == (left or text)
    assert report.phantom_words == len(heard) - len(words)


@pytest.mark.parametrize(
    ("text", "probability", "no_speech", "speech_s", "kept"),
    [
        ("Thank you for watching.", 0.95, 0.02, 1.2, True),
        ("谢 谢 观 看", 0.95, 0.02, 0.9, True),
        ("Thank you for watching.", 0.85, 0.02, 1.2, False),  # not sure of the words
        ("Thank you for watching.", 0.95, 0.4, 1.2, False),  # nor of speech
        ("Thank you for watching.", 0.95, 0.02, 12.0, False),  # seconds of noise or music
        ("Thank you for watching.", 0.95, 0.02, 0.2, False),
        ("Subtitles by the Amara.org community", 0.99, 0.0, 2.0, False),
        ("字 幕 志 愿 者", 0.99, 0.0, 1.0, False),
    ],
)
def test_a_sign_off_stays_only_where_all_speaks_for_it(
    text: str, probability: float, no_speech: float, speech_s: float, kept: bool
) -> None:
    window = Window(0.0, speech_s, (Region(0.0, speech_s),))
    step_s = speech_s / len(text.split())
    heard = [
        TimedText(f" {word}", step_s * n, step_s * (n + 1), probability)
        for n, word in enumerate(text.split())
    ]
    language = "en" if text.isascii() else "zh"
    words, _ = kept_words(heard, window, 0, language, no_speech)
    assert bool(words) == kept
