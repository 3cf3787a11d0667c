"""``qa-pipeline rescore``: stored conversations judged by a scorecard as it is now."""

import typer

from qa_pipeline.cli import options
from qa_pipeline.cli.left_out import print_left_out
from qa_pipeline.cli.output import print_json, print_newer_version


def rescore(
    scorecard: options.ScorecardName = None,
    profile: options.ProfileName = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    anew: options.Anew = False,
    as_json: options.AsJson = False,
) -> None:
    """Judge every stored call by a scorecard as it is now; nothing is transcribed again.

    Every earlier result is kept. A version that has judged calls cannot come back changed. What
    a criterion asked before, and was answered by the same software, is not judged again.
    """
    from qa_pipeline.cli.progress import ProgressBar
    from qa_pipeline.pipeline import find_scorecard
    from qa_pipeline.pipeline.rescoring import rescore as judge_anew
    from qa_pipeline.settings import read_settings

    settings = read_settings(scorecard=scorecard, profile=profile, data_dir=data_dir, store=store)
    with ProgressBar() as progress:
        card = find_scorecard(settings.scorecard)
        found = judge_anew(settings, card, progress=progress, anew=anew)
    if as_json:
        print_json(found)
        return
    typer.echo(
        f"{found.calls} calls judged by {found.scorecard} version {found.version} in "
        f"{found.seconds:.0f} s: {found.first_results} for the first time by this version, "
        f"{found.replaced} again (what they had is kept in earlier_scores)"
    )
    if found.taken:
        typer.echo(
            f"{found.taken} of {found.verdicts} verdicts stand from before: the criterion asks "
            "the same"
        )
    if found.newer_version is not None:
        print_newer_version(found.scorecard, found.version, found.newer_version)
    if found.outdated:
        typer.echo(
            f"{found.outdated} calls were processed anew meanwhile: what was judged of them is "
            "the conversation before, which does not count. Judge them with: qa-pipeline rescore"
        )
    print_left_out(found.people_left_out, found.version)
    typer.echo(f"Store: {found.store}")
