"""Fairness: does a verdict depend on how somebody sounds? ``python -m benchmarks.fairness``.

The same written dialogues are spoken by other voices of the agent, at other paces, over other
codecs and with other noise; everything else (words, pauses, who is on which channel) stays as it
is. Every verdict is compared with that on the dialogue as it is in the sample calls. A verdict
that turns into its opposite is a flip; one that the machine withdraws (``unscored``) or marks
for a person to check is counted apart: it costs nobody points unseen.

Exit code 1: more than 3 % of verdicts flip with the voice alone. Needs espeak-ng.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field

from qa_pipeline.pipeline import run_calls
from qa_pipeline.records import CriterionResult, ProcessedCall, Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.settings import read_settings
from qa_pipeline.store import Store
from sample_calls.make import CRITERIA, dialogues, metadata
from synthesis.audio_file import SUFFIX, write_audio
from synthesis.dialogue import Dialogue, Noise, Speaker, VoiceSpec
from synthesis.render import record, render

Factor = Literal["voice", "pace", "codec", "noise"]
LIMIT_PCT = 3.0
_DEFAULT_CALLS = ("call-2026-0001", "call-2026-0002", "call-2026-0017", "call-2026-0018")
_AS_WRITTEN = "as-written"
_MEASURED_ITSELF: dict[Factor, frozenset[str]] = {
    # A criterion that asks for the very thing that is changed is left out.
    "voice": frozenset(),
    "pace": frozenset({"tone.pace"}),
    "codec": frozenset(),
    "noise": frozenset(),
}
UNSEEN_VOICES = {
    # Speakers that no bundled model was trained on, of either sex and of several accents.
    "en": ("en-gb-scotland+f5", "en-us+m5", "en-029+Denis", "en-us-nyc+anika"),
    "zh": (
        "cmn-latn-pinyin+f5",
        "cmn-latn-pinyin+m5",
        "cmn-latn-pinyin+Denis",
        "cmn-latn-pinyin+anika",
    ),
}
PITCHES = (62, 35, 45, 70)
_PACES = (0.85, 1.2)


class Variant(NamedTuple):
    """One way of saying and recording a dialogue."""

    factor: Factor
    name: str
    dialogue: Dialogue


class Change(Record):
    """A verdict that is not what it is on the dialogue as it is written."""

    call_id: str
    factor: Factor
    variant: str
    criterion_id: str
    before: Verdict
    after: Verdict
    flip: bool
    """Both verdicts were given without a doubt; otherwise one was withdrawn or marked."""
    right: Verdict | None
    """What the written truth says."""


class FactorFigures(Record):
    """How verdicts vary with one factor."""

    factor: Factor
    recordings: int
    verdicts: int
    flips: int
    withdrawn: int
    """Changed with the machine saying so: ``unscored``, or marked for a person to check."""
    wrong: int
    """Verdicts without a doubt that are not the written truth's."""

    @property
    def flips_pct(self) -> float:
        """Share of verdicts that flip."""
        return 100.0 * self.flips / max(1, self.verdicts)

    @property
    def withdrawn_pct(self) -> float:
        """Share of verdicts that are withdrawn or marked."""
        return 100.0 * self.withdrawn / max(1, self.verdicts)


class Fairness(Record):
    """The result of the benchmark."""

    profile: str
    calls: tuple[str, ...]
    trust: dict[str, str] = Field(default_factory=dict)
    """Recordings whose transcript is not trusted, and how far."""
    factors: tuple[FactorFigures, ...]
    changes: tuple[Change, ...]


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", nargs="*", default=_DEFAULT_CALLS, help="sample calls; all: all")
    parser.add_argument("--voices", type=int, default=2, help="other voices a dialogue, up to 4")
    parser.add_argument("--only", nargs="*", default=("voice", "pace", "codec", "noise"))
    parser.add_argument("--profile", default="bundled")
    parser.add_argument("--json", type=Path, help="write the result to this file too")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    chosen = [d for d in dialogues() if options.calls == ["all"] or d.call_id in options.calls]
    with tempfile.TemporaryDirectory() as scratch:
        result = measure(chosen, Path(scratch), options.profile, options.voices, options.only)
    _print(result, time.monotonic() - began)
    if options.json:
        options.json.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")
    voice = [f for f in result.factors if f.factor == "voice"]
    return 1 if any(f.flips_pct > LIMIT_PCT for f in voice) else 0


