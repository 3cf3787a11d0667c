"""Words of a call get their speakers: people by channel or by voice, and announcements apart.

A call that is transferred is heard in parts, each with its own agent; the second one's name ends
in ``.2``, the third one's in ``.3``.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_pipeline.audio import VoiceActivityOptions
from qa_pipeline.conversation import (
    IVR_SPEAKER,
    ChannelWords,
    RoleEvidence,
    SpokenWord,
    Transfer,
    VoicesCompared,
    find_announcements,
    find_roles,
    find_transfers,
    later_agent,
)
from qa_pipeline.pipeline.transfers import agent_parts, later_by_voice, moments, parts_between
from qa_pipeline.records import (
    SAMPLE_RATE_HZ,
    Region,
    Role,
    Row,
    Transcript,
    Turn,
    Word,
    part_of,
)
from qa_pipeline.speakers import (
    UNKNOWN_SPEAKER,
    Diarizer,
    VoiceReader,
    assign_words,
    channel_turns,
    has_changed,
    is_inside,
    joined_turns,
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
    voices: VoicesCompared | None = None
    """How far apart two speakers are that only their voices tell apart."""


def by_channel(
    transcripts: Sequence[Transcript],
    regions: Regions,
    hints: dict[str, Role],
    evidence: RoleEvidence,
    rows: Sequence[Row] = (),
    reader: VoiceReader | None = None,
) -> Spoken:
    """Give every word to the speaker of its channel, an announcement to nobody of them.

    Agents who take the call over are told apart by words, and by voice where ``rows``, the
    channels, and a ``reader`` are given.
    """
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
    return _with_later_agents(Spoken(tuple(channels), turns), hints, evidence, rows, reader)


def by_name(transcript: Transcript, speakers: Sequence[str], turns: Sequence[Turn]) -> Spoken:
    """Keep the speakers that a finished transcript names, but for announcements among their words.

    People who write a call down often give the recorded voice to the agent or to nobody.
    """
    named = list(zip(transcript.words, speakers, strict=True))
    given, relabelled_turns = tuple(speakers), tuple(turns)
    for name in sorted({speaker for speaker in speakers if speaker != IVR_SPEAKER}):
        recorded = find_announcements(
            [word for word, speaker in named if speaker == name],
            transcript.language,
            [word for word, speaker in named if speaker != name],
            by_sentence=True,
            named=name != UNKNOWN_SPEAKER,
        )
        given = tuple(
            IVR_SPEAKER if before == name and is_inside(word, recorded) else speaker
            for (word, before), speaker in zip(named, given, strict=True)
        )
        relabelled_turns = relabelled(relabelled_turns, recorded, {name: IVR_SPEAKER})
    return Spoken((ChannelWords(transcript, given),), relabelled_turns)


def _others(transcripts: Sequence[Transcript], own: Transcript) -> list[Word]:
    return [word for t in transcripts if t.channel != own.channel for word in t.words]


def _with_later_agents(
    spoken: Spoken,
    hints: dict[str, Role],
    evidence: RoleEvidence,
    rows: Sequence[Row],
    reader: VoiceReader | None,
) -> Spoken:
    """Tell agents on the agents' channel from the first one where the call was passed on."""
    roles = find_roles(_words(spoken.channels), hints, evidence).roles
    transcripts = [channel.transcript for channel in spoken.channels]
    for index, channel in enumerate(spoken.channels):
        transcript = channel.transcript
        name = f"channel-{transcript.channel}"
        if roles.get(name) != "agent":
            continue
        found = moments(
            _people(channel), transcript.language, evidence.brands, _others(transcripts, transcript)
        )
        samples = rows[index] if index < len(rows) else None
        parts = agent_parts(name, spoken.turns, found, samples, reader)[1:]
        speakers, turns = channel.speakers, spoken.turns
        for part in parts:
            speakers = tuple(
                part.speaker if speaker == name and is_inside(word, (part.span,)) else speaker
                for word, speaker in zip(transcript.words, speakers, strict=True)
            )
            turns = relabelled(turns, (part.span,), {name: part.speaker})
        channels = list(spoken.channels)
        channels[index] = ChannelWords(transcript, speakers)
        return Spoken(tuple(channels), turns)
    return spoken


