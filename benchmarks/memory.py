"""How much memory long and many calls need: ``python -m benchmarks.memory``.

Two questions, each answered by a process of its own whose resident memory is watched:
``--long HOURS`` processes one call of so many hours, mono and stereo, and reports the peak above
the process with its models loaded, over all and by stage; ``--many CALLS`` processes so many short
calls and reports resident memory after each tenth of them.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from qa_pipeline.progress import Silent

MIB = 1024 * 1024
CHILD = """
import sys
from benchmarks.memory import run_watched
run_watched(sys.argv[1], sys.argv[2], int(sys.argv[3]))
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the calls, run both questions and print the answers."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.memory")
    parser.add_argument("--long", type=float, default=4.0, help="hours of the long call; 0: none")
    parser.add_argument("--layouts", nargs="*", default=["mono", "stereo"], help="of the long call")
    parser.add_argument("--many", type=int, default=2000, help="short calls; 0: none")
    options = parser.parse_args(arguments)
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {len(os.sched_getaffinity(0))} cores"
    )
    with tempfile.TemporaryDirectory() as scratch:
        if options.long:
            for layout in options.layouts:
                folder = Path(scratch) / layout
                _long_call(folder, options.long, layout)
                _report(f"{options.long:g} h {layout}", _watched(folder, 1))
        if options.many:
            folder = Path(scratch) / "many"
            _short_calls(folder, options.many)
            _report(f"{options.many} short calls", _watched(folder, 10))


def run_watched(incoming: str, data_dir: str, points: int) -> None:
    """Load the models, process a folder, print memory in MiB as JSON (in a process of its own)."""
    from benchmarks.speed import _warm
    from qa_pipeline.pipeline import Line, OpenRun, find_scorecard
    from qa_pipeline.settings import read_settings

    settings = read_settings(data_dir=Path(data_dir))
    stages = _Stages()
    run = OpenRun([incoming], settings, [find_scorecard(settings.scorecard)])
    _warm(run.parts)
    run.parts.engine.transcribe([])
    loaded = _resident()
    peaks = [loaded]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            resident = _resident()
            peaks[0] = max(peaks[0], resident)
            stages.peaks[stages.now] = max(stages.peaks.get(stages.now, 0.0), resident)

    watcher = threading.Thread(target=watch)
    watcher.start()
    began = time.perf_counter()
    batches = list(run.batches())
    step = max(1, len(batches) // points)
    after: list[float] = []
    outcomes = []
    with Line(run, stages) as line:
        for number, ticket in enumerate(line.tickets(batches), start=1):
            outcomes.append(ticket.outcome())
            if number % step == 0:
                after.append(_resident())
    stages.stage("store", len(outcomes))
    run.finish(outcomes)
    done.set()
    watcher.join()
    print(
        json.dumps(
            {
                "loaded_mib": loaded,
                "peak_mib": max(
                    peaks[0], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                ),
                "after_mib": after,
                "peak_by_stage_mib": stages.peaks,
                "seconds": time.perf_counter() - began,
                "processed": sum(len(o.processed) for o in outcomes),
                "failures": [f.reason for o in outcomes for f in o.failures][:3],
            }
        )
    )


class _Stages(Silent):
    """Remembers the stage at work and the peak of each; several batches share the last stage."""

    def __init__(self) -> None:
        self.now = "decode"
        self.peaks: dict[str, float] = {}

    def stage(self, name: str, calls: int) -> None:
        """Take down that a stage begins."""
        if calls:
            self.now = name


def _resident() -> float:
    """Return this process's resident memory in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


def _watched(folder: Path, points: int) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), str(folder) + "-data", str(points)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def _report(what: str, found: dict[str, object]) -> None:
    loaded, peak = float(str(found["loaded_mib"])), float(str(found["peak_mib"]))
    print(
        f"{what}: {found['processed']} processed in {float(str(found['seconds'])):.0f} s; "
        f"with models {loaded:.0f} MiB, peak {peak:.0f} MiB, {peak - loaded:.0f} MiB above"
    )
    by_stage = found["peak_by_stage_mib"]
    if isinstance(by_stage, dict):
        above = (f"{stage} {peak - loaded:.0f}" for stage, peak in by_stage.items())
        print("  peak MiB above, by stage: " + ", ".join(above), flush=True)
    if isinstance(found["after_mib"], list) and len(found["after_mib"]) > 1:
        print("  resident MiB on the way: " + " ".join(f"{m:.0f}" for m in found["after_mib"]))
    if found["failures"]:
        print(f"  failures: {found['failures']}")


def _long_call(folder: Path, hours: float, layout: str) -> None:
    """Join sample calls to one call of so many hours, 8 kHz µ-law, written piece by piece."""
    import av
    import numpy as np

    from qa_pipeline.audio import decode
    from qa_pipeline.resources import resource_folder

    folder.mkdir(parents=True)
    rows = 1 if layout == "mono" else 2
    samples = [
        decoded.sound.samples[:, ::2]
        for path in sorted(resource_folder("sample_calls").iterdir())
        if path.suffix in (".wav", ".mp3")
        for decoded in [decode(path)]
        if len(decoded.sound.samples) == rows
    ]
    wanted, written = int(hours * 3600 * 8_000), 0
    with av.open(str(folder / "long.wav"), "w", format="wav") as container:
        stream = container.add_stream("pcm_mulaw", rate=8_000, layout=layout)
        while written < wanted:
            for sound in samples:
                data = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)
                frame = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(data.T).reshape(1, -1), format="s16", layout=layout
                )
                frame.sample_rate = 8_000
                container.mux(stream.encode(frame))
                written += data.shape[1]
                if written >= wanted:
                    break
        container.mux(stream.encode(None))


def _short_calls(folder: Path, count: int) -> None:
    """Cut short calls of 3 to 6 s out of the sample calls, each with an id of its own."""
    import numpy as np

    from qa_pipeline.audio import decode
    from qa_pipeline.resources import resource_folder
    from synthesis.audio_file import write_audio
    from synthesis.dialogue import TelephoneLine

    folder.mkdir(parents=True)
    decoded = [
        decode(path).sound.samples
        for path in sorted(resource_folder("sample_calls").iterdir())
        if path.suffix in (".wav", ".mp3")
    ]
    rng = np.random.default_rng(2000)
    for number in range(count):
        sound = decoded[number % len(decoded)]
        length = int(rng.uniform(3, 6) * 16_000)
        at = int(rng.integers(0, sound.shape[1] - length))
        name = f"short-{number:04d}"
        write_audio(folder / f"{name}.wav", sound[:, at : at + length], TelephoneLine())
        (folder / f"{name}.meta.json").write_text(json.dumps({"call_id": name}), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