def measure(
    chosen: Sequence[Dialogue],
    folder: Path,
    profile: str = "bundled",
    voices: int = 2,
    only: Sequence[str] = ("voice", "pace", "codec", "noise"),
) -> Fairness:
    """Speak every dialogue in every way, judge the recordings, and compare the verdicts."""
    settings = read_settings(data_dir=folder / "data", profile=profile)
    spoken: list[tuple[Dialogue, Variant | None, str]] = []
    for dialogue in chosen:
        spoken.append((dialogue, None, write_recording(dialogue, _AS_WRITTEN, folder / "calls")))
        for variant in variants(dialogue, voices):
            if variant.factor in only:
                name = f"{variant.factor}-{variant.name}"
                spoken.append(
                    (dialogue, variant, write_recording(variant.dialogue, name, folder / "calls"))
                )
    run_calls([folder / "calls"], settings)
    with Store.open_reader(settings.store_path) as reader:
        found = {call_id: reader.read_call(call_id) for _, _, call_id in spoken}
    heard = {call_id: call for call_id, call in found.items() if call is not None}
    return compare(spoken, heard, profile)


def variants(dialogue: Dialogue, voices: int) -> Iterator[Variant]:
    """Yield other ways to say and record a dialogue, each differing in one factor only."""
    line = dialogue.line
    for number, name in enumerate(UNSEEN_VOICES[dialogue.language][:voices]):
        both = {
            role: spec.model_copy(update={"name": name, "pitch": PITCHES[number]})
            if role == "agent"
            else spec
            for role, spec in dialogue.voices.items()
        }
        yield Variant("voice", name.partition("+")[2], _with_voices(dialogue, both))
    for factor in _PACES:
        paced = {
            role: spec.model_copy(update={"rate_wpm": round(spec.rate_wpm * factor)})
            for role, spec in dialogue.voices.items()
        }
        yield Variant("pace", f"{factor:g}", _with_voices(dialogue, paced))
    mp3 = line.model_copy(update={"format": "mp3", "bit_rate_kbps": 24, "mu_law": False})
    wide = line.model_copy(update={"format": "pcm_wav", "sample_rate_hz": 16000, "band": False})
    yield Variant("codec", "mp3-24k", dialogue.model_copy(update={"line": mp3}))
    yield Variant("codec", "wideband", dialogue.model_copy(update={"line": wide}))
    for snr_db in (25.0, 15.0):
        noise = {role: Noise(kind="office", snr_db=snr_db) for role in dialogue.voices}
        noisy = line.model_copy(update={"noise": noise})
        yield Variant("noise", f"office-{snr_db:g}dB", dialogue.model_copy(update={"line": noisy}))


def _with_voices(dialogue: Dialogue, voices: dict[Speaker, VoiceSpec]) -> Dialogue:
    return dialogue.model_copy(update={"voices": voices})


