"""Sample calls with one side made audible on the other's channel."""

import numpy as np
from scipy.signal import butter, sosfilt

from benchmarks.truth import Truth, read_truth
from qa_pipeline.audio import decode
from qa_pipeline.records import SAMPLE_RATE_HZ, Samples
from tests.audio.recordings import SAMPLE_CALLS


def sample_call(call_id: str) -> tuple[Samples, Truth]:
    """Return the sound of a sample call, ``(channels, samples)``, and what is said in it."""
    path = next(p for p in SAMPLE_CALLS.glob(f"{call_id}.*") if p.suffix in (".wav", ".mp3"))
    return decode(path).sound.samples, read_truth(SAMPLE_CALLS / f"{call_id}.truth.json")


def with_crosstalk(
    samples: Samples, level_db: float, delay_s: float, narrow: bool = False
) -> Samples:
    """Add each channel to the other, quieter, later and perhaps only its middle frequencies."""
    leak = np.roll(samples[::-1], round(delay_s * SAMPLE_RATE_HZ), axis=1)
    if narrow:
        band = butter(2, (500, 2000), "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
        leak = sosfilt(band, leak, axis=1)
    mixed: Samples = (samples + 10 ** (level_db / 20) * leak).astype(np.float32)
    return mixed
