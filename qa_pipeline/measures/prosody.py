"""How a voice sounds: pitch and intensity of one speaker, frame by frame, by Praat.

The one module that knows praat-parselmouth (Praat's own C++ code as a Python module). It was
chosen over librosa by measurement (``benchmarks/prosody.py``, figures in ``docs/measures.md``):
with the speaker's range kept it is as accurate as librosa's pYIN on telephone sound, at five to
twenty-five times the speed, and brings no just-in-time compiler (200 MB, seconds to warm up);
librosa's YIN is as fast and makes octave errors in noise. The licence is GPL-3, librosa's ISC:
a centre that runs the product is not touched by that, but whoever passes the product on passes
this part on under GPL-3. Everything else sees only ``Voice``, so another tracker can take its
place here.

What does not belong here: what the numbers mean (``voice``, ``tension``).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.measures.line_tones import line_tones_hz, without_tones
from qa_pipeline.measures.spans import Span
from qa_pipeline.records import SAMPLE_RATE_HZ, Row

STEP_S = 0.02
PITCH_FLOOR_HZ = 60.0
PITCH_CEILING_HZ = 500.0
"""Adults speak between these; Praat's window is three periods of the floor, 50 ms."""
_MIN_SPAN_S = 0.15
"""Praat's intensity needs 6.4 periods of the floor, 107 ms; less holds no syllable anyway."""
_PRAAT_DB_OF_FULL_SCALE = 93.9794
"""Praat's decibels are relative to 2e-5 Pa: a mean square of 1 is 10 log10(1 / 4e-10)."""
_SILENT_DBFS = -100.0


@dataclass(frozen=True)
class Voice:
    """One speaker while nobody else speaks, in frames of 20 ms. Arrays: shape ``(frames,)``."""

    times_s: NDArray[np.float64] = field(repr=False)
    """Middle of each frame, seconds from the start of the recording, ascending."""
    pitch_hz: NDArray[np.float64] = field(repr=False)
    """Fundamental frequency; 0 where the frame is unvoiced."""
    level_dbfs: NDArray[np.float64] = field(repr=False)
    """Intensity in dB relative to full scale (a mean square of 1), at least -100."""

    @property
    def voiced(self) -> NDArray[np.bool_]:
        """Which frames are voiced."""
        return self.pitch_hz > 0

    def part(self, chosen: NDArray[np.bool_]) -> "Voice":
        """Return the chosen frames only."""
        return Voice(self.times_s[chosen], self.pitch_hz[chosen], self.level_dbfs[chosen])

    def within(self, start_s: float, end_s: float) -> "Voice":
        """Return the frames whose middle lies in a span."""
        first, last = np.searchsorted(self.times_s, (start_s, end_s))
        return Voice(
            self.times_s[first:last], self.pitch_hz[first:last], self.level_dbfs[first:last]
        )


def listen(samples: Row, alone: Sequence[Span]) -> Voice:
    """Track pitch and intensity of a channel within the spans.

    ``samples``: one channel at 16 kHz. ``alone``: disjoint spans, in time order,
    in which one speaker talks and nobody else does. Spans under 0.15 s are left out.

    Pitch is Praat's autocorrelation method (Boersma 1993) between 60 and 500 Hz with Praat's
    standard thresholds, without the steady tones of the line (a hum, a dial tone), which would
    halve it; octave errors that are left are dropped by ``without_octave_errors``.
    """
    tones_hz = line_tones_hz(samples, alone)
    heard = [_track(samples, span, tones_hz) for span in alone if span[1] - span[0] >= _MIN_SPAN_S]
    times, pitch, level = zip(*heard, strict=True) if heard else ((), (), ())
    return Voice(_joined(times), without_octave_errors(_joined(pitch)), _joined(level))


def _track(
    samples: Row, span: Span, tones_hz: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return times, pitch and level of the frames of one span, each of shape ``(frames,)``."""
    import parselmouth

    first, last = (round(at_s * SAMPLE_RATE_HZ) for at_s in span)
    cut = samples[max(0, first) : last].astype(np.float64)
    if len(cut) < _MIN_SPAN_S * SAMPLE_RATE_HZ - 1 or not cut.any():
        return _NOTHING, _NOTHING, _NOTHING
    sound = parselmouth.Sound(without_tones(cut, tones_hz), SAMPLE_RATE_HZ)
    pitch = sound.to_pitch_ac(
        time_step=STEP_S, pitch_floor=PITCH_FLOOR_HZ, pitch_ceiling=PITCH_CEILING_HZ
    )
    intensity = sound.to_intensity(minimum_pitch=PITCH_FLOOR_HZ, time_step=STEP_S)
    at_s = pitch.xs()
    level = np.interp(at_s, intensity.xs(), intensity.values[0]) - _PRAAT_DB_OF_FULL_SCALE
    hertz = np.asarray(pitch.selected_array["frequency"], np.float64)
    return at_s + max(0, first) / SAMPLE_RATE_HZ, hertz, np.maximum(level, _SILENT_DBFS)


def without_octave_errors(pitch_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pitch with frames far outside the speaker's own range made unvoiced.

    The range is that of De Looze and Hirst (2008): from 0.75 times the first quartile to 1.5
    times the third of the voiced frames.
    """
    voiced = pitch_hz[pitch_hz > 0]
    if not len(voiced):
        return pitch_hz
    low, high = np.percentile(voiced, (25, 75))
    return np.where((pitch_hz >= 0.75 * low) & (pitch_hz <= 1.5 * high), pitch_hz, 0.0)


_NOTHING: NDArray[np.float64] = np.empty(0)


def _joined(pieces: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate(pieces) if pieces else _NOTHING
