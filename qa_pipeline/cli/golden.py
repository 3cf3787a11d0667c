"""``qa-pipeline golden``: reviewed calls that every change is checked against."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_pipeline.cli import EXIT_CALLS_FAILED, options
from qa_pipeline.cli.output import print_json, print_table, say
from qa_pipeline.errors import UsageError

if TYPE_CHECKING:
    from qa_pipeline.pipeline.golden import GoldenCheck, GoldenCriterion

app = typer.Typer(no_args_is_help=True, help="The golden set: add, remove, list, check.")

CallIds = Annotated[list[str], typer.Argument(help="Ids of calls in the store.")]
By = Annotated[str, typer.Option("--by", help="Who says so.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why.")]


@app.command("add")
def add(
    calls: CallIds,
    by: By = "command line",
    reason: Reason = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Put reviewed calls into the golden set."""
    _mark(calls, (by, reason), (data_dir, store), as_json, golden=True)


@app.command("remove")
def remove(
    calls: CallIds,
    by: By = "command line",
    reason: Reason = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Take calls out of the golden set; that they were in it stays on record."""
    _mark(calls, (by, reason), (data_dir, store), as_json, golden=False)


@app.command("list")
def list_(
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """List the golden set."""
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    with Store.open_reader(settings.store_path) as reader:
        calls = reader.golden_calls()
    if as_json:
        print_json({"golden": [call.model_dump(mode="json") for call in calls]})
        return
    print_table(
        ["call", "since", "by", "criteria reviewed", "reason"],
        [(c.call_id, c.marked_at.date(), c.marked_by, c.reviewed, c.reason or "") for c in calls],
    )


@app.command("check")
def check(
    scorecard: options.ScorecardName = None,
    listen: Annotated[
        bool, typer.Option("--listen", help="From the recordings, not the stored conversations.")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Make this result the baseline of later checks.")
    ] = False,
    by: By = "command line",
    limit: Annotated[
        float | None,
        typer.Option("--limit", help="Least agreement in per cent. Default: golden_limit_pct."),
    ] = None,
    profile: options.ProfileName = None,
    device: options.DeviceName = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Judge the golden calls anew and say which criteria got worse than the baseline.

    Without a recorded baseline the scores in the store are one. Exit code 1: agreement with
    people is below the limit, or a golden call could not be judged.
    """
    from qa_pipeline.pipeline import find_scorecard
    from qa_pipeline.pipeline.golden import check_golden
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(
        scorecard=scorecard,
        profile=profile,
        device=device,
        data_dir=data_dir,
        store=store,
        golden_limit_pct=limit,
    )
    found = check_golden(settings, find_scorecard(settings.scorecard), listen=listen)
    if record:
        with Store.open_owner(settings.store_path) as owner:
            owner.record_baseline(found.verdicts, by)
            owner.publish_snapshot()
    if as_json:
        worse = [line.criterion_id for line in found.criteria if line.worse]
        shown = found.model_dump(mode="json", exclude={"verdicts"})
        print_json({**shown, "worse": worse, "passed": found.passed})
    else:
        _print(found)
    if not found.passed:
        raise typer.Exit(EXIT_CALLS_FAILED)


def _print(found: "GoldenCheck") -> None:
    print_table(
        ["criterion", "calls", "as people now", "in the baseline", "cannot tell", ""],
        map(_row, found.criteria),
    )
    before = "" if found.baseline_pct is None else f", baseline {found.baseline_pct:.1f} %"
    agreement = "-" if found.agreement_pct is None else f"{found.agreement_pct:.1f} %"
    typer.echo(
        f"\n{found.scorecard} version {found.version} on {found.calls} golden calls: {agreement} "
        f"as people say{before}; limit {found.limit_pct:g} %: "
        + ("passed" if found.passed else "not passed")
    )
    for problem in found.problems:
        say(f"  {problem}")


def _row(line: "GoldenCriterion") -> tuple[object, ...]:
    return (
        line.criterion_id,
        line.reviewed,
        line.now,
        line.before,
        line.silent or "",
        _remark(line),
    )


def _remark(line: "GoldenCriterion") -> str:
    remarks = []
    if line.worse:
        remarks.append(f"worse: {', '.join(line.lost)}")
    if line.asked_otherwise:
        remarks.append(f"baseline: another question on {line.asked_otherwise} calls")
    return "; ".join(remarks)


def _mark(
    calls: list[str],
    who: tuple[str, str | None],
    where: tuple[Path | None, Path | None],
    as_json: bool,
    *,
    golden: bool,
) -> None:
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=where[0], store=where[1])
    with Store.open_owner(settings.store_path, make=False) as owner:
        known = set(owner.ids_of_today(calls))
        if not golden:  # also what the store has lost since
            known |= {call.call_id for call in owner.golden_calls()}
        unknown = [call for call in calls if call not in known]
        if unknown:
            raise UsageError(f"no such call in the store: {', '.join(unknown)}; nothing was marked")
        changed = owner.mark_golden(calls, who[0], who[1], golden_=golden)
        owner.publish_snapshot()
    if as_json:
        print_json({"added" if golden else "removed": list(changed)})
    else:
        typer.echo(f"{len(changed)} calls {'added' if golden else 'removed'}")
