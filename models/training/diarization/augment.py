"""Cheap variation of log-mel spectra while training, beside what the cached sound has."""

import numpy as np
from numpy.typing import NDArray

Spectra = NDArray[np.float32]
"""``(batch, spectra, mels)``, natural logarithms of power."""


def bend(spectra: Spectra, rng: np.random.Generator, strength: float = 0.6) -> Spectra:
    """Tilt and bend each example's spectrum, as another handset would (0.6 nats: 2.6 dB)."""
    mels = spectra.shape[2]
    points = rng.normal(0.0, strength, (len(spectra), 6))
    at = np.linspace(0, 5, mels)
    curves = np.stack([np.interp(at, np.arange(6), p) for p in points])
    return spectra + curves[:, None, :].astype(np.float32)


def drown(spectra: Spectra, rng: np.random.Generator) -> Spectra:
    """Add another example of the batch to a third of them, 6 to 30 dB down, as a murmur."""
    out = spectra.copy()
    for index in np.flatnonzero(rng.random(len(spectra)) < 0.35).tolist():
        other = spectra[(index + 1) % len(spectra)]
        shift = _level(spectra[index]) - _level(other) - np.float32(rng.uniform(1.4, 7.0))
        out[index] = np.logaddexp(spectra[index], other + shift)
    return out


def hiss(spectra: Spectra, rng: np.random.Generator) -> Spectra:
    """Add steady noise of a random colour to a third of the examples, 5 to 40 dB down."""
    out = spectra.copy()
    _, length, mels = spectra.shape
    for index in np.flatnonzero(rng.random(len(spectra)) < 0.33).tolist():
        colour = np.interp(np.linspace(0, 3, mels), range(4), rng.normal(0, 1.2, 4))
        flicker = 0.5 * rng.standard_normal((length, mels), dtype=np.float32)
        floor = _level(spectra[index]) - np.float32(rng.uniform(1.2, 9.0))
        out[index] = np.logaddexp(spectra[index], flicker + (floor + colour.astype(np.float32)))
    return out


def _level(spectra: NDArray[np.float32]) -> np.float32:
    """Return the logarithm of the mean power of ``(spectra, mels)``."""
    return np.float32(np.log(np.exp(spectra).mean() + 1e-6))
