"""``qa-pipeline nightly``: the Prefect flow, once or on a schedule."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import available_timezones

import typer

from qa_pipeline.cli import EXIT_CALLS_FAILED, options
from qa_pipeline.cli.output import print_json, say
from qa_pipeline.errors import UsageError

if TYPE_CHECKING:
    from qa_pipeline.pipeline import RunSummary
    from qa_pipeline.settings import Settings


def nightly(
    paths: Annotated[list[str], typer.Argument(help="Where calls come in: folders or globs.")],
    serve: Annotated[
        bool, typer.Option("--serve", help="Stay and run on the schedule of --cron.")
    ] = False,
    cron: Annotated[
        str | None,
        typer.Option("--cron", help='When to run, by this machine\'s clock, such as "0 1 * * *".'),
    ] = None,
    scorecard: options.ScorecardName = None,
    profile: options.ProfileName = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    metadata: options.Metadata = None,
    device: options.DeviceName = None,
    as_json: options.AsJson = False,
) -> None:
    """Process what came in, bring the store up to date and write the reports.

    Works with no Prefect server configured; with one (PREFECT_API_URL) the night shows there.
    """
    from qa_pipeline.cli.run import print_summary
    from qa_pipeline.settings import read_settings

    if serve != (cron is not None):
        raise UsageError('--serve and --cron go together, such as: --serve --cron "0 1 * * *"')
    settings = read_settings(
        scorecard=scorecard, profile=profile, data_dir=data_dir, store=store, device=device
    )
    if cron is not None:
        _serve(paths, settings, metadata or [], cron)
        return
    summary, reports = run_flow(paths, settings, metadata or [])
    if as_json:
        print_json({"run": summary.model_dump(mode="json"), "reports": [str(p) for p in reports]})
    else:
        print_summary(summary)
        for path in reports:
            typer.echo(f"Report: {path}")
    if summary.failures:
        raise typer.Exit(EXIT_CALLS_FAILED)


def run_flow(
    paths: list[str], settings: "Settings", metadata: Sequence[Path] = ()
) -> tuple["RunSummary", list[Path]]:
    """Run the nightly flow in this process; return its summary and the reports it wrote.

    Raises what ``check_run`` raises before the flow's server is started, which takes seconds and
    cannot work where nothing can be written.
    """
    from qa_pipeline.pipeline.beforehand import check_run

    check_run(settings, paths, metadata)
    _quiet_prefect(settings)
    say("Starting the flow (a few seconds for Prefect's temporary server) ...")
    from flows.nightly import nightly as flow

    return flow(paths, metadata=list(map(str, metadata)), **_parameters(settings))


def _serve(paths: list[str], settings: "Settings", metadata: Sequence[Path], cron: str) -> None:
    from qa_pipeline.pipeline.beforehand import check_run

    check_run(settings)  # calls and their metadata come in later
    _quiet_prefect(settings)
    from flows.nightly import nightly as flow
    from flows.nightly import schedule

    zone = local_zone()
    try:
        times = schedule(cron, zone)
    except ValueError as error:
        raise UsageError(
            f"--cron {cron!r} is no schedule: it is minute, hour, day, month and weekday, such as "
            '"0 1 * * *" for every night at one'
        ) from error
    if not os.environ.get("PREFECT_API_URL"):
        raise UsageError(
            "--serve keeps its schedule only against a lasting Prefect server: start one with "
            "'prefect server start' and set PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
    say(f"Runs by {cron!r}, time zone {zone}, until it is stopped.")
    flow.serve(
        name="nightly",
        schedule=times,
        parameters={
            "paths": paths,
            "metadata": list(map(str, metadata)),
            **_parameters(settings),
        },
    )


def local_zone() -> str:
    """Return the time zone that this machine's clock is set to, such as ``Asia/Shanghai``.

    From ``TZ``, else as the system is set up; UTC where neither names a known zone.
    """
    known = available_timezones()
    return next((zone for zone in _zones() if zone in known), "UTC")


def _zones() -> Iterator[str]:
    """Yield what may be the name of the zone, the surest first."""
    yield os.environ.get("TZ", "").removeprefix(":")
    yield str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    if (written := Path("/etc/timezone")).is_file():
        yield written.read_text(encoding="utf-8").strip()


def _parameters(settings: "Settings") -> dict[str, str]:
    return {
        "data_dir": str(settings.data_dir),
        "store": str(settings.store_path),
        "profile": settings.profile,
        "scorecard": settings.scorecard,
        "device": settings.device,
    }


def _quiet_prefect(settings: "Settings") -> None:
    """Keep a temporary server's files with our data, and its talk off the screen."""
    from qa_pipeline.store.files import check_writable

    if not (Path.home() / ".prefect" / "profiles.toml").exists():
        home = (settings.data_dir / "prefect").absolute()
        os.environ.setdefault("PREFECT_HOME", str(home))
        # The server waits in vain for a database in a folder whose parent is missing.
        check_writable(home)
    # Making the server's database takes more than the default 20 s on a busy machine.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("PREFECT_LOGGING_TO_API_ENABLED", "false")
