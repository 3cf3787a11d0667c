"""What is taken for a number that identifies somebody, and what is not."""

import pytest

from qa_pipeline.privacy import redact_conversation, redact_text
from tests.privacy.talk import talk, texts

REDACTED = [
    ("C: my number is oh seven seven double oh nine hundred one two", ["my number is [phone]"]),
    ("C: ring me on 020 7946 0958 please", ["ring me on [phone] please"]),
    ("C: it's (415) 555-2671", ["it's [phone]"]),
    ("C: call +44 7700 900123 any time", ["call [phone] any time"]),
    ("C: triple nine one two triple four oh six", ["[phone]"]),
    ("C: 我的电话是幺三八零零幺三八零零零", ["我的电话是[电话]"]),
    ("C: 我手机138-0013-8000，麻烦快点", ["我手机[电话]，麻烦快点"]),
    ("C: 打零一零八八八八六六六六就行", ["打[电话]就行"]),
    ("C: 号码是一三九两个七四个零三二幺", ["号码是[电话]"]),
    ("C: 手机号是一三九六六洞洞拐拐勾勾", ["手机号是[电话]"]),
    ("C: 卡的尾号是三三五拐", ["卡的尾号是[卡号]"]),
    ("C: 身份证一一零一零五一九四九一二三一零零二X", ["身份证[证件号]"]),
    ("C: my social is 219-09-9999", ["my social is [id]"]),
    ("C: my NI number is AB 12 34 56 C", ["my NI number is [id]"]),
    ("C: it's four triple one, double one double one, triple one one, 1111", ["it's [card]"]),
    ("A: the CVV please\nC: three two one", ["the CVV please", "[card]"]),
    ("A: and the last four digits of the card?\nC: 4417", [
        "and the last four digits of the card?", "[card]",
    ]),
    ("C: 尾号四四一七的卡", ["尾号[卡号]的卡"]),
    ("A: can I take your account number\nC: sure it's four one seven two zero nine", [
        "can I take your account number", "sure it's [account]",
    ]),
    ("A: 请问您的宽带账号\nC: 七七零五三一", ["请问您的宽带账号", "[账号]"]),
    ("C: my password is 4 4 1 7 2", ["my password is [account]"]),
    ("C: 验证码是660321分别发到我手机和邮箱了", ["验证码是[账号]分别发到我手机和邮箱了"]),
    ("C: 密码是123456家里人都知道", ["密码是[账号]家里人都知道"]),
    ("C: 我卡尾号3302张先生", ["我卡尾号[卡号]张先生"]),
    ("C: 手机尾号7788部门那边登记过", ["手机尾号[卡号]部门那边登记过"]),
    ("C: 密码：六六零三二一年初改的", ["密码：[账号]年初改的"]),
    ("C: 5105 1051 0510 5100, expires 08/27, three digits on the back are 123", [
        "[card], expires 08/27, three digits on the back are [card]",
    ]),
    ("A: Can I have the memorable number?\nC: nine one seven oh two four", [
        "Can I have the memorable number?", "[account]",
    ]),
    ("C: my PIN's 4711", ["my PIN's [account]"]),
    ("C: The PIN’s four seven one one", ["The PIN’s [account]"]),
    ("C: the security code's 123", ["the security code's [card]"]),
    ("C: the CVV's 123", ["the CVV's [card]"]),
    ("C: my passport's 502110", ["my passport's [id]"]),
    ("C: My sort code's 40 47 84", ["My sort code's [account]"]),
    ("C: my National Insurance number's QQ 12 34 56 C", [
        "my National Insurance number's [id]",
    ]),
    ("C: my account number's 44190", ["my account number's [account]"]),
    ("A: I have the last four's 4417", ["I have the last four's [card]"]),
    ("C: 660321's my PIN", ["[account]'s my PIN"]),
    ("C: my email address's sarah at example dot com", ["my email address's [email]"]),
    ("C: write to jane.doe+bills@example.co.uk today", ["write to [email] today"]),
    ("C: it is jane dot doe forty two at gmail dot com", ["it is [email]"]),
    ("C: 邮箱是zhang12艾特qq点com", ["邮箱是[邮箱]"]),
]  # fmt: skip

KEPT = [
    "A: your balance is two hundred and fifty pounds, due on the 22nd of March 2026",
    "C: I paid £1,234.50 at 12:30 on 22/11/2026 and $99 before",
    "C: you can call me at five thirty or at half past nine",
    "C: my order number is 40021887 and nobody answers",
    "A: the reference's 881400721",
    "A: your order's 88140072",
    "A: your tracking number is one four seven double two nine eight three five six",
    "A: my staff number is one zero two four",
    "A: our hotline is 0800 123 4567",
    "A: our customer service number is 400 820 8820",
    "A: what is the order number\nC: nine eight seven six five four three two one",
    "C: I ordered 4500 boxes and got one two three at most",
    "C: I was born on the third of May nineteen eighty",
    "C: it is 766 megabits, not nine hundred",
    "C: version 10.15.7 shows error six nine one",
    "C: 过了幺零五拐弯就到，票上都打了勾",
    "A: 您的余额是三千五百二十块，二零二六年三月五号到期",
    "C: 我一二三四次打过来都没人管，等了四十五分钟",
    "A: 请问订单号是多少\nC: 是二零二六零三零五一二三四",
    "A: 您的账户2026年3月5日到期，卡里还有3500元",
    "A: 这个账号1000兆，信用卡扣了1200块，信用卡1200多块",
    "A: 工号一零二四为您服务，热线是四零零八一二三四五六",
    "C: 说好的五百兆，现在连五十兆都没有，十二点半才来",
    "A: 我核实一下，一共三个工作日，一会儿给您回电话",
]


