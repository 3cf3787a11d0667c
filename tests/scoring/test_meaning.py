"""``meaning``: found, nearly found, not to be told; with an encoder that knows a few sentences."""

from collections.abc import Sequence

import numpy as np
import pytest

from qa_pipeline.language.meaning import Meanings, Vector
from qa_pipeline.language.sentence_encoder import packaged_encoder
from qa_pipeline.records import CriterionResult
from qa_pipeline.scoring import asks_by_meaning, score_call
from qa_pipeline.scoring.scripts import read_script
from tests.scoring.cards import card_with

NORTH_AT = {
    "how may i help you": 0,
    "what can we do for you": 20,
    "what brings you here": 44,
    "tell me more": 60,
    "we cannot help you": 10,
    "we can not do that": 14,
    "请问有什么可以帮您": 0,
    "您需要什么": 20,
}
"""Sentences and where they point, in degrees; everything else points the other way."""


class Compass:
    """An encoder whose meanings are directions on a compass."""

    name = "compass"
    version = "1"
    similarity = 75.0

    def __init__(self, languages: Sequence[str] = ("en", "zh")) -> None:
        self.languages = tuple(languages)
        self.asked: list[str] = []

    def encode(self, text: str) -> Vector:
        """Return the direction of a sentence."""
        self.asked.append(text)
        degrees = NORTH_AT.get(text.strip(" .?!？。").lower(), 180)
        radians = np.deg2rad(degrees)
        return np.array([np.cos(radians), np.sin(radians)], dtype=np.float32)


OFFER = "{says: {meaning: {en: [how may I help you], zh: [请问有什么可以帮您]}}}"
NOT_REFUSED = "{says: {meaning: [how may I help you], not_meaning: [we cannot help you]}}"


def _judged(
    check: str, script: str, meanings: Meanings | None, **criterion: str
) -> CriterionResult:
    scene = read_script(script)
    card = card_with(check, **criterion)
    scored = score_call(card, scene.conversation, scene.measures, scene.metadata, meanings)
    return scored.criteria[0]


def _with(encoder: Compass | None = None) -> Meanings:
    return Meanings([encoder or Compass()])


def test_the_quote_is_what_was_said() -> None:
    result = _judged(OFFER, "A: Good morning. What can we do for you?\nC: Well", _with())
    assert result.verdict == "met"
    assert [e.quote for e in result.evidence] == ["What can we do for you"]
    assert result.evidence[0].kind == "supports"
    assert not result.needs_review
    assert 0.9 < result.confidence < 1


def test_near_the_threshold_a_person_should_look() -> None:
    over = _judged(OFFER, "A: What brings you here?", _with())  # 72 of 75
    assert (over.verdict, over.needs_review) == ("not_met", True)
    lower = "{says: {meaning: [how may I help you], meaning_similarity: 70}}"
    just = _judged(lower, "A: What brings you here?", _with())
    assert (just.verdict, just.needs_review) == ("met", True)
    far = _judged(OFFER, "A: Tell me more", _with())
    assert (far.verdict, far.needs_review) == ("not_met", False)
    assert far.evidence[0].kind == "searched"


def test_what_is_nearer_to_what_is_not_meant_is_not_found() -> None:
    taken = _judged("{says: {meaning: [how may I help you]}}", "A: We can not do that", _with())
    assert taken.verdict == "met"  # alike to the encoder, which is why there is not_meaning
    refused = _judged(NOT_REFUSED, "A: We can not do that", _with())
    assert (refused.verdict, refused.needs_review) == ("not_met", True)
    offered = _judged(NOT_REFUSED, "A: how may I help you", _with())
    assert offered.verdict == "met"
    assert offered.needs_review  # hardly nearer to the one than to the other


def test_without_a_model_nobody_is_failed() -> None:
    missing = _judged(OFFER, "A: What can we do for you?", None)
    assert missing.verdict == "unscored"
    assert missing.points_possible == 0
    assert "uv sync --extra meaning" in missing.reason
    english_only = _with(Compass(["en"]))
    mandarin = _judged(OFFER, "A: 您需要什么？", english_only)
    assert mandarin.verdict == "unscored"
    assert "qa-pipeline models pull standard" in mandarin.reason
    assert "--extra" not in mandarin.reason
    assert _judged(OFFER, "A: 您需要什么？", _with()).verdict == "met"


def test_never_said_by_meaning() -> None:
    check = "{never_says: {meaning: [how may I help you]}}"
    assert _judged(check, "A: Goodbye", None).verdict == "unscored"
    assert _judged(check, "A: Goodbye", _with()).verdict == "met"
    said = _judged(check, "A: What can we do for you", _with())
    assert (said.verdict, said.evidence[0].kind) == ("not_met", "violates")


