"""All commands, gathered."""

import typer

from qa_pipeline.cli import (
    calls,
    demo,
    doctor,
    golden,
    models,
    nightly,
    removing,
    report,
    rescore,
    reviews,
    run,
    scorecards,
    store,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Recorded calls in; transcripts, fair scores and the audio that proves them out.",
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("nightly")(nightly.nightly)
app.command("rescore")(rescore.rescore)
calls.app.command("remove")(removing.remove)
calls.app.command("readmit")(removing.readmit)
calls.app.command("removed")(removing.removed)
app.add_typer(calls.app, name="calls")
app.add_typer(scorecards.app, name="scorecards")
app.add_typer(report.app, name="report")
app.add_typer(reviews.app, name="reviews")
app.add_typer(golden.app, name="golden")
app.add_typer(models.app, name="models")
app.add_typer(store.app, name="store")
app.command("doctor")(doctor.doctor)
