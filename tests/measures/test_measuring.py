from collections.abc import Sequence

import pytest

from qa_pipeline.measures import BY_NAME, ToneProbabilities, measure
from qa_pipeline.records import CallMetadata, Measures
from tests.measures.calls import Said, conversation

NOTHING_KNOWN = CallMetadata()


def measured(said: Sequence[Said], **options: object) -> Measures:
    return measure(conversation(said, **options), None, None, NOTHING_KNOWN)  # type: ignore[arg-type]


def test_talk_time_and_share_count_overlapping_turns_of_one_speaker_once() -> None:
    result = measured(
        [("agent", "one two three four five six", 0, 6), ("customer", "seven eight", 7, 9)],
        turns=[("agent", 0, 4), ("agent", 3, 6), ("customer", 7, 9)],
    )
    assert result.value("talk_s", "agent") == 6
    assert result.value("talk_s", "customer") == 2
    assert result.value("talk_share_pct", "agent") == 75
    assert result.value("talk_share_pct", "customer") == 25


def test_an_announcement_is_speech_but_nobodys_share() -> None:
    result = measured(
        [("agent", "good morning to you", 10, 12), ("customer", "hello there agent", 13, 15)],
        turns=[("ivr", 0, 9), ("agent", 10, 12), ("customer", 13, 15)],
    )
    assert result.value("talk_share_pct", "agent") == 50
    assert result.value("longest_silence_s") == 0
    assert result.value("silence_pct") == pytest.approx(100 * 2 / 15, abs=0.001)


def test_silences_lie_between_speech_and_last_at_least_two_seconds() -> None:
    result = measured(
        [
            ("agent", "good morning", 5, 6),
            ("customer", "hello there", 7.9, 9),
            ("agent", "one moment please", 12, 13),
            ("agent", "here it is", 25, 26),
        ]
    )
    assert [(s.kind, s.start_s, s.end_s) for s in result.silences] == [
        ("silence", 9, 12),
        ("silence", 13, 25),
    ]
    assert result.value("longest_silence_s") == 12
    assert result.value("longest_gap_s") == 12
    assert result.value("hold_count") == 0
    assert result.value("silence_pct") == pytest.approx(100 * 16.9 / 21, abs=0.001)


def test_who_starts_while_the_other_speaks_for_over_a_second_interrupts() -> None:
    result = measured(
        [
            ("customer", "my line has been dead since last week and nobody came", 0, 6),
            ("agent", "you have to wait for the technician", 4.5, 8),
        ]
    )
    assert [(i.by, i.start_s, i.end_s) for i in result.interruptions] == [("agent", 4.5, 6)]
    assert result.value("interruptions", "agent") == 1
    assert result.value("interruptions", "customer") == 0


@pytest.mark.parametrize(
    ("language", "text", "interrupts"),
    [
        ("en", "okay", False),
        ("en", "yes I see", False),
        ("en", "okay but listen", True),
        ("en", "yes yes yes yes yes", False),
        ("en", "of course", False),
        ("en", "exactly", False),
        ("en", "absolutely", False),
        ("en", "that’s right, thank you", False),
        ("en", "no problem", False),
        ("en", "okay right good thanks perfect", True),
        ("en", "thank you very much", False),
        ("en", "I understand", False),
        ("en", "that makes sense", False),
        ("en", "I understand but listen", True),
        ("en", "of the course", True),
        ("en", "no no", True),
        ("zh", "嗯好的", False),
        ("zh", "好的好的好的", False),
        ("zh", "对对对对对", False),
        ("zh", "嗯嗯嗯嗯嗯", False),
        ("zh", "是的是的是的", False),
        ("zh", "明白明白明白", False),
        ("zh", "知道了知道了", False),
        ("zh", "好的没问题", False),
        ("zh", "好的对嗯明白了谢谢", True),
        ("zh", "收到收到", False),
        ("zh", "好嘞那行", False),
        ("zh", "原来是这样", False),
        ("zh", "我理解您的意思", True),
        ("zh", "不是不是", True),
        ("zh", "您听我说", True),
    ],
)
def test_back_channels_do_not_interrupt(language: str, text: str, interrupts: bool) -> None:
    other = "网络从上周开始就一直断" if language == "zh" else "it has been broken since last week"
    result = measured([("customer", other, 0, 6), ("agent", text, 2, 3.5)], language=language)
    assert (result.value("interruptions", "agent") == 1) is interrupts