@pytest.mark.parametrize(("said", "expected"), REDACTED)
def test_numbers_that_identify_are_redacted(said: str, expected: list[str]) -> None:
    assert texts(redact_conversation(talk(said)).conversation) == expected


@pytest.mark.parametrize("said", KEPT)
def test_amounts_dates_times_and_orders_stay(said: str) -> None:
    conversation = talk(said)
    assert redact_conversation(conversation).conversation == conversation


def test_a_number_in_pieces_goes_with_every_piece_and_the_reading_back() -> None:
    conversation = talk(
        """
        A: what is the best number to reach you
        C: oh seven seven double oh
        A: mm hm
        C: nine hundred sorry nine oh oh
        A: nine oh oh yes
        C: one two three and it costs twenty pounds
        A: so that is 07700 900123 is that right
        """
    )
    assert texts(redact_conversation(conversation).conversation) == [
        "what is the best number to reach you",
        "[phone]",
        "mm hm",
        "[phone]",
        "[phone] yes",
        "[phone] and it costs twenty pounds",
        "so that is [phone] is that right",
    ]


def test_pieces_between_nods_in_mandarin() -> None:
    conversation = talk(
        "A: 麻烦报一下卡号\nC: 六二二二\nA: 嗯\nC: 零二幺二\nA: 您说\nC: 三四五六七八九零幺二三"
    )
    assert texts(redact_conversation(conversation).conversation) == [
        "麻烦报一下卡号", "[卡号]", "嗯", "[卡号]", "您说", "[卡号]",
    ]  # fmt: skip


def test_a_question_for_something_else_ends_a_number() -> None:
    conversation = talk("C: my card is 4111 1111 1111 1111\nA: and the order number\nC: 77001")
    assert texts(redact_conversation(conversation).conversation) == [
        "my card is [card]", "and the order number", "77001",
    ]  # fmt: skip


def test_misheard_digits_inside_a_number_go_with_it() -> None:
    conversation = talk("C: 我的手机号是幺三八林零要三八零零零")
    assert texts(redact_conversation(conversation).conversation) == ["我的手机号是[电话]"]
    conversation = talk("C: my phone number is oh seven to double for nine won two three five")
    assert texts(redact_conversation(conversation).conversation) == ["my phone number is [phone]"]


def test_traditional_characters() -> None:
    conversation = talk("A: 請問您的手機號碼\nC: 幺三八兩個零幺三八零零零，扣了三百五十塊")
    assert texts(redact_conversation(conversation).conversation) == [
        "請問您的手機號碼", "[电话]，扣了三百五十塊",
    ]  # fmt: skip


def test_pieces_that_diarization_gave_to_the_other_side() -> None:
    conversation = talk(
        "A: your mobile please\nC: oh seven seven\nA: double oh nine\nC: one two three four"
    )
    assert texts(redact_conversation(conversation).conversation) == [
        "your mobile please", "[phone]", "[phone]", "[phone]",
    ]  # fmt: skip


def test_names_and_addresses_only_where_asked() -> None:
    said = (
        "A: this is Maya who am I speaking to\n"
        "C: my name is David Miller I live at 42 Maple Road Leeds\n"
        "A: thank you Mr Miller"
    )
    conversation = talk(said)
    assert redact_conversation(conversation).conversation == conversation
    asked = redact_conversation(conversation, ("name", "address")).conversation
    assert texts(asked) == [
        "this is Maya who am I speaking to",
        "my name is [name] I live at [address]",
        "thank you Mr [name]",
    ]
    said = "C: 我叫王小明，住在上海市浦东新区世纪大道一百号三栋502室\nA: 好的王先生"
    asked = redact_conversation(talk(said), ("name", "address")).conversation
    assert texts(asked) == ["我叫[姓名]，住在[地址]", "好的[姓名]先生"]


def test_only_the_kinds_asked_for() -> None:
    conversation = talk("C: my card is 4111 1111 1111 1111 and my mobile is 07700 900123")
    assert texts(redact_conversation(conversation, ("card",)).conversation) == [
        "my card is [card] and my mobile is 07700 900123"
    ]
    assert redact_conversation(conversation, ()).conversation == conversation


def test_text_by_itself() -> None:
    assert redact_text("no word 'mobile is 07700 900123'") == "no word 'mobile is [phone]'"
    assert redact_text("") == ""
