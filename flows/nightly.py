"""The nightly flow: process what came in, take it into the store, write the reports."""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.concurrency.sync import concurrency
from prefect.schedules import Cron, Schedule

from qa_pipeline.cli.progress import ProgressBar
from qa_pipeline.errors import StoreError
from qa_pipeline.pipeline import BatchOutcome, OpenRun, RunSummary, Ticket, find_scorecard, line_of
from qa_pipeline.records import SensitiveKind
from qa_pipeline.reports import ReportLanguage, write_reports
from qa_pipeline.settings import read_settings
from qa_pipeline.store import CallFilter

GPU_LIMIT = "gpu"
"""Name of the global concurrency limit: ``prefect gcl create gpu --limit 1``."""


def _may_pass(_task: object, _run: object, state: Any) -> bool:
    """Say whether trying again can help: a busy or full disk may be free in a while."""
    try:
        state.result()
    except (StoreError, OSError):
        return True
    except Exception:
        return False
    return False


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=[5, 30],
    retry_condition_fn=_may_pass,
    task_run_name="batch-{number}",
)
def process(
    number: int,  # noqa: ARG001  (shown in the name of the task run)
    ticket: Ticket,
) -> BatchOutcome:
    """Process one batch of calls; what has a bundle already is passed over."""
    return ticket.outcome()


@task(
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=3,
    retry_delay_seconds=[5, 30, 120],
    retry_condition_fn=_may_pass,
)
def ingest(run: OpenRun, outcomes: Sequence[BatchOutcome]) -> RunSummary:
    """Let the store take in the bundles; the one step that writes the store."""
    return run.finish(outcomes)


@task(cache_policy=NO_CACHE, persist_result=False)
def report(
    store: Path,
    folder: Path,
    redact: Collection[SensitiveKind] = (),
    language: ReportLanguage = "en",
    scorecard: str | None = None,
) -> list[Path]:
    """Write the monitoring and coaching reports, of the scores by the scorecard of that id."""
    only = CallFilter(usual_scorecard=scorecard)
    return write_reports(store, folder, only=only, redact=redact, language=language)


@flow(name="nightly", persist_result=False, validate_parameters=False)
def nightly(
    paths: list[str],
    data_dir: str | None = None,
    store: str | None = None,
    profile: str | None = None,
    scorecard: str | None = None,
    metadata: str | list[str] | None = None,
    device: str | None = None,
) -> tuple[RunSummary, list[Path]]:
    """Process the calls found under ``paths`` and bring store and reports up to date.

    ``metadata``: path of a table that says what is known of the calls, or of several.

    Returns the summary and the paths of the reports. Raises what opening a run raises; single
    calls that fail are in the summary.
    """
    settings = read_settings(
        data_dir=data_dir, store=store, profile=profile, scorecard=scorecard, device=device
    )
    cards = [find_scorecard(settings.scorecard)]
    tables = [metadata] if isinstance(metadata, str) else metadata or []
    run = OpenRun(paths, settings, cards, [Path(table) for table in tables])
    with ProgressBar() as progress, _gpu_slot(run), line_of(run, progress) as line:
        progress.begin(len(run.sources))
        outcomes = [
            process(number, ticket)
            for number, ticket in enumerate(line.tickets(run.batches()), start=1)
        ]
    summary = ingest(run, outcomes)
    reports = report(
        settings.store_path,
        settings.reports_dir,
        settings.redaction.reports,
        settings.report_language,
        cards[0].scorecard,
    )
    _publish(summary)
    return summary, reports


def schedule(cron: str, zone: str) -> Schedule:
    """Return when to run: ``cron`` by the clock of a time zone; Prefect's own default is UTC.

    Raises ``ValueError`` where it is no schedule.
    """
    return Cron(cron, timezone=zone)


def _gpu_slot(run: OpenRun) -> AbstractContextManager[None]:
    """Take a slot of the GPU's limit where a GPU is used; pass where no limit was created."""
    workers = run.settings.workers
    if any(device != "cpu" for device in workers or (run.parts.device.name,)):
        return concurrency(GPU_LIMIT, occupy=1)
    return nullcontext()


def _publish(summary: RunSummary) -> None:
    """Show the night at a glance in Prefect: numbers, and what failed with its reason."""
    create_markdown_artifact(
        key="nightly-summary",
        markdown=(
            f"**{summary.processed}** calls processed, {summary.skipped} known already, "
            + (f"{summary.removed} passed over (removed for good), " if summary.removed else "")
            + f"**{len(summary.failures)}** not processed; {summary.audio_s / 3600:.1f} h of sound "
            f"in {summary.seconds / 60:.1f} min. Run `{summary.run_id}`."
        ),
    )
    if summary.failures:
        create_table_artifact(
            key="nightly-failures",
            table=[
                {"file": f.path, "stage": f.stage, "reason": f.reason} for f in summary.failures
            ],
        )
