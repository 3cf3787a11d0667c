"""What quotes a conversation is redacted with it and stays exact."""

from decimal import Decimal

import pytest

from qa_pipeline.conversation import SpokenWord, make_utterances
from qa_pipeline.pipeline import find_scorecard
from qa_pipeline.privacy import redact_call, redact_conversation
from qa_pipeline.records import Conversation, CriterionResult, Evidence, Word
from qa_pipeline.scoring import score_call
from tests.privacy.talk import talk, texts
from tests.store.call_factory import make_call

CALL = """
A: Good morning Bluebell Broadband this is Maya how can I help you today
C: my internet is down and I am really angry about it
A: I am so sorry to hear that may I have your account number please
C: four one seven two zero nine and my mobile is oh seven seven double oh nine oh oh one two three
A: thank you that is 07700 900123 the engineer comes within two days
A: is there anything else I can help you with
C: no thank you bye
A: thank you for calling have a nice day goodbye
"""


def _quoting(conversation: Conversation, index: int, quote: str, reason: str) -> CriterionResult:
    utterance = conversation.utterances[index]
    return CriterionResult(
        criterion_id="handling.identity",
        section_id="handling",
        name="Identity",
        verdict="met",
        points_earned=Decimal(10),
        points_possible=Decimal(10),
        reason=reason,
        confidence=0.9,
        evidence=(
            Evidence.quoting("supports", utterance, quote, utterance.start_s, utterance.end_s),
        ),
    )


def test_verdicts_stay_and_quotes_stay_exact() -> None:
    conversation = talk(CALL)
    scored = score_call(find_scorecard("inbound-service"), conversation, None, None)
    redaction = redact_conversation(conversation)
    redacted = redaction.scored(scored)
    by_id = {u.utterance_id: u for u in redaction.conversation.utterances}
    assert [r.verdict for r in redacted.criteria] == [r.verdict for r in scored.criteria]
    assert redacted.total_pct == scored.total_pct
    for result in redacted.criteria:
        for evidence in result.evidence:
            if evidence.quote is not None:
                assert evidence.quote in by_id[evidence.utterance_id or ""].text
                assert evidence.context == by_id[evidence.utterance_id or ""].text
        assert "900" not in result.reason
        assert "double oh" not in result.reason


def test_the_identity_check_can_still_be_seen_after_redaction() -> None:
    card = find_scorecard("inbound-service")
    conversation = talk(CALL)
    again = score_call(card, redact_conversation(conversation).conversation, None, None)
    before = score_call(card, conversation, None, None)
    assert [(r.criterion_id, r.verdict) for r in again.criteria] == [
        (r.criterion_id, r.verdict) for r in before.criteria
    ]


@pytest.mark.parametrize(
    ("quote", "expected"),
    [
        ("four one seven two zero nine", "[account]"),
        ("one seven two", "[account]"),
        ("two zero nine and my mobile", "[account] and my mobile"),
        ("my mobile is", "my mobile is"),
        ("is oh seven seven double oh nine", "is [phone]"),
    ],
)
def test_a_quote_that_touches_a_number_takes_the_placeholder(quote: str, expected: str) -> None:
    conversation = talk(CALL)
    redaction = redact_conversation(conversation)
    result = _quoting(conversation, 3, quote, f"Heard from the customer: “{quote}” at 0:12.")
    criterion = redaction._criterion(result)
    assert criterion.evidence[0].quote == expected
    assert criterion.reason == f"Heard from the customer: “{expected}” at 0:12."
    assert criterion.evidence[0].start_s == result.evidence[0].start_s


def test_of_equal_quotes_the_one_spoken_then_is_meant() -> None:
    conversation = talk("C: nine and my mobile is 07700 900123 nine")
    utterance = conversation.utterances[0]
    evidence = Evidence.quoting("supports", utterance, "nine", utterance.words[-1].start_s, 9.9)
    redaction = redact_conversation(conversation)
    redacted = redaction.evidence(evidence)
    assert redacted.quote == "[phone]"  # the last "nine" reads as one more digit
    first = redaction.evidence(Evidence.quoting("supports", utterance, "nine", 0.0, 0.2))
    assert first.quote == "nine"


def test_reasons_lose_numbers_that_are_cut_off() -> None:
    conversation = talk(CALL)
    redaction = redact_conversation(conversation)
    reason = (
        "No thanks from the customer in the last 20 s; "
        "heard: “…zero nine and my mobile is oh seven seven double…”."
    )
    criterion = redaction._criterion(_quoting(conversation, 0, "Good morning", reason))
    assert criterion.reason == (
        "No thanks from the customer in the last 20 s; "
        "heard: “…[account] and my mobile is [phone]…”."
    )


def test_words_around_keep_their_times_and_a_number_keeps_its_span() -> None:
    conversation = talk(CALL)
    before = conversation.utterances[3]
    after = redact_conversation(conversation).conversation.utterances[3]
    assert (after.start_s, after.end_s, after.role) == (before.start_s, before.end_s, before.role)
    assert [w.text for w in after.words] == ["[account]", "and", "my", "mobile", "is", "[phone]"]
    assert after.words[1:5] == before.words[6:10]
    assert (after.words[0].start_s, after.words[0].end_s) == (
        before.words[0].start_s,
        before.words[5].end_s,
    )
    assert " ".join(w.text for w in after.words) == after.text


def test_punctuation_within_a_word_stays() -> None:
    redacted = redact_conversation(talk("C: my mobile is 07700 900123, call me.")).conversation
    assert texts(redacted) == ["my mobile is [phone], call me."]
    assert [w.text for w in redacted.utterances[0].words][3] == "[phone],"


def test_redacting_a_call_twice_changes_nothing_more() -> None:
    call = make_call(1).model_copy(update={"conversation": talk(CALL)})
    once = redact_call(call)
    assert once != call
    assert redact_call(once) == once


def test_a_call_without_numbers_is_left_as_it_is() -> None:
    conversation = talk("A: good morning\nC: good morning")
    call = make_call(2).model_copy(update={"conversation": conversation, "scored": ()})
    assert redact_call(call) is call


MIXED = [
    (
        "您的手机号是多少",
        "是 one three eight zero zero one three eight zero zero zero 谢谢",
        "[电话]",
    ),
    ("您的手机号是多少", "是 one three eight 零零一三八零零零", "[电话]"),
    ("您的邮箱是什么", "是 jane dot doe at gmail dot com 谢谢", "[邮箱]"),
    (
        "您的卡号是多少",
        "是 four one one one one one one one one one one one one one one one",
        "[卡号]",
    ),
]


@pytest.mark.parametrize(("asked", "said", "mark"), MIXED)
def test_english_digits_and_letters_in_a_mandarin_utterance_are_found(
    asked: str, said: str, mark: str
) -> None:
    """As the recogniser gives them: a word each, in a line of Mandarin."""
    parts = [p for part in said.split() for p in ([part] if part.isascii() else list(part))]
    spoken = [
        SpokenWord(
            Word(text=p, start_s=0.3 * i, end_s=0.3 * i + 0.25, probability=0.9), speaker, "zh"
        )
        for speaker, line, first in (("agent", list(asked), 0), ("customer", parts, 20))
        for i, p in enumerate(line, start=first)
    ]
    utterances = make_utterances(spoken, {"agent": "agent", "customer": "customer"})
    call = talk("A: 您好").model_copy(update={"utterances": utterances})
    (_, answer) = texts(redact_conversation(call).conversation)
    assert mark in answer
    for word in parts:
        assert not (word.isascii() and word in answer), answer
