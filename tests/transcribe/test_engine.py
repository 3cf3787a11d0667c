"""The bundled model through the real library, on sample calls and on what is no speech."""

import json
import re
from functools import cache
from pathlib import Path

import ctranslate2
import numpy as np
import pytest
from jiwer import wer

from qa_pipeline.audio import Decoded, decode, voice_activity
from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry import load_profile
from qa_pipeline.records import Region, Transcript
from qa_pipeline.transcribe import ChannelRequest, FasterWhisperEngine, Vocabulary
from synthesis import sounds, telephone
from tests.audio.recordings import NO_REAL, REAL, ROOT, SAMPLE_CALLS

MODEL = ROOT / "models" / "bundled" / "transcription"
ENGLISH = SAMPLE_CALLS / "call-2026-0001.mp3"
MANDARIN = SAMPLE_CALLS / "call-2026-0004.wav"
MONO = SAMPLE_CALLS / "call-2026-0007.wav"


@cache
def engine() -> FasterWhisperEngine:
    """Return the bundled model, run as its manifest says."""
    options = load_profile("bundled", ROOT / "models").transcription.options
    return FasterWhisperEngine(
        MODEL,
        compute_type=options.compute_type_cpu,
        window_s=options.window_s,
        pad_to_window=options.pad_to_window,
        beam_size=options.beam_size,
        languages=("en", "zh"),
        no_speech_certain=options.no_speech_certain,
        cpu_threads=2,
        batch_size=4,
    )


@cache
def sound(path: Path) -> Decoded:
    return decode(path)


@cache
def requests(path: Path, language: str | None = None) -> tuple[ChannelRequest, ...]:
    return tuple(
        ChannelRequest(row, channel, language, voice_activity(row))
        for channel, row in enumerate(sound(path).sound.samples)
    )


@cache
def heard(path: Path) -> tuple[Transcript, ...]:
    return tuple(engine().transcribe(requests(path)))


def truth(path: Path, channel: int | None) -> list[str]:
    content = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    role = content["channel_roles"][channel] if channel is not None else None
    return [w["text"].lower() for w in content["words"] if role in (None, w["role"])]


def units(transcript: Transcript) -> list[str]:
    plain = [re.sub(r"[^\w']", "", word.text.lower()) for word in transcript.words]
    return [unit for text in plain for unit in (text if transcript.language == "zh" else [text])]


@pytest.mark.parametrize("path", [ENGLISH, MANDARIN])
def test_channels_of_a_call_are_understood(path: Path) -> None:
    for channel, transcript in enumerate(heard(path)):
        said = truth(path, channel)
        assert len(said) > 40
        assert wer(" ".join(said), " ".join(units(transcript))) < 0.4


def test_mono_is_understood() -> None:
    (transcript,) = heard(MONO)
    assert wer(" ".join(truth(MONO, None)), " ".join(units(transcript))) < 0.45


@pytest.mark.parametrize(("path", "language"), [(ENGLISH, "en"), (MANDARIN, "zh"), (MONO, "en")])
def test_language_is_found(path: Path, language: str) -> None:
    for transcript in heard(path):
        assert transcript.language == language
        assert transcript.language_probability > 0.7


@pytest.mark.parametrize("path", [ENGLISH, MANDARIN, MONO])
def test_words_lie_in_speech_and_in_order(path: Path) -> None:
    for request, transcript in zip(requests(path), heard(path), strict=True):
        last_s = 0.0
        for word in transcript.words:
            assert word.start_s >= last_s
            assert word.channel == request.channel
            assert " " not in word.text
            middle_s = (word.start_s + word.end_s) / 2
            assert any(r.start_s - 0.03 <= middle_s <= r.end_s + 0.03 for r in request.regions)
            last_s = word.start_s
        spoken_s = sum(r.end_s - r.start_s for r in request.regions)
        assert transcript.speech_s == pytest.approx(spoken_s, abs=0.01)


def test_words_start_when_they_are_said() -> None:
    content = json.loads(ENGLISH.with_suffix(".truth.json").read_text(encoding="utf-8"))
    errors_s = []
    for channel, transcript in enumerate(heard(ENGLISH)):
        role = content["channel_roles"][channel]
        for said in (w for w in content["words"] if w["role"] == role):
            same = [
                abs(w.start_s - said["start_s"])
                for w in transcript.words
                if w.text.lower().strip(".,?") == said["text"].lower()
            ]
            if same and min(same) < 2.0:
                errors_s.append(min(same))
    assert len(errors_s) > 80
    assert float(np.median(errors_s)) < 0.15


def timed(transcript: Transcript) -> list[tuple[str, float, float]]:
    return [(word.text, word.start_s, word.end_s) for word in transcript.words]


def test_calls_that_share_batches_do_not_change_each_other() -> None:
    together = engine().transcribe([*requests(ENGLISH), *requests(MANDARIN), *requests(MONO)])
    alone = [*heard(ENGLISH), *heard(MANDARIN), *heard(MONO)]
    for shared, single in zip(together, alone, strict=True):
        assert shared.language == single.language
        assert timed(shared) == timed(single)
        for one, other in zip(shared.words, single.words, strict=True):
            assert one.probability == pytest.approx(other.probability, abs=0.001)


