"""Many stored calls read at once, to be judged again: column by column, a batch at a time.

A store answers fast where it is read in the order in which it lies, so a batch is calls that lie
together, and each table is read only between the first and the last of their rows. What was
checked when it was written is not checked again; a word becomes a record when somebody asks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from qa_pipeline.records import (
    CallMetadata,
    Conversation,
    Measures,
    ModelAnswer,
    SpokenWords,
    Trust,
    TrustLevel,
    Utterance,
    Word,
)
from qa_pipeline.records.base import Record, bare
from qa_pipeline.records.measures import (
    Interruption,
    Measure,
    Silence,
    UtteranceTone,
    UtteranceVoice,
)
from qa_pipeline.records.transcript import Turn
from qa_pipeline.store.columns import Columns, read_columns, rows_of
from qa_pipeline.store.stored_results import JudgedBy, ResultRows, plan_results

if TYPE_CHECKING:
    import duckdb

R = TypeVar("R", bound=Record)
Ranges = dict[str, tuple[int, int]]

_WORD: Final = "text, start_s, end_s, probability, channel, position"
_UTTERANCE: Final = "call_id, utterance_id, role, speaker, language, text, start_s, end_s"
_ROWS: Final[dict[str, tuple[type[Record], str]]] = {
    "turns": (Turn, "speaker, start_s, end_s"),
    "measures": (Measure, "name, role, value"),
    "silences": (Silence, "kind, start_s, end_s"),
    "interruptions": (Interruption, 'by_role AS "by", start_s, end_s'),
    "tones": (UtteranceTone, "utterance_id, label, probability, tension"),
    "voices": (UtteranceVoice, "utterance_id, voiced_s, loudness_dbfs, pitch_st"),
}
_TABLE_OF: Final = {
    "values": "measures",
    **{name: name for name in ("turns", "silences", "interruptions", "tones", "voices")},
}
_TABLES: Final = ("utterances", "words", "speaker_roles", *_ROWS)
_SAME: Final = (
    *("agent_id", "agent_name", "team", "site", "queue", "direction"),
    *("answer_delay_s", "disposition", "hung_up_by", "agent_channel"),
)
_FACTS: Final = """
    SELECT call_id, duration_s, language, trust, trust_reasons, role_confidence, agent_id,
        agent_name, team, site, queue, direction, started_at, utc_offset_s, answer_delay_s,
        disposition, hung_up_by, agent_channel, expected_language, metadata_call_id, processed_at
    FROM calls WHERE call_id IN (SELECT unnest(?))"""


@dataclass(frozen=True)
class StoredCall:
    """What a scorecard is asked about: a stored call without its scores."""

    conversation: Conversation
    measures: Measures
    metadata: CallMetadata
    processed_at: datetime
    answers: tuple[ModelAnswer, ...] = ()
    """What a language model answered when the call was processed."""

    def read(self) -> "StoredCall":
        """Return the call with all that is read when asked for, to be kept beyond the reader."""
        for record in (self.conversation, self.measures):
            for name in type(record).model_fields:
                getattr(record, name)
        return self


@dataclass(frozen=True)
class CallHead:
    """What is known of a stored call without what was said in it."""

    call_id: str
    language: str
    trust: TrustLevel
    metadata: CallMetadata
    processed_at: datetime
    """When the call was processed: which conversation a verdict on it speaks of."""


@dataclass(frozen=True)
class CallBatch:
    """Calls that lie together, and between which rows of each table."""

    call_ids: tuple[str, ...]
    ranges: Ranges
    results: dict[JudgedBy, ResultRows] = field(default_factory=dict)
    """Where verdicts of before lie, by what they were judged by."""


@dataclass(frozen=True)
class WordColumns:
    """The words of a batch, one entry a word, in the order of calls, utterances and words."""

    spoken: SpokenWords
    channels: list[int]

    def part(self, first: int, last: int) -> SpokenWords:
        """Return the words from ``first`` up to but not including ``last``, without records."""
        texts, starts_s, ends_s, probabilities = self.spoken
        return SpokenWords(
            texts[first:last], starts_s[first:last], ends_s[first:last], probabilities[first:last]
        )

    def words(self, first: int, last: int) -> tuple[Word, ...]:
        """Return the words from ``first`` up to but not including ``last`` as records."""
        rows = zip(*self.part(first, last), self.channels[first:last], strict=True)
        return tuple(
            bare(Word, text=text, start_s=start_s, end_s=end_s, probability=p, channel=channel)
            for text, start_s, end_s, p, channel in rows
        )


class _Parts:
    """The tables of a batch that most checks never ask for, read when one does."""

    def __init__(self, read: Callable[[str], dict[str, tuple[Any, ...]]]) -> None:
        self._read = read
        self._known: dict[str, dict[str, tuple[Any, ...]]] = {}

    def of(self, table: str, call_id: str) -> tuple[Any, ...]:
        """Return a call's records of a table."""
        if table not in self._known:
            self._known[table] = self._read(table)
        return self._known[table].get(call_id, ())


