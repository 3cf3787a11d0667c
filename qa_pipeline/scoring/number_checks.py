"""The operators ``tone``, ``silence`` and ``metadata``."""

from dataclasses import replace

from qa_pipeline.records import Evidence, EvidenceKind, Measures, UtteranceTone
from qa_pipeline.scoring.chances import share_chance
from qa_pipeline.scoring.checks import Check, SilenceCheck, ToneCheck
from qa_pipeline.scoring.context import Ask, Context, narrowed
from qa_pipeline.scoring.doubts import Doubts
from qa_pipeline.scoring.fact_checks import MetadataCheck
from qa_pipeline.scoring.measure_checks import compare
from qa_pipeline.scoring.outcome import Answer, Event, Outcome
from qa_pipeline.scoring.windows import Interval

MAX_EVIDENCE = 5
TONE_CHANCE: dict[Answer, float] = {"yes": 1 / 3, "no": 2 / 3, "unknown": 0.0}
"""How likely a share of tones must be within (yes) or beyond (no) its limits to say so: nobody is
held against a limit that is not broken twice as likely as kept."""
SURE_TONE_CHANCE: dict[Answer, float] = {"yes": 0.5, "no": 0.8, "unknown": 0.0}
"""Below this a person should look."""
MERGE_GAP_S = 1.0
"""Silences closer together than this, with no word between, are one to whoever is waiting."""


def tone(body: ToneCheck, context: Context, ask: Ask) -> Outcome:
    """Answer whether the share of somebody's utterances with a tone lies within limits.

    The share is counted; how likely the answer is follows from the probability of each tone, in
    which words that were hardly recognised weigh. What is not likely enough cannot be told.
    """
    blocked = context.call.not_heard(body.who)
    if blocked is not None:
        return context.unknown(blocked)
    inside = narrowed(body, context, ask)
    if isinstance(inside, Outcome):
        return inside
    words, measures = context.words, context.call.measures
    tones = {t.utterance_id: t for t in measures.tones} if measures else {}
    judged = [u for u in context.call.utterances(body.who, inside.spans) if u.utterance_id in tones]
    found = [tones[u.utterance_id] for u in judged]
    marked = [u for u, t in zip(judged, found, strict=True) if _counts(body, t)]
    share_pct = 100 * len(marked) / len(judged) if judged else _tone_measure(body, inside)
    if share_pct is None:
        return context.unknown(words.not_measured(f"{body.label} tone", body.who))
    answer = compare(share_pct, body.at_least, body.at_most)
    limits = words.bounds(body.at_least, body.at_most, " %")
    reason = words.tone(body.who, body.label, share_pct, limits)
    chance = _tone_chance(body, found, answer)
    if chance < TONE_CHANCE[answer]:
        return context.unknown(words.tone_unsure(reason, chance))
    kind: EvidenceKind = "supports" if answer == "yes" else "violates"
    quotes = tuple(
        Evidence.quoting(kind, u, u.text, u.start_s, u.end_s) for u in marked[:MAX_EVIDENCE]
    )
    return Outcome(
        answer=answer,
        reason=reason,
        evidence=inside.searched() if answer == "yes" or not quotes else quotes,
        events=tuple(Event(u.start_s, u.end_s, u.end_s) for u in marked),
        confidence=round(min(chance, _mean_probability(found) if answer == "yes" else 1.0), 4),
        doubts=(Doubts(words).likeness(chance),) if chance < SURE_TONE_CHANCE[answer] else (),
        from_text=True,
    )


def _counts(body: ToneCheck, found: UtteranceTone) -> bool:
    return found.label == body.label and found.probability >= body.min_probability


def _tone_chance(body: ToneCheck, found: list[UtteranceTone], answer: Answer) -> float:
    """Return how likely the answer is, given the probability of each tone.

    What has another tone may have this one after all, which speaks for somebody where this tone
    is asked for; it is never held against them where it is not.
    """
    if not found:
        return 1.0
    asked_for = body.at_least is not None
    probabilities = [
        t.probability
        if _counts(body, t)
        else (t.probability if t.label == body.label else (1.0 - t.probability) / 2) * asked_for
        for t in found
    ]
    chance = share_chance(probabilities, body.at_least, body.at_most)
    return chance if answer == "yes" else 1.0 - chance


def _tone_measure(body: ToneCheck, context: Context) -> float | None:
    """Return the share measured for the whole call, where single utterances were not kept."""
    measures = context.call.measures
    if measures is None or body.who == "any" or body.label != "negative" or not context.is_whole:
        return None
    return measures.value("negative_tone_pct", body.who)


def _mean_probability(found: list[UtteranceTone]) -> float:
    return sum(t.probability for t in found) / len(found) if found else 1.0


