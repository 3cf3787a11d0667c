"""``qa-pipeline doctor``: what is fine on this machine, what is not, and what to do."""

import typer

from qa_pipeline.cli import EXIT_USAGE, options
from qa_pipeline.cli.output import print_json, say


def doctor(
    profile: options.ProfileName = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Look at GPU, CUDA libraries, models, disk, store, telemetry, scorecard and other settings.

    Exit code 2 on a problem.
    """
    from qa_pipeline.cli.health import examine
    from qa_pipeline.settings import read_settings

    findings = examine(read_settings(profile=profile, data_dir=data_dir, store=store))
    if as_json:
        print_json({"findings": [finding.model_dump() for finding in findings]})
    else:
        for finding in findings:
            typer.echo(f"{finding.level:<8} {finding.what}: {finding.said}")
    if any(finding.level == "problem" for finding in findings):
        say("Something needs attention; see the lines that say 'problem'.")
        raise typer.Exit(EXIT_USAGE)