def test_who_listens_until_the_other_has_finished_does_not_interrupt() -> None:
    """The agent's turn is one: 1.5 s of "right okay" under the customer's end, then an answer."""
    said: list[Said] = [
        ("customer", "it has been broken since last week", 0, 6),
        ("agent", "right okay right", 4.5, 6),
        ("agent", "so what I will do is send somebody", 6.1, 9),
    ]
    turns = [("customer", 0, 6), ("agent", 4.5, 9)]
    assert measured(said, turns=turns).interruptions == ()
    said[1] = ("agent", "right but listen", 4.5, 6)
    assert len(measured(said, turns=turns).interruptions) == 1


def test_a_turn_without_words_does_not_interrupt() -> None:
    result = measured(
        [("customer", "it has been broken since last week", 0, 6)],
        turns=[("customer", 0, 6), ("agent", 2, 4)],
    )
    assert result.value("interruptions", "agent") == 0


def test_an_overlap_of_a_second_or_less_is_no_interruption() -> None:
    result = measured(
        [("customer", "it is still broken", 0, 4), ("agent", "let me check that", 3, 6)]
    )
    assert result.interruptions == ()


def test_talking_on_through_one_overlap_is_held_against_who_began_it() -> None:
    result = measured(
        [
            ("customer", "it is broken and I want my money", 0, 5),
            ("agent", "that is not how it works at all with us", 3, 9),
            ("customer", "but you promised to repair it", 5.6, 8.5),
        ]
    )
    assert [i.by for i in result.interruptions] == ["agent"]


def test_response_delay_is_the_median_and_leaves_back_channels_out() -> None:
    result = measured(
        [
            ("customer", "can you help me", 0, 2),
            ("agent", "of course I can", 3, 5),
            ("customer", "my bill is wrong", 5.5, 8),
            ("agent", "mm", 8.1, 8.4),
            ("customer", "it is far too high", 9, 11),
            ("agent", "let me look at it", 13, 15),
            ("customer", "please do that now", 14.8, 17),
            ("agent", "there we are now", 17.5, 19),
        ]
    )
    assert result.value("response_delay_s", "agent") == 1.0  # 1.0, 2.0, 0.5
    assert result.value("response_delay_s", "customer") == 0.25  # 0.5, 0


def test_nobody_is_charged_with_an_announcement_or_an_announced_wait() -> None:
    """The agent answers after 1 s, after the announcement's 18 s, and comes back after 36 s."""
    said: list[Said] = [
        ("customer", "I would like to ask you something", 0, 4),
        ("ivr", "all our agents are busy", 4.5, 20),
        ("agent", "good morning how can I help you", 22, 26),
        ("customer", "what do I have to pay this month", 26.5, 29),
        ("agent", "one moment please I will look", 30, 33),
        ("customer", "I will be waiting for you here", 33.5, 35),
        ("agent", "it is eighty euros", 71, 74),
    ]
    assert measured(said).value("response_delay_s", "agent") == 1
    assert measured(said[2:5]).value("response_delay_s", "agent") == 1


def test_what_hangs_on_who_is_who_is_absent_where_nobody_knows() -> None:
    said: list[Said] = [
        ("agent", "one moment please I will look", 0, 4),
        ("customer", "what do I have to pay this month", 14, 18),
    ]
    names = ("talk_s", "talk_share_pct")
    heard = conversation(said)
    for known in ({}, {"customer": "customer"}):
        unsure = heard.model_copy(update={"speaker_roles": known})
        result = measure(unsure, None, None, CallMetadata())
        assert [result.value(name, "agent") for name in names] == [None, None]
        assert result.value("talk_share_pct", "customer") is None
        assert result.value("dead_air_s") is None
        assert result.value("longest_silence_s") == 10


