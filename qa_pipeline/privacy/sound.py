"""Sound without what tells who somebody is: a tone or silence over the same words."""

import io
import wave
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from qa_pipeline.language.placeholders import KIND_OF
from qa_pipeline.privacy.find import IDENTIFYING
from qa_pipeline.privacy.redact import redact_conversation
from qa_pipeline.records import (
    NO_CHANNEL,
    SAMPLE_RATE_HZ,
    Conversation,
    Recording,
    Samples,
    SensitiveKind,
    Utterance,
    Word,
)

Fill = Literal["tone", "silence"]
MARGIN_S = 0.12
"""Seconds around a span: recognised word times are off by some hundredths of a second."""
_JOIN_S = 0.3
_TOUCH_S = 0.002
"""Times of transcripts are rounded to thousandths."""
_TONE_HZ = 1000.0
_TONE_LEVEL = 0.1
_FADE_S = 0.005


@dataclass(frozen=True)
class MutedSpan:
    """Seconds of a channel that must not be heard; ``channel`` ``None``: of every channel."""

    start_s: float
    end_s: float
    channel: int | None = None


def sensitive_spans(
    conversation: Conversation,
    kinds: Collection[SensitiveKind] = IDENTIFYING,
    *,
    margin_s: float = MARGIN_S,
    every_channel: bool = False,
) -> tuple[MutedSpan, ...]:
    """Return when something of those kinds is said, also where the text is redacted already.

    The span of a number goes from its first word to its last, pauses included, ``margin_s``
    wider on both sides, on the speaker's channel. A word with ``NO_CHANNEL`` may have been said
    anywhere in its utterance and on any channel: its span is the whole utterance on all of them.
    """
    utterances = redact_conversation(conversation, kinds).conversation.utterances
    spans = []
    for index, utterance in enumerate(utterances):
        for word in utterance.words:
            if any(text in word.text for text, kind in KIND_OF.items() if kind in kinds):
                start_s, end_s = _span_s(word, index, utterances)
                channel = None if every_channel or word.channel == NO_CHANNEL else word.channel
                spans.append(MutedSpan(max(0.0, start_s - margin_s), end_s + margin_s, channel))
    return _joined(spans)


def _span_s(word: Word, index: int, utterances: Sequence[Utterance]) -> tuple[float, float]:
    """Return from when to when a word may have been said, in seconds."""
    if word.channel != NO_CHANNEL:
        return word.start_s, word.end_s
    start_s, end_s = utterances[index].start_s, utterances[index].end_s
    # Where two voices share a cue, where one ends and the other begins is a guess as well.
    before, after = utterances[max(0, index - 1)], utterances[min(index + 1, len(utterances) - 1)]
    if abs(before.end_s - start_s) <= _TOUCH_S:
        start_s = before.start_s
    if abs(after.start_s - end_s) <= _TOUCH_S:
        end_s = after.end_s
    return start_s, end_s


def with_known_channels(conversation: Conversation, recording: Recording) -> Conversation:
    """Return a conversation in which channels that were never known are ``NO_CHANNEL``.

    Words of a finished transcript were once stored as words of the first channel. In stereo that
    shows: several speakers have all their words on one channel.
    """
    words = [word for utterance in conversation.utterances for word in utterance.words]
    speakers = {utterance.speaker for utterance in conversation.utterances}
    if recording.layout != "stereo" or len(speakers) < 2 or len({w.channel for w in words}) != 1:
        return conversation
    return conversation.model_copy(
        update={
            "utterances": tuple(
                utterance.model_copy(
                    update={
                        "words": tuple(
                            word.model_copy(update={"channel": NO_CHANNEL})
                            for word in utterance.words
                        )
                    }
                )
                for utterance in conversation.utterances
            )
        }
    )


def _joined(spans: Sequence[MutedSpan]) -> tuple[MutedSpan, ...]:
    """Join spans of a channel that touch or nearly do."""
    joined: list[MutedSpan] = []
    for span in sorted(spans, key=lambda s: (-1 if s.channel is None else s.channel, s.start_s)):
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.channel == span.channel
            and span.start_s - last.end_s < _JOIN_S
        ):
            joined[-1] = MutedSpan(last.start_s, max(last.end_s, span.end_s), last.channel)
        else:
            joined.append(span)
    return tuple(joined)


def mute(samples: Samples, spans: Sequence[MutedSpan], fill: Fill = "tone") -> Samples:
    """Return a copy of the samples with a tone or silence over the spans.

    ``samples`` has shape ``(channels, samples)`` at 16 kHz. The tone is a sine of 1 kHz at
    -20 dBFS. A span of a channel that is not there covers every channel: better too much than
    a number left.
    """
    muted = samples.copy()
    channels, length = samples.shape
    for span in spans:
        start = min(length, max(0, int(np.floor(span.start_s * SAMPLE_RATE_HZ))))
        end = min(length, max(start, int(np.ceil(span.end_s * SAMPLE_RATE_HZ))))
        for row in range(channels):
            if span.channel in (None, row) or span.channel not in range(channels):
                muted[row, start:end] = _tone(end - start) if fill == "tone" else 0.0
    return muted


def _tone(length: int) -> Samples:
    """Return a tone of so many samples, faded at both ends so that it does not click."""
    at = np.arange(length, dtype=np.float64)
    fade = np.minimum(1.0, np.minimum(at, at[::-1]) / (_FADE_S * SAMPLE_RATE_HZ))
    tone = _TONE_LEVEL * fade * np.sin(2 * np.pi * _TONE_HZ * at / SAMPLE_RATE_HZ)
    return tone.astype(np.float32)


def wav_bytes(samples: Samples) -> bytes:
    """Return the samples, shape ``(channels, samples)``, as a 16-bit WAV file at 16 kHz."""
    whole = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(np.ascontiguousarray(whole.T).tobytes())
    return buffer.getvalue()
