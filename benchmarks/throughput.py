"""Hours of calls an hour with the public models' shapes: ``python -m benchmarks.throughput``.

With ``--profile standard`` and its weights pulled, the real models run. Otherwise models of the
same shapes with random weights do, which write so many tokens a window whatever they hear
(``--tokens``): the work of recognising, without the words. Everything else is the pipeline as it
is. On a GPU its use and memory are sampled with ``nvidia-smi`` meanwhile.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from benchmarks.random_models import WHISPER_SHAPES, write_diarization, write_whisper
from benchmarks.speed import Speed, incoming_calls, measure
from qa_pipeline.records import Samples
from qa_pipeline.records.base import Record
from qa_pipeline.speakers import PyannoteDiarizer
from qa_pipeline.transcribe import (
    FasterWhisperEngine,
    FinishedTranscription,
    Vocabulary,
    Writing,
    whisper,
)
from qa_pipeline.transcribe.decoder import Heard, Prompt, WhisperDecoder
from qa_pipeline.transcribe.encoded import Encoded

_PROMPT = 4
_NO_PROMPT = Prompt()


class DeviceUse(Record):
    """What ``nvidia-smi`` said of one GPU during a run."""

    busy_pct: float | None
    """Mean share of the time in which a kernel ran; ``None`` where it is not told (MIG)."""
    memory_mib: float | None
    """Most memory in use, by anybody; ``None`` where it is not told."""


class Throughput(Record):
    """What a run came to."""

    weights: str
    """``real``, or what was put in their place."""
    speed: Speed
    device: DeviceUse | None

    @property
    def hours_an_hour(self) -> float:
        """Hours of sound in an hour of wall time."""
        return self.speed.audio_s / self.speed.wall_s


class FixedLengthDecoder(WhisperDecoder):
    """Writes exactly so many tokens a window, 224 at most."""

    tokens = 120

    def __init__(self, *given: Any, **options: Any) -> None:
        # What stands for marks in the public tokenizer are letters in the one put in its place.
        super().__init__(*given, **options | {"suppress_non_speech": False})

    def _options(self, tokenizer: Any, frames: int, prompt: Prompt) -> Any:
        # CTranslate2 lets half of the whole length be new; the prompt has four tokens.
        wanted = 2 * self.tokens - _PROMPT
        return replace(super()._options(tokenizer, frames, prompt), max_new_tokens=wanted)

    def decode(
        self,
        sounds: Sequence[Samples],
        language: str,
        frames: int,
        prompt: Prompt = _NO_PROMPT,
        encoded_before: Sequence[Encoded] = (),
    ) -> list[Heard]:
        """Transcribe; that all of the tokens are written does not mean that more was said."""
        heard = super().decode(sounds, language, frames, prompt, encoded_before)
        return [replace(one, cut=False) for one in heard]


class Watch:
    """Samples the use of the GPUs twice a second, where ``nvidia-smi`` is."""

    def __init__(self) -> None:
        self._samples: dict[str, list[tuple[float | None, float | None]]] = {}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        if shutil.which("nvidia-smi"):
            asked = "--query-gpu=uuid,utilization.gpu,memory.used"
            self._process = subprocess.Popen(
                ["nvidia-smi", asked, "--format=csv,noheader,nounits", "-lms", "500"],
                stdout=subprocess.PIPE,
                text=True,
            )
            self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
            self._reader.start()
        return self

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        for line in process.stdout:
            name, busy, memory = (part.strip() for part in line.split(","))
            self._samples.setdefault(name, []).append((_number(busy), _number(memory)))

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._reader.join()
            if self._process.stdout is not None:
                self._process.stdout.close()

    def begin(self) -> None:
        """Forget what was seen by now: models that were written, loaded and warmed."""
        self._samples = {}

    def found(self, gpu: str | None = None) -> DeviceUse | None:
        """Return what was seen of a GPU, else of the busiest; ``None`` without any.

        ``gpu``: its UUID, as ``nvidia-smi -L`` lists it.
        """
        samples = dict(self._samples)
        seen = [samples[gpu]] if gpu in samples else list(samples.values())
        used = [
            DeviceUse(
                busy_pct=statistics.fmean(busy) if busy else None,
                memory_mib=max(memory, default=None),
            )
            for one in seen
            for busy, memory in [
                (
                    [value for value, _ in one if value is not None],
                    [value for _, value in one if value is not None],
                )
            ]
        ]
        return max(used, key=lambda use: (use.busy_pct or 0.0, use.memory_mib or 0.0), default=None)


def _number(told: str) -> float | None:
    """Read a number; ``None`` where the driver tells none, as ``[N/A]`` on a partitioned GPU."""
    try:
        return float(told)
    except ValueError:
        return None


def _uuid(device: str) -> str | None:
    """Return the UUID of the GPU that a run was on; ``None`` for the processor."""
    import torch

    if not device.startswith("cuda"):
        return None
    return f"GPU-{torch.cuda.get_device_properties(device).uuid}"


def random_parts(models: Path, shape: str, tokens: int, parts: Any) -> None:
    """Put models of the public shapes with random weights in the place of a profile's.

    ``models`` keeps them: runs of one folder write them once.
    """
    device = parts.device
    precision, batch_size = device.compute_type, parts.windows_at_once
    folder = models / f"{shape}-{precision}"
    if not (folder / "model.bin").exists():
        write_whisper(folder, WHISPER_SHAPES[shape], precision)
    if not (models / "diarization" / "config.yaml").exists():
        write_diarization(models / "diarization")
    whisper.__dict__["WhisperDecoder"] = FixedLengthDecoder
    try:
        engine = FasterWhisperEngine(
            folder, device.name, precision, batch_size=batch_size, languages=("en", "zh")
        )
    finally:
        whisper.__dict__["WhisperDecoder"] = WhisperDecoder
    engine.__dict__["_decoder"].tokens = tokens
    finished = FinishedTranscription(engine, Vocabulary(()), Writing("simplified", "by_pauses"))
    parts.__dict__["engine"] = finished
    parts.__dict__["diarizer"] = PyannoteDiarizer(models / "diarization", device.name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print what it came to."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.throughput")
    parser.add_argument("--copies", type=int, default=20, help="times that the sample calls come")
    parser.add_argument("--calls", type=int, help="only the first so many of the sample calls")
    parser.add_argument("--profile", help="one with real weights; else random ones")
    parser.add_argument("--shape", choices=WHISPER_SHAPES, default="large-v3-turbo")
    parser.add_argument("--models", type=Path, help="folder that keeps random models between runs")
    parser.add_argument("--tokens", type=int, default=120, help="a window of 30 s")
    parser.add_argument("--batch-size", type=int, help="windows that share a batch")
    parser.add_argument("--batch-calls", type=int, default=32)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--json", type=Path, help="write the result to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        found = run(Path(scratch), options)
    report(found)
    if options.json:
        options.json.write_text(json.dumps(found.model_dump(), indent=1) + "\n", encoding="utf-8")


def run(scratch: Path, options: argparse.Namespace) -> Throughput:
    """Lay out the calls, put the models in place and run."""
    incoming = incoming_calls(scratch / "incoming", options.copies, options.calls)
    given = {
        "device": options.device,
        "batch_calls": options.batch_calls,
        "batch_size": options.batch_size,
    }
    used: list[str] = []

    def prepare(parts: Any) -> None:
        used.append(parts.device.name)
        if not options.profile:
            random_parts(options.models or scratch, options.shape, options.tokens, parts)

    weights = f"real, profile {options.profile}"
    if not options.profile:
        weights = (
            f"random, shapes of Whisper {options.shape} ({options.tokens} tokens a window) "
            "and pyannote community-1; the bundled tone model"
        )
    profile = options.profile or "bundled"
    with Watch() as watch:
        data = scratch / "data"
        speed = measure(incoming, data, profile, prepare, begun=watch.begin, **given)
        device = watch.found(_uuid(used[0]))
    return Throughput(weights=weights, speed=speed, device=device)


def report(found: Throughput) -> None:
    """Print a result for people."""
    speed = found.speed
    print(f"{speed.made_at}, {speed.machine}; weights: {found.weights}")
    print(
        f"{speed.calls} calls, {speed.audio_s / 3600:.2f} h of sound in {speed.wall_s:.0f} s: "
        f"{found.hours_an_hour:.0f} hours an hour"
    )
    for name, seconds in sorted(speed.inside_s.items(), key=lambda item: -item[1]):
        print(f"  inside {name:<16}{seconds:8.1f} s, {100 * seconds / speed.wall_s:.0f} % of it")
    print(f"  a model at work {speed.busy_s:14.1f} s; own cost {speed.own_cost:.3f}")
    if found.device:
        busy, memory = found.device.busy_pct, found.device.memory_mib
        print(
            f"  GPU busy {'not told' if busy is None else f'{busy:.0f} %'}, most memory "
            f"{'not told' if memory is None else f'{memory:.0f} MiB'}"
        )
    else:
        print("  no GPU: nothing was sampled")


if __name__ == "__main__":
    main(sys.argv[1:])
