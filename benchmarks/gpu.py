"""What a GPU does, in one command of ten minutes: ``python -m benchmarks.gpu --json found.json``.

Runs ``benchmarks.throughput`` with Whisper large-v3-turbo's shape as the settings have it, with
more windows at once, with two processes that share the GPU, and with large-v3's shape; then, with
``--whisperx ENV/bin/python``, ``benchmarks.against_whisperx``. Each in processes of its own; the
figures are written after each. What does not end in time (``--minutes``) is left out and named.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.throughput import Throughput

_LEAST_S = 30.0
"""Nothing is begun with less time left."""


@dataclass(frozen=True)
class Step:
    """One thing to measure: so many processes of a benchmark at once."""

    name: str
    module: str
    arguments: tuple[str, ...]
    processes: int = 1


def steps(options: argparse.Namespace) -> list[Step]:
    """Return what is measured, the most wanted first."""

    def throughput(name: str, *more: str, processes: int = 1) -> Step:
        return Step(name, "benchmarks.throughput", (*common, *more), processes)

    common = ["--device", options.device, "--copies", str(options.copies)]
    common += ["--tokens", str(options.tokens)]
    common += ["--calls", str(options.calls)] if options.calls else []
    shape, larger = ("--shape", options.shape), ("--shape", options.larger)
    found = [
        throughput("as the settings have it", *shape),
        throughput("64 windows at once", *shape, "--batch-size", "64"),
        throughput("two processes", *shape, processes=2),
        throughput("the larger model", *larger),
    ]
    if options.whisperx:
        kind = options.device.partition(":")[0]
        given = ("--python", str(options.whisperx), "--calls", "20", "--rounds", "1")
        found.append(Step("WhisperX", "benchmarks.against_whisperx", (*given, "--device", kind)))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what time allows and print what it came to."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.gpu")
    parser.add_argument("--minutes", type=float, default=9.0, help="time for all of it")
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--shape", default="large-v3-turbo")
    parser.add_argument("--larger", default="large-v3", help="shape of the last run")
    parser.add_argument("--copies", type=int, default=10, help="times that the sample calls come")
    parser.add_argument("--calls", type=int, help="only the first so many of the sample calls")
    parser.add_argument("--tokens", type=int, default=120, help="a window of 30 s")
    parser.add_argument("--whisperx", type=Path, help="Python of an environment with whisperx")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    ends = time.monotonic() + 60.0 * options.minutes
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for step in steps(options):
            found[step.name] = _run(step, Path(scratch), ends)
            print(f"{step.name}: {_said(found[step.name])}", flush=True)
            if options.json:
                options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _run(step: Step, scratch: Path, ends: float) -> object:
    """Return the result of each process of a step, or why there is none."""
    left_s = ends - time.monotonic()
    if left_s < _LEAST_S:
        return "no time was left"
    models = ("--models", str(scratch)) if step.module == "benchmarks.throughput" else ()
    files = [scratch / f"{step.name}-{number}.json" for number in range(step.processes)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", step.module, *step.arguments, *models, "--json", str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for file in files
    ]
    try:
        told = [
            process.communicate(timeout=max(1.0, ends - time.monotonic()))[1] for process in running
        ]
    except subprocess.TimeoutExpired:
        return "did not end in time"
    finally:
        for process in running:
            process.kill()
            process.wait()
    if any(process.returncode for process in running):
        return f"failed: {told[0][-800:]}"
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def _said(result: object) -> str:
    if not isinstance(result, list):
        return str(result)
    try:
        runs = [Throughput.model_validate(one) for one in result]
    except ValueError:
        return json.dumps(result)
    hours = sum(run.speed.audio_s for run in runs) / max(run.speed.wall_s for run in runs)
    first = runs[0]
    use = first.device
    busy = "not told" if use is None or use.busy_pct is None else f"{use.busy_pct:.0f} %"
    memory = "not told" if use is None or use.memory_mib is None else f"{use.memory_mib:.0f} MiB"
    inside = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in first.speed.inside_s.items())
    return (
        f"{hours:.0f} hours an hour, GPU busy {busy}, memory {memory}; {first.weights}; "
        f"{first.speed.wall_s:.1f} s, of which {inside}"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
