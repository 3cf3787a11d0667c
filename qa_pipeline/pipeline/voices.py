"""Agents' voices go from call to call: read before roles are found, learnt where those are sure."""

from collections.abc import Mapping, Sequence

from qa_pipeline.conversation import IVR_SPEAKER
from qa_pipeline.pipeline.opening import OpenedCall
from qa_pipeline.pipeline.parts import Parts
from qa_pipeline.records import Conversation, Region, Row, Turn
from qa_pipeline.speakers import Voice, without

_SURE = 0.9
"""Role confidence from which a voice is learnt: a wrong one would spoil later calls."""


def agent_voices(
    call: OpenedCall, rows: Sequence[Row], turns: Sequence[Turn], parts: Parts
) -> tuple[dict[str, Voice], dict[str, float]]:
    """Return the voice of every speaker, and how much more each is the agent's than the others.

    Both are empty where voices are not remembered or the metadata names no agent. ``rows``: the
    channels at 16 kHz.
    """
    agent_id = call.recording.metadata.agent_id
    book = parts.voice_book
    if book is None or agent_id is None:
        return {}, {}
    voices: dict[str, Voice] = {}
    for speaker in sorted({turn.speaker for turn in turns} - {IVR_SPEAKER}):
        by_channel = speaker.startswith("channel-")
        row = rows[int(speaker.removeprefix("channel-").split(".")[0])] if by_channel else rows[0]
        own = [Region(t.start_s, t.end_s) for t in turns if t.speaker == speaker]
        others = [Region(t.start_s, t.end_s) for t in turns if t.speaker != speaker]
        voice = parts.voice_reader.voice(row, own if by_channel else without(own, others))
        if voice is not None:
            voices[speaker] = voice
    return voices, book.likeness(agent_id, voices)


def learn_voice(
    conversation: Conversation, voices: Mapping[str, Voice], agent_id: str | None, parts: Parts
) -> None:
    """Remember the voice of the only agent of a call that is trusted."""
    agents = [s for s, role in conversation.speaker_roles.items() if role == "agent"]
    sure = conversation.trust.level == "ok" and conversation.role_confidence >= _SURE
    if not sure or agent_id is None or len(agents) != 1 or agents[0] not in voices:
        return
    book = parts.voice_book
    if book is not None:
        book.learn(agent_id, conversation.call_id, voices[agents[0]])
