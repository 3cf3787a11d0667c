"""What the opening of a call says of the agent: who answers, and who speaks for the brand."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from qa_pipeline.conversation.cues import plain, said
from qa_pipeline.conversation.role_phrases import answers_a_call
from qa_pipeline.conversation.utterances import SpokenWord, join_words
from qa_pipeline.records import Direction

_FIRST_WEIGHT = 1.5
_ANSWER_WEIGHT = 3.0
_HELLO_WEIGHT = 0.5
_BREATH_S = 1.5
"""What is said until a pause of this length is somebody's first say."""
_HELLO = {
    "en": re.compile(
        r"(?:hello|hi|hey|yes|yeah|good (?:morning|afternoon|evening)|"
        r"who is (?:it|this)|speaking| )+"
    ),
    "zh": re.compile(r"(?:喂|你好|您好|哪位|哪里|谁|啊|呀|嗯)+"),
}
"""Who says only this has told nobody who they are: a customer who is called, or a curt agent."""
_OF_CUSTOMER = {"zh": 4}
_OF_CUSTOMER_ELSEWHERE = 3
"""A customer who is called answers with no more than this: "hello?", "Jane Fox", "喂您好"."""
_OF_AGENT = {"zh": 8}
_OF_AGENT_ELSEWHERE = 6
"""An agent who is called and says no more than this has answered: "Bluebell, Tom speaking"."""
_OWN_NAME_WEIGHT = 3.0
_BRAND_WEIGHT = 2.0
_OF_BRAND_WEIGHT = 4.0
_OF_BRAND = {
    "en": re.compile(
        r"\b(?:this is|it's|it is|that's|my name is|my name's|i am|i'm|here is|here's)"
        r"(?: \w+){1,3} (?:from|at|of|with|calling from|here from)(?: the)?$"
    ),
    "zh": re.compile(r"(?:我是|我这边是|我们是|我这里是|这里是|这边是)$"),
}
"""What comes before a brand in the mouth of who works for it: "it's Joan from ..."."""
_OPENING_S = 20.0
"""A brand or the agent's name is evidence in what a speaker says first."""
_OF_A_CUSTOMER = {
    "en": (
        re.compile(
            r"\b(is (this|that|it)|am i (speaking|talking) (to|with)|are you( from)?|"
            r"have i reached|"
            r"(customer|contract|account|subscription|line|internet|service|bill|letter|mail|"
            r"message|call|deal|tariff) (of|with|at|from|by)|"
            r"calling|called|call|rang|ring|your|my|i want|i need|i have|been with)( the| a)?$"
        ),
        re.compile(r"^(customer|contract|account|subscription|bill)\b"),
    ),
    "zh": (
        re.compile(r"(你们|你是|您是|请问是|是不是|我用的是|我办的是|我家用的|我打的是|给)$"),
        re.compile(r"^(的)?(老)?(用户|客户|会员|吗|是吧|对吧)"),
    ),
}
"""What comes before and after a brand in the mouth of a customer."""


def answer_points(words: Sequence[SpokenWord], direction: Direction | None) -> float:
    """Return what speaking first says for being the agent: who is called answers.

    Somebody answers in a few words or offers help; who speaks at length first may be the one who
    has something to say. Where nobody knows who called, a mere "hello?" says little.

    Args:
        words: Those of who speaks first, in time order.
        direction: Who called, where it is known.
    """
    language = words[0].language
    text = _first_say(words)
    length = len(text) if language == "zh" else len(text.split())
    if direction is None:
        return _HELLO_WEIGHT if says_only_hello(words) else _FIRST_WEIGHT
    offers = answers_a_call(text, language)
    if direction == "outbound":
        short = length <= _OF_CUSTOMER.get(language, _OF_CUSTOMER_ELSEWHERE)
        return -_ANSWER_WEIGHT if short or offers else 0.0
    short = length <= _OF_AGENT.get(language, _OF_AGENT_ELSEWHERE)
    return _ANSWER_WEIGHT if short or offers else _FIRST_WEIGHT


def says_only_hello(words: Sequence[SpokenWord]) -> bool:
    """Say whether somebody begins with a mere "hello?"; ``words``: theirs, in time order."""
    language = words[0].language
    hello = _HELLO[language if language in _HELLO else "en"]
    return hello.fullmatch(_first_say(words)) is not None


def introduction_points(
    words: Sequence[SpokenWord], agent_name: str | None, brands: Sequence[str]
) -> float:
    """Return what giving the agent's name and speaking for a brand first says of a speaker.

    Args:
        words: The speaker's, in time order.
        agent_name: As it is known with the call.
        brands: Whom the agents speak for.
    """
    language = words[0].language
    opening = [s for s in words if s.word.start_s <= words[0].word.start_s + _OPENING_S]
    text = plain(join_words([s.word for s in opening], language), language)
    points = 0.0
    if agent_name and _names(agent_name, text, language):
        points += _OWN_NAME_WEIGHT
    own = [
        b
        for b in (plain(brand, language) for brand in brands)
        if introduces_with(b, text, language)
    ]
    if own:
        led_to_by = _OF_BRAND[language if language in _OF_BRAND else "en"]
        of_it = any(led_to_by.search(_around(brand, text)[0]) for brand in own)
        points += _OF_BRAND_WEIGHT if of_it else _BRAND_WEIGHT
    return points


def introduces_with(brand: str, text: str, language: str) -> bool:
    """Say whether somebody speaks for the brand, and does not only speak of it.

    A customer asks for it ("is this ...?"), has a contract with it or calls it; that is no evidence
    for an agent, and none against. ``brand`` and ``text`` are plain.
    """
    if not brand or not said(brand, text, language):
        return False
    before, after = _OF_A_CUSTOMER[language if language in _OF_A_CUSTOMER else "en"]
    led_to_by, followed_by = _around(brand, text)
    return not (before.search(led_to_by) or after.search(followed_by))


def _around(brand: str, text: str) -> tuple[str, str]:
    """Return what is said before and after a brand."""
    found = fuzz.partial_ratio_alignment(brand, text)
    if found is None:
        return text, ""
    return text[: found.dest_start].rstrip(), text[found.dest_end :].lstrip()


def _first_say(words: Sequence[SpokenWord]) -> str:
    opening: list[SpokenWord] = []
    for spoken in words:
        if opening and spoken.word.start_s - opening[-1].word.end_s > _BREATH_S:
            break
        opening.append(spoken)
    language = opening[0].language
    return plain(join_words([s.word for s in opening], language), language)


def _names(name: str, text: str, language: str) -> bool:
    """Say whether a speaker gives the name as their own."""
    name = plain(name, language)
    own = ("我是", "我叫") if language == "zh" else ("this is ", "my name is ", "i am ", "name's ")
    return any(said(f"{before}{name}", text, language) for before in own)
