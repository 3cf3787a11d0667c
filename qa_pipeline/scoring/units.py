"""Spans and amounts as people write them in a card: ``15s``, ``2m``, ``20%``."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, NonNegativeFloat, model_validator

from qa_pipeline.language.patterns import pattern

_AMOUNT = pattern(r"^\s*(\d+(?:\.\d+)?)\s*(s|sec|seconds|m|min|minutes|%)?\s*$")
_SECONDS_A_UNIT = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "m": 60.0, "min": 60.0, "minutes": 60.0}


def _split(value: object, example: str) -> tuple[float, str]:
    """Split ``15s`` into amount and unit; the unit is empty for a bare number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"expected an amount such as {example}, found {value!r}")
    found = _AMOUNT.match(str(value))
    if found is None:
        raise ValueError(f"expected an amount such as {example}, found {value!r}")
    return float(found.group(1)), found.group(2) or ""


def parse_seconds(value: object) -> float:
    """Return seconds from ``30s``, ``1.5m`` or a bare number of seconds."""
    amount, unit = _split(value, "30s")
    if unit == "%":
        raise ValueError(f"expected seconds such as 30s, found {value!r}")
    return amount * _SECONDS_A_UNIT.get(unit, 1.0)


def parse_percent(value: object) -> float:
    """Return per cent from ``10%`` or a bare number of per cent."""
    amount, unit = _split(value, "10%")
    if unit not in ("", "%") or amount > 100:
        raise ValueError(f"expected a share from 0% to 100%, found {value!r}")
    return amount


Seconds = Annotated[float, BeforeValidator(parse_seconds)]
"""Seconds, written ``30s``, ``2m`` or ``30``."""

Percent = Annotated[float, BeforeValidator(parse_percent)]
"""Per cent from 0 to 100, written ``10%`` or ``10``."""


class Extent(BaseModel):
    """How far a window reaches: seconds, or a share of the conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: NonNegativeFloat
    unit: Literal["s", "%"]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        if isinstance(value, dict):
            return value
        amount, unit = _split(value, "15s or 20%")
        if unit == "%":
            return {"amount": parse_percent(value), "unit": "%"}
        return {"amount": amount * _SECONDS_A_UNIT.get(unit, 1.0), "unit": "s"}

    def seconds_of(self, duration_s: float) -> float:
        """Return the extent in seconds for a conversation of ``duration_s``."""
        return self.amount if self.unit == "s" else self.amount / 100 * duration_s
