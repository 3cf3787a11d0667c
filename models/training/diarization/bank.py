"""A bank of synthetic speakers: short and long utterances of each, with exact speech times.

More speakers than espeak-ng has come from drawing accent, variant, pitch and liveliness at random
and from playing the sound faster or slower, which moves pitch and formants together, as a longer
or shorter vocal tract does. A slow random change of that speed stands for the uneven pace and
pitch of people.
"""

import multiprocessing
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from models.training.diarization.texts import long_text, short_text
from synthesis.espeak import SAMPLE_RATE_HZ, speak
from synthesis.voices import Split, random_voice

RATE_HZ = 8_000
Span = tuple[float, float]
Spoken = tuple[NDArray[np.float32], list[Span]]
"""Samples at 16 kHz and the stretches (seconds) in which there is speech."""

_BELOW_4K = butter(8, 3800, fs=SAMPLE_RATE_HZ, output="sos")
_FLITE_VOICES = ("awb", "rms", "slt", "kal16")
_BLOCK = 50
"""Speakers that one process makes."""


@dataclass(frozen=True)
class Utterance:
    """One utterance at 8 kHz (int16) and its stretches of speech in seconds, in order."""

    samples: NDArray[np.int16] = field(repr=False)
    spans: tuple[Span, ...]

    @property
    def duration_s(self) -> float:
        """Length of the sound."""
        return len(self.samples) / RATE_HZ


@dataclass(frozen=True)
class Speaker:
    """One synthetic speaker with everything that they say."""

    long: tuple[Utterance, ...]
    short: tuple[Utterance, ...]


def make_bank(
    split: Split, speakers: int, seconds: float, seed: int, *, flite: bool, processes: int
) -> list[Speaker]:
    """Return so many speakers with about so many seconds of long utterances each.

    One in three speaks Mandarin. With ``flite``, one in ten is a voice of that program, which was
    recorded from people. The same arguments give the same bank on any number of processes:
    espeak-ng keeps state from text to text, so every block of speakers has a process of its own.

    Raises:
        FileNotFoundError: ``flite`` is asked for and not installed.
    """
    if flite and not shutil.which("flite"):
        raise FileNotFoundError(
            "flite is not installed: install it (apt install flite) or train with --without-flite"
        )
    jobs = [
        _Block(split, min(_BLOCK, speakers - first), seconds, (seed, first), flite)
        for first in range(0, speakers, _BLOCK)
    ]
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=1) as pool:
        return [speaker for block in pool.imap(_make_block, jobs, 1) for speaker in block]


@dataclass(frozen=True)
class _Block:
    """The speakers that one process makes."""

    split: Split
    speakers: int
    seconds: float
    seed: tuple[int, int]
    flite: bool


def _make_block(block: _Block) -> list[Speaker]:
    rng = np.random.default_rng(block.seed)
    voice = _FLITE_VOICES[block.seed[1] // _BLOCK % len(_FLITE_VOICES)]
    human = _flite_sayings(voice, rng) if block.flite else None
    made = []
    for index in range(block.speakers):
        if human and index % 10 == 0:
            made.append(_speaker(lambda short: _pick(human, short, rng), block.seconds, rng))
        else:
            made.append(_espeak_speaker(block.split, block.seconds, rng))
    return made


def _espeak_speaker(split: Split, seconds: float, rng: np.random.Generator) -> Speaker:
    language = "zh" if rng.random() < 0.33 else "en"
    voice = random_voice(language, split, rng)

    def say(short: bool) -> Spoken:
        text = short_text(language, rng) if short else long_text(language, rng)
        speech = speak(text, voice)
        spans = [(p.start_s, p.end_s) for p in speech.phones if not p.text.startswith("_")]
        return speech.samples, spans

    return _speaker(say, seconds, rng)


def _speaker(say: Callable[[bool], Spoken], seconds: float, rng: np.random.Generator) -> Speaker:
    speed = float(np.exp(rng.uniform(np.log(0.84), np.log(1.2))))
    roughness = float(rng.choice([0.0, rng.uniform(0.05, 0.5)]))
    long: list[Utterance] = []
    while sum(u.duration_s for u in long) < seconds:
        long.append(_uttered(*say(False), speed, roughness, rng))
    short = [_uttered(*say(True), speed, roughness, rng) for _ in range(5)]
    return Speaker(tuple(long), tuple(short))


def _uttered(
    samples: NDArray[np.float32],
    spans: list[Span],
    speed: float,
    roughness: float,
    rng: np.random.Generator,
) -> Utterance:
    """Play at another, slowly changing speed, roughen, bring to 8 kHz and an even level."""
    clean = sosfilt(_BELOW_4K, samples)
    duration_s = len(samples) / SAMPLE_RATE_HZ
    knots = np.arange(0.0, duration_s / speed * 1.3 + 0.6, 0.3)
    rates = speed * np.exp(rng.normal(0.0, 0.05, len(knots)))
    grid_s = np.arange(int((duration_s / speed) * 1.25 * RATE_HZ)) / RATE_HZ
    source_s = np.cumsum(np.interp(grid_s, knots, rates)) / RATE_HZ
    grid_s = grid_s[: np.searchsorted(source_s, duration_s)]
    source_s = source_s[: len(grid_s)]
    sound = np.interp(source_s * SAMPLE_RATE_HZ, np.arange(len(clean)), clean)
    if roughness:
        sound = sound * (1.0 + roughness * rng.standard_normal(len(sound)))
    sound *= 0.1 / (np.sqrt(np.mean(sound**2)) + 1e-9)
    times = np.interp(np.asarray(spans).ravel(), source_s, grid_s).reshape(-1, 2)
    return Utterance(
        np.clip(sound * 32767, -32767, 32767).astype(np.int16), _joined(times, gap_s=0.02)
    )


def _joined(times: NDArray[np.float64], gap_s: float) -> tuple[Span, ...]:
    spans: list[Span] = []
    for start_s, end_s in times.tolist():
        if end_s <= start_s:
            continue
        if spans and start_s - spans[-1][1] <= gap_s:
            spans[-1] = (spans[-1][0], end_s)
        else:
            spans.append((start_s, end_s))
    return tuple(spans)


def _pick(
    sayings: tuple[list[Spoken], list[Spoken]], short: bool, rng: np.random.Generator
) -> Spoken:
    choices = sayings[1] if short else sayings[0]
    return choices[int(rng.integers(len(choices)))]


def _flite_sayings(voice: str, rng: np.random.Generator) -> tuple[list[Spoken], list[Spoken]]:
    """Speak long and short texts of the same kind with one voice of flite."""
    return (
        [_flite(long_text("en", rng), voice) for _ in range(40)],
        [_flite(short_text("en", rng), voice) for _ in range(12)],
    )


def _flite(text: str, voice: str) -> Spoken:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        told = subprocess.run(
            ["flite", "-voice", voice, "-psdur", "-t", text, "-o", str(path)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        with wave.open(str(path)) as file:
            rate = file.getframerate()
            sound = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768.0
    spans, at_s = [], 0.0
    for item in told.split():
        phone, _, end = item.rpartition(":")
        if phone != "pau":
            spans.append((at_s, float(end)))
        at_s = float(end)
    if rate != SAMPLE_RATE_HZ:
        grid = np.arange(int(len(sound) * SAMPLE_RATE_HZ / rate)) * rate / SAMPLE_RATE_HZ
        sound = np.interp(grid, np.arange(len(sound)), sound)
    return sound.astype(np.float32), spans
