"""The shape of a bundle: how a processed call lies in Parquet, and back. No input or output.

One row a bundle, nested columns. Decimals and dates are text (``"4.50"``,
``"2026-01-31T09:00:00+08:00"``): the only way to give back exactly what was put in, trailing
zeros and time zone included.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from qa_pipeline.records import ProcessedCall, ScoredCall
from qa_pipeline.store.files import printable

if TYPE_CHECKING:
    import pyarrow as pa

BUNDLE_VERSION = 7
"""Raised whenever a column comes, goes, or changes its name, type or meaning."""
OLDEST_BUNDLE_VERSION = 4
"""Bundles from this version on only lack what was added since: it is read as nothing."""

_TOTALS = ("total_pct", "total_without_critical_pct", "total_low_pct", "total_high_pct")


def arrow_schema() -> "pa.Schema":
    """Return the Arrow schema of a bundle: fixed, so that bundles of any calls read as one."""
    import pyarrow as pa

    text, whole = pa.string(), pa.int32()
    return pa.schema(
        [
            *[("bundle_version", whole), ("key", text), ("run_id", text), ("call_id", text)],
            ("recording", _recording_type()),
            ("conversation", _conversation_type()),
            ("measures", _measures_type()),
            ("scored", pa.list_(_scored_type())),
            ("answers", pa.list_(_answer_type())),
            (
                "versions",
                pa.struct(
                    [("qa_pipeline", text), ("profile", text), ("models", pa.map_(text, text))]
                ),
            ),
            ("processed_at", text),
        ]
    )


def _recording_type() -> "pa.DataType":
    import pyarrow as pa

    text, real, whole = pa.string(), pa.float64(), pa.int32()
    metadata = pa.struct(
        [
            ("call_id", text),
            *[(name, text) for name in ("agent_id", "agent_name", "team", "site", "queue")],
            *[(name, text) for name in ("direction", "language", "started_at")],
            ("answer_delay_s", real),
            *[(name, text) for name in ("disposition", "hung_up_by")],
            ("agent_channel", whole),
        ]
    )
    return pa.struct(
        [
            *[(name, text) for name in ("call_id", "path", "digest")],
            ("duration_s", real),
            ("sample_rate_hz", whole),
            ("channels", whole),
            ("codec", text),
            ("layout", text),
            ("metadata", metadata),
        ]
    )


def _conversation_type() -> "pa.DataType":
    import pyarrow as pa

    text, real, whole = pa.string(), pa.float64(), pa.int32()
    span = [("start_s", real), ("end_s", real)]
    word = pa.struct([("text", text), *span, ("probability", real), ("channel", whole)])
    utterance = pa.struct(
        [
            *[(name, text) for name in ("utterance_id", "role", "speaker", "language")],
            ("words", pa.list_(word)),
            ("text", text),
            *span,
        ]
    )
    return pa.struct(
        [
            *[("call_id", text), ("language", text), ("duration_s", real)],
            ("utterances", pa.list_(utterance)),
            ("turns", pa.list_(pa.struct([("speaker", text), *span]))),
            ("speaker_roles", pa.map_(text, text)),
            ("role_confidence", real),
            ("trust", pa.struct([("level", text), ("reasons", pa.list_(text))])),
        ]
    )


def readable(version: int) -> bool:
    """Tell whether files of bundles or scores of that version can be read."""
    return OLDEST_BUNDLE_VERSION <= version <= BUNDLE_VERSION


def _measures_type() -> "pa.StructType":
    import pyarrow as pa

    text, real = pa.string(), pa.float64()
    span = [("start_s", real), ("end_s", real)]
    voice = [(name, real) for name in ("voiced_s", "loudness_dbfs", "pitch_st")]
    return pa.struct(
        [
            ("call_id", text),
            ("values", pa.list_(pa.struct([("name", text), ("role", text), ("value", real)]))),
            ("silences", pa.list_(pa.struct([("kind", text), *span]))),
            ("interruptions", pa.list_(pa.struct([("by", text), *span]))),
            (
                "tones",
                pa.list_(
                    pa.struct(
                        [
                            *[("utterance_id", text), ("label", text)],
                            *[("probability", real), ("tension", real)],
                        ]
                    )
                ),
            ),
            ("voices", pa.list_(pa.struct([("utterance_id", text), *voice]))),
        ]
    )


def _answer_type() -> "pa.StructType":
    import pyarrow as pa

    text = pa.string()
    return pa.struct(
        [
            *[(name, text) for name in ("question_id", "question", "who", "language", "reply")],
            ("quotes", pa.list_(pa.struct([("utterance_id", text), ("quote", text)]))),
            *[(name, text) for name in ("why", "model", "model_version")],
            ("prompt_version", pa.int32()),
            *[(name, text) for name in ("prompt_hash", "problem", "detail")],
        ]
    )


def _scored_type() -> "pa.StructType":
    import pyarrow as pa

    text, real, yes_no = pa.string(), pa.float64(), pa.bool_()
    evidence = pa.struct(
        [
            ("kind", text),
            *[("start_s", real), ("end_s", real)],
            *[(name, text) for name in ("quote", "utterance_id", "role", "context")],
        ]
    )
    criterion = pa.struct(
        [
            *[(name, text) for name in ("criterion_id", "section_id", "name", "verdict")],
            *[(name, text) for name in ("points_earned", "points_possible", "critical", "reason")],
            ("confidence", real),
            ("needs_review", yes_no),
            ("evidence", pa.list_(evidence)),
        ]
    )
    section = pa.struct(
        [
            *[(name, text) for name in ("section_id", "name", "weight")],
            *[(name, text) for name in ("score_pct", "score_without_critical_pct")],
        ]
    )
    return pa.struct(
        [
            *[("call_id", text), ("scorecard", text), ("version", pa.int32())],
            *[(name, text) for name in ("scorecard_hash", "engine", *_TOTALS[:2])],
            ("passed", yes_no),
            *[(name, text) for name in _TOTALS[2:]],
            ("trust", text),
            ("sections", pa.list_(section)),
            ("criteria", pa.list_(criterion)),
        ]
    )


def to_row(processed: ProcessedCall, key: str, run_id: str | None) -> dict[str, Any]:
    """Return the one row of a bundle as Arrow takes it."""
    row = processed.model_dump(mode="python")
    row["scored"] = [_scored_row(scored) for scored in row["scored"]]
    started_at = processed.recording.metadata.started_at
    row["recording"]["metadata"]["started_at"] = started_at and started_at.isoformat()
    row["recording"]["path"] = printable(processed.recording.path)
    row["processed_at"] = processed.processed_at.isoformat()
    row["conversation"]["speaker_roles"] = list(row["conversation"]["speaker_roles"].items())
    row["versions"]["models"] = list(row["versions"]["models"].items())
    row |= {
        "bundle_version": BUNDLE_VERSION,
        "key": key,
        "run_id": run_id,
        "call_id": processed.recording.call_id,
    }
    return row


def scores_schema() -> "pa.Schema":
    """Return the Arrow schema of a file of scores: one row a call, without what was heard."""
    import pyarrow as pa

    return pa.schema(
        [
            *[("bundle_version", pa.int32()), ("key", pa.string()), ("call_id", pa.string())],
            ("processed_at", pa.string()),
            ("scored", pa.list_(_scored_type())),
            ("call_processed_at", pa.string()),
        ]
    )


def to_scores_row(
    scored: ScoredCall, key: str, scored_at: datetime, call_processed_at: datetime | None
) -> dict[str, Any]:
    """Return one row of a file of scores as Arrow takes it.

    ``call_processed_at``: when the call was processed as it was judged.
    """
    return {
        "bundle_version": BUNDLE_VERSION,
        "key": key,
        "call_id": scored.call_id,
        "processed_at": scored_at.isoformat(),
        "scored": [_scored_row(scored.model_dump(mode="python"))],
        "call_processed_at": call_processed_at and call_processed_at.isoformat(),
    }


def _scored_row(scored: dict[str, Any]) -> dict[str, Any]:
    for name in _TOTALS:
        scored[name] = _text(scored[name])
    for section in scored["sections"]:
        for name in ("weight", "score_pct", "score_without_critical_pct"):
            section[name] = _text(section[name])
    for criterion in scored["criteria"]:
        for name in ("points_earned", "points_possible"):
            criterion[name] = _text(criterion[name])
    return scored


def from_row(row: dict[str, Any]) -> ProcessedCall:
    """Return the processed call that a bundle's row holds."""
    content = {name: row[name] for name in ProcessedCall.model_fields}
    content["conversation"]["speaker_roles"] = dict(content["conversation"]["speaker_roles"])
    content["versions"]["models"] = dict(content["versions"]["models"])
    return ProcessedCall.model_validate(content)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
