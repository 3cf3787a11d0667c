"""Whatever number is said however: it goes, what is around it stays."""

import re
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from qa_pipeline.privacy import redact_conversation
from qa_pipeline.records import Conversation, Evidence
from tests.privacy.talk import talk, texts

ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
HAN = "零一二三四五六七八九"
AMOUNTS = {
    "en": ["twenty pounds", "£4.50", "three days", "12:30", "two hundred and fifty dollars"],
    "zh": ["三百五十块", "五十兆", "十二点半", "三天", "二零二六年"],
}
READINGS = ("written", "digits", "doubles")


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str, str]:
    """Return a context, a number that fits it, and the language."""
    language = draw(st.sampled_from(["en", "zh"]))
    kind = draw(st.sampled_from(["phone", "card", "id"] if language == "zh" else ["phone", "card"]))
    digits = draw(st.text("0123456789", min_size=17, max_size=17))
    if kind == "phone":
        number = f"13{digits[:9]}" if language == "zh" else f"07{digits[:9]}"
    elif kind == "card":
        number = f"6222{digits[:11]}"
        number += luhn.calc_check_digit(number)
    else:
        birth = (
            f"19{draw(st.integers(50, 99))}{draw(st.integers(10, 12))}{draw(st.integers(10, 28))}"
        )
        number = f"110105{birth}{digits[:3]}"
        number += ric.calc_check_digit(number + "0").replace("X", "")
    lead = {
        ("phone", "en"): "my mobile is",
        ("card", "en"): "the card number is",
        ("phone", "zh"): "我的手机号是",
        ("card", "zh"): "我的卡号是",
        ("id", "zh"): "我的身份证号是",
    }[kind, language]
    return lead, number, language


def read(number: str, language: str, reading: str) -> str:
    """Return how a number is read out."""
    if reading == "written":
        return number
    words: list[str] = []
    at = 0
    while at < len(number):
        digit = int(number[at])
        twice = reading == "doubles" and number[at : at + 2] == number[at] * 2
        if language == "en":
            words.append(f"double {ONES[digit]}" if twice else ONES[digit])
        else:
            words.append(f"两个{HAN[digit]}" if twice else HAN[digit])
        at += 2 if twice else 1
    return (" " if language == "en" else "").join(words)


@st.composite
def dialogues(draw: st.DrawFn) -> tuple[Conversation, str, str]:
    """Return a conversation that gives a number in one to four pieces, the number, an amount."""
    lead, number, language = draw(numbers())
    reading = draw(st.sampled_from(READINGS))
    amount = draw(st.sampled_from(AMOUNTS[language]))
    cuts = sorted(draw(st.sets(st.integers(3, len(number) - 3), max_size=3)))
    cuts = [cut for before, cut in pairwise([0, *cuts]) if cut - before >= 3]
    pieces = [number[a:b] for a, b in pairwise([0, *cuts, len(number)])]
    nod = draw(
        st.sampled_from(["mm hm", "okay", "yes"] if language == "en" else ["嗯", "好的", "您说"])
    )
    space = " " if language == "en" else ""
    lines = [f"A: {'that will be' if language == 'en' else '一共是'}{space}{amount}"]
    for place, piece in enumerate(pieces):
        said = read(piece, language, reading)
        lines.append(f"C: {lead}{space}{said}" if place == 0 else f"C: {said}")
        if place < len(pieces) - 1:
            lines.append(f"A: {nod}")
    lines.append(f"C: {'it was' if language == 'en' else '要'}{space}{amount}")
    return talk("\n".join(lines)), number, amount


def digits_left(text: str) -> str:
    """Return every digit in a text, written or spoken."""
    spoken = {word: str(value) for value, word in enumerate(ONES)}
    spoken |= {character: str(value) for value, character in enumerate(HAN)}
    words = rf"\b(?:{'|'.join(ONES)})\b"
    found = re.findall(f"{words}|[{HAN}]|[0-9]", text)
    return "".join(spoken.get(word, word) for word in found)


@settings(max_examples=150, deadline=None)
@given(dialogues())
def test_no_digit_of_a_number_is_left_and_amounts_are(case: tuple[Conversation, str, str]) -> None:
    conversation, _, amount = case
    redacted = redact_conversation(conversation).conversation
    said = texts(redacted)
    assert amount.replace(" ", "") in said[0].replace(" ", "")
    assert amount.replace(" ", "") in said[-1].replace(" ", "")
    assert digits_left(" ".join(said[1:-1])) == ""


@settings(max_examples=80, deadline=None)
@given(dialogues())
def test_times_of_words_are_kept(case: tuple[Conversation, str, str]) -> None:
    conversation = case[0]
    redacted = redact_conversation(conversation).conversation
    for before, after in zip(conversation.utterances, redacted.utterances, strict=True):
        assert (before.start_s, before.end_s) == (after.start_s, after.end_s)
        covered = {(w.start_s, w.end_s) for w in before.words}
        for word in after.words:
            if word in before.words:
                continue
            assert "[" in word.text
            assert word.start_s in {start for start, _ in covered}
            assert word.end_s in {end for _, end in covered}
        at = 0
        for word in after.words:  # every word's text stands in the text, in order
            at = after.text.index(word.text, at) + len(word.text)
        assert [w.start_s for w in after.words] == sorted(w.start_s for w in after.words)


@settings(max_examples=80, deadline=None)
@given(dialogues())
def test_redacting_again_changes_nothing(case: tuple[Conversation, str, str]) -> None:
    once = redact_conversation(case[0]).conversation
    again = redact_conversation(once)
    assert again.conversation == once
    assert not again.changed
    assert redact_conversation(case[0]).conversation == once


@settings(max_examples=80, deadline=None)
@given(dialogues(), st.data())
def test_any_quote_stays_an_exact_piece(
    case: tuple[Conversation, str, str], data: st.DataObject
) -> None:
    conversation = case[0]
    redaction = redact_conversation(conversation)
    place = data.draw(st.integers(0, len(conversation.utterances) - 1))
    utterance = conversation.utterances[place]
    start = data.draw(st.integers(0, len(utterance.text) - 1))
    end = data.draw(st.integers(start + 1, len(utterance.text)))
    evidence = Evidence.quoting(
        "supports", utterance, utterance.text[start:end], utterance.start_s, utterance.end_s
    )
    redacted = redaction.evidence(evidence)
    assert redacted.context == redaction.conversation.utterances[place].text
    assert redacted.quote
    assert redacted.quote in redacted.context
    # A copy made past the validation must be one that passes it.
    assert Evidence.model_validate(redacted.model_dump()) == redacted
