"""Is one voice told from two: ``uv run python -m benchmarks.one_voice``.

Every sample call and every unseen dialogue is heard three times on one channel: as it is, and with
the agent's or the customer's words alone, as of a voice mail or a lost channel. Printed is how far
apart the two speakers are that the diarizer was told to find, and what the limits of the profile
``bundled`` make of it: one person (rejected), unsure (for review) or two.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.accuracy import ROOT
from benchmarks.truth import Truth, read_truth
from qa_pipeline.audio import decode, voice_activity
from qa_pipeline.pipeline.parts import Parts
from qa_pipeline.pipeline.people import with_voices_compared
from qa_pipeline.pipeline.processing import Processing
from qa_pipeline.pipeline.speaking import Spoken
from qa_pipeline.records import SAMPLE_RATE_HZ, Role, Samples
from qa_pipeline.resources import resource_folder
from qa_pipeline.settings import read_settings
from qa_pipeline.speakers import widened
from synthesis.render import render_file

_EDGE_S = 0.15
"""Recognised words begin a little before and end a little after their times in the truth."""
_SIDES: tuple[Role | None, ...] = (None, "agent", "customer")


def main() -> None:
    """Run the benchmark and print its table."""
    with tempfile.TemporaryDirectory() as scratch:
        unseen = Path(scratch)
        for path in sorted((ROOT / "unseen_dialogues").glob("*.yaml")):
            render_file(path, unseen)
        run = Processing("one-voice", read_settings(data_dir=unseen / "data"), (), {}, {}, {})
        counts: Counter[tuple[str, str]] = Counter()
        for folder in (resource_folder("sample_calls"), unseen):
            for audio, truth in _calls(folder):
                for side in _SIDES:
                    apart, told = _heard(_only(audio, truth, side), run.parts)
                    people = "one voice" if side else "two people"
                    counts[people, told] += 1
                    shown = "-" if apart is None else f"{apart:.2f}"
                    print(f"{audio.stem:<16}{side or 'both':<10}{shown:>6}  {told}", flush=True)
    for (people, told), count in sorted(counts.items()):
        print(f"{people} taken for {told}: {count}")


def _calls(folder: Path) -> Iterator[tuple[Path, Truth]]:
    for path in sorted(folder.glob("*.truth.json")):
        stem = path.name.removesuffix(".truth.json")
        (audio,) = (p for p in folder.glob(f"{stem}.*") if p.suffix in (".wav", ".mp3"))
        yield audio, read_truth(path)


def _only(audio: Path, truth: Truth, side: Role | None) -> Samples:
    """Return a call on one channel, with the words of one side alone where one is given."""
    mixed: Samples = decode(audio).sound.samples.mean(axis=0)
    if side is None:
        return mixed
    kept = np.zeros(len(mixed), np.bool_)
    for mine in (True, False):
        for word in truth.words:
            if (word.role == side) is mine:
                edge_s = _EDGE_S if mine else 0.0
                first = max(0, round((word.start_s - edge_s) * SAMPLE_RATE_HZ))
                kept[first : round((word.end_s + edge_s) * SAMPLE_RATE_HZ)] = mine
    floor = float(np.quantile(np.abs(mixed), 0.05))
    hiss = floor * np.random.default_rng(1).standard_normal(len(mixed))
    return np.where(kept, mixed, hiss).astype(np.float32)


def _heard(samples: Samples, parts: Parts) -> tuple[float | None, str]:
    turns = parts.diarizer.diarize(samples, widened(voice_activity(samples)))
    limits, reader = parts.thresholds, parts.voice_reader
    # Below no silhouette are two speakers one: how far apart they are is to be seen.
    compared = with_voices_compared(Spoken((), turns), samples, reader, -1.0).voices
    if compared is None:
        return None, "one" if len({turn.speaker for turn in turns}) == 1 else "two"
    if compared.apart is None:
        return None, "unsure"
    if compared.apart < limits.min_voices_apart:
        return compared.apart, "one"
    return compared.apart, "unsure" if compared.apart < limits.review_voices_apart else "two"


if __name__ == "__main__":
    main()
