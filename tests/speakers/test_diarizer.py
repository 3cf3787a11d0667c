import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.errors import ModelError
from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Samples, Turn
from qa_pipeline.resources import resource_folder
from qa_pipeline.speakers import Diarizer, PyannoteDiarizer
from qa_pipeline.speakers.diarizer import tidy_turns
from qa_pipeline.speakers.voices import alike
from synthesis.espeak import Voice
from synthesis.fresh import speak_all
from synthesis.telephone import add_noise, telephone_band

BUNDLED = resource_folder("models") / "bundled" / "diarization"
WOMAN = Voice("en-us+f3", pitch=65)
MAN = Voice("en-gb-scotland+m3", pitch=35)
SAID = (
    (WOMAN, "Good morning, Bluebell Broadband, this is Maya, how may I help you today?"),
    (MAN, "Hello, my internet connection has been very slow since Monday and I work from home."),
    (WOMAN, "I am so sorry to hear that. May I have your account number and your postcode?"),
    (MAN, "Yes, of course, the number is four one seven, two two nine, zero five."),
    (WOMAN, "Thank you. I can see a fault in your street, an engineer will repair it by Friday."),
    (MAN, "That is good to know, thank you, I had feared that it would take several weeks."),
)


@pytest.fixture(scope="module")
def call() -> tuple[Samples, list[Turn]]:
    """Two voices that no model was trained on, taking turns over a telephone line."""
    parts: list[Samples] = []
    turns: list[Turn] = []
    at_s = 0.0
    spoken = speak_all([(text, voice) for voice, text in SAID])
    for (voice, _), speech in zip(SAID, spoken, strict=True):
        heard_from_s, heard_to_s = speech.words[0].start_s, speech.words[-1].end_s
        turns.append(Turn(speaker=voice.name, start_s=at_s + heard_from_s, end_s=at_s + heard_to_s))
        parts += [speech.samples, np.zeros(SAMPLE_RATE_HZ * 6 // 10, np.float32)]
        at_s = sum(len(part) for part in parts) / SAMPLE_RATE_HZ
    samples = telephone_band(np.concatenate(parts))
    return add_noise(samples, 25.0, np.random.default_rng(5)), turns


@pytest.fixture(scope="module")
def diarizer() -> Diarizer:
    return PyannoteDiarizer(BUNDLED, "cpu", num_speakers=2)


@pytest.fixture(scope="module")
def heard(diarizer: Diarizer, call: tuple[Samples, list[Turn]]) -> tuple[Turn, ...]:
    return diarizer.diarize(call[0])


def test_two_voices_become_two_speakers(
    heard: tuple[Turn, ...], call: tuple[Samples, list[Turn]]
) -> None:
    assert {turn.speaker for turn in heard} == {"speaker-0", "speaker-1"}
    assert heard[0].speaker == "speaker-0"
    assert list(heard) == sorted(heard, key=lambda turn: turn.start_s)
    for said in call[1]:
        expected = "speaker-0" if said.speaker == WOMAN.name else "speaker-1"
        by_speaker = {
            speaker: sum(
                max(0.0, min(t.end_s, said.end_s) - max(t.start_s, said.start_s))
                for t in heard
                if t.speaker == speaker
            )
            for speaker in ("speaker-0", "speaker-1")
        }
        assert by_speaker[expected] > 0.7 * (said.end_s - said.start_s), said
        assert max(by_speaker, key=lambda speaker: by_speaker[speaker]) == expected, said


def test_equal_samples_give_equal_turns(
    heard: tuple[Turn, ...], call: tuple[Samples, list[Turn]]
) -> None:
    again = PyannoteDiarizer(BUNDLED, "cpu", num_speakers=2)
    assert again.diarize(call[0]) == heard


def test_voices_keep_their_number_from_block_to_block(
    heard: tuple[Turn, ...], call: tuple[Samples, list[Turn]]
) -> None:
    """A long recording is heard in blocks; here the call twice, a block each."""
    samples, _ = call
    silence = np.zeros(SAMPLE_RATE_HZ, np.float32)
    length_s = (len(samples) + len(silence)) / SAMPLE_RATE_HZ
    twice = PyannoteDiarizer(BUNDLED, "cpu", num_speakers=2, block_s=length_s)
    turns = twice.diarize(np.concatenate([samples, silence, samples, silence]))
    first = [turn for turn in turns if turn.end_s <= length_s]
    again = [turn for turn in turns if turn.start_s >= length_s]
    assert [turn.speaker for turn in first] == [turn.speaker for turn in heard]
    assert [turn.speaker for turn in again] == [turn.speaker for turn in heard]
    assert again[0].start_s == pytest.approx(heard[0].start_s + length_s, abs=0.01)


def test_one_voice_is_one_speaker_where_the_number_is_unknown() -> None:
    (speech,) = speak_all([(" ".join(text for voice, text in SAID if voice is MAN), MAN)])
    samples = speech.samples
    noisy = add_noise(telephone_band(samples), 30.0, np.random.default_rng(6))
    turns = PyannoteDiarizer(BUNDLED, num_speakers=None).diarize(noisy)
    assert {turn.speaker for turn in turns} == {"speaker-0"}


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.5, 3.0, 12.0])
def test_silence_of_any_length_has_no_turns(diarizer: Diarizer, seconds: float) -> None:
    samples = np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32)
    assert diarizer.diarize(samples) == ()


