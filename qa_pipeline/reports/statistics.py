"""The little statistics that keeps a report honest about small numbers."""

import math
from decimal import ROUND_HALF_UP, Decimal

from pydantic import computed_field

from qa_pipeline.records.base import Record

SMALL_SAMPLE = 10
"""Fewer calls than this are marked: the figure says little yet."""
_Z_95 = 1.959963984540054


class Share(Record):
    """A share of counted things with its 95 % Wilson interval, in per cent."""

    count: int
    of: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def pct(self) -> float | None:
        """The share; ``None`` of nothing."""
        return 100.0 * self.count / self.of if self.of else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def low_pct(self) -> float | None:
        """Lower end of the interval; ``None`` of nothing."""
        return 100.0 * wilson(self.count, self.of)[0] if self.of else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def high_pct(self) -> float | None:
        """Upper end of the interval; ``None`` of nothing."""
        return 100.0 * wilson(self.count, self.of)[1] if self.of else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def small_sample(self) -> bool:
        """Whether the sample is too small to conclude much from."""
        return self.of < SMALL_SAMPLE


def half_up(value: float | Decimal, digits: int) -> Decimal:
    """Return a number with so many decimals, rounded as people do it: 85.625 is 85.63."""
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP) + Decimal(0)


def wilson(count: float, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), each end from 0 to 1.

    Unlike the textbook interval it stays sensible for few calls and for shares near 0 and 1.

    Raises:
        ValueError: ``of`` is not positive, or ``count`` not between 0 and ``of``.
    """
    if of <= 0 or not 0 <= count <= of:
        raise ValueError(f"no share: {count} of {of}")
    p, z2 = count / of, _Z_95**2
    centre = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = _Z_95 / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    return max(0.0, centre - half), min(1.0, centre + half)
