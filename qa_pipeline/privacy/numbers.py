"""Telephone, identity, card and account numbers in a conversation, written or spoken."""

from collections import defaultdict
from collections.abc import Sequence

from rapidfuzz import fuzz

from qa_pipeline.privacy.fragments import Exchange, Fragment, find_exchanges
from qa_pipeline.privacy.items import Item
from qa_pipeline.privacy.judging import NEEDED, SURE, Context, context_of, fit, judge
from qa_pipeline.privacy.tokens import Piece, Spoken, Token
from qa_pipeline.privacy.vocabulary import vocabulary
from qa_pipeline.records import SensitiveKind

_ECHO_S = 15.0
_ECHO_ALIKE = 80.0
_LETTERS = 4
_ASIDE = 14
"""Tokens between digits of one utterance that may still be one number."""
_OR = {"or", "或"}
_X = {"x", "ex", "eks", "叉", "埃", "艾"}
Accepted = tuple[SensitiveKind, Exchange]


def find_numbers(spoken: Spoken) -> list[Item]:
    """Return the numbers that identify somebody, with every repetition of them."""
    exchanges = _joined_by_fit(find_exchanges(spoken), spoken)
    blockers: dict[int, list[Fragment]] = defaultdict(list)
    for exchange in exchanges:
        for fragment in exchange.fragments:
            blockers[fragment.utterance].append(fragment)
    accepted: list[Accepted] = []
    rest: list[tuple[Exchange, Context]] = []
    for exchange in exchanges:
        context = context_of(exchange, spoken, blockers)
        judgement = judge(exchange, context, _letters_around(exchange, spoken), spoken)
        if judgement.confidence >= NEEDED:
            accepted.append((judgement.kind, exchange))
        else:
            rest.append((exchange, context))
    accepted += _repetitions(accepted, rest, spoken)
    return [_item(kind, exchange, spoken) for kind, exchange in accepted]


def _joined_by_fit(exchanges: list[Exchange], spoken: Spoken) -> list[Exchange]:
    """Join digits of one utterance over an aside ("hang on, I have it here").

    Only where together they are a number by its plan or checksum and apart they are not.
    """
    joined: list[Exchange] = []
    for exchange in exchanges:
        before = joined[-1] if joined else None
        if before is not None and _is_aside(before.fragments[-1], exchange.fragments[0], spoken):
            apart = max(max(fit(e.digits).values()) for e in (before, exchange))
            if apart < SURE <= max(fit(before.digits + exchange.digits).values()):
                joined[-1] = Exchange((*before.fragments, *exchange.fragments))
                continue
        joined.append(exchange)
    return joined


def _is_aside(before: Fragment, after: Fragment, spoken: Spoken) -> bool:
    if before.utterance != after.utterance or after.first - before.last > _ASIDE:
        return False
    between = spoken.tokens[before.utterance][before.last + 1 : after.first]
    if before.whole or after.whole or any(token.text in _OR for token in between):
        return False  # prices and alternatives
    return not vocabulary().cues(between)


def _repetitions(
    accepted: Sequence[Accepted], rest: list[tuple[Exchange, Context]], spoken: Spoken
) -> list[Accepted]:
    """Return what is said again of accepted numbers: read back, corrected, the last four."""
    found: list[Accepted] = []
    for exchange, context in rest:
        for fragment in exchange.fragments:
            for kind, number in accepted:
                if _repeats(fragment, context, number, spoken):
                    found.append((kind, Exchange((fragment,))))
                    break
    return found


def _repeats(fragment: Fragment, context: Context, number: Exchange, spoken: Spoken) -> bool:
    against = context.not_personal >= 0.9
    digits, whole = fragment.digits, number.digits
    readings = [*number.readings(spoken), *(f.digits for f in number.fragments)]
    if len(digits) >= 4 and any(digits in text for text in readings):
        return not (fragment.whole and fragment.content > 6) and not (against and context.near)
    if against:
        return False
    said = spoken.utterances
    start_s = said[fragment.utterance].start_s
    since_s = start_s - said[number.fragments[-1].utterance].end_s
    meanwhile = start_s >= said[number.fragments[0].utterance].start_s - 5.0
    if not meanwhile or since_s > _ECHO_S:
        return False
    if len(digits) >= 3 and digits in number.readings(spoken):
        return True
    if fragment.content > 3:
        return False
    if len(digits) >= 5 and fuzz.partial_ratio(digits, whole) >= _ECHO_ALIKE:
        return True
    if len(digits) >= 3 and fragment.content <= 1:
        return True
    return len(digits) >= 2 and (digits in whole) and fragment.content == 0


def _letters_around(exchange: Exchange, spoken: Spoken) -> tuple[str, str]:
    """Return the single letters right before and after, as in AB 12 34 56 C."""
    first, last = exchange.fragments[0], exchange.fragments[-1]
    tokens = spoken.tokens[first.utterance]
    before = [tokens[i].text.upper() for i in _letters_before(tokens, first.first)]
    tokens = spoken.tokens[last.utterance]
    after = [
        "X" if tokens[i].text in _X else tokens[i].text.upper()
        for i in _letters_after(tokens, last.last)
    ]
    return "".join(before), "".join(after)


def _letters_before(tokens: Sequence[Token], first: int) -> list[int]:
    found: list[int] = []
    at = first - 1
    while at >= 0 and len(found) < _LETTERS and _is_letters(tokens, at, at + 1):
        found.insert(0, at)
        at -= 1
    if found and tokens[found[0]].text in ("a", "i") and tokens[found[0]].end < tokens[first].start:
        return found[1:]
    return found


def _letters_after(tokens: Sequence[Token], last: int) -> list[int]:
    found: list[int] = []
    at = last + 1
    while at < len(tokens) and len(found) < 2 and _is_letters(tokens, at, at - 1):
        found.append(at)
        at += 1
    if found and tokens[found[0]].text in ("a", "i") and tokens[found[0]].start > tokens[last].end:
        return []
    return found


def _is_letters(tokens: Sequence[Token], at: int, neighbour: int) -> bool:
    token = tokens[at]
    if token.text in _X:
        return True
    if token.script != "latin":
        return False
    beside = tokens[neighbour]
    attached = token.end == beside.start or beside.end == token.start
    short = len(token.text) <= (_LETTERS if attached else 2)
    return len(token.text) == 1 or (short and (attached or token.capitals))


def _item(kind: SensitiveKind, exchange: Exchange, spoken: Spoken) -> Item:
    first, last = exchange.fragments[0], exchange.fragments[-1]
    pieces = []
    for fragment in exchange.fragments:
        tokens = spoken.tokens[fragment.utterance]
        start, end = fragment.first, fragment.last
        if kind in ("id", "account", "card"):
            before = _letters_before(tokens, start) if fragment is first else []
            after = _letters_after(tokens, end) if fragment is last else []
            start, end = min([start, *before]), max([end, *after])
            if after and tokens[end].text in "埃艾" and _text(tokens, end + 1) == "克":
                end = min(end + 2, len(tokens) - 1)
        while start and tokens[start - 1].text in ("+", "(", "（", "plus"):
            start -= 1
        pieces.append(Piece(fragment.utterance, tokens[start].start, tokens[end].end))
    return Item(kind, tuple(pieces))


def _text(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""