class _InParts(Record):
    """A record some of whose fields are tables: made when they are asked for first."""

    def __getattr__(self, name: str) -> Any:
        table = _TABLE_OF.get(name)
        if table is None or "parts" not in self.__dict__:
            return super().__getattr__(name)  # type: ignore[misc]
        self.__dict__[name] = records = self.__dict__["parts"].of(table, self.__dict__["call_id"])
        return records


class StoredConversation(_InParts, Conversation):
    """A conversation whose turns are read when they are asked for."""


class StoredMeasures(_InParts, Measures):
    """Measures that are read when they are asked for."""


class StoredUtterance(Utterance):
    """An utterance whose words stay in columns until somebody asks for them."""

    def spoken(self) -> SpokenWords:
        """As of every utterance, from the columns."""
        columns, first, last = self.__dict__["columns"]
        found: SpokenWords = columns.part(first, last)
        return found

    def __getattr__(self, name: str) -> Any:
        """Make ``words`` when it is asked for first."""
        if name == "words" and "columns" in self.__dict__:
            columns, first, last = self.__dict__["columns"]
            self.__dict__["words"] = words = columns.words(first, last)
            return words
        return super().__getattr__(name)  # type: ignore[misc]


def plan(
    connection: "duckdb.DuckDBPyConnection",
    size: int,
    only: Sequence[str] | None = None,
    judged: Sequence[JudgedBy] = (),
) -> list[CallBatch]:
    """Cut the stored calls into batches of ``size``, in the order in which they lie.

    ``only``: ids of the calls to read; default all. ``judged``: of what verdicts will be read.
    """
    narrowed = "" if only is None else "WHERE c.call_id IN (SELECT unnest(?))"
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE to_read AS
        SELECT call_id, (row_number() OVER (ORDER BY place, call_id) - 1) // {int(size)} AS batch
        FROM (SELECT c.call_id, min(u.rowid) AS place
            FROM calls c LEFT JOIN utterances u USING (call_id) {narrowed} GROUP BY c.call_id)""",
        [] if only is None else [list(only)],
    )
    ids = connection.execute(
        "SELECT batch, list(call_id ORDER BY call_id) FROM to_read GROUP BY batch ORDER BY batch"
    ).fetchall()
    ranges: dict[int, Ranges] = {int(batch): {} for batch, _ in ids}
    for table in _TABLES:
        rows = connection.execute(
            f"SELECT batch, min(t.rowid), max(t.rowid) FROM {table} t JOIN to_read USING (call_id) "
            "GROUP BY batch"
        ).fetchall()
        for batch, first, last in rows:
            ranges[int(batch)][table] = (int(first), int(last))
    results = plan_results(connection, judged)
    return [
        CallBatch(tuple(calls), ranges[int(batch)], results.get(int(batch), {}))
        for batch, calls in ids
    ]


def read_heads(connection: "duckdb.DuckDBPyConnection", batch: CallBatch) -> list[CallHead]:
    """Read what is known of the calls of a batch without what was said, by id."""
    heads = {
        row["call_id"]: CallHead(
            row["call_id"], row["language"], row["trust"], metadata_of(row), row["processed_at"]
        )
        for row in _facts(connection, batch)
    }
    return [heads[name] for name in batch.call_ids if name in heads]


def read_part(
    connection: "duckdb.DuckDBPyConnection", batch: CallBatch, table: str
) -> dict[str, tuple[Any, ...]]:
    """Return the records of each call in one of the tables that are read when asked for."""
    kind, columns = _ROWS[table]
    rows = _read(connection, table, batch, f"call_id, {columns}", "call_id, position")
    return _by_call(kind, rows)


def read_batch(
    connection: "duckdb.DuckDBPyConnection",
    batch: CallBatch,
    later: Callable[[str], dict[str, tuple[Any, ...]]],
) -> list[StoredCall]:
    """Read the calls of a batch, by id.

    ``later``: reads one of the tables that are read when asked for, see `read_part`.
    """
    calls = {row["call_id"]: row for row in _facts(connection, batch)}
    utterances = _utterances(connection, batch)
    answers = _answers(connection, batch)
    roles: dict[str, dict[str, Any]] = {}
    order = "call_id, position"
    for row in rows_of(_read(connection, "speaker_roles", batch, "call_id, speaker, role", order)):
        roles.setdefault(row["call_id"], {})[row["speaker"]] = row["role"]
    parts = _Parts(later)
    return [
        StoredCall(
            _conversation(row, utterances, parts, roles.get(name, {})),
            bare(StoredMeasures, call_id=name, parts=parts),
            metadata_of(row),
            row["processed_at"],
            answers.get(name, ()),
        )
        for name in batch.call_ids
        if name in calls
        for row in [calls[name]]
    ]


def _answers(
    connection: "duckdb.DuckDBPyConnection", batch: CallBatch
) -> dict[str, tuple[ModelAnswer, ...]]:
    """Return what a language model answered about each call; of most, nothing was asked."""
    cursor = connection.execute(
        "SELECT * EXCLUDE (position) FROM model_answers WHERE call_id IN (SELECT unnest(?)) "
        "ORDER BY call_id, position",
        [list(batch.call_ids)],
    )
    names = [column[0] for column in cursor.description or ()]
    found: dict[str, list[ModelAnswer]] = {}
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        found.setdefault(row.pop("call_id"), []).append(ModelAnswer.model_validate(row))
    return {name: tuple(answers) for name, answers in found.items()}


def _facts(connection: "duckdb.DuckDBPyConnection", batch: CallBatch) -> Iterator[dict[str, Any]]:
    cursor = connection.execute(_FACTS, [list(batch.call_ids)])
    names = [column[0] for column in cursor.description or ()]
    return (dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def _read(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    batch: CallBatch,
    columns: str,
    order: str,
    where: str = "TRUE",
) -> Columns:
    """Read a batch's rows of one table as columns."""
    if table not in batch.ranges:
        return {}
    asked = f"call_id IN (SELECT unnest(?)) AND {where}"
    rows = batch.ranges[table]
    return read_columns(connection, table, rows, columns, order, asked, [list(batch.call_ids)])


