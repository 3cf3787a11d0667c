"""Ground truth of rendered calls, as ``*.truth.json`` holds it."""

import json
from pathlib import Path

from pydantic import Field

from qa_pipeline.records import Role, Verdict
from qa_pipeline.records.base import Record


class TrueWord(Record):
    """A word that was spoken, exactly when."""

    text: str
    start_s: float
    end_s: float
    role: Role


class TrueTurn(Record):
    """A stretch of speech of one role."""

    role: Role
    start_s: float
    end_s: float


class Truth(Record):
    """What is true about one call."""

    call_id: str
    language: str
    channel_roles: tuple[Role, ...] | None
    words: tuple[TrueWord, ...]
    turns: tuple[TrueTurn, ...]
    verdicts: dict[str, Verdict] = Field(default_factory=dict)
    """Empty where nobody has judged the call."""


def read_truth(path: Path) -> Truth:
    """Read a ``*.truth.json``; keys that are only for people are passed over."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    return Truth.model_validate({name: raw[name] for name in Truth.model_fields if name in raw})


def read_truths(folder: Path) -> dict[str, Truth]:
    """Read every truth of a folder, by call id."""
    truths = (read_truth(path) for path in sorted(folder.glob("*.truth.json")))
    return {truth.call_id: truth for truth in truths}
