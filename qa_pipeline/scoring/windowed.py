"""Measures of a part of a call, from what was kept of the whole.

Definitions are those of the measures stage (``docs/measures.md``), taken within the window; the
seconds of speech, silence and words that a window cuts are cut. Loudness and pitch are means of
the utterances' own, weighted by their voiced time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from qa_pipeline.language.spoken_units import is_counted, spoken_units
from qa_pipeline.records import (
    Interruption,
    MeasureRole,
    Measures,
    ToneLabel,
    Utterance,
    UtteranceVoice,
    Word,
)
from qa_pipeline.scoring.call import Call
from qa_pipeline.scoring.windows import Interval, Intervals, common, merged, without

PAUSE_S = 0.5
"""A longer gap between words is a pause and not part of speaking."""
MIN_SPEECH_S = 3.0
"""Under this no pace is told."""
MIN_VOICED_S = 1.0
"""Under this neither loudness nor pitch is told."""


@dataclass(frozen=True)
class Part:
    """A part of a call and whose measure is asked for."""

    call: Call
    measures: Measures
    spans: Intervals
    role: MeasureRole

    @property
    def length_s(self) -> float:
        """Length of the part in seconds."""
        return _total(self.spans)

    def utterances(self, role: MeasureRole | None = None) -> list[Utterance]:
        """Return the utterances of a role (where not said, of the measure's) in the part."""
        wanted = role or self.role
        return [
            u
            for u in self.call.conversation.utterances
            if wanted in (u.role, "call") and any(s.touches(u.start_s, u.end_s) for s in self.spans)
        ]

    def words(self, language: str | None = None) -> list[Word]:
        """Return the words of the role whose middle lies in the part."""
        return [
            word
            for utterance in self.utterances()
            if language in (None, utterance.language)
            for word in utterance.words
            if self.has((word.start_s + word.end_s) / 2)
        ]

    def has(self, at_s: float) -> bool:
        """Tell whether a moment lies in the part."""
        return any(span.start_s <= at_s < span.end_s for span in self.spans)

    def speech(self, role: MeasureRole) -> Intervals:
        """Return when a role speaks (``call``: anybody), cut to the part."""
        return common(_turns(self.call, role), self.spans)


def value_in(
    name: str, role: MeasureRole, call: Call, measures: Measures, spans: Intervals
) -> float | None:
    """Return a measure of the part of a call in ``spans``; ``None`` where it cannot be told.

    ``name`` is one of `MEASURED_IN_WINDOWS`.
    """
    if not spans:
        return None
    value = _MEASURES[name](Part(call, measures, spans, role))
    return None if value is None else round(value, 3)


def _total(spans: Intervals) -> float:
    return sum(span.length_s for span in spans)


def _turns(call: Call, role: MeasureRole) -> Intervals:
    """Return when a role speaks in the call; without turns, from the words."""
    conversation = call.conversation
    roles = conversation.speaker_roles
    if conversation.turns:
        return merged(
            tuple(
                Interval(t.start_s, t.end_s)
                for t in conversation.turns
                if role in (roles.get(t.speaker, "unknown"), "call")
            )
        )
    said = (w for u in conversation.utterances if role in (u.role, "call") for w in u.words)
    return _spoken(said)


def _spoken(words: Iterable[Word]) -> Intervals:
    """Return the time in which words are spoken, pauses of up to `PAUSE_S` included."""
    return merged(tuple(Interval(w.start_s, w.end_s) for w in words), bridge_s=PAUSE_S)


def _talk_s(part: Part) -> float | None:
    return None if part.role == "call" else _total(part.speech(part.role))


def _talk_share_pct(part: Part) -> float | None:
    talked = {role: _total(part.speech(role)) for role in ("agent", "customer")}
    together = sum(talked.values())
    return 100.0 * talked[part.role] / together if part.role != "call" and together else None


def _stretches(part: Part, kind: str) -> Intervals | None:
    """Return the silences or holds in the part; ``None`` where none were looked for."""
    kept = part.measures.silences
    if not kept and part.measures.value("longest_silence_s") is None:
        return None
    of_kind = (Interval(s.start_s, s.end_s) for s in kept if kind in (s.kind, "any"))
    return common(tuple(of_kind), part.spans)


def _silence_pct(part: Part) -> float | None:
    holds = _stretches(part, "hold")
    if holds is None or part.length_s <= 0:
        return None
    busy = merged((*part.speech("call"), *holds))
    return 100.0 * max(0.0, part.length_s - _total(busy)) / part.length_s


def _longest(kind: str) -> "Measuring":
    def measured(part: Part) -> float | None:
        found = _stretches(part, kind)
        return None if found is None else max((s.length_s for s in found), default=0.0)

    return measured


def _hold_count(part: Part) -> float | None:
    found = _stretches(part, "hold")
    return None if found is None else float(len(found))


def _hold_s(part: Part) -> float | None:
    found = _stretches(part, "hold")
    return None if found is None else _total(found)


def _interruptions(part: Part) -> float | None:
    if part.measures.value("interruptions", part.role) is None:
        return None

    def counts(item: Interruption) -> bool:
        return item.by == part.role and part.has(item.start_s)

    return float(sum(counts(item) for item in part.measures.interruptions))


def _pace(language: str) -> "Measuring":
    def measured(part: Part) -> float | None:
        words = part.words(language)
        uncounted = [w for w in words if not is_counted(w.text, language)]
        holes = merged(tuple(Interval(w.start_s, w.end_s) for w in uncounted))
        spoken = without(common(_spoken(words), part.speech(part.role)), holes)
        if part.role == "call" or _total(spoken) < MIN_SPEECH_S:
            return None
        heard = [w for w in words if any(s.touches(w.start_s, w.end_s) for s in spoken)]
        return 60.0 * sum(spoken_units(word.text, language) for word in heard) / _total(spoken)

    return measured


def _tone(label: ToneLabel) -> "Measuring":
    def measured(part: Part) -> float | None:
        inside = {u.utterance_id for u in part.utterances()}
        tones = [t.label for t in part.measures.tones if t.utterance_id in inside]
        return 100.0 * tones.count(label) / len(tones) if tones else None

    return measured


def _recognition_confidence_pct(part: Part) -> float | None:
    words = part.words()
    return 100.0 * sum(w.probability for w in words) / len(words) if words else None


def _voice(read: Callable[[UtteranceVoice], float]) -> "Measuring":
    def measured(part: Part) -> float | None:
        inside = {u.utterance_id for u in part.utterances() if part.has((u.start_s + u.end_s) / 2)}
        voices = [v for v in part.measures.voices if v.utterance_id in inside]
        voiced_s = sum(v.voiced_s for v in voices)
        if part.role == "call" or voiced_s < MIN_VOICED_S:
            return None
        return sum(read(v) * v.voiced_s for v in voices) / voiced_s

    return measured


Measuring = Callable[[Part], float | None]
_MEASURES: dict[str, Measuring] = {
    "talk_s": _talk_s,
    "talk_share_pct": _talk_share_pct,
    "silence_pct": _silence_pct,
    "longest_silence_s": _longest("silence"),
    "longest_gap_s": _longest("any"),
    "hold_count": _hold_count,
    "hold_s": _hold_s,
    "longest_hold_s": _longest("hold"),
    "interruptions": _interruptions,
    "pace_wpm": _pace("en"),
    "pace_cpm": _pace("zh"),
    "negative_tone_pct": _tone("negative"),
    "positive_tone_pct": _tone("positive"),
    "recognition_confidence_pct": _recognition_confidence_pct,
    "loudness_dbfs": _voice(lambda voice: voice.loudness_dbfs),
    "pitch_st": _voice(lambda voice: voice.pitch_st),
}
