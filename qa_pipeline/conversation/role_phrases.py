"""How much the phrases that somebody says make them the agent, or the customer.

Phrases are in ``role_cues.yaml``. What gives somebody away is what they say of their own accord: a
phrase that the other one has just said is repeated, and one after "she said" is quoted. One long
sentence, and courtesy of any amount, gives away only so much: people are polite on both sides.
"""

import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from qa_pipeline.conversation.cues import FOUND_AT, places, plain, said
from qa_pipeline.conversation.utterances import SpokenWord, join_words
from qa_pipeline.records import Direction

_CUES_FILE = Path(__file__).with_name("role_cues.yaml")
_BREATH_S = 1.5
"""A pause of this length ends what somebody says in one go."""
_REPEATED_AFTER_S = (0.5, 15.0)
"""Who says what another one said this much before repeats it; sooner, it is one heard twice."""
_MOST_IN_ONE_GO = 4.0
_MOST_OF_COURTESY = 3.0
_MOST = 6.0
"""Points that the phrases of one speaker are worth at most. They are not independent of each other:
who is polite once is polite again."""
_QUOTES = {
    "en": (
        re.compile(
            r"\b(?:said|told|promised|"
            r"(?:he|she|they|letter|mail|email|message|text) (?:it )?says?)\b"
        ),
        120,
    ),
    "zh": (
        re.compile(
            r"(?:[他她]们?|客服|同事|你们|人家|师傅|小姐|跟我|和我|对我|上次)[都就也还]?说|写着|告诉我"
        ),
        40,
    ),
}
"""What leads to words of somebody else, and for how many characters."""


@dataclass(frozen=True)
class _Cue:
    phrase: str
    weight: float
    courtesy: bool


@dataclass(frozen=True)
class _Found:
    """A phrase that somebody says."""

    cue: _Cue
    at_s: float
    number: int
    """Of the stretch it is said in."""


@dataclass(frozen=True)
class _Stretch:
    """What somebody says in one go, in one language."""

    words: tuple[SpokenWord, ...]
    language: str
    text: str

    def at_s(self, place: int) -> float:
        """Return about when a character is said."""
        start_s, end_s = self.words[0].word.start_s, self.words[-1].word.end_s
        return start_s + (end_s - start_s) * place / max(1, len(self.text))


@cache
def _raw_cues() -> dict[str, dict[str, dict[int, list[str]]]]:
    raw: dict[str, dict[str, dict[int, list[str]]]]
    raw = yaml.safe_load(_CUES_FILE.read_text(encoding="utf-8"))
    return raw


@cache
def _cues(language: str, direction: Direction | None) -> tuple[_Cue, ...]:
    """Return the phrases of a language, the longest first."""
    callers = {"outbound": 1.0, "inbound": -1.0}.get(direction or "", 0.0)
    answers = 0.0 if direction == "outbound" else 1.0
    to_company = -1.0 if direction else -0.5
    signs = {
        "agent": 1.0,
        "courtesy": 1.0,
        "customer": -1.0,
        "to_company": to_company,
        "caller": callers,
        "called": answers,
    }
    cues = [
        _Cue(str(phrase), float(weight) * sign, side == "courtesy")
        for side, sign in signs.items()
        for weight, phrases in _raw_cues().get(language, {}).get(side, {}).items()
        for phrase in phrases
    ]
    return tuple(sorted(cues, key=lambda cue: -len(cue.phrase)))


def agent_score(text: str, language: str, direction: Direction | None = None) -> float:
    """Return how much a text sounds like an agent's; negative: like a customer's."""
    found = _phrases(plain(text, language), language, _cues(language, direction))
    return sum(cue.weight for cue in {cue for cue, _ in found})


def answers_a_call(text: str, language: str) -> bool:
    """Say whether somebody who was called says a plain text: "how may I help you"."""
    called = _raw_cues().get(language, {}).get("called", {})
    return any(said(str(p), text, language) for phrases in called.values() for p in phrases)


