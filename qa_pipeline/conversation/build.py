"""Put a conversation together from words, turns and metadata."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qa_pipeline.conversation.echo import echoed_pct
from qa_pipeline.conversation.moments import IVR_SPEAKER
from qa_pipeline.conversation.roles import RoleEvidence, find_roles
from qa_pipeline.conversation.trust import Heard, TrustThresholds, judge_trust
from qa_pipeline.conversation.utterances import SpokenWord, make_utterances
from qa_pipeline.records import Conversation, Role, SoundQuality, Transcript, Turn

SpeakerHint = dict[str, Role]


@dataclass(frozen=True)
class ChannelWords:
    """The transcript of one channel and the speaker of each of its words."""

    transcript: Transcript
    speakers: tuple[str, ...]


@dataclass(frozen=True)
class VoicesCompared:
    """Two speakers of one channel, whose voices were compared."""

    apart: float | None
    """Silhouette of their turns, -1 to 1; ``None``: too little was said to tell."""
    further: bool = False
    """Whether some turns of one of them may be those of somebody else."""


def build_conversation(
    call_id: str,
    duration_s: float,
    channels: Sequence[ChannelWords],
    turns: Sequence[Turn],
    *,
    expected_languages: tuple[str, ...],
    thresholds: TrustThresholds,
    role_hints: SpeakerHint | None = None,
    warnings: tuple[str, ...] = (),
    sound: SoundQuality | None = None,
    evidence: RoleEvidence | None = None,
    voices: VoicesCompared | None = None,
) -> Conversation:
    """Build the conversation of one call.

    Every word keeps the speaker it came with; roles are found by what is said; the trust gate
    sees everything. ``role_hints`` are roles known beforehand, by speaker; ``warnings`` say what is
    odd about the recording, ``sound`` how well it was recorded; ``evidence`` is what else tells
    roles apart; ``voices`` how far apart two speakers are that only their voices tell apart.
    """
    words = [
        SpokenWord(word, speaker, channel.transcript.language)
        for channel in channels
        for word, speaker in zip(channel.transcript.words, channel.speakers, strict=True)
    ]
    decision = find_roles(words, role_hints, evidence)
    utterances = make_utterances(words, decision.roles)
    language, language_probability = _main_language(channels)
    heard = Heard(
        utterances=utterances,
        speech_s=sum(channel.transcript.speech_s for channel in channels),
        language=language,
        language_probability=language_probability,
        expected_languages=expected_languages,
        role_confidence=decision.confidence,
        warnings=warnings,
        sound=sound,
        echoed_pct=echoed_pct([_of_people(channel) for channel in channels]),
        removed_words=sum(channel.transcript.removed_words for channel in channels),
        mean_log_probability=_mean(channels, lambda t: t.mean_log_probability),
        no_speech_probability=_mean(channels, lambda t: t.no_speech_probability),
        voices_compared=voices is not None,
        voices_apart=voices.apart if voices is not None else None,
        further_voice=voices is not None and voices.further,
        speakers_with_words=len({u.speaker for u in utterances} - {"unknown", IVR_SPEAKER}),
    )
    speakers = {turn.speaker for turn in turns} | {u.speaker for u in utterances}
    return Conversation(
        call_id=call_id,
        language=language,
        duration_s=duration_s,
        utterances=utterances,
        turns=tuple(sorted(turns, key=lambda t: (t.start_s, t.end_s, t.speaker))),
        speaker_roles={s: decision.roles.get(s, "unknown") for s in sorted(speakers)},
        role_confidence=decision.confidence,
        trust=judge_trust(heard, thresholds),
    )


def _of_people(channel: ChannelWords) -> Transcript:
    """Return a channel without announcements, which are heard on both."""
    spoken = zip(channel.transcript.words, channel.speakers, strict=True)
    words = tuple(word for word, speaker in spoken if speaker != IVR_SPEAKER)
    return channel.transcript.model_copy(update={"words": words})


def _mean(
    channels: Sequence[ChannelWords], doubt: Callable[[Transcript], float | None]
) -> float | None:
    """Return the mean over the channels that tell, weighted by their speech."""
    told = [(c.transcript.speech_s + 1e-6, doubt(c.transcript)) for c in channels]
    weighted = [(weight, value) for weight, value in told if value is not None]
    if not weighted:
        return None
    return sum(w * value for w, value in weighted) / sum(w for w, _ in weighted)


def _main_language(channels: Sequence[ChannelWords]) -> tuple[str, float]:
    """Return the language of most speech, with the weighted probability of its channels."""
    seconds: Counter[str] = Counter()
    weighted: Counter[str] = Counter()
    for channel in channels:
        transcript = channel.transcript
        weight = transcript.speech_s + 1e-6
        seconds[transcript.language] += weight  # type: ignore[assignment]
        weighted[transcript.language] += weight * transcript.language_probability  # type: ignore[assignment]
    if not seconds:
        return "und", 0.0
    language = max(seconds, key=lambda name: (seconds[name], name))
    return language, float(weighted[language] / seconds[language])
