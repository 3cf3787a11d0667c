"""Scorecards as they were when they judged calls, so that results can be computed again."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qa_pipeline.records.base import Record
from qa_pipeline.store.monitoring_queries import rows

if TYPE_CHECKING:
    import duckdb


class KeptCard(Record):
    """A scorecard as it was when it judged calls."""

    scorecard: str
    version: int
    content_hash: str
    content: str
    """The whole card as JSON."""


def keep_card(connection: "duckdb.DuckDBPyConnection", card: KeptCard) -> None:
    """Keep a card that is in use; one of the same content is kept once."""
    connection.execute(
        "INSERT OR IGNORE INTO scorecards VALUES (?, ?, ?, ?, ?)",
        [card.scorecard, card.version, card.content_hash, card.content, datetime.now(UTC)],
    )


def kept_card(connection: "duckdb.DuckDBPyConnection", content_hash: str) -> KeptCard | None:
    """Return the card of that content; ``None`` where it was not kept."""
    found = rows(
        connection,
        "SELECT scorecard, version, content_hash, content FROM scorecards "
        "WHERE content_hash = ? ORDER BY ALL LIMIT 1",
        [content_hash],
    )
    return KeptCard.model_validate(found[0]) if found else None


def unkept(connection: "duckdb.DuckDBPyConnection") -> tuple[str, ...]:
    """Return the hashes of cards that judged calls people reviewed, and that are not kept."""
    found = connection.execute(
        "SELECT DISTINCT scorecard_hash FROM current_scores s "
        "SEMI JOIN review_events USING (call_id, scorecard) "
        "ANTI JOIN scorecards k ON k.content_hash = s.scorecard_hash ORDER BY ALL"
    ).fetchall()
    return tuple(str(row[0]) for row in found)