def write_recording(dialogue: Dialogue, name: str, folder: Path) -> str:
    """Render one recording with its metadata; return the id that it is known by.

    This is the dialogue's id and ``name``, so that one dialogue has several recordings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    call_id = f"{dialogue.call_id}-{name}"
    call = render(dialogue)  # pauses hang on the dialogue's own id, so they stay as they are
    path = folder / (call_id + SUFFIX[dialogue.line.format])
    write_audio(path, record(call), dialogue.line)
    known = metadata(dialogue).model_dump(mode="json", exclude_none=True)
    path.with_name(f"{call_id}.meta.json").write_text(
        json.dumps({**known, "call_id": call_id}, ensure_ascii=False), encoding="utf-8"
    )
    return call_id


def compare(
    spoken: Sequence[tuple[Dialogue, Variant | None, str]],
    heard: dict[str, ProcessedCall],
    profile: str,
) -> Fairness:
    """Compare every recording's verdicts with those of its dialogue as it is written."""
    as_written = {d.call_id: _results(heard[c]) for d, v, c in spoken if v is None and c in heard}
    counts: dict[Factor, dict[str, int]] = {}
    changes: list[Change] = []
    for dialogue, variant, call_id in spoken:
        if variant is None or call_id not in heard or dialogue.call_id not in as_written:
            continue
        right = _truth(dialogue)
        tally = counts.setdefault(
            variant.factor, dict.fromkeys(("recordings", "verdicts", "flips", "withdrawn"), 0)
        )
        tally.setdefault("wrong", 0)
        tally["recordings"] += 1
        after = _results(heard[call_id])
        for key, first in as_written[dialogue.call_id].items():
            second = after.get(key)
            if second is None or key in _MEASURED_ITSELF[variant.factor]:
                continue
            tally["verdicts"] += 1
            tally["wrong"] += not doubtful(second) and second.verdict != right.get(key)
            change = _change(dialogue, variant, first, second, right.get(key))
            if change is not None:
                tally["flips" if change.flip else "withdrawn"] += 1
                changes.append(change)
    return Fairness(
        profile=profile,
        calls=tuple(dict.fromkeys(d.call_id for d, _, _ in spoken)),
        trust={
            call_id: call.conversation.trust.level
            for call_id, call in heard.items()
            if call.conversation.trust.level != "ok"
        },
        factors=tuple(FactorFigures(factor=f, **tally) for f, tally in counts.items()),
        changes=tuple(changes),
    )


def _truth(dialogue: Dialogue) -> dict[str, Verdict]:
    """Return the verdicts that the dialogue deserves as it is written."""
    return {c: dialogue.verdicts[c].verdict if c in dialogue.verdicts else "met" for c in CRITERIA}


def _change(
    dialogue: Dialogue,
    variant: Variant,
    first: CriterionResult,
    second: CriterionResult,
    right: Verdict | None,
) -> Change | None:
    """Return how a verdict changed; ``None`` where it did not."""
    unsure = doubtful(first) or doubtful(second)
    if first.verdict == second.verdict and doubtful(first) == doubtful(second):
        return None
    return Change(
        call_id=dialogue.call_id,
        factor=variant.factor,
        variant=variant.name,
        criterion_id=first.criterion_id,
        before=first.verdict,
        after=second.verdict,
        flip=not unsure,
        right=right,
    )


def doubtful(result: CriterionResult) -> bool:
    """Tell whether the machine itself says that a person should look."""
    return result.verdict == "unscored" or result.needs_review


def _results(call: ProcessedCall) -> dict[str, CriterionResult]:
    return {r.criterion_id: r for scored in call.scored for r in scored.criteria}


def _print(result: Fairness, seconds: float) -> None:
    print(f"profile {result.profile}, {len(result.calls)} dialogues, {seconds:.0f} s")
    print("factor  recordings  verdicts  flips            withdrawn or marked  wrong")
    for f in result.factors:
        print(
            f"{f.factor:<8}{f.recordings:>10}{f.verdicts:>10}{f.flips:>7} ({f.flips_pct:4.1f} %)"
            f"{f.withdrawn:>10} ({f.withdrawn_pct:4.1f} %){f.wrong:>14}"
        )
    for criterion in sorted({c.criterion_id for c in result.changes}):
        print(criterion)
        for c in result.changes:
            if c.criterion_id == criterion:
                kind = "flips" if c.flip else "withdrawn or marked"
                print(
                    f"  {c.call_id} {c.factor} {c.variant}: {c.before} -> {c.after} "
                    f"({kind}; written: {c.right})"
                )
    for call_id, level in sorted(result.trust.items()):
        print(f"not trusted ({level}): {call_id}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