def phrase_points(
    by_speaker: Mapping[str, Sequence[SpokenWord]], direction: Direction | None
) -> dict[str, float]:
    """Return how much every person of a call sounds like an agent, from -6 to 6.

    Words are in time order. Announcements are not among them: who says what a recording said does
    not repeat a person.
    """
    found = {speaker: _found(_stretches(words), direction) for speaker, words in by_speaker.items()}
    times_s: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for speaker, phrases in found.items():
        for phrase in phrases:
            times_s[phrase.cue.phrase].append((phrase.at_s, speaker))
    for times in times_s.values():
        times.sort()
    return {
        speaker: _points(p for p in phrases if not _repeats(p.at_s, speaker, times_s[p.cue.phrase]))
        for speaker, phrases in found.items()
    }


def _repeats(at_s: float, speaker: str, times_s: Sequence[tuple[float, str]]) -> bool:
    """Say whether another one has said it just before; ``times_s``: when who says it, in order."""
    first = bisect_left(times_s, (at_s - _REPEATED_AFTER_S[1], ""))
    last = bisect_left(times_s, (at_s - _REPEATED_AFTER_S[0], ""))
    return any(other != speaker for _, other in times_s[first:last])


def _points(phrases: Iterable[_Found]) -> float:
    """Add up the phrases of one speaker, each once."""
    courtesy = 0.0
    stretches: dict[int, float] = defaultdict(float)
    for phrase in {p.cue: p for p in reversed([*phrases])}.values():
        if phrase.cue.courtesy:
            courtesy += phrase.cue.weight
        else:
            stretches[phrase.number] += phrase.cue.weight
    most = _MOST_IN_ONE_GO
    total = sum(max(-most, min(most, points)) for points in stretches.values())
    return _MOST * math.tanh((total + min(courtesy, _MOST_OF_COURTESY)) / _MOST)


def _found(stretches: Sequence[_Stretch], direction: Direction | None) -> list[_Found]:
    found: list[_Found] = []
    for language in sorted({stretch.language for stretch in stretches}):
        own = [(n, stretch) for n, stretch in enumerate(stretches) if stretch.language == language]
        cues = _cues(language, direction)
        likely = _likely(cues, [stretch.text for _, stretch in own])
        for (number, stretch), some in zip(own, likely, strict=True):
            phrases = _phrases(stretch.text, language, some)
            found += [_Found(cue, stretch.at_s(place), number) for cue, place in phrases]
    return sorted(found, key=lambda phrase: phrase.number)


def _likely(cues: Sequence[_Cue], texts: Sequence[str]) -> list[list[_Cue]]:
    """Return for every text the phrases that may be in it, all looked for at once."""
    if not cues or not texts:
        return [[] for _ in texts]
    alike = process.cdist(
        texts, [c.phrase for c in cues], scorer=fuzz.partial_ratio, score_cutoff=FOUND_AT, workers=1
    )
    return [[cue for cue, score in zip(cues, row, strict=True) if score] for row in alike.tolist()]


def _phrases(text: str, language: str, cues: Iterable[_Cue]) -> Iterator[tuple[_Cue, int]]:
    """Yield phrases of a plain text and where they begin, the longer of two in one place."""
    leads, reach = _QUOTES[language if language in _QUOTES else "en"]
    quotes = [found.end() for found in leads.finditer(text)]
    taken: list[tuple[int, int]] = []
    for cue in cues:
        for first, last in places(cue.phrase, text, language):
            if any(first < end and last > begin for begin, end in taken):
                continue
            taken.append((first, last))
            if not any(0 <= first - quote < reach for quote in quotes):
                yield cue, first


def _stretches(words: Sequence[SpokenWord]) -> list[_Stretch]:
    groups: list[list[SpokenWord]] = []
    for spoken in words:
        last = groups[-1][-1] if groups else None
        goes_on = (
            last is not None
            and last.language == spoken.language
            and spoken.word.start_s - last.word.end_s < _BREATH_S
        )
        if goes_on:
            groups[-1].append(spoken)
        else:
            groups.append([spoken])
    return [
        _Stretch(
            tuple(g),
            g[0].language,
            plain(join_words([s.word for s in g], g[0].language), g[0].language),
        )
        for g in groups
    ]
