"""What is known about a recorded call before anybody listens to it."""

from typing import Final, Literal

from pydantic import AwareDatetime, NonNegativeFloat, PositiveInt

from qa_pipeline.records.base import Record

Direction = Literal["inbound", "outbound"]
ChannelLayout = Literal["mono", "stereo", "dual_mono", "one_silent"]
"""How the channels of a recording carry its speakers.

``mono``: one channel, everybody on it. ``stereo``: a speaker a channel. ``dual_mono``: two
channels with the same sound, treated as one. ``one_silent``: two channels, one of them empty.
"""

SOUND_ID_PREFIX: Final = "call-"
SOUND_ID_DIGITS: Final = 16
"""Of the digest in the id of a call that nothing else gives an id."""


def id_of_sound(digest: str) -> str:
    """Return the id of a call whose metadata gives none: made of its recording's digest."""
    return SOUND_ID_PREFIX + digest[:SOUND_ID_DIGITS]


class CallMetadata(Record):
    """What the telephone system knows about a call. Every field may be missing.

    Where metadata are read, a field that is not set says nothing, and one that is set to ``None``
    says that it is not known, whatever was known before.
    """

    call_id: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    team: str | None = None
    site: str | None = None
    queue: str | None = None
    direction: Direction | None = None
    language: str | None = None
    """Expected language, ISO 639-1 (``en``, ``zh``); ``None``: find out."""
    started_at: AwareDatetime | None = None
    answer_delay_s: NonNegativeFloat | None = None
    """Seconds from the first ring to the answer."""
    disposition: str | None = None
    hung_up_by: Literal["agent", "customer"] | None = None
    agent_channel: int | None = None
    """Zero-based channel of the agent, where the telephone system guarantees it."""


class Recording(Record):
    """A recorded call: the file, its technical facts and its metadata."""

    call_id: str
    path: str
    digest: str
    """SHA-256 of the decoded audio (or of the transcript's bytes where there is no audio)."""
    duration_s: NonNegativeFloat
    sample_rate_hz: PositiveInt | None
    """Sample rate of the file, before resampling; ``None`` for a transcript without audio."""
    channels: int
    codec: str
    layout: ChannelLayout | None
    metadata: CallMetadata
