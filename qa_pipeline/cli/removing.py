"""``qa-pipeline calls remove``, ``readmit`` and ``removed``: calls that must not be kept."""

from typing import TYPE_CHECKING, Annotated

import typer

from qa_pipeline.cli import options
from qa_pipeline.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from qa_pipeline.store import CallToRemove

CallIds = Annotated[list[str], typer.Argument(help="Ids of calls; see: qa-pipeline calls list.")]
By = Annotated[str, typer.Option("--by", help="Who says so; it is kept.")]
Reason = Annotated[
    str | None,
    typer.Option("--reason", help="Why; it is kept, so write nothing of the call or the caller."),
]


def remove(
    calls: CallIds,
    by: By = "command line",
    reason: Reason = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Remove calls for good: words, verdicts, people's reviews, bundles, snapshot.

    What is kept is that they were removed, when and by whom, so that no later run takes them in
    again; see calls readmit. Recordings stay where they lie; they are named, as are reports that
    may quote the calls.
    """
    from qa_pipeline.pipeline.removing import remove as remove_for_good
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    with Store.open_reader(settings.store_path) as reader:
        meant = reader.calls_to_remove(calls)
    if not yes:
        for call in meant:
            say(_described(call, calls))
        typer.confirm("Remove for good? This cannot be undone", abort=True, err=True)
    done = remove_for_good(settings, calls, by, reason)
    if as_json:
        print_json(done)
        return
    typer.echo(f"{len(done.removed)} calls removed: {', '.join(done.removed)}")
    for path in done.recordings:
        typer.echo(f"Still there, and yours to delete: {path}")
    for path in done.reports:
        typer.echo(f"Names a removed call, so write it anew or delete it: {path}")


def readmit(
    calls: CallIds,
    by: By = "command line",
    reason: Reason = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Let runs take calls in again that were removed; the next one that meets them does."""
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    with Store.open_owner(settings.store_path, make=False) as owner:
        again = owner.readmit_calls(calls, by, reason)
        owner.ingest(settings.bundles_dir)  # the list beside the bundles says so too
        owner.publish_snapshot()
    if as_json:
        print_json({"readmitted": list(again)})
    else:
        typer.echo(f"{len(again)} calls may be taken in again: {', '.join(again)}")


def removed(
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """List the calls that were removed for good, with when, by whom and why."""
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    with Store.open_reader(settings.store_path) as reader:
        found = reader.removed_calls()
    if as_json:
        print_json({"removed": [call.model_dump(mode="json") for call in found]})
    else:
        print_table(
            ["call", "when", "by", "reason"],
            [
                (c.call_id, f"{c.noted_at:%Y-%m-%d %H:%M}Z", c.noted_by, c.reason or "")
                for c in found
            ],
        )


def _described(call: "CallToRemove", asked_for: list[str]) -> str:
    """Say what goes with a call."""
    if call.removed_before:
        return f"{call.call_id}: was removed before; files of it that are left go"
    with_it = [f"{call.verdicts_of_people} verdicts of people"] if call.verdicts_of_people else []
    if call.golden:
        with_it.append("its place in the golden set")
    also = "" if call.call_id in asked_for else " (the same recording as one that is asked for)"
    return f"{call.call_id}{also}: {call.path}{', with ' if with_it else ''}{' and '.join(with_it)}"