def test_real_people_are_told_apart() -> None:
    """The 30 s of real conversation in pyannote's wheel; the bundled models are weak there."""
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.database.util import load_rttm
    from pyannote.metrics.diarization import DiarizationErrorRate

    from qa_pipeline.audio import decode

    # Not imported: the package decodes the file with torchcodec as it is imported.
    package = find_spec("pyannote.audio")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "sample"
    samples = decode(folder / "sample.wav").sound.samples[0]
    heard = Annotation()
    for index, turn in enumerate(PyannoteDiarizer(BUNDLED).diarize(samples)):
        heard[Segment(turn.start_s, turn.end_s), index] = turn.speaker
    (reference,) = load_rttm(folder / "sample.rttm").values()
    whole = Timeline([Segment(0.0, len(samples) / SAMPLE_RATE_HZ)])
    assert DiarizationErrorRate()(reference, heard, uem=whole) < 0.3


def test_a_voice_is_heard_at_the_rate_of_its_model(call: tuple[Samples, list[Turn]]) -> None:
    """The bundled models hear 8 kHz: what lies above 4 kHz is nothing to them."""
    samples, turns = call
    spans = [Region(t.start_s, t.end_s) for t in turns if t.speaker == MAN.name]
    whistle = 0.05 * np.sin(2 * np.pi * 6000 * np.arange(len(samples)) / SAMPLE_RATE_HZ)
    reader = PyannoteDiarizer(BUNDLED)
    plain = reader.voice(samples, spans)
    whistled = reader.voice((samples + whistle).astype(np.float32), spans)
    assert plain is not None
    assert whistled is not None
    assert alike(plain, whistled) > 0.999


def test_a_voice_that_was_read_is_not_read_again(
    call: tuple[Samples, list[Turn]], monkeypatch: pytest.MonkeyPatch
) -> None:
    samples, (first, second, *_) = call
    reader = PyannoteDiarizer(BUNDLED, "cpu", num_speakers=2)
    read: list[int] = []
    inner = reader._read
    monkeypatch.setattr(reader, "_read", lambda spoken: read.append(len(spoken)) or inner(spoken))
    one, other = ([Region(t.start_s, t.end_s)] for t in (first, second))
    before = reader.voice(samples, one, 1.0)
    assert before is not None
    before_value = before.copy()
    before *= 0.0  # whoever asks may do with it what they like
    assert np.array_equal(reader.voice(samples.copy(), one, 1.5), before_value)  # type: ignore[arg-type]
    assert not np.array_equal(reader.voice(samples, other, 1.0), before_value)  # type: ignore[arg-type]
    assert len(read) == 2


def test_missing_and_incomplete_folders_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.yaml is missing.*models verify"):
        PyannoteDiarizer(tmp_path)
    (tmp_path / "config.yaml").write_text((BUNDLED / "config.yaml").read_text("utf-8"), "utf-8")
    with pytest.raises(ModelError, match=f"{tmp_path}.*models verify"):
        PyannoteDiarizer(tmp_path).diarize(np.zeros(SAMPLE_RATE_HZ, np.float32))


def test_the_version_changes_with_the_files(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("version: 1", "utf-8")
    first = PyannoteDiarizer(tmp_path).version
    (tmp_path / "config.yaml").write_text("version: 2", "utf-8")
    assert PyannoteDiarizer(tmp_path).version != first
    assert PyannoteDiarizer(BUNDLED).version.startswith("pyannote.audio-4")


def test_gaps_close_blips_go_and_speakers_are_numbered_as_they_appear() -> None:
    spans = [(2.0, 3.0, "A"), (0.0, 1.0, "B"), (1.2, 1.5, "B"), (4.0, 4.05, "A"), (5.0, 6.0, "C")]
    assert [(t.speaker, t.start_s, t.end_s) for t in tidy_turns(spans, 0.25, 0.1)] == [
        ("speaker-0", 0.0, 1.5),
        ("speaker-1", 2.0, 3.0),
        ("speaker-2", 5.0, 6.0),
    ]


def test_nothing_leaks_to_the_terminal_and_nothing_heavy_is_imported_early() -> None:
    program = f"""
import json, sys, warnings
from pathlib import Path
import numpy as np
from qa_pipeline.speakers import PyannoteDiarizer
early = [name for name in ("torch", "pyannote.audio") if name in sys.modules]
warnings.simplefilter("always")
rng = np.random.default_rng(0)
turns = PyannoteDiarizer(Path({str(BUNDLED)!r}), "cpu", 2).diarize(
    (0.1 * rng.standard_normal(16000 * 4)).astype(np.float32)
)
from pyannote.audio.telemetry import metrics
print(json.dumps([early, metrics.is_metrics_enabled()]))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == [[], False]
    assert ran.stderr == ""
