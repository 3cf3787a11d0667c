"""The tables of the store, described column by column: the one source of the database and of
``docs/data-dictionary.md``."""

from qa_pipeline.store.call_tables import CALL_TABLES
from qa_pipeline.store.described import Column, Table
from qa_pipeline.store.earlier import earlier_tables
from qa_pipeline.store.removed import REMOVAL_TABLES
from qa_pipeline.store.review_tables import REVIEW_TABLES
from qa_pipeline.store.verdict_tables import VERDICT_TABLES

_RUN_TABLES: tuple[Table, ...] = (
    Table(
        "runs",
        "One row for each run.",
        ("run_id",),
        (
            Column("run_id", "VARCHAR", "Id of the run."),
            Column("started_at", "TIMESTAMPTZ", "When it started."),
            Column("finished_at", "TIMESTAMPTZ", "When it ended; null while running or killed."),
            Column("profile", "VARCHAR", "Model profile."),
            Column("scorecard", "VARCHAR", "Scorecards that the calls were scored against."),
            Column("paths", "VARCHAR[]", "What was asked to be processed."),
            Column("processed", "INTEGER", "Calls processed."),
            Column("skipped", "INTEGER", "Calls passed over because they were done already."),
            Column("failed", "INTEGER", "Files that could not be processed, see `failures`."),
            Column("status", "VARCHAR", "`running`, `done`, `failed`, `interrupted` (killed)."),
            Column("process", "VARCHAR", "The process that wrote it: machine, id and start."),
            Column("removed", "INTEGER", "Calls passed over because they were removed for good."),
        ),
    ),
    Table(
        "failures",
        "The last failure of each file; `open_failures` leaves out what succeeded since.",
        ("path",),
        (
            Column("path", "VARCHAR", "Path of the file as it was given."),
            Column("call_id", "VARCHAR", "Id of the call, where it was known."),
            Column("stage", "VARCHAR", "Where in the pipeline: `decode`, `transcribe`, ..."),
            Column("reason", "VARCHAR", "What happened, in words."),
            Column("failed_at", "TIMESTAMPTZ", "When it failed last."),
            Column("run_id", "VARCHAR", "The run that met it, see `runs`."),
        ),
    ),
    Table(
        "bundles",
        "The ledger: every bundle taken in, so that none is taken in twice.",
        ("bundle",),
        (
            Column("bundle", "VARCHAR", "File name of the bundle."),
            Column(
                "key",
                "VARCHAR",
                "What the result was made from: call, models, scorecards; after a space what of "
                "that is no property of the call.",
            ),
            Column("call_id", "VARCHAR", "Id of the call."),
            Column("processed_at", "TIMESTAMPTZ", "When the call was processed."),
            Column("ingested_at", "TIMESTAMPTZ", "When the bundle was taken in."),
        ),
    ),
    Table(
        "store_info",
        "Facts about the store itself.",
        ("name",),
        (
            Column("name", "VARCHAR", "`schema_version`."),
            Column("value", "VARCHAR", "Its value."),
        ),
    ),
)

TABLES: tuple[Table, ...] = (
    *CALL_TABLES,
    *VERDICT_TABLES,
    *_RUN_TABLES,
    *earlier_tables(VERDICT_TABLES),
    *REVIEW_TABLES,
    *REMOVAL_TABLES,
)