def by_voice(
    samples: Row,
    regions: Sequence[Region],
    transcript: Transcript,
    diarizer: Diarizer,
    evidence: RoleEvidence,
    reader: VoiceReader | None = None,
) -> Spoken:
    """Tell the voices of one channel apart; announcements, music and tones are none of them.

    ``samples``: the channel at 16 kHz. With a ``reader``, who takes a call over must have another
    voice than the agent before.
    """
    recorded = find_announcements(transcript.words, transcript.language)
    within = without(widened(regions), recorded)
    people = [word for word in transcript.words if not is_inside(word, recorded)]
    call = _Mono(samples, within, people, transcript.language, diarizer, evidence, reader)
    turns = joined_turns(_turns_by_voice(call))
    turns += tuple(
        Turn(speaker=IVR_SPEAKER, start_s=region.start_s, end_s=region.end_s) for region in recorded
    )
    assigned = iter(assign_words(people, [t for t in turns if t.speaker != IVR_SPEAKER]))
    speakers = tuple(
        IVR_SPEAKER if is_inside(word, recorded) else next(assigned) for word in transcript.words
    )
    in_order = tuple(sorted(turns, key=lambda t: (t.start_s, t.end_s, t.speaker)))
    return Spoken((ChannelWords(transcript, speakers),), in_order)


@dataclass(frozen=True)
class _Mono:
    """One channel with several people."""

    samples: Row
    within: tuple[Region, ...]
    """Where somebody may speak."""
    people: Sequence[Word]
    """Words that are no announcement."""
    language: str
    diarizer: Diarizer
    evidence: RoleEvidence
    reader: VoiceReader | None

    def roles(self, words: Sequence[Word], turns: Sequence[Turn]) -> dict[str, Role]:
        """Return the roles of the speakers of some turns."""
        speakers = assign_words(words, turns)
        spoken = [SpokenWord(w, s, self.language) for w, s in zip(words, speakers, strict=True)]
        return find_roles(spoken, None, self.evidence).roles

    def hear(self, part: Region) -> "_Part | None":
        """Hear one part of the call on its own; ``None`` where too little is said in it.

        In a part of few words a click or the first note of hold music would be taken for the second
        person, so only what holds words is listened to.
        """
        words = [word for word in self.people if is_inside(word, (part,))]
        middles_s = sorted((word.start_s + word.end_s) / 2 for word in words)
        inside = [
            Region(
                max(r.start_s, part.start_s) - part.start_s, min(r.end_s, part.end_s) - part.start_s
            )
            for r in self.within
            if r.start_s < part.end_s
            and r.end_s > part.start_s
            and bisect_left(middles_s, r.start_s) < bisect_right(middles_s, r.end_s)
        ]
        if sum(r.end_s - r.start_s for r in inside) < _SHORTEST_PART_S:
            return None
        first, last = (round(at_s * SAMPLE_RATE_HZ) for at_s in (part.start_s, part.end_s))
        turns = tuple(
            t.model_copy(
                update={"start_s": t.start_s + part.start_s, "end_s": t.end_s + part.start_s}
            )
            for t in self.diarizer.diarize(part_of(self.samples, first, last), inside)
        )
        return _Part(turns, self.roles(words, turns), words)


@dataclass(frozen=True)
class _Part:
    turns: tuple[Turn, ...]
    roles: dict[str, Role]
    words: list[Word]

    def speaker(self, role: Role) -> str | None:
        return next((speaker for speaker, known in self.roles.items() if known == role), None)

    def begins_with_agent(self, taken_s: float) -> bool:
        """Say whether it is the agent who speaks when the call is taken over."""
        first = [w for w in self.words if 0.0 <= w.start_s - taken_s < 4.0]
        speakers = assign_words(first, self.turns)
        agents = sum(self.roles.get(speaker) == "agent" for speaker in speakers)
        return agents > len(first) / 2


