"""Who is the agent and who the customer, by evidence, with a confidence.

Each speaker collects evidence: the phrases they say of their own accord (``role_phrases``), how
they open the call (``role_opening``), and a voice known from earlier calls. A channel that the
telephone system guarantees is taken as it is. The difference between the two main speakers goes
through a logistic function to a confidence.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qa_pipeline.conversation.moments import IVR_SPEAKER
from qa_pipeline.conversation.role_opening import (
    answer_points,
    introduction_points,
    says_only_hello,
)
from qa_pipeline.conversation.role_phrases import phrase_points
from qa_pipeline.conversation.utterances import SpokenWord
from qa_pipeline.records import Direction, Role

_VOICE_WEIGHT = 4.0
_ANOTHER_AGENT = 3.5
"""Evidence that makes a third speaker an agent as well, and not somebody unknown."""
_NEARLY_AS_MUCH = 0.5
_LOGISTIC_SCALE = 3.0
_MOST_OF_WHO_ANSWERS = 1.0
_OF_WHO_ANSWERS = 1.5
"""Who answers most calls to a centre is the agent: a person should look, no more."""
_MOST_OF_HELLO = 3.0
"""Not enough to be sure."""
_LATER_AGENT = re.compile(r"\.[2-9]$")


@dataclass(frozen=True)
class RoleEvidence:
    """What is known about a call beside its words."""

    direction: Direction | None = None
    agent_name: str | None = None
    brands: tuple[str, ...] = ()
    voices: Mapping[str, float] = field(default_factory=dict)
    """Speaker to how much they sound like the agent in earlier calls, from -1 (not at all) to 1."""


def later_agent(first: str, number: int) -> str:
    """Return the name of the second (2) or a further agent of a call, after that of the first.

    Who took the call over from the speaker ``channel-1`` is ``channel-1.2``, then ``channel-1.3``.
    """
    return f"{first}.{min(number, 9)}"


@dataclass(frozen=True)
class RoleDecision:
    """The role of every speaker and how sure that is, from 0 to 1."""

    roles: dict[str, Role]
    confidence: float
    reason: str


_NOTHING = RoleEvidence()


def find_roles(
    words: Sequence[SpokenWord],
    hints: dict[str, Role] | None = None,
    evidence: RoleEvidence | None = None,
) -> RoleDecision:
    """Give every speaker a role.

    ``hints`` are roles known from outside, such as speaker names in a finished transcript or the
    channel that the telephone system gives to agents; they are taken as they are. Of the others
    who say much, agent is who sounds most like one and customer who sounds least like one. Further
    speakers are agents where they speak as agents do, else ``unknown``. Announcements are ``ivr``;
    who took the call over from an agent is an agent.
    """
    hints = dict(hints or {})
    by_speaker: dict[str, list[SpokenWord]] = defaultdict(list)
    for spoken in sorted(words, key=lambda s: s.word.start_s):
        by_speaker[spoken.speaker].append(spoken)
    later = {s for s in by_speaker if _LATER_AGENT.search(s) and s not in hints}
    people = [s for s in by_speaker if s not in later and s not in ("unknown", IVR_SPEAKER)]
    of_people = {s: by_speaker[s] for s in people}
    decision = _main_roles(people, of_people, hints, evidence or _NOTHING)
    roles = dict(decision.roles)
    for speaker in later:
        roles[speaker] = "agent"
    if IVR_SPEAKER in by_speaker:
        roles[IVR_SPEAKER] = "ivr"
    return RoleDecision(roles, decision.confidence, decision.reason)


def _main_roles(
    speakers: list[str],
    by_speaker: dict[str, list[SpokenWord]],
    hints: dict[str, Role],
    evidence: RoleEvidence,
) -> RoleDecision:
    roles: dict[str, Role] = {s: hints[s] for s in speakers if s in hints}
    open_speakers = sorted(
        (s for s in speakers if s not in roles), key=lambda s: (-len(by_speaker[s]), s)
    )
    taken = set(roles.values())
    if {"agent", "customer"} <= taken or not open_speakers:
        roles.update(_further(open_speakers, by_speaker))
        return RoleDecision(roles, 1.0 if roles else 0.0, "roles given with the call")
    if taken & {"agent", "customer"}:
        missing: Role = "customer" if "agent" in taken else "agent"
        roles[open_speakers[0]] = missing
        roles.update(_further(open_speakers[1:], by_speaker))
        return RoleDecision(roles, 1.0, "one role given with the call")
    return _by_evidence(roles, open_speakers, by_speaker, evidence)


def _further(speakers: list[str], by_speaker: dict[str, list[SpokenWord]]) -> dict[str, Role]:
    # Who takes a call over is called by the customer, whoever called first.
    points = phrase_points(by_speaker, None) if speakers else {}
    return {s: "agent" if points[s] >= _ANOTHER_AGENT else "unknown" for s in speakers}


def _by_evidence(
    roles: dict[str, Role],
    speakers: list[str],
    by_speaker: dict[str, list[SpokenWord]],
    evidence: RoleEvidence,
) -> RoleDecision:
    main = _main(speakers, by_speaker)
    points = phrase_points(by_speaker, evidence.direction)
    first = min(main, key=lambda s: by_speaker[s][0].word.start_s)
    scores = {
        s: points[s]
        + _VOICE_WEIGHT * evidence.voices.get(s, 0.0)
        + introduction_points(by_speaker[s], evidence.agent_name, evidence.brands)
        + (answer_points(by_speaker[s], evidence.direction) if s == first else 0.0)
        for s in main
    }
    if len(scores) == 1:
        only = speakers[0]
        roles[only] = "agent" if scores[only] > 0 else "customer"
        confidence = 0.5 * (1 + math.tanh(abs(scores[only]) / (2 * _LOGISTIC_SCALE))) * 0.8
        return RoleDecision(roles, confidence, "only one speaker was heard")
    ranked = sorted(scores, key=lambda s: (-scores[s], s))
    agent, customer = ranked[0], ranked[-1]
    roles[agent], roles[customer] = "agent", "customer"
    roles.update(_further([s for s in speakers if s not in (agent, customer)], by_speaker))
    difference = scores[agent] - scores[customer]
    if agent == first and not _is_placed(by_speaker[agent], agent, evidence):
        difference = _of_who_answers(difference, scores[agent], by_speaker[agent])
    confidence = 1 / (1 + math.exp(-difference / _LOGISTIC_SCALE))
    return RoleDecision(
        roles,
        confidence,
        f"agent's words score {scores[agent]:.1f}, customer's {scores[customer]:.1f}",
    )


def _is_placed(words: Sequence[SpokenWord], speaker: str, evidence: RoleEvidence) -> bool:
    """Say whether anything but phrases tells that a speaker works for the centre."""
    return (
        evidence.direction is not None
        or evidence.voices.get(speaker, 0.0) > 0.0
        or introduction_points(words, evidence.agent_name, evidence.brands) > 0.0
    )


def _of_who_answers(difference: float, score: float, words: Sequence[SpokenWord]) -> float:
    """Return what a difference in evidence is worth where it makes who answers the agent.

    Nobody knows who called. A receptionist who is called by an agent offers help, asks for names
    and numbers and is polite as well, so that says little: the other one has to sound like a
    customer. And who answers with a mere "hello" may be anybody at home.
    """
    limited = difference - max(0.0, score - _MOST_OF_WHO_ANSWERS)
    doubted = max(limited, min(difference, _OF_WHO_ANSWERS))
    return min(doubted, _MOST_OF_HELLO) if says_only_hello(words) else doubted


def _main(speakers: list[str], by_speaker: dict[str, list[SpokenWord]]) -> list[str]:
    """Return who may be agent or customer: the two who say most and whoever says nearly as much.

    Of a call that is passed on, both agents may say more than the customer.
    """
    if len(speakers) < 3:
        return speakers
    enough = len(by_speaker[speakers[1]]) * _NEARLY_AS_MUCH
    return speakers[:2] + [s for s in speakers[2:] if len(by_speaker[s]) >= enough]
