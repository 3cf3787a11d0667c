"""Names of people, after what introduces them; the agent's own name is no secret."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa_pipeline.privacy.items import Item
from qa_pipeline.privacy.tokens import Piece, Spoken, Token
from qa_pipeline.privacy.vocabulary import word_list, word_set

_LEADS = tuple(tuple(phrase.split()) for phrase in word_list("name_leads"))
_TITLES = word_set("titles")
_STOP = word_set("not_names")
_LEADS_ZH = ("我叫", "名字叫", "名字是", "姓名是", "户主是", "机主是", "户主叫", "机主叫", "名叫")
_TITLES_ZH = ("先生", "女士", "小姐", "太太")
_SURNAMES = set(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕"
    "丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武"
    "戴莫孔向汤"
)
_DOUBLE_SURNAMES = {
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "司徒",
    "皇甫",
    "端木",
    "夏侯",
    "尉迟",
    "慕容",
    "令狐",
}
_BEGIN_LIKE_SURNAMES = {
    *(
        "方便",
        "方式",
        "方面",
        "马上",
        "高兴",
        "任何",
        "程序",
        "金额",
        "白天",
        "何必",
        "何况",
        "万一",
    ),
    *("毛病", "钱包", "于是", "陆续", "余额", "严重", "顾客"),
}
_SURNAME_LEADS_ZH = (
    "免贵姓",
    "敝姓",
    "我姓",
    "小姓",
    "我是姓",
    "也姓",
    "先生姓",
    "户主姓",
    "机主姓",
)
_GIVEN_LEADS_ZH = ("单名一个", "单名")
_FAMILIAR_ZH = ("叫我老", "叫我小")
_NO_NAME_ZH = set("的是了吗呢啊吧我你您他她这那，。？！、 不有要在和就")
_LEAD_REACH = 4
_ANSWER_WORDS = 9
_QUESTIONS = tuple(tuple(phrase.split()) for phrase in word_list("name_questions"))
_QUESTIONS_ZH = ("贵姓", "姓名", "怎么称呼", "叫什么", "您的名字", "尊姓")
_NAME_WORDS = frozenset(
    ("name", "surname", "first", "last", "full", "uh", "um", "er", "sure", "yeah")
)


def find_names(spoken: Spoken) -> list[Item]:
    """Return names where they are introduced, and every later mention of them.

    A name the agent gives as their own ("my name is", "this is") is left.
    """
    found: list[Piece] = []
    mentioned: set[tuple[str, ...]] = set()
    for index, utterance in enumerate(spoken.utterances):
        own = utterance.role in ("agent", "ivr")
        tokens = spoken.tokens[index]
        asked = index > 0 and not own and _asks_name(spoken.tokens[index - 1])
        answers = _answers(tokens) if asked else ()
        for first, last in (*_english(tokens, own), *_mandarin(tokens, own), *answers):
            found.append(Piece(index, tokens[first].start, tokens[last].end))
            words = tuple(t.text for t in tokens[first : last + 1])
            mentioned |= _forms(words, tokens[first].script == "han")
    for index, tokens in enumerate(spoken.tokens):
        for words in sorted(mentioned):
            for at in range(len(tokens) - len(words) + 1):
                part = tokens[at : at + len(words)]
                if tuple(t.text for t in part) == words:
                    found.append(Piece(index, part[0].start, part[-1].end))
    return [Item("name", (piece,)) for piece in dict.fromkeys(found)]


def _asks_name(tokens: Sequence[Token]) -> bool:
    texts = [token.text for token in tokens]
    joined = "".join(t.text if t.script == "han" else " " for t in tokens)
    asking = {"who", "what", "may", "can", "could", "name"} & set(texts)
    return any(word in joined for word in _QUESTIONS_ZH) or any(
        asking and tuple(texts[at : at + len(phrase)]) == phrase
        for phrase in _QUESTIONS
        for at in range(len(texts))
    )


def _answers(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Find the name in a short answer to "who am I speaking with", whatever leads to it."""
    words = [i for i, token in enumerate(tokens) if token.script != "mark"]
    if len(words) > _ANSWER_WORDS or any(token.script == "placeholder" for token in tokens):
        return
    if all(tokens[i].script == "han" for i in words):
        yield from _short_answer(tokens, words)
        for at in words[1 if len(words) > 4 else 0 : -1]:
            if _surname_end(_han(tokens), at) is not None and words[-1] - at <= 3:
                yield at, words[-1]
                return
        return
    named = [i for i in words if tokens[i].script == "latin" and tokens[i].text not in _STOP]
    named = [i for i in named if tokens[i].text not in _NAME_WORDS]
    capitals = [i for i in named if tokens[i].upper]
    for at in capitals or named[-2:]:
        yield at, at


