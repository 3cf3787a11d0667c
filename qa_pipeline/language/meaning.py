"""What a text means, as a direction that can be compared: the protocol, and what is compared.

What belongs here: how texts are cut and compared. What does not: running a model, which is for
the adapter (``sentence_encoder``), and judging, which is for scorecards.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.language.normalise import Script, pieces, simplified
from qa_pipeline.language.patterns import pattern

Vector = NDArray[np.float32]
"""Shape ``(dimensions,)``, of length 1."""

_STOP = pattern(r"[.?!;。？！；…]+|[,，、:：]")
_LONGEST = {"en": 14, "zh": 24}
"""Words or characters from which a stretch without punctuation is also compared in pieces."""
_REMEMBERED = 20_000


class SentenceEncoder(Protocol):
    """Anything that turns a text into the direction of its meaning."""

    @property
    def name(self) -> str:
        """Which model it is, for the record of what made a result."""

    @property
    def version(self) -> str:
        """Its version or digest."""

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes of the languages that it understands."""

    @property
    def similarity(self) -> float:
        """How alike two texts of one meaning are to it, 0 to 100."""

    def encode(self, text: str) -> Vector:
        """Return the meaning of a text. The same text always has the same, bit for bit."""


class Meanings:
    """The encoders that there are, and the meanings they have told already."""

    def __init__(self, encoders: Sequence[SentenceEncoder] = ()) -> None:
        self._encoders = tuple(encoders)
        self._known: dict[tuple[str, str], Vector] = {}

    def understands(self, language: str) -> bool:
        """Tell whether meanings in a language can be compared."""
        return self._encoder(language) is not None

    def usual_similarity(self, language: str) -> float:
        """Return the similarity that suits the encoder of a language, 0 to 100.

        Raises:
            KeyError: there is none for the language.
        """
        return self._needed(language).similarity

    def similarities(
        self, texts: Sequence[str], examples: Sequence[str], language: str
    ) -> NDArray[np.float64]:
        """Return how alike texts and examples are, cosine times 100, shape (examples, texts).

        Rounded to two places, and each by itself: it does not depend on what stands beside.
        Mandarin is compared in simplified characters, which is what the encoders have read.

        Raises:
            KeyError: there is no encoder for the language.
        """
        encoder = self._needed(language)
        if language == "zh":
            texts, examples = list(map(simplified, texts)), list(map(simplified, examples))
        result = np.zeros((len(examples), len(texts)))
        for row, example in enumerate(examples):
            for column, text in enumerate(texts):
                cosine = float(self._vector(encoder, example) @ self._vector(encoder, text))
                result[row, column] = round(100.0 * cosine, 2)
        return result

    def versions(self) -> dict[str, str]:
        """Return name and version of each encoder."""
        return {encoder.name: encoder.version for encoder in self._encoders}

    def _encoder(self, language: str) -> SentenceEncoder | None:
        return next((e for e in self._encoders if language in e.languages), None)

    def _needed(self, language: str) -> SentenceEncoder:
        encoder = self._encoder(language)
        if encoder is None:
            raise KeyError(f"no sentence encoder understands {language!r}")
        return encoder

    def _vector(self, encoder: SentenceEncoder, text: str) -> Vector:
        key = (encoder.name, text)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = encoder.encode(text)
        return self._known[key]


def pieces_of_meaning(text: str, language: str) -> list[tuple[int, int]]:
    """Return the (start, end) of every piece of an utterance that may say one thing.

    These are its clauses, two clauses that follow each other, its sentences, and the whole;
    where it is long and without punctuation, also overlapping pieces of it. A meaning that is a
    tenth of what is said is lost in the whole.
    """
    clauses, sentences = _cut(text)
    spans = {*clauses, *sentences}
    spans |= {(a[0], b[1]) for a, b in pairwise(clauses)}
    if sentences:
        spans.add((sentences[0][0], sentences[-1][1]))
    script: Script = "zh" if language == "zh" else "en"
    longest = _LONGEST[script]
    for start, end in clauses:
        found = pieces(text[start:end], script)
        for first in range(0, max(0, len(found) - longest // 2), longest // 2):
            last = min(first + longest, len(found)) - 1
            if len(found) > longest:
                spans.add((start + found[first].start, start + found[last].end))
    return sorted(span for span in spans if text[span[0] : span[1]].strip())


def _cut(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the spans of the clauses and of the sentences of a text, without outer spaces."""
    clauses: list[tuple[int, int]] = []
    sentences: list[tuple[int, int]] = []
    clause_at = sentence_at = 0
    for stop in (*_STOP.finditer(text), None):
        end = stop.start() if stop else len(text)
        if text[clause_at:end].strip():
            clauses.append(_trimmed(text, clause_at, end))
        if stop is None or stop.group(0)[0] not in ",，、:：":
            if text[sentence_at:end].strip():
                sentences.append(_trimmed(text, sentence_at, end))
            sentence_at = stop.end() if stop else end
        clause_at = stop.end() if stop else end
    return clauses, sentences


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
