"""Roles by evidence: what is said, who calls whom, names, brands and known voices."""

import pytest

from qa_pipeline.conversation import RoleEvidence, SpokenWord, find_roles
from qa_pipeline.records import Direction
from tests.conversation.test_conversation import AGENT_EN, CUSTOMER_EN, words_of

BLAND_ONE = "well it is about the thing from last week then"
BLAND_TWO = "right so that one is there and it looks fine"


def spoken(*lines: tuple[str, str], language: str = "en") -> list[SpokenWord]:
    words: list[SpokenWord] = []
    at_s = 1.0
    for speaker, text in lines:
        said = words_of(text, at_s)
        words += [SpokenWord(word, speaker, language) for word in said]
        at_s = said[-1].end_s + 2.0
    return words


@pytest.mark.parametrize(("direction", "agent"), [("inbound", "a"), ("outbound", "b"), (None, "a")])
def test_who_answers_with_a_hello_is_the_agent_unless_the_centre_called(
    direction: Direction | None, agent: str
) -> None:
    words = spoken(("a", "hello"), ("b", BLAND_ONE), ("a", BLAND_TWO))
    decision = find_roles(words, evidence=RoleEvidence(direction))
    assert decision.roles[agent] == "agent"
    assert decision.confidence > 0.5


def test_somebody_who_says_much_first_has_not_just_answered() -> None:
    words = spoken(("a", BLAND_ONE), ("b", BLAND_TWO))
    assert find_roles(words, evidence=RoleEvidence("outbound")).confidence == 0.5


def test_own_name_and_brand_are_evidence_and_the_name_in_the_mouth_of_another_is_not() -> None:
    known = RoleEvidence("inbound", "Maya", ("Bluebell Broadband",))
    words = spoken(("a", BLAND_ONE), ("b", f"this is maya from bluebell broadband {BLAND_TWO}"))
    plain = find_roles(words)
    decision = find_roles(words, evidence=known)
    assert decision.roles == {"a": "customer", "b": "agent"}
    assert plain.roles["b"] == "customer"
    addressed = spoken(("b", f"is that maya {BLAND_TWO}"), ("a", BLAND_ONE))
    without = find_roles(addressed, evidence=RoleEvidence("inbound"))
    assert find_roles(addressed, evidence=known).confidence == without.confidence


def test_a_known_voice_decides_where_words_do_not() -> None:
    words = spoken(("a", BLAND_ONE), ("b", BLAND_TWO))
    likeness = RoleEvidence("inbound", voices={"a": -0.8, "b": 0.8})
    decision = find_roles(words, evidence=likeness)
    assert decision.roles == {"a": "customer", "b": "agent"}
    assert decision.confidence > 0.75
    # What is plainly said by the other weighs more than a voice that may be alike.
    plain = spoken(("a", AGENT_EN), ("b", CUSTOMER_EN))
    assert find_roles(plain, evidence=likeness).roles["a"] == "agent"


def test_a_third_speaker_who_speaks_as_agents_do_is_an_agent_too() -> None:
    lines = [("a", AGENT_EN), ("b", CUSTOMER_EN), ("b", BLAND_ONE)]
    greets = spoken(*lines, ("c", "good afternoon you are speaking with robert how can i help you"))
    assert find_roles(greets).roles == {"a": "agent", "b": "customer", "c": "agent"}
    mumbles = spoken(*lines, ("c", "it is so"))
    assert find_roles(mumbles).roles["c"] == "unknown"


def test_announcements_and_later_agents_have_their_roles_by_name() -> None:
    words = spoken(("ivr", "press one"), ("a", AGENT_EN), ("b", CUSTOMER_EN), ("a.2", "yes sir"))
    words += [SpokenWord(w, "unknown", "en") for w in words_of("hm", 90.0)]
    decision = find_roles(words)
    assert decision.roles == {"ivr": "ivr", "a": "agent", "b": "customer", "a.2": "agent"}


def test_mandarin_cues_are_found_through_punctuation_and_in_traditional_characters() -> None:
    agent = "您好，歡迎致電青藤寬帶，工號一零二四，請問有什麼可以幫您"
    words = [SpokenWord(w, "b", "zh") for w in words_of(agent, 10.0)]
    words += [SpokenWord(w, "a", "zh") for w in words_of("我家的宽带，上不了网", 1.0)]
    decision = find_roles(words)
    assert decision.roles == {"a": "customer", "b": "agent"}
    assert decision.confidence > 0.8
