"""What a speaker's voice was like over a call: pitch level and movement, loudness, steadiness."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.measures.prosody import STEP_S, Voice

MIN_VOICED_FOR_LEVEL_S = 1.0
MIN_VOICED_FOR_MOVEMENT_S = 3.0
MIN_STRETCHES_FOR_STEADINESS = 8
_STRETCH_S = 1.0
_MIN_VOICED_IN_STRETCH_S = 0.2
SEMITONES_FROM_HZ = 100.0
"""Semitones are counted from here, as Praat does by default."""


def semitones(hertz: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a frequency, or a ratio times 100 Hz, in semitones above 100 Hz: 12 log2(f / 100)."""
    return 12.0 * np.log2(np.asarray(hertz, np.float64) / SEMITONES_FROM_HZ)


def voice_measures(voice: Voice) -> Iterator[tuple[str, float]]:
    """Yield name and value of every measure of a voice for which there is enough of it.

    All are taken of voiced frames: they carry the voice, and stand clear of the noise.
    """
    voiced = voice.part(voice.voiced)
    voiced_s = len(voiced.times_s) * STEP_S
    if voiced_s >= MIN_VOICED_FOR_LEVEL_S:
        level_st = float(np.median(semitones(voiced.pitch_hz)))
        yield "pitch_hz", float(SEMITONES_FROM_HZ * 2 ** (level_st / 12.0))
        yield "pitch_st", level_st
        yield "loudness_dbfs", float(np.median(voiced.level_dbfs))
    if voiced_s >= MIN_VOICED_FOR_MOVEMENT_S:
        low, high = np.percentile(semitones(voiced.pitch_hz), (10, 90))
        yield "pitch_range_st", float(high - low)
    spread_db = _loudness_spread_db(voiced)
    if spread_db is not None:
        yield "loudness_spread_db", spread_db


def _loudness_spread_db(voiced: Voice) -> float | None:
    """Return how far apart the middle half of the levels of 1 s stretches of speech lie, in dB.

    A stretch is the next 50 voiced or unvoiced frames' worth of time from the first voiced frame
    on; its level is the median of its voiced frames, of which there are at least 0.2 s.
    """
    levels: list[float] = []
    first = 0
    while first < len(voiced.times_s):
        end_s = voiced.times_s[first] + _STRETCH_S
        last = int(np.searchsorted(voiced.times_s, end_s - 1e-9))
        if (last - first) * STEP_S >= _MIN_VOICED_IN_STRETCH_S - 1e-9:
            levels.append(float(np.median(voiced.level_dbfs[first:last])))
        first = last
    if len(levels) < MIN_STRETCHES_FOR_STEADINESS:
        return None
    low, high = np.percentile(levels, (25, 75))
    return float(high - low)