def _turns_by_voice(call: _Mono) -> tuple[Turn, ...]:
    """Return the turns of everybody on the channel, agents who take the call over apart."""
    found = find_transfers(call.people, call.language, call.evidence.brands)
    turns = _passed_on(call, found) if found else None
    if turns is not None:
        return turns
    turns = call.diarizer.diarize(call.samples, call.within) if call.within else ()
    if len({turn.speaker for turn in turns}) < 3:
        return turns
    roles = call.roles(call.people, turns)
    names = later_by_voice(turns, roles, call.people, call.evidence, call.language)
    return tuple(t.model_copy(update={"speaker": names.get(t.speaker, t.speaker)}) for t in turns)


def _passed_on(call: _Mono, found: Sequence[Transfer]) -> tuple[Turn, ...] | None:
    """Return the turns of the call heard in the parts between the transfers that are borne out.

    All of them at best: where an agent says little before passing the call on, that part is only
    understood apart from the next one. Else one by one, as long as another one is borne out
    beside those that are. ``None``: none is.
    """
    heard: dict[Region, _Part | None] = {}
    turns = _in_parts(call, found, heard)
    if turns is not None or len(found) == 1:
        return turns
    kept: list[Transfer] = []
    tried = -1
    while tried < len(kept) < len(found):
        tried = len(kept)
        for transfer in found:
            if transfer in kept:
                continue
            together = sorted([*kept, transfer], key=lambda t: t.taken_s)
            with_it = _in_parts(call, together, heard)
            if with_it is not None:
                kept, turns = together, with_it
    return turns


def _in_parts(
    call: _Mono, transfers: Sequence[Transfer], heard: dict[Region, _Part | None]
) -> tuple[Turn, ...] | None:
    """Hear the parts between transfers on their own: two people each.

    ``heard`` keeps parts for the next time. Returns ``None`` where the parts do not bear it out:
    too little is said in one of them, it is not an agent who speaks first after a transfer, or it
    is the voice of the agent before.
    """
    cuts_s = [(t.left_s + t.taken_s) / 2 for t in transfers]
    parts: list[_Part] = []
    for span in parts_between(cuts_s, len(call.samples) / SAMPLE_RATE_HZ):
        if span not in heard:
            heard[span] = call.hear(span)
        part = heard[span]
        if part is None:
            return None
        parts.append(part)
    for transfer, part in zip(transfers, parts[1:], strict=True):
        if not part.begins_with_agent(transfer.taken_s):
            return None
    agent, customer = parts[0].speaker("agent"), parts[0].speaker("customer")
    if agent is None or customer is None:
        return None
    joined = list(parts[0].turns)
    for number, (before, part) in enumerate(pairwise(parts), start=2):
        if _same_agent(call, before, part):
            return None
        names = {
            part.speaker("agent"): later_agent(agent, number),
            part.speaker("customer"): customer,
        }
        joined += [
            t.model_copy(
                update={"speaker": names.get(t.speaker, f"{t.speaker}-after-transfer-{number - 1}")}
            )
            for t in part.turns
        ]
    return tuple(joined)


def _same_agent(call: _Mono, before: _Part, after: _Part) -> bool:
    """Say whether the agents of two parts plainly are one person."""
    if call.reader is None:
        return False
    own = [
        without(
            [Region(t.start_s, t.end_s) for t in part.turns if t.speaker == part.speaker("agent")],
            [Region(t.start_s, t.end_s) for t in part.turns if t.speaker != part.speaker("agent")],
        )
        for part in (before, after)
    ]
    return has_changed(call.samples, own[0], own[1], call.reader) is False


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
