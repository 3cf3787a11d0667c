"""``qa-pipeline reviews``: what people say about the machine's verdicts."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_pipeline.cli import EXIT_CALLS_FAILED, options
from qa_pipeline.cli.call_ids import call_meant
from qa_pipeline.cli.output import between, print_json, print_table, say
from qa_pipeline.errors import UsageError

if TYPE_CHECKING:
    from qa_pipeline.store import CriterionState, GivenVerdict, ReviewEvent

app = typer.Typer(no_args_is_help=True, help="People's verdicts: import, list, export.")

Call = Annotated[str | None, typer.Option("--call", help="Only this call.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX, a row a verdict.")],
    timezone: Annotated[
        str, typer.Option("--timezone", help="Zone of times that name none: Asia/Shanghai.")
    ] = "UTC",
    scorecard: options.ScorecardName = None,
    golden: Annotated[
        bool, typer.Option("--golden", help="Put the calls of the file into the golden set.")
    ] = False,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Take in people's verdicts: call, criterion, verdict, reviewer, time, reason.

    Nothing is overwritten: a verdict given before stays, and the machine's stays beside it. The
    same file may be given again. Rows that fit no call or criterion, or whose verdict or time
    cannot be read, are listed with their number and left out; the exit code is then 1.
    """
    from qa_pipeline.pipeline.reviewed import refresh_reviewed
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store, read_reviews

    settings = read_settings(scorecard=scorecard, data_dir=data_dir, store=store)
    read = read_reviews(file, _zone(timezone))
    given = [_redacted(item, settings.redaction.stored_text) for item in read.verdicts]
    with Store.open_owner(settings.store_path, make=False) as owner:
        done = owner.add_reviews(given, file.name)
        if golden:
            refused = {problem.row for problem in done.problems}
            calls = [item.call for item in given if item.row not in refused]
            owner.mark_golden(calls, "reviews import", file.name)
        rescored = refresh_reviewed(owner, [scorecard] if scorecard else [])
        owner.publish_snapshot()
    problems = tuple(sorted((*read.problems, *done.problems), key=lambda p: p.row))
    done = done.model_copy(update={"problems": problems, "rescored": rescored})
    if as_json:
        print_json(done)
    else:
        typer.echo(
            f"{file.name}: {done.added} verdicts on {done.calls} calls added, {done.known} known "
            f"already, {len(problems)} not taken in; {rescored} scores after review computed"
        )
        for problem in problems:
            typer.echo(f"  row {problem.row}: {problem.reason}")
    if problems:
        raise typer.Exit(EXIT_CALLS_FAILED)


