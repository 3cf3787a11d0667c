"""The page on trust names every limit as it is."""

import re
from pathlib import Path

import pytest

from qa_pipeline.conversation import TrustThresholds

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "listening.md").read_text("utf-8")
LIMITS = TrustThresholds()
ROWS = {
    "no words, few words": (None, LIMITS.min_words),
    "little speech": (None, LIMITS.min_speech_s),
    "low probability": (LIMITS.review_word_probability, LIMITS.min_word_probability),
    "doubts its text": (LIMITS.review_mean_log_probability, LIMITS.min_mean_log_probability),
    "that anybody speaks": (LIMITS.review_no_speech_probability, LIMITS.max_no_speech_probability),
    "inventions |": (LIMITS.review_removed_pct, LIMITS.max_removed_pct),
    "covered by words": (LIMITS.review_covered_pct, LIMITS.min_covered_pct),
    "language unsure": (LIMITS.min_language_probability, None),
    "who is the agent": (LIMITS.review_role_confidence, LIMITS.min_role_confidence),
    "hardly apart": (LIMITS.review_voices_apart, LIMITS.min_voices_apart),
    "without a speaker": (LIMITS.review_unknown_speaker_pct, LIMITS.max_unknown_speaker_pct),
    "hardly anything": (LIMITS.review_words_each, None),
    "both channels": (LIMITS.review_echoed_pct, LIMITS.max_echoed_pct),
    "clipped": (LIMITS.review_clipped_pct, LIMITS.max_clipped_pct),
    "is noisy": (LIMITS.review_snr_db, LIMITS.min_snr_db),
}


@pytest.mark.parametrize("about", ROWS)
def test_the_page_gives_the_limits_that_hold(about: str) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith("|") and about in line]
    _, _, review, reject, *_ = row.split("|")
    for cell, limit in zip((review, reject), ROWS[about], strict=True):
        if limit is not None:
            numbers = {float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", cell)}
            assert float(limit) in numbers, (cell, limit)


def test_every_limit_is_on_the_page() -> None:
    given = {limit for row in ROWS.values() for limit in row if limit is not None}
    assert {float(value) for value in LIMITS.model_dump().values()} == {float(g) for g in given}
