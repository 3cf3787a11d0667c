"""More said than a model writes for one window is heard to its end, in halves."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.random_models import WHISPER_SHAPES, write_whisper
from qa_pipeline.records import Region, Samples
from qa_pipeline.transcribe import ChannelRequest, FasterWhisperEngine, Vocabulary
from qa_pipeline.transcribe.decoder import Heard, Prompt, WhisperDecoder
from qa_pipeline.transcribe.text import TimedText
from qa_pipeline.transcribe.windows import Window, halves

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model that writes text without end, whatever it hears."""
    made = tmp_path_factory.mktemp("endless")
    write_whisper(made, WHISPER_SHAPES["tiny"], "int8")
    return made


@pytest.fixture(scope="module")
def decoder(folder: Path) -> WhisperDecoder:
    return WhisperDecoder(
        folder,
        "cpu",
        "int8",
        beam_size=1,
        pad_to_window=True,
        suppress_non_speech=False,
        cpu_threads=1,
    )


def noise(seconds: float) -> Samples:
    rng = np.random.default_rng(1)
    return rng.normal(0, 0.1, round(seconds * RATE_HZ)).astype(np.float32)


def tokens_written(decoder: WhisperDecoder, prompt: Prompt) -> tuple[int, Heard]:
    counts: list[int] = []
    generate = decoder._pipeline.generate_segment_batched

    def counted(*given: object) -> Any:
        encoded, outputs = generate(*given)
        counts.extend(len(output["tokens"]) for output in outputs)
        return encoded, outputs

    decoder._pipeline.__dict__["generate_segment_batched"] = counted
    try:
        (heard,) = decoder.decode([noise(3.0)], "zh", decoder.padded_frames(3.0), prompt)
    finally:
        del decoder._pipeline.__dict__["generate_segment_batched"]
    return counts[0], heard


def test_a_text_that_reaches_the_end_of_what_may_be_written_is_known(
    decoder: WhisperDecoder,
) -> None:
    count, heard = tokens_written(decoder, Prompt())
    assert count == 224
    assert heard.cut


def test_names_do_not_take_the_room_of_the_text(decoder: WhisperDecoder) -> None:
    names = Vocabulary([f"青藤{chr(0x4E00 + n)}林" for n in range(150)])
    prompt = Prompt(names.hotwords("zh"), "以下是一段普通话的客服通话录音，请加上标点。")
    count, heard = tokens_written(decoder, prompt)
    assert count == 224
    assert heard.cut


class Scripted:
    """Stands for a decoder that writes three words a second, twelve at most."""

    def __init__(self) -> None:
        self.lengths_s: list[float] = []

    def padded_frames(self, _duration_s: float) -> int:
        return 3000

    def decode(
        self,
        sounds: Sequence[Samples],
        _language: str,
        _frames: int,
        _prompt: Prompt,
        _encoded_before: object,
    ) -> list[Heard]:
        heard = []
        for sound in sounds:
            length_s = len(sound) / RATE_HZ
            self.lengths_s.append(length_s)
            starts = [n / 3 for n in range(int(3 * length_s))]
            pieces = [
                TimedText(f" w{chr(97 + n)}{chr(97 + len(self.lengths_s))}", s, s + 0.3, 0.9)
                for n, s in enumerate(starts[:12])
            ]
            heard.append(Heard(tuple(pieces), -0.1, 0.0, len(starts) >= 12))
        return heard


def test_the_end_of_a_dense_window_is_heard(folder: Path) -> None:
    engine = FasterWhisperEngine(folder, compute_type="int8", languages=("en",))
    scripted = Scripted()
    engine.__dict__["_decoder"] = scripted
    regions = (Region(0.5, 11.0), Region(11.5, 24.5))
    (transcript,) = engine.transcribe([ChannelRequest(noise(25.0), 0, None, regions)])
    assert scripted.lengths_s[0] == 24.0
    assert scripted.lengths_s[1:3] == [10.5, 13.0]
    assert len(transcript.words) > 55
    starts = [word.start_s for word in transcript.words]
    assert starts == sorted(starts)
    assert transcript.words[-1].end_s > 23.5
    assert transcript.mean_log_probability == -0.1


def test_a_model_that_is_stuck_is_not_asked_for_ever(folder: Path) -> None:
    engine = FasterWhisperEngine(folder, compute_type="int8", languages=("en",), beam_size=1)
    (transcript,) = engine.transcribe([ChannelRequest(noise(9.0), 0, None, (Region(0, 9),))])
    assert transcript.speech_s == 9.0


def test_a_window_is_split_at_a_pause_else_where_it_is_quiet() -> None:
    sound = noise(20.0)
    sound[round(9.0 * RATE_HZ) : round(9.2 * RATE_HZ)] *= 0.01
    whole = Window(0.0, 20.0, (Region(0.0, 20.0),))
    both = halves(whole, sound, 2.0)
    assert both is not None
    assert both[0].end_s == both[1].start_s == pytest.approx(9.1, abs=0.1)
    paused = Window(0.0, 20.0, (Region(0.0, 2.0), Region(3.0, 11.0), Region(11.3, 20.0)))
    both = halves(paused, sound, 2.0)
    assert both == (
        Window(0.0, 11.0, (Region(0.0, 2.0), Region(3.0, 11.0))),
        Window(11.3, 20.0, (Region(11.3, 20.0),)),
    )
    assert halves(Window(1.0, 4.5, (Region(1.0, 4.5),)), sound, 2.0) is None
