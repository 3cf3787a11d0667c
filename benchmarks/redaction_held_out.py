"""Redaction on phrasings of another hand: ``uv run python -m benchmarks.redaction_held_out``.

Short dialogues written by hand after the detector, in which every piece that identifies
somebody and every number that has to stay is marked.
"""

import re
from pathlib import Path

from benchmarks.redaction_dialogues.dialogue import Dialogue, SaidWord, Speaker
from qa_pipeline.privacy import find_sensitive
from qa_pipeline.privacy.rewriting import word_places
from qa_pipeline.records.base import Record

FILE = Path(__file__).with_name("redaction_dialogues") / "held_out.txt"
_PART = re.compile(r"\{([^}]*)\}|<([^>]*)>|([^{<]+)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORDS = re.compile(r"[A-Za-z0-9.@]+|[^\sA-Za-z0-9]")


class HeldOut(Record):
    """Pieces that identify somebody and how many are gone; pieces that have to stay, and do."""

    identifying: int
    gone: int
    others: int
    kept: int
    problems: tuple[str, ...]


def read_dialogues(path: Path = FILE) -> list[Dialogue]:
    """Read the marked dialogues."""
    text = "\n".join(line for line in path.read_text("utf-8").splitlines() if line[:1] != "#")
    return [_dialogue(block) for block in text.strip().split("\n\n")]


def _dialogue(block: str) -> Dialogue:
    dialogue = Dialogue("zh" if _HAN.search(block) else "en")
    for line in block.strip().splitlines():
        side, said = line.split(": ", 1)
        speaker: Speaker = "agent" if side == "A" else "customer"
        words: list[SaidWord] = []
        for identifying, stays, free in _PART.findall(said):
            item = dialogue.new_item("account") if identifying else None
            for word in _cut(identifying or stays or free, dialogue.language):
                telling = re.search(r"\w", word) is not None
                if not telling and words:  # a mark belongs to the word before it
                    last = words[-1]
                    words[-1] = SaidWord(last.text + word, last.item, last.telling, last.amount)
                else:
                    words.append(SaidWord(word, item, telling, amount=bool(stays)))
        dialogue.say(speaker, words)
    return dialogue


def _cut(text: str, language: str) -> list[str]:
    return _WORDS.findall(text) if language == "zh" else text.split()


def measure() -> HeldOut:
    """Compare what is redacted with the marks."""
    import random

    identifying = gone = others = kept = 0
    problems: list[str] = []
    for dialogue in read_dialogues():
        conversation = dialogue.conversation(random.Random(1))
        items = find_sensitive(conversation.utterances)
        for number, line in enumerate(dialogue.lines):
            utterance = conversation.utterances[number]
            spans = [
                (p.start, p.end) for item in items for p in item.pieces if p.utterance == number
            ]
            covered = [
                any(start < b and end > a for a, b in spans)
                for start, end in word_places(utterance)
            ]
            pairs = list(zip(line.words, covered, strict=True))
            for item in dict.fromkeys(word.item for word, _ in pairs if word.item is not None):
                whole = all(c for word, c in pairs if word.item == item and word.telling)
                identifying += 1
                gone += whole
                if not whole:
                    problems.append(f"left: {utterance.role}: {utterance.text}")
            for word, is_covered in pairs:
                if word.amount:
                    others += 1
                    kept += not is_covered
                    if is_covered:
                        problems.append(f"lost {word.text!r}: {utterance.role}: {utterance.text}")
    return HeldOut(
        identifying=identifying, gone=gone, others=others, kept=kept, problems=tuple(problems)
    )


def main() -> None:
    """Print the figures and what went wrong."""
    result = measure()
    for problem in result.problems:
        print(problem)
    print(f"identifying pieces gone: {result.gone} of {result.identifying}")
    print(f"words of other numbers kept: {result.kept} of {result.others}")


if __name__ == "__main__":
    main()
