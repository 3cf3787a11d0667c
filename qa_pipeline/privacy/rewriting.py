"""One utterance rewritten with placeholders; every place in it known before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from qa_pipeline.language.placeholders import placeholder
from qa_pipeline.records import SensitiveKind, Utterance, Word

_RANK: tuple[SensitiveKind, ...] = ("card", "id", "email", "account", "phone", "address", "name")


@dataclass(frozen=True)
class Span:
    """Characters ``start`` to ``end`` that say something of a kind."""

    start: int
    end: int
    kind: SensitiveKind


@dataclass(frozen=True)
class Rewrite:
    """A text in which spans, in order and apart, give way to placeholders."""

    text: str
    language: str
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, text: str, language: str, spans: Sequence[Span]) -> "Rewrite":
        """Make one; spans that overlap become one of the kind that matters most."""
        merged: list[Span] = []
        for span in sorted(spans, key=lambda s: (s.start, s.end)):
            last = merged[-1] if merged else None
            if last is not None and span.start < last.end:
                kind = min(last.kind, span.kind, key=_RANK.index)
                merged[-1] = Span(last.start, max(last.end, span.end), kind)
            else:
                merged.append(span)
        return cls(text, language, tuple(merged))

    @cached_property
    def redacted(self) -> str:
        """The text with placeholders."""
        parts, at = [], 0
        for span in self.spans:
            parts += [self.text[at : span.start], placeholder(span.kind, self.language)]
            at = span.end
        return "".join([*parts, self.text[at:]])

    def place(self, at: int, *, end: bool = False) -> int:
        """Return where a place of the text is now; inside a span, its start or ``end``."""
        shift = 0
        for span in self.spans:
            size = len(placeholder(span.kind, self.language))
            if span.end <= at:
                shift += size - (span.end - span.start)
            elif span.start < at:
                return span.start + shift + (size if end else 0)
        return at + shift

    def cut(self, start: int, end: int) -> str:
        """Return a piece as it reads now, placeholders that it touches whole."""
        return self.redacted[self.place(start) : self.place(end, end=True)]

    def utterance(self, utterance: Utterance) -> Utterance:
        """Return the utterance rewritten.

        Words that a placeholder replaces become one word with the time of all of them; every
        other word is as it was.
        """
        places = word_places(utterance)
        groups: list[list[int]] = []
        end = -1
        for index, (start, stop) in enumerate(places):
            if groups and start < end:
                groups[-1].append(index)
            else:
                groups.append([index])
            touched = [s.end for s in self.spans if s.start < stop and s.end > start]
            end = max([end, *touched])
        words = [
            utterance.words[group[0]]
            if not self._touches(places[group[0]][0], places[group[-1]][1])
            else self._joined([utterance.words[i] for i in group], places, group)
            for group in groups
        ]
        return utterance.model_copy(update={"text": self.redacted, "words": tuple(words)})

    def _touches(self, start: int, end: int) -> bool:
        return any(span.start < end and span.end > start for span in self.spans)

    def _joined(
        self, words: Sequence[Word], places: Sequence[tuple[int, int]], group: Sequence[int]
    ) -> Word:
        text = self.cut(places[group[0]][0], places[group[-1]][1]).strip()
        return Word(
            text=text,
            start_s=words[0].start_s,
            end_s=max(word.end_s for word in words),
            probability=sum(word.probability for word in words) / len(words),
            channel=words[0].channel,
        )


def word_places(utterance: Utterance) -> list[tuple[int, int]]:
    """Return where each word stands in the text."""
    places: list[tuple[int, int]] = []
    at = 0
    for word in utterance.words:
        start = utterance.text.find(word.text, at)
        start = at if start < 0 else start
        at = min(start + len(word.text), len(utterance.text))
        places.append((start, at))
    return places
