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
from qa_pipeline.records import SAMPLE_RATE_HZ, Conversation, Samples, SensitiveKind

Fill = Literal["tone", "silence"]
MARGIN_S = 0.12
"""Seconds around a span: recognised word times are off by some hundredths of a second."""
_JOIN_S = 0.3
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
    wider on both sides, on the speaker's channel.
    """
    redacted = redact_conversation(conversation, kinds).conversation
    spans = [
        MutedSpan(
            max(0.0, word.start_s - margin_s),
            word.end_s + margin_s,
            None if every_channel else word.channel,
        )
        for utterance in redacted.utterances
        for word in utterance.words
        if any(text in word.text for text, kind in KIND_OF.items() if kind in kinds)
    ]
    return _joined(spans)


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
