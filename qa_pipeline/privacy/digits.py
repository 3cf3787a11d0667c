"""Digits as people write and say them: "138", "one three eight", "double seven", 幺三八, 两个七.

What counts or measures (two hundred and fifty, 三千块, 12:30, £4.50) is told apart here already:
it is an ``amount`` and never part of an identifying number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa_pipeline.privacy.tokens import Token
from qa_pipeline.privacy.vocabulary import syllable

Style = Literal["digits", "tens", "amount", "weak"]

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ONES = {
    **{word: str(digit) for digit, word in enumerate(_DIGITS)},
    **dict.fromkeys(["oh", "o", "nought", "naught", "nil", "null"], "0"),
    "niner": "9",
}
_PLURALS = {
    **{f"{word}{'es' if word == 'six' else 's'}": str(digit) for digit, word in enumerate(_DIGITS)},
    **dict.fromkeys(["zeroes", "ohs", "oh's", "o's", "noughts"], "0"),
}
_TEENS = {
    **{"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14"},
    **{"fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19"},
}
_TENS = {
    **{"twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5"},
    **{"sixty": "6", "seventy": "7", "eighty": "8", "ninety": "9"},
}
_MULTIPLIERS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_BIG = {"hundred", "thousand", "million", "billion", "hundreds", "thousands"}

_HAN = {
    **dict(zip("零一二三四五六七八九", "0123456789", strict=True)),
    **{"〇": "0", "洞": "0", "幺": "1", "妖": "1", "壹": "1", "两": "2", "贰": "2", "叁": "3"},
}
_HAN_COUNTS = {
    "两": 2,
    "俩": 2,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "八": 8,
    "2": 2,
    "3": 3,
    "4": 4,
}
_HAN_BIG = set("百千万亿")
_MILITARY = {"拐": "7", "勾": "9"}
"""Said for digits by telephone, and words of their own: only in a row of digits are they one."""
_NOT_MILITARY = set("弯角进过到向往入杖棍卖带点下上去来出着了引选起画搭掉住兑")
"""After 拐 or 勾: a word such as 拐弯, no digit."""
_NOT_ONE = set("下个样些点定直起共般会次遍边旦切种张份家条方致")
"""After 一 at the beginning of a row: a word such as 一下, not a digit."""

_WEAK_EN = {
    **dict.fromkeys(["to", "too", "tu"], "2"),
    **dict.fromkeys(["for", "fore", "far"], "4"),
    **dict.fromkeys(["won", "wan"], "1"),
    **dict.fromkeys(["ate", "hate"], "8"),
    **dict.fromkeys(["tree", "free"], "3"),
    **dict.fromkeys(["sex", "sicks", "sick"], "6"),
    **dict.fromkeys(["nein", "mine", "line"], "9"),
    **dict.fromkeys(["owe", "hero"], "0"),
    **dict.fromkeys(["fife", "hive"], "5"),
    **dict.fromkeys(["heaven", "savon"], "7"),
}
"""Words that recognition writes for a digit; only between digits do they stand for one."""
_WEAK_SYLLABLES = {
    **{"ling": "0", "yi": "1", "yao": "1", "er": "2", "liang": "2", "san": "3", "si": "4"},
    **{"wu": "5", "liu": "6", "qi": "7", "ba": "8", "jiu": "9"},
    **{"lin": "0", "shan": "3", "shi": "4"},  # as heard through accents
}

_NEVER = re.compile(
    r"""
      [$£€¥￥]\s?\d[\d,]*(?:\.\d+)?               # money
    | \d+(?:\.\d+)?\s?[%％]
    | \d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?![:：\d])   # times
    | (?:19|20)\d{2}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)  # dates
    | (?<![\d/])\d{1,2}/\d{1,2}/\d{2,4}(?![\d/])
    | (?<![\d.])\d{1,5}\.\d{1,2}(?![\d.])           # decimals
    | \d+(?:st|nd|rd|th)\b
    | (?<!\b[B-HJ-Z\d]\s)\d{1,5}\s?(?:[KMGT]B?(?!\s[A-Z]\b)|[kMG]bps|[kM]?Hz|km|kg|cm|mm)\b
    """,
    re.X,
)


@dataclass(frozen=True)
class Atom:
    """Tokens ``first`` to ``last`` of an utterance, read as digits."""

    first: int
    last: int
    digits: str
    style: Style
    written: bool = False


def read_atoms(text: str, tokens: Sequence[Token]) -> list[Atom]:
    """Return everything that reads as digits or as an amount, in order, without overlap."""
    never = [match.span() for match in _NEVER.finditer(text)]
    atoms: list[Atom] = []
    at = 0
    while at < len(tokens):
        atom = _never(tokens, at, never) or _read(tokens, at)
        if atom is None:
            at += 1
            continue
        atoms.append(atom)
        at = atom.last + 1
    return _decimals(tokens, atoms)


def _never(tokens: Sequence[Token], at: int, spans: list[tuple[int, int]]) -> Atom | None:
    for start, end in spans:
        if start <= tokens[at].start < end:
            last = at
            while last + 1 < len(tokens) and tokens[last + 1].start < end:
                last += 1
            return Atom(at, last, "", "amount", written=True)
    return None


def _read(tokens: Sequence[Token], at: int) -> Atom | None:
    token = tokens[at]
    if token.script == "digits":
        return _counted(tokens, at) or _big_written(tokens, at)
    if token.script == "latin":
        return _english(tokens, at)
    if token.script == "han":
        return _mandarin(tokens, at)
    return None


def _big_written(tokens: Sequence[Token], at: int) -> Atom:
    follows = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if follows in _HAN_BIG or follows in _BIG:
        return Atom(at, _amount_end(tokens, at + 1), "", "amount", written=True)
    return Atom(at, at, tokens[at].text, "digits", written=True)


def _after_hyphen(tokens: Sequence[Token], at: int) -> int:
    """Return the index after ``at``, over a hyphen."""
    return at + 2 if at + 2 < len(tokens) and tokens[at + 1].text in "-‐" else at + 1


def _english(tokens: Sequence[Token], at: int) -> Atom | None:
    word = tokens[at].text
    after = _after_hyphen(tokens, at)
    follows = tokens[after].text if after < len(tokens) else ""
    if word in _MULTIPLIERS:
        digit = _ONES.get(follows) or (follows if follows.isdigit() and len(follows) == 1 else "")
        digit = digit or _WEAK_EN.get(follows, "")
        return Atom(at, after, digit * _MULTIPLIERS[word], "digits") if digit else None
    if word in _COUNTS and follows in _PLURALS:
        return Atom(at, after, _PLURALS[follows] * _COUNTS[word], "digits")
    if word in _ONES and follows in ("digits", "digit"):  # three digits: how many, not which
        return Atom(at, at, "", "amount")
    value = _ONES.get(word) or _TEENS.get(word) or (_TENS[word] + "0" if word in _TENS else "")
    if not value:
        weak = _WEAK_EN.get(word)
        return Atom(at, at, weak, "weak") if weak else None
    last = at
    if word in _TENS and _ONES.get(follows, "0") != "0":
        value, last = _TENS[word] + _ONES[follows], after
        after = _after_hyphen(tokens, last)
        follows = tokens[after].text if after < len(tokens) else ""
    if follows in _BIG:
        rest = [token.text for token in tokens[after + 1 : after + 3]] + ["", ""]
        goes_on = rest[0] in ("and", "a") or rest[0] in _TENS or rest[0] in _TEENS
        goes_on |= rest[0] in _BIG or (rest[0] in _ONES and rest[1] in _BIG)
        zeros = {"hundred": "00", "thousand": "000"}.get(follows)
        if zeros and not goes_on and len(value) == 1:
            return Atom(at, after, value + zeros, "tens")  # oh eight hundred, one two thousand
        return Atom(at, _amount_end(tokens, after), "", "amount")
    return Atom(at, last, value, "digits" if word in _ONES else "tens")


def _amount_end(tokens: Sequence[Token], at: int) -> int:
    """Return the last token of an amount such as "thousand two hundred and fifty"."""
    last = at
    while last + 1 < len(tokens):
        text = tokens[last + 1].text
        joint = text in ("and", "-", "a") and last + 2 < len(tokens)
        if joint and _is_number(tokens[last + 2].text):
            last += 2
        elif _is_number(text):
            last += 1
        else:
            break
    return last


def _is_number(text: str) -> bool:
    known = (_ONES, _TEENS, _TENS, _BIG, _HAN, _HAN_BIG)
    return any(text in words for words in known) or text in ("十", "半") or text.isdigit()


def _counted(tokens: Sequence[Token], at: int) -> Atom | None:
    """Read 两个七 and its like."""
    if at + 2 >= len(tokens) or tokens[at + 1].text != "个":
        return None
    third = tokens[at + 2]
    count, digit = _HAN_COUNTS.get(tokens[at].text), _HAN.get(third.text)
    if digit is None and third.script == "han":
        # 两个要 is 两个幺 where more digits follow; 两个是 is not
        after = tokens[at + 3].text if at + 3 < len(tokens) else ""
        digit = _MILITARY.get(third.text)
        if digit is None and after in _HAN:
            digit = _WEAK_SYLLABLES.get(syllable(third.text))
    if digit is None and third.script == "digits" and len(third.text) == 1:
        digit = third.text
    follows = tokens[at + 3].text if at + 3 < len(tokens) else ""
    if count is None or digit is None or follows in _HAN_BIG or follows == "十":
        return None
    return Atom(at, at + 2, digit * count, "digits")


def _mandarin(tokens: Sequence[Token], at: int) -> Atom | None:
    counted = _counted(tokens, at)
    if counted:
        return counted
    text = tokens[at].text
    follows = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if text == "十" or (text in _HAN and follows == "十"):
        return _tens(tokens, at)
    if text in _HAN_BIG and at and _is_number(tokens[at - 1].text):
        return Atom(at, _amount_end(tokens, at), "", "amount")
    if text in _MILITARY and _in_a_row(tokens, at):
        return Atom(at, at, _MILITARY[text], "digits")
    if text not in _HAN:
        weak = _WEAK_SYLLABLES.get(syllable(text))
        return Atom(at, at, weak, "weak") if weak else None
    if follows in _HAN_BIG:
        return Atom(at, _amount_end(tokens, at + 1), "", "amount")
    inside = at > 0 and (tokens[at - 1].text in _HAN or tokens[at - 1].script == "digits")
    if text == "一" and follows in _NOT_ONE and not inside:
        return None
    if text == "两":  # a number by itself only beside other digits
        return Atom(at, at, "2", "weak")
    return Atom(at, at, _HAN[text], "digits")


def _in_a_row(tokens: Sequence[Token], at: int) -> bool:
    """Tell 拐 or 勾 in a row of digits: two stand before it, or after it."""
    if at + 1 < len(tokens) and tokens[at + 1].text in _NOT_MILITARY:
        return False
    sides = (tokens[max(0, at - 2) : at], tokens[at + 1 : at + 3])
    return any(len(side) == 2 and all(map(_is_digit, side)) for side in sides) or (
        0 < at < len(tokens) - 1 and _is_digit(tokens[at - 1]) and _is_digit(tokens[at + 1])
    )


def _is_digit(token: Token) -> bool:
    return token.text in _HAN or token.text in _MILITARY or token.script == "digits"


def _tens(tokens: Sequence[Token], at: int) -> Atom:
    first = _HAN.get(tokens[at].text, "1") if tokens[at].text != "十" else "1"
    last = at if tokens[at].text == "十" else at + 1
    ones = "0"
    if last + 1 < len(tokens) and _HAN.get(tokens[last + 1].text, "0") != "0":
        last, ones = last + 1, _HAN[tokens[last + 1].text]
    if last + 1 < len(tokens) and tokens[last + 1].text in _HAN_BIG:
        return Atom(at, _amount_end(tokens, last + 1), "", "amount")
    return Atom(at, last, first + ones, "tens")


def _decimals(tokens: Sequence[Token], atoms: list[Atom]) -> list[Atom]:
    """Join "three point five" and 三点五 to amounts."""
    joined: list[Atom] = []
    for atom in atoms:
        before = joined[-1] if joined else None
        if (
            before is not None
            and atom.first == before.last + 2
            and tokens[before.last + 1].text in ("point", "点")
            and "weak" not in (atom.style, before.style)
        ):
            joined[-1] = Atom(before.first, atom.last, "", "amount")
        else:
            joined.append(atom)
    return joined
