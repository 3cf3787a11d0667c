"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder for store, bundles and reports. Default: qa_data."),
]
StorePath = Annotated[
    Path | None,
    typer.Option("--store", help="The DuckDB file. Default: calls.duckdb in the data folder."),
]
ProfileName = Annotated[
    str | None,
    typer.Option("--profile", help="Which models to use; see: qa-pipeline models list."),
]
ReportLanguage = Annotated[
    str | None,
    typer.Option(
        "--report-language",
        help="Language of what is written for people: en or zh. Default: report_language, en.",
    ),
]
ScorecardName = Annotated[
    str | None,
    typer.Option("--scorecard", help="A scorecard's name, or the path of its YAML file."),
]
Agent = Annotated[str | None, typer.Option("--agent", help="Only this agent, by name or id.")]
Team = Annotated[str | None, typer.Option("--team", help="Only this team.")]
Site = Annotated[str | None, typer.Option("--site", help="Only this site.")]
Queue = Annotated[str | None, typer.Option("--queue", help="Only calls through this queue.")]
Anew = Annotated[
    bool,
    typer.Option(
        "--anew", help="Judge everything again, also what a criterion asked and got before."
    ),
]
Metadata = Annotated[
    list[Path] | None,
    typer.Option(
        "--metadata",
        help="CSV or JSON with a row a call (column 'file' names it); may be given several times.",
    ),
]
DeviceName = Annotated[
    str | None,
    typer.Option("--device", help="auto, cpu, cuda or one GPU, such as cuda:1. Default: auto."),
]
WorkerDevices = Annotated[
    list[str] | None,
    typer.Option(
        "--worker",
        help="Device of a worker process, such as cuda:0; once for each process that is to share "
        "the calls. Default: one process.",
    ),
]
