"""Speed against WhisperX: ``python -m benchmarks.against_whisperx --python ENV/bin/python``.

``ENV`` is an environment of its own: ``uv venv ENV``, then ``uv pip install -p ENV/bin/python
whisperx pydantic rapidfuzz scikit-learn`` (WhisperX pins other versions than ours; the other
packages are what the bundled diarization model imports). Both sides hear the same calls with the
same models, int8 on a CPU, after the models are loaded; runs alternate and medians are compared.

What is compared: WhisperX decodes, finds speech, transcribes the mix, diarizes every call and
assigns speakers. Ours decodes, finds speech, transcribes every channel with word times, diarizes
mono calls, finds roles, measures, scores and writes to the store. WhisperX's forced alignment is
left out on its side.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.speed import measure
from qa_pipeline.audio import decode
from qa_pipeline.resources import resource_folder
from synthesis.audio_file import write_audio
from synthesis.dialogue import TelephoneLine

SIDE = Path(__file__).with_name("against_whisperx_side.py")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run both sides in turn and print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.against_whisperx")
    parser.add_argument("--python", type=Path, required=True, help="Python that has whisperx")
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chunk-s", type=int, nargs="*", default=[30, 10], help="of WhisperX")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        files = make_calls(Path(scratch) / "calls", options.calls)
        found = [_round(files, Path(scratch) / f"data-{n}", options) for n in range(options.rounds)]
    ours = statistics.median(one["ours"]["wall_s"] for one in found)
    audio_s = found[0]["ours"]["audio_s"]
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, "
        f"{len(os.sched_getaffinity(0))} cores; {options.calls} calls, {audio_s / 60:.0f} min, "
        f"{options.rounds} rounds"
    )
    print(f"qa_pipeline            {ours:8.1f} s  {audio_s / ours:6.1f}x real time")
    for chunk_s in options.chunk_s:
        theirs = [one[str(chunk_s)] for one in found]
        seconds = statistics.median(one["seconds"] for one in theirs)
        steps = {name: round(value, 1) for name, value in theirs[0]["steps"].items()}
        print(
            f"WhisperX, chunks {chunk_s:>2} s {seconds:9.1f} s  {audio_s / seconds:6.1f}x real "
            f"time; ours takes {ours / seconds:.2f} of it; first round {steps}"
        )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def make_calls(folder: Path, count: int) -> list[Path]:
    """Join sample calls of one layout to calls of 1 to 5 minutes, 8 kHz WAV."""
    folder.mkdir(parents=True)
    samples = [
        decode(path)
        for path in sorted(resource_folder("sample_calls").iterdir())
        if path.suffix in (".wav", ".mp3")
    ]
    by_rows = {rows: [s for s in samples if len(s.sound.samples) == rows] for rows in (1, 2)}
    rng = np.random.default_rng(60)
    made = []
    for number in range(count):
        rows = by_rows[1 + number % 2]
        wanted_s = float(rng.uniform(60, 300))
        parts: list[Any] = []
        while sum(part.shape[1] for part in parts) < wanted_s * 16_000:
            parts.append(rows[int(rng.integers(len(rows)))].sound.samples)
        joined = np.concatenate(parts, axis=1)[:, : (300 * 16_000)]
        path = folder / f"call-{number:03d}.wav"
        write_audio(path, joined, TelephoneLine())
        made.append(path)
    return made


def _round(files: list[Path], data_dir: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Run both sides once."""
    ours = measure(files[0].parent, data_dir, "bundled")
    found: dict[str, Any] = {"ours": ours.model_dump() | {"own_cost": ours.own_cost}}
    for chunk_s in options.chunk_s:
        job = {
            "files": [str(path) for path in files],
            "models": str(resource_folder("models") / "bundled"),
            "threads": len(os.sched_getaffinity(0)),
            "device": "cpu",
            "compute_type": "int8",
            "batch_size": 8,
            "chunk_s": chunk_s,
        }
        done = subprocess.run(
            [str(options.python), str(SIDE)],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": str(SIDE.parents[1])},
        )
        lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
        if not lines:
            raise RuntimeError(f"WhisperX gave no result:\n{done.stderr[-2000:]}")
        found[str(chunk_s)] = json.loads(lines[0].removeprefix("RESULT "))
    print(f"round: ours {ours.wall_s:.1f} s", file=sys.stderr, flush=True)
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
