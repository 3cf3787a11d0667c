"""The words of ``vocabulary.yaml``, ready to be looked for in tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from qa_pipeline.privacy.tokens import Token, tokenise
from qa_pipeline.records import SensitiveKind

_FILE = Path(__file__).with_name("vocabulary.yaml")
Phrase = tuple[str, ...]
CueKind = SensitiveKind | Literal["short_code", "secret", "not_personal"]

_DIGITS = frozenset("零〇一二三四五六七八九幺两")
STRONG = 0.6
"""Confidence that a strong context word adds."""
WEAK = 0.4
_NOTHING = 0.0
"""Weight of a phrase that only looks like context."""
_OF_IT = 2
"""Tokens from a thing to "ending in", which then speaks of it."""


@dataclass(frozen=True)
class Cue:
    """Context found in an utterance: tokens ``first`` to ``last`` speak of numbers of a kind."""

    kind: CueKind
    weight: float
    first: int
    last: int


class PhraseSet:
    """Phrases of both languages; looks for the longest at a place."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self.phrases = frozenset(tuple(t.text for t in tokenise(phrase)) for phrase in phrases)
        self.longest = max((len(phrase) for phrase in self.phrases), default=0)
        self._first = frozenset(phrase[0] for phrase in self.phrases)

    def length_at(self, tokens: Sequence[Token], at: int) -> int:
        """Return the number of tokens of the longest phrase that begins at ``at``, or 0."""
        if at >= len(tokens) or tokens[at].text not in self._first:
            return 0
        for length in range(min(self.longest, len(tokens) - at), 0, -1):
            if tuple(token.text for token in tokens[at : at + length]) in self.phrases:
                return length
        return 0

    def length_with_is(self, tokens: Sequence[Token], at: int) -> int:
        """Return what ``length_at`` does, the last word with or without 's: "the password's"."""
        length = self.length_at(tokens, at)
        if at >= len(tokens) or tokens[at].without_is not in self._first:
            return length
        for size in range(min(self.longest, len(tokens) - at), length, -1):
            last = tokens[at + size - 1]
            texts = (*(token.text for token in tokens[at : at + size - 1]), last.without_is)
            if last.text != last.without_is and texts in self.phrases:
                return size
        return length

    def is_in(self, tokens: Sequence[Token]) -> bool:
        """Tell whether a phrase stands anywhere, its last word with or without 's."""
        return any(self.length_with_is(tokens, at) for at in range(len(tokens)))

    def length_before(self, tokens: Sequence[Token], end: int) -> int:
        """Return the number of tokens of the longest phrase that ends before ``end``, or 0."""
        for length in range(min(self.longest, end), 0, -1):
            if tuple(token.text for token in tokens[end - length : end]) in self.phrases:
                return length
        return 0


class Vocabulary:
    """All word lists."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.fillers = _set(raw["fillers"])
        self.back_channels = _set(raw["back_channels"])
        self.hard_units = _set(raw["hard_units"])
        self.units = _set(raw["units"])
        self.before = _set(raw["before"])
        self._cues: dict[Phrase, tuple[CueKind, float]] = {}
        for kind, strengths in raw["cues"].items():
            for strength, weight in (("strong", STRONG), ("weak", WEAK)):
                self._add(strengths[strength], kind, weight)
        self._add(raw["short_codes"], "short_code", STRONG)
        self._add(raw["secrets"], "secret", STRONG)
        self._add(raw["not_personal"], "not_personal", 1.0)
        self._add(raw["no_context"], "not_personal", _NOTHING)
        self._longest = max(map(len, self._cues))
        self._sounds = {
            tuple(syllable(character) for character in phrase): known
            for phrase, known in self._cues.items()
            if len(phrase) > 1 and all("\u3400" <= word <= "\u9fff" for word in phrase)
        }

    def _add(self, by_language: dict[str, list[str]], kind: CueKind, weight: float) -> None:
        for phrases in by_language.values():
            for phrase in phrases:
                self._cues[tuple(t.text for t in tokenise(phrase))] = (kind, weight)

    def _known(self, tokens: Sequence[Token]) -> tuple[CueKind, float] | None:
        """Look tokens up: as they are, with a trailing 's taken off ("the PIN's"), by sound."""
        texts = tuple(token.text for token in tokens)
        known = self._cues.get(texts)
        if known is None and texts[-1].endswith("'s"):
            known = self._cues.get((*texts[:-1], tokens[-1].without_is))
        return known or self._by_sound(tokens)

    def _by_sound(self, tokens: Sequence[Token]) -> tuple[CueKind, float] | None:
        """Find a Mandarin context word of two or more characters though misheard."""
        if len(tokens) < 2 or any(t.script != "han" or t.text in _DIGITS for t in tokens):
            return None
        return self._sounds.get(tuple(syllable(token.text) for token in tokens))

    def cues(self, tokens: Sequence[Token]) -> list[Cue]:
        """Return the context words of an utterance, the longest where several begin together.

        The last digits of a thing's number (订单尾号, "order ending in") are nobody's either.
        """
        found: list[Cue] = []
        for length in range(min(self._longest, len(tokens)), 0, -1):
            for first in range(len(tokens) - length + 1):
                part = tokens[first : first + length]
                known = self._known(part)
                last = first + length - 1
                if known and all(last < cue.first or first > cue.last for cue in found):
                    found.append(Cue(*known, first, last))
        found = sorted((c for c in found if c.weight > _NOTHING), key=lambda cue: cue.first)
        for i in range(1, len(found)):
            before, cue = found[i - 1], found[i]
            ends = cue.kind == "short_code" or tokens[cue.first].text == "后"
            if ends and before.kind == "not_personal" and cue.first - before.last <= _OF_IT:
                found[i] = replace(cue, kind="not_personal", weight=1.0)
        return found


@lru_cache(maxsize=8192)
def syllable(character: str) -> str:
    """Return how a Han character is read, without the tone."""
    from pypinyin import Style, lazy_pinyin

    return str(lazy_pinyin(character, style=Style.NORMAL)[0])


def _set(by_language: dict[str, list[str]]) -> PhraseSet:
    return PhraseSet([phrase for phrases in by_language.values() for phrase in phrases])


@cache
def _raw() -> dict[str, Any]:
    # The base loader leaves "yes", "no" and "on" the words that they are.
    raw: dict[str, Any] = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return raw


@cache
def vocabulary() -> Vocabulary:
    """Read the lists about numbers, once."""
    return Vocabulary(_raw())


def word_list(name: str) -> tuple[str, ...]:
    """Return a list of words about e-mail, addresses or names."""
    return tuple(_raw()["words"][name])


def word_set(name: str) -> frozenset[str]:
    """Return such a list as a set."""
    return frozenset(word_list(name))
