"""How well the tone of wording is told: ``uv run python -m benchmarks.tone``.

``tones.txt`` holds 500 utterances of agents and customers, English and Mandarin, written for this
benchmark alone, with the tone on which fair people would agree: ``language|speaker|label|text``,
labels N (negative), 0 (neutral) and P (positive). By the tone model of a profile, default bundled.
"""

import argparse
import os
import platform
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from qa_pipeline.measures.tone import TransformersTone
from qa_pipeline.model_registry import load_profile, local_folder
from qa_pipeline.records import ToneLabel
from qa_pipeline.resources import resource_folder

UTTERANCES = Path(__file__).with_name("tones.txt")
LABELS: dict[str, ToneLabel] = {"N": "negative", "0": "neutral", "P": "positive"}


class Labelled(NamedTuple):
    """One utterance and its tone."""

    language: str
    speaker: str
    tone: ToneLabel
    text: str


def read_utterances(path: Path = UTTERANCES) -> list[Labelled]:
    """Return the utterances of the benchmark."""
    rows = (line.split("|", 3) for line in path.read_text(encoding="utf-8").splitlines())
    return [Labelled(language, who, LABELS[label], text) for language, who, label, text in rows]


def table(pairs: Iterable[tuple[ToneLabel, ToneLabel]]) -> list[str]:
    """Return a table of how often each tone (rows) was told as each (columns), in per cent."""
    counts = Counter(pairs)
    lines = [f"{'is / told as':14}" + "".join(f"{tone:>12}" for tone in LABELS.values())]
    for tone in LABELS.values():
        row = [counts[tone, other] for other in LABELS.values()]
        shares = "".join(f"{100 * n / max(1, sum(row)):>10.1f} %" for n in row)
        lines.append(f"{tone:14}{shares}")
    right = sum(counts[tone, tone] for tone in LABELS.values())
    return [*lines, f"right: {100 * right / max(1, counts.total()):.1f} % of {counts.total()}"]


def main() -> None:
    """Print how the utterances of each language were told."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.tone")
    parser.add_argument("--profile", default="bundled")
    profile = load_profile(parser.parse_args().profile, resource_folder("models"))
    model = TransformersTone(local_folder(profile, "tone"))
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, "
        f"{len(os.sched_getaffinity(0))} cores; {model.name} of {profile.name}"
    )
    known = read_utterances()
    told = [found.label for found in model.probabilities([u.text for u in known])]
    for language in ("en", "zh"):
        for speaker in ("agent", "customer"):
            print(f"\n{language}, {speaker}")
            pairs = [
                (u.tone, label)
                for u, label in zip(known, told, strict=True)
                if (u.language, u.speaker) == (language, speaker)
            ]
            print("\n".join(table(pairs)))


if __name__ == "__main__":
    main()
