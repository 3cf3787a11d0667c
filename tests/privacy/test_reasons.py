"""Reasons lose what was dictated, and keep every time, measure and word that only looks like it."""

import pytest

from qa_pipeline.measures import measure
from qa_pipeline.privacy import IDENTIFYING, redact_conversation
from qa_pipeline.records import CallMetadata, ScoredCall, SensitiveKind
from qa_pipeline.scoring import parse_scorecard, score_call
from tests.privacy.talk import talk

CARD = """
scorecard: reasons
version: 1
pass_mark: 80
sections:
  - id: a
    weight: 1
    criteria:
      - id: silence
        ask: {en: No long silence, zh: 无静默}
        points: 1
        check: {silence: {longer_than: 4s}}
      - id: asked
        ask: {en: Asks, zh: 询问}
        points: 1
        check: {says: {who: agent, any: {en: [anyone else on the phone], zh: [早上好]}}}
      - id: rude
        ask: {en: Stays calm, zh: 不说}
        points: 1
        check: {never_says: {who: any, any: {en: [one moment of nonsense], zh: [随便你]}}}
      - id: told
        ask: {en: Tells, zh: 说明}
        points: 1
        check: {says: {who: customer, any: {en: [goodbye for now], zh: [再见再见]}}}
"""


def reasons(
    said: str, kinds: tuple[SensitiveKind, ...] = IDENTIFYING, *, gap_s: float = 4.4
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the reasons of a call's criteria as they were and redacted."""
    call = talk(said, gap_s=gap_s)
    scored = score_call(
        parse_scorecard(CARD), call, measure(call, None, None, CallMetadata()), CallMetadata()
    )
    redacted = redact_conversation(call, kinds).scored(scored)

    def of(card: ScoredCall) -> dict[str, str]:
        return {result.criterion_id: result.reason for result in card.criteria}

    return of(scored), of(redacted)


ENGLISH = """
A: good morning is there anyone else on the phone
C: I want to change my number
A: what is your mobile number
C: it's {first}
A: and the last digit
C: {last}
A: thank you for calling
"""


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("oh seven seven double oh nine double oh four six", "one"),
        ("0 7 7 0 0 9 0 0 1 2", "4"),
    ],
)
def test_a_number_in_short_pieces_leaves_times_and_words_alone(first: str, last: str) -> None:
    before, after = reasons(ENGLISH.format(first=first, last=last))
    for criterion in ("silence", "asked", "rude"):
        assert after[criterion] == before[criterion]
    assert "“anyone else on the phone”" in after["asked"]
    assert f"{first} {last}" in before["told"]
    assert "“I want to change my number it's [phone] [phone]”" in after["told"]


def test_a_number_in_short_pieces_in_mandarin() -> None:
    before, after = reasons(
        "A: 早上好请问有什么可以帮您\nC: 我要改号码\nA: 请问您的手机号码\nC: 一三八零零一三八零\n"
        "A: 嗯\nC: 零\nA: 嗯\nC: 一\nA: 好的感谢您的来电"
    )
    for criterion in ("silence", "asked", "rude"):
        assert after[criterion] == before[criterion]
    assert "一三八零零一三八零 零 一" in before["told"]
    assert "“我要改号码 [电话] [电话] [电话]”" in after["told"]


def test_a_name_of_one_character_leaves_sentences_alone() -> None:
    before, after = reasons(
        "A: 请问您贵姓\nC: 我叫方小明\nA: 方女士您好，请稍等\nC: 好", (*IDENTIFYING, "name")
    )
    assert "任何一方" in before["rude"]
    assert after["rude"] == before["rude"]
    assert "方" not in after["told"].split("听到")[1]


def test_what_was_heard_is_cut_within_a_number() -> None:
    before, after = reasons(
        "A: what is your mobile number\n"
        "C: well it is a very long story and before I tell you my number let me find the paper on "
        "my desk oh seven seven double oh nine double oh four six one\nA: thank you",
        gap_s=0.3,
    )
    assert before["told"].endswith("…”.")
    assert "oh seven" not in after["told"]
    before, after = reasons(
        "A: what is your mobile number\n"
        "C: it is well let me see where is it I do not call myself so often so "
        "please bear with me oh seven seven double oh nine double oh four six one\nA: thank you",
        gap_s=0.3,
    )
    assert before["told"].endswith("bear with me oh …”.")
    assert after["told"].endswith("bear with me [phone]…”.")
