"""Words of a call get their speakers: people by channel or by voice, and announcements apart.

A call that is transferred is heard in two parts, each with its own agent; the second one's name
ends in ``.2``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from qa_pipeline.audio import VoiceActivityOptions
from qa_pipeline.conversation import (
    IVR_SPEAKER,
    LATER_AGENT,
    ChannelWords,
    RoleEvidence,
    SpokenWord,
    Transfer,
    find_announcements,
    find_roles,
    find_transfer,
)
from qa_pipeline.records import (
    SAMPLE_RATE_HZ,
    Region,
    Role,
    Samples,
    Transcript,
    Turn,
    Word,
)
from qa_pipeline.speakers import (
    Diarizer,
    assign_words,
    channel_turns,
    is_inside,
    relabelled,
    widened,
    without,
)

_SHORTEST_PART_S = 5.0
"""Less speech than this after a transfer is too little to hear a second agent in."""
Regions = tuple[tuple[Region, ...], ...]


@dataclass(frozen=True)
class Spoken:
    """Who said what and who spoke when."""

    channels: tuple[ChannelWords, ...]
    turns: tuple[Turn, ...]


def by_channel(
    transcripts: Sequence[Transcript],
    regions: Regions,
    hints: dict[str, Role],
    evidence: RoleEvidence,
) -> Spoken:
    """Give every word to the speaker of its channel, an announcement to nobody of them."""
    turns = channel_turns(regions, padding_s=VoiceActivityOptions().pad_s)
    channels: list[ChannelWords] = []
    for transcript in transcripts:
        name = f"channel-{transcript.channel}"
        recorded = find_announcements(
            transcript.words, transcript.language, _others(transcripts, transcript)
        )
        speakers = tuple(
            IVR_SPEAKER if is_inside(word, recorded) else name for word in transcript.words
        )
        turns = relabelled(turns, recorded, {name: IVR_SPEAKER})
        channels.append(ChannelWords(transcript, speakers))
    return _with_second_agent(Spoken(tuple(channels), turns), hints, evidence)


def _others(transcripts: Sequence[Transcript], own: Transcript) -> list[Word]:
    return [word for t in transcripts if t.channel != own.channel for word in t.words]


def _with_second_agent(spoken: Spoken, hints: dict[str, Role], evidence: RoleEvidence) -> Spoken:
    """Tell the second agent on the agent's channel from the first where the call was passed on."""
    roles = find_roles(_words(spoken.channels), hints, evidence).roles
    transcripts = [channel.transcript for channel in spoken.channels]
    for index, channel in enumerate(spoken.channels):
        transcript = channel.transcript
        name = f"channel-{transcript.channel}"
        if roles.get(name) != "agent":
            continue
        transfer = find_transfer(
            _people(channel),
            transcript.language,
            evidence.brands,
            _others(transcripts, transcript),
        )
        if transfer is None:
            return spoken
        second = Region(transfer.taken_s - 0.3, float("inf"))
        speakers = tuple(
            name + LATER_AGENT if speaker == name and is_inside(word, (second,)) else speaker
            for word, speaker in zip(transcript.words, channel.speakers, strict=True)
        )
        channels = list(spoken.channels)
        channels[index] = ChannelWords(transcript, speakers)
        turns = relabelled(spoken.turns, (second,), {name: name + LATER_AGENT})
        return Spoken(tuple(channels), turns)
    return spoken


def by_voice(
    samples: Samples,
    regions: Sequence[Region],
    transcript: Transcript,
    diarizer: Diarizer,
    evidence: RoleEvidence,
) -> Spoken:
    """Tell the voices of one channel apart; announcements, music and tones are none of them.

    ``samples``: mono float32 at 16 kHz, shape ``(samples,)``.
    """
    recorded = find_announcements(transcript.words, transcript.language)
    within = without(widened(regions), recorded)
    people = [word for word in transcript.words if not is_inside(word, recorded)]
    transfer = find_transfer(people, transcript.language, evidence.brands)
    turns: tuple[Turn, ...] | None = None
    if transfer is not None:
        turns = _in_two_parts(samples, within, transfer, people, transcript, diarizer, evidence)
    if turns is None:
        turns = diarizer.diarize(samples, within) if within else ()
    turns += tuple(
        Turn(speaker=IVR_SPEAKER, start_s=region.start_s, end_s=region.end_s) for region in recorded
    )
    assigned = iter(assign_words(people, [t for t in turns if t.speaker != IVR_SPEAKER]))
    speakers = tuple(
        IVR_SPEAKER if is_inside(word, recorded) else next(assigned) for word in transcript.words
    )
    in_order = tuple(sorted(turns, key=lambda t: (t.start_s, t.end_s, t.speaker)))
    return Spoken((ChannelWords(transcript, speakers),), in_order)


