"""Each kind of evidence moves the role and its confidence; what sounds like it must not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.conversation import RoleEvidence, find_roles
from qa_pipeline.conversation.role_opening import introduces_with
from qa_pipeline.conversation.role_phrases import agent_score
from qa_pipeline.records import Direction
from tests.conversation.test_roles import BLAND_ONE, BLAND_TWO, spoken

BRANDS = ("Bluebell Broadband", "青藤宽带")
BLAND = {"en": (BLAND_ONE, BLAND_TWO), "zh": ("那个事情是上个星期的", "嗯这样子那就是这样了")}


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "good morning"),
        ("en", "how may i help you"),
        ("en", "may i have your date of birth"),
        ("en", "could you tell me your postcode"),
        ("en", "this is bluebell broadband"),
        ("en", "my name is maya"),
        ("en", "is there anything else i can help you with"),
        ("zh", "请问有什么可以帮您"),
        ("zh", "工号一零二四"),
        ("zh", "这里是青藤宽带"),
        ("zh", "我是小王"),
        ("zh", "请问您的身份证号码是多少"),
        ("zh", "请问还有其他可以帮您的吗"),
    ],
)
def test_each_kind_of_words_makes_its_speaker_the_agent(language: str, line: str) -> None:
    one, two = BLAND[language]
    name = "Maya" if language == "en" else "小王"
    known = RoleEvidence("inbound", name, BRANDS)
    for speaker, other in (("a", "b"), ("b", "a")):
        # The other one speaks first, which alone would make them the agent.
        plain = spoken((other, one), (speaker, two), language=language)
        said = spoken((other, one), (speaker, f"{line} {two}"), language=language)
        before, after = find_roles(plain, evidence=known), find_roles(said, evidence=known)
        assert before.roles == {other: "agent", speaker: "customer"}
        assert after.roles == {speaker: "agent", other: "customer"}, line
        assert after.confidence > 0.5


@pytest.mark.parametrize(
    "line",
    [
        "is this bluebell broadband",
        "am i speaking with bluebell broadband",
        "i have a contract with bluebell broadband",
        "i am calling bluebell broadband",
        "i am a bluebell broadband customer",
        "i got a letter from bluebell broadband",
    ],
)
def test_a_customer_who_says_the_brand_is_no_agent(line: str) -> None:
    known = RoleEvidence("inbound", None, BRANDS)
    words = spoken(("a", "hello"), ("b", f"{line} {BLAND_ONE}"), ("a", BLAND_TWO))
    assert find_roles(words, evidence=known).roles == {"a": "agent", "b": "customer"}


@pytest.mark.parametrize("line", ["may i speak to mister brown", "am i speaking with miss hill"])
def test_who_asks_for_somebody_is_who_called(line: str) -> None:
    words = spoken(("a", BLAND_ONE), ("b", f"{line} {BLAND_TWO}"))
    outbound = find_roles(words, evidence=RoleEvidence("outbound"))
    assert outbound.roles == {"b": "agent", "a": "customer"}
    inbound = find_roles(words, evidence=RoleEvidence("inbound"))
    assert inbound.roles == {"a": "agent", "b": "customer"}
    assert min(inbound.confidence, outbound.confidence) > 0.7


@pytest.mark.parametrize(
    ("brand", "text", "speaks_for"),
    [
        ("bluebell broadband", "good morning bluebell broadband this is anna", True),
        ("bluebell broadband", "this is anna from bluebell broadband", True),
        ("bluebell broadband", "welcome to blue bell broad band", True),
        ("bluebell broadband", "hello is that bluebell broadband", False),
        ("bluebell broadband", "i have been with bluebell broadband for years", False),
        ("bluebell broadband", "good morning", False),
        ("青藤宽带", "您好青藤宽带工号一零二四", True),
        ("青藤宽带", "我是青藤宽带的客服", True),
        ("青藤宽带", "我是青藤宽带的老用户", False),
        ("青藤宽带", "你们青藤宽带怎么回事", False),
        ("青藤宽带", "是青藤宽带吗", False),
    ],
)
def test_speaking_for_a_brand_and_speaking_of_it(brand: str, text: str, speaks_for: bool) -> None:
    assert introduces_with(brand, text, "zh" if brand == "青藤宽带" else "en") is speaks_for


ADVERSARIAL: list[tuple[str, Direction | None, tuple[tuple[str, str], ...], str]] = [
    (
        "the customer speaks first and at length",
        "inbound",
        (
            ("c", "hello yes good morning i was cut off just now it is about my bill"),
            ("a", "good morning you are speaking with robert could you tell me your name please"),
            ("c", "my name is susan miller"),
            ("a", "thank you let me check that for you"),
        ),
        "en",
    ),
    (
        "both offer help",
        "inbound",
        (
            ("a", "good morning bluebell broadband how can i help you"),
            ("c", "how can i help you well you can help me i have a problem with my router"),
            ("a", "of course may i have your account number"),
            ("c", "my account number is four one seven"),
        ),
        "en",
    ),
    (
        "an outbound call with a thankful customer",
        "outbound",
        (
            ("c", "hello"),
            (
                "a",
                "good afternoon this is anna from bluebell broadband am i speaking with mr brown",
            ),
            ("c", "yes thank you for calling me back i am glad that you do"),
            ("a", "you are welcome is your internet working now"),
            ("c", "yes it works thank you for calling back"),
        ),
        "en",
    ),
    (
        "an outbound call where the customer answers with a name",
        "outbound",
        (
            ("c", "good morning miller and sons my name is susan"),
            ("a", "good morning i am calling from bluebell broadband about your order"),
            ("c", "oh yes what about it"),
            ("a", "our engineer will come on monday is that fine for you"),
            ("c", "yes that is fine"),
        ),
        "en",
    ),
    (
        "a polite customer and a curt agent",
        "inbound",
        (
            ("a", "yes what is it"),
            ("c", "good morning i am sorry to trouble you please could you help me with my bill"),
            ("a", "account number"),
            ("c", "of course my account number is four one seven please"),
        ),
        "en",
    ),
    (
        "the customer tells what a colleague said",
        "inbound",
        (
            ("a", "bluebell broadband hello"),
            ("c", "your colleague said let me check and our engineer will come within two days"),
            ("c", "and nobody has called me since i have been waiting for a week"),
            ("a", "i am sorry about that can i have your postcode"),
        ),
        "en",
    ),
    (
        "客户先说话并提到品牌",
        "inbound",
        (
            ("c", "喂你好是青藤宽带吗我家的网上不了"),
            ("a", "您好工号一零二四请问您的宽带账号是多少"),
            ("c", "我的账号是四一七"),
            ("a", "请稍等我帮您查一下"),
        ),
        "zh",
    ),
    (
        "外呼客户先接听",
        "outbound",
        (
            ("c", "喂"),
            ("a", "您好打扰您了我是青藤宽带的客服请问是王先生吗"),
            ("c", "是我什么事"),
            ("a", "想做一个回访您家的网现在好用吗"),
        ),
        "zh",
    ),
]


@pytest.mark.parametrize(
    ("direction", "lines", "language"),
    [case[1:] for case in ADVERSARIAL],
    ids=[case[0] for case in ADVERSARIAL],
)
def test_calls_made_to_mislead(
    direction: Direction | None, lines: tuple[tuple[str, str], ...], language: str
) -> None:
    known = RoleEvidence(direction, None, BRANDS)
    decision = find_roles(spoken(*lines, language=language), evidence=known)
    assert decision.roles == {"a": "agent", "c": "customer"}, decision.reason
    swapped = [({"a": "x", "c": "b"}[who], text) for who, text in lines]
    again = find_roles(spoken(*swapped, language=language), evidence=known)
    assert again.roles == {"x": "agent", "b": "customer"}
    assert again.confidence == decision.confidence


@pytest.mark.parametrize(
    ("language", "wish", "repeated"),
    [
        ("en", "i would like to cancel", "so you would like to cancel"),
        ("en", "my account number is five", "your account number is five"),
        ("en", "i have been waiting", "i see that you have been waiting"),
        ("en", "i have a contract", "you have a contract"),
        ("en", "i have a problem", "it says you have a problem"),
        ("en", "i am a customer", "so you are a customer"),
        ("en", "nobody called me back", "nobody called you back"),
        ("en", "my phone number is", "is your phone number isolated"),
        ("en", "thank you for calling me", "thank you for calling my name is maya"),
        ("en", "thank you for calling back", "thank you for calling bluebell broadband"),
    ],
)
def test_who_repeats_the_wish_of_another_has_not_got_it(
    language: str, wish: str, repeated: str
) -> None:
    assert agent_score(wish, language) < agent_score(repeated, language)
    assert agent_score(repeated, language) >= 0.0


@pytest.mark.parametrize(
    "line",
    [
        "you would like it and i wood like to cancel",
        "well my acount number is five",
        "my internets",
    ],
)
def test_a_wish_that_is_misheard_is_still_a_wish(line: str) -> None:
    assert agent_score(line, "en") < 0.0


def test_a_customer_who_asks_how_somebody_can_help_them_offers_no_help() -> None:
    offered, asked = "请问有什么可以帮您", "请问有什么可以帮我"
    assert agent_score(asked, "zh") < agent_score(offered, "zh") / 2


def test_an_agent_who_repeats_what_the_customer_wants_is_the_agent() -> None:
    lines = (
        ("a", "hello maya speaking"),
        ("c", "hello maya it is about the contract it ends in may i'd rather stop it"),
        ("a", "so you would like to cancel i see and your account number is four four two one"),
        ("c", "yes four four two one"),
        ("a", "i see that you have been waiting since monday and you have a contract until may"),
        ("a", "you have a problem with the speed as well right"),
        ("c", "right it drops every evening and the letter said i could leave early"),
        ("a", "you can you would like to know when it ends it ends on the third"),
        ("c", "good perfect bye"),
    )
    directions: tuple[Direction | None, ...] = ("inbound", None)
    for direction in directions:
        decision = find_roles(spoken(*lines), evidence=RoleEvidence(direction))
        assert decision.roles == {"a": "agent", "c": "customer"}, decision.reason


@pytest.mark.parametrize(
    "lines", [(("a", "hello"), ("b", "yes")), (("a", BLAND_ONE),), (("b", BLAND_TWO), ("a", "ok"))]
)
def test_what_hardly_tells_is_not_sure(lines: tuple[tuple[str, str], ...]) -> None:
    assert find_roles(spoken(*lines)).confidence < 0.75


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b"]),
            st.sampled_from(
                [BLAND_ONE, BLAND_TWO, "how may i help you", "my bill", "good morning"]
            ),
        ),
        min_size=2,
        max_size=8,
    )
)
def test_names_of_speakers_do_not_matter(lines: list[tuple[str, str]]) -> None:
    decision = find_roles(spoken(*lines))
    other = {"a": "b", "b": "a"}
    again = find_roles(spoken(*[(other[who], text) for who, text in lines]))
    assert again.confidence == pytest.approx(decision.confidence)
    if decision.confidence > 0.5 + 1e-9:
        assert again.roles == {other[s]: role for s, role in decision.roles.items()}
