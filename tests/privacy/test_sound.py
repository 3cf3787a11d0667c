"""Sound is muted over the words that are redacted, on the channel of who says them."""

import io
import wave

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_pipeline.privacy import MutedSpan, mute, redact_conversation, sensitive_spans, wav_bytes
from qa_pipeline.privacy.sound import Fill
from qa_pipeline.records import SAMPLE_RATE_HZ, Conversation, Samples
from qa_pipeline.transcripts.finished import interpolated_words
from tests.privacy.talk import talk

CALL = talk("A: what is your mobile\nC: it's 07700 900123 thanks\nA: all right")


def noise(seconds: float = 8.0, channels: int = 2) -> Samples:
    draw = np.random.default_rng(1)
    return draw.uniform(-0.5, 0.5, (channels, int(seconds * SAMPLE_RATE_HZ))).astype(np.float32)


def test_a_span_is_the_number_and_a_margin_on_the_speakers_channel() -> None:
    words = CALL.utterances[1].words
    spans = sensitive_spans(CALL, margin_s=0.1)
    assert spans == (MutedSpan(words[1].start_s - 0.1, words[2].end_s + 0.1, 1),)


def test_text_that_is_redacted_already_gives_the_same_spans() -> None:
    assert sensitive_spans(redact_conversation(CALL).conversation) == sensitive_spans(CALL)


def test_kinds_that_are_not_asked_for_are_heard() -> None:
    assert sensitive_spans(redact_conversation(CALL).conversation, ("card",)) == ()


def test_every_channel_where_channels_leak() -> None:
    assert [span.channel for span in sensitive_spans(CALL, every_channel=True)] == [None]


def test_pieces_close_to_each_other_are_one_span() -> None:
    call = talk("C: my mobile is 07700\nC: 900123", gap_s=0.05)
    assert len(sensitive_spans(call, margin_s=0.1)) == 1


def from_cues(text: str, *, pause_s: float) -> Conversation:
    """Return a dialogue as a transcript of cues gives it: words share out the cues' time."""
    call = talk(text, gap_s=pause_s)
    utterances = tuple(
        u.model_copy(update={"words": interpolated_words(u.text, u.start_s, u.end_s)})
        for u in call.utterances
    )
    return call.model_copy(update={"utterances": utterances})


CUES = "A: what is your mobile\nC: it's 07700 900123 thanks a lot\nA: all right"


def test_times_that_were_shared_out_mute_the_whole_utterance_on_every_channel() -> None:
    call = from_cues(CUES, pause_s=1.0)
    said = call.utterances[1]
    expected = (MutedSpan(said.start_s - 0.1, said.end_s + 0.1, None),)
    assert sensitive_spans(call, margin_s=0.1) == expected
    stored = redact_conversation(call).conversation
    assert sensitive_spans(stored, margin_s=0.1) == expected


def test_where_one_cue_holds_two_voices_both_are_muted() -> None:
    call = from_cues(CUES, pause_s=1.0)
    before, said, after = call.utterances
    before = before.model_copy(update={"end_s": said.start_s})  # who spoke when is shared out too
    call = call.model_copy(update={"utterances": (before, said, after)})
    (span,) = sensitive_spans(call, margin_s=0.1)
    assert (span.start_s, span.end_s) == (0.0, said.end_s + 0.1)


@pytest.mark.parametrize("fill", ["tone", "silence"])
def test_nothing_of_the_voice_is_left(fill: Fill) -> None:
    samples = noise()
    (span,) = sensitive_spans(CALL)
    muted = mute(samples, [span], fill)
    start, end = round(span.start_s * SAMPLE_RATE_HZ), round(span.end_s * SAMPLE_RATE_HZ)
    inside = muted[1, start + 1 : end - 1]
    heard = samples[1, start + 1 : end - 1]
    assert abs(float(inside @ heard)) < 0.02 * float(heard @ heard)
    assert (np.abs(inside).max() > 0.05) == (fill == "tone")
    assert np.array_equal(muted[0], samples[0])
    assert np.array_equal(muted[1, : start - 1], samples[1, : start - 1])
    assert np.array_equal(muted[1, end + 1 :], samples[1, end + 1 :])


def test_the_tone_is_one_kilohertz_and_the_input_is_left_alone() -> None:
    samples = noise(channels=1)
    before = samples.copy()
    muted = mute(samples, [MutedSpan(1.0, 3.0)], "tone")
    spectrum = np.abs(np.fft.rfft(muted[0, SAMPLE_RATE_HZ : 3 * SAMPLE_RATE_HZ]))
    assert spectrum.argmax() / 2.0 == pytest.approx(1000.0, abs=1.0)
    assert np.array_equal(samples, before)


def test_a_channel_that_is_not_there_mutes_all_of_them() -> None:
    muted = mute(noise(channels=1), [MutedSpan(0.0, 8.0, channel=1)], "silence")
    assert not muted.any()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 3), st.floats(0, 2), st.sampled_from([None, 0, 1])), max_size=5)
)
def test_what_is_outside_of_every_span_is_untouched(
    spans: list[tuple[float, float, int | None]],
) -> None:
    samples = noise(2.0)
    muted = mute(samples, [MutedSpan(a, a + b, c) for a, b, c in spans], "silence")
    at_s = np.arange(samples.shape[1]) / SAMPLE_RATE_HZ
    for row in range(2):
        inside = np.zeros(samples.shape[1], dtype=bool)
        for start_s, length_s, channel in spans:
            if channel in (None, row):
                slack = 1.5 / SAMPLE_RATE_HZ
                inside |= (at_s > start_s - slack) & (at_s < start_s + length_s + slack)
        assert np.array_equal(muted[row, ~inside], samples[row, ~inside])


def test_wav_comes_back_as_it_went() -> None:
    samples = noise(0.5)
    with wave.open(io.BytesIO(wav_bytes(samples))) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 16000, 2)
        frames = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2).T
    assert np.abs(frames / 32768.0 - samples).max() < 1 / 32768
