"""What every transcript goes through, whatever engine wrote it: the centre's names and spelling."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

from qa_pipeline.records import Transcript, Word
from qa_pipeline.transcribe.engine import ChannelRequest, TranscriptionEngine
from qa_pipeline.transcribe.vocabulary import Vocabulary

if TYPE_CHECKING:
    from opencc import OpenCC  # type: ignore[import-untyped]

MandarinScript = Literal["simplified", "traditional"]
Punctuation = Literal["as_heard", "by_pauses", "none"]
_MARKS = ".,?!;:，。？！；：、"
_COMMA_S, _STOP_S = 0.35, 0.8
"""Pauses from which a comma and a full stop are set; people breathe at clauses."""
_FEW_MARKS = 0.02
"""Marks a word below which a transcript counts as not punctuated."""


@dataclass(frozen=True)
class Writing:
    """How a centre wants its transcripts written."""

    mandarin: MandarinScript = "simplified"
    punctuation: Punctuation = "by_pauses"
    """``by_pauses`` sets marks at pauses where the model itself writes none."""


class FinishedTranscription:
    """An engine whose transcripts carry the centre's names and are written as it wants."""

    def __init__(
        self, engine: TranscriptionEngine, vocabulary: Vocabulary, writing: Writing
    ) -> None:
        self._engine = engine
        self._vocabulary = vocabulary
        self._writing = writing

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._engine.name

    @property
    def version(self) -> str:
        """Version of the model."""
        return self._engine.version

    def transcribe(self, requests: Sequence[ChannelRequest]) -> list[Transcript]:
        """Transcribe channels of any number of calls together; one transcript a request."""
        return [self._finish(transcript) for transcript in self._engine.transcribe(requests)]

    def _finish(self, transcript: Transcript) -> Transcript:
        words, corrected = self._vocabulary.correct(transcript.words, transcript.language)
        words = punctuated(words, transcript.language, self._writing.punctuation)
        if transcript.language == "zh" and self._writing.mandarin == "traditional":
            words = [word.model_copy(update={"text": _traditional(word.text)}) for word in words]
        return transcript.model_copy(update={"words": tuple(words), "corrected_words": corrected})


def punctuated(words: Sequence[Word], language: str, punctuation: Punctuation) -> list[Word]:
    """Return the words with marks as asked for; times and probabilities stay.

    Marks at pauses are a reader's help and no grammar: a comma from 0.35 s, a full stop from
    0.8 s and at the end. A model that writes marks itself keeps its own.
    """
    if punctuation == "as_heard":
        return list(words)
    if punctuation == "none":
        bare = [(word, word.text.rstrip(_MARKS)) for word in words]
        return [word.model_copy(update={"text": text}) for word, text in bare if text]
    marked = sum(word.text.endswith(tuple(_MARKS)) for word in words)
    if not words or marked > _FEW_MARKS * len(words):
        return list(words)
    comma, stop = ("，", "。") if language == "zh" else (",", ".")
    made: list[Word] = []
    for word, later in zip(words, [*words[1:], None], strict=True):
        pause_s = _STOP_S if later is None else later.start_s - word.end_s
        mark = stop if pause_s >= _STOP_S else comma if pause_s >= _COMMA_S else ""
        plain = word.text.endswith(tuple(_MARKS)) or not mark
        made.append(word if plain else word.model_copy(update={"text": word.text + mark}))
    return made


def _traditional(text: str) -> str:
    converted: str = _converter().convert(text)
    return converted


@cache
def _converter() -> "OpenCC":
    from opencc import OpenCC

    return OpenCC("s2t")
