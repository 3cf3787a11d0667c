"""E-mail addresses, written, and spoken: "john dot smith at gmail dot com", 艾特 qq 点 com."""

import re
from collections.abc import Sequence

from qa_pipeline.privacy.digits import read_atoms
from qa_pipeline.privacy.items import Item
from qa_pipeline.privacy.lines import speaker_lines
from qa_pipeline.privacy.spelling import spelled_start
from qa_pipeline.privacy.tokens import Piece, Placed, Spoken, Token, pieces_of
from qa_pipeline.privacy.vocabulary import word_list, word_set

_WRITTEN = re.compile(r"[A-Za-z0-9][\w.+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
_AT = {"at", "@", "add"}
_AT_HAN = tuple(tuple(phrase) for phrase in word_list("spoken_at"))
_DOT = {"dot", ".", "点", "point", "dots"}
_COMMAS = set(",，、")
_JOINTS = word_set("email_joints")
_TOP = word_set("top_level_domains")
_SURE_TOP = frozenset(("com", "net", "org"))
_PROVIDERS = word_set("mail_providers")
_CUES = word_set("email_cues")
_STOP = word_set("not_in_email")
_AROUND = _AT | _DOT | _JOINTS
_DOMAIN_WORDS = 4
_LOCAL_WORDS = 12


def find_emails(spoken: Spoken) -> list[Item]:
    """Return the addresses; one dictated in pieces has a piece an utterance."""
    items = [
        Item("email", (Piece(index, match.start(), match.end()),))
        for index, utterance in enumerate(spoken.utterances)
        for match in _WRITTEN.finditer(utterance.text)
    ]
    for line in speaker_lines(spoken):
        numbers = _number_tokens(spoken, line)
        tokens = [placed.token for placed in line]
        at = 0
        while at < len(tokens):
            found = None if _is_written(tokens, at) else _spoken_at(tokens, numbers, at)
            if found is None:
                at += 1
                continue
            first, last = found
            items.append(Item("email", pieces_of(line[first : last + 1])))
            at = last + 1
    return items


def _is_written(tokens: Sequence[Token], at: int) -> bool:
    """Tell an @ within a written address."""
    return tokens[at].text == "@" and at > 0 and tokens[at - 1].end == tokens[at].start


def _number_tokens(spoken: Spoken, line: Sequence[Placed]) -> set[int]:
    """Return the indices in the line that are part of a digit."""
    found: set[int] = set()
    index = 0
    for utterance in dict.fromkeys(placed.utterance for placed in line):
        tokens = spoken.tokens[utterance]
        atoms = read_atoms(spoken.utterances[utterance].text, tokens)
        begins = {atom.first for atom in atoms}
        for atom in atoms:
            before = tokens[atom.first - 1] if atom.first else None
            misheard = before is not None and before.script in ("latin", "digits")
            after = tokens[atom.last + 1] if atom.last + 1 < len(tokens) else None
            if after is not None and after.script == "latin" and atom.last + 1 not in begins:
                misheard &= after.text in _AROUND  # not so in "send it to info at"
            if atom.style != "weak" or misheard or index + atom.first - 1 in found:
                found.update(range(index + atom.first, index + atom.last + 1))
        index += len(tokens)
    return found


def _spoken_at(tokens: Sequence[Token], numbers: set[int], at: int) -> tuple[int, int] | None:
    """Return the first and last token of an address whose "at" stands at ``at``."""
    length = _at_length(tokens, at)
    if not length:
        return None
    last = _domain_end(tokens, at + length)
    if last is None:
        return None
    first = _local_start(tokens, numbers, at)
    return None if first == at else (first, last)


def _at_length(tokens: Sequence[Token], at: int) -> int:
    if tokens[at].text in _AT:
        return 1
    if tokens[at].text == "圈" and at + 1 < len(tokens) and tokens[at + 1].text.startswith("a"):
        return 1  # 圈A and the domain as one word
    for phrase in _AT_HAN:
        if tuple(t.text for t in tokens[at : at + len(phrase)]) == phrase:
            return len(phrase)
    return 0


def _domain_end(tokens: Sequence[Token], start: int) -> int | None:
    """Return the last token of a domain that begins at ``start``: words, dot, a top level."""
    while start < len(tokens) and tokens[start].text in _COMMAS:
        start += 1
    at = start
    words = 0
    while at < len(tokens) and words <= _DOMAIN_WORDS and tokens[at].text not in _DOT:
        if tokens[at].script == "mark" and tokens[at].text not in _COMMAS:
            break
        words += tokens[at].script != "mark" and len(tokens[at].text) > 1
        at += 1
    last: int | None = None
    while at + 1 < len(tokens) and tokens[at].text in _DOT and at > start:
        if tokens[at + 1].text in _TOP:
            last = at + 1
        elif last is not None or tokens[at + 1].script != "latin":
            break
        at += 2
    return _damaged_domain_end(tokens, start) if last is None else last


def _damaged_domain_end(tokens: Sequence[Token], start: int) -> int | None:
    """Return the end of a domain whose "dot" or last part was misheard or lost."""
    for at in range(start + 1, min(start + _DOMAIN_WORDS, len(tokens))):
        if tokens[at].script not in ("latin", "digits"):
            break
        if tokens[at].text in _SURE_TOP:
            return at
    if start < len(tokens) and tokens[start].text in _PROVIDERS:
        more = start + 1 < len(tokens) and tokens[start + 1].text in _DOT
        return start + 1 if more else start
    return None


def _local_start(tokens: Sequence[Token], numbers: set[int], at: int) -> int:
    """Return the first token of what stands before "at"."""
    cued = any(token.without_is in _CUES for token in tokens[max(0, at - 30) : at])
    first = at
    free_words = 0
    while first > 0 and at - first < 4 * _LOCAL_WORDS:
        token = tokens[first - 1]
        spelled = spelled_start(tokens, first - 1)
        if spelled is not None:
            first = spelled
            continue
        joint = token.text in _DOT or token.text in _JOINTS
        joined = first < at and (tokens[first].text in _DOT or tokens[first].text in _JOINTS)
        if joint or first - 1 in numbers:
            pass
        elif token.script == "latin" and (len(token.text) == 1 or joined):
            lone = token.text != "e" or tokens[first].text == "mail"
            if token.without_is in _STOP and not joined and lone:
                break
        elif token.script == "latin" and token.without_is not in _STOP:
            free_words += 1
            if free_words > (4 if cued else 3):
                break
        elif token.text == "," or (token.script == "mark" and token.text not in ".?!。？！:："):
            pass
        else:
            break
        first -= 1
    while first < at and (tokens[first].text in _DOT or tokens[first].script == "mark"):
        first += 1
    return first
