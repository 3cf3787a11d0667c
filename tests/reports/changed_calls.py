"""Calls of the factory with verdicts of them changed, and stores that hold them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from qa_pipeline.records import ProcessedCall
from qa_pipeline.store import Store, StoreOwner, write_bundle
from tests.store.call_factory import DIALOGUE, make_call

PERFECT = next(n for n in range(1000) if len(make_call(n).conversation.utterances) == len(DIALOGUE))
"""A number of which agent a101 leaves nothing out."""


def changed(
    name: str,
    agent_id: str = "a101",
    *,
    verdicts: Mapping[str, str] | None = None,
    score: Mapping[str, Any] | None = None,
    call: Mapping[str, Any] | None = None,
) -> ProcessedCall:
    """Return a call in which everything is met but what ``verdicts`` says, under a name.

    ``score``: other fields of its score. ``call``: other fields of its metadata.
    """
    raw = make_call(PERFECT).model_dump()
    raw["recording"] |= {"call_id": name, "path": f"/calls/{name}.wav"}
    raw["recording"]["metadata"] |= {"call_id": name, "agent_id": agent_id, **(call or {})}
    for part in ("conversation", "measures"):
        raw[part]["call_id"] = name
    scored = raw["scored"][0]
    scored |= {"call_id": name, **(score or {})}
    for result in scored["criteria"]:
        verdict = (verdicts or {}).get(result["criterion_id"], result["verdict"])
        if verdict == "met":
            continue
        result |= {"verdict": verdict, "points_earned": Decimal(0)}
        if verdict in ("unscored", "not_applicable"):
            result["points_possible"] = Decimal(0)
        result["evidence"] = [{"kind": "searched", "start_s": 0.0, "end_s": 5.0}]
    return ProcessedCall.model_validate(raw)


@contextmanager
def store_of(folder: Path, *calls: ProcessedCall) -> Iterator[StoreOwner]:
    """Give a store that holds these calls."""
    for call in calls:
        write_bundle(call, folder / "bundles", call.recording.call_id)
    with Store.open_owner(folder / "calls.duckdb") as owner:
        owner.ingest(folder / "bundles")
        yield owner
