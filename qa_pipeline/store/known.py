"""What is known of calls by now: the recording and the metadata that the store holds them with.

A later run goes by it where its own metadata say nothing, and does not take a call for done that
the store holds with other metadata, or as other settings made it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from qa_pipeline.records import CallMetadata
from qa_pipeline.records.recording import id_of_sound
from qa_pipeline.store.bundles import made_with
from qa_pipeline.store.stored_calls import metadata_of

if TYPE_CHECKING:
    import duckdb

_ROWS_AT_ONCE: Final = 1000


class KnownCall(NamedTuple):
    """A call as the store holds it. Of every call there is one in memory: no more than needed."""

    digest: str
    path: str
    """Where its recording or transcript lay."""
    metadata: str
    """``CallMetadata`` as JSON."""
    made_with: str | None
    """What made the stored result, as noted with its bundle; ``None``: it was not noted then."""

    def read_metadata(self) -> CallMetadata:
        """Return the metadata."""
        return CallMetadata.model_validate_json(self.metadata)


KnownCalls = Mapping[str, KnownCall]
"""By the id that a call goes by, and by that of its sound."""


def move_calls(connection: "duckdb.DuckDBPyConnection", moved: Mapping[str, str]) -> None:
    """Note where calls lie now: paths by call id."""
    for call_id, path in moved.items():
        connection.execute("UPDATE calls SET path = ? WHERE call_id = ?", [path, call_id])


def known_calls(connection: "duckdb.DuckDBPyConnection") -> dict[str, KnownCall]:
    """Return all calls of the store.

    Of several that are one recording, the one processed first goes by the id of the sound.
    """
    cursor = connection.execute(
        """SELECT call_id, digest, path, agent_id, agent_name, team, site, queue, direction,
            started_at, utc_offset_s, answer_delay_s, disposition, hung_up_by, agent_channel,
            expected_language, metadata_call_id, (SELECT max(key) FROM bundles b
                WHERE b.call_id = c.call_id AND b.processed_at = c.processed_at) AS key
        FROM calls c ORDER BY processed_at, call_id"""
    )
    names = [column[0] for column in cursor.description or ()]
    found: dict[str, KnownCall] = {}
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        for values in rows:
            row = dict(zip(names, values, strict=True))
            of_sound = id_of_sound(row["digest"])
            if row["call_id"] != of_sound:
                row["metadata_call_id"] = row["call_id"]
            metadata = metadata_of(row).model_dump_json(exclude_none=True)
            known = KnownCall(row["digest"], row["path"], metadata, made_with(row["key"]))
            found[row["call_id"]] = known
            found.setdefault(of_sound, known)
    return found
