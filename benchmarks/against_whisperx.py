"""Speed against WhisperX: ``python -m benchmarks.against_whisperx --python ENV/bin/python``.

``ENV`` is an environment of its own: ``uv venv ENV``, then ``uv pip install -p ENV/bin/python
whisperx pydantic rapidfuzz scikit-learn`` (WhisperX pins other versions than ours; the other
packages are what the bundled diarization model imports). Both sides hear the same calls with the
same models, int8 on a CPU and float16 on a GPU (``--device cuda``), after they are loaded. Each
round runs every side once, in turned order, so that a machine that is busy with something else is
so for all; medians are compared.

The calls are the sample calls, whole conversations one after another on one recording, cut to
lengths spread evenly over 1 to 5 minutes; every second is stereo. No silence is added.

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
from qa_pipeline.records import SAMPLE_RATE_HZ
from qa_pipeline.resources import resource_folder
from synthesis.audio_file import write_audio
from synthesis.dialogue import TelephoneLine

_COMPUTE_TYPES = {"cpu": "int8", "cuda": "float16"}
SIDE = Path(__file__).with_name("against_whisperx_side.py")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run both sides in turn and print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.against_whisperx")
    parser.add_argument("--python", type=Path, required=True, help="Python that has whisperx")
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chunk-s", type=int, nargs="*", default=[30, 10], help="of WhisperX")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--batch-size", type=int, default=8, help="windows at once, both sides")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        files = make_calls(Path(scratch) / "calls", options.calls)
        found: list[dict[str, Any]] = []
        for number in range(options.rounds):
            found.append(_round(files, Path(scratch) / f"data-{number}", options, number))
            if options.json:  # after every round: hours of work must survive a power cut
                options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    _report(found, options)


def _report(found: list[dict[str, Any]], options: argparse.Namespace) -> None:
    """Print medians of all rounds, their spread and the ratio within rounds."""
    ours = [float(one["ours"]["wall_s"]) for one in found]
    audio_s = found[0]["ours"]["audio_s"]
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, "
        f"{len(os.sched_getaffinity(0))} cores; {options.calls} calls, {audio_s / 60:.0f} min, "
        f"{len(found)} rounds"
    )
    print(f"qa_pipeline            {_spread(ours, audio_s)}")
    for chunk_s in options.chunk_s:
        theirs = [one[str(chunk_s)] for one in found]
        seconds = [float(one["seconds"]) for one in theirs]
        ratio = statistics.median(a / b for a, b in zip(ours, seconds, strict=True))
        steps = {name: round(value, 1) for name, value in theirs[0]["steps"].items()}
        print(
            f"WhisperX, chunks {chunk_s:>2} s {_spread(seconds, audio_s)}; "
            f"ours takes {ratio:.2f} of it; first round {steps}"
        )


def _spread(seconds: list[float], audio_s: float) -> str:
    middle = statistics.median(seconds)
    return (
        f"{middle:8.1f} s ({min(seconds):.1f} to {max(seconds):.1f})  "
        f"{audio_s / middle:6.1f}x real time"
    )


def make_calls(folder: Path, count: int) -> list[Path]:
    """Join sample calls of one layout to calls of exactly 1 to 5 minutes, 8 kHz WAV.

    Lengths are spread evenly; which conversations come together, and in which order, is drawn.
    """
    folder.mkdir(parents=True)
    samples = [
        decode(path)
        for path in sorted(resource_folder("sample_calls").iterdir())
        if path.suffix in (".wav", ".mp3")
    ]
    by_rows = {rows: [s for s in samples if len(s.sound.samples) == rows] for rows in (1, 2)}
    rng = np.random.default_rng(60)
    made = []
    lengths_s = rng.permutation(np.linspace(60, 300, count))
    for number, wanted_s in enumerate(lengths_s.tolist()):
        rows = by_rows[1 + number % 2]
        wanted = round(wanted_s * SAMPLE_RATE_HZ)
        parts: list[Any] = []
        while sum(part.shape[1] for part in parts) < wanted:
            following = rng.permutation(len(rows))
            parts += [rows[int(index)].sound.samples for index in following[:4]]
        joined = np.concatenate(parts, axis=1)[:, :wanted]
        path = folder / f"call-{number:03d}.wav"
        write_audio(path, joined, TelephoneLine())
        made.append(path)
    return made


def _round(
    files: list[Path], data_dir: Path, options: argparse.Namespace, number: int
) -> dict[str, Any]:
    """Run every side once, beginning with another one each round."""
    sides: list[int | None] = [None, *options.chunk_s]
    first = number % len(sides)
    found: dict[str, Any] = {}
    for side in (*sides[first:], *sides[:first]):
        if side is None:
            ours = measure(
                files[0].parent,
                data_dir,
                "bundled",
                device=options.device,
                batch_size=options.batch_size,
            )
            found["ours"] = ours.model_dump() | {"own_cost": ours.own_cost}
            print(f"round {number}: ours {ours.wall_s:.1f} s", file=sys.stderr, flush=True)
        else:
            theirs = _theirs(files, side, options)
            found[str(side)] = theirs
            took = f"WhisperX, chunks {side} s, {theirs['seconds']:.1f} s"
            print(f"round {number}: {took}", file=sys.stderr, flush=True)
    return found


def _theirs(files: list[Path], chunk_s: int, options: argparse.Namespace) -> dict[str, Any]:
    """Run WhisperX once over all files, in a process of its own."""
    job = {
        "files": [str(path) for path in files],
        "models": str(resource_folder("models") / "bundled"),
        "threads": len(os.sched_getaffinity(0)),
        "device": options.device,
        "compute_type": _COMPUTE_TYPES[options.device],
        "batch_size": options.batch_size,
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
    result: dict[str, Any] = json.loads(lines[0].removeprefix("RESULT "))
    return result


if __name__ == "__main__":
    main(sys.argv[1:])
