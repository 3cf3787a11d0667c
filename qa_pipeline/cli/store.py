"""``qa-pipeline store``: look into the store."""

from typing import Annotated

import typer

from qa_pipeline.cli import options
from qa_pipeline.cli.output import print_json, print_table, say

app = typer.Typer(no_args_is_help=True, help="The store: info, ingest, snapshot, query.")


@app.command("info")
def info(
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Say what the store holds."""
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    with Store.open_reader(settings.store_path) as reader:
        found = reader.info()
        if as_json:
            print_json(found)
            return
        shown = found.model_dump(mode="json") | {"scorecards": ", ".join(found.scorecards)}
        print_table(["what", "value"], shown.items())
        _say_age(reader.source, reader.age_s)


@app.command("ingest")
def ingest(
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Take in bundles that lie in the data folder and are not in the store yet."""
    from qa_pipeline.pipeline.reviewed import refresh_reviewed
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    make = settings.bundles_dir.is_dir()  # a store may be made anew, but not of nothing
    with Store.open_owner(settings.store_path, make=make) as owner:
        summary = owner.ingest(settings.bundles_dir)
        refresh_reviewed(owner)
        owner.publish_snapshot()
    if as_json:
        print_json(summary)
    else:
        typer.echo(
            f"{summary.bundles} taken in, {summary.already_known} known already"
            + (f", {summary.removed} deleted: of removed calls" if summary.removed else "")
        )


@app.command("snapshot")
def snapshot(
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Publish a copy of the store that others can read while it is held."""
    from qa_pipeline.pipeline.reviewed import refresh_reviewed
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    with Store.open_owner(settings.store_path, make=False) as owner:
        refresh_reviewed(owner)  # a store of an earlier version may lack what it holds today
        path = owner.publish_snapshot()
    if as_json:
        print_json({"snapshot": str(path)})
    else:
        typer.echo(str(path))


@app.command("query")
def query(
    sql: Annotated[str, typer.Argument(help="One SELECT over the tables of the data dictionary.")],
    data_dir: options.DataDir = None,
    store: options.StorePath = None,
    as_json: options.AsJson = False,
) -> None:
    """Ask the store in SQL; nothing can be changed this way."""
    from qa_pipeline.settings import read_settings
    from qa_pipeline.store import Store

    settings = read_settings(data_dir=data_dir, store=store)
    with Store.open_reader(settings.store_path) as reader:
        result = reader.query(sql)
        if as_json:
            rows = [dict(zip(result.columns, row, strict=True)) for row in result.rows]
            print_json({"rows": rows})
            return
        print_table(result.columns, result.rows)
        _say_age(reader.source, reader.age_s)


def _say_age(source: str, age_s: float) -> None:
    if source != "live":
        say(f"The store is held by another process; this is its snapshot, {age_s:.0f} s old.")
