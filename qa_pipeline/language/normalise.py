"""Text -> the words and characters that matching compares, each with its place in the text.

English: lower case, without punctuation and accents, contractions, numbers and signs of what they
count ("20%", "£20") written out, fillers left out. Mandarin: simplified characters one by one, the
polite and the plain "you" made one.
"""

import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, NamedTuple
from unicodedata import normalize

from qa_pipeline.language.patterns import pattern
from qa_pipeline.language.placeholders import ANY_PLACEHOLDER

if TYPE_CHECKING:
    from opencc import OpenCC  # type: ignore[import-untyped]

Script = Literal["en", "zh"]

_PIECE = pattern(r"[A-Za-z][A-Za-z']*|[£$€¥]\d+|\d+%?|&|\p{Han}")
_HAN = pattern(r"\p{Han}")
# What `_PIECE` never crosses: a usual Chinese character, or all up to the next one or a space.
_CHUNK = re.compile(r"[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]+")
_SIGN_APART = re.compile(r"(\d)(\s+)%|([£$€¥])(\s+)(?=\d)")
_PLACEHOLDER = re.compile(ANY_PLACEHOLDER)
HIDDEN = "□"
"""What was redacted: something was said there, and no word of a phrase is like it."""
_FILLERS = frozenset({"um", "uh", "er", "erm", "hmm", "mm", "嗯", "呃", "额"})
_CONTRACTIONS = {
    "im": "i am", "ive": "i have", "youre": "you are", "youve": "you have", "youll": "you will",
    "dont": "do not", "doesnt": "does not", "didnt": "did not", "cant": "can not",
    "cannot": "can not", "wont": "will not", "isnt": "is not", "thats": "that is",
    "its": "it is", "whats": "what is", "heres": "here is", "theres": "there is",
    "lets": "let us", "theyre": "they are", "weve": "we have", "couldnt": "could not",
    "wouldnt": "would not", "shouldnt": "should not", "havent": "have not", "hasnt": "has not",
    "wasnt": "was not", "arent": "are not", "gonna": "going to", "wanna": "want to",
    "hes": "he is", "shes": "she is", "whos": "who is", "hows": "how is", "wheres": "where is",
    "whens": "when is", "whys": "why is", "&": "and",
}  # fmt: skip
_STRAIGHT = str.maketrans("’‘ʼ＇", "''''")
_NEGATED = {"can't": "can not", "won't": "will not", "shan't": "shall not", "ain't": "is not"}
"""What is shortened otherwise than by its ending."""
_APOSTROPHES = {"'m": " am", "'re": " are", "'ve": " have", "'ll": " will", "'d": " would"}
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = [
    "zero",
    "ten",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
]
_HAN_DIGITS = "零一二三四五六七八九"
_HAN_SAME = {
    "您": "你",
    "妳": "你",
    "两": "二",
    "幺": "一",
    "帐": "账",
    "哪": "那",
    "她": "他",
    "它": "他",
}


_CURRENCIES = {
    "£": ("pound", "pounds", "英镑"),
    "$": ("dollar", "dollars", "美元"),
    "€": ("euro", "euros", "欧元"),
    "¥": ("yuan", "yuan", "元"),
}
"""What a sign is said as: in English of one and of several, in Mandarin."""
_SIGNS = frozenset("%£$€¥％￡＄￥")
_SAID_FOR = {"quid": "pounds", "bucks": "dollars"}


class Piece(NamedTuple):
    """One word or character in its compared form, and the span of the text it came from."""

    text: str
    script: Script
    start: int
    end: int


def pieces(text: str, numbers: Script | None = None) -> list[Piece]:
    """Cut ``text`` into compared words and characters.

    ``numbers`` says in which language digits are read; by default Mandarin if the text has any
    Chinese character.
    """
    simple = _in_plain_letters(simplified(text))
    simple = _with_signs_beside(simple)
    language = numbers or ("zh" if _HAN.search(simple) else "en")
    found: list[Piece] = []
    hidden = "[" in simple
    if hidden:
        found = [Piece(HIDDEN, language, *m.span()) for m in _PLACEHOLDER.finditer(simple)]
        simple = _PLACEHOLDER.sub(lambda m: " " * len(m.group()), simple)
    for chunk in _CHUNK.finditer(simple):
        at = chunk.start()
        for word, script, start, end in _cut(chunk.group(), language):
            found.append(Piece(word, script, at + start, at + end))
    return sorted(found, key=lambda piece: piece.start) if hidden else found


@lru_cache(maxsize=65536)
def _cut(chunk: str, language: Script) -> tuple[Piece, ...]:
    """Return the pieces of a part of a text, placed from its beginning."""
    found = []
    for match in _PIECE.finditer(chunk):
        for word in _forms(match.group(0), language):
            if word not in _FILLERS:
                script: Script = "en" if word.isascii() else "zh"
                found.append(Piece(word, script, match.start(), match.end()))
    return tuple(found)


