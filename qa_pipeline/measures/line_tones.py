"""Steady tones of a line, a hum or a dial tone, found under a voice and taken out of it.

A tracker of pitch takes the common period of a voice and a strong tone for that of the voice,
often an octave or two too low. A tone of the line stands at one frequency all the time, also while
the speaker is silent; a voice moves, and stops between words.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.measures.spans import Span, outside
from qa_pipeline.records import SAMPLE_RATE_HZ, Row

_FRAME = 4096
"""Samples of a frame, 0.256 s: 3.9 Hz a bin."""
_HOP = _FRAME // 2
_MIN_FRAMES = 12
"""Of less, 1.7 s, a held vowel cannot be told from a tone."""
_LOWEST_HZ, _HIGHEST_HZ = 40.0, 1500.0
_STEADY_PERCENTILE = 10.0
"""A tone is there in nine frames of ten."""
_STANDS_OUT_DB = 15.0
"""How far it stands above the bins around it in the quietest tenth of the frames."""
_BESIDE, _AROUND = 4, 16
"""Bins: the tone's own reach in the spectrum of a Hann window, and what it is compared with."""
_MOST_FRAMES = 250
"""Of more, as many are looked at, evenly over the call."""
_LEAST_SPEECH = 0.01
"""What else is heard, as a share of the tones' energy, where somebody speaks over them."""
_MOST_TONES = 6
_NOTCH_HZ = 12.0
"""Width of what is taken out: a voice passes through it in a moment."""


def without_tones(sound: NDArray[np.float64], tones_hz: Sequence[float]) -> NDArray[np.float64]:
    """Return a piece of a channel, shape ``(samples,)`` at 16 kHz, without tones of the line."""
    from scipy.signal import filtfilt, iirnotch

    for tone_hz in tones_hz:
        b, a = iirnotch(tone_hz, tone_hz / _NOTCH_HZ, SAMPLE_RATE_HZ)
        sound = np.asarray(filtfilt(b, a, sound), np.float64)
    return sound


def line_tones_hz(samples: Row, spans: Sequence[Span]) -> list[float]:
    """Return the frequencies of steady tones, heard in the spans and outside, the strongest first.

    ``samples``: one channel at 16 kHz. ``spans``: seconds in which one speaker talks. A voice that
    never moves is no tone of the line: it ends where the speaker does.
    """
    whole = [(0.0, len(samples) / SAMPLE_RATE_HZ)]
    levels_db = _levels_db(samples, spans)
    within = _peaks(levels_db)
    if not within or not _spoken_over(levels_db, within):
        return []
    beyond = _peaks(_levels_db(samples, outside(whole, spans)))
    found = [
        (level_db, tone_hz)
        for tone_hz, level_db in within.items()
        if any(abs(tone_hz - other_hz) <= _BIN_HZ for other_hz in beyond)
    ]
    return [tone_hz for _, tone_hz in sorted(found, reverse=True)[:_MOST_TONES]]


def _spoken_over(levels_db: NDArray[np.float64], tones_hz: Iterable[float]) -> bool:
    """Tell whether more is heard than the tones."""
    power = 10.0 ** (levels_db / 10.0)
    bins = np.arange(power.shape[1])
    of_tones = np.any([abs(bins - hz / _BIN_HZ) <= _BESIDE for hz in tones_hz], axis=0)
    rest, tones = power[:, ~of_tones].sum(axis=1), power[:, of_tones].sum(axis=1)
    return float(np.median(rest / tones)) >= _LEAST_SPEECH


def _peaks(levels_db: NDArray[np.float64]) -> dict[float, float]:
    """Return level by frequency of what stands out in nine of ten frames, few frames nothing."""
    if len(levels_db) < _MIN_FRAMES:
        return {}
    floor_db = np.percentile(levels_db, _STEADY_PERCENTILE, axis=0)
    found: dict[float, float] = {}
    for at in range(int(_LOWEST_HZ / _BIN_HZ) + 1, int(_HIGHEST_HZ / _BIN_HZ) + 1):
        first = max(0, at - _AROUND)
        near = floor_db[first : at + _AROUND + 1]
        apart = np.abs(np.arange(first, first + len(near)) - at) > _BESIDE
        is_peak = floor_db[at] == floor_db[max(0, at - _BESIDE) : at + _BESIDE + 1].max()
        if is_peak and floor_db[at] - float(np.median(near[apart])) >= _STANDS_OUT_DB:
            found[_peak_hz(floor_db, at)] = float(floor_db[at])
    return found


_BIN_HZ = SAMPLE_RATE_HZ / _FRAME


def _levels_db(samples: Row, spans: Sequence[Span]) -> NDArray[np.float64]:
    """Return the spectrum of frames within the spans in dB, of shape ``(frames, bins)``."""
    window = np.hanning(_FRAME)
    starts = [
        at
        for start_s, end_s in spans
        for at in range(
            max(0, round(start_s * SAMPLE_RATE_HZ)),
            min(len(samples), round(end_s * SAMPLE_RATE_HZ)) - _FRAME + 1,
            _HOP,
        )
    ]
    starts = starts[:: -(-len(starts) // _MOST_FRAMES) or 1]
    most = int(_HIGHEST_HZ / _BIN_HZ) + _AROUND + 2
    levels = np.empty((len(starts), most))
    for row, at in enumerate(starts):
        heard = np.abs(np.fft.rfft(samples[at : at + _FRAME] * window))[:most]
        levels[row] = 20.0 * np.log10(np.maximum(heard, 1e-6))
    return levels


def _peak_hz(floor_db: NDArray[np.float64], at: int) -> float:
    """Return the frequency of a peak, between bins by a parabola through three of them."""
    before, peak, after = (float(floor_db[i]) for i in (at - 1, at, at + 1))
    bend = before - 2.0 * peak + after
    return (at + (0.5 * (before - after) / bend if bend else 0.0)) * _BIN_HZ
