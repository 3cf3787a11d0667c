"""Mono telephone calls mixed from a bank of speakers, with the exact times of who speaks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from models.training.diarization.bank import Span, Speaker, Utterance
from models.training.diarization.sounds import (
    RATE_HZ,
    Sound,
    breath,
    clicks,
    mu_law,
    music,
    tone_signal,
)

PAUSE_S = 0.5
"""Shorter pauses belong to the turn, by the convention of the truth files."""


@dataclass(frozen=True)
class MixedCall:
    """A mono call at 8 kHz and, for each speaker, their stretches of speech in seconds."""

    samples: NDArray[np.float32] = field(repr=False)
    turns: tuple[tuple[Span, ...], ...]


class _Talker:
    """One participant: what they say on a track of their own, before it is mixed."""

    def __init__(self, speaker: Speaker, length: int, rng: np.random.Generator) -> None:
        self.speaker = speaker
        self.track: Sound = np.zeros(length)
        self.spans: list[Span] = []
        self.rng = rng

    def say(self, utterance: Utterance, start_s: float) -> float:
        """Speak from ``start_s`` on with pauses as people make them; return the end."""
        pieces = _paused(utterance, self.rng)
        at = int(start_s * RATE_HZ)
        slow = np.exp(self.rng.normal(0, 0.25, len(utterance.samples) // 4000 + 2))
        gain = np.interp(np.arange(len(utterance.samples)) / 4000, np.arange(len(slow)), slow)
        sound = utterance.samples * (gain / 32767)
        for begin, end, spans, pause_s in pieces:
            if at + end - begin >= len(self.track):
                break
            self.track[at : at + end - begin] += sound[begin:end]
            offset_s = (at - begin) / RATE_HZ
            self.spans += [(s + offset_s, e + offset_s) for s, e in spans]
            at += end - begin + int(pause_s * RATE_HZ)
        return at / RATE_HZ


def _paused(
    utterance: Utterance, rng: np.random.Generator
) -> list[tuple[int, int, list[Span], float]]:
    """Cut an utterance where it has a gap: pieces with the pause to put after each."""
    pieces: list[tuple[int, int, list[Span], float]] = []
    begin, held = 0, []
    spans = utterance.spans
    for index, span in enumerate(spans):
        held.append(span)
        last = index == len(spans) - 1
        if last or rng.random() < 0.12:
            until = len(utterance.samples)
            if not last:
                until = int((span[1] + spans[index + 1][0]) / 2 * RATE_HZ)
            pause_s = 0.0 if last else float(min(rng.exponential(0.45) + 0.05, 2.5))
            pieces.append((begin, until, held, pause_s))
            begin, held = until, []
    return pieces


def mix_call(
    bank: Sequence[Speaker],
    noises: Sequence[Sound],
    seconds: float,
    rng: np.random.Generator,
    people: int | None = None,
) -> MixedCall:
    """Draw one call: who talks, when, over what line, and what else is heard.

    One to three people talk, mostly two, where ``people`` does not say how many.
    """
    length = int(seconds * RATE_HZ)
    people = people or int(rng.choice([1, 2, 3], p=[0.06, 0.84, 0.10]))
    chosen = rng.choice(len(bank), people, replace=False)
    talkers = [_Talker(bank[i], length, rng) for i in chosen]
    quiet = _converse(talkers, seconds, rng)
    mixed = np.zeros(length)
    loudness_db = rng.uniform(-30, -12)
    spread_db = float(rng.uniform(0, 12))
    for talker in talkers:
        level_db = loudness_db - rng.uniform(0, spread_db)
        mixed += over_the_line(talker.track, level_db, noises, rng)
    for start_s, end_s in quiet:
        _fill(mixed, start_s, end_s, loudness_db, rng)
    mixed = _recorded(mixed, loudness_db, noises, rng)
    turns = tuple(turns_of(talker.spans) for talker in talkers)
    return MixedCall(mixed.astype(np.float32), turns)


def turns_of(spans: Sequence[Span], pause_s: float = PAUSE_S) -> tuple[Span, ...]:
    """Join the stretches of one speaker over pauses shorter than ``pause_s``."""
    joined: list[Span] = []
    for start_s, end_s in sorted(spans):
        if joined and start_s - joined[-1][1] < pause_s:
            joined[-1] = (joined[-1][0], max(end_s, joined[-1][1]))
        else:
            joined.append((start_s, end_s))
    return tuple(joined)


def _converse(talkers: list[_Talker], seconds: float, rng: np.random.Generator) -> list[Span]:
    """Let them talk in turn; return the longer stretches in which nobody does."""
    quiet: list[Span] = []
    overlapping = float(rng.choice([0.05, 0.15, 0.35]))
    at_s = float(rng.choice([0.2, rng.uniform(0, 8)]))
    if at_s > 1.5:
        quiet.append((0.0, at_s))
    speaking = int(rng.integers(len(talkers)))
    while at_s < seconds - 0.5:
        talker = talkers[speaking]
        said = talker.speaker.short if rng.random() < 0.3 else talker.speaker.long
        start_s, at_s = at_s, talker.say(said[int(rng.integers(len(said)))], at_s)
        others = [t for t in talkers if t is not talker]
        if others and at_s - start_s > 2.0 and rng.random() < 0.3:
            other = others[int(rng.integers(len(others)))]
            word = other.speaker.short[int(rng.integers(len(other.speaker.short)))]
            other.say(word, float(rng.uniform(start_s + 0.5, at_s - 0.3)))
        if rng.random() < 0.85 and others:
            speaking = talkers.index(others[int(rng.integers(len(others)))])
        draw = rng.random()
        if draw < overlapping:
            at_s = max(start_s + 0.3, at_s - float(rng.uniform(0.1, 2.0)))
        elif draw < 0.93:
            at_s += float(min(rng.exponential(0.5) + 0.02, 3.0))
        else:
            gap_s = float(rng.uniform(1.5, 9.0))
            quiet.append((at_s, min(at_s + gap_s, seconds)))
            at_s += gap_s
    return quiet


def over_the_line(
    track: Sound, level_db: float, noises: Sequence[Sound], rng: np.random.Generator
) -> Sound:
    """Give a voice its room, its handset, its level and its background noise."""
    # Single precision and a length that factors well: this is most of the time that a call takes.
    size = next_fast_len(len(track) + RATE_HZ // 2, real=True)
    hertz = np.arange(size // 2 + 1) * np.float32(RATE_HZ / size)
    bends_db = np.interp(hertz, np.linspace(0, 4000, 8), rng.normal(0, rng.uniform(1, 6), 8))
    low_hz, high_hz = rng.uniform(60, 380), rng.uniform(2800, 3900)
    band = 1 / np.sqrt((1 + (low_hz / (hertz + 1)) ** 6) * (1 + (hertz / high_hz) ** 16))
    response = (10 ** (bends_db / 20) * band).astype(np.float32)
    spectrum = rfft(track.astype(np.float32), size) * response
    if rng.random() < 0.5:
        spectrum *= rfft(_room(rng).astype(np.float32), size)
    voice = irfft(spectrum, size)[: len(track)]
    power = voice**2
    loud = power > 0.05 * power.max() if power.max() > 0 else np.zeros(len(power), bool)
    level = np.sqrt(power[loud].mean()) if loud.any() else 1.0
    voice = voice * (10 ** (level_db / 20) / level)
    hiss = noises[int(rng.integers(len(noises)))]
    begin = int(rng.integers(max(1, len(hiss) - len(track))))
    snr_db = rng.uniform(8, 45) if rng.random() < 0.75 else 60.0
    cut = np.resize(hiss[begin : begin + len(track)], len(track))
    return np.asarray(voice + cut * 10 ** ((level_db - snr_db) / 20))


def _room(rng: np.random.Generator) -> Sound:
    times = np.arange(int(rng.uniform(0.05, 0.45) * RATE_HZ)) / RATE_HZ
    response = rng.standard_normal(len(times)) * np.exp(-6.9 * times / (times[-1] + 1e-3))
    response *= rng.uniform(0.02, 0.35)
    response[0] = 1.0
    return np.asarray(response)


def _fill(
    mixed: Sound, start_s: float, end_s: float, level_db: float, rng: np.random.Generator
) -> None:
    """Put music, tones, clicks or breath, or nothing, where nobody speaks."""
    seconds = end_s - start_s
    draw = rng.random()
    if seconds < 0.3 or draw < 0.25:
        return
    if draw < 0.5:
        sound = music(seconds, rng)
    elif draw < 0.75:
        sound = tone_signal(seconds, rng)
    else:
        sound = clicks(seconds, rng) if draw < 0.9 else breath(seconds, rng)
    begin = int(start_s * RATE_HZ)
    sound = sound[: len(mixed) - begin] * 10 ** ((level_db + rng.uniform(-20, 3)) / 20)
    mixed[begin : begin + len(sound)] += sound


def _recorded(
    mixed: Sound, level_db: float, noises: Sequence[Sound], rng: np.random.Generator
) -> Sound:
    """Add the noise of the line and breaths, then clip and compand as recorders do."""
    for _ in range(int(rng.poisson(len(mixed) / RATE_HZ / 15))):
        start_s = float(rng.uniform(0, len(mixed) / RATE_HZ - 1))
        sound = (breath if rng.random() < 0.6 else clicks)(float(rng.uniform(0.2, 0.9)), rng)
        begin = int(start_s * RATE_HZ)
        sound = sound[: len(mixed) - begin] * 10 ** ((level_db - rng.uniform(8, 30)) / 20)
        mixed[begin : begin + len(sound)] += sound
    if rng.random() < 0.5:
        hiss = noises[int(rng.integers(len(noises)))]
        cut = np.resize(hiss, len(mixed))
        mixed = mixed + cut * 10 ** ((level_db - rng.uniform(12, 45)) / 20)
    if rng.random() < 0.15:
        mixed = np.clip(mixed, *np.percentile(mixed, [0.3, 99.7]))
    peak = np.abs(mixed).max() + 1e-9
    mixed = mixed / max(1.0, peak)
    return mu_law(mixed) if rng.random() < 0.5 else mixed
