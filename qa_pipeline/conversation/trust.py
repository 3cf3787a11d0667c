"""The trust gate: is what was heard good enough to judge a person by?

Reasons are sentences for the person who decides. ``reject`` means that nothing which depends on
the words may be scored; ``review`` means scored, but somebody should look first.
"""

from collections.abc import Sequence

from pydantic import Field

from qa_pipeline.records import Trust, TrustLevel, Utterance
from qa_pipeline.records.base import Record


class TrustThresholds(Record):
    """Limits below which a call is reviewed or rejected; a profile's manifest may set them."""

    min_words: int = 10
    min_speech_s: float = 5.0
    min_word_probability: float = Field(default=0.5, ge=0, le=1)
    review_word_probability: float = Field(default=0.65, ge=0, le=1)
    min_covered_pct: float = 35.0
    review_covered_pct: float = 55.0
    min_language_probability: float = 0.5
    min_role_confidence: float = 0.6
    review_role_confidence: float = 0.75


class Heard(Record):
    """What the gate looks at, gathered from all stages before it."""

    utterances: tuple[Utterance, ...]
    speech_s: float
    language: str
    language_probability: float
    expected_languages: tuple[str, ...]
    role_confidence: float
    speakers_with_words: int
    warnings: tuple[str, ...] = ()
    """What is odd about the recording, such as a file that was cut short."""


def judge_trust(heard: Heard, thresholds: TrustThresholds) -> Trust:
    """Return the level with every reason found."""
    reject, review = _content(heard, thresholds)
    for findings in (_recognition(heard, thresholds), _people(heard, thresholds)):
        reject += findings[0]
        review += findings[1]
    level: TrustLevel = "reject" if reject else "review" if review else "ok"
    return Trust(level=level, reasons=tuple(reject + review))


def word_probability(utterances: Sequence[Utterance]) -> float:
    """Return the mean probability of all words; 0 without words."""
    probabilities = [word.probability for u in utterances for word in u.words]
    return sum(probabilities) / len(probabilities) if probabilities else 0.0


def _content(heard: Heard, limits: TrustThresholds) -> tuple[list[str], list[str]]:
    words = sum(len(u.words) for u in heard.utterances)
    reject: list[str] = []
    if words == 0:
        reject.append("no words were heard")
    elif words < limits.min_words:
        reject.append(f"only {words} words were heard; at least {limits.min_words} are needed")
    if heard.speech_s < limits.min_speech_s:
        reject.append(
            f"only {heard.speech_s:.1f} s of speech; at least {limits.min_speech_s:g} s are needed"
        )
    return reject, list(heard.warnings)


def _recognition(heard: Heard, limits: TrustThresholds) -> tuple[list[str], list[str]]:
    reject: list[str] = []
    review: list[str] = []
    probability = word_probability(heard.utterances)
    if heard.utterances and probability < limits.review_word_probability:
        certain = reject if probability < limits.min_word_probability else review
        certain.append(
            f"words were recognised with a mean probability of {probability:.2f}, "
            f"below {limits.review_word_probability:.2f}"
        )
    if heard.speech_s > 0 and heard.utterances:
        spoken_s = sum(w.end_s - w.start_s for u in heard.utterances for w in u.words)
        covered_pct = min(100.0, 100.0 * spoken_s / heard.speech_s)
        if covered_pct < limits.review_covered_pct:
            sparse = reject if covered_pct < limits.min_covered_pct else review
            sparse.append(f"only {covered_pct:.0f} % of the speech is covered by words")
    if heard.language not in heard.expected_languages:
        reject.append(
            f"the language seems to be {heard.language!r}, "
            f"expected {' or '.join(heard.expected_languages)}"
        )
    elif heard.language_probability < limits.min_language_probability:
        review.append(
            f"the language {heard.language!r} is unsure ({heard.language_probability:.2f})"
        )
    return reject, review


def _people(heard: Heard, limits: TrustThresholds) -> tuple[list[str], list[str]]:
    reject: list[str] = []
    review: list[str] = []
    if heard.speakers_with_words == 1:
        review.append("only one speaker was heard")
    if heard.utterances and heard.role_confidence < limits.review_role_confidence:
        unsure = reject if heard.role_confidence < limits.min_role_confidence else review
        unsure.append(f"who is the agent is unsure (confidence {heard.role_confidence:.2f})")
    return reject, review
