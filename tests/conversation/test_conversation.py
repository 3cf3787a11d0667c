"""Utterances, roles and trust from hand-made words."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.conversation import (
    ChannelWords,
    SpeakerHint,
    SpokenWord,
    TrustThresholds,
    build_conversation,
    find_roles,
    make_utterances,
)
from qa_pipeline.records import Conversation, Transcript, Turn, Word

AGENT_EN = (
    "good morning thank you for calling bluebell broadband my name is maya how may i help you"
)
CUSTOMER_EN = "hello my internet is not working and i have been waiting for three days"
AGENT_ZH = "您好欢迎致电青藤宽带工号一零二四为您服务请问有什么可以帮您"
CUSTOMER_ZH = "你好我家的宽带上不了网我想问一下什么时候能修好"


def words_of(text: str, start_s: float, probability: float = 0.9, channel: int = 0) -> list[Word]:
    tokens = text.split() if text.isascii() else list(text)
    return [
        Word(
            text=token,
            start_s=start_s + 0.3 * i,
            end_s=start_s + 0.3 * i + 0.28,
            probability=probability,
            channel=channel,
        )
        for i, token in enumerate(tokens)
    ]


def channel(words: list[Word], number: int, language: str) -> ChannelWords:
    transcript = Transcript(
        channel=number,
        language=language,
        language_probability=0.95,
        words=tuple(words),
        speech_s=sum(w.end_s - w.start_s for w in words) * 1.1,
    )
    return ChannelWords(transcript, tuple(f"channel-{number}" for _ in words))


def converse(
    first: str,
    second: str,
    language: str,
    probability: float = 0.9,
    role_hints: SpeakerHint | None = None,
    warnings: tuple[str, ...] = (),
) -> Conversation:
    one = words_of(first, 1.0, probability)
    two = words_of(second, one[-1].end_s + 1.0, probability, channel=1)
    turns = [
        Turn(speaker="channel-0", start_s=one[0].start_s, end_s=one[-1].end_s),
        Turn(speaker="channel-1", start_s=two[0].start_s, end_s=two[-1].end_s),
    ]
    return build_conversation(
        "c1",
        two[-1].end_s + 1,
        [channel(one, 0, language), channel(two, 1, language)],
        turns,
        expected_languages=("en", "zh"),
        thresholds=TrustThresholds(),
        role_hints=role_hints,
        warnings=warnings,
    )


@pytest.mark.parametrize(
    ("agent", "customer", "language"),
    [(AGENT_EN, CUSTOMER_EN, "en"), (AGENT_ZH, CUSTOMER_ZH, "zh")],
)
@pytest.mark.parametrize("agent_first", [True, False])
def test_agent_is_found_by_what_is_said_not_by_position(
    agent: str, customer: str, language: str, agent_first: bool
) -> None:
    texts = (agent, customer) if agent_first else (customer, agent)
    conversation = converse(*texts, language)
    assert conversation.speaker_roles["channel-0"] == ("agent" if agent_first else "customer")
    assert conversation.speaker_roles["channel-1"] == ("customer" if agent_first else "agent")
    assert conversation.role_confidence > 0.8
    assert conversation.trust.level == "ok", conversation.trust.reasons


def test_a_channel_that_is_known_decides() -> None:
    conversation = converse(AGENT_EN, CUSTOMER_EN, "en", role_hints={"channel-1": "agent"})
    assert conversation.speaker_roles == {"channel-0": "customer", "channel-1": "agent"}
    assert conversation.role_confidence == 1.0


def test_roles_survive_recognition_errors() -> None:
    heard = "good mourning thank you fur calling bluebell broad bend how may i held you"
    spoken = [SpokenWord(w, "speaker-1", "en") for w in words_of(heard, 5.0)]
    spoken += [SpokenWord(w, "speaker-0", "en") for w in words_of(CUSTOMER_EN, 1.0)]
    assert find_roles(spoken).roles == {
        "speaker-0": "customer",
        "speaker-1": "agent",
    }


def test_a_longer_pause_or_an_answer_ends_an_utterance() -> None:
    spoken = [SpokenWord(w, "a", "en") for w in words_of("one two three", 0.0)]
    spoken += [SpokenWord(w, "a", "en") for w in words_of("four", 3.0)]
    spoken += [SpokenWord(w, "b", "en") for w in words_of("yes", 3.32)]
    spoken += [SpokenWord(w, "a", "en") for w in words_of("five", 3.7)]
    made = make_utterances(spoken, {"a": "agent", "b": "customer"})
    assert [(u.utterance_id, u.role, u.text) for u in made] == [
        ("u0001", "agent", "one two three"),
        ("u0002", "agent", "four"),
        ("u0003", "customer", "yes"),
        ("u0004", "agent", "five"),
    ]


def test_mandarin_is_joined_without_spaces() -> None:
    spoken = [SpokenWord(w, "a", "zh") for w in words_of("您好请问", 0.0)]
    assert make_utterances(spoken, {})[0].text == "您好请问"
    assert make_utterances(spoken, {})[0].role == "unknown"


def test_low_probability_is_rejected_with_the_number() -> None:
    conversation = converse(AGENT_EN, CUSTOMER_EN, "en", probability=0.3)
    assert conversation.trust.level == "reject"
    assert any("0.30" in reason for reason in conversation.trust.reasons)


def test_middling_probability_is_for_review() -> None:
    assert converse(AGENT_EN, CUSTOMER_EN, "en", probability=0.6).trust.level == "review"


def test_an_unexpected_language_is_rejected() -> None:
    conversation = converse(AGENT_EN, CUSTOMER_EN, "fr")
    assert conversation.trust.level == "reject"
    assert any("'fr'" in reason for reason in conversation.trust.reasons)


def test_an_odd_recording_is_for_review() -> None:
    conversation = converse(AGENT_EN, CUSTOMER_EN, "en", warnings=("a.mp3 was cut short",))
    assert conversation.trust.level == "review"
    assert conversation.trust.reasons == ("a.mp3 was cut short",)


def test_nothing_heard_is_rejected() -> None:
    conversation = build_conversation(
        "c1",
        3600.0,
        [channel([], 0, "en")],
        [],
        expected_languages=("en",),
        thresholds=TrustThresholds(),
    )
    assert conversation.trust.level == "reject"
    assert "no words were heard" in conversation.trust.reasons


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "unknown"]),
            st.floats(0, 600, allow_nan=False),
            st.floats(0.01, 2.0),
        ),
        max_size=60,
    )
)
def test_every_word_is_in_exactly_one_utterance(
    drawn: list[tuple[str, float, float]],
) -> None:
    spoken = [
        SpokenWord(Word(text=f"w{i}", start_s=t, end_s=t + d, probability=0.5), speaker, "en")
        for i, (speaker, t, d) in enumerate(drawn)
    ]
    made = make_utterances(spoken, {"a": "agent"})
    texts = list(itertools.chain.from_iterable(u.text.split() for u in made))
    assert sorted(texts) == sorted(s.word.text for s in spoken)
    assert [u.start_s for u in made] == sorted(u.start_s for u in made)
    assert all(u.start_s <= w.start_s and w.end_s <= u.end_s for u in made for w in u.words)
