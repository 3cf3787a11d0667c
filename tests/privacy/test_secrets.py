"""PINs, passwords and codes that are given only after some talk, and what only looks like them."""

import pytest

from qa_pipeline.privacy import redact_conversation
from tests.privacy.talk import talk, texts

DETOURS = [
    ("A: What's your PIN?\nC: I'd rather not say that out loud, okay it's four seven one one",
     "I'd rather not say that out loud, okay it's [account]"),
    ("A: And your PIN please?\nC: Do I really have to say it on the phone?\n"
     "A: I can't go further without it I'm afraid.\nC: Fine. Well it's four seven one one.",
     "Fine. Well it's [account]."),
    ("A: Your passcode?\nC: Hang on, my son is in the room. Right, nine oh two six four one.",
     "Hang on, my son is in the room. Right, [account]."),
    ("C: You want my PIN? I was told never to give it to anyone, but alright then, three eight "
     "double one.",
     "You want my PIN? I was told never to give it to anyone, but alright then, [account]."),
    ("A: what's the passcode on the account\nC: sorry which one do you mean\n"
     "A: the one you set up when you joined\nC: oh that one, I think it's two two seven nine",
     "oh that one, I think it's [account]"),
    ("A: I need your memorable number.\nC: I don't like giving that out.\n"
     "A: It's only to check it is you.\nC: All right. Nineteen sixty six.",
     "All right. [account]."),
    ("A: I have texted you a code.\nC: It has not come yet.\nA: No hurry, take your time.\n"
     "C: There we are. It is five five one eight two oh.",
     "There we are. It is [account]."),
    ("A: What's the four digit code?\nC: 2 2 0 9", "[account]"),
    ("A: 请问您的密码是多少\nC: 这个能说吗，我有点不放心\nA: 您放心，通话是加密的\n"
     "C: 那好吧，四七一一",
     "那好吧，[账号]"),
    ("A: 请说一下您的取款密码\nC: 我不太想说啊，旁边有人，算了，我小声说吧，九零二六四一",
     "我不太想说啊，旁边有人，算了，我小声说吧，[账号]"),
    ("C: 密码啊，我平时都记在本子上的，你等我翻一下，翻到了，是五五一九八二",
     "密码啊，我平时都记在本子上的，你等我翻一下，翻到了，是[账号]"),
    ("A: 您设的服务密码是什么\nC: 一定要说吗\nA: 是的，不然我这边进不去系统\nC: 好吧，二二八八四六",
     "好吧，[账号]"),
    ("A: 验证码是多少\nC: 六六零三二一", "[账号]"),
    ("A: 麻烦把验证码告诉我\nC: 还没收到\nA: 再等一下\nC: 来了，九一八零四四", "来了，[账号]"),
    ("C: the first code was 3308, the second was nine nine two one",
     "the first code was [account], the second was [account]"),
    ("A: 您的查询密码\nC: 六个八", "[账号]"),
    ("C: 验证码我收到两次，第一次是三三零八，第二次是九九二一",
     "验证码我收到两次，第一次是[账号]，第二次是[账号]"),
    ("C: 我收到的是四四零九这个验证码", "我收到的是[账号]这个验证码"),
]  # fmt: skip
KEPT = [
    "A: What's your PIN?\nC: I'd rather not say, I have been a customer since nineteen eighty four",
    "A: your PIN please\nC: I rang three times and spent 45 minutes, you took 4500 from me",
    "C: my PIN is wrong, it says three attempts left",
    "A: Your username is the email you registered in 2019.",
    "C: I have had the account since nineteen eighty four",
    "A: 请问您的密码是多少\nC: 我打了三次，等了四十五分钟",
    "C: 我密码忘了，输错三次锁了，2024年设的",
    "C: the promo code is 2580 and the error code's 691204",
    "C: 订单尾号四四零八，两件，付了三百六十八",
    "C: 车架号最后六位是零零四三五二",
    "C: my order number ends in 4408, the card ends in May",
]


@pytest.mark.parametrize(("said", "last"), DETOURS)
def test_a_secret_given_after_a_detour_goes(said: str, last: str) -> None:
    assert texts(redact_conversation(talk(said)).conversation)[-1] == last


@pytest.mark.parametrize("said", KEPT)
def test_numbers_of_the_detour_stay(said: str) -> None:
    conversation = talk(said)
    assert redact_conversation(conversation).conversation == conversation


def test_a_denied_number_is_followed_by_another_of_its_kind() -> None:
    conversation = talk("A: 尾号七七六零的卡对吗\nC: 不是，是零零八三那张")
    assert texts(redact_conversation(conversation).conversation) == [
        "尾号[卡号]的卡对吗", "不是，是[卡号]那张",
    ]  # fmt: skip
    conversation = talk("C: My card ends seven seven one two, the old one ended four oh oh nine.")
    assert texts(redact_conversation(conversation).conversation) == [
        "My card ends [card], the old one ended [card]."
    ]
