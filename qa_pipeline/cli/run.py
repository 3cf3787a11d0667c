"""``qa-pipeline run``: process calls."""

from typing import TYPE_CHECKING, Annotated

import typer

from qa_pipeline.cli import EXIT_CALLS_FAILED, options
from qa_pipeline.cli.output import print_json, print_newer_version, say

if TYPE_CHECKING:
    from qa_pipeline.pipeline import RunSummary

Paths = Annotated[
    list[str],
    typer.Argument(help="Recordings or finished transcripts: files, folders or globs."),
]


def run(
    paths: Paths,
    scorecard: options.ScorecardName = None,
    profile: options.ProfileName = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    metadata: options.Metadata = None,
    device: options.DeviceName = None,
    worker: options.WorkerDevices = None,
    as_json: options.AsJson = False,
) -> None:
    """Transcribe, measure and score calls, and take the results into the store.

    A call that was processed before in the same way is not done again. Exit code 1 says that
    some calls could not be processed; they are listed with the reason.
    """
    from qa_pipeline.cli.progress import ProgressBar
    from qa_pipeline.pipeline import run_calls
    from qa_pipeline.settings import read_settings

    settings = read_settings(
        scorecard=scorecard,
        profile=profile,
        data_dir=data_dir,
        store=store,
        device=device,
        workers=tuple(worker) if worker else None,
    )
    with ProgressBar() as progress:
        summary = run_calls([*paths], settings, metadata=metadata, progress=progress)
    if as_json:
        print_json(summary)
    else:
        print_summary(summary)
    if summary.failures:
        raise typer.Exit(EXIT_CALLS_FAILED)


def print_summary(summary: "RunSummary") -> None:
    """Print what a run came to; failures have been named as they happened."""
    speed = summary.audio_s / summary.seconds if summary.seconds > 0 else 0.0
    typer.echo(
        f"{summary.found} calls found: {summary.processed} processed now"
        + (
            f" ({summary.audio_s / 60:.0f} min of sound in {summary.seconds:.0f} s, "
            f"{speed:.0f}x real time)"
            if summary.processed
            else ""
        )
        + f", {summary.skipped} known already, {len(summary.failures)} not processed"
    )
    if summary.removed:
        typer.echo(
            f"{summary.removed} passed over: removed for good (calls removed lists them, calls "
            "readmit lets them in again)"
        )
    if not summary.processed and not summary.failures:
        typer.echo(
            "Nothing new: every other call was processed before in just this way."
            if summary.removed
            else "Nothing new: every call was processed before in just this way."
        )
    for level, meaning in (
        ("ok", "understood well enough to be scored"),
        ("review", "scored, but a person should look first"),
        ("reject", "not understood well enough: marked, and not scored on words"),
    ):
        if summary.trust.get(level):
            typer.echo(f"  {summary.trust[level]:>5}  {meaning}")
    for card in summary.scores:
        typer.echo(
            f"Scored by {card.scorecard} version {card.version}: {card.passed} of {card.calls} "
            f"passed, average {card.mean_pct}"
            + (f"; undecided: {card.undecided}" if card.undecided else "")
            + (f"; verdicts for a person to check: {card.to_check}" if card.to_check else "")
        )
        newer = summary.newer_versions.get(card.scorecard)
        if newer is not None:
            print_newer_version(card.scorecard, card.version, newer)
    typer.echo(f"Store: {summary.store}")
    if summary.failures:
        say("The calls that were not processed are named above and in the store's table failures.")
