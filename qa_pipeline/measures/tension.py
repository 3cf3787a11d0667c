"""Tension in the voice: louder, higher and faster than the speaker's own level in the call.

Raised intensity, fundamental frequency and speech rate are what hot anger and stress have in
common (Banse and Scherer 1996; Juslin and Laukka 2003). Each is compared with the same speaker
in the same call, so a deep, soft or quick voice is nothing by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from qa_pipeline.measures.prosody import STEP_S, Voice
from qa_pipeline.measures.spans import total
from qa_pipeline.measures.speech import Speaker, tokens, word_spans
from qa_pipeline.measures.voice import semitones
from qa_pipeline.records import Utterance

MIN_UTTERANCES = 5
"""Fewer utterances of a speaker show no level of their own."""
_MIN_VOICED_S = 0.3
_MIN_SPOKEN_S = 1.0
_MAD_TO_SD = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution."""
_LEAST_SPREAD = {"level_db": 2.0, "pitch_st": 1.5, "pace_log2": 0.2}
"""A speaker so even that their spread is less is compared with this: 2 dB, 1.5 semitones, 15 %."""
_MOST = 4.0


@dataclass(frozen=True)
class Delivery:
    """How one utterance was delivered; ``None`` where there is too little of it."""

    utterance_id: str
    role: Speaker
    level_db: float | None
    pitch_st: float | None
    pace_log2: float | None
    """Words or characters a second, as a power of two."""
    voiced_s: float = 0.0
    """Seconds of voiced sound that level and pitch were taken of."""


def delivery_of(utterance: Utterance, role: Speaker, voice: Voice) -> Delivery:
    """Measure one utterance; ``voice``: its speaker alone, from the whole call."""
    level_db = pitch_st = None
    heard = voice.within(utterance.start_s, utterance.end_s)
    heard = heard.part(heard.voiced)
    voiced_s = len(heard.times_s) * STEP_S
    if voiced_s >= _MIN_VOICED_S - 1e-9:
        level_db = float(np.median(heard.level_dbfs))
        pitch_st = float(np.median(semitones(heard.pitch_hz)))
    units = len(tokens(utterance.text))
    spoken_s = total(word_spans(utterance.words))
    paced = units > 0 and spoken_s >= _MIN_SPOKEN_S
    return Delivery(
        utterance.utterance_id,
        role,
        level_db=level_db,
        pitch_st=pitch_st,
        pace_log2=float(np.log2(units / spoken_s)) if paced else None,
        voiced_s=voiced_s,
    )


def tensions(deliveries: Sequence[Delivery]) -> Mapping[str, float]:
    """Return the tension of each utterance for which it can be told, by utterance id.

    Loudness, pitch and pace are each expressed as a robust z-score within the speaker's own
    utterances of the call: distance from the median in units of the spread (1.4826 times the
    median absolute deviation, at least 2 dB, 1.5 semitones, 15 %). Tension is the second largest
    of the three, within -4 to 4: at least two must be raised together, since one alone has other
    causes (a question, a number read out, a step closer to the microphone). None without both
    loudness and pitch, and none for speakers with fewer than five such utterances.
    """
    found: dict[str, float] = {}
    for role in {d.role for d in deliveries}:
        heard = [d for d in deliveries if d.role == role and d.level_db is not None]
        if len(heard) < MIN_UTTERANCES:
            continue
        scores = [
            _robust_z([getattr(d, name) for d in heard], least)
            for name, least in _LEAST_SPREAD.items()
        ]
        for delivery, each in zip(heard, zip(*scores, strict=True), strict=True):
            known = sorted(score for score in each if score is not None)
            if len(known) >= 2:
                found[delivery.utterance_id] = max(-_MOST, min(_MOST, known[-2]))
    return found


def _robust_z(values: Sequence[float | None], least_spread: float) -> list[float | None]:
    """Return how many spreads each value lies above the median; ``None`` stays ``None``."""
    known = [value for value in values if value is not None]
    if len(known) < MIN_UTTERANCES:
        return [None] * len(values)
    middle = median(known)
    spread = max(_MAD_TO_SD * median(abs(value - middle) for value in known), least_spread)
    return [None if value is None else (value - middle) / spread for value in values]
