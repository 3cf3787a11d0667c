"""Who is the agent and who the customer, by what they say, with a confidence.

Each speaker collects evidence: phrases from ``role_cues.yaml`` (found approximately, since words
are recognised with errors), who speaks first given the direction of the call, and a certain
channel where the telephone system guarantees one. The difference between the two main speakers
goes through a logistic function to a confidence.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz

from qa_pipeline.conversation.utterances import SpokenWord, join_words
from qa_pipeline.records import Role

_CUES_FILE = Path(__file__).with_name("role_cues.yaml")
_FOUND_AT = 84.0
"""Similarity in per cent (rapidfuzz partial ratio) from which a phrase counts as said."""
_FIRST_SPEAKER_WEIGHT = 1.5
_LOGISTIC_SCALE = 3.0


@dataclass(frozen=True)
class RoleDecision:
    """The role of every speaker and how sure that is, from 0 to 1."""

    roles: dict[str, Role]
    confidence: float
    reason: str


@cache
def _cues() -> dict[str, list[tuple[str, float]]]:
    raw = yaml.safe_load(_CUES_FILE.read_text(encoding="utf-8"))
    return {
        language: [
            (str(phrase), float(weight) * sign)
            for side, sign in (("agent", 1.0), ("customer", -1.0))
            for weight, phrases in sides[side].items()
            for phrase in phrases
        ]
        for language, sides in raw.items()
    }


def _said(phrase: str, text: str, language: str) -> bool:
    if phrase in text:
        return True
    shortest = 4 if language == "zh" else 8
    return len(phrase) >= shortest and fuzz.partial_ratio(phrase, text) >= _FOUND_AT


def agent_score(text: str, language: str) -> float:
    """Return how much a speaker's words sound like an agent's; negative: like a customer's."""
    text = text.lower()
    return sum(
        weight for phrase, weight in _cues().get(language, []) if _said(phrase, text, language)
    )


def find_roles(
    words: Sequence[SpokenWord],
    hints: dict[str, Role] | None = None,
) -> RoleDecision:
    """Give every speaker a role.

    ``hints`` are roles known from outside, such as speaker names in a finished transcript or the
    channel that the telephone system gives to agents; they are taken as they are. Of the others
    the two who say most are agent and customer, further speakers stay ``unknown``.
    """
    hints = dict(hints or {})
    by_speaker: dict[str, list[SpokenWord]] = defaultdict(list)
    for spoken in sorted(words, key=lambda s: s.word.start_s):
        by_speaker[spoken.speaker].append(spoken)
    speakers = [s for s in by_speaker if s != "unknown"]
    roles: dict[str, Role] = {s: hints[s] for s in speakers if s in hints}
    open_speakers = sorted(
        (s for s in speakers if s not in roles), key=lambda s: (-len(by_speaker[s]), s)
    )
    taken = set(roles.values())
    if {"agent", "customer"} <= taken or not open_speakers:
        roles.update(dict.fromkeys(open_speakers, "unknown"))
        return RoleDecision(roles, 1.0 if roles else 0.0, "roles given with the call")
    if taken & {"agent", "customer"}:
        missing: Role = "customer" if "agent" in taken else "agent"
        roles[open_speakers[0]] = missing
        roles.update(dict.fromkeys(open_speakers[1:], "unknown"))
        return RoleDecision(roles, 1.0, "one role given with the call")
    return _by_evidence(roles, open_speakers, by_speaker)


def _by_evidence(
    roles: dict[str, Role], speakers: list[str], by_speaker: dict[str, list[SpokenWord]]
) -> RoleDecision:
    scores = {s: _speaker_score(by_speaker[s]) for s in speakers[:2]}
    first = min(speakers[:2], key=lambda s: by_speaker[s][0].word.start_s)
    scores[first] += _FIRST_SPEAKER_WEIGHT  # the one who answers, or the one who calls back
    if len(scores) == 1:
        only = speakers[0]
        roles[only] = "agent" if scores[only] > 0 else "customer"
        confidence = 0.5 * (1 + math.tanh(abs(scores[only]) / (2 * _LOGISTIC_SCALE))) * 0.8
        return RoleDecision(roles, confidence, "only one speaker was heard")
    agent, customer = sorted(scores, key=lambda s: (-scores[s], s))
    roles[agent], roles[customer] = "agent", "customer"
    roles.update(dict.fromkeys(speakers[2:], "unknown"))
    confidence = 1 / (1 + math.exp(-(scores[agent] - scores[customer]) / _LOGISTIC_SCALE))
    return RoleDecision(
        roles,
        confidence,
        f"agent's words score {scores[agent]:.1f}, customer's {scores[customer]:.1f}",
    )


def _speaker_score(words: list[SpokenWord]) -> float:
    by_language: dict[str, list[SpokenWord]] = defaultdict(list)
    for spoken in words:
        by_language[spoken.language].append(spoken)
    return sum(
        agent_score(join_words([s.word for s in spoken], language), language)
        for language, spoken in by_language.items()
    )
