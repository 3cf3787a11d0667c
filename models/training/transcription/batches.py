"""From cached shards to batches: tokens, their true places in the sound."""

import json
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from models.training.transcription.texts import LANGUAGES
from models.training.transcription.tokenizer import text_ids
from models.training.transcription.windows import FRAME_S, NO_SPEECH

IGNORED = -100
# Special tokens in use, in the order of their compact ids after the text pieces.
SPECIALS = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|zh|>",
    "<|transcribe|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
PROMPT = 4
"""Start of transcript, language, task, no timestamps."""


@dataclass(frozen=True)
class Example:
    """One window, ready for batching. ``spans`` are encoder frames, one per target token."""

    mels: NDArray[np.float16]
    classes: NDArray[np.int16]
    tokens: NDArray[np.int64]
    targets: NDArray[np.int64]
    spans: NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Tensors of one step; ``spans`` is (batch, tokens, 2) with -1 where nothing is known."""

    mels: Tensor
    classes: Tensor
    tokens: Tensor
    targets: Tensor
    spans: Tensor
    seconds: float


class Tokens:
    """Compact training ids: text ids as in the tokenizer, special tokens after them."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.text = text_ids(tokenizer)
        self.special = {name: self.text + i for i, name in enumerate(SPECIALS)}
        self.count = self.text + len(SPECIALS)
        self._pieces: dict[str, list[int]] = {}

    def pieces(self, written: str) -> list[int]:
        """Return the ids of one written token, such as `` hello`` or ``好``."""
        if written not in self._pieces:
            self._pieces[written] = self.tokenizer.encode(written, add_special_tokens=False).ids
        return self._pieces[written]


def _sequence(
    note: dict[str, object], tokens: Tokens, frames: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return decoder input, targets and spans of one window."""
    language = str(note["language"])
    ids: list[int] = []
    spans: list[tuple[float, float]] = []
    end_s = 0.0
    for text, start_s, stop_s in note["tokens"]:  # type: ignore[attr-defined]
        spaced = language == "en" and text not in ",.?"
        pieces = tokens.pieces(" " + text if spaced else text)
        share = (stop_s - start_s) / len(pieces)
        ids += pieces
        spans += [(start_s + share * i, start_s + share * (i + 1)) for i in range(len(pieces))]
        end_s = stop_s
    heard = language != NO_SPEECH
    named = language if heard else LANGUAGES[rng.integers(2)]
    special = tokens.special
    prompt = [special[n] for n in ("<|startoftranscript|>", f"<|{named}|>")]
    prompt += [special["<|transcribe|>"], special["<|notimestamps|>"]]
    first = special[f"<|{named}|>"] if heard else special["<|nospeech|>"]
    targets = [first, IGNORED, IGNORED, *ids, special["<|endoftext|>"]]
    spans = [(-1.0, -1.0)] * (PROMPT - 1) + spans
    spans.append((end_s, end_s + 0.2) if heard else (-1.0, -1.0))
    places = np.full((len(spans), 2), -1, np.int64)
    for row, (start_s, stop_s) in enumerate(spans):
        if start_s >= 0:
            start = min(round(start_s / FRAME_S), frames - 2)
            places[row] = start, max(min(round(stop_s / FRAME_S), frames), start + 2)
    return np.array(prompt + ids), np.array(targets), places


def load_shard(path: Path, tokens: Tokens) -> list[Example]:
    """Read the windows of one shard."""
    with np.load(path) as stored:
        mels, lengths = stored["mels"], stored["lengths"]
        classes = stored["classes"]
        notes = json.loads(bytes(stored["notes"]))
    rng = np.random.default_rng(len(mels))
    examples = []
    at = frame = 0
    for length, note in zip(lengths.tolist(), notes, strict=True):
        frames = (length + 1) // 2
        ids, targets, spans = _sequence(note, tokens, frames, rng)
        examples.append(
            Example(mels[at : at + length], classes[frame : frame + frames], ids, targets, spans)
        )
        at, frame = at + length, frame + frames
    return examples


def batches(
    examples: list[Example], tokens: Tokens, seconds: float, rng: np.random.Generator
) -> Iterator[Batch]:
    """Group windows of like length, so many seconds of sound each, in random order."""
    noisy = [len(e.mels) * rng.uniform(0.85, 1.15) for e in examples]
    groups: list[list[Example]] = [[]]
    longest = 0
    for index in np.argsort(noisy):
        example = examples[index]
        longest = max(longest, len(example.mels))
        if groups[-1] and longest * (len(groups[-1]) + 1) > seconds * 100:
            groups.append([])
            longest = len(example.mels)
        groups[-1].append(example)
    for index in rng.permutation(len(groups)):
        yield collate(groups[index], tokens, rng)


def ahead(made: Iterator[Batch], depth: int = 4) -> Iterator[Batch]:
    """Make the next batches in a thread while the last one is learnt from; same order."""
    waiting: queue.Queue[Batch | BaseException | None] = queue.Queue(depth)

    def work() -> None:
        try:
            for batch in made:
                waiting.put(batch)
            waiting.put(None)
        except BaseException as error:  # handed to the reader, who raises it
            waiting.put(error)

    threading.Thread(target=work, daemon=True).start()
    while (item := waiting.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        yield item


def collate(group: list[Example], tokens: Tokens, rng: np.random.Generator) -> Batch:
    """Pad a batch as the runtime does, with 0 in the normalised log-mel domain."""
    extra = int(rng.integers(0, 400)) if rng.random() < 0.2 else 0
    width = max(len(e.mels) for e in group) + extra
    width += width % 2
    length = max(len(e.tokens) for e in group)
    mels = np.zeros((len(group), 80, width), np.float32)
    classes = np.zeros((len(group), width // 2), np.int64)
    ids = np.full((len(group), length), tokens.special["<|endoftext|>"], np.int64)
    targets = np.full((len(group), length), IGNORED, np.int64)
    spans = np.full((len(group), length, 2), -1, np.int64)
    for row, example in enumerate(group):
        mels[row, :, : len(example.mels)] = example.mels.T
        classes[row, : len(example.classes)] = example.classes
        n = len(example.tokens)
        ids[row, :n] = misheard(example.tokens, tokens, rng)
        targets[row, :n] = example.targets
        spans[row, :n] = example.spans
    classes[classes < 0] = IGNORED
    return Batch(
        torch.from_numpy(mels),
        torch.from_numpy(classes),
        torch.from_numpy(ids),
        torch.from_numpy(targets),
        torch.from_numpy(spans),
        sum(len(e.mels) for e in group) / 100,
    )


def misheard(
    ids: NDArray[np.int64], tokens: Tokens, rng: np.random.Generator, share: float = 0.05
) -> NDArray[np.int64]:
    """Replace some text tokens of the decoder's input: it must listen, and bear its own errors."""
    wrong = rng.random(len(ids)) < share
    wrong[:PROMPT] = False
    return np.where(wrong, rng.integers(0, tokens.text, len(ids)), ids)
