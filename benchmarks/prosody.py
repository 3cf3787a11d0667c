"""Pitch trackers on voices of known pitch, and the cost of all measures of a call.

    uv run python -m benchmarks.prosody                  Praat, which the product uses
    uv run --with librosa python -m benchmarks.prosody   librosa's pYIN and YIN beside it

The voices are made here: harmonics of a known, moving fundamental through the formants of five
vowels, with unvoiced stretches between. Each is heard clean, over a telephone line (300 to 3400
Hz, G.711 mu-law) and over a noisy one (noise at 10 dB within the same band). Errors count on
frames that are voiced in truth and called voiced, away from the edges of voicing. Trackers get 8
kHz, as a telephone recording has it; the cost of the measures is that of the product, at 16 kHz.
"""

import argparse
import importlib.util
import json
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter, resample_poly

from qa_pipeline.measures import TransformersTone, measure
from qa_pipeline.measures.prosody import (
    PITCH_CEILING_HZ,
    PITCH_FLOOR_HZ,
    STEP_S,
    without_octave_errors,
)
from qa_pipeline.records import (
    SAMPLE_RATE_HZ,
    CallMetadata,
    Conversation,
    Role,
    Samples,
    Sound,
    Trust,
    Turn,
    Utterance,
    Word,
)
from qa_pipeline.records.base import Record
from qa_pipeline.resources import resource_folder
from synthesis.telephone import add_noise, mu_law, telephone_band

Frames = NDArray[np.float64]
Tracker = Callable[[Frames], tuple[Frames, Frames]]
"""From samples at 8 kHz to times (s) and pitch (Hz, 0 for unvoiced), both ``(frames,)``."""

TELEPHONE_HZ = 8_000
BASES_HZ = (75, 90, 110, 130, 160, 190, 220, 260, 300)
VOWELS_HZ = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
)
"""First three formants of vowels (Peterson and Barney 1952)."""
SAID = "please have a look at the bill that came monday it seems far too high"


class TrackerFigures(Record):
    """One tracker under one condition, over all voices."""

    tracker: str
    condition: str
    median_error_st: float
    """Median distance from the true pitch, semitones."""
    octave_errors_pct: float
    """Frames more than half an octave from the true pitch."""
    level_error_st: float
    """Mean over the voices of the distance of the median pitch from the true one, semitones."""
    voiced_found_pct: float
    unvoiced_mistaken_pct: float
    times_real_time: float
    """Seconds of sound for each second of processor time."""


class Prosody(Record):
    """The result of the benchmark."""

    made_at: str
    machine: str
    trackers: tuple[TrackerFigures, ...]
    five_minute_call_s: dict[str, float]
    """Processor time of all measures of a call of 5 minutes, by layout."""


