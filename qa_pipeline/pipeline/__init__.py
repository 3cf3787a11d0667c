"""The whole story of a run: recorded calls in, bundles and a store out.

A run opens (what is there to do, with which models and scorecards), goes through its calls batch
by batch (each stage takes records and returns new ones; three batches are under way at once, on
one device or in several worker processes), and finishes (the store takes in the bundles). A
bundle on disk is the checkpoint: what has one is not done again, so a killed run is finished by
running again. One call that cannot be processed never stops the others.
"""

from collections.abc import Sequence
from pathlib import Path

from qa_pipeline.pipeline.line import Line, Ticket
from qa_pipeline.pipeline.processing import BatchOutcome
from qa_pipeline.pipeline.run import OpenRun, RunSummary, find_scorecard
from qa_pipeline.pipeline.workers import Workers
from qa_pipeline.progress import Progress, Silent
from qa_pipeline.settings import Settings

__all__ = [
    "BatchOutcome",
    "Line",
    "OpenRun",
    "RunSummary",
    "Ticket",
    "Workers",
    "find_scorecard",
    "line_of",
    "run_calls",
]


def line_of(run: OpenRun, progress: Progress) -> Line | Workers:
    """Return what takes the batches of a run: this process, or the workers of the settings."""
    return Workers(run, progress) if run.settings.workers else Line(run, progress)


def run_calls(
    paths: Sequence[str | Path],
    settings: Settings,
    *,
    metadata: Path | Sequence[Path] | None = None,
    progress: Progress | None = None,
) -> RunSummary:
    """Process calls from files, folders or globs and take the results into the store.

    ``metadata``: a table, or several, that say what is known of the calls.

    Raises ``UsageError`` for what is wrong before the first call (paths, profile, scorecard,
    models), ``StoreError`` or ``StoreHeldError`` when results cannot be kept.
    """
    progress = progress or Silent()
    run = OpenRun(paths, settings, [find_scorecard(settings.scorecard)], metadata)
    progress.begin(len(run.sources))
    with line_of(run, progress) as line:
        outcomes = [ticket.outcome() for ticket in line.tickets(run.batches())]
    return run.finish(outcomes)
