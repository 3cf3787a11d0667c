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
    return (spectra + curves[:, None, :]).astype(np.float32)


def drown(spectra: Spectra, rng: np.random.Generator) -> Spectra:
    """Add another example of the batch to some examples, 6 to 30 dB down, as a murmur."""
    count = len(spectra)
    level = np.log(np.exp(spectra).mean(axis=(1, 2), dtype=np.float64) + 1e-6)
    other = np.roll(np.arange(count), int(rng.integers(1, max(2, count))))
    down = np.where(rng.random(count) < 0.35, rng.uniform(1.4, 7.0, count), 30.0)
    shift = (level - level[other] - down)[:, None, None]
    return np.logaddexp(spectra, spectra[other] + shift).astype(np.float32)


def hiss(spectra: Spectra, rng: np.random.Generator) -> Spectra:
    """Add steady noise of a random colour to half of the examples, 5 to 40 dB down."""
    count, length, mels = spectra.shape
    level = np.log(np.exp(spectra).mean(axis=(1, 2), dtype=np.float64) + 1e-6)
    down = np.where(rng.random(count) < 0.5, rng.uniform(1.2, 9.0, count), 30.0)
    colour = np.stack(
        [np.interp(np.linspace(0, 3, mels), range(4), rng.normal(0, 1.2, 4)) for _ in range(count)]
    )
    flicker = rng.normal(0, 0.5, (count, length, mels)).astype(np.float32)
    floor = (level - down)[:, None, None] + colour[:, None, :] + flicker
    return np.logaddexp(spectra, floor).astype(np.float32)