def contour(base_hz: float, length_s: float, rng: np.random.Generator) -> Frames:
    """Return a moving pitch in Hz for each sample, 0 in unvoiced stretches."""
    times = np.arange(int(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    knots = np.arange(0.0, length_s + 0.4, 0.3)
    pitch = base_hz * 2 ** (np.interp(times, knots, rng.uniform(-3, 3, len(knots))) / 12)
    at_s = 0.0
    while at_s < length_s:
        at_s += rng.uniform(0.4, 0.9)
        gap_s = rng.uniform(0.1, 0.3)
        pitch[int(at_s * SAMPLE_RATE_HZ) : int((at_s + gap_s) * SAMPLE_RATE_HZ)] = 0.0
        at_s += gap_s
    return np.asarray(pitch, np.float64)


def voice(pitch_hz: Frames, rng: np.random.Generator) -> Samples:
    """Return a voice of that pitch: harmonics and breath through changing vowels."""
    phase = np.cumsum(pitch_hz / SAMPLE_RATE_HZ)
    source = np.where(pitch_hz == 0, 0.15, 0.01) * rng.standard_normal(len(pitch_hz))
    for harmonic in range(1, 41):
        sounds = (pitch_hz > 0) & (harmonic * pitch_hz < 7000)
        source += np.where(sounds, np.sin(2 * np.pi * harmonic * phase) / harmonic**1.3, 0)
    spoken = np.empty_like(source)
    piece = SAMPLE_RATE_HZ // 4
    for start in range(0, len(source), piece):
        made = source[start : start + piece]
        for formant, width in zip(VOWELS_HZ[rng.integers(5)], (80, 100, 120), strict=True):
            pole = np.exp(-np.pi * width / SAMPLE_RATE_HZ)
            turn = -2 * pole * np.cos(2 * np.pi * formant / SAMPLE_RATE_HZ)
            made = lfilter([1 - pole], [1, turn, pole**2], made)
        spoken[start : start + piece] = made
    return np.asarray(0.2 * spoken / np.abs(spoken).max(), np.float32)


def heard(clean: Samples, condition: str, rng: np.random.Generator) -> Samples:
    """Return what arrives at the recorder."""
    if condition == "clean":
        return clean
    line = telephone_band(clean)
    if condition == "noisy telephone":
        noise = add_noise(line, 10, rng, "pink") - line
        line = (line + telephone_band(noise.astype(np.float32))).astype(np.float32)
    return mu_law(line)


def praat(samples: Frames) -> tuple[Frames, Frames]:
    """Track with Praat as the product does."""
    import parselmouth

    pitch = parselmouth.Sound(samples, TELEPHONE_HZ).to_pitch_ac(
        time_step=STEP_S, pitch_floor=PITCH_FLOOR_HZ, pitch_ceiling=PITCH_CEILING_HZ
    )
    return pitch.xs(), np.asarray(pitch.selected_array["frequency"], np.float64)


def praat_as_used(samples: Frames) -> tuple[Frames, Frames]:
    """Track with Praat and leave out what lies far outside the speaker's range."""
    times, pitch = praat(samples)
    return times, without_octave_errors(pitch)


def pyin(resolution: float) -> Tracker:
    """Return librosa's pYIN, 20 ms a frame; ``resolution`` in semitones."""

    def track(samples: Frames) -> tuple[Frames, Frames]:
        import librosa

        hop = int(STEP_S * TELEPHONE_HZ)
        pitch, voiced, _ = librosa.pyin(
            samples,
            fmin=PITCH_FLOOR_HZ,
            fmax=PITCH_CEILING_HZ,
            sr=TELEPHONE_HZ,
            frame_length=512,
            hop_length=hop,
            resolution=resolution,
        )
        pitch = np.asarray(np.where(voiced, np.nan_to_num(pitch), 0.0), np.float64)
        return STEP_S * np.arange(len(pitch), dtype=np.float64), pitch

    return track


def yin(samples: Frames) -> tuple[Frames, Frames]:
    """Track with librosa's YIN, which calls every frame voiced."""
    import librosa

    pitch = librosa.yin(
        samples,
        fmin=PITCH_FLOOR_HZ,
        fmax=PITCH_CEILING_HZ,
        sr=TELEPHONE_HZ,
        frame_length=512,
        hop_length=int(STEP_S * TELEPHONE_HZ),
    )
    return STEP_S * np.arange(len(pitch), dtype=np.float64), np.asarray(pitch, np.float64)


def trackers() -> dict[str, Tracker]:
    """Return the trackers that are installed here."""
    found: dict[str, Tracker] = {"Praat, range kept (used)": praat_as_used, "Praat alone": praat}
    if importlib.util.find_spec("librosa"):
        found |= {"librosa pYIN 0.1 st": pyin(0.1), "librosa pYIN 0.25 st": pyin(0.25)}
        found["librosa YIN"] = yin
    return found


def judged(name: str, track: Tracker, condition: str, length_s: float) -> TrackerFigures:
    """Measure one tracker on every voice under one condition."""
    track(np.random.default_rng(0).standard_normal(TELEPHONE_HZ) * 0.1)  # compiles, loads
    errors: list[Frames] = []
    levels, found, mistaken, spent_s = [], [], [], 0.0
    for base_hz in BASES_HZ:
        rng = np.random.default_rng(base_hz)
        truth = contour(base_hz, length_s, rng)
        sound = heard(voice(truth, rng), condition, rng)
        samples = np.asarray(resample_poly(sound, 1, 2), np.float64)
        began = time.process_time()
        times, pitch = track(samples)
        spent_s += time.process_time() - began
        at = np.minimum((times * SAMPLE_RATE_HZ).astype(int), len(truth) - 1)
        edge = np.ones(960) / 960  # 60 ms: frames at the edge of voicing are neither
        sure = np.convolve(truth > 0, edge, "same")[at]
        on, off = sure > 0.999, sure < 0.001
        both = on & (pitch > 0)
        errors.append(np.abs(12 * np.log2(pitch[both] / truth[at][both])))
        middle = np.median(pitch[pitch > 0]) / np.median(truth[truth > 0])
        levels.append(abs(12 * np.log2(middle)))
        found.append(np.mean(pitch[on] > 0))
        mistaken.append(np.mean(pitch[off] > 0))
    error = np.concatenate(errors)
    return TrackerFigures(
        tracker=name,
        condition=condition,
        median_error_st=round(float(np.median(error)), 3),
        octave_errors_pct=round(100 * float(np.mean(error > 6)), 2),
        level_error_st=round(float(np.mean(levels)), 3),
        voiced_found_pct=round(100 * float(np.mean(found)), 1),
        unvoiced_mistaken_pct=round(100 * float(np.mean(mistaken)), 1),
        times_real_time=round(length_s * len(BASES_HZ) / spent_s),
    )


def long_call(length_s: float, *, stereo: bool) -> tuple[Conversation, Sound]:
    """Return a call in which two voices take turns of 6 s all the time, half a second apart."""
    rng = np.random.default_rng(1)
    said: list[Utterance] = []
    channels = np.zeros((2, int(length_s * SAMPLE_RATE_HZ)), np.float32)
    sides: tuple[tuple[Role, int], ...] = (("agent", 110), ("customer", 200))
    for number in range(int(length_s / 6.5)):
        side = number % 2
        role, base_hz = sides[side]
        start_s = 6.5 * number
        spoken = heard(voice(contour(base_hz, 6.0, rng), rng), "telephone", rng)
        first = int(start_s * SAMPLE_RATE_HZ)
        channels[side, first : first + len(spoken)] = spoken
        words = tuple(
            Word(
                text=text,
                start_s=start_s + 0.35 * i,
                end_s=start_s + 0.35 * (i + 1),
                probability=0.9,
                channel=side if stereo else 0,
            )
            for i, text in enumerate(SAID.split())
        )
        said.append(
            Utterance(
                utterance_id=f"u{number:04d}",
                role=role,
                speaker=role,
                language="en",
                words=words,
                text=SAID,
                start_s=start_s,
                end_s=start_s + 6.0,
            )
        )
    conversation = Conversation(
        call_id="long",
        language="en",
        duration_s=length_s,
        utterances=tuple(said),
        turns=tuple(Turn(speaker=u.speaker, start_s=u.start_s, end_s=u.end_s) for u in said),
        speaker_roles={"agent": "agent", "customer": "customer"},
        role_confidence=1.0,
        trust=Trust(level="ok"),
    )
    return conversation, Sound(channels if stereo else channels.sum(axis=0, keepdims=True))


def cost_s(length_s: float, *, stereo: bool) -> float:
    """Return the processor time of all measures of a call, tone with the bundled model included."""
    tone = TransformersTone(resource_folder("models") / "bundled" / "tone")
    tone.probabilities(["hello there"])
    conversation, sound = long_call(length_s, stereo=stereo)
    began = time.process_time()
    measure(conversation, sound, tone, CallMetadata())
    return time.process_time() - began


def main() -> None:
    """Run the benchmark and print a table, or with ``--json`` one object."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--json", action="store_true")
    options.add_argument("--seconds", type=float, default=12.0, help="length of each voice")
    chosen = options.parse_args()
    result = Prosody(
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=f"{platform.machine()}, Python {platform.python_version()}",
        trackers=tuple(
            judged(name, track, condition, chosen.seconds)
            for name, track in trackers().items()
            for condition in ("clean", "telephone", "noisy telephone")
        ),
        five_minute_call_s={
            name: round(cost_s(300.0, stereo=stereo), 2)
            for name, stereo in (("stereo", True), ("mono", False))
        },
    )
    if chosen.json:
        print(json.dumps(result.model_dump(), indent=1))
        return
    print("| tracker | line | median error, st | octave errors | level, st | voiced found "
          "| unvoiced mistaken | x real time |\n|---|---|---|---|---|---|---|---|")  # fmt: skip
    for t in result.trackers:
        print(
            f"| {t.tracker} | {t.condition} | {t.median_error_st:.2f} | {t.octave_errors_pct} % | "
            f"{t.level_error_st:.2f} | {t.voiced_found_pct:.0f} % | "
            f"{t.unvoiced_mistaken_pct:.0f} % | {t.times_real_time:.0f} |"
        )
    print(
        f"\nAll measures of a call of 5 minutes, processor time in s: {result.five_minute_call_s}"
    )


if __name__ == "__main__":
    main()
