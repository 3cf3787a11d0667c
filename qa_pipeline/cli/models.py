"""``qa-pipeline models``: which models there are, and whether they are complete."""

from typing import Annotated, Any

import typer

from qa_pipeline.cli import options
from qa_pipeline.cli.output import print_json, print_table, say
from qa_pipeline.errors import ModelError

app = typer.Typer(no_args_is_help=True, help="Models: list, pull, verify.")


@app.command("list")
def list_(as_json: options.AsJson = False) -> None:
    """List the profiles with their models and licences."""
    from qa_pipeline.model_registry import load_profile, profile_names
    from qa_pipeline.resources import resource_folder

    folder = resource_folder("models")
    profiles = [load_profile(name, folder) for name in profile_names(folder)]
    rows: list[dict[str, Any]] = [
        {
            "profile": profile.name,
            "purpose": purpose,
            "model": profile.model(purpose).name,
            "source": profile.model(purpose).repo or profile.model(purpose).folder,
            "licence": profile.model(purpose).licence,
            "pinned": profile.model(purpose).pinned,
        }
        for profile in profiles
        for purpose in profile.purposes
    ]
    if as_json:
        print_json({"models": rows})
        return
    print_table(list(rows[0]), [list(row.values()) for row in rows])
    for profile in profiles:
        typer.echo(f"\n{profile.name}: {profile.description}")
        if profile.disclaimer:
            typer.echo(f"  {profile.disclaimer}")


@app.command("pull")
def pull(
    profile: Annotated[str, typer.Argument(help="The profile whose models to fetch.")],
    pin: Annotated[
        bool, typer.Option("--pin", help="Write into the manifest what it does not name exactly.")
    ] = False,
) -> None:
    """Fetch a profile's models from their hub and verify them; the one command that goes online.

    HF_ENDPOINT names another hub than the public one. A half-downloaded model is never used.
    """
    from qa_pipeline.model_registry import load_profile
    from qa_pipeline.model_registry.pulling import pull as fetch
    from qa_pipeline.resources import resource_folder

    fetch(load_profile(profile, resource_folder("models")), say, pin=pin)
    typer.echo(f"{profile}: every model is complete.")


@app.command("verify")
def verify(
    profile: Annotated[str, typer.Argument(help="The profile to check.")] = "bundled",
    as_json: options.AsJson = False,
) -> None:
    """Check that every file of a profile's models is there and is the one its manifest names."""
    from qa_pipeline.model_registry import load_profile
    from qa_pipeline.model_registry import verify as find_problems
    from qa_pipeline.resources import resource_folder

    problems = find_problems(load_profile(profile, resource_folder("models")))
    if as_json:
        print_json({"profile": profile, "problems": [str(p) for p in problems]})
    elif not problems:
        typer.echo(f"{profile}: every model is complete.")
    if problems:
        raise ModelError("; ".join(str(problem) for problem in problems))