def _by_call(kind: type[R], columns: Columns) -> dict[str, tuple[R, ...]]:
    """Return the records of each call."""
    found: dict[str, list[R]] = {}
    for row in rows_of(columns):
        found.setdefault(row.pop("call_id"), []).append(bare(kind, **row))
    return {name: tuple(records) for name, records in found.items()}


def _words(
    connection: "duckdb.DuckDBPyConnection", batch: CallBatch
) -> tuple[WordColumns, dict[tuple[str, str], tuple[int, int]]]:
    """Return the words of a batch, and from where to where those of each utterance are."""
    order = "place"
    columns = _read(connection, "words", batch, _WORD, order)
    if not columns:
        return WordColumns(SpokenWords([], [], [], []), []), {}
    places = columns["position"]
    if not np.all((places[1:] == 0) | (places[1:] == places[:-1] + 1)) or places[0] != 0:
        order = "call_id, utterance_id, position"
        columns = _read(connection, "words", batch, _WORD, order)
        places = columns["position"]
    heads = _read(connection, "words", batch, "call_id, utterance_id", order, "position = 0")
    starts = np.flatnonzero(places == 0).tolist()
    keys = zip(heads["call_id"].tolist(), heads["utterance_id"].tolist(), strict=True)
    spans = dict(zip(keys, zip(starts, [*starts[1:], len(places)], strict=True), strict=True))
    return (
        WordColumns(
            SpokenWords(
                columns["text"].tolist(),
                columns["start_s"].tolist(),
                columns["end_s"].tolist(),
                columns["probability"].tolist(),
            ),
            columns["channel"].tolist(),
        ),
        spans,
    )


def _utterances(
    connection: "duckdb.DuckDBPyConnection", batch: CallBatch
) -> dict[str, list[Utterance]]:
    """Return the utterances of each call in time order."""
    columns, spans = _words(connection, batch)
    found: dict[str, list[Utterance]] = {}
    for row in rows_of(_read(connection, "utterances", batch, _UTTERANCE, "call_id, position")):
        call_id = row.pop("call_id")
        row["columns"] = columns, *spans.get((call_id, row["utterance_id"]), (0, 0))
        found.setdefault(call_id, []).append(bare(StoredUtterance, **row))
    return found


def _conversation(
    row: dict[str, Any],
    utterances: dict[str, list[Utterance]],
    parts: _Parts,
    roles: dict[str, Any],
) -> Conversation:
    name = row["call_id"]
    return bare(
        StoredConversation,
        call_id=name,
        language=row["language"],
        duration_s=row["duration_s"],
        utterances=tuple(utterances.get(name, ())),
        parts=parts,
        speaker_roles=roles,
        role_confidence=row["role_confidence"],
        trust=bare(Trust, level=row["trust"], reasons=tuple(row["trust_reasons"])),
    )


def metadata_of(row: dict[str, Any]) -> CallMetadata:
    """Return what was known of a call from its row in ``calls``."""
    known = {name: row[name] for name in _SAME if row[name] is not None}
    started_at: datetime | None = row["started_at"]
    if started_at is not None:
        offset = timezone(timedelta(seconds=row["utc_offset_s"] or 0))
        known["started_at"] = started_at.astimezone(offset)
    for name, column in (("call_id", "metadata_call_id"), ("language", "expected_language")):
        if row[column] is not None:
            known[name] = row[column]
    return CallMetadata.model_validate(known)
