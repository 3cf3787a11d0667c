"""A language that nobody expected is noticed, though words are only written in expected ones."""

import pytest

from qa_pipeline.conversation import ChannelWords, TrustThresholds, build_conversation
from qa_pipeline.transcribe.languages import SpokenLanguage, spoken_language
from tests.conversation.test_conversation import CUSTOMER_EN, channel, words_of

EXPECTED = ("en", "zh")


@pytest.mark.parametrize(
    ("heard", "language"),
    [
        (
            {"es": 0.97, "pt": 0.015, "en": 0.006, "zh": 0.001},
            SpokenLanguage("en", "es", 0.9778),
        ),
        ({"en": 0.9, "zh": 0.05, "de": 0.05}, SpokenLanguage("en", "en", 0.9)),
        # Another language is likelier, but not plainly: a person has to listen.
        ({"de": 0.6, "en": 0.4}, SpokenLanguage("en", "en", 0.4)),
        ({"zh": 0.2, "yue": 0.2}, SpokenLanguage("zh", "zh", 0.5)),
        # Large-v3 hears Cantonese in Mandarin: no other language, and for a person to listen to.
        ({"yue": 0.9, "zh": 0.07, "en": 0.02}, SpokenLanguage("zh", "zh", 0.0707)),
        ({"yue": 0.5, "en": 0.3, "zh": 0.2}, SpokenLanguage("zh", "zh", 0.2)),
        ({"yue": 0.1, "zh": 0.9}, SpokenLanguage("zh", "zh", 0.9)),
        ({}, SpokenLanguage("en", "en", 0.0)),
    ],
)
def test_what_is_heard_counts_among_all_languages(
    heard: dict[str, float], language: SpokenLanguage
) -> None:
    assert spoken_language([(5.0, heard)], EXPECTED) == language


def test_windows_count_by_their_speech() -> None:
    windows = [(9.0, {"en": 1.0}), (1.0, {"fr": 1.0})]
    assert spoken_language(windows, EXPECTED) == SpokenLanguage("en", "en", 0.9)


def test_a_call_in_another_language_is_rejected() -> None:
    found = spoken_language([(20.0, {"es": 0.98, "en": 0.02})], EXPECTED)
    spoken = channel(words_of(CUSTOMER_EN, 1.0), 0, found.heard)
    conversation = build_conversation(
        "c",
        20.0,
        [spoken],
        (),
        expected_languages=EXPECTED,
        thresholds=TrustThresholds(),
    )
    assert conversation.trust.level == "reject"
    assert any("seems to be 'es'" in reason for reason in conversation.trust.reasons)


@pytest.mark.parametrize(
    ("expected", "language"),
    [
        (("en", "zh", "yue"), SpokenLanguage("yue", "yue", 0.9)),
        (("en",), SpokenLanguage("en", "yue", 0.9)),
    ],
)
def test_cantonese_is_a_language_of_its_own_where_it_or_no_mandarin_is_expected(
    expected: tuple[str, ...], language: SpokenLanguage
) -> None:
    assert spoken_language([(5.0, {"yue": 0.9, "zh": 0.08, "en": 0.02})], expected) == language


def test_a_call_taken_for_cantonese_asks_for_a_review() -> None:
    found = spoken_language([(20.0, {"yue": 0.8, "zh": 0.2})], EXPECTED)
    words = channel(words_of(CUSTOMER_EN, 1.0), 0, found.heard)
    told = {"language_probability": found.probability}
    spoken = ChannelWords(words.transcript.model_copy(update=told), words.speakers)
    conversation = build_conversation(
        "c", 20.0, [spoken], (), expected_languages=EXPECTED, thresholds=TrustThresholds()
    )
    reasons = conversation.trust.reasons
    assert any("'zh' is unsure (0.20)" in reason for reason in reasons)
    assert not any("yue" in reason for reason in reasons)
