"""Who is the agent and who the customer, by evidence, with a confidence.

Each speaker collects evidence: phrases from ``role_cues.yaml`` (found approximately, since words
are recognised with errors), the agent's own name and the brand where they are known, who speaks
first and how given the direction of the call, who asks for a name or a number, and a voice known
from earlier calls. A channel that the telephone system guarantees is taken as it is. The
difference between the two main speakers goes through a logistic function to a confidence.
"""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz

from qa_pipeline.conversation.cues import plain, said
from qa_pipeline.conversation.moments import IVR_SPEAKER
from qa_pipeline.conversation.utterances import SpokenWord, join_words
from qa_pipeline.records import Direction, Role

_CUES_FILE = Path(__file__).with_name("role_cues.yaml")
_FIRST_SPEAKER_WEIGHT = 1.5
_ANSWER_WORDS = {"zh": 4}
_ANSWER_WORDS_ELSEWHERE = 3
"""Somebody who is called answers with no more than this: "hello?", "yes, hello?", "喂您好"."""
_OWN_NAME_WEIGHT = 3.0
_BRAND_WEIGHT = 2.0
_OPENING_S = 20.0
"""A brand or the agent's name is evidence in what a speaker says first."""
_OF_A_CUSTOMER = {
    "en": (
        re.compile(
            r"\b(is (this|that|it)|am i (speaking|talking) (to|with)|are you( from)?|"
            r"have i reached|"
            r"(customer|contract|account|subscription|line|internet|service|bill|letter|mail|"
            r"message|call|deal|tariff) (of|with|at|from|by)|"
            r"calling|called|call|rang|ring|your|my|i want|i need|i have|been with)( the| a)?$"
        ),
        re.compile(r"^(customer|contract|account|subscription|bill)\b"),
    ),
    "zh": (
        re.compile(r"(你们|你是|您是|请问是|是不是|我用的是|我办的是|我家用的|我打的是|给)$"),
        re.compile(r"^(的)?(老)?(用户|客户|会员|吗|是吧|对吧)"),
    ),
}
"""What comes before and after a brand in the mouth of a customer."""
_VOICE_WEIGHT = 4.0
_ANOTHER_AGENT = 4.0
"""Evidence that makes a third speaker an agent as well, and not somebody unknown."""
_NEARLY_AS_MUCH = 0.5
_LOGISTIC_SCALE = 3.0
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


@cache
def _cues(direction: Direction | None) -> dict[str, list[tuple[str, float]]]:
    raw = yaml.safe_load(_CUES_FILE.read_text(encoding="utf-8"))
    callers = {"outbound": 1.0, "inbound": -1.0}.get(direction or "", 0.0)
    return {
        language: [
            (str(phrase), float(weight) * sign)
            for side, sign in (("agent", 1.0), ("customer", -1.0), ("caller", callers))
            for weight, phrases in sides[side].items()
            for phrase in phrases
        ]
        for language, sides in raw.items()
    }


def agent_score(text: str, language: str, direction: Direction | None = None) -> float:
    """Return how much a speaker's words sound like an agent's; negative: like a customer's."""
    text = plain(text, language)
    return sum(
        weight
        for phrase, weight in _cues(direction).get(language, [])
        if said(phrase, text, language)
    )


def find_roles(
    words: Sequence[SpokenWord],
    hints: dict[str, Role] | None = None,
    evidence: RoleEvidence | None = None,
) -> RoleDecision:
    """Give every speaker a role.

    ``hints`` are roles known from outside, such as speaker names in a finished transcript or the
    channel that the telephone system gives to agents; they are taken as they are. Of the others
    who say much, agent is who sounds most like one and customer who sounds least like one. Further
    speakers are agents where they speak as
    agents do, else ``unknown``. Announcements are ``ivr``; who took the call over from an agent is
    an agent.
    """
    hints = dict(hints or {})
    by_speaker: dict[str, list[SpokenWord]] = defaultdict(list)
    for spoken in sorted(words, key=lambda s: s.word.start_s):
        by_speaker[spoken.speaker].append(spoken)
    later = {s for s in by_speaker if _LATER_AGENT.search(s) and s not in hints}
    people = [s for s in by_speaker if s not in later and s not in ("unknown", IVR_SPEAKER)]
    decision = _main_roles(people, by_speaker, hints, evidence or _NOTHING)
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
    return {
        s: "agent" if _phrases_score(by_speaker[s]) >= _ANOTHER_AGENT else "unknown"
        for s in speakers
    }


