"""The trust gate: is what was heard good enough to judge a person by?

Reasons are sentences for the person who decides. ``reject`` means that nothing which depends on
the words may be scored; ``review`` means scored, but somebody should look first. What each reason
means and what to do about it is in ``docs/listening.md``.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from pydantic import Field

from qa_pipeline.language.trust_reasons import trust_reason
from qa_pipeline.records import SoundQuality, Trust, TrustLevel, Utterance
from qa_pipeline.records.base import Record

Finding = tuple[Literal["reject", "review"], str]
"""How much a finding weighs, and the finding in words."""


class TrustThresholds(Record):
    """Limits below which a call is reviewed or rejected; a profile's manifest may set them."""

    min_words: int = 10
    min_speech_s: float = 5.0
    min_word_probability: float = Field(default=0.5, ge=0, le=1)
    review_word_probability: float = Field(default=0.65, ge=0, le=1)
    min_mean_log_probability: float = Field(default=-1.5, le=0)
    review_mean_log_probability: float = Field(default=-1.0, le=0)
    """Whisper's own decoder doubts a window below ``-1``."""
    max_no_speech_probability: float = Field(default=0.8, ge=0, le=1)
    review_no_speech_probability: float = Field(default=0.6, ge=0, le=1)
    """Whisper's own decoder takes a window for silence above ``0.6``."""
    max_removed_pct: float = 40.0
    review_removed_pct: float = 15.0
    """Words taken out as inventions, of all that were recognised."""
    min_covered_pct: float = 35.0
    review_covered_pct: float = 55.0
    min_language_probability: float = 0.5
    min_role_confidence: float = 0.6
    review_role_confidence: float = 0.75
    min_voices_apart: float = Field(default=0.1, ge=-1, le=1)
    review_voices_apart: float = Field(default=0.2, ge=-1, le=1)
    """Silhouette of the turns of two speakers on one channel; less, and it is one person. How far
    apart voices lie depends on the model, so a profile's manifest sets both where it is known."""
    max_unknown_speaker_pct: float = 40.0
    review_unknown_speaker_pct: float = 10.0
    review_further_speaker_pct: float = 10.0
    """Words of somebody who is neither plainly agent nor plainly customer."""
    review_words_each: int = 3
    """A customer or an agent who says less can hardly be judged."""
    max_echoed_pct: float = 40.0
    review_echoed_pct: float = 10.0
    """Words that are heard on both channels at once. On calls without an echo there are none."""
    max_clipped_pct: float = 25.0
    review_clipped_pct: float = 1.0
    min_snr_db: float = 0.0
    review_snr_db: float = 6.0


class Heard(Record):
    """What the gate looks at, gathered from all stages before it."""

    utterances: tuple[Utterance, ...]
    speech_s: float
    language: str
    language_probability: float
    expected_languages: tuple[str, ...]
    role_confidence: float
    speakers_with_words: int
    """People who said something; announcements are nobody."""
    voices_compared: bool = False
    """Whether two speakers were told apart by nothing but their voices."""
    voices_apart: float | None = None
    """How far apart their voices are, -1 to 1; ``None``: too little was said to tell."""
    further_voice: bool = False
    """Whether some turns of one of these two speakers may be those of somebody else."""
    echoed_pct: float = 0.0
    """Words that are heard on another channel at the same time, too, of all words."""
    removed_words: int = 0
    """Words that were taken out as inventions of the recogniser."""
    mean_log_probability: float | None = None
    """Of the recogniser's tokens, weighted by speech; ``None``: not told."""
    no_speech_probability: float | None = None
    """As the recogniser sees it, weighted by speech; ``None``: not told."""
    sound: SoundQuality | None = None
    """``None`` where there is no sound, as with a finished transcript."""
    warnings: tuple[str, ...] = ()
    """What is odd about the recording, such as a file that was cut short."""


def judge_trust(heard: Heard, thresholds: TrustThresholds) -> Trust:
    """Return the level with every reason found, those to reject for first."""
    findings = [
        *_content(heard, thresholds),
        *_recognition(heard, thresholds),
        *_language(heard, thresholds),
        *_people(heard, thresholds),
        *_sound(heard, thresholds),
    ]
    reject = tuple(reason for weight, reason in findings if weight == "reject")
    review = tuple(reason for weight, reason in findings if weight == "review")
    level: TrustLevel = "reject" if reject else "review" if review else "ok"
    return Trust(level=level, reasons=reject + review)


def word_probability(utterances: Sequence[Utterance]) -> float:
    """Return the mean probability of all words; 0 without words."""
    probabilities = [word.probability for u in utterances for word in u.words]
    return sum(probabilities) / len(probabilities) if probabilities else 0.0


def _below(value: float, reject: float, review: float, reason: str) -> Iterator[Finding]:
    if value < review:
        yield ("reject" if value < reject else "review"), reason


def _above(value: float, reject: float, review: float, reason: str) -> Iterator[Finding]:
    yield from _below(-value, -reject, -review, reason)


def _content(heard: Heard, limits: TrustThresholds) -> Iterator[Finding]:
    words = sum(len(u.words) for u in heard.utterances)
    if words == 0:
        yield "reject", trust_reason("no_words")
    elif words < limits.min_words:
        yield "reject", trust_reason("few_words", words=words, needed=limits.min_words)
    if heard.speech_s < limits.min_speech_s:
        yield (
            "reject",
            trust_reason("little_speech", heard=heard.speech_s, needed=limits.min_speech_s),
        )
    for warning in heard.warnings:
        yield "review", warning


