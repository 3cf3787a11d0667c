"""``qa-pipeline report``: what managers and trainers read."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from qa_pipeline.cli import options
from qa_pipeline.cli.cards import card_asked_for, configured_card
from qa_pipeline.cli.output import print_json
from qa_pipeline.errors import UsageError

app = typer.Typer(no_args_is_help=True, help="Reports: monitoring, coaching, calibration.")

Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format", help="html, xlsx, csv or json; may be given several times. Default: all."
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option("--output", help="Folder to write to. Default: reports in the data folder."),
]
Since = Annotated[str | None, typer.Option("--since", help="First day, as 2026-05-01.")]
Until = Annotated[str | None, typer.Option("--until", help="Last day, as 2026-05-31.")]
Scorecard = Annotated[
    str | None,
    typer.Option(
        "--scorecard",
        help="Scores by this scorecard (name or file). Default: the configured one, where it "
        "judged any of these calls, else the one that most of them have.",
    ),
]

_KINDS = {
    "monitoring": "Write the monitoring report: scores, trends, where points are lost, what "
    "failed.",
    "coaching": "Write the coaching report: whom to coach on what, with quotes and times.",
    "calibration": "Write the calibration report: does the machine judge as people do, and they as "
    "each other.",
}


def _register(kind: str, summary: str) -> None:
    """Add the command of one report; all take the same options."""

    @app.command(kind, help=summary)
    def report(
        formats: Formats = None,
        output: Folder = None,
        since: Since = None,
        until: Until = None,
        team: options.Team = None,
        agent: options.Agent = None,
        site: options.Site = None,
        queue: options.Queue = None,
        scorecard: Scorecard = None,
        data_dir: options.DataDir = None,
        store: options.StorePath = None,
        language: options.ReportLanguage = None,
        as_json: options.AsJson = False,
    ) -> None:
        given: dict[str, Path | str | None] = {
            "data_dir": data_dir,
            "store": store,
            "report_language": language,
        }
        only = {"team": team, "agent_id": agent, "site": site, "queue": queue}
        narrow = {"since": since, "until": until, "card": scorecard, **only}
        _write(kind, formats, output, narrow, given, as_json)


for _kind, _summary in _KINDS.items():
    _register(_kind, _summary)


def _write(
    kind: str,
    formats: list[str] | None,
    output: Path | None,
    narrow: dict[str, str | None],
    given: dict[str, Path | str | None],
    as_json: bool,
) -> None:
    from qa_pipeline.reports import FORMATS, write_report
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import CallFilter, Store

    wrong = [name for name in formats or [] if name not in FORMATS]
    if wrong:
        raise UsageError(f"format is {wrong[0]!r}; it must be one of {', '.join(FORMATS)}")
    settings = read_settings(**given)
    only = CallFilter(
        since=_day(narrow["since"]),
        until=_day(narrow["until"]),
        team=narrow["team"],
        site=narrow["site"],
        queue=narrow["queue"],
        agent_id=narrow["agent_id"],
        scorecard=card_asked_for(narrow["card"]),
        usual_scorecard=configured_card(settings.scorecard),
    )
    with Store.open_reader(settings.store_path) as reader:
        written = write_report(
            kind,
            reader,
            output or settings.reports_dir,
            formats or list(FORMATS),
            reader.narrowed(only),
            settings.redaction.reports,
            settings.report_language,
        )
    if as_json:
        print_json({"report": kind, "files": [str(path) for path in written]})
    else:
        for path in written:
            typer.echo(str(path))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a day; write it as 2026-05-31") from error
