"""The benchmark of meanings counts what the card says of each sentence."""

from collections import Counter

import pytest

from benchmarks.meaning import Meaning, card_for, outcomes, read_meanings
from qa_pipeline.language.meaning import Meanings
from qa_pipeline.pipeline.meaning import meanings_of
from qa_pipeline.scoring import Judge, parse_scorecard


def test_counts_what_the_card_says_of_each_sentence() -> None:
    meanings = {
        name: Meaning(
            examples=[name], unlike=["the weather is nice"], said=[name], not_said=[other]
        )
        for name, other in (
            ("I am sorry about that", "two for five pounds"),
            ("may I put you on hold", "the parcel is blue"),
        )
    }
    known: Meanings = meanings_of(None, "cpu")
    cards = {n: parse_scorecard(card_for("c", m, "en")) for n, m in meanings.items()}
    judge_of = {n: Judge(card, known) for n, card in cards.items()}
    counts = Counter(outcomes(meanings, judge_of, "en"))
    assert counts == {
        ("said", "found"): 2,
        ("not said", "not found"): 2,
        ("something else", "not found"): 2,
    }


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_is_listed_twice(language: str) -> None:
    meanings = [meaning.model_dump() for meaning in read_meanings(language).values()]
    every = [text for meaning in meanings for group in meaning.values() for text in group]
    assert len(every) > 150
    assert len(every) == len(set(every))
