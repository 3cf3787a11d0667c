"""A dialogue under construction: lines of words, each word with the item it gives away."""

import random
from dataclasses import dataclass, field
from typing import Literal

from qa_pipeline.records import Conversation, SensitiveKind, Trust, Utterance, Word

Speaker = Literal["agent", "customer"]
Language = Literal["en", "zh"]


@dataclass(frozen=True)
class SaidWord:
    """One word as it will be transcribed; ``item`` numbers what it gives away, if anything."""

    text: str
    item: int | None = None
    telling: bool = True
    """Whether the word must go for the item to be gone; hesitations within it need not."""
    amount: bool = False
    """Whether it is a number that has to survive: money, dates, times, counts, orders."""


@dataclass
class Line:
    """What one side says in one go."""

    speaker: Speaker
    words: list[SaidWord]


@dataclass
class Dialogue:
    """Lines in order, and the kind of every item in them."""

    language: Language
    lines: list[Line] = field(default_factory=list)
    kinds: dict[int, SensitiveKind] = field(default_factory=dict)

    def new_item(self, kind: SensitiveKind) -> int:
        """Number a new item."""
        self.kinds[len(self.kinds)] = kind
        return len(self.kinds) - 1

    def say(self, speaker: Speaker, words: list[SaidWord]) -> None:
        """Add a line."""
        if words:
            self.lines.append(Line(speaker, words))

    def conversation(self, draw: random.Random) -> Conversation:
        """Return the dialogue as the pipeline would hand it on, with times."""
        utterances = []
        at_s = 0.5
        for number, line in enumerate(self.lines, start=1):
            words = []
            for word in line.words:
                length_s = 0.08 + 0.06 * min(len(word.text), 10)
                words.append(
                    Word(
                        text=word.text,
                        start_s=round(at_s, 3),
                        end_s=round(at_s + length_s, 3),
                        probability=round(draw.uniform(0.6, 1.0), 3),
                        channel=0 if line.speaker == "agent" else 1,
                    )
                )
                at_s += length_s + draw.uniform(0.01, 0.15)
            utterances.append(
                Utterance(
                    utterance_id=f"u{number:04d}",
                    role=line.speaker,
                    speaker=line.speaker,
                    language=self.language,
                    words=tuple(words),
                    text=("" if self.language == "zh" else " ").join(w.text for w in words),
                    start_s=words[0].start_s,
                    end_s=words[-1].end_s,
                )
            )
            at_s += draw.uniform(0.1, 0.9)
        return Conversation(
            call_id="generated",
            language=self.language,
            duration_s=at_s,
            utterances=tuple(utterances),
            turns=(),
            speaker_roles={"agent": "agent", "customer": "customer"},
            role_confidence=1.0,
            trust=Trust(level="ok"),
        )


def luhn_digit(digits: str) -> str:
    """Return the check digit that ISO/IEC 7812 adds to a card number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def resident_check(digits: str) -> str:
    """Return the check character of a resident identity number of China (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(digits, weights, strict=True))
    return "10X98765432"[total % 11]


def digits(draw: random.Random, count: int) -> str:
    """Return so many digits, now and then the same twice or three times in a row."""
    text = ""
    while len(text) < count:
        text += str(draw.randrange(10)) * draw.choices([1, 2, 3], [10, 2, 1])[0]
    return text[:count]


def chunks(text: str, sizes: list[int]) -> list[str]:
    """Cut a text into pieces of these sizes; what is left is the last."""
    parts, at = [], 0
    for size in sizes:
        if text[at : at + size]:
            parts.append(text[at : at + size])
        at += size
    if text[at:]:
        parts.append(text[at:])
    return parts
