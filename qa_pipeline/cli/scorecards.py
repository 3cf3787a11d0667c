"""``qa-pipeline scorecards``: the service standards."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from qa_pipeline.cli import EXIT_CALLS_FAILED, options, standards
from qa_pipeline.cli.output import print_json, print_table

if TYPE_CHECKING:
    from qa_pipeline.model_registry import Profile

app = typer.Typer(no_args_is_help=True, help="Scorecards: list, check, test, compare.")

app.command("backtest")(standards.backtest)
app.command("learn")(standards.learn)

Name = Annotated[str, typer.Argument(help="A scorecard's name, or the path of its YAML file.")]


@app.command("list")
def list_(as_json: options.AsJson = False) -> None:
    """List the scorecards that come with the package."""
    from qa_pipeline.resources import resource_folder
    from qa_pipeline.scoring import find_scorecards, load_scorecard

    cards = [load_scorecard(path) for path in find_scorecards(resource_folder("scorecards"))]
    rows = [
        {
            "scorecard": card.scorecard,
            "version": card.version,
            "sections": len(card.sections),
            "criteria": len(card.criteria()),
            "hash": card.content_hash[:12],
        }
        for card in cards
    ]
    if as_json:
        print_json({"scorecards": rows})
    else:
        print_table(list(rows[0]), [list(row.values()) for row in rows])


@app.command("check")
def check(name: Name = "inbound-service", as_json: options.AsJson = False) -> None:
    """Check a scorecard: errors with file and line, and what would make it a better standard."""
    from qa_pipeline.pipeline import find_scorecard
    from qa_pipeline.scoring import check_card

    card = find_scorecard(name)
    advice = check_card(card)
    if as_json:
        print_json({"scorecard": card.scorecard, "version": card.version, "advice": advice})
        return
    typer.echo(f"{card.scorecard} version {card.version}: can be used.")
    for line in advice:
        typer.echo(f"  advice: {line}")


@app.command("test")
def run_tests(name: Name = "inbound-service", as_json: options.AsJson = False) -> None:
    """Run the tests that a scorecard carries. Exit code 1 when one fails."""
    from qa_pipeline.pipeline import find_scorecard
    from qa_pipeline.pipeline.meaning import meanings_of
    from qa_pipeline.scoring import asks_by_meaning, run_card_tests

    card = find_scorecard(name)
    results = run_card_tests(card, meanings_of(_profile()) if asks_by_meaning(card) else None)
    failed = [result for result in results if not result.passed]
    if as_json:
        print_json(
            {
                "scorecard": card.scorecard,
                "tests": len(results),
                "failed": [result.model_dump(mode="json") for result in failed],
            }
        )
    else:
        typer.echo(f"{card.scorecard}: {len(results) - len(failed)} passed, {len(failed)} failed")
        for result in failed:
            typer.echo(f"  {result}")
    if failed:
        raise typer.Exit(EXIT_CALLS_FAILED)


def _profile() -> "Profile":
    """Return the profile that is configured, whose encoder compares meanings."""
    from qa_pipeline.model_registry import load_profile
    from qa_pipeline.resources import resource_folder
    from qa_pipeline.settings import read_settings

    return load_profile(read_settings().profile, resource_folder("models"))


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="The card as it was: a name or a YAML file.")],
    after: Annotated[str, typer.Argument(help="The card as it is to be: a name or a YAML file.")],
    as_json: options.AsJson = False,
) -> None:
    """Say in words what changed from one card to another, with all that they extend and use."""
    from qa_pipeline.pipeline import find_scorecard
    from qa_pipeline.scoring.differences import differences

    one, two = find_scorecard(before), find_scorecard(after)
    found = differences(one, two)
    if as_json:
        cards = {
            key: {"scorecard": c.scorecard, "version": c.version, "hash": c.content_hash}
            for key, c in (("before", one), ("after", two))
        }
        changes = [item.model_dump(mode="json") for item in found]
        print_json({**cards, "differences": changes})
        return
    typer.echo(f"{one.scorecard} version {one.version} -> {two.scorecard} version {two.version}")
    for affects, title in ((True, "changes what calls score"), (False, "does not change scores")):
        lines = [item.text for item in found if item.affects_scores == affects]
        if lines:
            typer.echo(f"{title}:")
        for line in lines:
            typer.echo(f"  {line}")
    if not found:
        typer.echo("no difference")


@app.command("schema")
def schema(
    lists: Annotated[
        bool, typer.Option("--lists", help="The schema of files of shared lists instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of scorecards, with which an editor completes and checks them."""
    from qa_pipeline.scoring import lists_schema, scorecard_schema

    typer.echo(json.dumps(lists_schema() if lists else scorecard_schema(), indent=2))
