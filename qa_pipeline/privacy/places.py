"""Postal addresses: a house number with a street, a postcode, 省市区, 路, 号 and what follows."""

import re
from collections.abc import Sequence

from qa_pipeline.privacy.digits import read_atoms
from qa_pipeline.privacy.items import Item
from qa_pipeline.privacy.lines import speaker_lines
from qa_pipeline.privacy.tokens import Piece, Placed, Spoken, Token, in_simplified, pieces_of
from qa_pipeline.privacy.vocabulary import word_set

_STREETS = word_set("streets")
_PARTS = word_set("parts_of_houses")
_CUES = re.compile(
    r"\b(?:my (?:new |home |billing |postal )?address is|(?:billing|home|delivery|new|postal) "
    r"address is|i live at|we live at|living at|i moved to|deliver (?:it |that )?to|"
    r"the address is|address(?:'s| is)|i'm at|resident at|property at)\b",
    re.I,
)
_END = word_set("after_address")
_STREET_WORDS = 4
_UK_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_NUMBER_ZH = "[0-9零〇一二三四五六七八九十百幺两]"
_ZH = re.compile(
    rf"""
    (?:(?:[\u4e00-\u9fff]{{2,7}}?(?:省|自治区))?(?:[\u4e00-\u9fff]{{2,4}}?市)?
       (?:[\u4e00-\u9fff]{{1,4}}?(?:区|县|旗))?(?:[\u4e00-\u9fff]{{1,4}}?(?:镇|乡|街道))?)
    [\u4e00-\u9fff]{{1,8}}?(?:路|大街|街|大道|巷|弄|胡同|小区|花园|家园|公寓|新村|苑|村|大厦|广场|里)
    (?:[，,、\s]*{_NUMBER_ZH}{{1,6}}(?:号楼|号院|号|弄|栋|幢|座|单元|楼|层|室|房|门|组)?)+
    (?:{_NUMBER_ZH}{{0,5}}[号室房])?
    """,
    re.X,
)
_LEAD_ZH = re.compile(
    r"^.*(?:地址改成|地址改为|地址是|地址为|地址|住址是|住址|住在|家住|我住|住|送到|寄到|寄去|搬到|搬去|"
    r"位于|就是|是在|我在|家在|在|是|到|为)"
)


def find_addresses(spoken: Spoken) -> list[Item]:
    """Return postal addresses of both languages."""
    items: list[Item] = []
    for index, utterance in enumerate(spoken.utterances):
        for match in _ZH.finditer(in_simplified(utterance.text)):
            start = match.start()
            lead = _LEAD_ZH.match(match[0])
            if lead and lead.end() < len(match[0]) - 3:
                start += lead.end()
            items.append(Item("address", (Piece(index, start, match.end()),)))
        items += [
            Item("address", (Piece(index, m.start(), m.end()),))
            for m in _UK_POSTCODE.finditer(utterance.text)
        ]
    for line in speaker_lines(spoken):
        items += _english(spoken, line)
    return items


def _english(spoken: Spoken, line: Sequence[Placed]) -> list[Item]:
    tokens = [placed.token for placed in line]
    numbers = _starts_of_numbers(spoken, line)
    cued = _cue_ends(spoken, line)
    found: list[Item] = []
    at = 0
    while at < len(tokens):
        last = None
        if at in cued:
            last = _clause_end(tokens, numbers, at)
            if not any(i in numbers for i in range(at, last + 1)):
                last = None
        if last is None and at in numbers:
            street = _street(tokens, numbers, at)
            last = None if street is None else _postcode_end(tokens, numbers, street)
        if last is None:
            at += 1
            continue
        first = at - 1 if at and tokens[at - 1].text in _PARTS else at
        found.append(Item("address", pieces_of(line[first : last + 1])))
        at = last + 1
    return found


def _starts_of_numbers(spoken: Spoken, line: Sequence[Placed]) -> dict[int, int]:
    """Return, for every index of the line at which a number begins, the index of its end."""
    ends: dict[int, int] = {}
    index = 0
    for utterance in dict.fromkeys(placed.utterance for placed in line):
        tokens = spoken.tokens[utterance]
        for atom in read_atoms(spoken.utterances[utterance].text, tokens):
            if atom.style in ("digits", "tens") or (atom.style == "amount" and not atom.written):
                ends[index + atom.first] = index + atom.last
        index += len(tokens)
    return ends


def _cue_ends(spoken: Spoken, line: Sequence[Placed]) -> set[int]:
    """Return the indices right after "I live at" and the like."""
    found: set[int] = set()
    for utterance in dict.fromkeys(placed.utterance for placed in line):
        for match in _CUES.finditer(spoken.utterances[utterance].text):
            after = [
                i
                for i, p in enumerate(line)
                if p.utterance == utterance and p.token.start >= match.end()
            ]
            found.update(after[:1])
    return found


def _clause_end(tokens: Sequence[Token], numbers: dict[int, int], at: int) -> int:
    """Return the last token before the clause ends; "and" within a number does not end it."""
    last = numbers.get(at, at)
    while last + 1 < len(tokens) and last - at < 30:
        token = tokens[last + 1]
        if token.text in _END or (token.script == "mark" and token.text in ".?!;"):
            break
        last = numbers.get(last + 1, last + 1)
    return last


def _street(tokens: Sequence[Token], numbers: dict[int, int], at: int) -> int | None:
    """Return the index of "street" after a house number at ``at`` and the street's name."""
    after = numbers[at] + 1
    while after in numbers:
        after = numbers[after] + 1
    for index in range(after + 1, min(after + _STREET_WORDS + 1, len(tokens))):
        word = tokens[index]
        if word.script != "latin" or tokens[index - 1].text in (*_END, "of", "the", "a", "this"):
            return None
        if word.text in _STREETS:
            return index
    return None


def _postcode_end(tokens: Sequence[Token], numbers: dict[int, int], last: int) -> int:
    """Go on over town and postcode, as far as they are written so."""
    at = last + 1
    while at < len(tokens) and at - last < 14:
        token = tokens[at]
        if token.text in (",", "in") and at + 1 < len(tokens):
            at += 1
            continue
        if token.upper or at in numbers or token.text in ("postcode", "zip"):
            last = numbers.get(at, at)
            at = last + 1
            continue
        break
    return last
