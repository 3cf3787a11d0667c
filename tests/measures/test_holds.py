"""Dead air and announced waits, on conversations whose silences are worked out by hand."""

import time

import pytest

from qa_pipeline.measures import measure
from qa_pipeline.measures.holds import asks_to_wait
from qa_pipeline.records import CallMetadata, Measures
from tests.measures.calls import Said, conversation


def measured(said: list[Said], language: str = "en") -> Measures:
    return measure(conversation(said, language=language), None, None, CallMetadata())


@pytest.mark.parametrize(
    ("language", "text", "asks"),
    [
        ("en", "one moment please while I check", True),
        ("en", "Could you hold, please?", True),
        ("en", "I'm going to put you on a brief hold", True),
        ("en", "bear with me", True),
        ("en", "just a second", True),
        ("en", "thank you for holding, I have found it", False),
        ("en", "thanks for waiting", False),
        ("en", "thank you for waiting, just a moment more please", True),
        ("en", "we got hold of the engineer on monday", False),
        ("en", "it takes a minute to start", False),
        ("en", "it takes a few minutes until it works", False),
        ("en", "I had to wait a week", False),
        ("en", "you do not need to wait a day", False),
        ("en", "please wait for the engineer at home", False),
        ("en", "hold on to your bill", False),
        ("en", "I am sorry for putting you on hold", False),
        ("en", "you will have it in a few minutes", False),
        ("en", "the engineer will call in a few minutes", False),
        ("en", "the engineer will be back on monday", False),
        ("en", "I'll be back in a minute", True),
        ("en", "I am with you in a second, please hold", True),
        ("en", "I had to wait a minute myself", False),
        ("en", "may I ask you to wait a moment", True),
        ("en", "please wait for a moment", True),
        ("en", "I need a few minutes to check that", True),
        ("en", "hang on a second", True),
        ("en", "give me two minutes", True),
        ("en", "I'm going to pop you on hold", True),
        ("en", "I'll be right back", True),
        ("en", "I will be back with you in a minute", True),
        ("en", "would you mind holding?", True),
        ("en", "may I put the call on a short hold", True),
        ("en", "it won't be a moment", True),
        ("en", "just two minutes", True),
        ("en", "please don't hang up", True),
        ("en", "I'll transfer you now", True),
        ("en", "can you hold the button for ten seconds", False),
        ("en", "please hold the reset button", False),
        ("en", "can you wait until tomorrow", False),
        ("en", "did they put you on hold earlier", False),
        ("en", "it will be with you tomorrow", False),
        ("en", "the line drops a few minutes later", False),
        ("en", "for a moment I thought it worked", False),
        ("en", "I have a few minutes left", False),
        ("zh", "请稍等，我帮您查一下", True),
        ("zh", "麻烦您等待一下", True),
        ("zh", "您等等", True),
        ("zh", "需要您等待两分钟", True),
        ("zh", "请您在线等待", True),
        ("zh", "马上就好", True),
        ("zh", "您等会儿", True),
        ("zh", "请稍后再拨", False),
        ("zh", "话费流量等等", False),
        ("zh", "请您耐心等待工作人员联系", False),
        ("zh", "您等一下再重启", False),
        ("zh", "您等一会儿再重启路由器", False),
        ("zh", "等一下工程师会给您打电话", False),
        ("zh", "稍等几天就到了", False),
        ("zh", "刚才让您等一下", False),
        ("zh", "请不要挂机", True),
        ("zh", "麻烦您等一下", True),
        ("zh", "让您久等了", False),
        ("zh", "感谢您的耐心等待", False),
        ("zh", "工程师等不到您", False),
        ("zh", "您在家等我们工程师就行", False),
        ("zh", "请等工程师上门", False),
        ("zh", "请您耐心等三天", False),
        ("zh", "我们等下周再联系您", False),
        ("zh", "等下我看看", True),
        ("zh", "您等我看一下", True),
        ("zh", "给我两分钟", True),
        ("zh", "您先别挂", True),
    ],
)
def test_what_asks_to_wait(language: str, text: str, asks: bool) -> None:
    [utterance] = conversation([("agent", text, 0, 3)], language=language).utterances
    assert asks_to_wait(utterance) is asks


def test_dead_air_is_silence_that_nobody_announced() -> None:
    """Silences: 3 to 9 unannounced (6 s), 12 to 32 announced (20 s), 36 to 39 unannounced (3 s)."""
    result = measured(
        [
            ("agent", "good morning how can I help you", 0, 3),
            ("customer", "my bill is wrong", 9, 10),
            ("agent", "one moment please", 10.5, 12),
            ("agent", "thank you for waiting it is eighty euros", 32, 35),
            ("customer", "that is too much", 35.2, 36),
            ("agent", "let me explain it to you", 39, 42),
        ]
    )
    assert result.value("dead_air_s") == 9
    assert result.value("longest_dead_air_s") == 6
    assert result.value("announced_silence_s") == 20
    assert result.value("longest_silence_s") == 20  # announced or not


