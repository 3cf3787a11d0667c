"""Published versions of cards: they have judged calls, and never change."""

from qa_pipeline.errors import UsageError
from qa_pipeline.scoring import Scorecard
from qa_pipeline.store import StoreReader


def refuse_changed(reader: StoreReader, card: Scorecard) -> None:
    """Refuse to judge the stored calls by a card that changed without a new version.

    Raises:
        UsageError: its version has judged calls with another content.
    """
    others = _contents(reader, card) - {card.content_hash}
    if others:
        raise UsageError(
            f"{_said(card, others)} Give the changed card a version number of its own: write "
            f"'version: {_unused(reader, card)}' into its file, then rescore"
        )


def refuse_run(reader: StoreReader, card: Scorecard) -> None:
    """Refuse to process calls with a card that changed without a new version.

    A version that has judged calls with several contents, this one among them, may go on: a night
    does not stop for what an earlier one did.

    Raises:
        UsageError: its version has judged calls, and all with another content.
    """
    contents = _contents(reader, card)
    if contents and card.content_hash not in contents:
        raise UsageError(
            f"{_said(card, contents)} Nothing was processed. Write "
            f"'version: {_unused(reader, card)}' into its file, or go back to the card as it was, "
            "then run again"
        )


def overruled_by(reader: StoreReader, card: Scorecard) -> int | None:
    """Return the newer version by which calls count that this one has judged; ``None``: none."""
    sql = "SELECT max(version) FROM current_scores WHERE scorecard = ? AND version > ?"
    newest = reader.query(sql, [card.scorecard, card.version]).rows[0][0]
    return None if newest is None else int(newest)


def _contents(reader: StoreReader, card: Scorecard) -> set[str]:
    """Return the hashes of what the card's version was when it judged calls."""
    rows = reader.query(
        "SELECT DISTINCT scorecard_hash FROM scores WHERE scorecard = ? AND version = ?",
        [card.scorecard, card.version],
    ).rows
    return {str(row[0]) for row in rows}


def _said(card: Scorecard, others: set[str]) -> str:
    return (
        f"{card.scorecard} version {card.version} has judged calls with another content "
        f"(hash {min(others)[:12]}, this file is {card.content_hash[:12]}): a published version "
        "never changes."
    )


def _unused(reader: StoreReader, card: Scorecard) -> int:
    """Return the first version number that no content of the card has judged calls under."""
    sql = "SELECT max(version) FROM scores WHERE scorecard = ?"
    return 1 + int(reader.query(sql, [card.scorecard]).rows[0][0])
