"""Whether something is told, or asked ("is it fixed?", 解决了吗) or supposed ("if it is fixed").

Punctuation says it where there is any; words do where a recogniser writes none. Words are in their
compared form (`normalise.pieces`), Mandarin character by character. What is looked at is one
clause: the words between two marks.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from qa_pipeline.language.negation import MARKS, Reach
from qa_pipeline.language.patterns import pattern

QUESTION_MARKS: Final = ("?", "？")

_AUXILIARIES: Final = frozenset(
    {
        *("is", "are", "was", "were", "am", "do", "does", "did", "have", "has", "had"),
        *("can", "could", "will", "would", "should", "shall", "might", "may"),
    }
)
_OFFERING: Final = frozenset({"can", "could", "may", "might", "shall", "should", "will"})
"""With "I" or "we" behind these a service is offered: "can I book you in for Monday"."""
_SAYING: Final = frozenset({"can", "could", "may", "might"})
"""With "I" behind these something is said rather than asked: "can I just say how sorry I am"."""
_SUBJECTS: Final = frozenset({"i", "we", "they", "he", "she"})
_SUBJECTS_OR_OBJECTS: Final = frozenset({"you", "it", "that", "this", "there", "these", "those"})
_BEGIN_SUBJECTS: Final = frozenset(
    {
        *("the", "your", "my", "our", "their", "his", "her", "a", "an", "any", "all", "both"),
        *("everything", "anything", "somebody", "someone", "anybody", "anyone", "everyone"),
        *("mr", "mrs", "ms", "miss", "not"),
    }
)
"""What begins a subject that is no pronoun; "not" as in "has not it"."""
_ASKING: Final = frozenset({"what", "when", "where", "why", "how", "who", "which"})
_LEADS: Final = frozenset(
    {
        *("so", "and", "but", "or", "okay", "ok", "well", "right", "now", "then", "yes", "no"),
        *("sorry", "also", "just", "oh", "alright", "please", "yeah", "sure", "hello", "hi"),
        *("madam", "sir", "thanks", "because", "lovely", "great", "perfect"),
    }
)
"""Behind these a question may begin as at the beginning of a clause."""
_COMPLEMENTED: Final = frozenset(
    {
        *("thing", "problem", "issue", "news", "point", "answer", "reason", "idea", "what", "all"),
        *("that", "this", "it", "which", "who", "there", "i", "you", "we", "they", "he", "she"),
        *("did", "done", "do", "does", "have", "has", "to", "not", "would", "will", "can"),
    }
)
"""Behind these an auxiliary goes on with a statement: "the thing is it has been fixed"."""
_SUPPOSING: Final = frozenset({"if", "whether", "unless"})
_SOME_TIME: Final = frozenset({"when", "once", "until", "till"})
"""What comes with these has not happened yet, or is told beside something else."""
_TAGS: Final = frozenset({"it", "they", "he", "she", "i", "we"})
_TAG_BEHIND_COMMA: Final = pattern(
    r"^,\s*(is|are|was|were|do|does|did|have|has|had|can|could|will|would|should)(n['’]?t)?"
    r" (you|it|that|this|they|he|she|i|we)\s*\?"
)
"""A mark ends a clause, but not before these: "you need to call them, do you?"."""
_STOPS: Final = frozenset({"but", "and", "so", "because", "however", "then", "though"})
_AHEAD: Final = 6
"""English words ahead of something, within which a question may have begun."""
_SUPPOSED_AHEAD: Final = 4
_BEFORE_MARK: Final = 3
"""Words that may stand between something and the question mark that makes it a question."""
_OWN: Final = _SUBJECTS | _SUBJECTS_OR_OBJECTS
_LINKING: Final = frozenset(
    {
        *("say", "says", "said", "saying", "tell", "told", "confirm", "check", "think", "know"),
        *("see", "hear", "sure", "mean", "believe", "mention", "that", "if", "whether", "aware"),
    }
)
"""Behind these what is said belongs to the question: "did he say it has been fixed"."""

_ZH_ASKING: Final = (
    "是不是",
    "是否",
    "有没有",
    "能否",
    "可否",
    "会不会",
    "能不能",
    "可不可以",
    "要不要",
)
_ZH_WONDERING: Final = ("什么时候", "为什么", "怎么", "多久", "几点", "哪天", "谁")
_ZH_SUPPOSING: Final = ("如果", "要是", "假如", "假设", "万一", "只有", "除非")
_ZH_SOME_TIME: Final = ("等到", "等", "一旦")
_ZH_AHEAD: Final = 6
_ZH_SURE_AHEAD: Final = 3
_ZH_AGREEMENT: Final = ("好", "行", "可以", "成", "没问题", "可", "ok", "okay")
"""With 吗 behind them these ask for consent to what was told: 给您退了好吗."""
_ZH_TAGS: Final = ("对", "是", "对不对", "是不是")
_ZH_LINKS: Final = frozenset("了过的好完呢呀啊哈没有到成上")
_ZH_STARTS: Final = frozenset("我你他请还那这是先再就要有需麻稍")
"""What begins with one of these is another clause, where no mark says so."""
_ZH_NOT_HAVING: Final = frozenset("其别什问任")
"""没有 with one of these behind it has an object of its own: 没有其他问题."""
_ZH_BEHIND: Final = 4


class Place(NamedTuple):
    """Where in its clause something stands, and the mark that ends the clause, if any."""

    first: int
    end: int
    mark: str


def asked(words: Sequence[str], place: Place) -> Reach:
    """Tell whether what stands at a place of a clause is asked or supposed there, not told.

    ``bound``: surely; ``near``: perhaps; ``none``: it is told.
    """
    mandarin = any(not word.isascii() for word in words[place.first : place.end])
    return _asked_in_mandarin(words, place) if mandarin else _asked_in_english(words, place)


def clause(text: str, start: int, end: int) -> tuple[int, int, str]:
    """Return where the clause around a part of a text begins and ends, and the mark behind it."""
    first = next((i + 1 for i in range(start - 1, -1, -1) if text[i] in MARKS), 0)
    last = next((i for i in range(end, len(text)) if text[i] in MARKS), len(text))
    tag = _TAG_BEHIND_COMMA.match(text[last:])
    if tag is not None:
        last += tag.end() - 1
    return first, last, text[last : last + 1]


def _asked_in_english(words: Sequence[str], place: Place) -> Reach:
    found = _surest([_supposed(words, place), _inverted(words, place), _tagged(words, place)])
    if found == "none" and _ends_asked(words, place):
        return "near"  # "so it is fixed?"
    return found


def _ends_asked(words: Sequence[str], place: Place) -> bool:
    """Tell whether a question mark stands behind, and no more than a few words before it."""
    return place.mark in QUESTION_MARKS and len(words) - place.end <= _BEFORE_MARK


def _supposed(words: Sequence[str], place: Place) -> Reach:
    """Tell whether "if", "whether" or "once" stands shortly before."""
    for at in range(place.first - 1, max(-1, place.first - 1 - _SUPPOSED_AHEAD), -1):
        if words[at] in _STOPS:
            return "none"
        if words[at] in _SUPPOSING:
            return _reaching(words, at, place, "bound" if place.first - at <= 3 else "near")
        if words[at] in _SOME_TIME:
            return _reaching(words, at, place, "near")
    return "none"


def _inverted(words: Sequence[str], place: Place) -> Reach:
    """Tell whether an auxiliary stands before its subject, ahead of the end of the place."""
    found: list[Reach] = []
    for i in range(max(0, place.first - _AHEAD), place.end - 1):
        if words[i] in _AUXILIARIES and _STOPS.isdisjoint(words[i + 1 : place.first]):
            found.append(_reaching(words, i, place, _question_at(words, i)))
    return _surest(found)


def _reaching(words: Sequence[str], at: int, place: Place, found: Reach) -> Reach:
    """Return how far what begins at ``at`` reaches, where no mark tells clauses apart.

    What has a subject of its own may be a sentence of its own: "is that okay I have booked it".
    """
    own = next((i for i in (place.first, place.first - 1) if i >= 0 and words[i] in _OWN), None)
    if found == "none" or own is None or own - at < 2 + (words[at + 1] == "not"):
        return found
    if not _LINKING.isdisjoint(words[at + 2 : own]):
        return found
    return "none" if words[own] in ("i", "we") else "near"


def _question_at(words: Sequence[str], i: int) -> Reach:
    """Tell whether a question begins with the auxiliary at ``i``."""
    auxiliary, subject = words[i], words[i + 1]
    before = words[i - 1] if i else ""
    begins = not before or before in _LEADS or before in _ASKING
    if before in _ASKING and subject in _OWN:
        return "bound"
    if subject in ("i", "we") and auxiliary in _SAYING:
        return "none"
    if subject in _SUBJECTS or subject in _SUBJECTS_OR_OBJECTS:
        if not begins:
            return "none" if before in _COMPLEMENTED or auxiliary in ("may", "might") else "near"
        if auxiliary in _OFFERING and subject in ("i", "we"):
            return "near"
        if auxiliary in ("should", "had", "were", "will", "would") and subject == "you":
            return "near"  # "should you need it", "would you like me to"
        return "bound"
    return "bound" if subject in _BEGIN_SUBJECTS and begins and before not in _ASKING else "none"


def _tagged(words: Sequence[str], place: Place) -> Reach:
    """Tell whether "is it" or "has not it" asks for a yes, right behind.

    With a question mark a few words may stand between, and it may be "do you".
    """
    tail = [word for word in words[place.end :] if word != "not"]
    marked = place.mark in QUESTION_MARKS
    if not 2 <= len(tail) <= 2 + marked * _BEFORE_MARK:
        return "none"
    asks = tail[-1] in _TAGS or (marked and tail[-1] in _SUBJECTS_OR_OBJECTS)
    return "near" if asks and tail[-2] in _AUXILIARIES else "none"


def _asked_in_mandarin(words: Sequence[str], place: Place) -> Reach:
    ahead = "".join(words[max(0, place.first - _ZH_AHEAD) : place.first])
    inside = "".join(words[place.first : place.end])
    behind = "".join(words[place.end :])
    found = _surest([_asked_ahead(ahead), _asked_behind(inside, behind)])
    if found == "none" and _ends_asked(words, place) and not _asks_for_consent(behind):
        return "near"
    return found


def _asked_ahead(ahead: str) -> Reach:
    found: list[Reach] = []
    for words, sure in ((_ZH_ASKING, True), (_ZH_SUPPOSING, True), (_ZH_WONDERING, False)):
        for word in words:
            at = ahead.rfind(word)
            if at >= 0:
                gap = ahead[at + len(word) :]
                if len(gap) <= _ZH_SURE_AHEAD:
                    found.append("bound" if sure else "near")
                elif not gap.endswith(("我", "我们")):
                    found.append("near")
    if any(ahead.endswith(word) for word in _ZH_SOME_TIME):
        found.append("near")
    return _surest(found)


def _asked_behind(inside: str, behind: str) -> Reach:
    """Tell whether a particle or a tag right behind asks."""
    if inside.endswith(("吗", "没有")) and not behind:
        return "bound"
    if behind.startswith(("的话", "以后", "之后", "了以后", "了之后", "了的话")):
        return "near" if "后" in behind[:3] else "bound"
    if behind in ("没有", "没", "了没有", "了没", "不"):
        return "bound"
    if behind.startswith(("没有", "了没有")):
        return "none" if behind.partition("没有")[2][0] in _ZH_NOT_HAVING else "near"
    at = next((i for i, char in enumerate(behind[: _ZH_BEHIND + 1]) if char in "吗嘛么"), None)
    if at is None:
        tag = behind.removeprefix("了")
        return "near" if tag in ("吧", "是吧", "对吧", "对不对", "是不是") else "none"
    gap = behind[:at]
    if any(gap.endswith(word) for word in _ZH_AGREEMENT) and not all(c in "了好" for c in gap):
        return "none"
    if gap in ("好", "了好"):
        return "none" if inside.endswith(("了", "好")) or gap == "了好" else "near"
    if behind[at] != "吗" or any(gap.endswith(word) for word in _ZH_TAGS):
        return "near"
    if all(char in _ZH_LINKS for char in gap):
        return "bound"
    return "none" if gap.lstrip("了的好呢")[0] in _ZH_STARTS else "near"


def _asks_for_consent(behind: str) -> bool:
    return any(behind.endswith(word + "吗") for word in _ZH_AGREEMENT)


def _surest(found: Sequence[Reach]) -> Reach:
    return "bound" if "bound" in found else "near" if "near" in found else "none"
