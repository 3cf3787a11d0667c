"""The benchmark of tone counts what was told of each utterance, on utterances of its own."""

from collections import Counter

from benchmarks.tone import read_utterances, table
from models.training.tone.frames import LANGUAGES
from models.training.tone.written import written


def test_counts_what_was_told() -> None:
    lines = table(
        [
            ("negative", "negative"),
            ("negative", "positive"),
            ("neutral", "neutral"),
            ("positive", "positive"),
        ]
    )
    assert lines[1].split() == ["negative", "50.0", "%", "0.0", "%", "50.0", "%"]
    assert lines[-1] == "right: 75.0 % of 4"


def test_its_utterances_are_many_and_none_is_learnt_from() -> None:
    utterances = read_utterances()
    counts = Counter((u.language, u.tone) for u in utterances)
    assert min(counts.values()) > 60
    assert len(counts) == 6
    learnt = {item.text for language in LANGUAGES for item in written(language)}
    assert len(learnt) > 5000
    assert not learnt & {u.text for u in utterances}
