"""The tables of the machine's verdicts and scores, with what proves them."""

from qa_pipeline.store.call_tables import CALL, END, POSITION, START
from qa_pipeline.store.described import Column, Table

_POINTS = "DECIMAL(18, 6)"
_PCT = "DECIMAL(9, 2)"
_CARD = (
    CALL,
    Column("scorecard", "VARCHAR", "Id of the scorecard."),
    Column("version", "INTEGER", "Version of the scorecard."),
)

VERDICT_TABLES: tuple[Table, ...] = (
    Table(
        "scores",
        "One row for each call and version of a scorecard that judged it.",
        ("call_id", "scorecard", "version"),
        (
            *_CARD,
            Column("scorecard_hash", "VARCHAR", "Hash of the card's content."),
            Column("total_pct", _PCT, "Score in per cent; null when nothing could be judged."),
            Column(
                "total_without_critical_pct", _PCT, "The score if no critical criterion counted."
            ),
            Column("passed", "BOOLEAN", "Whether the pass mark was reached; null: open."),
            Column("trust", "VARCHAR", "Trust in the call when it was scored, as in `calls`."),
            Column("scored_at", "TIMESTAMPTZ", "When it was scored."),
            Column(
                "total_low_pct",
                _PCT,
                "The total if every verdict that needs review or is unscored turned out `not_met`.",
            ),
            Column(
                "total_high_pct",
                _PCT,
                "The same if every one turned out `met`; all three are equal where all is sure.",
            ),
            Column(
                "engine",
                "VARCHAR",
                "Digest of the code and models that judged; null: judged before it was noted.",
            ),
            Column(
                "call_processed_at",
                "TIMESTAMPTZ",
                "Which conversation was judged: `processed_at` of the call at that time, see "
                "`calls`; null: judged before it was noted.",
            ),
        ),
    ),
    Table(
        "section_scores",
        "The score of each section.",
        ("call_id", "scorecard", "version", "section_id"),
        (
            *_CARD,
            Column("section_id", "VARCHAR", "Id of the section."),
            POSITION,
            Column("name", "VARCHAR", "Name of the section."),
            Column("weight", _POINTS, "Weight of the section in the total."),
            Column("score_pct", _PCT, "Score in per cent; null when nothing could be judged."),
            Column("score_without_critical_pct", _PCT, "The score if nothing critical counted."),
        ),
        indexed=False,
    ),
    Table(
        "criterion_results",
        "The verdict on each criterion, what it earned and why.",
        ("call_id", "scorecard", "version", "criterion_id"),
        (
            *_CARD,
            Column("criterion_id", "VARCHAR", "Id of the criterion (`greeting.salutation`)."),
            Column("section_id", "VARCHAR", "Id of the section it belongs to."),
            POSITION,
            Column("name", "VARCHAR", "What the criterion asks for."),
            Column(
                "verdict",
                "VARCHAR",
                "`met`, `partly_met`, `not_met`, `not_applicable` (does not concern this call) "
                "or `unscored` (could not be judged; the reason says why).",
            ),
            Column(
                "points_earned",
                _POINTS,
                "Points earned; of a bonus or penalty: points added to the total, or taken off.",
            ),
            Column(
                "points_possible",
                _POINTS,
                "Points possible; 0 where nothing was judged, and for a bonus or penalty.",
            ),
            Column("critical", "VARCHAR", "`section` or `card`: what fails if it is not met."),
            Column("reason", "VARCHAR", "Why this verdict, in words."),
            Column("confidence", "DOUBLE", "0 to 1: how sure the verdict is."),
            Column("needs_review", "BOOLEAN", "Whether a person should check the verdict."),
        ),
        indexed=False,
    ),
    Table(
        "evidence",
        "The seconds of audio that prove a verdict, with the words spoken in them.",
        ("call_id", "scorecard", "version", "criterion_id", "position"),
        (
            *_CARD,
            Column("criterion_id", "VARCHAR", "Id of the criterion."),
            Column("position", "INTEGER", "Place among the evidence of the criterion, from 0."),
            Column("kind", "VARCHAR", "`supports`, `violates`, or `searched`: not found in here."),
            Column("quote", "VARCHAR", "Exact words; null for a measured fact."),
            Column("utterance_id", "VARCHAR", "Utterance that the quote is a piece of."),
            Column("role", "VARCHAR", "Who said it."),
            START,
            END,
            Column("context", "VARCHAR", "The whole utterance that the quote is taken from."),
        ),
        indexed=False,
    ),
)