def test_an_announcement_lasts_until_the_agent_speaks_again() -> None:
    """The customer's words and the agent's "okay" do not end the wait; 5 to 10 and 12 to 20."""
    said: list[Said] = [
        ("agent", "please hold the line", 0, 3),
        ("customer", "okay I am here", 3.5, 5),
        ("customer", "are you still there", 10, 12),
        ("agent", "yes", 20, 20.5),
        ("customer", "good", 30, 31),
        ("agent", "I have found your account", 31.5, 34),
        ("customer", "fine", 60, 61),
    ]
    result = measured(said)
    assert result.value("announced_silence_s") == 5 + 8 + 9.5
    assert result.value("dead_air_s") == 26  # 34 to 60, long after the wait


def test_an_announcement_shortly_before_counts_though_the_agent_said_more() -> None:
    said: list[Said] = [
        ("agent", "please hold the line", 0, 3),
        ("agent", "I have to ask my colleague", 4, 6),
        ("agent", "back again", 16, 17),
    ]
    assert measured(said).value("announced_silence_s") == 10
    late = [said[0], ("agent", "I have to ask my colleague", 14, 16), ("agent", "back", 26, 27)]
    assert measured(late).value("announced_silence_s") == 11  # 3 to 14
    assert measured(late).value("dead_air_s") == 10  # 16 to 26: announced more than 10 s before


def test_a_customer_who_takes_the_floor_ends_the_wait() -> None:
    said: list[Said] = [
        ("agent", "one moment please I will look", 0, 3),
        ("agent", "okay", 20, 21),
        ("customer", "while you look I can tell you what it was that happened on monday", 21.5, 60),
        ("agent", "yes", 40, 40.5),
        ("customer", "are you still there", 90, 91),
    ]
    result = measured(said)
    assert result.value("announced_silence_s") == 17  # 3 to 20
    assert result.value("dead_air_s") == 30  # 60 to 90
    told: list[Said] = [
        ("agent", "请稍等", 0, 3),
        ("customer", "网络从周一开始就一直断没有人来修过我很着急", 4, 9),
        ("customer", "喂", 20, 21),
    ]
    assert measured(told, "zh").value("dead_air_s") == 11


def test_only_the_agent_announces() -> None:
    said: list[Said] = [("customer", "one moment please", 0, 2), ("agent", "yes of course", 8, 10)]
    assert measured(said).value("dead_air_s") == 6


@pytest.mark.parametrize(
    ("language", "request_", "answer", "dead_s"),
    [
        ("en", "hold on a moment let me get my glasses", "it is one two three", 0),
        ("en", "let me find my bill", "it says eighty euros", 0),
        ("zh", "您等一下我去找一下", "是一二三四", 0),
        ("en", "it is slow since yesterday", "are you still there please", 22),
        ("zh", "昨天开始就很慢", "喂您还在吗", 22),
    ],
)
def test_the_time_in_which_a_customer_looks_for_something_is_no_dead_air(
    language: str, request_: str, answer: str, dead_s: float
) -> None:
    said: list[Said] = [
        ("agent", "a b c d e" if language == "en" else "请问您的号码是多少", 0, 4),
        ("customer", request_, 5, 8),
        ("customer", answer, 30, 33),
    ]
    result = measured(said, language)
    assert result.value("dead_air_s") == dead_s
    assert result.value("announced_silence_s") == 0  # that is the agent's
    granted = [*said[:2], ("agent", "of course take your time", 8.5, 10), *said[2:]]
    assert measured(granted, language).value("longest_dead_air_s") == (
        0 if language == "en" or not dead_s else 20
    )


def test_the_agent_who_breaks_the_silence_was_not_waiting_for_the_customer() -> None:
    said: list[Said] = [
        ("customer", "hold on that is not what I was told", 0, 3),
        ("agent", "let me explain it to you", 13, 16),
    ]
    assert measured(said).value("dead_air_s") == 10


def test_a_call_of_many_hours_is_measured_quickly() -> None:
    said: list[Said] = [
        (
            "customer" if n % 2 else "agent",
            "one moment please" if n % 7 == 0 else "I will look at it now and tell you",
            6.0 * n,
            6.0 * n + 3.5,
        )
        for n in range(6000)
    ]
    begun_s = time.process_time()
    assert measured(said).value("dead_air_s") is not None
    assert time.process_time() - begun_s < 15


def test_in_mandarin_too() -> None:
    said: list[Said] = [
        ("agent", "请您稍等我帮您查一下", 0, 3),
        ("agent", "让您久等了", 23, 25),
        ("customer", "没关系你说吧", 31, 33),
    ]
    result = measured(said, "zh")
    assert result.value("announced_silence_s") == 20
    assert result.value("dead_air_s") == 6


def test_a_call_without_silence_has_no_dead_air_and_one_without_speech_no_measure() -> None:
    talk = measured([("agent", "good morning", 0, 2), ("customer", "hello", 2.5, 4)])
    assert talk.value("dead_air_s") == talk.value("longest_dead_air_s") == 0
    assert measured([]).value("dead_air_s") is None
