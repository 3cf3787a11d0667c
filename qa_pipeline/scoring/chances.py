"""How likely a share lies within limits, where each single one counts only with a probability."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SLACK = 1e-9


def counts(probabilities: Sequence[float]) -> NDArray[np.float64]:
    """Return how likely it is that 0, 1, ... of independent events happen, shape ``(n + 1,)``.

    The Poisson binomial distribution, one event after the other.
    """
    chances = np.ones(1)
    for probability in probabilities:
        chances = np.convolve(chances, [1.0 - probability, probability])
    return chances


def share_chance(
    probabilities: Sequence[float], low_pct: float | None, high_pct: float | None
) -> float:
    """Return how likely the share of events that happen lies within limits, in per cent, both in.

    ``probabilities``: of each event, at least one.
    """
    chances = counts(probabilities)
    shares_pct = 100.0 * np.arange(len(chances)) / len(probabilities)
    fits = np.ones(len(chances), dtype=bool)
    if low_pct is not None:
        fits &= shares_pct >= low_pct - _SLACK
    if high_pct is not None:
        fits &= shares_pct <= high_pct + _SLACK
    return float(min(1.0, max(0.0, chances[fits].sum())))