def _short_answer(tokens: Sequence[Token], words: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Find a surname by itself, and the one of 姓赵."""
    if len(words) == 1 and tokens[words[0]].text in _SURNAMES:
        yield words[0], words[0]
    for at, after in pairwise(words):
        if tokens[at].text == "姓" and (last := _surname_end(_han(tokens), after)) is not None:
            yield after, last
            yield from _explained(_han(tokens), after, last)


def _forms(words: tuple[str, ...], han: bool) -> set[tuple[str, ...]]:
    """Return how a name may come again: whole, and in English by each of its longer parts."""
    if han:
        return {words} if len(words) > 1 else set()
    return {words} | {(word,) for word in words if len(word) >= 4}


def _english(tokens: Sequence[Token], own: bool) -> Iterator[tuple[int, int]]:
    texts = [token.text for token in tokens]
    for at, text in enumerate(texts):
        start = None
        if text in _TITLES and at + 1 < len(tokens):
            start = at + 2 if texts[at + 1] == "." else at + 1
        elif not own:
            for lead in _LEADS:
                if tuple(texts[at : at + len(lead)]) == lead:
                    start = at + len(lead)
        if start is not None:
            last = _name_end(tokens, start, 2 if text in _TITLES else _LEAD_REACH)
            if last is not None:
                yield start, last


def _han(tokens: Sequence[Token]) -> str:
    """Return a character a token: the Han ones, a line break for every other."""
    return "".join(t.text if t.script == "han" else "\n" for t in tokens)


def _surname_end(text: str, at: int) -> int | None:
    if text[at : at + 2] in _DOUBLE_SURNAMES:
        return at + 1
    if text[at : at + 2] in _BEGIN_LIKE_SURNAMES:
        return None
    return at if text[at : at + 1] in _SURNAMES else None


def _surnames(text: str) -> Iterator[tuple[int, int]]:
    """Find the surname after 免贵姓 and the like, how it is explained, and 单名一个静."""
    for lead in (*_SURNAME_LEADS_ZH, *_FAMILIAR_ZH):
        first = text.find(lead) + len(lead)
        last = _surname_end(text, first) if first >= len(lead) else None
        if last is not None:
            yield first, last
            yield from _explained(text, first, last)
    for lead in _GIVEN_LEADS_ZH:
        at = text.find(lead) + len(lead)
        if len(lead) <= at < len(text) and text[at] not in _NO_NAME_ZH | {"\n", "一"}:
            yield at, at


def _explained(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Find a surname said again at the end of a clause: 弓长张, 方向的方."""
    size = last + 1 - first
    for at in range(last + 1, len(text) - size + 1):
        if text[at : at + size] == text[first : last + 1] and text[at + size :][:1] in ("", "\n"):
            yield at, at + size - 1


def _name_end(tokens: Sequence[Token], start: int, most: int) -> int | None:
    """Return the last word of a name: capitals where there are any, else up to two words."""
    capitals = start < len(tokens) and tokens[start].upper
    last = None
    words = 0
    for at in range(start, len(tokens)):
        token = tokens[at]
        spelled = token.script == "latin" and len(token.text) == 1 and token.text not in ("a", "i")
        if token.text == "-" and last is not None:
            continue
        if token.script != "latin" or (token.text in _STOP and not spelled):
            break
        words += not spelled
        if (capitals and not token.upper) or words > (most if capitals else 2):
            break
        last = at
    return last


def _mandarin(tokens: Sequence[Token], own: bool) -> Iterator[tuple[int, int]]:
    text = _han(tokens)
    for title in _TITLES_ZH:
        at = text.find(title)
        while at >= 0:
            backs = [
                back
                for back in (4, 3, 2)
                if at >= back and text[at - back : at - back + 2] in _DOUBLE_SURNAMES
            ]
            backs += [back for back in (1, 2, 3) if at >= back and text[at - back] in _SURNAMES]
            if backs:
                yield at - backs[0], at - 1
            at = text.find(title, at + 1)
    if own:
        return
    yield from _surnames(text)
    for lead in _LEADS_ZH:
        at = text.find(lead)
        first = last = at + len(lead)
        while last < len(text) and last - first < 3 and text[last] not in _NO_NAME_ZH | {"\n"}:
            last += 1
        if at >= 0 and last > first:
            yield first, last - 1
            surname = _surname_end(text, first)
            if surname is not None:
                yield from _explained(text, first, surname)