@lru_cache(maxsize=65536)
def _forms(raw: str, language: Script) -> tuple[str, ...]:
    """Return the compared form of one raw piece: one word, or several for ``I'm`` or ``24``."""
    if raw[-1].isdigit() or raw[-1] == "%":
        return _amount(raw, language)
    if not raw.isascii():
        return (_HAN_SAME.get(raw, raw),)
    return tuple(_english(raw.lower().strip("'")).split())


def _amount(raw: str, language: Script) -> tuple[str, ...]:
    """Read a number with the sign of what it counts, if any, in the order in which it is said."""
    digits = raw.strip("£$€¥%")
    number = _han_number(digits) if language == "zh" else _english_number(digits)
    if raw[-1] == "%":
        return ("百", "分", "之", *number) if language == "zh" else (*number, "percent")
    if raw[0] not in _CURRENCIES:
        return number
    one, several, mandarin = _CURRENCIES[raw[0]]
    if language == "zh":
        return (*number, *mandarin)
    return (*number, one if number == ("one",) else several)


def has_sign(text: str) -> bool:
    """Tell whether a sign of what numbers count is there, which depends on what is beside it."""
    return not _SIGNS.isdisjoint(text)


def _with_signs_beside(text: str) -> str:
    """Return a text of the same length in which signs touch their numbers: "20% " for "20 %"."""
    if not _SIGN_APART.search(text):
        return text
    return _SIGN_APART.sub(
        lambda m: f"{m[1]}%{m[2]}" if m[1] is not None else f"{m[4]}{m[3]}", text
    )


def _english(word: str) -> str:
    if word.endswith("n't"):
        return _NEGATED.get(word, f"{word[:-3]} not")
    for ending, full in _APOSTROPHES.items():
        if word.endswith(ending):
            return word.removesuffix(ending) + full
    bare = word.replace("'", "")
    return _CONTRACTIONS.get(bare) or _SAID_FOR.get(bare, bare)


def _english_number(digits: str) -> tuple[str, ...]:
    """Read up to two digits as a number, more as digits, as telephone numbers are spoken."""
    if len(digits) > 2 or digits.startswith("0"):
        return tuple(_ONES[int(d)] for d in digits)
    number = int(digits)
    if number < 20:
        return (_ONES[number],)
    tens, ones = divmod(number, 10)
    return (_TENS[tens], _ONES[ones]) if ones else (_TENS[tens],)


def _han_number(digits: str) -> tuple[str, ...]:
    """As `_english_number`, in Mandarin."""
    if len(digits) != 2 or digits.startswith("0"):
        return tuple(_HAN_DIGITS[int(d)] for d in digits)
    tens, ones = divmod(int(digits), 10)
    head = ("十",) if tens == 1 else (_HAN_DIGITS[tens], "十")
    return (*head, _HAN_DIGITS[ones]) if ones else head


def _in_plain_letters(text: str) -> str:
    """Return a text of the same length without accents, curly apostrophes and wide letters."""
    return text if text.isascii() else text.translate(_plain_letters())


def straight(text: str) -> str:
    """Return ``text`` with straight apostrophes (same length)."""
    return text if text.isascii() else text.translate(_STRAIGHT)


@lru_cache(maxsize=1)
def _plain_letters() -> dict[int, int]:
    """Return what stands for each letter that is a plain one with a mark, or a wide one."""
    plain = _STRAIGHT | str.maketrans("øØłŁđĐßæÆ％＄￡￥", "oOlLdDsaA%$£¥")
    for code in (*range(0xC0, 0x250), *range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF5B)):
        letter = normalize("NFKD", chr(code))[0]
        if letter.isascii() and letter.isalnum():
            plain[code] = ord(letter)
    return plain


@lru_cache(maxsize=1)
def _converter() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _traditional() -> frozenset[str]:
    """Return characters of which every text that OpenCC changes has one.

    OpenCC is slow, and most texts have none. A phrase that is changed is known by a character
    that is always changed, where it has one: 么 is, but only before 麼.
    """
    changed: set[str] = set()
    for name in ("TSCharacters.txt", "TSPhrases.txt"):
        lines = (files("opencc") / "dictionary" / name).read_text(encoding="utf-8").splitlines()
        for line in lines:
            written, values = line.split("\t")
            simple = values.split()[0]
            if simple == written or not changed.isdisjoint(written):
                continue
            same_length = len(simple) == len(written)
            changed.update(
                char for i, char in enumerate(written) if not same_length or simple[i] != char
            )
    return frozenset(changed)


def has_traditional(text: str) -> bool:
    """Tell whether any character may have to be simplified, which depends on those around it."""
    return not text.isascii() and not _traditional().isdisjoint(text)


@lru_cache(maxsize=16384)
def simplified(text: str) -> str:
    """Return ``text`` in simplified characters, character by character (same length)."""
    if not has_traditional(text):
        return text
    whole = str(_converter().convert(text))
    return whole if len(whole) == len(text) else text