def _by_evidence(
    roles: dict[str, Role],
    speakers: list[str],
    by_speaker: dict[str, list[SpokenWord]],
    evidence: RoleEvidence,
) -> RoleDecision:
    main = _main(speakers, by_speaker)
    scores = {s: _speaker_score(by_speaker[s], s, evidence) for s in main}
    first = min(main, key=lambda s: by_speaker[s][0].word.start_s)
    scores[first] += _first_speaker(by_speaker[first], evidence.direction)
    if len(scores) == 1:
        only = speakers[0]
        roles[only] = "agent" if scores[only] > 0 else "customer"
        confidence = 0.5 * (1 + math.tanh(abs(scores[only]) / (2 * _LOGISTIC_SCALE))) * 0.8
        return RoleDecision(roles, confidence, "only one speaker was heard")
    ranked = sorted(scores, key=lambda s: (-scores[s], s))
    agent, customer = ranked[0], ranked[-1]
    roles[agent], roles[customer] = "agent", "customer"
    roles.update(_further([s for s in speakers if s not in (agent, customer)], by_speaker))
    confidence = 1 / (1 + math.exp(-(scores[agent] - scores[customer]) / _LOGISTIC_SCALE))
    return RoleDecision(
        roles,
        confidence,
        f"agent's words score {scores[agent]:.1f}, customer's {scores[customer]:.1f}",
    )


def _main(speakers: list[str], by_speaker: dict[str, list[SpokenWord]]) -> list[str]:
    """Return who may be agent or customer: the two who say most and whoever says nearly as much.

    Of a call that is passed on, both agents may say more than the customer.
    """
    if len(speakers) < 3:
        return speakers
    enough = len(by_speaker[speakers[1]]) * _NEARLY_AS_MUCH
    return speakers[:2] + [s for s in speakers[2:] if len(by_speaker[s]) >= enough]


def _first_speaker(words: list[SpokenWord], direction: Direction | None) -> float:
    """Return what speaking first says: the agent answers, unless it was the agent who called.

    Who is called by the centre answers shortly and waits; who speaks at length first is the one
    who has something to say.
    """
    if direction != "outbound":
        return _FIRST_SPEAKER_WEIGHT
    opening: list[SpokenWord] = []
    for spoken in words:
        if opening and spoken.word.start_s - opening[-1].word.end_s > 1.5:
            break
        opening.append(spoken)
    language = opening[0].language
    text = plain(join_words([s.word for s in opening], language), language)
    length = len(text) if language == "zh" else len(text.split())
    short = length <= _ANSWER_WORDS.get(language, _ANSWER_WORDS_ELSEWHERE)
    return -_FIRST_SPEAKER_WEIGHT if short else 0.0


def _speaker_score(words: list[SpokenWord], speaker: str, evidence: RoleEvidence) -> float:
    score = _phrases_score(words, evidence.direction) + _VOICE_WEIGHT * evidence.voices.get(
        speaker, 0.0
    )
    opening = [s for s in words if s.word.start_s <= words[0].word.start_s + _OPENING_S]
    language = opening[0].language
    text = plain(join_words([s.word for s in opening], language), language)
    if evidence.agent_name and _names(evidence.agent_name, text, language):
        score += _OWN_NAME_WEIGHT
    if any(introduces_with(plain(brand, language), text, language) for brand in evidence.brands):
        score += _BRAND_WEIGHT
    return score


def introduces_with(brand: str, text: str, language: str) -> bool:
    """Say whether somebody speaks for the brand, and does not only speak of it.

    A customer asks for it ("is this ...?"), has a contract with it or calls it; that is no evidence
    for an agent, and none against. ``brand`` and ``text`` are plain.
    """
    if not brand or not said(brand, text, language):
        return False
    before, after = _OF_A_CUSTOMER[language if language in _OF_A_CUSTOMER else "en"]
    found = fuzz.partial_ratio_alignment(brand, text)
    if found is None:
        return False
    led_to_by, followed_by = text[: found.dest_start].rstrip(), text[found.dest_end :].lstrip()
    return not (before.search(led_to_by) or after.search(followed_by))


def _names(name: str, text: str, language: str) -> bool:
    """Say whether a speaker gives the name as their own."""
    name = plain(name, language)
    own = ("我是", "我叫") if language == "zh" else ("this is ", "my name is ", "i am ", "name's ")
    return any(said(f"{before}{name}", text, language) for before in own)


def _phrases_score(words: list[SpokenWord], direction: Direction | None = None) -> float:
    by_language: dict[str, list[SpokenWord]] = defaultdict(list)
    for spoken in words:
        by_language[spoken.language].append(spoken)
    return sum(
        agent_score(join_words([s.word for s in spoken], language), language, direction)
        for language, spoken in by_language.items()
    )
