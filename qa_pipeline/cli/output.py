"""How results reach people and programs."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel


def print_json(value: "BaseModel | dict[str, Any]") -> None:
    """Print one JSON object on standard output."""
    if isinstance(value, dict):
        typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))
    else:
        typer.echo(value.model_dump_json(indent=2))


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print aligned columns; whole values, never cut."""
    from rich.cells import cell_len

    texts = [[_text(value) for value in row] for row in rows]
    widths = [
        max([cell_len(name), *(cell_len(row[i]) for row in texts)])
        for i, name in enumerate(columns)
    ]
    for line in [list(columns), *texts]:
        padded = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)
        )
        typer.echo("  ".join(padded).rstrip())


def clock(seconds: float) -> str:
    """Write seconds as ``m:ss``, as people find a place in a recording."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def between(total: Decimal | None, low: Decimal | None, high: Decimal | None) -> str | None:
    """Write a total with the range that it could still take, where that is not the total."""
    if total is None or low == high:
        return None if total is None else str(total)
    return f"{total} ({low} to {high})"


def say(message: str) -> None:
    """Print a message to the person on standard error."""
    typer.echo(message, err=True)


def print_newer_version(scorecard: str, version: int, newer: int) -> None:
    """Print that calls count by a later version of a card, and how to go back to this one."""
    typer.echo(
        f"Calls that version {newer} of {scorecard} has judged count by it, in lists and reports "
        f"too. To go back to what version {version} asks, write 'version: {newer + 1}' into that "
        "card's file and rescore"
    )


def _text(value: object) -> str:
    return "-" if value is None else str(value)
