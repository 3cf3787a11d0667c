"""Mandarin dialogues, built like the English ones."""

import random
import re
from collections.abc import Callable

from benchmarks.redaction_dialogues.dialogue import (
    Dialogue,
    SaidWord,
    Speaker,
    chunks,
    digits,
    luhn_digit,
    resident_check,
)
from qa_pipeline.records import SensitiveKind

_SPOKEN = "零一二三四五六七八九"
_PAUSES = ["嗯", "呃", "然后", "那个"]
_NODS = ["嗯", "好的", "对", "您说", "嗯嗯", "您继续", "哦"]
_FAMILY = "王李张刘陈杨赵黄周吴徐孙"
_GIVEN = ["伟", "芳", "娜", "秀英", "敏", "静怡", "建国", "晓东", "子涵", "雨桐", "志强", "海燕"]
_AREAS = ["上海市浦东新区", "北京市朝阳区", "杭州市西湖区", "深圳市南山区", "成都市武侯区"]
_ROADS = ["世纪大道", "建国路", "文三路", "科技园路", "人民南路", "中山西路", "解放街"]
_MARKS = re.compile(r"[A-Za-z]+|[0-9]+(?:[.:][0-9]+)*%?|[^\s]")


def han_number(value: int) -> str:
    """Return a whole number below ten thousand as it is spoken."""
    if value < 10:
        return _SPOKEN[value]
    if value < 20:
        return "十" + (_SPOKEN[value - 10] if value > 10 else "")
    for unit, name in ((1000, "千"), (100, "百"), (10, "十")):
        if value >= unit:
            head, rest = divmod(value, unit)
            gap = "零" if 0 < rest < unit // 10 else ""
            return _SPOKEN[head] + name + (gap + han_number(rest) if rest else "")
    raise ValueError(value)


