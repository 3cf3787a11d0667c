"""From mixed calls and single voices to the arrays that training draws its windows from."""

import pickle
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from models.training.diarization.bank import Span, Speaker
from models.training.diarization.calls import MixedCall, mix_call, over_the_line, turns_of
from models.training.diarization.sounds import Sound
from qa_pipeline.speakers.bundled_architectures import LogMel

T = TypeVar("T")
FRAME_S = 0.02
SPEAKERS = 3


@dataclass(frozen=True)
class Example:
    """Log-mel spectra ``(spectra, mels)`` of one sound and who speaks in each 20 ms frame.

    ``active`` holds one bit a speaker, shape ``(frames,)``.
    """

    log_mel: NDArray[np.float16] = field(repr=False)
    active: NDArray[np.uint8] = field(repr=False)


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return the spectra of samples at 8 kHz as the networks see them, in half precision."""
    with torch.inference_mode():
        spectra = LogMel()(torch.from_numpy(samples)[None])[0]
    halved: NDArray[np.float16] = spectra.numpy().astype(np.float16)
    return halved


def active_frames(turns: Sequence[Sequence[Span]], frames: int) -> NDArray[np.uint8]:
    """Return one byte a frame: bit ``s`` is set where speaker ``s`` speaks."""
    active = np.zeros(frames, np.uint8)
    for speaker, spans in enumerate(turns):
        for start_s, end_s in spans:
            active[round(start_s / FRAME_S) : round(end_s / FRAME_S)] |= 1 << speaker
    return active


def example(call: MixedCall) -> Example:
    """Return what training needs of a mixed call."""
    spectra = log_mel(call.samples)
    return Example(spectra, active_frames(call.turns, len(spectra) // 2))


def call_examples(
    bank: Sequence[Speaker],
    noises: Sequence[Sound],
    calls: int,
    seconds: float,
    rng: np.random.Generator,
) -> list[Example]:
    """Return so many mixed calls for the segmentation model."""
    return [example(mix_call(bank, noises, seconds, rng)) for _ in range(calls)]


def voice_examples(
    bank: Sequence[Speaker], noises: Sequence[Sound], versions: int, rng: np.random.Generator
) -> list[list[Example]]:
    """Return, for each speaker, what they say over so many different lines."""
    made = []
    for speaker in bank:
        track, spans = _one_voice(speaker)
        lines = []
        for _ in range(versions):
            sound = over_the_line(track, float(rng.uniform(-30, -12)), noises, rng)
            spectra = log_mel(sound.astype(np.float32))
            lines.append(Example(spectra, active_frames((spans,), len(spectra) // 2)))
        made.append(lines)
    return made


def _one_voice(speaker: Speaker) -> tuple[Sound, tuple[Span, ...]]:
    samples, spans, at_s = [], [], 0.0
    for utterance in (*speaker.long, *speaker.short):
        samples.append(utterance.samples / 32767)
        spans += [(start_s + at_s, end_s + at_s) for start_s, end_s in utterance.spans]
        at_s += utterance.duration_s
    whole = np.concatenate(samples)
    return whole[: len(whole) // 160 * 160], turns_of(spans, pause_s=0.1)


def cached(path: Path, make: Callable[[], T]) -> T:
    """Return what ``make`` makes, from the file where it was made before by this recipe."""
    if path.exists():
        with path.open("rb") as file:
            kept: T = pickle.load(file)
        return kept
    started = time.monotonic()
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pickle.dump(made, file, protocol=pickle.HIGHEST_PROTOCOL)
    print(f"{path.name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    return made