def test_longest_monologue_goes_through_back_channels_and_ends_at_a_gap() -> None:
    result = measured(
        [
            ("customer", "first I called on monday", 0, 4),
            ("agent", "mm", 4.2, 4.5),
            ("customer", "then I called on tuesday", 5, 10),
            ("customer", "and again today", 12.5, 15),
            ("agent", "I am sorry to hear that", 16, 19),
        ]
    )
    assert result.value("longest_monologue_s", "customer") == 10
    assert result.value("longest_monologue_s", "agent") == 3


def test_pace_counts_words_over_speaking_time_without_pauses() -> None:
    result = measured(
        [
            ("agent", "one two three four five six", 0, 3),
            ("agent", "seven eight nine ten", 6, 8),
        ]
    )
    assert result.value("pace_wpm", "agent") == 120  # 10 words in 5 s
    assert result.value("pace_cpm", "agent") is None
    assert result.value("pace_wpm", "customer") is None


def test_pace_of_mandarin_counts_characters_however_they_are_grouped() -> None:
    single = conversation([("agent", "您好请问有什么可以帮您", 0, 3)], language="zh")
    said = single.utterances[0]
    grouped = said.model_copy(
        update={
            "words": (
                said.words[0].model_copy(update={"text": "您好，", "end_s": 1.0}),
                said.words[2].model_copy(
                    update={"text": "请问有什么可以帮您？", "start_s": 1.0, "end_s": 3.0}
                ),
            )
        }
    )
    for heard in (single, single.model_copy(update={"utterances": (grouped,)})):
        assert measure(heard, None, None, NOTHING_KNOWN).value("pace_cpm", "agent") == 220


@pytest.mark.parametrize("text", ["我的号码是13800138000", "我的号码是一三八零零一三八零零零"])
def test_pace_of_mandarin_is_the_same_however_digits_are_written(text: str) -> None:
    heard = conversation([("agent", text, 0, 4)], language="zh")
    said = heard.utterances[0]
    whole = said.words[0].model_copy(update={"text": text, "end_s": 4.0})
    for words in (said.words, (whole,)):
        one = heard.model_copy(update={"utterances": (said.model_copy(update={"words": words}),)})
        assert measure(one, None, None, NOTHING_KNOWN).value("pace_cpm", "agent") == 240


@pytest.mark.parametrize("latin", ["WiFi", "broadband", "VIP,"])
def test_pace_of_mandarin_leaves_latin_words_and_their_time_out(latin: str) -> None:
    heard = conversation([("agent", "我们家的网络今天又断了请看一下", 0, 3)], language="zh")
    said = heard.utterances[0]
    word = said.words[0].model_copy(update={"text": latin, "start_s": 3.0, "end_s": 3.8})
    later = said.words[0].model_copy(update={"text": "好", "start_s": 3.8, "end_s": 4.0})
    mixed = said.model_copy(update={"words": (*said.words, word, later), "end_s": 4.0})
    both = heard.model_copy(update={"utterances": (mixed,), "turns": ()})
    assert measure(both, None, None, NOTHING_KNOWN).value("pace_cpm", "agent") == 300


def test_pace_counts_the_digits_of_long_numbers_that_are_read_out() -> None:
    result = measured([("agent", "my number is 4008888888 since 2024", 0, 5)])
    assert result.value("pace_wpm", "agent") == 180  # 3 words, 10 digits, 2 words in 5 s


def test_pace_takes_the_time_in_which_turns_and_words_agree() -> None:
    result = measured(
        [("agent", "one two three four five six seven eight", 0, 4)],
        turns=[("agent", 0.5, 3.5)],
    )
    assert result.value("pace_wpm", "agent") == 120  # the 6 words of these 3 s


def test_pauses_are_half_a_second_to_two_within_ones_own_speech() -> None:
    """The agent speaks 7 s in all; gaps of 0.8, 0.3, 1.2 (the customer speaks in it) and 3 s."""
    result = measured(
        [
            ("agent", "one two three four", 0, 2),
            ("agent", "five six seven eight", 2.8, 4.8),
            ("agent", "nine ten", 5.1, 6.1),
            ("customer", "yes I know that", 6.2, 7.2),
            ("agent", "eleven twelve", 7.3, 8.3),
            ("agent", "thirteen fourteen", 11.3, 12.3),
        ]
    )
    assert result.value("pauses_per_min", "agent") == pytest.approx(60 / 7, abs=0.001)
    assert result.value("median_pause_s", "agent") == 0.8
    assert result.value("pauses_per_min", "customer") is None  # 1 s of speech


