"""How far a processed call is from the truth."""

import re
import statistics
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

import jiwer
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate
from sklearn.metrics import cohen_kappa_score

from benchmarks.truth import Truth
from qa_pipeline.records import CriterionResult, ProcessedCall, Word
from qa_pipeline.records.base import Record

_PUNCTUATION = re.compile(r"[^\w\s']|_")


class Spoken(Record):
    """A normalised word with its start, true or recognised."""

    text: str
    start_s: float


class CallAccuracy(Record):
    """Everything measured on one call."""

    call_id: str
    language: str
    layout: str
    trust: str
    spoken: int
    """True words (English) or characters (Mandarin)."""
    errors: int
    """Substitutions, deletions and insertions."""
    error_rate_pct: float
    start_error_ms: float | None
    """Median distance of the starts of the words that were recognised right."""
    der_pct: float
    """Diarization error rate, no collar, overlap counted."""
    der_seconds: float
    """Seconds of speech the rate is relative to."""
    role_words_pct: float
    """Share of the recognised words whose role is that of the true speaker then."""
    roles_right: bool
    word_probability: float
    verdicts: int
    verdicts_right: int
    wrong: tuple[str, ...]
    """``criterion: true verdict -> verdict given``."""


def tokens(text: str, language: str) -> list[str]:
    """Return the normalised words (English) or characters (Mandarin) of a text."""
    plain = _PUNCTUATION.sub(" ", text.lower())
    return list(plain.replace(" ", "")) if language == "zh" else plain.split()


def compare(call: ProcessedCall, truth: Truth) -> CallAccuracy:
    """Measure one call against its truth."""
    true_words, heard_words = _streams(call, truth)
    errors = sum(_errors(t, h) for t, h in zip(true_words, heard_words, strict=True))
    spoken = sum(len(stream) for stream in true_words)
    starts = [e for t, h in zip(true_words, heard_words, strict=True) for e in _start_errors(t, h)]
    role_pct = _role_words_pct(call, truth)
    der, der_seconds = _der(call, truth)
    results = [r for scored in call.scored for r in scored.criteria]
    wrong = _wrong(results, truth)
    words = [w for u in call.conversation.utterances for w in u.words]
    return CallAccuracy(
        call_id=truth.call_id,
        language=truth.language,
        layout=call.recording.layout or "transcript",
        trust=call.conversation.trust.level,
        spoken=spoken,
        errors=errors,
        error_rate_pct=100.0 * errors / max(spoken, 1),
        start_error_ms=1000 * statistics.median(starts) if starts else None,
        der_pct=100.0 * der,
        der_seconds=der_seconds,
        role_words_pct=role_pct,
        roles_right=role_pct > 50.0,
        word_probability=statistics.fmean([w.probability for w in words]) if words else 0.0,
        verdicts=len(truth.verdicts),
        verdicts_right=len(truth.verdicts) - len(wrong),
        wrong=tuple(wrong),
    )


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return Cohen's kappa of (true, given) verdicts."""
    return float(cohen_kappa_score([t for t, _ in pairs], [g for _, g in pairs]))


def verdict_pairs(call: ProcessedCall, truth: Truth) -> list[tuple[str, str]]:
    """Return (true, given) verdicts of every criterion that the truth names."""
    given = {r.criterion_id: r.verdict for scored in call.scored for r in scored.criteria}
    return [(true, given.get(name, "missing")) for name, true in truth.verdicts.items()]


def _streams(call: ProcessedCall, truth: Truth) -> tuple[list[list[Spoken]], list[list[Spoken]]]:
    """Return true and heard words in comparable streams: a channel each, or all by time."""
    heard: list[Word] = [w for u in call.conversation.utterances for w in u.words]
    if call.recording.layout == "stereo" and truth.channel_roles:
        true_streams = [[w for w in truth.words if w.role == role] for role in truth.channel_roles]
        heard_streams = [[w for w in heard if w.channel == c] for c in range(2)]
    else:
        true_streams, heard_streams = [list(truth.words)], [heard]
    language = truth.language
    return (
        [_spoken([(w.text, w.start_s) for w in s], language) for s in true_streams],
        [_spoken([(w.text, w.start_s) for w in s], language) for s in heard_streams],
    )


def _spoken(words: list[tuple[str, float]], language: str) -> list[Spoken]:
    return [
        Spoken(text=token, start_s=start_s)
        for text, start_s in sorted(words, key=lambda w: w[1])
        for token in tokens(text, language)
    ]


def _errors(true: list[Spoken], heard: list[Spoken]) -> int:
    if not true:
        return len(heard)
    out = jiwer.process_words(" ".join(w.text for w in true), " ".join(w.text for w in heard))
    return out.substitutions + out.deletions + out.insertions


def _start_errors(true: list[Spoken], heard: list[Spoken]) -> list[float]:
    """Return the distances between starts of words that align as equal."""
    matcher = SequenceMatcher(None, [w.text for w in true], [w.text for w in heard], autojunk=False)
    return [
        abs(true[block.a + i].start_s - heard[block.b + i].start_s)
        for block in matcher.get_matching_blocks()
        for i in range(block.size)
    ]


def _role_words_pct(call: ProcessedCall, truth: Truth) -> float:
    right = total = 0
    for utterance in call.conversation.utterances:
        for word in utterance.words:
            overlap: Counter[str] = Counter()
            for turn in truth.turns:
                seconds = min(word.end_s, turn.end_s) - max(word.start_s, turn.start_s)
                if seconds > 0:
                    overlap[turn.role] += seconds  # type: ignore[assignment]
            if overlap:
                total += 1
                right += overlap[utterance.role] >= max(overlap.values()) * 0.99
    return 100.0 * right / total if total else 0.0


def _der(call: ProcessedCall, truth: Truth) -> tuple[float, float]:
    reference, hypothesis = Annotation(), Annotation()
    for number, turn in enumerate(truth.turns):
        reference[Segment(turn.start_s, turn.end_s), number] = turn.role
    for number, heard in enumerate(call.conversation.turns):
        if heard.end_s > heard.start_s:
            hypothesis[Segment(heard.start_s, heard.end_s), number] = heard.speaker
    metric = DiarizationErrorRate(collar=0.0, skip_overlap=False)
    whole = Timeline([Segment(0.0, max(call.recording.duration_s, 0.01))])
    rate = float(metric(reference, hypothesis, uem=whole))
    return rate, sum(turn.end_s - turn.start_s for turn in truth.turns)


def _wrong(results: Sequence[CriterionResult], truth: Truth) -> list[str]:
    given = {result.criterion_id: result.verdict for result in results}
    return [
        f"{name}: {true} -> {given.get(name, 'missing')}"
        for name, true in truth.verdicts.items()
        if given.get(name) != true
    ]
