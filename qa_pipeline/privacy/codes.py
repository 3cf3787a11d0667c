"""Codes of letters and digits: user names, IBAN, number plates, "K T seven seven", 微信号 abc_1.

A row of letters, digits and joints ("underscore", 下划线) is a code where its form says so (IBAN,
national insurance, driving licence), or where a context word or a question leads to it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from qa_pipeline.privacy.fragments import is_led_to
from qa_pipeline.privacy.items import Item
from qa_pipeline.privacy.letters import Line, Row, rows_of
from qa_pipeline.privacy.lines import speaker_lines
from qa_pipeline.privacy.plates import is_plate, plates_of_china
from qa_pipeline.privacy.tokens import Spoken, Token, pieces_of
from qa_pipeline.privacy.vocabulary import STRONG, PhraseSet, vocabulary, word_list, word_set
from qa_pipeline.records import SensitiveKind

_NI = re.compile(r"[A-CEGHJ-PR-TW-Z]{2}\d{6}[A-D]")
_LICENCE = re.compile(r"[A-Z9]{5}\d{6}[A-Z9]{2}[A-Z\d][A-Z]{2}")
"""Driving licences of Great Britain: name, date of birth, initials, check."""
_A_YEAR = re.compile(r"A(?:19|20)\d\d")
_LOGINS = PhraseSet(word_list("logins"))
_PLATES = PhraseSet(word_list("plates"))
_LINKS = word_set("code_links")
_LEAD = 3
"""Words between the context word, or the start of an answer, and the code."""
_TOLD = 6
"""The same before "it's"."""
_PREVIOUS = 3
_PREVIOUS_S = 30.0
_SENTENCE_ENDS = set(".?!。？！:：")
_SPELLED = 3
"""Single letters that make a user name without a digit."""
_SHORTEST = 5
"""Characters of the shortest number with letters."""
_SHORTEST_LOGIN = 3


Asked = Literal["login", "plate", "number"]
"""What is asked for: a login may be a word, as user names and passwords are."""


@dataclass(frozen=True)
class _Lead:
    """What a code has to be by the words before it."""

    kind: SensitiveKind | None
    """``None`` for numbers of things, which are nobody's."""
    of: Asked
    words: int
    """Words in between."""


@dataclass(frozen=True)
class _Known:
    """A context word that ends before token ``end``."""

    end: int
    of: Asked
    kind: SensitiveKind | None

    def lead(self, words: int) -> _Lead:
        """Return what it makes of a code so many words later."""
        return _Lead(self.kind, self.of, words)


def find_codes(spoken: Spoken) -> list[Item]:
    """Return user names, passwords and numbers with letters in them."""
    found: list[Item] = []
    leads = _Leads(spoken)
    for placed in speaker_lines(spoken):
        line = Line.of(spoken, placed)
        for row in rows_of(line, leads.begins_login):
            lead = leads.to(line, row.first)
            kind = _named(row, line, lead) or _form(row, lead)
            if kind is not None:
                found.append(Item(kind, pieces_of(placed[row.first : row.last + 1])))
        for first, last in plates_of_china(line):
            found.append(Item("id", pieces_of(placed[first : last + 1])))
    return found


def _form(row: Row, lead: _Lead | None) -> SensitiveKind | None:
    """Return the kind of a code that is known by its form."""
    from stdnum import iban

    text = row.text
    if _NI.fullmatch(text) or _LICENCE.fullmatch(text):
        return "id"
    of_a_thing = lead is not None and lead.kind is None
    if is_plate(row, led_to=False) and not of_a_thing:
        return "id"
    return "account" if text[:2].isalpha() and iban.is_valid(text) else None


def _named(row: Row, line: Line, lead: _Lead | None) -> SensitiveKind | None:
    """Return the kind that the words before give to a row with letters."""
    if not row.letters or vocabulary().units.length_at(line.tokens, row.last + 1):
        return None
    if _A_YEAR.fullmatch(row.text) and line.text(row.first + 1) == row.text[1:]:
        return None  # "a 2019 Golf"
    if lead is None or lead.kind is None or lead.words > _LEAD:
        return None
    if lead.of == "plate":
        return lead.kind if is_plate(row, led_to=True) else None
    size = len(row.text)
    if lead.of == "login":
        mixed = size >= _SHORTEST_LOGIN and (row.digits > 0 or row.joints > 0)
        word = row.free > 0 and lead.words == 0 and line.is_mandarin(row.first)
        return lead.kind if mixed or word or row.spelled >= _SPELLED else None
    return lead.kind if size >= _SHORTEST and row.digits >= _SPELLED and not row.free else None


class _Leads:
    """The context words of a call, read once an utterance."""

    def __init__(self, spoken: Spoken) -> None:
        self._spoken = spoken
        self._found = cache(self._read)

    def begins_login(self, line: Line, at: int) -> bool:
        """Tell whether a user name may begin here as a word: right after what asks for it."""
        lead = self.to(line, at)
        if lead is None or lead.of != "login":
            return False
        return lead.words <= (_LEAD if line.is_mandarin(at) else 0)

    def to(self, line: Line, at: int) -> _Lead | None:
        """Return what leads to token ``at``: words of the same utterance, or a question before."""
        index, local = line.place(at)
        tokens = self._spoken.tokens[index][:local]
        near = [known for known in self._found(index) if known.end <= local]
        if near:
            return near[-1].lead(_words(tokens[near[-1].end :]))
        start = max((i + 1 for i, t in enumerate(tokens) if t.text in _SENTENCE_ENDS), default=0)
        said = self._spoken.utterances
        for back in range(index - 1, max(index - 1 - _PREVIOUS, -1), -1):
            if said[index].start_s - said[back].end_s > _PREVIOUS_S:
                return None
            if self._found(back):
                return self._found(back)[-1].lead(_words(tokens[start:]))
        return None

    def _read(self, index: int) -> list[_Known]:
        """Return the context words of an utterance in order, those of things too."""
        tokens = self._spoken.tokens[index]
        found: list[_Known] = []
        plain = [replace(token, text=token.without_is) for token in tokens]
        for at in range(len(tokens)):
            if length := _LOGINS.length_at(plain, at):
                found.append(_Known(at + length, "login", "account"))
            if length := _PLATES.length_at(plain, at):
                found.append(_Known(at + length, "plate", "id"))
        for cue in vocabulary().cues(tokens):
            if cue.kind == "not_personal":
                found.append(_Known(cue.last + 1, "number", None))
            elif cue.weight >= STRONG and cue.kind in ("id", "account"):
                found.append(_Known(cue.last + 1, "number", cue.kind))
        return sorted(found, key=lambda known: (known.end, known.of == "login"))


def _words(tokens: Sequence[Token]) -> int:
    """Count the words that are no filler and no link; "… here, it's" makes them none.

    Two Han characters count as a word.
    """
    fillers = vocabulary().fillers
    counted: list[Token] = []
    at = 0
    while at < len(tokens):
        length = fillers.length_at(tokens, at)
        token = tokens[at]
        if not (length or token.script == "mark" or token.without_is in _LINKS):
            counted.append(token)
        at += max(length, 1)
    han = sum(token.script == "han" for token in counted)
    words = len(counted) - han + (han + 1) // 2
    return 0 if words <= _TOLD and is_led_to(tokens, len(tokens)) else words
