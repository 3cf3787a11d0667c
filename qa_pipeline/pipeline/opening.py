"""A file becomes an opened call: decoded sound, metadata, id, and the key of its result."""

import hashlib
from dataclasses import dataclass, field
from typing import Protocol

from qa_pipeline.audio import CallSource, Decoded, decode
from qa_pipeline.errors import CallError
from qa_pipeline.records import CallMetadata, Recording, Sound
from qa_pipeline.records.recording import id_of_sound
from qa_pipeline.transcripts import FinishedTranscript, read_transcript


@dataclass(frozen=True)
class OpenedCall:
    """A call that could be read: what is known about it and what there is to hear."""

    recording: Recording
    sound: Sound | None = field(repr=False)
    transcript: FinishedTranscript | None = field(repr=False)
    """A transcript made elsewhere; its words are used instead of recognising them."""
    warnings: tuple[str, ...]
    """What is odd about the recording though it could be decoded."""
    agent_row: int | None
    """Row of ``sound`` that holds the agent, where the telephone system guarantees a channel."""
    taken_as: str
    """By which a run knows that it comes again: the id that its own metadata give it, else that of
    its sound; ``call_id`` may be one that is only known of it from before."""
    key: str
    """Stands for everything the result depends on; the same key is never processed twice."""

    @property
    def call_id(self) -> str:
        """Id of the call."""
        return self.recording.call_id

    @property
    def source_path(self) -> str:
        """The file the call is known by."""
        return self.recording.path


class KeyMaker(Protocol):
    """Knows what a result depends on beside the call itself."""

    def with_known(self, digest: str, metadata: CallMetadata) -> CallMetadata:
        """Return the metadata with the fields that they lack as they were known before."""

    def key_of(self, digest: str, metadata: CallMetadata) -> str:
        """Return the key of the result for a call."""


def open_call(source: CallSource, keys: KeyMaker) -> OpenedCall:
    """Read metadata, decode the sound and read the finished transcript, whatever there is.

    Raises ``CallError`` naming the file when any of them cannot be read.
    """
    metadata = source.read_metadata()
    try:
        decoded = decode(source.audio) if source.audio else None
        finished = read_transcript(source.transcript) if source.transcript else None
    except CallError:
        source.refuse_unfinished()
        raise
    digest = _digest(source, decoded)
    source.refuse_unfinished()
    taken_as = metadata.call_id or id_of_sound(digest)
    metadata = keys.with_known(digest, metadata)
    recording = Recording(
        call_id=metadata.call_id or id_of_sound(digest),
        path=str(source.path),
        digest=digest,
        duration_s=decoded.duration_s if decoded else finished.duration_s if finished else 0.0,
        sample_rate_hz=decoded.sample_rate_hz if decoded else None,
        channels=decoded.channels if decoded else 0,
        codec=decoded.codec if decoded else source.path.suffix.lstrip(".").lower(),
        layout=decoded.layout if decoded else None,
        metadata=metadata,
    )
    return OpenedCall(
        recording=recording,
        sound=decoded.sound if decoded else None,
        transcript=finished,
        warnings=decoded.warnings if decoded else (),
        agent_row=_agent_row(metadata, decoded),
        taken_as=taken_as,
        key=keys.key_of(digest, metadata),
    )


def _agent_row(metadata: CallMetadata, decoded: Decoded | None) -> int | None:
    """Find the agent's channel of the file among the channels that were kept."""
    channel = metadata.agent_channel
    if decoded is None or channel is None or channel not in decoded.kept_channels:
        return None
    return decoded.kept_channels.index(channel)


def _digest(source: CallSource, decoded: Decoded | None) -> str:
    """Return the digest of the sound, of the transcript's bytes, or of both together."""
    parts = [decoded.digest] if decoded else []
    if source.transcript:
        parts.append(hashlib.sha256(source.transcript.read_bytes()).hexdigest())
    return parts[0] if len(parts) == 1 else hashlib.sha256("".join(parts).encode()).hexdigest()
