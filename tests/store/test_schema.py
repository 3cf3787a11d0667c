"""The schema, its description and the documentation say the same."""

from pathlib import Path

import pytest

from qa_pipeline.store import Store
from qa_pipeline.store.dictionary import as_markdown
from qa_pipeline.store.schema import VIEWS
from qa_pipeline.store.tables import TABLES

DOCUMENT = Path(__file__).parents[2] / "docs" / "data-dictionary.md"

PROMISED = {
    "calls": "call_id path duration_s language trust agent_id team started_at",
    "utterances": "call_id utterance_id role text start_s end_s",
    "words": "call_id utterance_id position text start_s end_s probability channel",
    "measures": "call_id name role value",
    "scores": "call_id scorecard version total_pct passed",
    "criterion_results": "call_id scorecard version criterion_id verdict points_earned "
    "points_possible reason",
    "evidence": "call_id scorecard version criterion_id kind quote utterance_id start_s end_s",
    "runs": "run_id started_at finished_at status",
    "failures": "path stage reason",
}


def test_the_documentation_is_that_of_the_schema() -> None:
    assert DOCUMENT.read_text("utf-8") == as_markdown(), (
        "run: python -m qa_pipeline.store.dictionary > docs/data-dictionary.md"
    )


@pytest.mark.parametrize("name", PROMISED)
def test_the_promised_columns_are_there(name: str) -> None:
    [table] = [t for t in TABLES if t.name == name]
    assert set(PROMISED[name].split()) <= {c.name for c in table.columns}


def test_the_database_is_what_the_description_says(tmp_path: Path) -> None:
    with Store.open_owner(tmp_path / "calls.duckdb") as owner:
        found = owner.query(
            "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
            "WHERE NOT internal AND table_name NOT IN "
            "(SELECT view_name FROM duckdb_views() WHERE NOT internal) "
            "ORDER BY table_name, column_index"
        ).rows
        views = owner.query("SELECT view_name FROM duckdb_views() WHERE NOT internal").rows
        for (view,) in views:
            assert owner.query(f"SELECT * FROM {view}").rows == ()
    described = [
        (t.name, c.name, c.type.replace("DECIMAL(18, 6)", "DECIMAL(18,6)"), c.meaning)
        for t in sorted(TABLES)
        for c in t.columns
    ]
    in_database = [
        (table, column, kind.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ"), comment)
        for table, column, kind, comment in found
    ]
    assert in_database == [(t, c, k.replace(", 2)", ",2)"), m) for t, c, k, m in described]
    assert {view for (view,) in views} == {view.name for view in VIEWS}
