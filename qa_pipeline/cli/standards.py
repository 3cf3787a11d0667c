"""``qa-pipeline scorecards backtest`` and ``learn``: a standard tried before it judges anybody."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa_pipeline.cli import options
from qa_pipeline.cli.left_out import print_left_out
from qa_pipeline.cli.output import clock, print_json, print_table
from qa_pipeline.errors import UsageError

if TYPE_CHECKING:
    from qa_pipeline.pipeline.learning import Lesson
    from qa_pipeline.reports.agreement import Agreement
    from qa_pipeline.reports.backtest import Backtest
    from qa_pipeline.scoring.phrase_places import Place


def backtest(
    draft: Annotated[str, typer.Argument(help="The draft: the path of its YAML file, or a name.")],
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            help="The published card: a name or a YAML file. Default: the version of the same "
            "card that scored the stored calls.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Folder to write to. Default: reports in the data folder."),
    ] = None,
    profile: options.ProfileName = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    language: options.ReportLanguage = None,
    anew: options.Anew = False,
    as_json: options.AsJson = False,
) -> None:
    """Score the stored calls by a draft beside the published card, and show what changes.

    Nothing is written to the store. What both ask as before is not judged again. The HTML page has
    the pictures and the calls to listen to.
    """
    from qa_pipeline.cli.progress import ProgressBar
    from qa_pipeline.pipeline import find_scorecard
    from qa_pipeline.pipeline.backtesting import backtest as try_out
    from qa_pipeline.pipeline.rescoring import published_card
    from qa_pipeline.reports.html import page
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store
    from qa_pipeline.store.files import write_whole

    settings = read_settings(
        profile=profile, data_dir=data_dir, store=store, report_language=language
    )
    card = find_scorecard(draft)
    if against is not None:
        published = find_scorecard(against)
    else:
        with Store.open_reader(settings.store_path) as reader:
            published = published_card(reader, card.scorecard)
    with ProgressBar() as progress:
        found = try_out(settings, card, published, progress=progress, anew=anew)
    path = (output or settings.reports_dir) / "backtest.html"
    write_whole(path, page(found, settings.report_language).encode())
    if as_json:
        print_json({**found.model_dump(mode="json"), "file": str(path)})
        return
    _print(found)
    typer.echo(f"With pictures: {path}")


def _print(found: "Backtest") -> None:
    from qa_pipeline.pipeline.backtesting import histogram

    one, two = found.published, found.draft
    typer.echo(
        f"{two.scorecard} version {two.version} (draft) against {one.scorecard} version "
        f"{one.version} on {found.calls} calls"
    )
    for line in found.changes:
        typer.echo(f"  {line}")
    print_left_out(found.people_left_out, two.version)
    if found.published_mean_pct is not None and found.draft_mean_pct is not None:
        typer.echo(
            f"Average {found.published_mean_pct:.1f} % -> {found.draft_mean_pct:.1f} %: "
            f"{found.up} calls higher, {found.down} lower, {found.same} the same; "
            f"{found.now_passed} would pass that failed, {found.now_failed} fail that passed"
        )
    if found.published_undecided or found.draft_undecided:
        typer.echo(
            f"Undecided until a person has checked what is critical: {found.published_undecided} "
            f"-> {found.draft_undecided} calls"
        )
    for line in histogram(found):
        typer.echo(f"  {line}")
    flips = [
        (c.criterion_id, f.published, f.draft, f.calls) for c in found.criteria for f in c.flips
    ]
    if flips:
        print_table(["criterion", "published", "draft", "calls"], flips)
    else:
        typer.echo("No verdict flips.")
    changed = [a for a in found.agents if a.change]
    typer.echo(f"Agents whose pass changes: {len(changed)} of {len(found.agents)}")
    for agent in changed:
        typer.echo(
            f"  {agent.agent_name or agent.agent_id} {agent.change}: "
            f"{agent.published_mean_pct:.1f} % -> {agent.draft_mean_pct:.1f} % "
            f"over {agent.calls} calls"
        )
    if found.listen:
        rows = [
            (f.call_id, clock(f.start_s), f.criterion_id, f"{f.published} -> {f.draft}", f.quote)
            for f in found.listen
        ]
        print_table(["listen to", "at", "criterion", "verdict", "words"], rows)


def learn(
    criterion: Annotated[str, typer.Argument(help="The criterion's id, such as greeting.brand.")],
    scorecard: options.ScorecardName = None,
    accept: Annotated[
        list[int] | None,
        typer.Option("--accept", help="Number of a proposal to put into a draft; repeatable."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", help="The draft's file. Default: CARD-vVERSION.yaml beside the card."
        ),
    ] = None,
    profile: options.ProfileName = None,
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Propose phrases that a criterion misses, from the calls that people reviewed.

    With --accept a draft of the card is written, with the next version; the card itself stays.
    """
    from qa_pipeline.pipeline import find_scorecard
    from qa_pipeline.pipeline.learning import learn_from_reviews, write_draft
    from qa_pipeline.pipeline.run import scorecard_file
    from qa_pipeline.settings import read_settings

    settings = read_settings(scorecard=scorecard, profile=profile, data_dir=data_dir, store=store)
    card = find_scorecard(settings.scorecard)
    lesson = learn_from_reviews(settings, card, criterion)
    draft = None
    if accept:
        wrong = [n for n in accept if not 1 <= n <= len(lesson.effects)]
        if wrong:
            raise UsageError(
                f"there is no proposal {wrong[0]}: there are {len(lesson.effects)}, counted from 1"
            )
        chosen = [lesson.effects[n - 1].proposal for n in dict.fromkeys(accept)]
        file = scorecard_file(settings.scorecard)
        draft = write_draft(settings, card, file, criterion, chosen, output)
    if as_json:
        written = draft.model_dump(mode="json") if draft else None
        print_json({**lesson.model_dump(mode="json"), "draft": written})
        return
    _print_lesson(lesson)
    if draft is not None:
        added = ", ".join(f"“{phrase}”" for phrase in draft.added)
        typer.echo(
            f"Draft: {draft.file}, version {draft.version}, with {added}. Try it on history: "
            f"qa-pipeline scorecards backtest {draft.file}"
        )


