"""A store of calls from the factory and verdicts on them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from qa_pipeline.records import Verdict
from qa_pipeline.store import GivenVerdict, StoreOwner, write_bundle
from tests.store.call_factory import make_calls

AT = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


def fill(owner: StoreOwner, folder: Path, calls: int = 6) -> tuple[str, ...]:
    """Take calls into the store; return their ids."""
    made = make_calls(calls)
    for call in made:
        write_bundle(call, folder, call.recording.call_id)
    owner.ingest(folder)
    return tuple(call.recording.call_id for call in made)


def said(
    call: str,
    criterion: str,
    verdict: Verdict,
    reviewer: str = "Wang",
    *,
    hours: float = 0.0,
    row: int = 2,
    decides: bool = False,
    scorecard: str | None = None,
) -> GivenVerdict:
    """Return a verdict as a file would give it, some hours after a fixed time."""
    return GivenVerdict(
        row=row,
        call=call,
        criterion=criterion,
        verdict=verdict,
        reviewer=reviewer,
        reviewed_at=AT + timedelta(hours=hours),
        decides=decides,
        scorecard=scorecard,
    )


def add(owner: StoreOwner, *given: GivenVerdict) -> Sequence[str]:
    """Add verdicts; return what was wrong with them."""
    return [problem.reason for problem in owner.add_reviews(given, "reviews.csv").problems]
