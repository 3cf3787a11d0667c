"""The data dictionary, written from the description of the schema.

``python -m qa_pipeline.store.dictionary > docs/data-dictionary.md`` writes it anew.
"""

from qa_pipeline.store.described import Table, View
from qa_pipeline.store.schema import SCHEMA_VERSION, VIEWS
from qa_pipeline.store.tables import TABLES

_INTRODUCTION = f"""\
# Data dictionary of the store

The store is one DuckDB file (`calls.duckdb` in the data folder), schema version {SCHEMA_VERSION}.
Its tables and views are a public interface: names and meanings change only with the schema
version. This page is generated from the schema (`python -m qa_pipeline.store.dictionary`), and a
test compares the two. The same descriptions are in the database as comments: `SELECT table_name,
column_name, comment FROM duckdb_columns()`.

Ask it with `qa-pipeline store query "SELECT ..."`, or open it (or its snapshot
`calls.snapshot.duckdb`, while another process holds the store) read-only with any DuckDB client.

Times within a call are seconds from the start of the recording. Dates are with time zone; days
are those of the place where the call was taken. A score or figure that could not be determined is
null, never zero.

Most questions about scores are best asked of the `current_...` views: where a call was judged by
several versions of a scorecard, they show the latest version only. For example, how often each
criterion was missed in trusted calls:

```sql
SELECT criterion_id, count(*) FILTER (verdict = 'not_met') AS not_met,
       count(*) FILTER (verdict IN ('met', 'partly_met', 'not_met')) AS applicable
FROM current_criterion_results JOIN calls USING (call_id)
WHERE trust = 'ok' AND NOT needs_review
GROUP BY criterion_id ORDER BY not_met DESC
```
"""


def as_markdown() -> str:
    """Return the whole of ``docs/data-dictionary.md``."""
    parts = [_INTRODUCTION, "## Tables\n"]
    parts += [_table(table) for table in TABLES]
    parts.append("## Views\n")
    parts += [_view(view) for view in VIEWS]
    return "\n".join(parts)


def _table(table: Table) -> str:
    rows = "\n".join(f"| `{c.name}` | {c.type} | {c.meaning} |" for c in table.columns)
    keys = ", ".join(f"`{name}`" for name in table.key)
    return (
        f"### `{table.name}`\n\n{table.meaning} One row for each {keys}.\n\n"
        f"| column | type | meaning |\n|---|---|---|\n{rows}\n"
    )


def _view(view: View) -> str:
    return f"### `{view.name}`\n\n{view.meaning}\n\n```sql\n{view.query}\n```\n"


if __name__ == "__main__":
    print(as_markdown(), end="")
