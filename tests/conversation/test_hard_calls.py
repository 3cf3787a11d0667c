"""Who is the agent in calls that mislead: seldom told, but hardly ever wrong and sure of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from qa_pipeline.conversation import (
    RoleDecision,
    RoleEvidence,
    SpokenWord,
    TrustThresholds,
    find_roles,
)
from qa_pipeline.records import Direction
from tests.conversation.test_conversation import words_of
from tests.conversation.test_role_evidence import BRANDS

SURE = TrustThresholds().review_role_confidence
RIGHT = {"a": "agent", "c": "customer"}


@dataclass(frozen=True)
class HardCall:
    title: str
    language: str
    direction: Direction | None
    lines: tuple[tuple[str, str], ...]

    def roles(self, *, brands: tuple[str, ...] = BRANDS) -> RoleDecision:
        words: list[SpokenWord] = []
        at_s = 1.0
        for who, text in self.lines:
            said = words_of(text, at_s)
            words += [SpokenWord(word, who, self.language) for word in said]
            at_s = said[-1].end_s + 1.0
        return find_roles(words, evidence=RoleEvidence(self.direction, None, brands))


def read_calls(name: str) -> tuple[HardCall, ...]:
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    calls = []
    for part in text.split("\n# ")[1:]:
        title, known, *lines = part.strip().split("\n")
        language, direction = known.removeprefix("> ").split()
        said = tuple((line[0], line[3:]) for line in lines)
        who_called = cast("Direction | None", {"-": None}.get(direction, direction))
        calls.append(HardCall(title, language, who_called, said))
    return tuple(calls)


CALLS = read_calls("hard_calls.txt")


def test_hardly_any_is_wrong_and_sure() -> None:
    """Of 76 calls; 29 were when every phrase counted wherever it was said."""
    found = {call.title: call.roles() for call in CALLS}
    sure = {title: d for title, d in found.items() if d.confidence >= SURE}
    wrong = {title for title, d in sure.items() if d.roles != RIGHT}
    # An agent who called and says nothing but what customers say, to a customer who says nothing.
    assert wrong <= {"agent outbound speaks as customer-like"}
    assert sum(d.roles == RIGHT for d in found.values()) >= 52
    assert len(sure) - len(wrong) >= 36


@pytest.mark.parametrize("call", [c for c in CALLS if "echo" in c.title], ids=lambda c: c.title)
def test_who_repeats_another_word_for_word_is_not_taken_for_them(call: HardCall) -> None:
    for brands in (BRANDS, ()):
        assert call.roles(brands=brands).roles == RIGHT


@pytest.mark.parametrize("call", [c for c in CALLS if "quoting" in c.title], ids=lambda c: c.title)
def test_who_quotes_an_agent_is_not_surely_one(call: HardCall) -> None:
    decision = call.roles(brands=())
    assert decision.roles == RIGHT or decision.confidence < SURE
