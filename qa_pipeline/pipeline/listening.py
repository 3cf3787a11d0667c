"""Opened calls become heard calls: where somebody speaks, then words, speakers, turns.

Words of all calls of a batch are recognised together. Channels separate the speakers where each
holds one; otherwise pyannote does. A finished transcript brings its own words and speakers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from qa_pipeline.audio import sound_quality, voice_activity
from qa_pipeline.conversation import ChannelWords, RoleEvidence, SpeakerHint, VoicesCompared
from qa_pipeline.pipeline.opening import OpenedCall
from qa_pipeline.pipeline.parts import Parts
from qa_pipeline.pipeline.people import role_of_only_channel, with_voices_compared
from qa_pipeline.pipeline.speaking import by_channel, by_name, by_voice
from qa_pipeline.pipeline.tray import Tray
from qa_pipeline.pipeline.voices import agent_voices
from qa_pipeline.records import Region, Sound, SoundQuality, Transcript, Turn
from qa_pipeline.speakers import Crosstalk, Voice, find_crosstalk, own_regions, own_words
from qa_pipeline.transcribe import ChannelRequest


@dataclass(frozen=True)
class HeardCall:
    """A call with its words, each given to a speaker, and the turns of the speakers."""

    call: OpenedCall
    channels: tuple[ChannelWords, ...]
    turns: tuple[Turn, ...]
    role_hints: SpeakerHint
    evidence: RoleEvidence
    quality: SoundQuality | None
    """``None`` where there is no sound or nobody speaks."""
    voices: Mapping[str, Voice] = field(default_factory=dict)
    """By speaker, where agents' voices are remembered."""
    compared: VoicesCompared | None = None
    """How far apart two speakers are that only their voices tell apart."""

    @property
    def source_path(self) -> str:
        """The file the call is known by."""
        return self.call.source_path


@dataclass(frozen=True)
class SpokenCall:
    """A call whose speech is found, if it has sound that is to be listened to."""

    call: OpenedCall
    regions: tuple[tuple[Region, ...], ...] = ()
    """Voice activity by channel, without what leaks from one into another."""
    crosstalk: Crosstalk | None = field(default=None, repr=False)

    @property
    def source_path(self) -> str:
        """The file the call is known by."""
        return self.call.source_path


@dataclass(frozen=True)
class _Transcribed:
    call: OpenedCall
    sound: Sound
    regions: tuple[tuple[Region, ...], ...]
    transcripts: tuple[Transcript, ...]

    @property
    def source_path(self) -> str:
        return self.call.source_path


def find_speech(call: OpenedCall) -> SpokenCall:
    """Find the voice activity of every channel that is not another channel's."""
    if call.transcript is not None or call.sound is None:
        return SpokenCall(call)
    rows = call.sound.rows
    regions = tuple(voice_activity(row) for row in rows)
    if not all(regions) or len(regions) < 2:
        return SpokenCall(call, regions)
    crosstalk = find_crosstalk(rows)
    return SpokenCall(call, own_regions(regions, crosstalk), crosstalk)


def hear_calls(calls: Sequence[SpokenCall], parts: Parts, tray: Tray) -> list[HeardCall]:
    """Find words and speakers of every call of a batch."""
    spoken = [call for call in calls if call.call.transcript is None]
    transcribed = tray.together("transcribe", spoken, lambda batch: _transcribe(batch, parts))
    heard = tray.each("speakers", transcribed, lambda call: _find_speakers(call, parts))
    read = [call.call for call in calls if call.call.transcript is not None]
    return heard + tray.each("read", read, lambda call: _from_transcript(call, parts))


def _transcribe(calls: Sequence[SpokenCall], parts: Parts) -> list[_Transcribed]:
    heard = [(spoken, spoken.call.sound) for spoken in calls if spoken.call.sound is not None]
    requests = [
        ChannelRequest(
            samples=row,
            channel=number,
            language=_expected_language(spoken.call, parts),
            regions=regions,
        )
        for spoken, sound in heard
        for number, (row, regions) in enumerate(zip(sound.rows, spoken.regions, strict=True))
    ]
    transcripts = iter(parts.engine.transcribe(requests))
    return [
        _Transcribed(
            spoken.call,
            sound,
            spoken.regions,
            tuple(_own(next(transcripts), spoken.crosstalk) for _ in spoken.regions),
        )
        for spoken, sound in heard
    ]


def _own(transcript: Transcript, crosstalk: Crosstalk | None) -> Transcript:
    if crosstalk is None:
        return transcript
    return transcript.model_copy(update={"words": own_words(transcript.words, crosstalk)})


def _expected_language(call: OpenedCall, parts: Parts) -> str | None:
    """Return the language if the metadata names one we listen for or only one is spoken here."""
    named = call.recording.metadata.language
    if named in parts.languages:
        return named
    return parts.languages[0] if len(parts.languages) == 1 else None


def _find_speakers(heard: _Transcribed, parts: Parts) -> HeardCall:
    rows = heard.sound.rows
    evidence = _evidence(heard.call, parts)
    hints: SpeakerHint = {}
    if heard.call.recording.layout == "stereo":
        if heard.call.agent_row is not None:
            hints = {f"channel-{heard.call.agent_row}": "agent"}
        spoken = by_channel(
            heard.transcripts, heard.regions, hints, evidence, rows, parts.voice_reader
        )
    else:
        (transcript,), (regions,) = heard.transcripts, heard.regions
        spoken = by_voice(
            rows[0], regions, transcript, parts.diarizer, evidence, parts.voice_reader
        )
        spoken = with_voices_compared(
            spoken, rows[0], parts.voice_reader, parts.thresholds.min_voices_apart
        )
        hints = role_of_only_channel(heard.call, spoken)
    quality = sound_quality(rows, heard.regions)
    voices, likeness = agent_voices(heard.call, rows, spoken.turns, parts)
    return HeardCall(
        heard.call,
        spoken.channels,
        spoken.turns,
        hints,
        replace(evidence, voices=likeness),
        quality,
        voices,
        spoken.voices,
    )


def _evidence(call: OpenedCall, parts: Parts) -> RoleEvidence:
    known = call.recording.metadata
    return RoleEvidence(known.direction, known.agent_name, parts.brands)


def _from_transcript(call: OpenedCall, parts: Parts) -> HeardCall:
    finished = call.transcript
    assert finished is not None  # the caller sorted the calls by it
    spoken = by_name(finished.transcript, finished.speakers, finished.turns)
    return HeardCall(
        call,
        spoken.channels,
        spoken.turns,
        finished.role_hints,
        _evidence(call, parts),
        None,
    )
