"""Measure a pipeline folder: diarization error rate (DER) without collar, overlap counted.

``uv run python -m models.training.diarization.evaluate models/bundled/diarization``

Three kinds of calls, none of whose voices or texts were trained on: calls mixed here from the
development voices, the mono calls of ``sample_calls/``, and the recording of real people that
comes with pyannote.audio. Needs pyannote.metrics (development dependencies).
"""

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate
from scipy.signal import resample_poly

from models.training.diarization.bank import Span, make_bank
from models.training.diarization.calls import mix_call
from models.training.diarization.features import cached
from models.training.diarization.sounds import noise_bank
from qa_pipeline.audio import decode
from qa_pipeline.records import SAMPLE_RATE_HZ, Turn
from qa_pipeline.speakers import PyannoteDiarizer


@dataclass(frozen=True)
class Reference:
    """A call, and who really speaks when."""

    name: str
    kind: str
    samples: NDArray[np.float32]
    """Mono at 16 kHz."""
    turns: tuple[Turn, ...]


def mixed_calls(count: int, seconds: float, cache: Path, seed: int = 77) -> list[Reference]:
    """Return calls of two people mixed from the development voices."""
    bank = cached(
        cache / f"bank-evaluation-{seed}.pkl",
        lambda: make_bank("dev", 40, 40.0, seed, flite=False, processes=1),
    )
    noises = noise_bank(np.random.default_rng(seed + 1))
    rng = np.random.default_rng(seed + 2)
    made = []
    for index in range(count):
        call = mix_call(bank, noises, seconds, rng, people=2)
        samples = resample_poly(call.samples, 2, 1).astype(np.float32)
        made.append(Reference(f"mixed-{index}", "mixed", samples, _turns(call.turns)))
    return made


def sample_calls(folder: Path) -> Iterator[Reference]:
    """Yield the mono calls of a folder in the layout of ``sample_calls/``."""
    for path in sorted(folder.glob("*.truth.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        if truth["channel_roles"] is not None:
            continue
        audio = next(p for p in folder.glob(f"{truth['call_id']}.*") if p.suffix != ".json")
        turns = tuple(
            Turn(speaker=t["role"], start_s=t["start_s"], end_s=t["end_s"]) for t in truth["turns"]
        )
        samples = decode(audio).sound.samples[0]
        yield Reference(truth["call_id"], f"sample {truth['language']}", samples, turns)


def real_recording() -> Reference:
    """Return the 30 s of real conversation that come with pyannote.audio."""
    # Not imported: the package decodes the file with torchcodec as it is imported.
    package = find_spec("pyannote.audio")
    assert package is not None
    assert package.origin is not None
    folder = Path(package.origin).parent / "sample"
    turns = []
    for line in (folder / "sample.rttm").read_text(encoding="utf-8").splitlines():
        _, _, _, start, length, _, _, speaker, *_ = line.split()
        end_s = float(start) + float(length)
        turns.append(Turn(speaker=speaker, start_s=float(start), end_s=end_s))
    samples = decode(folder / "sample.wav").sound.samples[0]
    return Reference("pyannote sample", "real", samples, tuple(turns))


def error_parts(
    reference: Sequence[Turn], heard: Sequence[Turn], duration_s: float
) -> dict[str, float]:
    """Return seconds of ``total`` speech, ``missed``, ``false alarm`` and ``confusion``."""
    metric = DiarizationErrorRate(collar=0.0, skip_overlap=False)
    parts = metric(
        _annotation(reference),
        _annotation(heard),
        uem=Timeline([Segment(0.0, duration_s)]),
        detailed=True,
    )
    return {
        "total": parts["total"],
        "missed": parts["missed detection"],
        "false alarm": parts["false alarm"],
        "confusion": parts["confusion"],
    }


def der_pct(parts: Sequence[dict[str, float]]) -> float:
    """Return the diarization error rate over several calls in per cent."""
    wrong = sum(p["missed"] + p["false alarm"] + p["confusion"] for p in parts)
    return 100 * wrong / sum(p["total"] for p in parts)


def _annotation(turns: Sequence[Turn]) -> Annotation:
    annotation = Annotation()
    for index, turn in enumerate(turns):
        annotation[Segment(turn.start_s, turn.end_s), index] = turn.speaker
    return annotation


def _turns(spans: Sequence[Sequence[Span]]) -> tuple[Turn, ...]:
    return tuple(
        Turn(speaker=f"person-{speaker}", start_s=start_s, end_s=end_s)
        for speaker, held in enumerate(spans)
        for start_s, end_s in held
    )


def main() -> None:
    """Print the error rates of a pipeline folder, speakers known to be two and unknown."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipeline", type=Path)
    parser.add_argument("--calls", type=int, default=12, help="mixed calls of two minutes")
    parser.add_argument("--samples", type=Path, default=Path("sample_calls"))
    parser.add_argument("--cache", type=Path, default=Path("build/diarization"))
    parser.add_argument("--verbose", action="store_true", help="a line a call")
    options = parser.parse_args()
    torch.set_num_threads(1)
    calls = mixed_calls(options.calls, 120.0, options.cache)
    calls += [*sample_calls(options.samples), real_recording()]
    for speakers in (2, None):
        diarizer = PyannoteDiarizer(options.pipeline, "cpu", speakers)
        diarizer.diarize(np.zeros(SAMPLE_RATE_HZ, np.float32))  # loading is not measured
        measured: dict[str, list[dict[str, float]]] = {}
        started, seconds = time.monotonic(), 0.0
        for call in calls:
            duration_s = len(call.samples) / SAMPLE_RATE_HZ
            heard = diarizer.diarize(call.samples)
            parts = error_parts(call.turns, heard, duration_s)
            measured.setdefault(call.kind, []).append(parts)
            seconds += duration_s
            if options.verbose:
                print(f"  {call.name}: {_line([parts])}, {len({t.speaker for t in heard})} voices")
        spent_s = time.monotonic() - started
        print(f"speakers {speakers or 'unknown'}: {spent_s / seconds:.4f} of real time")
        for kind, several in measured.items():
            print(f"  {kind:10} {_line(several)}")


def _line(parts: Sequence[dict[str, float]]) -> str:
    total = sum(p["total"] for p in parts)
    shares = ", ".join(
        f"{name} {100 * sum(p[name] for p in parts) / total:.1f}"
        for name in ("missed", "false alarm", "confusion")
    )
    return f"DER {der_pct(parts):.1f} % ({shares}) over {total:.0f} s of speech"


if __name__ == "__main__":
    main()
