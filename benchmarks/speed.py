"""How fast calls go through, and what the pipeline itself costs: ``python -m benchmarks.speed``.

Runs the pipeline over the sample calls (``--copies`` of them) with every model behind a clock.
The pipeline's own cost is the wall time divided by the time spent inside the models (voice
activity, recognition, diarization, voices, tone): 1.00 would be a pipeline that costs nothing.
Models are loaded before the clock starts.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa_pipeline.pipeline import Line, OpenRun, find_scorecard, listening
from qa_pipeline.progress import Silent
from qa_pipeline.records import Region
from qa_pipeline.records.base import Record
from qa_pipeline.resources import resource_folder
from qa_pipeline.settings import read_settings
from qa_pipeline.transcribe import ChannelRequest


class Speed(Record):
    """What a run took."""

    made_at: str
    machine: str
    profile: str
    calls: int
    audio_s: float
    wall_s: float
    busy_s: float
    """Time in which at least one model was at work."""
    inside_s: dict[str, float]
    """Time inside each model."""

    @property
    def own_cost(self) -> float:
        """Wall time over the time in which a model was at work."""
        return self.wall_s / self.busy_s


class Clock:
    """Adds up the time inside models, each alone and all together without counting twice."""

    def __init__(self) -> None:
        self.inside: dict[str, float] = defaultdict(float)
        self.busy = 0.0
        self._running = 0
        self._since = 0.0
        self._lock = threading.Lock()

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """Return the same function with a clock around it."""

        def run(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            with self._lock:
                if self._running == 0:
                    self._since = began
                self._running += 1
            try:
                return work(*arguments, **named)
            finally:
                ended = time.perf_counter()
                with self._lock:
                    self.inside[name] += ended - began
                    self._running -= 1
                    if self._running == 0:
                        self.busy += ended - self._since

        return run


class _Behind:
    """An object whose one method runs on the clock."""

    def __init__(self, inner: Any, method: str, run: Callable[..., Any]) -> None:
        self._inner, self._method, self._run = inner, method, run

    def __getattr__(self, name: str) -> Any:
        return self._run if name == self._method else getattr(self._inner, name)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.speed")
    parser.add_argument("--copies", type=int, default=1, help="times that the sample calls come")
    parser.add_argument("--profile", default="bundled")
    parser.add_argument("--json", type=Path, help="write the result to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        incoming = incoming_calls(Path(scratch) / "incoming", options.copies)
        found = measure(incoming, Path(scratch) / "data", options.profile)
    print(f"{found.made_at}, {found.machine}, profile {found.profile}")
    print(
        f"{found.calls} calls, {found.audio_s / 60:.1f} min of sound in {found.wall_s:.1f} s: "
        f"{found.audio_s / found.wall_s:.1f}x real time"
    )
    for name, seconds in sorted(found.inside_s.items(), key=lambda item: -item[1]):
        print(f"  inside {name:<16}{seconds:8.1f} s")
    print(f"  a model at work {found.busy_s:14.1f} s; own cost {found.own_cost:.3f}")
    if options.json:
        options.json.write_text(json.dumps(found.model_dump(), indent=1) + "\n", encoding="utf-8")


def measure(
    incoming: Path,
    data_dir: Path,
    profile: str,
    prepare: Callable[[Any], None] = lambda _parts: None,
    begun: Callable[[], None] = lambda: None,
    **settings_given: Any,
) -> Speed:
    """Run the pipeline over a folder with its models on the clock.

    ``prepare`` may put other models in the place of the profile's; ``begun`` is called when all
    models are loaded and warm and the run begins.
    """
    settings = read_settings(data_dir=data_dir, profile=profile, **settings_given)
    run = OpenRun([incoming], settings, [find_scorecard(settings.scorecard)])
    prepare(run.parts)
    clock = Clock()
    parts = run.parts
    voice_activity = listening.__dict__["voice_activity"]
    parts.__dict__["engine"] = _Behind(
        parts.engine, "transcribe", clock.timed("recognition", parts.engine.transcribe)
    )
    parts.__dict__["diarizer"] = _Behind(
        parts.diarizer, "diarize", clock.timed("diarization", parts.diarizer.diarize)
    )
    parts.__dict__["voice_reader"] = _Behind(
        parts.voice_reader, "voice", clock.timed("voices", parts.voice_reader.voice)
    )
    parts.__dict__["tone_model"] = _Behind(
        parts.tone_model, "probabilities", clock.timed("tone", parts.tone_model.probabilities)
    )
    _warm(parts)
    listening.__dict__["voice_activity"] = clock.timed("voice activity", voice_activity)
    try:
        clock.inside.clear()
        clock.busy = 0.0
        begun()
        began = time.perf_counter()
        with Line(run, Silent()) as line:
            outcomes = [ticket.outcome() for ticket in line.tickets(run.batches())]
        run.finish(outcomes)
        wall_s = time.perf_counter() - began
    finally:
        listening.__dict__["voice_activity"] = voice_activity
    return Speed(
        made_at=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=f"{platform.machine()}, {len(os.sched_getaffinity(0))} cores, "
        f"{parts.device.name}, Python {platform.python_version()}",
        profile=profile,
        calls=sum(len(outcome.processed) for outcome in outcomes),
        audio_s=sum(outcome.audio_s for outcome in outcomes),
        wall_s=wall_s,
        busy_s=clock.busy,
        inside_s=dict(clock.inside),
    )


def _warm(parts: Any) -> None:
    """Load every model: the first call of a night pays for it, the thousandth does not."""
    import numpy as np

    from qa_pipeline.audio import voice_activity

    voice_activity(np.zeros(16_000, np.float32))
    # Libraries of a GPU are opened, and kernels loaded, when they are first needed.
    noise = np.random.default_rng(1).normal(0.0, 0.1, 32_000).astype(np.float32)
    parts.engine.transcribe([ChannelRequest(noise, 0, None, (Region(0.0, 2.0),))])
    parts.diarizer.diarize(np.zeros(80_000, np.float32))
    parts.tone_model.probabilities(["hello"])


def incoming_calls(folder: Path, copies: int, calls: int | None = None) -> Path:
    """Lay out the sample calls (or the first so many) so many times, with ids of their own."""
    folder.mkdir(parents=True)
    samples = resource_folder("sample_calls")
    for meta in sorted(samples.glob("*.meta.json"))[:calls]:
        known = json.loads(meta.read_text(encoding="utf-8"))
        stem = meta.name.removesuffix(".meta.json")
        audio = next(p for p in samples.glob(f"{stem}.*") if p.suffix in (".wav", ".mp3"))
        for copy in range(copies):
            name = f"{stem}-{copy}"
            shutil.copy(audio, folder / f"{name}{audio.suffix}")
            row = known | {"call_id": name}
            (folder / f"{name}.meta.json").write_text(json.dumps(row), encoding="utf-8")
    return folder


if __name__ == "__main__":
    main(sys.argv[1:])
