"""Agents who take a call over, told from the one before by words and by voice.

Words: somebody introduces themselves after a transfer was announced or after a hold. Voice: the one
heard after such a moment is not the one before it. Where there is a voice to compare, it has the
last word; words alone decide where too little is said to know a voice by.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa_pipeline.conversation import RoleEvidence, Transfer, find_handovers, find_transfers
from qa_pipeline.conversation import later_agent as named_later
from qa_pipeline.records import Region, Row, Turn, Word
from qa_pipeline.speakers import VoiceReader, has_changed

_LATEST_OF_FIRST = 0.1
"""Of an agent's speech, what may still be heard of them after they passed the call on."""
_EARLY_S = 0.3
"""Recognisers put the beginning of a word too late rather than too early."""


@dataclass(frozen=True)
class AgentPart:
    """From when to when an agent of that name has the call."""

    speaker: str
    span: Region


def agent_parts(
    name: str,
    turns: Sequence[Turn],
    transfers: Sequence[tuple[Transfer, bool]],
    samples: Row | None,
    reader: VoiceReader | None,
) -> tuple[AgentPart, ...]:
    """Return whose the speech of the agents' channel is, part by part.

    Args:
        name: The speaker of the channel, and of its first part.
        turns: The speaker's turns.
        transfers: Moments in order, each with whether somebody introduces themselves there.
        samples: The channel.
        reader: Turns speech into voices; ``None``: words alone decide.
    """
    spans = [Region(t.start_s, t.end_s) for t in turns if t.speaker == name]
    parts = [AgentPart(name, Region(0.0, float("inf")))]
    heard: list[list[Region]] = [spans]
    for number, (moment, introduced) in enumerate(transfers):
        end_s = transfers[number + 1][0].taken_s if number + 1 < len(transfers) else float("inf")
        at_s = moment.taken_s - _EARLY_S
        before = [s for s in spans if parts[-1].span.start_s <= s.start_s < at_s]
        after = [s for s in spans if at_s <= s.start_s < end_s - _EARLY_S]
        changed = _changed(samples, before, after, reader)
        if changed is False or (changed is None and not introduced):
            continue
        heard[-1] = before
        speaker = _known_voice(parts, heard, samples, after, reader) or named_later(
            name, len({part.speaker for part in parts}) + 1
        )
        parts[-1] = AgentPart(parts[-1].speaker, Region(parts[-1].span.start_s, at_s))
        parts.append(AgentPart(speaker, Region(at_s, float("inf"))))
        heard.append(after)
    return tuple(parts)


def moments(
    words: Sequence[Word],
    language: str,
    brands: Sequence[str],
    others: Sequence[Word] = (),
) -> tuple[tuple[Transfer, bool], ...]:
    """Return when another agent may take over, with whether one introduces themselves there."""
    introduced = find_transfers(words, language, brands, others)
    taken = {moment.taken_s for moment in introduced}
    silent = [m for m in find_handovers(words, language, others) if m.taken_s not in taken]
    found = [*((m, True) for m in introduced), *((m, False) for m in silent)]
    return tuple(sorted(found, key=lambda pair: pair[0].taken_s))


def later_by_voice(
    turns: Sequence[Turn],
    roles: Mapping[str, str],
    words: Sequence[Word],
    evidence: RoleEvidence,
    language: str,
) -> dict[str, str]:
    """Return new names of voices that took a mono call over from the agent, by their old ones.

    Such a voice is first heard after a transfer was announced or a hold, and the agent hardly ever
    again.
    """
    agent = next((s for s, role in roles.items() if role == "agent"), None)
    customer = next((s for s, role in roles.items() if role == "customer"), None)
    if agent is None:
        return {}
    names: dict[str, str] = {}
    left_s = [moment.left_s for moment, _ in moments(words, language, evidence.brands)]
    for speaker in sorted({t.speaker for t in turns} - {agent, customer, None}):
        begins_s = min(t.start_s for t in turns if t.speaker == speaker)
        own_s = [(t.start_s, t.end_s - t.start_s) for t in turns if t.speaker == agent]
        rest_s = sum(length for start_s, length in own_s if start_s > begins_s)
        passed_on = any(left <= begins_s for left in left_s)
        if passed_on and rest_s <= _LATEST_OF_FIRST * sum(length for _, length in own_s):
            names[speaker] = named_later(agent, len(names) + 2)
    return names


def _changed(
    samples: Row | None,
    before: Sequence[Region],
    after: Sequence[Region],
    reader: VoiceReader | None,
) -> bool | None:
    if samples is None or reader is None:
        return None
    return has_changed(samples, before, after, reader)


def _known_voice(
    parts: Sequence[AgentPart],
    heard: Sequence[Sequence[Region]],
    samples: Row | None,
    after: Sequence[Region],
    reader: VoiceReader | None,
) -> str | None:
    """Return the agent of an earlier part who is back, if it is one of them."""
    for part, spans in list(zip(parts, heard, strict=True))[:-1]:
        if _changed(samples, spans, after, reader) is False:
            return part.speaker
    return None


def parts_between(cuts_s: Sequence[float], end_s: float) -> tuple[Region, ...]:
    """Return the parts of a call that is cut at some times, in order."""
    return tuple(Region(a, b) for a, b in pairwise((0.0, *sorted(cuts_s), end_s)))
