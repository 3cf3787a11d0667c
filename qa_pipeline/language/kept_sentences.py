"""Sentences that are kept in English and told to each reader in the reader's language.

What is kept is the English sentence itself, so whoever reads the store needs no list of ours, and
a translation that is made better reads sentences of before as it finds them.
"""

import re
from collections.abc import Mapping
from functools import cached_property
from string import Formatter
from typing import Final, NamedTuple

_OR: Final = " or "


class Sentence(NamedTuple):
    """A sentence in both languages; the fields in braces are the same in both."""

    en: str
    zh: str


class KeptSentences:
    """Sentences by name, the words in them that Mandarin has another word for, and sentences that
    may stand in their fields."""

    def __init__(
        self,
        sentences: Mapping[str, Sentence],
        words: Mapping[str, str] | None = None,
        parts: "KeptSentences | None" = None,
    ) -> None:
        self._sentences = sentences
        self._words = words or {}
        self._parts = parts

    def kept(self, name: str, **values: object) -> str:
        """Return a sentence as it is kept.

        Raises:
            KeyError: there is no such sentence, or a value of it is missing.
        """
        return self._sentences[name].en.format(**values)

    def told(self, sentence: str, language: str) -> str:
        """Return a kept sentence as a reader of ``language`` (ISO 639-1) is told it.

        Mandarin for ``zh``; otherwise, and where it is none of the sentences nor of their parts, as
        it is kept.
        """
        if language != "zh":
            return sentence
        for written, mandarin in self._patterns:
            found = written.fullmatch(sentence)
            if found is not None:
                values = {k: self._in_mandarin(v) for k, v in found.groupdict().items()}
                return mandarin.format(**values)
        return self._part_in_mandarin(sentence)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """What each sentence looks like in English, and the same in Mandarin."""
        return [(re.compile(_pattern(s.en), re.DOTALL), s.zh) for s in self._sentences.values()]

    def _in_mandarin(self, value: str) -> str:
        parts = value.split(_OR)
        if any(part not in self._words for part in parts[1:]):
            return self._part_in_mandarin(value)  # perhaps a name with the word in it
        return "或".join(self._words.get(part) or self._part_in_mandarin(part) for part in parts)

    def _part_in_mandarin(self, part: str) -> str:
        return part if self._parts is None else self._parts.told(part, "zh")


def _pattern(sentence: str) -> str:
    """Return the regular expression of a sentence with its fields filled in."""
    whole = ""
    for text, name, _, conversion in Formatter().parse(sentence):
        quote = "['\"]" if conversion == "r" else ""
        whole += re.escape(text) + (f"{quote}(?P<{name}>.+){quote}" if name else "")
    return whole
