"""Which words of what was said turn it into its opposite, and how far that reaches.

"I have not refunded it" is as like "I have refunded it" as what a recogniser makes of it; what is
between them is one word. Words are in their compared form (`normalise.pieces`): "don't" is "do
not", Mandarin comes character by character.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from qa_pipeline.language.normalise import Script

Reach = Literal["none", "near", "bound"]

_ENGLISH: Final = frozenset(
    {"not", "never", "no", "nothing", "nobody", "none", "neither", "nor", "without", "hardly"}
)
_MANDARIN: Final = frozenset("不没别未勿甭")
_WITH_NEXT: Final = {"无": ("法", "需", "须", "权"), "凭": ("什",)}
"""Characters that deny only before some others."""
NEGATING: Final = _ENGLISH | _MANDARIN | frozenset(_WITH_NEXT)

_NO_DENIAL: Final = (
    *("why not", "not only", "not just", "or not", "if not", "not long", "not least", "no doubt"),
    *("why do not", "no matter", "no later", "not until", "no more than", "no longer than"),
    *("对不起", "不好意思", "不过", "不仅", "不但", "不管", "不论", "不断", "不久", "不同", "不错"),
    *("差不多", "要不", "不如", "不妨", "不少", "不止", "不光", "不愧", "不禁", "不得不", "了不起"),
    *("忍不住", "不知你", "不知道你", "没准", "没错", "未来", "不时", "不得了", "不停", "不只"),
    *("特别", "分别", "区别", "级别", "个别", "性别", "类别", "告别", "识别", "差别", "鉴别"),
    *("别的", "别人", "别处", "别名", "别样", "别家", "别墅"),
)  # fmt: skip
"""Expressions with such a word that deny nothing."""
_COMFORT: Final = (
    *("do not worry", "not to worry", "do not be", "no problem", "no worries", "not a problem"),
    *("not at all", "no trouble", "do not hesitate", "do not mention", "no bother", "no rush"),
    *("没关系", "没问题", "没有关系", "没事", "不客气", "不用客气", "别客气", "不用谢", "不要紧"),
    *("不用担心", "别担心", "不要担心", "别着急", "别急", "不要着急", "不用着急", "不着急"),
    *("不要急", "别生气", "不要生气", "别上火", "别激动", "不用急", "不急", "没什么", "不谢"),
)  # fmt: skip
"""Expressions that deny what is in them, and nothing of what follows."""
_INVERTED: Final = frozenset(
    {
        *("is", "are", "was", "were", "am", "do", "does", "did", "have", "has", "had"),
        *("can", "could", "will", "would", "should", "shall", "must"),
    }
)
_ASKED: Final = frozenset(
    {"i", "you", "we", "they", "it", "he", "she", "that", "this", "there", "these", "those"}
)
"""After these and before those a "not" asks ("is not it", "could not you")."""
_REACHES: Final = {"en": 3, "zh": 4}
"""Words behind a denying one that may stand before what it denies."""
_REACHES_TOLD: Final = 9
"""As `_REACHES`, where what stands between denies that it is told or thought."""
_TELLING: Final = {
    "en": (
        *("say", "saying", "said", "think", "thinking", "promise", "guarantee", "believe", "claim"),
        *("confirm", "tell", "suggesting", "suggest", "swear"),
    ),
    "zh": ("说", "保证", "觉得", "认为", "确定", "承诺", "表示", "以为", "敢"),
}
"""What they are about is denied with them: "I don't think we can say that it is fixed"."""
_BEHIND_TELLING: Final = {"en": 4, "zh": 5}
"""Words between one of these and what it is about."""
FARTHEST: Final = _REACHES_TOLD + 1
"""From a denying word to what it may deny, in words."""
_LINKS: Final = frozenset("是会能想要用可应该很太再怎么那有曾过") | {
    *("a", "an", "the", "be", "been", "so", "very", "really", "yet", "even", "to", "going", "that"),
}
"""Words that carry a denial on to what follows them at once."""
_STARTS: Final = frozenset("我你他咱请这那") | {
    *("i", "we", "you", "he", "she", "it", "they", "my", "our", "your", "this", "there", "please"),
    *("let", "thank", "thanks", "hello", "hi", "good", "goodbye", "bye", "yes", "is", "can", "may"),
}
"""What begins with one of these may be a sentence of its own: "no, I will …", 不,我帮您…."""
_STOPS: Final = frozenset({"but", "and", "so", "because", "however", "then", "though", "但", "而"})
"""With these another clause begins."""
MARKS: Final = frozenset('.,;:!?…-–—，。；：！？、（）()"“”')
"""They end a clause."""


class Denial(NamedTuple):
    """A word that denies, and whether it denies what follows too."""

    place: int
    goes_on: bool


def denials(words: Sequence[str]) -> list[Denial]:
    """Return the words that deny something, in order."""
    found = []
    for place, word in enumerate(words):
        if word in NEGATING and _denies(words, place):
            found.append(Denial(place, not _part_of(words, place, _COMFORT_WORDS) and word != "no"))
    return found


def reach(words: Sequence[str], denial: int, first: int, between: str) -> Reach:
    """Tell whether what begins at ``first`` is denied by the word at ``denial`` before it.

    ``between``: the text between both. ``bound``: surely; ``near``: perhaps, since another
    clause may have begun; ``none``: not.
    """
    script: Script = "en" if words[denial].isascii() else "zh"
    gap = words[denial + 1 : first]
    if not MARKS.isdisjoint(between) or not _STOPS.isdisjoint(gap):
        return "none"
    if len(gap) > _REACHES[script]:
        return "near" if _is_told(gap, script) else "none"
    if all(word in _LINKS for word in gap):
        own = words[first] in _STARTS
        return "near" if own and (not gap or gap[-1] not in ("是", "that")) else "bound"
    return "near"


def _is_told(gap: Sequence[str], script: Script) -> bool:
    """Tell whether what follows ``gap`` is what somebody says or thinks."""
    behind = _BEHIND_TELLING[script]
    if len(gap) > _REACHES_TOLD:
        return False
    if script == "en":
        return any(word in _TELLING["en"] for word in gap[-behind - 1 :])
    return any(word in "".join(gap[-behind - 2 :]) for word in _TELLING["zh"])


def _denies(words: Sequence[str], place: int) -> bool:
    word = words[place]
    before = words[place - 1] if place else ""
    after = words[place + 1] if place + 1 < len(words) else ""
    if word in _WITH_NEXT:
        return after in _WITH_NEXT[word]
    if word in ("不", "没") and before and before == after:
        return False  # 是不是, 有没有: a question
    if word == "not" and before in _INVERTED and after in _ASKED:
        return False
    return not _part_of(words, place, _NO_DENIAL_WORDS)


def _cut(expressions: Sequence[str]) -> dict[str, list[tuple[tuple[str, ...], int]]]:
    """Return expressions by the denying words in them, with where in them these stand."""
    found: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for text in expressions:
        words = tuple(text.split() if text.isascii() else text)
        for place, word in enumerate(words):
            if word in NEGATING:
                found.setdefault(word, []).append((words, place))
    return found


_NO_DENIAL_WORDS: Final = _cut(_NO_DENIAL)
_COMFORT_WORDS: Final = _cut(_COMFORT)


def _part_of(
    words: Sequence[str], place: int, expressions: dict[str, list[tuple[tuple[str, ...], int]]]
) -> bool:
    """Tell whether the word at ``place`` belongs to one of the expressions."""
    for expression, inside in expressions.get(words[place], ()):
        first = place - inside
        if first >= 0 and tuple(words[first : first + len(expression)]) == expression:
            return True
    return False