def test_words_that_are_found_need_no_model() -> None:
    check = "{says: {any: [how may I help you], match: meaning}}"
    plain = _judged(check, "A: How may I help you?", None)
    assert (plain.verdict, plain.confidence) == ("met", 1.0)
    assert _judged(check, "A: What can we do for you?", None).verdict == "unscored"
    assert _judged(check, "A: What can we do for you?", _with()).verdict == "met"


def test_examples_are_needed_in_the_language_of_the_call() -> None:
    check = "{says: {meaning: {en: [how may I help you]}}}"
    result = _judged(check, "A: 您需要什么？", _with())
    assert result.verdict == "unscored"
    assert "例句" in result.reason


def test_windows_and_anchors_hold_for_meanings() -> None:
    late = "0:00 A: Yes\n0:30 A: What can we do for you?"
    inside = "{says: {first: 40s, meaning: [how may I help you]}}"
    outside = "{says: {first: 20s, meaning: [how may I help you]}}"
    assert _judged(inside, late, _with()).verdict == "met"
    assert _judged(outside, late, _with()).verdict == "not_met"
    after = "{says: {any: [thanks], after: {says: {meaning: [how may I help you]}}}}"
    assert _judged(after, late + "\nA: Thanks", _with()).verdict == "met"
    assert _judged(after, "A: Thanks\n" + late, _with()).verdict == "not_met"


def test_what_is_outside_the_window_is_not_even_encoded() -> None:
    encoder = Compass()
    outside = "{says: {first: 20s, meaning: [how may I help you]}}"
    _judged(outside, "0:00 A: Yes\n0:30 A: What can we do for you?", _with(encoder))
    assert sorted(encoder.asked) == ["Yes", "how may I help you"]


def test_every_text_is_encoded_once() -> None:
    encoder = Compass()
    script = "A: Yes\nA: Yes\nA: Yes\nA: how may I help you"
    _judged("{says: {meaning: [how may I help you]}}", script, _with(encoder))
    assert sorted(encoder.asked) == ["Yes", "how may I help you"]


def test_a_card_says_whether_it_needs_an_encoder() -> None:
    assert asks_by_meaning(card_with(OFFER))
    assert asks_by_meaning(card_with("{says: {any: [a]}}", unless=OFFER))
    assert not asks_by_meaning(card_with("{says: {any: [a]}}"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Let me know what I can do for you", "met"),
        ("Your balance is sixty pounds", "not_met"),
    ],
)
def test_with_real_weights(said: str, expected: str) -> None:
    encoder = packaged_encoder("cpu")
    assert encoder is not None, "install it: uv sync"
    check = "{says: {meaning: [how may I help you, what can I do for you today]}}"
    assert _judged(check, f"A: {said}", Meanings([encoder])).verdict == expected


COUNTED = [
    # one in words, one by meaning
    ("A: how may I help you\nA: what can we do for you", "at_least: 2", "met"),
    ("A: how may I help you\nA: what can we do for you", "at_most: 1", "not_met"),
    ("A: how may I help you\nA: well then", "at_least: 2", "not_met"),
    ("A: how may I help you\nA: well then", "at_most: 1", "met"),
    ("A: what can we do for you", "at_least: 1", "met"),
]
"""Found in words or by meaning, and how often it is asked for."""
BOTH = "says: {any: [how may I help you], meaning: [how may I help you]}"
EITHER = "any: [{says: {any: [how may I help you]}}, {says: {meaning: [how may I help you]}}]"


@pytest.mark.parametrize(("script", "limits", "verdict"), COUNTED)
def test_what_is_found_by_meaning_is_counted_beside_the_words(
    script: str, limits: str, verdict: str
) -> None:
    check = f"{{count: {{of: {{{BOTH}}}, {limits}}}}}"
    assert _judged(check, script, _with()).verdict == verdict


def test_what_could_not_be_compared_decides_no_number() -> None:
    script = "A: how may I help you"
    for of in (BOTH, EITHER):
        for limits, verdict in (("at_least: 1", "met"), ("at_most: 0", "not_met")):
            check = f"{{count: {{of: {{{of}}}, {limits}}}}}"
            assert _judged(check, script, None).verdict == verdict
        for limits in ("at_least: 2", "at_most: 1"):
            result = _judged(f"{{count: {{of: {{{of}}}, {limits}}}}}", script, None)
            assert result.verdict == "unscored"
            assert "sentence encoder" in result.reason
