"""The same words on both channels: a copy that nobody took out would be somebody else's words."""

from dataclasses import replace

import pytest

from qa_pipeline.conversation import ChannelWords, TrustThresholds, build_conversation
from qa_pipeline.conversation.echo import echoed_pct
from qa_pipeline.records import Transcript, Trust, Word
from tests.conversation.test_conversation import (
    AGENT_EN,
    AGENT_ZH,
    CUSTOMER_EN,
    CUSTOMER_ZH,
    channel,
    words_of,
)


def copied(words: list[Word], later_s: float) -> list[Word]:
    """The words as they come again on the other channel, with other marks."""
    return [
        w.model_copy(
            update={
                "text": w.text.title() + ",",
                "start_s": w.start_s + later_s,
                "end_s": w.end_s + later_s,
                "channel": 1 - w.channel,
            }
        )
        for w in words
    ]


def call(language: str, copied_words: int, later_s: float) -> list[ChannelWords]:
    """Agent, then customer; the customer's channel repeats some of the agent's words."""
    said = (AGENT_EN, CUSTOMER_EN) if language == "en" else (AGENT_ZH, CUSTOMER_ZH)
    agent = words_of(said[0], 1.0)
    customer = words_of(said[1], agent[-1].end_s + 1.0, channel=1)
    return [
        channel(agent, 0, language),
        channel(copied(agent[:copied_words], later_s) + customer, 1, language),
    ]


def heard(channels: list[ChannelWords]) -> list[Transcript]:
    return [channel.transcript for channel in channels]


def trusted(channels: list[ChannelWords]) -> Trust:
    return build_conversation(
        "c1",
        30.0,
        channels,
        (),
        expected_languages=("en", "zh"),
        thresholds=TrustThresholds(),
    ).trust


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("later_s", [0.0, 0.15, 0.4, -0.15])
def test_words_of_a_copy_are_no_evidence(language: str, later_s: float) -> None:
    some = trusted(call(language, 6, later_s))
    assert some.level == "review"
    assert any("heard on both channels" in reason for reason in some.reasons)
    assert trusted(call(language, 16, later_s)).level == "reject"


def test_an_announcement_on_both_channels_is_no_copy_of_anybody() -> None:
    """The recorder hears it on either side; it is nobody's."""
    spoken = words_of("this call may be recorded for quality and training", 0.0)
    channels = [
        replace(
            part,
            transcript=part.transcript.model_copy(update={"words": (*ivr, *part.transcript.words)}),
        )
        for part, ivr in zip(call("en", 0, 0.0), (spoken, copied(spoken, 0.0)), strict=True)
    ]
    channels = [replace(c, speakers=("ivr",) * len(spoken) + c.speakers) for c in channels]
    assert not any("both channels" in reason for reason in trusted(channels).reasons)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_both_say_is_no_copy(language: str) -> None:
    """Nobody repeats the other's words at once, or only a few of them."""
    assert echoed_pct(heard(call(language, 0, 0.0))) == 0.0
    assert echoed_pct(heard(call(language, 16, 2.0))) < 10.0
    assert echoed_pct(heard(call(language, 4, 0.1))) == 0.0
    assert echoed_pct(heard(call(language, 0, 0.0)[:1])) == 0.0


def test_the_share_is_of_all_words() -> None:
    agent = words_of("one two three four five six", 1.0)
    other = [*copied(agent, 0.1), *words_of("seven eight", 9.0, channel=1)]
    channels = [channel(agent, 0, "en"), channel(other, 1, "en")]
    assert echoed_pct(heard(channels)) == pytest.approx(100.0 * 12 / 14)
