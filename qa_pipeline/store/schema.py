"""The database that ``tables.py`` describes: its views and the statements that make it.

Names here and there are a public interface: analysts write SQL against them. Every change
raises ``SCHEMA_VERSION``.
"""

from qa_pipeline.store.described import Table, View, quoted
from qa_pipeline.store.habits import HABIT_VIEWS
from qa_pipeline.store.questions import NOTE_ASKED, QUESTION_VIEWS
from qa_pipeline.store.removed import REMOVAL_VIEWS
from qa_pipeline.store.review_tables import REVIEW_VIEWS
from qa_pipeline.store.tables import TABLES

SCHEMA_VERSION = 15
OLDEST_VERSION = 2
"""Stores from this version on differ only by tables, columns and views that were added since;
opening one as its owner adds them. Older ones have to be made anew."""
_ADD_UP_AGAIN = "UPDATE reviewed_scores SET computed_at = to_timestamp(0)"
_NOTED_SINCE = {
    10: tuple(
        f"UPDATE {name} s SET call_processed_at = s.scored_at FROM bundles b "
        "WHERE b.call_id = s.call_id AND b.processed_at = s.scored_at"
        for name in ("scores", "earlier_scores")
    ),
    11: (
        NOTE_ASKED,
        # computed when it made no difference what people had been asked: to be computed anew
        _ADD_UP_AGAIN,
    ),
    # computed when a critical find that nobody had checked made the total 0
    13: (_ADD_UP_AGAIN,),
    # computed when a section that had failed was left out where nothing else in it was judged
    14: (_ADD_UP_AGAIN,),
}
"""By version of the schema: what fills its new columns in a store from before, as they would be if
the store were made anew."""

VIEWS: tuple[View, ...] = (
    View(
        "current_scores",
        "`scores` of the latest version of each scorecard that judged a call; versions that "
        "judged the conversation as it is stored now go before those that judged an earlier one.",
        "SELECT s.* FROM scores s LEFT JOIN (SELECT call_id, processed_at FROM calls) c "
        "USING (call_id) QUALIFY row_number() OVER (PARTITION BY s.call_id, s.scorecard ORDER BY "
        "coalesce(s.call_processed_at = c.processed_at, s.scored_at >= c.processed_at, FALSE) "
        "DESC, s.version DESC) = 1",
    ),
    View(
        "current_section_scores",
        "`section_scores` of the latest version of each scorecard that judged a call.",
        "SELECT s.* FROM section_scores s "
        "SEMI JOIN current_scores c USING (call_id, scorecard, version)",
    ),
    View(
        "current_criterion_results",
        "`criterion_results` of the latest version of each scorecard that judged a call.",
        "SELECT r.* FROM criterion_results r "
        "SEMI JOIN current_scores c USING (call_id, scorecard, version)",
    ),
    View(
        "current_evidence",
        "`evidence` of the latest version of each scorecard that judged a call.",
        "SELECT e.* FROM evidence e SEMI JOIN current_scores c USING (call_id, scorecard, version)",
    ),
    View(
        "open_failures",
        "`failures` of files that have not been processed since.",
        "SELECT f.* FROM failures f WHERE NOT EXISTS ("
        "SELECT 1 FROM calls c WHERE c.path = f.path AND c.processed_at > f.failed_at)",
    ),
    *HABIT_VIEWS,
    *QUESTION_VIEWS,
    *REVIEW_VIEWS,
    *REMOVAL_VIEWS,
)


def table(name: str) -> Table:
    """Return the table of that name; ``KeyError`` if there is none."""
    for candidate in TABLES:
        if candidate.name == name:
            return candidate
    raise KeyError(name)


def ddl() -> tuple[str, ...]:
    """Return the statements that make the database, safe to run on one that has it all."""
    statements = []
    for item in TABLES:
        columns = [f'"{c.name}" {c.type}' for c in item.columns]
        if item.indexed:
            columns.append(f"PRIMARY KEY ({', '.join(item.key)})")
        statements.append(f"CREATE TABLE IF NOT EXISTS {item.name} ({', '.join(columns)})")
        statements.append(f"COMMENT ON TABLE {item.name} IS {quoted(item.meaning)}")
        statements += [
            f'COMMENT ON COLUMN {item.name}."{c.name}" IS {quoted(c.meaning)}' for c in item.columns
        ]
    statements += [f"CREATE OR REPLACE VIEW {view.name} AS {view.query}" for view in VIEWS]
    return tuple(statements)


def upgrade(version: int) -> tuple[str, ...]:
    """Return the statements that bring a store of that version up to date.

    ``version``: ``OLDEST_VERSION`` or later.
    """
    added = tuple(
        f'ALTER TABLE {item.name} ADD COLUMN IF NOT EXISTS "{column.name}" {column.type}'
        for item in TABLES
        for column in item.columns
        if column.name not in item.key
    )
    create = tuple(s for s in ddl() if s.startswith("CREATE TABLE"))
    noted = [
        item for since in sorted(_NOTED_SINCE) if since > version for item in _NOTED_SINCE[since]
    ]
    return (*create, *added, *ddl(), *noted)