@app.command("list")
def list_(
    call: Call = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """List what people said of each criterion, beside the machine, and which verdict counts."""
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    with Store.open_reader(settings.store_path) as reader:
        if call is not None:
            call = call_meant(reader, call)
        states = reader.current_verdicts(call, reviewed_only=True)
        scores = reader.reviewed_scores(call)
        machine = reader.query(
            "SELECT call_id, scorecard, version, total_pct FROM current_scores "
            "SEMI JOIN reviewed_scores USING (call_id, scorecard, version)"
        )
        events = reader.review_events(call) if as_json else ()
    if as_json:
        print_json(
            {
                "verdicts": [state.model_dump(mode="json") for state in states],
                "scores": [score.model_dump(mode="json") for score in scores],
                "events": [event.model_dump(mode="json") for event in events],
            }
        )
        return
    given = {row[:3]: row[3] for row in machine.rows}
    if not states:
        what = "a call" if call is None else f"the call {call!r}"
        say(f"Nobody has reviewed {what} yet; see: qa-pipeline reviews import --help")
        return
    print_table(
        ["call", "criterion", "machine", "people", "reviewers", "counts"], map(_state_row, states)
    )
    typer.echo("")
    print_table(
        ["call", "scorecard", "machine %", "after review %", "passed", "changed", "note"],
        [
            (
                score.call_id,
                f"{score.scorecard} v{score.version}",
                given.get((score.call_id, score.scorecard, score.version)),
                between(score.total_pct, score.total_low_pct, score.total_high_pct),
                {True: "yes", False: "no", None: None}[score.passed],
                score.changed,
                score.note or "",
            )
            for score in scores
        ],
    )


@app.command("export")
def export(
    output: Annotated[Path, typer.Argument(help="CSV file to write.")],
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
) -> None:
    """Write every verdict that people gave as CSV; another store can import it."""
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    with Store.open_reader(settings.store_path) as reader:
        events = reader.review_events()
    _write_csv(output, [_event_row(event) for event in events])
    typer.echo(f"{output}: {len(events)} verdicts")


@app.command("from-truth")
def from_truth(
    folder: Annotated[Path, typer.Argument(help="Folder with *.truth.json files.")],
    output: Annotated[Path, typer.Option("--output", help="CSV file to write.")] = Path(
        "truth-reviews.csv"
    ),
    reviewer: Annotated[str, typer.Option("--reviewer", help="Who the verdicts are of.")] = (
        "ground truth"
    ),
) -> None:
    """Write the verdicts of ground truth files as CSV for 'reviews import'.

    Their time is that of the call, from the metadata beside the file, so that importing them
    twice adds nothing.
    """
    rows = [row for path in sorted(folder.glob("*.truth.json")) for row in _truth(path, reviewer)]
    if not rows:
        raise UsageError(f"{folder} holds no *.truth.json with verdicts")
    _write_csv(output, rows)
    typer.echo(f"{output}: {len(rows)} verdicts on {len({row[0] for row in rows})} calls")


_NO_TIME = "2000-01-01T00:00:00+00:00"
_COLUMNS = (
    *("call", "scorecard", "criterion", "verdict", "reviewer", "time", "reason", "decides"),
    "asked",
)


def _truth(path: Path, reviewer: str) -> list[tuple[str, ...]]:
    """Return a row for each verdict of a ground truth file."""
    import json

    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
        meta = path.with_name(path.name.replace(".truth.json", ".meta.json"))
        known = json.loads(meta.read_text(encoding="utf-8")) if meta.is_file() else {}
        verdicts, notes = truth.get("verdicts") or {}, truth.get("notes") or {}
        return [
            (truth["call_id"], "", criterion, verdict, reviewer,
             known.get("started_at") or _NO_TIME, notes.get(criterion, ""), "", "")
            for criterion, verdict in verdicts.items()
        ]  # fmt: skip
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UsageError(f"{path} is not a ground truth file ({error})") from error


def _event_row(event: "ReviewEvent") -> tuple[str, ...]:
    return (
        *(event.call_id, event.scorecard, event.criterion_id, event.verdict, event.reviewer),
        event.reviewed_at.isoformat(),
        event.reason or "",
        "yes" if event.decides else "",
        event.asked or "",
    )


def _state_row(state: "CriterionState") -> tuple[object, ...]:
    return (
        state.call_id,
        state.criterion_id,
        state.machine_verdict + (" (to check)" if state.machine_needs_review else ""),
        state.people_verdict or state.people_state or "(asked otherwise before: to check)",
        state.reviewers,
        state.verdict,
    )


def _redacted(item: "GivenVerdict", kinds: "tuple[str, ...]") -> "GivenVerdict":
    """Return the verdict with its reason redacted as stored text is."""
    from typing import cast

    from qa_pipeline.privacy import redact_text
    from qa_pipeline.records import SensitiveKind

    if item.reason is None or not kinds:
        return item
    wanted = cast("tuple[SensitiveKind, ...]", kinds)
    return item.model_copy(update={"reason": redact_text(item.reason, wanted)})


def _write_csv(path: Path, rows: list[tuple[str, ...]]) -> None:
    """Write rows under the columns that ``reviews import`` reads, in UTF-8 with a mark."""
    from qa_pipeline.reports.tables import Sheet, as_csv
    from qa_pipeline.store.files import write_whole

    write_whole(path, as_csv(Sheet(_COLUMNS, tuple(rows))))


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        zone: tzinfo = ZoneInfo(name)
        datetime.now(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"there is no time zone {name!r}; write it as Asia/Shanghai") from error
    return zone
