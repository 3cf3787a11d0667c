"""One call put together again from its rows."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qa_pipeline.records import ProcessedCall
from qa_pipeline.store.rows import plain_decimal

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]


def read_call(connection: "duckdb.DuckDBPyConnection", call_id: str) -> ProcessedCall | None:
    """Return the call with all its scores, by scorecard and version; ``None`` if not there."""
    calls = _rows(connection, "calls", call_id, "call_id")
    if not calls:
        return None
    call = calls[0]
    offset_s = call["utc_offset_s"] or 0
    started_at = call["started_at"]
    content = {
        "recording": {
            **_only(call, "call_id", "path", "digest", "duration_s", "sample_rate_hz"),
            **_only(call, "channels", "codec", "layout"),
            "metadata": {
                **_only(call, "agent_id", "agent_name", "team", "site", "queue", "direction"),
                **_only(call, "answer_delay_s", "disposition", "hung_up_by", "agent_channel"),
                "call_id": call["metadata_call_id"],
                "language": call["expected_language"],
                "started_at": started_at and _in_offset(started_at, offset_s),
            },
        },
        "conversation": _conversation(connection, call),
        "measures": {
            "call_id": call_id,
            "values": _listed(connection, "measures", call_id),
            "silences": _listed(connection, "silences", call_id),
            "interruptions": [
                {"by": row.pop("by_role"), **row}
                for row in _listed(connection, "interruptions", call_id)
            ],
            "tones": _listed(connection, "tones", call_id),
            "voices": _listed(connection, "voices", call_id),
        },
        "scored": _scored(connection, call_id),
        "answers": _listed(connection, "model_answers", call_id),
        "versions": _only(call, "qa_pipeline", "profile", "models"),
        "processed_at": call["processed_at"],
    }
    return ProcessedCall.model_validate(content)


def _conversation(connection: "duckdb.DuckDBPyConnection", call: Row) -> Row:
    call_id = call["call_id"]
    words: dict[str, list[Row]] = {}
    for word in _rows(connection, "words", call_id, "utterance_id, position"):
        words.setdefault(word["utterance_id"], []).append(
            _only(word, "text", "start_s", "end_s", "probability", "channel")
        )
    utterances = _listed(connection, "utterances", call_id)
    for utterance in utterances:
        utterance["words"] = words.get(utterance["utterance_id"], [])
    return {
        **_only(call, "call_id", "language", "duration_s", "role_confidence"),
        "utterances": utterances,
        "turns": _listed(connection, "turns", call_id),
        "speaker_roles": {
            row["speaker"]: row["role"]
            for row in _rows(connection, "speaker_roles", call_id, "position")
        },
        "trust": {"level": call["trust"], "reasons": call["trust_reasons"]},
    }


def _scored(connection: "duckdb.DuckDBPyConnection", call_id: str) -> list[Row]:
    def by_card(table: str) -> dict[tuple[str, int], list[Row]]:
        found: dict[tuple[str, int], list[Row]] = {}
        for row in _rows(connection, table, call_id, "position"):
            del row["call_id"], row["position"]
            found.setdefault((row.pop("scorecard"), row.pop("version")), []).append(row)
        return found

    sections, criteria = by_card("section_scores"), by_card("criterion_results")
    evidence = by_card("evidence")
    scored = []
    for row in _rows(connection, "scores", call_id, "scorecard, version"):
        card = (row["scorecard"], row["version"])
        pieces: dict[str, list[Row]] = {}
        for piece in evidence.get(card, []):
            pieces.setdefault(piece.pop("criterion_id"), []).append(piece)
        for criterion in criteria.get(card, []):
            criterion["evidence"] = pieces.get(criterion["criterion_id"], [])
        del row["scored_at"], row["call_processed_at"]
        row |= {"sections": sections.get(card, []), "criteria": criteria.get(card, [])}
        scored.append(row)
    return scored


def _listed(connection: "duckdb.DuckDBPyConnection", table: str, call_id: str) -> list[Row]:
    """Return the call's rows of a table in order, without the call id and the position."""
    rows = _rows(connection, table, call_id, "position")
    for row in rows:
        del row["call_id"], row["position"]
    return rows


def _rows(
    connection: "duckdb.DuckDBPyConnection", table: str, call_id: str, order: str
) -> list[Row]:
    cursor = connection.execute(
        f"SELECT * FROM {table} WHERE call_id = ? ORDER BY {order}", [call_id]
    )
    names = [column[0] for column in cursor.description or ()]
    return [
        {name: _plain(value) for name, value in zip(names, row, strict=True)}
        for row in cursor.fetchall()
    ]


def _plain(value: Any) -> Any:
    return plain_decimal(value) if isinstance(value, Decimal) else value


def _only(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names}


def _in_offset(moment: datetime, offset_s: int) -> datetime:
    return moment.astimezone(timezone(timedelta(seconds=offset_s)))