def _in_two_parts(
    samples: Samples,
    within: Sequence[Region],
    transfer: Transfer,
    people: Sequence[Word],
    transcript: Transcript,
    diarizer: Diarizer,
    evidence: RoleEvidence,
) -> tuple[Turn, ...] | None:
    """Hear the parts before and after a transfer on their own: two people each.

    Returns ``None`` where the parts do not bear it out: too little is said in one of them, or it
    is not an agent who introduces themselves after the transfer.
    """
    cut_s = (transfer.left_s + transfer.taken_s) / 2
    ranges = (Region(0.0, cut_s), Region(cut_s, len(samples) / SAMPLE_RATE_HZ))
    heard: list[tuple[tuple[Turn, ...], dict[str, Role]]] = []
    for part in ranges:
        inside = [
            Region(
                max(r.start_s, part.start_s) - part.start_s, min(r.end_s, part.end_s) - part.start_s
            )
            for r in within
            if r.start_s < part.end_s and r.end_s > part.start_s
        ]
        if sum(r.end_s - r.start_s for r in inside) < _SHORTEST_PART_S:
            return None
        cut = samples[round(part.start_s * SAMPLE_RATE_HZ) : round(part.end_s * SAMPLE_RATE_HZ)]
        turns = tuple(
            t.model_copy(
                update={"start_s": t.start_s + part.start_s, "end_s": t.end_s + part.start_s}
            )
            for t in diarizer.diarize(cut, inside)
        )
        words = [word for word in people if is_inside(word, (part,))]
        speakers = assign_words(words, turns)
        spoken = [
            SpokenWord(w, s, transcript.language) for w, s in zip(words, speakers, strict=True)
        ]
        heard.append((turns, find_roles(spoken, None, evidence).roles))
        if part is ranges[1] and not _taken_by_agent(transfer, spoken, heard[-1][1]):
            return None
    return _joined_parts(*heard)


def _taken_by_agent(
    transfer: Transfer, words: Sequence[SpokenWord], roles: dict[str, Role]
) -> bool:
    first = [s for s in words if 0.0 <= s.word.start_s - transfer.taken_s < 4.0]
    agents = sum(roles.get(s.speaker) == "agent" for s in first)
    return agents > len(first) / 2


def _joined_parts(
    before: tuple[tuple[Turn, ...], dict[str, Role]],
    after: tuple[tuple[Turn, ...], dict[str, Role]],
) -> tuple[Turn, ...] | None:
    """Name the speakers of the second part after those of the first: one customer, two agents."""
    first = {role: speaker for speaker, role in before[1].items()}
    if "agent" not in first or "customer" not in first:
        return None
    agent, customer = first["agent"], first["customer"]
    names: dict[str, str] = {}
    for speaker in {turn.speaker for turn in after[0]}:
        role = after[1].get(speaker, "unknown")
        names[speaker] = {"agent": agent + LATER_AGENT, "customer": customer}.get(
            role, f"{speaker}-after-transfer"
        )
    renamed = (t.model_copy(update={"speaker": names[t.speaker]}) for t in after[0])
    return (*before[0], *renamed)


def _people(channel: ChannelWords) -> list[Word]:
    return [
        word
        for word, speaker in zip(channel.transcript.words, channel.speakers, strict=True)
        if speaker != IVR_SPEAKER
    ]


def _words(channels: Sequence[ChannelWords]) -> list[SpokenWord]:
    return [
        SpokenWord(word, speaker, channel.transcript.language)
        for channel in channels
        for word, speaker in zip(channel.transcript.words, channel.speakers, strict=True)
    ]
