"""How far two judges agree: percentage, Cohen's kappa, and how sure both are.

kappa = (po - pe) / (1 - pe), with po the share of equal verdicts and pe the share to be expected
by chance from how often each judge gives each verdict (Cohen 1960). Its 95 % interval is the
percentile bootstrap over calls (Efron 1979), because verdicts on one call are not independent;
the percentage has the Wilson interval, counted in calls for the same reason. One and the same
data give one and the same interval.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, get_args

from qa_pipeline.records import Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.reports.statistics import SMALL_SAMPLE, wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VERDICTS: Final[tuple[Verdict, ...]] = tuple(v for v in get_args(Verdict) if v != "unscored")
"""The verdicts that say something; ``unscored`` is no verdict to agree with."""
_PLACE: Final = {verdict: place for place, verdict in enumerate(VERDICTS)}
_RESAMPLES: Final = 2000
_FEWER_RESAMPLES: Final = 400
_MANY_PATTERNS: Final = 5000
_ENOUGH_DEFINED: Final = 0.9
_SEED: Final = 20260101

Undefined = Literal["no_pairs", "one_verdict", "no_disagreement", "few_calls", "too_uniform"]


class Pair(NamedTuple):
    """Two verdicts on the same criterion of the same call."""

    call_id: str
    first: Verdict
    second: Verdict


class Cell(Record):
    """How often one judge said this and the other that."""

    first: Verdict
    second: Verdict
    count: int


class Agreement(Record):
    """Agreement of two judges over pairs of verdicts."""

    pairs: int
    calls: int
    agreed: int
    pct: float | None
    low_pct: float | None
    high_pct: float | None
    kappa: float | None
    """``None``: not defined, see ``undefined``."""
    kappa_low: float | None
    kappa_high: float | None
    undefined: Undefined | None
    """Why kappa (``no_pairs``, ``one_verdict``: both only ever gave the same one) or its interval
    (``no_disagreement``; ``few_calls``: too few to resample; ``too_uniform``: many resamples have
    only one verdict, or one judge only ever gave one, and then kappa is 0 whatever the other says)
    is not given."""
    small_sample: bool
    confusion: tuple[Cell, ...]


def agreement(pairs: Sequence[Pair], *, ordered: bool = True) -> Agreement:
    """Return how far the first and the second judge agree; ``unscored`` pairs are left out.

    ``ordered=False``: nobody is the first judge, so each pair counts both ways for kappa, which
    then is Scott's pi (1955).
    """
    said = [p for p in pairs if p.first in _PLACE and p.second in _PLACE]
    calls = len({pair.call_id for pair in said})
    agreed = sum(pair.first == pair.second for pair in said)
    low, high = wilson(calls * agreed / len(said), calls) if said else (None, None)
    kappa, kappa_low, kappa_high, undefined = _kappa_with_interval(said, ordered)
    counts = Counter((pair.first, pair.second) for pair in said)
    return Agreement(
        pairs=len(said),
        calls=calls,
        agreed=agreed,
        pct=100.0 * agreed / len(said) if said else None,
        low_pct=None if low is None else 100.0 * low,
        high_pct=None if high is None else 100.0 * high,
        kappa=kappa,
        kappa_low=kappa_low,
        kappa_high=kappa_high,
        undefined=undefined,
        small_sample=calls < SMALL_SAMPLE,
        confusion=tuple(
            Cell(first=first, second=second, count=counts[first, second])
            for first in VERDICTS
            for second in VERDICTS
            if counts[first, second]
        ),
    )


def kappas(tables: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """Return Cohen's kappa of contingency tables, shape ``(n, k, k)``; NaN where not defined."""
    import numpy as np

    total = tables.sum(axis=(1, 2)).astype(np.float64)
    equal = np.trace(tables, axis1=1, axis2=2).astype(np.float64)
    chance = (tables.sum(axis=2) * tables.sum(axis=1)).sum(axis=1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (equal * total - chance) / (total**2 - chance)
    return np.where(total**2 > chance, found, np.nan)


def _kappa_with_interval(
    said: Sequence[Pair], ordered: bool
) -> tuple[float | None, float | None, float | None, Undefined | None]:
    """Return kappa, its 95 % interval, and why either is not given."""
    import numpy as np

    if not said:
        return None, None, None, "no_pairs"
    patterns, times = np.unique(_by_call(said, ordered), axis=0, return_counts=True)
    size = len(VERDICTS)
    whole = (patterns * times[:, None]).sum(axis=0).reshape(1, size, size)
    value = float(kappas(whole)[0])
    if np.isnan(value):
        return None, None, None, "one_verdict"
    if all(pair.first == pair.second for pair in said):
        return value, None, None, "no_disagreement"
    if times.sum() < SMALL_SAMPLE:
        return value, None, None, "few_calls"
    resamples = _RESAMPLES if len(patterns) <= _MANY_PATTERNS else _FEWER_RESAMPLES
    calls = int(times.sum())
    # Calls with equal tables are exchangeable: drawing how often each table comes is the same as
    # drawing calls, and far quicker.
    drawn = np.random.default_rng(_SEED).multinomial(calls, times / calls, size=resamples)
    found = kappas((drawn @ patterns).reshape(resamples, size, size))
    found = found[~np.isnan(found)]
    if len(found) < _ENOUGH_DEFINED * resamples or np.ptp(found) == 0:
        return value, None, None, "too_uniform"
    low, high = np.percentile(found, [2.5, 97.5])
    return value, float(low), float(high), None


def _by_call(said: Sequence[Pair], ordered: bool) -> "NDArray[np.int64]":
    """Return the contingency table of each call, shape ``(calls, k * k)``."""
    import numpy as np

    rows = {call: row for row, call in enumerate(sorted({pair.call_id for pair in said}))}
    size = len(VERDICTS)
    tables = np.zeros((len(rows), size * size), dtype=np.int64)
    for pair in said:
        first, second = _PLACE[pair.first], _PLACE[pair.second]
        tables[rows[pair.call_id], first * size + second] += 1
        if not ordered:
            tables[rows[pair.call_id], second * size + first] += 1
    return tables
