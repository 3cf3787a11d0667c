"""From a conversation, and its sound where there is one, to all measures of a call."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from qa_pipeline.language import simplified
from qa_pipeline.measures.dialogue import interruptions, longest_monologue_s, response_delay_s
from qa_pipeline.measures.habit import habit_measures
from qa_pipeline.measures.holds import announced, customers_time
from qa_pipeline.measures.loudness import Levels, levels_of
from qa_pipeline.measures.pace import paces, pauses
from qa_pipeline.measures.prosody import Voice, listen
from qa_pipeline.measures.spans import Span, gaps, intersection, outside, total, union
from qa_pipeline.measures.speech import GAP_S, SPEAKERS, Speaker, Speech, speech_of, word_spans
from qa_pipeline.measures.tension import Delivery, delivery_of, tensions
from qa_pipeline.measures.tone import LIKELY, Toned, ToneModel, tones
from qa_pipeline.measures.trend import tone_change, tone_trend
from qa_pipeline.measures.voice import voice_measures
from qa_pipeline.records import (
    AgentHabit,
    CallMetadata,
    Conversation,
    Interruption,
    Measure,
    MeasureRole,
    Measures,
    Silence,
    Sound,
    Utterance,
    UtteranceVoice,
)

Values = Iterator[tuple[str, MeasureRole, float]]


def measure(
    conversation: Conversation,
    sound: Sound | None,
    tone_model: ToneModel | None,
    metadata: CallMetadata,
    habit: AgentHabit | None = None,
) -> Measures:
    """Take every measure of a call that can be taken; see ``definitions`` for what each means.

    ``sound`` is ``None`` for a finished transcript: every gap is then a silence, nothing is said
    about levels, voices or tension, and tone is that of the wording alone. Without a
    ``tone_model`` there are no tones, without the agent's ``habit`` nothing is compared with it. A
    measure that cannot be taken is left out, never guessed:
    ``Measures.value`` returns ``None`` for it.
    """
    conversation = _in_simplified(conversation)
    speech = speech_of(conversation)
    levels = levels_of(sound, speech.everybody) if sound is not None else None
    silences = _silences(speech, levels)
    asked = {role: announced(conversation, silences, role) for role in SPEAKERS}
    broken_in = interruptions(speech.stretches)
    voices = _voices(speech, sound)
    delivered = _deliveries(conversation, voices)
    tense = tensions(delivered)
    toned = tones(conversation, tone_model, tense) if tone_model is not None else ()
    taken = [
        *_talk(speech),
        *_gaps(speech, silences),
        *_dead_air(conversation, speech, silences, asked["agent"]),
        *_dialogue(speech, _holds(silences), asked, broken_in),
        *_pace(conversation, speech),
        *_recognition(speech, conversation),
        *_tone(toned),
        *_levels(levels, speech),
        *((name, role, v) for role in voices for name, v in voice_measures(voices[role])),
    ]
    if habit is not None:
        own = {name: value for name, role, value in taken if role == "agent"}
        compared = habit_measures(own, habit, conversation.language)
        taken += [(name, "agent", value) for name, value in compared]
    if metadata.answer_delay_s is not None:
        taken.append(("answer_delay_s", "call", metadata.answer_delay_s))
    return Measures(
        call_id=conversation.call_id,
        values=tuple(Measure(name=n, role=r, value=round(v, 3)) for n, r, v in taken),
        silences=silences,
        interruptions=broken_in,
        tones=tuple(t.record for t in toned),
        voices=_utterance_voices(delivered),
    )


def _in_simplified(conversation: Conversation) -> Conversation:
    """Return the conversation in the characters that phrases and the tone model know.

    Nothing that is measured depends on how a centre has its Mandarin written.
    """
    utterances = tuple(map(_plainly_written, conversation.utterances))
    return conversation.model_copy(update={"utterances": utterances})


def _plainly_written(utterance: Utterance) -> Utterance:
    text = simplified(utterance.text)
    if text == utterance.text:
        return utterance
    words = tuple(w.model_copy(update={"text": simplified(w.text)}) for w in utterance.words)
    return utterance.model_copy(update={"text": text, "words": words})


def _silences(speech: Speech, levels: Levels | None) -> tuple[Silence, ...]:
    quiet = gaps(speech.everybody, at_least_s=GAP_S)
    holds = [hold for gap in quiet for hold in levels.holds_in(gap)] if levels is not None else []
    found = [("hold", span) for span in holds]
    found += [("silence", span) for span in outside(quiet, holds)]
    return tuple(
        Silence(kind=kind, start_s=start_s, end_s=end_s)
        for kind, (start_s, end_s) in sorted(found, key=lambda part: part[1])
    )


def _dead_air(
    conversation: Conversation,
    speech: Speech,
    silences: Sequence[Silence],
    asked: Collection[Span],
) -> Values:
    """Silences that nobody announced; ``asked``: those that the agent asked to wait through.

    None where the agent is not known, whose announcements are not known then either.
    """
    if not speech.everybody or speech.may_be_missing("agent"):
        return
    quiet = [(s.start_s, s.end_s) for s in silences if s.kind == "silence"]
    explained = {*asked, *customers_time(conversation, silences)}
    dead = [end_s - start_s for start_s, end_s in quiet if (start_s, end_s) not in explained]
    yield "dead_air_s", "call", sum(dead)
    yield "longest_dead_air_s", "call", max(dead, default=0.0)
    yield "announced_silence_s", "call", sum(b - a for a, b in quiet if (a, b) in asked)


def _talk(speech: Speech) -> Values:
    talked = {
        role: total(speech.by_role[role]) for role in SPEAKERS if not speech.may_be_missing(role)
    }
    together = sum(talked.values())
    for role in talked:
        yield "talk_s", role, talked[role]
        if together > 0 and len(talked) == len(SPEAKERS):
            yield "talk_share_pct", role, 100.0 * talked[role] / together


def _holds(silences: Sequence[Silence]) -> list[Span]:
    return [(s.start_s, s.end_s) for s in silences if s.kind == "hold"]


def _gaps(speech: Speech, silences: Sequence[Silence]) -> Values:
    if not speech.everybody:
        return
    holds = _holds(silences)
    quiet = [s.end_s - s.start_s for s in silences if s.kind == "silence"]
    held = [end_s - start_s for start_s, end_s in holds]
    lasted_s = speech.everybody[-1][1] - speech.everybody[0][0]
    silent_s = total(outside(gaps(speech.everybody), holds))
    yield "silence_pct", "call", 100.0 * silent_s / lasted_s
    yield "longest_silence_s", "call", max(quiet, default=0.0)
    longest = max((b - a for a, b in gaps(speech.everybody, at_least_s=GAP_S)), default=0.0)
    yield "longest_gap_s", "call", longest
    yield "hold_count", "call", float(len(held))
    yield "hold_s", "call", sum(held)
    yield "longest_hold_s", "call", max(held, default=0.0)


def _dialogue(
    speech: Speech,
    holds: Sequence[Span],
    asked: Mapping[Speaker, Collection[Span]],
    broken_in: Sequence[Interruption],
) -> Values:
    """How the sides take turns; ``asked``: silences that each asked the other to wait through."""
    for role in SPEAKERS:
        if not speech.by_role[role]:
            continue
        yield "interruptions", role, float(sum(1 for i in broken_in if i.by == role))
        yield "longest_monologue_s", role, longest_monologue_s(speech.stretches, role)
        between = union([*holds, *asked[role], *speech.further])
        delay_s = response_delay_s(speech.stretches, role, between)
        if delay_s is not None:
            yield "response_delay_s", role, delay_s


def _pace(conversation: Conversation, speech: Speech) -> Values:
    for role in SPEAKERS:
        for name, value in (*paces(conversation, speech, role), *pauses(speech, role)):
            yield name, role, value


def _recognition(speech: Speech, conversation: Conversation) -> Values:
    for role in SPEAKERS:
        if speech.words[role]:
            mean = sum(w.probability for w in speech.words[role]) / len(speech.words[role])
            yield "recognition_confidence_pct", role, 100.0 * mean
    if speech.everybody:
        said = word_spans([w for u in conversation.utterances for w in u.words])
        covered_s = total(intersection(said, speech.everybody))
        yield "speech_covered_pct", "call", 100.0 * covered_s / total(speech.everybody)


def _tone(toned: Sequence[Toned]) -> Values:
    for role in SPEAKERS:
        own = [t.probabilities for t in toned if t.utterance.role == role]
        if own:
            negative = sum(tone.negative >= LIKELY for tone in own)
            positive = sum(tone.positive >= LIKELY for tone in own)
            yield "negative_tone_pct", role, 100.0 * negative / len(own)
            yield "positive_tone_pct", role, 100.0 * positive / len(own)
    for whose in (*SPEAKERS, "call"):
        scores = [t.probabilities.score for t in toned if whose in (t.utterance.role, "call")]
        change, trend = tone_change(scores), tone_trend(scores)
        if change is not None and trend is not None:
            yield "tone_change", whose, change
            yield "tone_trend", whose, float(trend)


def _deliveries(
    conversation: Conversation, voices: Mapping[Speaker, Voice]
) -> tuple[Delivery, ...]:
    """Return how each utterance of agent and customer was delivered; none without sound."""
    return tuple(
        delivery_of(utterance, role, voices[role])
        for utterance in conversation.utterances
        for role in voices
        if utterance.role == role
    )


def _utterance_voices(delivered: Sequence[Delivery]) -> tuple[UtteranceVoice, ...]:
    """Return the voice of each utterance that has enough of it, in time order."""
    return tuple(
        UtteranceVoice(
            utterance_id=delivery.utterance_id,
            voiced_s=round(delivery.voiced_s, 3),
            loudness_dbfs=round(delivery.level_db, 3),
            pitch_st=round(delivery.pitch_st, 3),
        )
        for delivery in delivered
        if delivery.level_db is not None and delivery.pitch_st is not None
    )


def _voices(speech: Speech, sound: Sound | None) -> dict[Speaker, Voice]:
    """Return the voices of agent and customer, each where nobody else speaks."""
    if sound is None:
        return {}
    rows = sound.rows
    return {
        role: listen(rows[_channel_of(speech, role, len(rows))], speech.alone[role])
        for role in SPEAKERS
    }


def _levels(levels: Levels | None, speech: Speech) -> Values:
    if levels is None or not levels.speech.any():
        return
    spoken: dict[int, list[Span]] = {}
    for role in SPEAKERS:
        if speech.words[role]:
            channel = _channel_of(speech, role, levels.dbfs.shape[0])
            spoken.setdefault(channel, []).extend(speech.alone[role])
    yield "noise_level_dbfs", "call", float(levels.noise_dbfs().max())
    yield "snr_db", "call", levels.snr_db(spoken)


def _channel_of(speech: Speech, role: Speaker, channels: int) -> int:
    """Return the channel that carries most words of a role; the first in mono."""
    carried = Counter(word.channel for word in speech.words[role] if 0 <= word.channel < channels)
    return carried.most_common(1)[0][0] if carried else 0
