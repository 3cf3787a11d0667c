"""What hearing costs a card: ``python -m benchmarks.spoken_tests [--voices 2]``.

The test conversations that the cards of this package carry are spoken by synthetic voices that no
bundled model was trained on, go through the whole pipeline as sound, and are judged by their card
again. A verdict that the written conversation gets and the spoken one does not is wrong, or, where
the machine says so itself (``unscored``, or marked for a person to check), withdrawn.

Left out are verdicts that hang on what a test only states (a tone, a loudness, a measure, how far
the transcript is trusted), those left open because writing has no sound to measure, and
conversations with an announcement. Needs espeak-ng.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.fairness import PITCHES, UNSEEN_VOICES, doubtful, write_recording
from qa_pipeline.pipeline import run_calls
from qa_pipeline.records import Verdict
from qa_pipeline.records.base import Record
from qa_pipeline.scoring import Judge, Scorecard, find_scorecards, load_scorecard
from qa_pipeline.scoring.card_tests import conversation_of
from qa_pipeline.scoring.schema import CardTest
from qa_pipeline.scoring.scripts import Scene, read_script
from qa_pipeline.settings import read_settings
from qa_pipeline.store import Store
from synthesis.dialogue import Dialogue, Gap, Line, VoiceSpec

ROOT = Path(__file__).resolve().parents[1]
_STATED = re.compile(r"^\s*\[(?!\s*(hold|silence)\s)[^\]]*\]\s*$", re.M)
_MANNER = re.compile(r"^(\s*(?:\d+:\d\d\S*\s+)?[ACI])\s*\([^)]*\)", re.M)
_ANNOUNCED = re.compile(r"^\s*(?:\d+:\d\d\S*\s+)?I\s*:", re.M)


class Spoken(NamedTuple):
    """One test conversation in one pair of voices."""

    card: Scorecard
    call_id: str
    expected: dict[str, Verdict]
    """Of the criteria whose verdict the words alone give."""
    left_out: int


class Difference(Record):
    """A verdict on sound that is not the one on the written words."""

    call_id: str
    criterion_id: str
    written: Verdict
    heard: Verdict
    withdrawn: bool
    reason: str


class CardFigures(Record):
    """One card."""

    scorecard: str
    recordings: int
    verdicts: int
    """Compared."""
    left_out: int
    """Verdicts that hang on what a test only states."""
    wrong: int
    withdrawn: int


class SpokenTests(Record):
    """The result of the benchmark."""

    profile: str
    cards: tuple[CardFigures, ...]
    differences: tuple[Difference, ...]


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--voices", type=int, default=2, help="pairs of voices, up to 4")
    parser.add_argument("--profile", default="bundled")
    parser.add_argument("--vocabulary", nargs="*", default=(), help="names that are listed")
    parser.add_argument("--json", type=Path, help="write the result to this file too")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        result = measure(Path(scratch), options.voices, options.profile, options.vocabulary)
    _print(result)
    if options.json:
        options.json.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")


def measure(
    folder: Path, voices: int, profile: str = "bundled", vocabulary: Sequence[str] = ()
) -> SpokenTests:
    """Speak every test of every card, judge what is heard, and compare."""
    cards = [load_scorecard(path) for path in find_scorecards(ROOT / "scorecards")]
    spoken = [made for card in cards for made in _spoken(card, voices, folder / "calls")]
    settings = read_settings(
        data_dir=folder / "data", profile=profile, vocabulary=tuple(vocabulary)
    )
    run_calls([folder / "calls"], settings)
    figures: dict[str, dict[str, int]] = {}
    differences: list[Difference] = []
    with Store.open_reader(settings.store_path) as reader:
        for each in spoken:
            call = reader.read_call(each.call_id)
            if call is None:
                raise SystemExit(f"{each.call_id} was not processed: see the messages above")
            heard = Judge(each.card).criteria(
                call.conversation, call.measures, call.recording.metadata, only=each.expected
            )
            found = [
                Difference(
                    call_id=each.call_id,
                    criterion_id=result.criterion_id,
                    written=each.expected[result.criterion_id],
                    heard=result.verdict,
                    withdrawn=doubtful(result),
                    reason=result.reason,
                )
                for result in heard
                if result.verdict != each.expected[result.criterion_id]
            ]
            differences += found
            so_far = figures.setdefault(each.card.scorecard, dict.fromkeys(_COUNTED, 0))
            gone = sum(difference.withdrawn for difference in found)
            counts = (1, len(heard), each.left_out, len(found) - gone, gone)
            for name, count in zip(_COUNTED, counts, strict=True):
                so_far[name] += count
    return SpokenTests(
        profile=profile,
        cards=tuple(CardFigures(scorecard=name, **so_far) for name, so_far in figures.items()),
        differences=tuple(differences),
    )


_COUNTED = ("recordings", "verdicts", "left_out", "wrong", "withdrawn")


def _spoken(card: Scorecard, voices: int, folder: Path) -> Iterator[Spoken]:
    """Write the sound of every test of a card that can be spoken."""
    for number, test in enumerate(card.tests, start=1):
        told = by_words(card, test)
        if told is None:
            continue
        scene, expected = told
        for pair in range(voices):
            dialogue = _dialogue(scene, f"{card.scorecard}-{number:02d}", pair)
            call_id = write_recording(dialogue, str(pair + 1), folder)
            yield Spoken(card, call_id, expected, len(test.expect) - len(expected))


def by_words(card: Scorecard, test: CardTest) -> tuple[Scene, dict[str, Verdict]] | None:
    """Return what of a test can be spoken, and the verdicts that the words alone give.

    ``None``: it has an announcement, or is about a transcript that cannot be trusted.
    """
    text = conversation_of(test, card)
    plain = _MANNER.sub(r"\1", _STATED.sub("", text))
    if _ANNOUNCED.search(plain) or "[trust" in text:
        return None
    scene = read_script(plain, test.name, test.metadata)
    results = Judge(card).criteria(
        scene.conversation, scene.measures, scene.metadata, only=test.expect
    )
    expected = {
        result.criterion_id: result.verdict
        for result in results
        if result.verdict == test.expect[result.criterion_id] != "unscored"
    }
    return scene, expected


def _dialogue(scene: Scene, call_id: str, pair: int) -> Dialogue:
    """Return a written conversation as one that can be spoken."""
    conversation = scene.conversation
    language = "zh" if conversation.language == "zh" else "en"
    parts: list[tuple[float, Line | Gap]] = []
    for said in conversation.utterances:
        role = "agent" if said.role == "agent" else "customer"
        parts.append((said.start_s, Line(role=role, text=said.text)))
    for gap in scene.measures.silences:
        sound = "music" if gap.kind == "hold" else "silence"
        parts.append((gap.start_s, Gap(sound=sound, seconds=gap.end_s - gap.start_s)))
    names = UNSEEN_VOICES[language]
    places = {"agent": pair % len(names), "customer": (pair + 1) % len(names)}
    return Dialogue(
        call_id=call_id,
        title=conversation.call_id,
        language=language,
        metadata=scene.metadata.model_dump(mode="json", exclude_none=True, exclude={"call_id"}),
        voices={
            role: VoiceSpec(name=names[place], pitch=PITCHES[place])
            for role, place in places.items()
        },
        lines=tuple(part for _, part in sorted(parts, key=lambda timed: timed[0])),
    )


def _print(result: SpokenTests) -> None:
    print("card                recordings  verdicts  wrong  withdrawn or marked  left out")
    for card in result.cards:
        print(
            f"{card.scorecard:<20}{card.recordings:>10}{card.verdicts:>10}{card.wrong:>7}"
            f"{card.withdrawn:>21}{card.left_out:>10}"
        )
    for d in result.differences:
        kind = "withdrawn or marked" if d.withdrawn else "wrong"
        print(f"{d.call_id} {d.criterion_id}: {d.written} -> {d.heard} ({kind}): {d.reason}")


if __name__ == "__main__":
    main(sys.argv[1:])