def test_speech_without_a_pause_has_a_rate_of_none_and_no_length() -> None:
    result = measured([("agent", "one two three four five six seven", 0, 4)])
    assert result.value("pauses_per_min", "agent") == 0
    assert result.value("median_pause_s", "agent") is None


def test_recognition_confidence_and_covered_speech() -> None:
    result = measured(
        [("agent", "good morning there", 0, 3)],
        turns=[("agent", 0, 3), ("customer", 4, 7)],
    )
    assert result.value("recognition_confidence_pct", "agent") == 80
    assert result.value("recognition_confidence_pct", "customer") is None
    assert result.value("speech_covered_pct") == 50


class LoudMeansAngry:
    """A tone model of one rule: exclamation marks are negative, "thank" is positive."""

    name = "rule"
    version = "1"

    def probabilities(self, texts: Sequence[str]) -> list[ToneProbabilities]:
        return [
            ToneProbabilities(0.05, 0.05, 0.9)
            if "!" in text
            else ToneProbabilities(0.7, 0.2, 0.1)
            if "thank" in text
            else ToneProbabilities(0.2, 0.7, 0.1)
            for text in texts
        ]


def test_tone_shares_are_of_utterances_that_say_enough() -> None:
    heard = conversation(
        [
            ("agent", "thank you for calling", 0, 2),
            ("agent", "what now !", 3, 4),
            ("agent", "no !", 5, 6),
            ("agent", "let me look at that", 7, 9),
            ("customer", "I am waiting here !", 10, 12),
            ("ivr", "this call is recorded !", 13, 14),
        ]
    )
    result = measure(heard, None, LoudMeansAngry(), NOTHING_KNOWN)
    assert [tone.utterance_id for tone in result.tones] == ["u0001", "u0004", "u0005"]
    assert result.value("negative_tone_pct", "agent") == 0
    assert result.value("positive_tone_pct", "agent") == 50
    assert result.value("negative_tone_pct", "customer") == 100


def test_answer_delay_comes_from_the_metadata() -> None:
    heard = conversation([("agent", "good morning", 0, 1)])
    result = measure(heard, None, None, CallMetadata(answer_delay_s=4.5))
    assert result.value("answer_delay_s") == 4.5
    assert measure(heard, None, None, NOTHING_KNOWN).value("answer_delay_s") is None


def test_a_call_in_which_nobody_speaks_has_no_shares_and_no_error() -> None:
    result = measured([])
    assert result.value("talk_share_pct", "agent") is None
    assert result.value("longest_silence_s") is None
    assert result.value("talk_s", "agent") == 0


def test_without_turns_the_words_are_measured() -> None:
    result = measured(
        [("agent", "one two three four", 0, 2), ("customer", "five six", 5, 6)], turns=[]
    )
    assert result.value("talk_s", "agent") == 2
    assert result.value("longest_silence_s") == 3


def test_every_measure_is_defined_for_its_role_and_taken_once() -> None:
    result = measured(
        [
            ("agent", "one two three four five six", 0, 3),
            ("customer", "seven eight nine ten eleven twelve", 4, 8),
        ]
    )
    taken = [(value.name, value.role) for value in result.values]
    assert len(taken) == len(set(taken))
    assert all(role in BY_NAME[name].roles for name, role in taken)


def test_a_sentence_of_the_other_ends_a_monologue_that_goes_on_through_it() -> None:
    result = measured(
        [
            ("agent", "this is what the contract says and what I can do for you", 0, 60),
            ("customer", "mm", 10, 10.5),
            ("customer", "but I already told you that it was not so", 20, 30),
            ("customer", "okay", 59.8, 60.2),
        ]
    )
    assert result.value("longest_monologue_s", "agent") == 30  # 30 to 60
    assert result.value("longest_monologue_s", "customer") < 1  # type: ignore[operator]
