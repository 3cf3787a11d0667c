"""FunASR itself, offline, on tiny models with random weights: what they write is nonsense, but its
order, times, probabilities and tags come from the real code."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry import load_profile
from qa_pipeline.model_registry.refresh import refresh
from qa_pipeline.pipeline.parts import Parts
from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Samples, Transcript
from qa_pipeline.settings import Settings
from qa_pipeline.transcribe import ChannelRequest, FunAsrEngine
from qa_pipeline.transcribe.funasr_model import FunAsrModel
from qa_pipeline.transcribe.funasr_results import UNSCORED
from tests.model_registry.manifests import BUNDLED, bundled_models
from tests.running import environment
from tests.transcribe import funasr_models

pytestmark = [
    pytest.mark.skipif(find_spec("funasr") is None, reason="the extra 'funasr' is not installed"),
    # The library and what it imports warn about their own future.
    pytest.mark.filterwarnings("default"),
]


def noise(seconds: float, seed: int) -> Samples:
    """Return noise whose loudness moves as that of speech does."""
    generator = np.random.default_rng(seed)
    time = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    swing = np.abs(np.sin(2 * np.pi * 2.1 * time + seed))
    return (0.1 * generator.standard_normal(len(time)) * swing).astype(np.float32)


def calls(language: str | None) -> list[ChannelRequest]:
    regions = [
        (Region(1.0, 4.0), Region(6.5, 9.0)),
        (Region(0.2, 3.1), Region(4.6, 8.0)),
        (Region(2.0, 2.3),),
    ]
    return [
        ChannelRequest(noise(10.0, number), number, language, spans)
        for number, spans in enumerate(regions)
    ]


def windows(requests: Sequence[ChannelRequest]) -> list[Samples]:
    """Return the sound between the first and the last region of the requests' windows."""
    return [
        r.samples[round(span.start_s * SAMPLE_RATE_HZ) : round(span.end_s * SAMPLE_RATE_HZ)]
        for r in requests
        for span in r.regions
    ]


@pytest.fixture(scope="module")
def paraformer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return funasr_models.paraformer(tmp_path_factory.mktemp("paraformer"))


@pytest.fixture(scope="module")
def sense_voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sense-voice")
    return funasr_models.sense_voice(folder, windows(calls(None)))


def check(requests: Sequence[ChannelRequest], heard: Sequence[Transcript]) -> None:
    """Fail unless words lie in order and where somebody speaks, with real probabilities."""
    assert len(heard) == len(requests)
    assert sum(len(t.words) for t in heard) > 20
    for asked, transcript in zip(requests, heard, strict=True):
        assert transcript.channel == asked.channel
        starts = [word.start_s for word in transcript.words]
        assert starts == sorted(starts)
        for word in transcript.words:
            assert any(r.start_s <= word.start_s <= r.end_s for r in asked.regions)
            assert any(r.start_s <= word.end_s <= r.end_s for r in asked.regions)
    probabilities = [word.probability for t in heard for word in t.words]
    assert len(set(probabilities)) > len(probabilities) // 2
    assert UNSCORED not in probabilities
    assert all(-5.0 < t.mean_log_probability < 0.0 for t in heard if t.mean_log_probability)


def test_paraformer_hears_windows_of_many_calls(paraformer: Path) -> None:
    engine = FunAsrEngine.from_folder(paraformer)
    requests = calls("zh")
    heard = engine.transcribe(requests)
    check(requests, heard)
    assert {t.language for t in heard} == {"zh"}
    assert all(t.no_speech_probability is None for t in heard)
    assert engine.transcribe(requests) == heard  # no noise on the features


@pytest.mark.parametrize("family", ["paraformer", "sense_voice"])
def test_a_call_is_heard_the_same_alone_and_in_company(
    family: str, request: pytest.FixtureRequest
) -> None:
    engine = FunAsrEngine.from_folder(request.getfixturevalue(family))
    requests = calls("zh")
    for asked, among in zip(requests, engine.transcribe(requests), strict=True):
        (alone,) = engine.transcribe([asked])
        assert [w.text for w in alone.words] == [w.text for w in among.words]
        assert [w.start_s for w in alone.words] == [w.start_s for w in among.words]
        assert [w.probability for w in alone.words] == pytest.approx(
            [w.probability for w in among.words], abs=0.001
        )


def test_paraformer_keeps_the_words_of_a_window_whose_times_fail(
    paraformer: Path, tmp_path: Path
) -> None:
    import torch

    folder = tmp_path / "model"
    folder.mkdir()
    for file in paraformer.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    state = torch.load(folder / "model.pt")
    # The network that finds times finds no place for any word; FunASR then ends with an error.
    state["predictor.cif_output2.weight"].zero_()
    state["predictor.cif_output2.bias"].fill_(-100.0)
    torch.save(state, folder / "model.pt")
    requests = calls("zh")[:1]
    (heard,) = FunAsrEngine.from_folder(folder).transcribe(requests)
    check(requests, [heard])


