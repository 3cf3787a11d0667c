"""What recognition does to a transcript: words misheard, lost, invented, digits written out."""

import random
from dataclasses import replace

from benchmarks.redaction_dialogues.dialogue import Dialogue, Line, SaidWord

_ALIKE_EN = {
    "one": ["won", "on"], "two": ["to", "too"], "three": ["free", "tree"], "four": ["for", "fall"],
    "five": ["fire", "find"], "six": ["sex", "sixth"], "seven": ["several", "heaven"],
    "eight": ["ate", "eighth"], "nine": ["mine", "night"], "zero": ["hero"], "oh": ["a", "or"],
    "double": ["trouble"], "number": ["lumber", "numbers"], "account": ["a count"],
    "phone": ["fun"], "card": ["car"], "mobile": ["mobil"], "email": ["mail"], "dot": ["dog"],
    "at": ["add"], "please": ["peace"], "thank": ["think"], "have": ["half"], "order": ["older"],
}  # fmt: skip
_ALIKE_ZH = {
    "一": "以", "幺": "要", "二": "而", "三": "山", "四": "是", "五": "无", "六": "流", "七": "期",
    "八": "吧", "九": "就", "零": "林", "号": "好", "机": "鸡", "卡": "咖", "账": "长", "证": "正",
    "电": "店", "码": "马", "订": "定", "单": "丹", "点": "典", "是": "事", "的": "得", "我": "窝",
}  # fmt: skip
_INVENTED = {"en": ["the", "a", "uh", "and", "so", "you"], "zh": ["啊", "嗯", "的", "了", "呢"]}
_DIGITS = {
    "en": ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
    "zh": list("一二三四五六七八九"),
}
MISHEARD, LOST, INVENTED, WRONG_DIGIT, WRITTEN = 0.05, 0.015, 0.015, 0.01, 0.06


def damage(dialogue: Dialogue, draw: random.Random) -> Dialogue:
    """Return the dialogue as an imperfect recogniser might hear it.

    About one word in twelve changes. A digit misheard as another word is no digit any more, so
    it need not go for its item to be gone.
    """
    lines = []
    for line in dialogue.lines:
        words = [heard for word in line.words for heard in _hear(word, dialogue.language, draw)]
        words = _written(words, dialogue.language, draw)
        if words:
            lines.append(Line(line.speaker, words))
    return Dialogue(dialogue.language, lines, dialogue.kinds)


def _hear(word: SaidWord, language: str, draw: random.Random) -> list[SaidWord]:
    chance = draw.random()
    heard = [word]
    plain = word.text.lower().strip(".,?!")
    if chance < LOST:
        return []
    if chance < LOST + MISHEARD:
        alike = _ALIKE_EN.get(plain) if language == "en" else list(_ALIKE_ZH.get(plain, ""))
        if alike:
            texts = draw.choice(alike).split()
            heard = [replace(word, text=text, telling=False, amount=False) for text in texts]
    elif chance < LOST + MISHEARD + WRONG_DIGIT and plain in _DIGITS[language]:
        heard = [replace(word, text=draw.choice(_DIGITS[language]))]
    if draw.random() < INVENTED:
        heard.append(SaidWord(draw.choice(_INVENTED[language])))
    return heard


def _written(words: list[SaidWord], language: str, draw: random.Random) -> list[SaidWord]:
    """Write two or three spoken digits in a row of one item as numerals, now and then."""
    out: list[SaidWord] = []
    at = 0
    while at < len(words):
        size = draw.randint(2, 4)
        part = words[at : at + size]
        values = [_value(word.text, language) for word in part]
        together = len({(w.item, w.amount, w.telling) for w in part}) == 1
        if part[0].item is not None and together and all(values) and draw.random() < WRITTEN:
            out.append(replace(part[0], text="".join(v or "" for v in values)))
            at += len(part)
        else:
            out.append(words[at])
            at += 1
    return out


def _value(text: str, language: str) -> str | None:
    names = _DIGITS[language]
    return str(names.index(text) + 1) if text in names else None