class MandarinWriter:
    """Writes one dialogue; every character is a word, as recognisers give them."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.dialogue = Dialogue("zh")
        self.written = draw.random() < 0.35
        self.one = draw.choice("一幺幺")
        """How this caller reads a one."""

    def free(self, text: str) -> list[SaidWord]:
        """Return words that give nothing away; what stands in {braces} has to survive."""
        words, surviving = [], False
        for part in _MARKS.findall(text):
            if part in "{}":
                surviving = part == "{"
            elif re.match(r"\w", part):
                words.append(SaidWord(part, amount=surviving))
            elif self.written and words:
                words[-1] = SaidWord(words[-1].text + part, amount=words[-1].amount)
        return words

    def line(self, speaker: Speaker, text: str) -> None:
        """Say something that gives nothing away."""
        self.dialogue.say(speaker, self.free(text))

    def one_of(self, *texts: str) -> str:
        """Return one of the texts."""
        return self.draw.choice(texts)

    def read_digits(self, group: str) -> list[str]:
        """Return the words in which a group of digits is read out."""
        if self.written:
            return [group]
        words: list[str] = []
        at = 0
        while at < len(group):
            digit = group[at]
            run = len(group[at:]) - len(group[at:].lstrip(digit))
            name = self.one if digit == "1" else _SPOKEN[int(digit)]
            if run in (2, 3) and self.draw.random() < 0.2:
                words += ["两" if run == 2 else "三", "个", name]
                at += run
            else:
                words.append(name)
                at += 1
        return words

    def dictate(
        self, kind: SensitiveKind, speaker: Speaker, lead: str, groups: list[str], tail: str = ""
    ) -> None:
        """Let a speaker read a number out, in one go or in pieces, and perhaps be read back to."""
        other: Speaker = "agent" if speaker == "customer" else "customer"
        item = self.dialogue.new_item(kind)
        words = self.free(lead)
        split = len(groups) > 1 and self.draw.random() < 0.35
        for index, group in enumerate(groups):
            if index and self.draw.random() < 0.12:
                words += [SaidWord(c, item, telling=False) for c in self.draw.choice(_PAUSES)]
            words += [SaidWord(w, item) for w in self.read_digits(group)]
            if split and index < len(groups) - 1 and self.draw.random() < 0.7:
                self.dialogue.say(speaker, words)
                words = []
                self._nod(other, group, kind)
        self.dialogue.say(speaker, words + self.free(tail))
        if self.draw.random() < 0.3:
            again = self.dialogue.new_item(kind)
            said = [SaidWord(w, again) for group in groups for w in self.read_digits(group)]
            lead = self.one_of("我重复一下，", "好的，", "跟您核对一下，是")
            self.dialogue.say(
                other, self.free(lead) + said + self.free(self.one_of("对吗", "是吧", ""))
            )
            self.line(speaker, self.one_of("对的", "没错", "是的"))

    def _nod(self, other: Speaker, group: str, kind: SensitiveKind) -> None:
        if self.draw.random() < 0.25:
            item = self.dialogue.new_item(kind)
            words = [SaidWord(w, item) for w in self.read_digits(group)]
            self.dialogue.say(other, words + self.free(self.one_of("", "嗯", "好")))
        else:
            self.line(other, self.draw.choice(_NODS))

    # what gives somebody away
    def phone(self) -> None:
        """Give a telephone number."""
        kind = self.draw.randrange(4)
        if kind < 3:
            number = f"1{self.draw.choice('3456789')}{digits(self.draw, 9)}"
            groups = chunks(number, self.draw.choice([[3, 4, 4], [3, 3, 5], [4, 3, 4], [11]]))
        else:
            area = self.draw.choice(["010", "021", "0755", "0571"])
            groups = [area, *chunks(f"{self.draw.choice('2568')}{digits(self.draw, 7)}", [4, 4])]
        asked = self.draw.random() < 0.6
        if asked:
            self.line("agent", self.one_of(
                "请问您的联系电话是多少", "麻烦您报一下手机号", "方便留一个回访的号码吗",
                "您登记的电话号码是多少呢",
            ))  # fmt: skip
        lead = self.one_of("", "嗯是", "你记一下", "好的") if asked else self.one_of(
            "我的手机号是", "你打我电话", "我电话", "联系我就打", "号码是", "我手机",
        )  # fmt: skip
        self.dictate("phone", "customer", lead, groups, self.one_of("", "", "你们尽快打给我"))

    def identity(self) -> None:
        """Give a resident identity number."""
        region = self.draw.choice(["110105", "310115", "440305", "330106", "510107"])
        birth = f"{self.draw.randint(1955, 2005)}{self.draw.randint(1, 12):02d}"
        body = f"{region}{birth}{self.draw.randint(1, 28):02d}{digits(self.draw, 3)}"
        check = resident_check(body)
        number = body if check == "X" else body + check
        self.line("agent", self.one_of(
            "请提供一下您的身份证号码", "为了核实身份请报一下证件号", "麻烦说一下身份证号",
        ))  # fmt: skip
        groups = chunks(number, self.draw.choice([[6, 4, 4, 4], [3, 3, 4, 4, 4], [18]]))
        tail = "X" if check == "X" else ""
        self.dictate("id", "customer", self.one_of("", "我的身份证是", "好"), groups, tail)

    def card(self) -> None:
        """Give a bank card number, or its last digits."""
        length = self.draw.choice([19, 19, 16])
        body = self.draw.choice(["6222", "6217", "6228", "6214"])
        body += digits(self.draw, length - 5)
        number = body + luhn_digit(body)
        groups = chunks(number, [4, 4, 4, 4])
        if self.draw.random() < 0.3:
            lead = self.one_of("我那张银行卡尾号是", "退到尾号")
            self.dictate("card", "customer", lead, [number[-4:]], self.one_of("的卡", "那张"))
            return
        asked = self.draw.random() < 0.6
        if asked:
            self.line("agent", self.one_of("请问退款的银行卡号是多少", "麻烦报一下卡号"))
        lead = self.one_of("", "是", "卡号是") if asked else self.one_of(
            "你退到我这张卡吧", "我的银行卡是", "信用卡号是",
        )  # fmt: skip
        self.dictate("card", "customer", lead, groups)

    def account(self) -> None:
        """Give an account or customer number, or a password."""
        what = self.draw.choice(["宽带账号", "客户编号", "会员号", "户号", "服务密码"])
        size = 6 if what == "服务密码" else self.draw.randint(6, 12)
        groups = chunks(digits(self.draw, size), self.draw.choice([[3, 3], [4, 4], [12]]))
        if self.draw.random() < 0.7:
            self.line("agent", self.one_of(f"请问您的{what}是多少", f"麻烦提供一下{what}"))
            lead = self.one_of("", "我看看啊", "是", "稍等，")
        else:
            lead = self.one_of(f"我的{what}是", f"我这边{what}")
        tail = self.one_of("", "", "上个月扣了{二百五十}块")
        self.dictate("account", "customer", lead, groups, tail)

    def email(self) -> None:
        """Give an e-mail address."""
        item = self.dialogue.new_item("email")
        local = self.draw.choice(["zhangwei", "li na", "chenxiao", "w y", "sunny"])
        number = digits(self.draw, self.draw.choice([2, 4, 6]))
        domain = self.draw.choice(["qq", "163", "126", "sina", "foxmail"])
        self.line("agent", self.one_of("电子发票发到哪个邮箱", "请问您的邮箱是"))
        if self.written:
            words = [SaidWord(f"{local.replace(' ', '')}{number}@{domain}.com", item)]
        else:
            named = list(self.read_digits(domain)) if domain.isdigit() else [domain]
            said = [*local.split(), *self.read_digits(number), *self.one_of("艾特", "圈A").strip()]
            words = [SaidWord(w, item) for w in [*said, *named, "点", "com"]]
        self.dialogue.say("customer", self.free(self.one_of("", "我的邮箱是", "发到")) + words)

    def name(self) -> None:
        """Give a name."""
        item = self.dialogue.new_item("name")
        family, given = self.draw.choice(_FAMILY), self.draw.choice(_GIVEN)
        self.line("agent", self.one_of("请问您贵姓", "户主姓名是什么"))
        words = [SaidWord(c, item) for c in family + given]
        self.dialogue.say("customer", self.free(self.one_of("我叫", "户主是", "名字是")) + words)
        if self.draw.random() < 0.5:
            again = self.dialogue.new_item("name")
            self.dialogue.say("agent", [
                *self.free("好的"), SaidWord(family, again),
                *self.free(self.one_of("先生", "女士") + "请稍等"),
            ])  # fmt: skip

    def address(self) -> None:
        """Give a postal address."""
        item = self.dialogue.new_item("address")
        number, room = self.draw.randint(2, 300), self.draw.randint(101, 2505)
        house = f"{number}号{room}室" if self.written else f"{han_number(number)}号"
        place = self.draw.choice(["", self.draw.choice(_AREAS)]) + self.draw.choice(_ROADS) + house
        words = [SaidWord(part, item) for part in _MARKS.findall(place)]
        lead = self.one_of("地址是", "我住在", "送到")
        self.dialogue.say("customer", self.free(lead) + words)

    # what does not
    def nobody(self) -> None:
        """Say a number that identifies nobody."""
        value = self.draw.randint(2, 980)
        amount = str(value) if self.written else han_number(value)
        big = self.draw.randint(1100, 9800)
        money = str(big) if self.written else han_number(big)
        read = "".join(self.read_digits(digits(self.draw, self.draw.choice([6, 8, 10, 12]))))
        day, month = self.draw.randint(1, 28), self.draw.randint(1, 12)
        date = f"{month}月{day}" if self.written else f"{han_number(month)}月{han_number(day)}"
        year = str(2024) if self.written else "二零二四"
        hotline = "".join(self.read_digits("4008123456"))
        staff = "".join(self.read_digits("1024"))
        many: list[tuple[Speaker, str]] = self.draw.choice(
            [
                [("agent", f"您的余额是{{{money}}}元")],
                [("customer", f"上个月多扣了我{{{amount}}}块钱")],
                [("customer", f"我买了{{{amount}}}件只收到{{两}}件")],
                [("agent", f"预计{{{date}}}号到货")],
                [("agent", f"师傅明天上午{{{han_number(day % 12 + 1)}}}点到")],
                [("agent", "请问订单号是多少"), ("customer", f"是{{{read}}}")],
                [("customer", f"订单号{{{read}}}一直没发货")],
                [("agent", f"您的快递单号是{{{read}}}")],
                [("agent", f"工单号是{{{read}}}请您保存")],
                [("agent", f"我的工号是{{{staff}}}")],
                [("agent", f"您也可以拨打我们的热线{{{hotline}}}")],
                [("customer", f"我{{{year}}}年就办了，每月{{{amount}}}块")],
                [("customer", f"说好的{{{amount}}}兆，现在连{{五十}}兆都没有")],
                [("agent", f"合同{{{year}}}年{{{date}}}日到期，一共{{{money}}}块")],
                [("customer", "电表读数是{" + "".join(self.read_digits("40718")) + "}")],
                [("customer", "一直提示错误{" + "".join(self.read_digits("691")) + "}")],
                [("agent", "您要几箱"), ("customer", f"{{{amount}}}箱，分{{三}}次送")],
                [("customer", f"我等了{{{han_number(day)}}}分钟，打了{{七八}}个电话")],
                [("agent", "可以给您打{八}折，送{十二}个月")],
                [("customer", "我一二三四次打过来都没人管")],
            ]
        )
        for speaker, text in many:
            self.line(speaker, text)


def mandarin_dialogue(draw: random.Random, *, personal: bool) -> Dialogue:
    """Return a dialogue, with or without personal data."""
    writer = MandarinWriter(draw)
    writer.line(
        "agent", writer.one_of("您好，客服中心，很高兴为您服务", "您好，请问有什么可以帮您")
    )
    writer.line("customer", writer.one_of(
        "你好，我家宽带老是断", "我想问一下上个月的账单", "我要搬家，想移机",
    ))  # fmt: skip
    kinds: list[Callable[[], None]] = [
        writer.phone, writer.identity, writer.card, writer.account, writer.email, writer.name,
        writer.address,
    ]  # fmt: skip
    scenes = draw.sample(kinds, draw.randint(1, 3)) if personal else []
    scenes += [writer.nobody] * draw.randint(1, 4)
    draw.shuffle(scenes)
    for scene in scenes:
        scene()
        if draw.random() < 0.4:
            writer.line("agent", writer.one_of("好的，谢谢您", "请您稍等", "我帮您查一下"))
    writer.line("agent", "请问还有其他可以帮您的吗")
    writer.line("customer", "没有了，谢谢，再见")
    return writer.dialogue
