"""From a conversation, and its sound where there is one, to all measures of a call."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from qa_pipeline.measures.dialogue import interruptions, longest_monologue_s, response_delay_s
from qa_pipeline.measures.loudness import Levels, levels_of
from qa_pipeline.measures.spans import Span, gaps, intersection, outside, total
from qa_pipeline.measures.speech import GAP_S, SPEAKERS, Speaker, Speech, speech_of, word_spans
from qa_pipeline.measures.tone import ToneModel, tones
from qa_pipeline.records import (
    CallMetadata,
    Conversation,
    Interruption,
    Measure,
    MeasureRole,
    Measures,
    Silence,
    Sound,
    UtteranceTone,
    Word,
)

MIN_SPEECH_FOR_PACE_S = 3.0
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PACE_NAME = {"en": "pace_wpm", "zh": "pace_cpm"}

Values = Iterator[tuple[str, MeasureRole, float]]


def measure(
    conversation: Conversation,
    sound: Sound | None,
    tone_model: ToneModel | None,
    metadata: CallMetadata,
) -> Measures:
    """Take every measure of a call that can be taken; see ``definitions`` for what each means.

    ``sound`` is ``None`` for a finished transcript: every gap is then a silence, and nothing is
    said about levels. Without a ``tone_model`` there are no tones. A measure that cannot be
    taken is left out, never guessed: ``Measures.value`` returns ``None`` for it.
    """
    speech = speech_of(conversation)
    levels = levels_of(sound, speech.everybody) if sound is not None else None
    silences = _silences(speech, levels)
    broken_in = interruptions(speech.stretches)
    toned = tones(conversation, tone_model) if tone_model is not None else ()
    taken = [
        *_talk(speech),
        *_gaps(speech, silences),
        *_dialogue(speech, silences, broken_in),
        *_pace(conversation, speech),
        *_recognition(speech, conversation),
        *_tone_shares(conversation, toned),
        *_levels(speech, levels),
    ]
    if metadata.answer_delay_s is not None:
        taken.append(("answer_delay_s", "call", metadata.answer_delay_s))
    return Measures(
        call_id=conversation.call_id,
        values=tuple(Measure(name=n, role=r, value=round(v, 3)) for n, r, v in taken),
        silences=silences,
        interruptions=broken_in,
        tones=toned,
    )


def _silences(speech: Speech, levels: Levels | None) -> tuple[Silence, ...]:
    return tuple(
        Silence(
            kind="hold" if levels is not None and levels.is_hold((start_s, end_s)) else "silence",
            start_s=start_s,
            end_s=end_s,
        )
        for start_s, end_s in gaps(speech.everybody, at_least_s=GAP_S)
    )


def _talk(speech: Speech) -> Values:
    talked = {role: total(speech.by_role[role]) for role in SPEAKERS}
    together = sum(talked.values())
    for role in SPEAKERS:
        yield "talk_s", role, talked[role]
        if together > 0:
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
    yield "longest_gap_s", "call", max([*quiet, *held], default=0.0)
    yield "hold_count", "call", float(len(held))
    yield "hold_s", "call", sum(held)
    yield "longest_hold_s", "call", max(held, default=0.0)


def _dialogue(
    speech: Speech, silences: Sequence[Silence], broken_in: Sequence[Interruption]
) -> Values:
    holds = _holds(silences)
    for role in SPEAKERS:
        if not speech.by_role[role]:
            continue
        yield "interruptions", role, float(sum(1 for i in broken_in if i.by == role))
        yield "longest_monologue_s", role, longest_monologue_s(speech.stretches, role)
        delay_s = response_delay_s(speech.stretches, role, holds)
        if delay_s is not None:
            yield "response_delay_s", role, delay_s


def _pace(conversation: Conversation, speech: Speech) -> Values:
    for language, name in _PACE_NAME.items():
        for role in SPEAKERS:
            words = [
                word
                for utterance in conversation.utterances
                if utterance.role == role and utterance.language == language
                for word in utterance.words
            ]
            pace = _units_a_minute(words, speech.by_role[role], language)
            if pace is not None:
                yield name, role, pace


def _units_a_minute(words: Sequence[Word], turns: Sequence[Span], language: str) -> float | None:
    """Return words or characters a minute of speaking, or ``None`` under 3 s of speech.

    The recogniser stretches words into pauses and voice activity reaches beyond the words, so
    speaking time is what both agree on.
    """
    spoken = intersection(word_spans(words), turns)
    spoken_s = total(spoken)
    if spoken_s < MIN_SPEECH_FOR_PACE_S:
        return None
    units = sum(
        _units(word.text, language)
        for word in words
        if any(word.start_s < end_s and word.end_s > start_s for start_s, end_s in spoken)
    )
    return 60.0 * units / spoken_s


def _units(text: str, language: str) -> int:
    return len(_HAN.findall(text)) if language == "zh" else 1


def _recognition(speech: Speech, conversation: Conversation) -> Values:
    for role in SPEAKERS:
        if speech.words[role]:
            mean = sum(w.probability for w in speech.words[role]) / len(speech.words[role])
            yield "recognition_confidence_pct", role, 100.0 * mean
    if speech.everybody:
        said = word_spans([w for u in conversation.utterances for w in u.words])
        covered_s = total(intersection(said, speech.everybody))
        yield "speech_covered_pct", "call", 100.0 * covered_s / total(speech.everybody)


def _tone_shares(conversation: Conversation, toned: Sequence[UtteranceTone]) -> Values:
    roles = {utterance.utterance_id: utterance.role for utterance in conversation.utterances}
    for role in SPEAKERS:
        labels = [tone.label for tone in toned if roles[tone.utterance_id] == role]
        if labels:
            yield "negative_tone_pct", role, 100.0 * labels.count("negative") / len(labels)
            yield "positive_tone_pct", role, 100.0 * labels.count("positive") / len(labels)


def _levels(speech: Speech, levels: Levels | None) -> Values:
    if levels is None or not levels.speech.any():
        return
    noise = levels.noise_dbfs()
    yield "noise_level_dbfs", "call", float(noise.max())
    yield "snr_db", "call", float((levels.speech_dbfs() - noise).min())
    for role in SPEAKERS:
        alone = levels.within(outside(speech.by_role[role], speech.by_role[_other(role)]))
        if alone.any():
            channel = _channel_of(speech, role, levels.dbfs.shape[0])
            yield "loudness_dbfs", role, float(np.median(levels.dbfs[channel, alone]))


def _other(role: Speaker) -> Speaker:
    return "customer" if role == "agent" else "agent"


def _channel_of(speech: Speech, role: Speaker, channels: int) -> int:
    """Return the channel that carries most words of a role; the first in mono."""
    carried = [word.channel for word in speech.words[role] if word.channel < channels]
    return max(set(carried), key=carried.count) if carried else 0
