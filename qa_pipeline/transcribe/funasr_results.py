"""What a FunASR model returns for one window, turned into timed text with probabilities.

Two families are understood. Paraformer gives ``text`` with its words apart by spaces and
``timestamp``, ``[[start_ms, end_ms], ...]`` for each. SenseVoice gives ``text`` behind tags such as
``<|zh|><|NEUTRAL|><|Speech|><|withitn|>``, and the same without them in ``words`` and
``timestamp``. Neither gives probabilities: those are taken from the network beside the result.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from qa_pipeline.transcribe.text import TimedText

UNSCORED = 0.5
"""Probability of a word whose own is not known. It says nothing about the word: it lies between
the limits of the trust gate, so that a call full of such words is looked at by a person."""
_TAG = re.compile(r"<\|[^|<>]*\|>")
_UNITS = re.compile(r"[㐀-鿿]|[^\s㐀-鿿]+")
"""A Chinese character, or whatever else stands together."""
_SOUNDS = re.compile(r"\w")
_LEAST = 1e-10


@dataclass(frozen=True)
class ScoredToken:
    """One token that the network chose, and its posterior probability."""

    text: str
    probability: float


@dataclass(frozen=True)
class Recognised:
    """What a model made of one window."""

    result: Mapping[str, Any]
    """One of the dictionaries that ``AutoModel.generate`` returns."""
    tokens: tuple[ScoredToken, ...] = ()
    """The tokens behind the text, without tags; empty where they cannot be had."""
    languages: Mapping[str, float] = field(default_factory=dict)
    """Probability of each language tag, ``nospeech`` among them; empty where there are no tags."""

    @property
    def no_speech_probability(self) -> float | None:
        """The model's own doubt that anybody speaks; ``None``: it tells none."""
        return self.languages.get("nospeech", 0.0) if self.languages else None

    @property
    def mean_log_probability(self) -> float | None:
        """Mean natural logarithm of the tokens' probabilities; ``None``: not known."""
        if not self.tokens:
            return None
        logs = [math.log(max(_LEAST, token.probability)) for token in self.tokens]
        return min(0.0, sum(logs) / len(logs))


def pieces(recognised: Recognised, duration_s: float) -> tuple[TimedText, ...]:
    """Return the words of a window of that length, with seconds from its start.

    Where the result has no time for every word, the words are spread over the time that it does
    have, or over the window, by their length. A word's probability is the mean of its tokens',
    ``UNSCORED`` where no token can be told to be its own.
    """
    result = recognised.result
    text = _TAG.sub("", str(result.get("text", "")))
    times = _times(result.get("timestamp"))
    words = [word.removeprefix("▁") for word in result.get("words", ())] or text.split()
    words, times = _timed(words, times, duration_s)
    probabilities = _probabilities(words, recognised.tokens)
    found = [
        TimedText(word, start_s, end_s, probability)
        for word, (start_s, end_s), probability in zip(words, times, probabilities, strict=True)
    ]
    return tuple(_joined(found, text))


def _times(timestamps: object) -> list[tuple[float, float]]:
    """Return pairs of seconds; none where one of them is no pair of numbers."""
    if not isinstance(timestamps, Sequence):
        return []
    try:
        return [
            (max(0.0, float(start)) / 1000.0, max(0.0, float(start), float(end)) / 1000.0)
            for start, end in timestamps
        ]
    except (TypeError, ValueError):
        return []


def _timed(
    words: list[str], times: list[tuple[float, float]], duration_s: float
) -> tuple[list[str], list[tuple[float, float]]]:
    """Return words with a time for each.

    FunASR loses the time of a word that is neither Chinese nor Latin, and of all words where its
    predictor finds too few places.
    """
    if len(words) == len(times):
        return words, times
    units = [unit for word in words for unit in _UNITS.findall(word)]
    first_s = times[0][0] if times else 0.0
    last_s = max((end for _, end in times), default=duration_s)
    total = sum(len(unit) for unit in units)
    spread: list[tuple[float, float]] = []
    at = 0
    for unit in units:
        start_s = first_s + (last_s - first_s) * at / total
        at += len(unit)
        spread.append((start_s, first_s + (last_s - first_s) * at / total))
    return units, spread


def _probabilities(words: Sequence[str], tokens: Sequence[ScoredToken]) -> list[float]:
    """Return the probability of every word from the tokens that hold its characters.

    Tokens and words are cut differently (pieces of words, spelled abbreviations in capitals), so
    they are laid side by side character by character.
    """
    chosen = [(letter, token.probability) for token in tokens for letter in _bare(token.text)]
    written = [(letter, index) for index, word in enumerate(words) for letter in _bare(word)]
    sums, counts = [0.0] * len(words), [0] * len(words)
    same = SequenceMatcher(
        None, [letter for letter, _ in chosen], [letter for letter, _ in written], autojunk=False
    )
    for in_chosen, in_written, size in same.get_matching_blocks():
        for step in range(size):
            index = written[in_written + step][1]
            sums[index] += chosen[in_chosen + step][1]
            counts[index] += 1
    return [
        sums[index] / counts[index] if counts[index] else UNSCORED for index in range(len(words))
    ]


def _bare(text: str) -> str:
    return "".join(text.lower().replace("@@", "").replace("▁", "").split())


def _joined(found: Sequence[TimedText], text: str) -> Iterator[TimedText]:
    """Put marks to the word before them, and pieces together that the text writes as one word.

    Whatever stands apart in the text gets a leading space, as Whisper writes it.
    """
    last: TimedText | None = None
    for piece, together in zip(found, _together([p.text for p in found], text), strict=True):
        is_mark = _SOUNDS.search(piece.text) is None
        if last is not None and (
            is_mark or (together and last.text.isascii() and piece.text.isascii())
        ):
            # A mark takes no time: the pause before it belongs to no word.
            last = replace(
                last,
                text=last.text + piece.text,
                end_s=last.end_s if is_mark else max(last.end_s, piece.end_s),
                probability=(
                    last.probability if is_mark else min(last.probability, piece.probability)
                ),
            )
            continue
        if last is not None:
            yield last
        last = replace(piece, text=piece.text if together else f" {piece.text}")
    if last is not None:
        yield last


def _together(words: Sequence[str], text: str) -> Iterator[bool]:
    """Say for every word whether the text writes it right behind the one before."""
    at = 0
    for word in words:
        found = text.find(word, at)
        if found < 0:
            yield False
            continue
        yield 0 < found == at
        at = found + len(word)
