"""One channel from one sample rate to another with ffmpeg's resampler."""

import numpy as np

from qa_pipeline.records import Samples


class Resampler:
    """Takes a stream of samples block by block."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        import av

        self._from_hz = from_hz
        self._resampler = (
            None if from_hz == to_hz else av.AudioResampler(format="flt", layout="mono", rate=to_hz)
        )

    def push(self, samples: Samples | None) -> Samples:
        """Return what comes out for what goes in; ``None`` ends the stream."""
        import av

        if self._resampler is None:
            return np.zeros(0, np.float32) if samples is None else samples
        frame = None
        if samples is not None:
            if not len(samples):
                return np.zeros(0, np.float32)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[np.newaxis]), format="flt", layout="mono"
            )
            frame.sample_rate = self._from_hz
        parts = [out.to_ndarray()[0] for out in self._resampler.resample(frame)]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def resampled(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Return one whole piece of sound at another rate, shape ``(samples * to / from,)``."""
    resampler = Resampler(from_hz, to_hz)
    return np.concatenate((resampler.push(samples), resampler.push(None)))