def _recognition(heard: Heard, limits: TrustThresholds) -> Iterator[Finding]:
    if not heard.utterances:
        return
    probability = word_probability(heard.utterances)
    yield from _below(
        probability,
        limits.min_word_probability,
        limits.review_word_probability,
        trust_reason(
            "improbable_words", probability=probability, limit=limits.review_word_probability
        ),
    )
    if heard.mean_log_probability is not None:
        yield from _below(
            heard.mean_log_probability,
            limits.min_mean_log_probability,
            limits.review_mean_log_probability,
            trust_reason(
                "doubted_text",
                mean=heard.mean_log_probability,
                limit=limits.review_mean_log_probability,
            ),
        )
    if heard.no_speech_probability is not None:
        yield from _above(
            heard.no_speech_probability,
            limits.max_no_speech_probability,
            limits.review_no_speech_probability,
            trust_reason("doubted_speech", probability=heard.no_speech_probability),
        )
    words = [word for u in heard.utterances for word in u.words]
    removed_pct = 100.0 * heard.removed_words / (heard.removed_words + len(words))
    yield from _above(
        removed_pct,
        limits.max_removed_pct,
        limits.review_removed_pct,
        trust_reason("inventions", removed=removed_pct),
    )
    if heard.speech_s > 0:
        spoken_s = sum(word.end_s - word.start_s for word in words)
        covered_pct = min(100.0, 100.0 * spoken_s / heard.speech_s)
        yield from _below(
            covered_pct,
            limits.min_covered_pct,
            limits.review_covered_pct,
            trust_reason("uncovered", covered=covered_pct),
        )


def _language(heard: Heard, limits: TrustThresholds) -> Iterator[Finding]:
    if heard.language not in heard.expected_languages:
        yield (
            "reject",
            trust_reason(
                "other_language",
                language=heard.language,
                expected=" or ".join(heard.expected_languages),
            ),
        )
    elif heard.language_probability < limits.min_language_probability:
        yield (
            "review",
            trust_reason(
                "unsure_language",
                language=heard.language,
                probability=heard.language_probability,
            ),
        )
    seconds = _seconds_by_language(heard.utterances)
    others = {name: s for name, s in seconds.items() if name != heard.language}
    for name, spoken_s in sorted(others.items()):
        if spoken_s > 0.2 * sum(seconds.values()):
            yield "review", trust_reason("two_languages", language=heard.language, other=name)


def _seconds_by_language(utterances: Iterable[Utterance]) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for u in utterances:
        spoken_s = sum(word.end_s - word.start_s for word in u.words)
        seconds[u.language] = seconds.get(u.language, 0.0) + spoken_s
    return seconds


def _people(heard: Heard, limits: TrustThresholds) -> Iterator[Finding]:
    if not heard.utterances:
        return
    if heard.speakers_with_words == 0:
        yield "reject", trust_reason("nobody")
        return
    if heard.speakers_with_words == 1:
        # Half of the conversation is missing: whatever was not heard may have been said.
        yield "reject", trust_reason("one_speaker")
    if heard.voices_compared and not (
        heard.voices_apart is not None and heard.voices_apart >= limits.review_voices_apart
    ):
        yield "review", trust_reason("unsure_voices")
    if heard.further_voice:
        yield "review", trust_reason("further_voice")
    yield from _below(
        heard.role_confidence,
        limits.min_role_confidence,
        limits.review_role_confidence,
        trust_reason("unsure_roles", confidence=heard.role_confidence),
    )
    counts = {"agent": 0, "customer": 0, "ivr": 0, "unknown": 0}
    for u in heard.utterances:
        counts[u.role] += len(u.words)
    unknown = sum(len(u.words) for u in heard.utterances if u.speaker == "unknown")
    unknown_pct = 100.0 * unknown / sum(counts.values())
    yield from _above(
        unknown_pct,
        limits.max_unknown_speaker_pct,
        limits.review_unknown_speaker_pct,
        trust_reason("unknown_speaker", unknown=unknown_pct),
    )
    yield from _above(
        heard.echoed_pct,
        limits.max_echoed_pct,
        limits.review_echoed_pct,
        trust_reason("echoed", echoed=heard.echoed_pct),
    )
    agents = {u.speaker for u in heard.utterances if u.role == "agent"}
    if len(agents) > 1:
        yield "review", trust_reason("passed_on", agents=len(agents))
    further = sum(
        len(u.words) for u in heard.utterances if u.role == "unknown" and u.speaker != "unknown"
    )
    further_pct = 100.0 * further / sum(counts.values())
    if further_pct > limits.review_further_speaker_pct:
        yield "review", trust_reason("further_person", further=further_pct)
    if heard.speakers_with_words > 1:
        for role in ("agent", "customer"):
            if counts[role] < limits.review_words_each:
                yield "review", trust_reason(f"silent_{role}", words=counts[role])


def _sound(heard: Heard, limits: TrustThresholds) -> Iterator[Finding]:
    sound = heard.sound
    if sound is None:
        return
    yield from _above(
        sound.clipped_pct,
        limits.max_clipped_pct,
        limits.review_clipped_pct,
        trust_reason("clipped", clipped=sound.clipped_pct),
    )
    if sound.snr_db is not None:
        yield from _below(
            sound.snr_db,
            limits.min_snr_db,
            limits.review_snr_db,
            trust_reason("noisy", snr=sound.snr_db),
        )
