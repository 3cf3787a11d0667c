"""How well the pipeline hears and judges: ``uv run python -m benchmarks.accuracy``.

Runs the pipeline on the sample calls, or with ``--unseen`` on calls rendered from dialogues and
voices that are in neither the sample calls nor the training texts, and compares with the ground
truth: word or character error rate, word starts, diarization error rate, roles, and verdicts with
Cohen's kappa, per call and in total.
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measuring import CallAccuracy, compare, kappa, verdict_pairs
from benchmarks.truth import Truth, read_truth, read_truths
from qa_pipeline.pipeline import run_calls
from qa_pipeline.records import ProcessedCall
from qa_pipeline.records.base import Record
from qa_pipeline.resources import resource_folder
from qa_pipeline.settings import read_settings
from qa_pipeline.store import Store

ROOT = Path(__file__).resolve().parent


class Totals(Record):
    """All calls together."""

    calls: int
    wer_en_pct: float | None
    cer_zh_pct: float | None
    start_error_ms: float
    """Median over the calls' medians."""
    der_mono_pct: float | None
    der_stereo_pct: float | None
    roles_right: int
    verdict_agreement_pct: float | None
    verdict_kappa: float | None


class Accuracy(Record):
    """The result of the benchmark."""

    made_at: str
    machine: str
    profile: str
    totals: Totals
    calls: tuple[CallAccuracy, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.accuracy")
    parser.add_argument("--unseen", action="store_true", help="unseen dialogues and voices")
    parser.add_argument("--data-dir", type=Path, help="keep (or reuse) a run's data here")
    parser.add_argument("--profile", default="bundled")
    parser.add_argument("--json", type=Path, help="write the result to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        folder = _unseen(Path(scratch)) if options.unseen else resource_folder("sample_calls")
        data_dir = options.data_dir or Path(scratch) / "data"
        result = measure(folder, data_dir, options.profile)
    _print(result)
    if options.json:
        options.json.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")


def measure(folder: Path, data_dir: Path, profile: str = "bundled") -> Accuracy:
    """Run the pipeline over a folder of calls with truths and compare."""
    # What is heard is compared, not what is kept: "[card number]" for digits is no mishearing.
    settings = read_settings(data_dir=data_dir, profile=profile, redaction={"stored_text": ()})
    run_calls([folder], settings)
    truths = read_truths(folder)
    with Store.open_reader(settings.store_path) as reader:
        calls = {call_id: reader.read_call(call_id) for call_id in truths}
    return summarise(
        [(call, truths[call_id]) for call_id, call in calls.items() if call is not None], profile
    )


def summarise(pairs: Sequence[tuple[ProcessedCall, Truth]], profile: str) -> Accuracy:
    """Measure every call and add up."""
    calls = tuple(compare(call, truth) for call, truth in pairs)
    verdicts = [pair for call, truth in pairs for pair in verdict_pairs(call, truth)]
    right = sum(true == given for true, given in verdicts)
    totals = Totals(
        calls=len(calls),
        wer_en_pct=_error_rate([c for c in calls if c.language == "en"]),
        cer_zh_pct=_error_rate([c for c in calls if c.language == "zh"]),
        start_error_ms=statistics.median(
            [c.start_error_ms for c in calls if c.start_error_ms is not None] or [0.0]
        ),
        der_mono_pct=_der([c for c in calls if c.layout != "stereo"]),
        der_stereo_pct=_der([c for c in calls if c.layout == "stereo"]),
        roles_right=sum(c.roles_right for c in calls),
        verdict_agreement_pct=100.0 * right / len(verdicts) if verdicts else None,
        verdict_kappa=kappa(verdicts) if verdicts else None,
    )
    return Accuracy(
        made_at=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=f"{platform.machine()}, {_cores()} cores, no GPU used, Python "
        f"{platform.python_version()}",
        profile=profile,
        totals=totals,
        calls=calls,
    )


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0))


def _unseen(folder: Path) -> Path:
    from synthesis.render import render_file

    for path in sorted((ROOT / "unseen_dialogues").glob("*.yaml")):
        audio = render_file(path, folder)
        known = json.dumps({"call_id": read_truth(audio.with_suffix(".truth.json")).call_id})
        audio.with_suffix(".meta.json").write_text(known, encoding="utf-8")
    return folder


def _error_rate(calls: Sequence[CallAccuracy]) -> float | None:
    spoken = sum(c.spoken for c in calls)
    return 100.0 * sum(c.errors for c in calls) / spoken if spoken else None


def _der(calls: Sequence[CallAccuracy]) -> float | None:
    seconds = sum(c.der_seconds for c in calls)
    return sum(c.der_pct * c.der_seconds for c in calls) / seconds if seconds else None


def _print(result: Accuracy) -> None:
    print(f"{result.made_at}, {result.machine}, profile {result.profile}")
    head = "call                lang layout     trust   err %  start ms  DER %  roles %"
    print(head + "  prob  verdicts")
    for c in result.calls:
        start = "-" if c.start_error_ms is None else f"{c.start_error_ms:.0f}"
        print(
            f"{c.call_id:<20}{c.language:<5}{c.layout:<11}{c.trust:<8}{c.error_rate_pct:5.1f}"
            f"{start:>10}{c.der_pct:7.1f}{c.role_words_pct:9.1f}{c.word_probability:6.2f}"
            f"{c.verdicts_right:>6}/{c.verdicts}"
        )
    for c in result.calls:
        for line in c.wrong:
            print(f"  {c.call_id}  {line}")
    for name, value in result.totals.model_dump().items():
        print(f"{name}: {value if value is None or isinstance(value, int) else f'{value:.2f}'}")


if __name__ == "__main__":
    main(sys.argv[1:])