def test_the_same_again_is_the_same() -> None:
    assert engine().transcribe(requests(MANDARIN)) == list(heard(MANDARIN))


def test_given_language_is_kept() -> None:
    first = requests(MANDARIN)[0]
    clip = ChannelRequest(first.samples, 0, "zh", first.regions[:3])
    (transcript,) = engine().transcribe([clip])
    assert (transcript.language, transcript.language_probability) == ("zh", 1.0)
    assert transcript.words


def test_no_speech_no_words() -> None:
    silence = np.zeros(16_000 * 5, np.float32)
    (transcript,) = engine().transcribe([ChannelRequest(silence, 3, None, ())])
    assert transcript.words == ()
    assert (transcript.channel, transcript.language_probability, transcript.speech_s) == (3, 0, 0)
    assert engine().transcribe([]) == []


def test_tiny_regions_and_regions_at_the_end() -> None:
    rows = sound(ENGLISH).sound.samples
    end_s = len(rows[0]) / 16_000
    regions = (Region(0.0, 0.02), Region(5.0, 5.1), Region(end_s - 0.05, end_s))
    (transcript,) = engine().transcribe([ChannelRequest(rows[0], 0, None, regions)])
    assert all(word.end_s <= end_s + 0.001 for word in transcript.words)


def test_speech_longer_than_a_window_is_heard_to_its_end() -> None:
    row = sound(MONO).sound.samples[0]
    whole = (Region(0.0, len(row) / 16_000),)
    (transcript,) = engine().transcribe([ChannelRequest(row, 0, "en", whole)])
    assert transcript.words[-1].end_s > 0.9 * truth_end_s(MONO)


def truth_end_s(path: Path) -> float:
    content = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    return max(float(word["end_s"]) for word in content["words"])


@pytest.mark.parametrize("kind", ["silence", "music", "ring", "busy", *telephone.NOISE_KINDS])
def test_what_is_no_speech_gets_no_words(kind: str) -> None:
    rng = np.random.default_rng(3)
    if kind == "silence":
        made = np.zeros(320_000)
    elif kind == "music":
        made = sounds.hold_music(20.0, rng)
    elif kind in ("ring", "busy"):
        made = (sounds.ring_tone if kind == "ring" else sounds.busy_tone)("uk", 20.0)
    else:
        made = telephone.noise(kind, 320_000, rng)
    row = (0.2 * made / (np.abs(made).max() + 1e-9)).astype(np.float32)
    # Neither with voice activity before it nor, music excepted, by the recogniser alone.
    for regions in (voice_activity(row), (Region(0.0, 20.0),))[: 1 if kind == "music" else 2]:
        (transcript,) = engine().transcribe([ChannelRequest(row, 0, None, regions)])
        assert [word.text for word in transcript.words] == []


def test_names_given_beforehand_reach_the_model_however_many() -> None:
    names = Vocabulary([f"Name{chr(97 + n % 26)}{chr(97 + n // 26)}ling" for n in range(400)])
    told = FasterWhisperEngine(MODEL, window_s=5.0, pad_to_window=False, hotwords=names)
    row, regions = requests(ENGLISH)[0].samples, requests(ENGLISH)[0].regions[:2]
    (transcript,) = told.transcribe([ChannelRequest(row, 0, "en", regions)])
    (plain,) = engine().transcribe([ChannelRequest(row, 0, "en", regions)])
    assert transcript.words != plain.words


def test_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"not a CTranslate2 Whisper model, model\.bin"):
        FasterWhisperEngine(tmp_path)


def test_language_that_whisper_does_not_have() -> None:
    first = requests(ENGLISH)[0]
    with pytest.raises(ModelError, match="'xx'"):
        engine().transcribe([ChannelRequest(first.samples, 0, "xx", first.regions[:1])])


def test_wrong_options() -> None:
    with pytest.raises(ModelError, match="window_s is 60"):
        FasterWhisperEngine(MODEL, window_s=60.0)
    with pytest.raises(ModelError, match="at least 1"):
        FasterWhisperEngine(MODEL, batch_size=0)


@pytest.mark.skipif(ctranslate2.get_cuda_device_count() > 0, reason="this machine has a GPU")
def test_device_that_is_not_there() -> None:
    with pytest.raises(ModelError, match="cannot be loaded on cuda"):
        FasterWhisperEngine(MODEL, device="cuda")


@pytest.mark.skipif(not REAL.is_dir(), reason=NO_REAL)
def test_a_real_call_goes_through() -> None:
    row = decode(REAL / "dealership_mono_8k.wav").sound.samples[0]
    regions = voice_activity(row)
    ((transcript, _),) = engine().transcribe_with_reports([ChannelRequest(row, 0, None, regions)])
    assert transcript.language in ("en", "zh")
    assert transcript.speech_s > 100
