"""What a row of digits is: how well it fits each kind, and what the words around say.

Confidence adds up: what the digits look like by themselves (length, checksum, numbering plan)
plus the nearest context word, less a context word of what is nobody's ("order number").
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from qa_pipeline.privacy.fragments import Exchange, Fragment
from qa_pipeline.privacy.tokens import Spoken, Token
from qa_pipeline.privacy.vocabulary import STRONG, WEAK, Cue, vocabulary
from qa_pipeline.records import SensitiveKind

NEEDED = 0.8
"""Confidence from which a number is redacted."""
SURE = 0.9
"""Fit from which digits are a number of a kind by themselves."""
REGIONS = ("CN", "GB", "US")
"""Numbering plans that national telephone numbers are checked by."""
_BY_LENGTH = {3: 0.1, 4: 0.25, 5: 0.3, 6: 0.4, 7: 0.5, 8: 0.6}
_LONG_DIGITS = 9
_LONG = 0.85
_NUMBERS: tuple[SensitiveKind, ...] = ("card", "id", "account", "phone")
_SHORTEST: dict[SensitiveKind, int] = {"phone": 5, "id": 4, "card": 4, "account": 4}
_PUBLIC = re.compile(
    r"(?:400|800|0800|0808|0300|0330|0345|0844|0845|0870|1800|188[80])\d{3,8}"
    r"|10000|100[18][06]|123\d\d|95\d{3,4}|96\d{3,4}"
)
_MOBILE = re.compile(r"(?:00)?(?:86)?1[3-9]\d{9}")
_PREVIOUS = 4
_PREVIOUS_S = 30.0
_SECRET_PREVIOUS = 8
_SECRET_PREVIOUS_S = 75.0
"""How far back a PIN may have been asked for: "rather not", "I can't go on without it"."""
_NI = re.compile(r"[A-CEGHJ-PR-TW-Z]{2}\d{6}[A-D]?")
_CUT_DIGITS = 4
_DENIALS = (("no",), ("nope",), ("不", "是"), ("不", "对"), ("错",))
_ANSWER_WORDS = 4
_LEAD_WORDS = 2


@dataclass(frozen=True)
class Context:
    """What the words around an exchange say."""

    kinds: Mapping[SensitiveKind, float]
    not_personal: float
    short_code: bool
    secret: bool
    """Whether it is a PIN, a password or a code, which may be asked for well before."""
    near: bool
    """Whether the context stands in the same utterance."""


@dataclass(frozen=True)
class Judgement:
    """The kind that fits best and how sure it is that the number identifies somebody."""

    kind: SensitiveKind
    confidence: float


def judge(
    exchange: Exchange, context: Context, letters: tuple[str, str], spoken: Spoken
) -> Judgement:
    """Judge an exchange by everything that may be the whole number in it."""
    candidates = exchange.readings(spoken)
    candidates |= {f.digits for f in exchange.fragments if len(f.digits) >= 7}
    first = exchange.fragments[0]
    beside = first.lead if first.told else first.content
    if context.short_code and not context.near and beside > 1:
        context = replace(context, short_code=False)  # asked, but this is not the answer
    judged = [_judge(digits, context, letters) for digits in sorted(candidates)]
    best = max(judged, key=lambda j: j.confidence)
    if _looks_like_talk(exchange, context):
        return Judgement(best.kind, 0.0)
    return best


def _looks_like_talk(exchange: Exchange, context: Context) -> bool:
    """Tell a few digits in a longer sentence, asked about earlier, or a year, from an answer."""
    if len(exchange.digits) > 5:
        return False
    first = exchange.fragments[0]
    if context.near:
        return False
    late = first.lead > _LEAD_WORDS or (len(exchange.digits) <= 3 and first.content > 1)
    if context.secret and first.told:
        return len(exchange.digits) <= 3 and late
    year = len(first.digits) == 4 and first.digits[:2] in ("19", "20") and first.whole
    return year or (late and (first.whole or not first.told))


def _judge(digits: str, context: Context, letters: tuple[str, str]) -> Judgement:
    fits = fit(digits, letters)
    cues = {
        kind: weight
        for kind, weight in context.kinds.items()
        if len(digits) >= _SHORTEST.get(kind, 4) or context.short_code
    }
    totals = {kind: value + cues.get(kind, 0.0) for kind, value in fits.items()}
    kind = max(totals, key=lambda k: (round(totals[k], 3), cues.get(k, 0.0)))
    alone = _BY_LENGTH.get(len(digits), _LONG if len(digits) >= _LONG_DIGITS else 0.0)
    if fits[kind] >= SURE:
        alone = max(alone, fits[kind])
    confidence = alone + max(cues.values(), default=0.0) - context.not_personal
    if context.short_code and 3 <= len(digits) <= 4:
        named = [kind for kind in _NUMBERS if cues.get(kind, 0.0) >= WEAK]
        return Judgement(named[0] if named else "card", 1.0)
    public = _PUBLIC.fullmatch(digits) and not _MOBILE.fullmatch(digits)
    if public and max(cues.get(k, 0.0) for k in ("id", "card", "account")) == 0:
        return Judgement("phone", 0.0)
    return Judgement(kind, confidence)


@lru_cache(maxsize=4096)
def fit(digits: str, letters: tuple[str, str] = ("", "")) -> dict[SensitiveKind, float]:
    """Return how well digits fit the kinds of numbers, 0 to 1.

    Checksums: ISO 7064 MOD 11-2 for China's resident id, Luhn for bank cards, MOD 97-10 for IBAN
    (python-stdnum); numbering plans: phonenumbers.
    """
    from stdnum import iban, luhn
    from stdnum.cn import ric
    from stdnum.us import ssn

    size = len(digits)
    before, after = letters
    fits: dict[SensitiveKind, float] = {
        "phone": _fit_phone(digits),
        "id": 0.95 if size == 18 else 0.4 if 15 <= size <= 20 else 0.3,
        "card": 0.7 if 15 <= size <= 19 else 0.4 if 12 <= size <= 22 else 0.2,
        "account": 0.5,
    }
    if (
        ric.is_valid(digits)
        or ric.is_valid(digits + after[:1])
        or (size == 17 and after[:1] == "X")
    ):
        fits["id"] = 1.0
    elif size == 9 and ssn.is_valid(digits):
        fits["id"] = 0.45
    if _NI.fullmatch(before[-2:] + digits + after[:1]):
        fits["id"] = 1.0
    if 13 <= size <= 19 and luhn.is_valid(digits):
        fits["card"] = 0.95
    if before and iban.is_valid(before + digits):
        fits["account"] = 1.0
    return fits


def _fit_phone(digits: str) -> float:
    size = len(digits)
    if _MOBILE.fullmatch(digits):
        return 0.97
    if 10 <= size <= 14 and any(_is_phone(digits, region) for region in REGIONS):
        return 0.9
    return {5: 0.25, 6: 0.25, 7: 0.45, 8: 0.45}.get(size, 0.6 if 9 <= size <= 13 else 0.1)


def _is_phone(digits: str, region: str) -> bool:
    import phonenumbers

    text = "+" + digits[2:] if digits.startswith("00") else digits
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    national = text.startswith(("0", "+")) or region == "US"
    return national and phonenumbers.is_possible_number(number)


def context_of(exchange: Exchange, spoken: Spoken, blockers: dict[int, list[Fragment]]) -> Context:
    """Return what the words before, right after and in the utterances before say.

    ``blockers`` are fragments by utterance: words on the far side of another number speak of it.
    """
    first, last = exchange.fragments[0], exchange.fragments[-1]
    near = [
        *_left(first, spoken, blockers.get(first.utterance, [])),
        *_right(last, spoken, blockers.get(last.utterance, [])),
    ]
    decided = any(cue.weight >= STRONG for _, cue in near)
    found = near if decided else [*near, *_earlier(first, spoken, blockers)]
    return _weighed(found, bool(near), {id(cue) for _, cue in near})


Found = list[tuple[int, Cue]]
"""Context words with their distance in tokens."""


def _left(first: Fragment, spoken: Spoken, others: list[Fragment]) -> Found:
    tokens = spoken.tokens[first.utterance]
    low = max(
        [
            o.last
            for o in others
            if o.last < first.first
            and len(o.digits) >= _CUT_DIGITS
            and not _only_letters(tokens[o.last + 1 : first.first])  # of one code
        ]
        + [i for i in range(first.first) if tokens[i].script == "placeholder"],
        default=-1,
    )
    cues = vocabulary().cues(tokens[: first.first])
    near = [(first.first - cue.last, cue) for cue in cues if cue.first > low]
    if not near and first.told:  # "the first code was 3308, the second was 9921"
        return [(first.first - c.last, c) for c in cues[-1:] if c.kind in ("secret", "short_code")]
    return near


def _only_letters(between: Sequence[Token]) -> bool:
    """Tell digits of one code, as in 1Z 999 AA 10123, from two numbers."""
    return bool(between) and all(t.script == "latin" and len(t.text) == 1 for t in between)


def _right(last: Fragment, spoken: Spoken, others: list[Fragment]) -> Found:
    tokens = spoken.tokens[last.utterance]
    rest = tokens[last.last + 1 : last.last + 9]
    texts = {token.text for token in rest[:3]}
    attached = [token.text for token in rest[:2]] == ["'", "s"]
    if not attached and not texts & {"is", "that's", "是", "为", "这"}:
        return []
    high = min([o.first - last.last - 1 for o in others if o.first > last.last], default=9)
    return [(cue.first + 4, cue) for cue in vocabulary().cues(rest) if cue.last < high]


def _earlier(first: Fragment, spoken: Spoken, blockers: dict[int, list[Fragment]]) -> Found:
    said = spoken.utterances
    found: Found = []
    for back in range(1, _SECRET_PREVIOUS + 1):
        index = first.utterance - back
        ago_s = said[first.utterance].start_s - said[index].end_s
        if index < 0 or ago_s > _SECRET_PREVIOUS_S:
            break
        far = back > _PREVIOUS or ago_s > _PREVIOUS_S
        tokens = spoken.tokens[index]
        digits = max([len(o.digits) for o in blockers.get(index, [])], default=0)
        denied = back == 1 and _denies(spoken.tokens[first.utterance])
        if any(token.script == "placeholder" for token in tokens):
            break
        if digits >= _CUT_DIGITS and not denied:
            break  # its words speak of its own number
        answers = back == 1 and first.content <= _ANSWER_WORDS and digits < 2
        found += [
            (12 + 8 * (back - 1) + len(tokens) - cue.last, cue)
            for cue in vocabulary().cues(tokens)
            if (answers or cue.kind != "not_personal")  # "your order number?" asks once
            and (not far or (cue.kind == "secret" and first.told))
        ]
    return found


def _denies(tokens: Sequence[Token]) -> bool:
    """Tell "no, it's 0083" and 不是: another number of the same kind follows."""
    return any(tuple(t.text for t in tokens[: len(no)]) == no for no in _DENIALS)


def _weighed(found: Found, near: bool, same: set[int]) -> Context:
    kinds: dict[SensitiveKind, float] = {}
    against: Found = []
    strong: Found = []
    weak: Found = []
    short_code = secret = False
    for distance, cue in sorted(found, key=lambda f: f[0]):
        if cue.kind == "not_personal":
            against.append((distance, cue))
            continue
        secret |= cue.kind == "secret" and not kinds
        kind: SensitiveKind = (
            "card" if cue.kind == "short_code" else "account" if cue.kind == "secret" else cue.kind
        )
        short_code |= cue.kind == "short_code" and distance < 30
        (strong if cue.weight >= STRONG else weak).append((distance, cue))
        here = id(cue) in same
        weight = cue.weight * (1.0 if here and distance <= 20 else 0.92 if not here else 0.7)
        # The nearest kind counts whole, the others hardly: they speak of something else.
        kinds.setdefault(kind, weight if not kinds or max(kinds.values()) <= WEAK else 0.2)
    return Context(kinds, _against(against, strong, weak), short_code, secret, near)


def _against(against: Found, strong: Found, weak: Found) -> float:
    if not against:
        return 0.0
    distance = against[0][0]
    if strong and strong[0][0] < distance:
        return 0.0
    if weak and weak[0][0] + 8 < distance:
        return 0.0
    return 1.0 if distance <= 6 else 0.9 if distance <= 24 else 0.5
