"""``qa-pipeline demo``: the whole pipeline on the sample calls."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from qa_pipeline.cli import EXIT_CALLS_FAILED, options
from qa_pipeline.cli.output import print_json

DemoDir = Annotated[Path, typer.Option("--data-dir", help="Folder for everything the demo makes.")]


def demo(data_dir: DemoDir = Path("qa_demo"), as_json: options.AsJson = False) -> None:
    """Process the sample calls that come with the package, and say where to look.

    Runs the nightly flow offline with the bundled models, writes the reports, and ends with a
    summary. A second time it finds nothing to do.
    """
    from qa_pipeline.cli.calls import list_all
    from qa_pipeline.cli.nightly import run_flow
    from qa_pipeline.cli.run import print_summary
    from qa_pipeline.resources import resource_folder
    from qa_pipeline.settings import read_settings

    settings = read_settings(data_dir=data_dir, profile="bundled", scorecard="inbound-service")
    summary, reports = run_flow([str(resource_folder("sample_calls"))], settings)
    if as_json:
        print_json({"run": summary.model_dump(mode="json"), "reports": [str(p) for p in reports]})
    else:
        print_summary(summary)
        list_all(settings)
        _say_where_to_look(settings.data_dir, reports)
    if summary.failures:
        raise typer.Exit(EXIT_CALLS_FAILED)


def _say_where_to_look(data_dir: Path, reports: Sequence[Path]) -> None:
    typer.echo("Reports:")
    for path in reports:
        typer.echo(f"  {path}")
    where = f"--data-dir {data_dir}"
    typer.echo("Try next:")
    typer.echo(f"  qa-pipeline calls show call-2026-0001 {where}")
    typer.echo("  qa-pipeline run YOUR_RECORDINGS/ --profile standard   (see docs/install.md)")