def test_sense_voice_tells_the_language_and_how_sure_it_is(sense_voice: Path) -> None:
    engine = FunAsrEngine.from_folder(sense_voice, languages=("en", "zh"))
    requests = calls(None)
    heard = engine.transcribe(requests)
    check(requests, heard)
    assert {t.language for t in heard} == {"zh"}
    assert all(t.language_probability > 0.9 for t in heard)
    assert all(t.no_speech_probability is not None for t in heard)
    assert not any("<" in word.text for t in heard for word in t.words)
    english = engine.transcribe(calls("en"))
    assert {t.language for t in english} == {"en"}


def test_sense_voice_words_are_those_of_its_own_text(sense_voice: Path) -> None:
    model = FunAsrModel(sense_voice)
    for heard in model.recognise(windows(calls(None)), "zh"):
        text = str(heard.result["text"])
        assert text.startswith("<|zh|><|NEUTRAL|><|Speech|><|withitn|>")
        written = text.rpartition("|>")[2]
        assert "".join(heard.result["words"]) == written == "".join(t.text for t in heard.tokens)
        assert len(heard.result["timestamp"]) == len(heard.tokens)


def characters(result: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the Chinese characters of a result with their starts in milliseconds."""
    timed = zip(result["words"], result["timestamp"], strict=True)
    return [(word, start) for word, (start, _) in timed if not word.isascii()]


def test_sense_voice_words_begin_where_funasr_puts_them(sense_voice: Path) -> None:
    sounds = [noise(seconds, number) for number, seconds in enumerate((3.0, 4.0, 5.0))]
    ours = FunAsrModel(sense_voice).recognise(sounds, "zh")
    library = funasr_models.load(sense_voice)
    same = total = 0
    for sound, heard in zip(sounds, ours, strict=True):
        (theirs,) = library.generate(
            input=[sound], language="zh", use_itn=True, output_timestamp=True
        )
        own, other = characters(heard.result), characters(theirs)
        assert [text for text, _ in own] == [text for text, _ in other]
        same += sum(a == b for a, b in zip(own, other, strict=True))
        total += len(own)
    # They cut the text into tokens anew and align those: Latin comes out otherwise at times, and
    # moves the character beside it.
    assert total > 20
    assert same >= 0.7 * total


OFFLINE = """
import os, sys
from pathlib import Path

def refuse(event, arguments):
    if event == "socket.getaddrinfo" or (
        event == "socket.connect" and isinstance(arguments[1], tuple)
    ):
        os.write(2, f"reached for {arguments}".encode())
        os._exit(3)

sys.addaudithook(refuse)
import numpy as np
from qa_pipeline.records import Region
from qa_pipeline.transcribe import ChannelRequest, FunAsrEngine
sound = np.random.default_rng(0).normal(0, 0.1, 64000).astype(np.float32)
request = ChannelRequest(sound, 0, "zh", (Region(0.0, 4.0),))
(heard,) = FunAsrEngine.from_folder(Path(sys.argv[1])).transcribe([request])
print(len(heard.words))
"""


def test_no_connection_is_even_tried(paraformer: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, str(paraformer)],
        env=environment(HOME=str(tmp_path)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) > 5


def test_what_is_no_model_of_these_families_is_refused(paraformer: Path, tmp_path: Path) -> None:
    for file in paraformer.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = (tmp_path / "config.yaml").read_text(encoding="utf-8")
    (tmp_path / "config.yaml").write_text(
        config.replace("model: SeacoParaformer", "model: BiCifParaformerOfTomorrow"),
        encoding="utf-8",
    )
    with pytest.raises(ModelError, match="cannot be loaded"):
        FunAsrEngine.from_folder(tmp_path)


def test_nothing_is_printed_and_logging_stays_as_it_was(
    paraformer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import logging

    root = logging.getLogger()
    before = (root.level, list(root.handlers), root.manager.disable)
    FunAsrEngine.from_folder(paraformer).transcribe(calls("zh")[:1])
    assert (root.level, list(root.handlers), root.manager.disable) == before
    assert capsys.readouterr().out == ""


def test_a_profile_of_this_kind_gives_the_engine(paraformer: Path, tmp_path: Path) -> None:
    manifest = BUNDLED.replace('kind = "faster-whisper"', 'kind = "funasr"').replace(
        'languages = ["en"]\ncompute', 'languages = ["zh"]\ncompute'
    )
    models_dir = bundled_models(tmp_path, manifest)
    for file in paraformer.iterdir():
        (models_dir / "bundled" / "ears" / file.name).write_bytes(file.read_bytes())
    refresh(models_dir)
    parts = Parts(load_profile("small", models_dir), Settings(device="cpu"))
    requests = calls("zh")
    check(requests, parts.engine.transcribe(requests))