def silence(body: SilenceCheck, context: Context, ask: Ask, unless: Check | None) -> Outcome:
    """Answer whether at most ``body.at_most`` silences are longer than the limit.

    Every silence that is too long is asked about ``unless`` by itself: one announced hold does
    not excuse another that was not announced. The events are all the silences that are too long.
    """
    inside = narrowed(body, context, ask)
    if isinstance(inside, Outcome):
        return inside
    words, measures = context.words, context.call.measures
    if measures is None or (not measures.silences and not _silence_was_measured(measures)):
        return context.unknown(words.not_measured("silence", "call"))
    too_long = _too_long(body, inside, measures)
    excuses = [_excuse(stretch, context, ask, unless) for stretch in too_long]
    judged = [(s, e) for s, e in zip(too_long, excuses, strict=True) if e.answer == "no"]
    guilty = [stretch for stretch, _ in judged]
    open_cases = [e for e in excuses if e.answer == "unknown"]
    excused = [e for e in excuses if e.answer == "yes"]
    base = Outcome(
        answer="no",
        reason=words.silences(body.kind, body.longer_than, [(s.start_s, s.end_s) for s in guilty]),
        evidence=_stretches("violates", guilty),
        events=tuple(Event(s.start_s, s.end_s, s.end_s) for s in too_long),
        confidence=_surest([e.confidence for _, e in judged], body.at_most),
        doubts=_doubts([e for _, e in judged])
        if sum(not e.doubtful for _, e in judged) <= body.at_most
        else (),
        from_text=any(e.from_text for e in excuses),
    )
    if len(guilty) > body.at_most:
        return base
    if len(guilty) + len(open_cases) > body.at_most:
        return context.unknown(open_cases[0].reason)
    quotes = tuple(item for e in excused for item in e.evidence)[:MAX_EVIDENCE]
    return replace(
        base,
        answer="yes",
        reason=words.few_silences(base.reason, body.at_most)
        if guilty
        else words.no_silence(body.kind, body.longer_than, len(excused)),
        evidence=quotes or inside.searched(),
        confidence=min((e.confidence for e in excused), default=1.0),
        doubts=_doubts(excuses),
    )


def _doubts(outcomes: list[Outcome]) -> tuple[str, ...]:
    return tuple(doubt for outcome in outcomes for doubt in outcome.doubts)


def _surest(confidences: list[float], allowed: int) -> float:
    """Return how sure it is that more than ``allowed`` are not excused."""
    ranked = sorted(confidences, reverse=True)
    return ranked[allowed] if allowed < len(ranked) else 1.0


def _silence_was_measured(measures: Measures) -> bool:
    return measures.value("longest_silence_s") is not None


def _too_long(body: SilenceCheck, context: Context, measures: Measures) -> list[Interval]:
    """Return the silences that are too long, in order of time."""
    kept = [s for s in measures.silences if body.kind in ("any", s.kind)]
    stretches: list[Interval] = []
    for item in sorted(kept, key=lambda s: (s.start_s, s.end_s)):
        if stretches and _is_pause(stretches[-1].end_s, item.start_s, context):
            end_s = max(item.end_s, stretches[-1].end_s)
            stretches[-1] = Interval(stretches[-1].start_s, end_s)
        else:
            stretches.append(Interval(item.start_s, item.end_s))
    return [
        s for s in stretches if s.length_s > body.longer_than and context.has(s.start_s, s.end_s)
    ]


def _is_pause(start_s: float, end_s: float, context: Context) -> bool:
    """Tell whether the time between two silences is short and nobody speaks in it."""
    if end_s - start_s > MERGE_GAP_S:
        return False
    return not context.call.speaks_in(Interval(start_s, max(end_s, start_s)))


def _excuse(stretch: Interval, context: Context, ask: Ask, unless: Check | None) -> Outcome:
    """Answer whether the exception holds for one silence."""
    if unless is None:
        return Outcome(answer="no", reason="")
    everywhere = (context.call.extent,)
    return ask(unless, replace(context, spans=everywhere, where="", stretch=stretch))


def _stretches(kind: EvidenceKind, stretches: list[Interval]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(kind=kind, start_s=s.start_s, end_s=s.end_s) for s in stretches[:MAX_EVIDENCE]
    )


def metadata(body: MetadataCheck, context: Context, ask: Ask) -> Outcome:  # noqa: ARG001
    """Answer whether a fact from the telephone system is as asked."""
    words = context.words
    value = getattr(context.call.metadata, body.field)
    if value is None and body.if_missing is None:
        return context.unknown(words.no_metadata(body.field), from_text=False)
    evidence = (Evidence(kind="searched", start_s=0.0, end_s=0.0),)
    if value is None:
        answer: Answer = "yes" if body.if_missing else "no"
        return Outcome(answer=answer, reason=words.no_metadata(body.field), evidence=evidence)
    fits, asked = _fact(body, value, context)
    return Outcome(
        answer="yes" if fits else "no",
        reason=words.metadata(body.field, _shown(value), asked),
        evidence=evidence,
    )


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _fact(body: MetadataCheck, value: object, context: Context) -> tuple[bool, str]:
    """Return whether every comparison holds, and the comparisons in words."""
    words = context.words
    results: list[bool] = []
    asked: list[str] = []
    if body.equals is not None:
        results.append(str(value) == body.equals)
        asked.append(words.equal(words.fact(body.field, body.equals), same=True))
    if body.differs is not None:
        results.append(str(value) != body.differs)
        asked.append(words.equal(words.fact(body.field, body.differs), same=False))
    if body.one_of is not None:
        results.append(str(value) in body.one_of)
        asked.append(" / ".join(words.fact(body.field, word) for word in body.one_of))
    if body.at_most is not None or body.at_least is not None:
        amount = float(value) if isinstance(value, int | float) else None
        fits = amount is not None and compare(amount, body.at_least, body.at_most) == "yes"
        results.append(fits)
        asked.append(words.bounds(body.at_least, body.at_most))
    return all(results), ", ".join(asked)
