"""How people are told that what they said before does not count for a card."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from qa_pipeline.store import LeftOut


def print_left_out(left_out: "Sequence[LeftOut]", version: int) -> None:
    """Print which verdicts of people do not count for a version, and what to do if they should."""
    if not left_out:
        return
    verdicts = sum(item.verdicts for item in left_out)
    typer.echo(f"{verdicts} verdicts of people do not count for version {version}:")
    for item in left_out:
        typer.echo(f"  {item.criterion_id}: {item.verdicts} on {item.calls} calls, {_why(item)}")


def _why(item: "LeftOut") -> str:
    asked = json.dumps(item.asked, ensure_ascii=False)
    if item.asks is None:
        return (
            f"on {asked}: the card has no such criterion. If it only has another id now, write "
            f"id_before: {item.criterion_id} under it and raise the version"
        )
    return (
        f"on {asked}, but it asks “{item.asks}”. If that is the same question, write "
        f"asked_before: {asked} under it and raise the version"
    )
