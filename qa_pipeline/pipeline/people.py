"""Is it two people whose voices a diarizer told apart, or one person cut in two?

A diarizer that is told to find two people finds them in anything, in a voice mail and where the
other side was not recorded as well.
"""

from dataclasses import replace

from qa_pipeline.conversation import IVR_SPEAKER, ChannelWords, SpeakerHint, VoicesCompared
from qa_pipeline.pipeline.opening import OpenedCall
from qa_pipeline.pipeline.speaking import Spoken
from qa_pipeline.records import Region, Row, Turn
from qa_pipeline.speakers import VoiceReader, further_voice, joined_turns, voices_apart, without


def with_voices_compared(
    spoken: Spoken, samples: Row, reader: VoiceReader, one_below: float
) -> Spoken:
    """Take two speakers for one person where their voices are not even ``one_below`` apart.

    Where they are two, it is noted whether somebody else may be heard among the turns of one.

    Args:
        spoken: A call on one channel, whose speakers voices alone tell apart.
        samples: The channel at 16 kHz.
        reader: Turns speech into voices.
        one_below: Silhouette of the turns of two speakers below which they are one.
    """
    people = sorted({turn.speaker for turn in spoken.turns} - {IVR_SPEAKER})
    if len(people) != 2:
        return spoken
    first, second = (_spans(spoken.turns, speaker) for speaker in people)
    alone = without(first, second), without(second, first)
    apart = voices_apart(samples, *alone, reader)
    if apart is None or apart >= one_below:
        further = further_voice(samples, alone, reader)
        return replace(spoken, voices=VoicesCompared(apart, further))
    return _with_one(spoken, people[1], people[0])


def role_of_only_channel(call: OpenedCall, spoken: Spoken) -> SpeakerHint:
    """Return the role of the only person of a call of which one channel is silent.

    Empty where the telephone system guarantees no channel to the agent, and where several people
    share the channel: it is none of either side then.
    """
    people = {turn.speaker for turn in spoken.turns} - {IVR_SPEAKER}
    known = call.recording.metadata.agent_channel is not None
    if call.recording.layout != "one_silent" or not known or len(people) != 1:
        return {}
    return {people.pop(): "agent" if call.agent_row is not None else "customer"}


def _spans(turns: tuple[Turn, ...], speaker: str) -> list[Region]:
    return [Region(t.start_s, t.end_s) for t in turns if t.speaker == speaker]


def _with_one(spoken: Spoken, old: str, new: str) -> Spoken:
    """Give everything of one speaker to another."""
    channels = tuple(
        ChannelWords(c.transcript, tuple(new if who == old else who for who in c.speakers))
        for c in spoken.channels
    )
    turns = [t.model_copy(update={"speaker": new}) if t.speaker == old else t for t in spoken.turns]
    return Spoken(channels, joined_turns(turns))
