"""How much of what identifies people is redacted: ``uv run python -m benchmarks.redaction``.

Generates 1,000 dialogues, half Mandarin and half English, with and without personal data, and
runs the redaction over each twice: as spoken, and with the damage that recognition does. Counts
by item: recall is the share of planted items of which no telling word is left, precision the
share of redacted items that really were planted ones, by at least half of their words.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.redaction_dialogues import Dialogue, damage, english_dialogue, mandarin_dialogue
from qa_pipeline.privacy import Item, find_sensitive
from qa_pipeline.privacy.rewriting import word_places
from qa_pipeline.records import Conversation, SensitiveKind
from qa_pipeline.records.base import Record

SEED = 20261122
DIALOGUES = 1000
PERSONAL = 0.65
"""Share of dialogues with personal data."""
KINDS: tuple[SensitiveKind, ...] = (
    "phone", "id", "card", "account", "email", "address", "name",
)  # fmt: skip
DEFAULT_KINDS = frozenset(("phone", "id", "card", "account", "email"))


class KindFigures(Record):
    """Counts of one kind in one condition."""

    kind: str
    planted: int
    found: int
    redacted: int
    right: int

    @property
    def recall_pct(self) -> float:
        """Planted items that are gone."""
        return 100.0 * self.found / self.planted if self.planted else 100.0

    @property
    def precision_pct(self) -> float:
        """Redacted items that were planted."""
        return 100.0 * self.right / self.redacted if self.redacted else 100.0


class Condition(Record):
    """Everything counted in one condition and language."""

    name: str
    language: str
    dialogues: int
    kinds: tuple[KindFigures, ...]
    kind_right: int
    """Found items whose kind was named right, too."""
    amounts: int
    """Words of amounts, dates, times, counts and orders."""
    amounts_lost: int
    seconds: float

    def total(self, kinds: frozenset[str]) -> KindFigures:
        """Return the sum over some kinds."""
        chosen = [figures for figures in self.kinds if figures.kind in kinds]
        return KindFigures(
            kind="all",
            planted=sum(f.planted for f in chosen),
            found=sum(f.found for f in chosen),
            redacted=sum(f.redacted for f in chosen),
            right=sum(f.right for f in chosen),
        )


class RedactionResult(Record):
    """The result of the benchmark."""

    made_at: str
    seed: int
    conditions: tuple[Condition, ...]


class _Tally:
    def __init__(self) -> None:
        self.planted: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.redacted: Counter[str] = Counter()
        self.right: Counter[str] = Counter()
        self.kind_right = self.amounts = self.amounts_lost = 0
        self.problems: list[str] = []

    def add(self, dialogue: Dialogue, conversation: Conversation) -> None:
        """Compare what was found in one dialogue with what was planted."""
        items = find_sensitive(conversation.utterances, KINDS)
        covered = [_covered_words(item, conversation) for item in items]
        taken = {
            place: item.kind for item, words in zip(items, covered, strict=True) for place in words
        }
        places: dict[int, list[tuple[int, int]]] = {}
        for line_number, line in enumerate(dialogue.lines):
            for word_number, word in enumerate(line.words):
                place = (line_number, word_number)
                if word.item is not None and word.telling:
                    places.setdefault(word.item, []).append(place)
                if word.amount:
                    self.amounts += 1
                    if place in taken:
                        self.amounts_lost += 1
                        self._note("amount lost", line_number, dialogue, conversation)
        for number, telling in places.items():
            kind = dialogue.kinds[number]
            self.planted[kind] += 1
            if all(place in taken for place in telling):
                self.found[kind] += 1
                self.kind_right += taken[telling[0]] == kind
            else:
                left = next(place for place in telling if place not in taken)
                heard = dialogue.lines[left[0]].words[left[1]].text
                self._note(f"{kind} left ({heard})", left[0], dialogue, conversation)
        for item, words in zip(items, covered, strict=True):
            self.redacted[item.kind] += 1
            planted = sum(dialogue.lines[a].words[b].item is not None for a, b in words)
            if 2 * planted >= len(words):
                self.right[item.kind] += 1
            else:
                self._note(f"{item.kind} invented", words[0][0], dialogue, conversation)

    def _note(self, what: str, line: int, dialogue: Dialogue, conversation: Conversation) -> None:
        around = conversation.utterances[max(0, line - 2) : line + 5]
        said = " / ".join(f"{u.role[0].upper()}: {u.text}" for u in around)
        self.problems.append(f"{what} [{dialogue.language}] {said}")


def _covered_words(item: Item, conversation: Conversation) -> list[tuple[int, int]]:
    """Return (utterance, word) of every word that an item covers."""
    return [
        (piece.utterance, index)
        for piece in item.pieces
        for index, (start, end) in enumerate(word_places(conversation.utterances[piece.utterance]))
        if start < piece.end and end > piece.start
    ]


def measure(seed: int = SEED, dialogues: int = DIALOGUES, show: int = 0) -> RedactionResult:
    """Run both conditions over dialogues drawn from the seed."""
    conditions = []
    for language, make in (("en", english_dialogue), ("zh", mandarin_dialogue)):
        draw = random.Random(f"{seed} {language}")
        clean = [make(draw, personal=draw.random() < PERSONAL) for _ in range(dialogues // 2)]
        damaged = [damage(dialogue, draw) for dialogue in clean]
        for name, chosen in (("as spoken", clean), ("with recognition errors", damaged)):
            tally = _Tally()
            conversations = [dialogue.conversation(draw) for dialogue in chosen]
            started = time.perf_counter()
            for dialogue, conversation in zip(chosen, conversations, strict=True):
                tally.add(dialogue, conversation)
            for problem in tally.problems[:show]:
                print(f"{name}: {problem}")
            conditions.append(
                Condition(
                    name=name,
                    language=language,
                    dialogues=len(chosen),
                    kinds=tuple(
                        KindFigures(
                            kind=kind,
                            planted=tally.planted[kind],
                            found=tally.found[kind],
                            redacted=tally.redacted[kind],
                            right=tally.right[kind],
                        )
                        for kind in KINDS
                    ),
                    kind_right=tally.kind_right,
                    amounts=tally.amounts,
                    amounts_lost=tally.amounts_lost,
                    seconds=time.perf_counter() - started,
                )
            )
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    return RedactionResult(made_at=made_at, seed=seed, conditions=tuple(conditions))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, prog="benchmarks.redaction")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--dialogues", type=int, default=DIALOGUES)
    parser.add_argument("--show", type=int, default=0, help="print so many problems a condition")
    parser.add_argument("--json", type=Path, help="write the result to this file")
    options = parser.parse_args(arguments)
    result = measure(options.seed, options.dialogues, options.show)
    _print(result)
    if options.json:
        options.json.write_text(result.model_dump_json(indent=1) + "\n", encoding="utf-8")


def _print(result: RedactionResult) -> None:
    row = "{:<26}{:<4}{:<9}{:>8}{:>10}{:>10}{:>12}"
    print(row.format("condition", "", "kind", "planted", "recall %", "redacted", "precision %"))
    for condition in result.conditions:
        totals = {
            "default": condition.total(DEFAULT_KINDS),
            "all": condition.total(frozenset(KINDS)),
        }
        lines = [(f.kind, f) for f in condition.kinds] + list(totals.items())
        for kind, figures in lines:
            print(row.format(
                condition.name, condition.language, kind, figures.planted,
                f"{figures.recall_pct:.1f}", figures.redacted, f"{figures.precision_pct:.1f}",
            ))  # fmt: skip
        right_pct = 100 * condition.kind_right / max(totals["all"].found, 1)
        print(
            f"  kind named right: {right_pct:.1f} %; "
            f"amounts lost: {condition.amounts_lost} of {condition.amounts}; "
            f"{1000 * condition.seconds / condition.dialogues:.1f} ms a dialogue"
        )


if __name__ == "__main__":
    main()
