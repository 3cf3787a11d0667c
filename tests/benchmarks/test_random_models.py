"""Models of the public shapes with random weights run as real ones do, and write what is asked."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.random_models import WHISPER_SHAPES, write_diarization, write_whisper
from benchmarks.throughput import FixedLengthDecoder
from qa_pipeline.speakers import PyannoteDiarizer


@pytest.fixture(scope="module")
def noise() -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    return np.random.default_rng(1).normal(0, 0.1, 12 * 16_000).astype(np.float32)


def test_every_window_gets_the_same_number_of_tokens(
    tmp_path: Path, noise: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]"
) -> None:
    write_whisper(tmp_path, WHISPER_SHAPES["tiny"], "int8")
    decoder = FixedLengthDecoder(
        tmp_path,
        "cpu",
        "int8",
        beam_size=2,
        pad_to_window=True,
        suppress_non_speech=False,
        cpu_threads=1,
    )
    seen: list[int] = []
    generate = decoder._pipeline.generate_segment_batched

    def counted(*given: object) -> object:
        encoded, outputs = generate(*given)
        seen.extend(len(output["tokens"]) for output in outputs)
        return encoded, outputs

    decoder._pipeline.__dict__["generate_segment_batched"] = counted
    for tokens in (5, 17):
        decoder.tokens = tokens
        decoder.decode([noise, noise[:16_000]], "en", decoder.padded_frames(12.0))
    assert seen == [5, 5, 17, 17]


def test_the_diarization_pipeline_loads_and_hears(
    tmp_path: Path, noise: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]"
) -> None:
    write_diarization(tmp_path)
    turns = PyannoteDiarizer(tmp_path, "cpu").diarize(noise)
    assert all(0 <= turn.start_s < turn.end_s <= 12.5 for turn in turns)
