"""User names, passwords and numbers with letters in them, written and spelled."""

import pytest

from qa_pipeline.privacy import redact_conversation
from tests.privacy.talk import talk, texts

REDACTED = [
    ("C: my username is jsmith84", "my username is [account]"),
    ("A: What's your user name?\nC: It's jsmith84, all lower case.",
     "It's [account], all lower case."),
    ("C: The user name's J Smith eighty four.", "The user name's [account]."),
    ("A: Can I take your login?\nC: jay underscore smith one nine eight four", "[account]"),
    ("A: What name do you sign in with?\nC: bobby tables 77.", "[account]."),
    ("C: My user ID is k t 7 7 4 1.", "My user ID is [account]."),
    ("C: My login name is mary-jones and it says invalid.",
     "My login name is [account] and it says invalid."),
    ("C: My password is Sunshine99, capital S.", "My password is [account]."),
    ("C: My Instagram is lola_rose22, have a look", "My Instagram is [account], have a look"),
    ("A: And what's the login for the website?\nC: Oh it's, um, sparky underscore dave seven.",
     "Oh it's, um, [account]."),
    ("C: The username I've got written down here is BLUEBIRD 22.",
     "The username I've got written down here is [account]."),
    ("A: 您的微信号方便留一下吗\nC: 可以，w y 一九九零", "可以，[账号]"),
    ("C: 微信号是L小写的 i u 八八", "微信号是[账号]"),
    ("C: 微信号是abc_123", "微信号是[账号]"),
    ("C: 我的微信号是zhangwei8866，你加我", "我的微信号是[账号]，你加我"),
    ("C: 加我微信，w x i d 下划线 七 八 九 k", "加我微信，[账号]"),
    ("A: 您的用户名\nC: 是lihua_2008", "是[账号]"),
    ("A: 登录名是什么\nC: l i h u a 二零零八", "[账号]"),
    ("C: 我的账号是xiaoming1990，密码是qwe789", "我的账号是[账号]，密码是[账号]"),
    ("C: My IBAN is GB29 NWBK 6016 1331 9268 19", "My IBAN is [account]"),
    ("C: it is G B two nine N W B K six oh one six one three three one nine two six eight one nine",
     "it is [account]"),
    ("A: Sort code?\nC: twenty, thirty two, fifty three\nA: And the account?\n"
     "C: one four three, double seven, oh oh nine", "[account]"),
    ("C: My passport is A B 1 2 3 4 5 6 7", "My passport is [id]"),
    ("C: passport number five oh two one one oh eight eight six G B R", "passport number [id]"),
    ("A: Your passport number?\nC: N as in November, seven one oh double four two three.", "[id]."),
    ("C: My ID card is A 1 2 3 4 5 6 bracket 3", "My ID card is [id]"),
    ("C: My driving licence number is M O R G A 6 5 7 0 5 4 S M 9 I J",
     "My driving licence number is [id]"),
    ("A: National insurance number?\nC: J G one oh three seven five nine A.", "[id]."),
    ("C: my policy's P H dash 7 7 1 0 0 2 dash B.", "my policy's [account]."),
    ("C: 护照号是E A 一二三四五六七", "护照号是[证件号]"),
    ("C: 港澳通行证号码C一二三四五六七八", "港澳通行证号码[证件号]"),
    ("C: 房产证编号二零一三零一二三四五", "房产证编号[证件号]"),
]  # fmt: skip
KEPT = [
    "C: My password is not working and my username is locked.",
    "C: my login is slow and my account is blocked for 3 days",
    "A: What's your username?\nC: I have forgotten it, I bought a 4 K TV from B and Q",
    "A: What's your username?\nC: about 45 minutes ago it locked me out",
    "C: My password is too short apparently, it needs eight characters.",
    "C: 微信号是没绑定的，账号是空的",
    "C: My tracking number is J J D 0 0 0 2 2 4 6 0 9 1",
    "C: 顺丰单号SF一二三四五六七八九零一二三到现在没动",
    "C: 京东的快递号JD零零一二三四五六七八九",
    "C: Tracking says 1 Z 9 9 9 A A 1 0 1 2 3 4 5 6 7 8 4",
    "A: Any vehicle on the policy?\nC: A 2019 Golf, an old one.",
    "C: Every time I enter my password it says error 403",
    "C: The bag tag is 0220 LH 448812",
    "C: The VIN is W V W Z Z Z 1 J Z 3 W 3 8 6 7 5 2",
    "C: VIN number's 1HGCM82633A004352",
    "C: 车架号是LSVAA4182E2184847",
    "C: 卡的ICCID是89860012345678901234",
    "C: The ICCID is 8944110066412345678 and the IMEI is 356938035643809",
    "C: My order is GB 7741 2290 X",
    "A: Your booking reference is X 7 K 9 P 2",
    "C: The postcode is S W one A one A A",
    "A: 请拨打4008208820转8021，或者打九五五八八转幺零八",
    "A: You can call 0800 123 4567 extension 4 4 0 1 7",
    "A: 您可以打一二三一五投诉，或者一二三四五",
    "A: I can do one two five megs for twenty eight ninety nine, or five hundred for thirty five.",
    "C: look at google dot com, it says you close at five",
]


@pytest.mark.parametrize(("said", "last"), REDACTED)
def test_codes_with_letters_go_whole(said: str, last: str) -> None:
    assert texts(redact_conversation(talk(said)).conversation)[-1] == last


@pytest.mark.parametrize("said", KEPT)
def test_things_and_talk_stay(said: str) -> None:
    conversation = talk(said)
    assert redact_conversation(conversation).conversation == conversation


@pytest.mark.parametrize(
    ("said", "last"),
    [
        ("j, o, h, n, underscore, s, at, h o t mail dot com", "[email]"),
        ("My email, that's m, i, k, e, four two, at g mail dot com", "My email, that's [email]"),
        ("it's e d dot jones at outlook dot com", "it's [email]"),
        ("It is S for sugar, A, double L, Y at yahoo dot co dot uk", "It is [email]"),
        ("it's J-O-H-N at example dot org", "it's [email]"),
        ("I've sent it to info at green hyphen garden dot co dot uk", "I've sent it to [email]"),
        ("邮箱是z h a n g 三艾特一六三点com", "邮箱是[邮箱]"),
    ],
)
def test_addresses_spelled_by_letters_go_whole(said: str, last: str) -> None:
    assert texts(redact_conversation(talk(f"C: {said}")).conversation) == [last]


def test_a_code_in_pieces_goes_with_every_piece() -> None:
    conversation = talk("A: the policy number please\nC: H O seven\nA: mm hm\nC: seven four one X")
    assert texts(redact_conversation(conversation).conversation) == [
        "the policy number please", "[account]", "mm hm", "[account]",
    ]  # fmt: skip
