"""A transcript carries the recogniser's own doubts for the trust gate."""

import numpy as np

from qa_pipeline.audio import voice_activity
from qa_pipeline.records import SAMPLE_RATE_HZ
from qa_pipeline.resources import resource_folder
from qa_pipeline.transcribe import ChannelRequest, FasterWhisperEngine
from tests.speakers.crosstalk_mixing import sample_call

MODEL = resource_folder("models") / "bundled" / "transcription"


def test_noise_over_a_call_makes_the_recogniser_doubt() -> None:
    engine = FasterWhisperEngine(MODEL, window_s=5.0, pad_to_window=False, cpu_threads=1)
    samples, _ = sample_call("call-2026-0003")
    plain = samples[0, : 20 * SAMPLE_RATE_HZ]
    regions = voice_activity(plain)
    rng = np.random.default_rng(3)
    noise = rng.standard_normal(len(plain)) * 3.0 * float(plain.std())
    sounds = (plain, (plain + noise).astype(np.float32))
    clean, noisy = engine.transcribe([ChannelRequest(sound, 0, "en", regions) for sound in sounds])
    (silent,) = engine.transcribe([ChannelRequest(plain, 0, "en", ())])
    assert clean.mean_log_probability is not None
    assert noisy.mean_log_probability is not None
    assert noisy.mean_log_probability < clean.mean_log_probability - 0.2
    assert clean.no_speech_probability is not None
    assert 0.0 <= clean.no_speech_probability <= 1.0
    assert (silent.mean_log_probability, silent.no_speech_probability) == (None, None)
