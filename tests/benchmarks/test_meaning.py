"""The benchmark of meanings counts what the card says of each sentence."""

from collections import Counter

import yaml

from benchmarks.meaning import SENTENCES, Meaning, card_for, outcomes
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
    judge_of = {n: Judge(parse_scorecard(card_for("c", m)), known) for n, m in meanings.items()}
    counts = Counter(outcomes(meanings, judge_of))
    assert counts == {
        ("said", "found"): 2,
        ("not said", "not found"): 2,
        ("something else", "not found"): 2,
    }


def test_no_sentence_is_listed_twice() -> None:
    raw = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    every = [s for m in raw.values() for key in m for s in m[key]]
    assert len(every) == len(set(every))