def _print_lesson(lesson: "Lesson") -> None:
    found = lesson.learned
    typer.echo(
        f"{found.criterion_id}: {found.reviewed} reviewed calls, in {found.missed} of them the "
        "card misses what people hear"
    )
    if found.held_out:
        typer.echo(f"Effects are measured on {found.held_out} calls that were held out.")
    else:
        typer.echo("Too few calls to hold any out: effects are measured on the calls themselves.")
    if not lesson.effects:
        nothing = "Nothing is missed: there is nothing to learn."
        none = "No phrase is said in several missed calls and in none that people judge otherwise."
        typer.echo(none if found.missed else nothing)
        return
    rows = [
        (
            number,
            effect.proposal.phrase,
            effect.proposal.list_name or _place(effect.proposal.path),
            effect.proposal.said_in,
            len(effect.proposal.caught),
            len(effect.proposal.spoiled),
            f"{_share(effect.before)} -> {_share(effect.after)}",
        )
        for number, effect in enumerate(lesson.effects, start=1)
    ]
    columns = ["no.", "phrase", "added to", "said in", "caught", "spoiled", "agreement (kappa)"]
    print_table(columns, rows)


def _place(path: "Place") -> str:
    """Return where in a criterion a check stands, the first of several being 1."""
    return " › ".join(str(step + 1) if isinstance(step, int) else step for step in path)


def _share(figures: "Agreement") -> str:
    if figures.pct is None:
        return "-"
    kappa = "-" if figures.kappa is None else f"{figures.kappa:.2f}"
    return f"{figures.pct:.1f} % ({kappa})"
