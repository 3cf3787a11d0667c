"""A language that nobody expected is noticed, though words are only written in expected ones."""

import pytest

from qa_pipeline.conversation import TrustThresholds, build_conversation
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
