"""Moments of a call that change who is heard: recorded announcements and transfers.

Both are found in the words alone, before anybody knows whose words they are, so that announcements
can be kept from the diarizer and a call with a transfer can be heard in two parts.
"""

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import yaml

from qa_pipeline.conversation.cues import plain, said, weight
from qa_pipeline.conversation.utterances import join_words
from qa_pipeline.records import Region, Word

IVR_SPEAKER = "ivr"
"""Speaker of the words of recorded announcements."""

_CUES_FILE = Path(__file__).with_name("moment_cues.yaml")
_PAUSE_S = 0.6
"""A pause of this length ends a segment."""
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？")
_ENOUGH = 2.0
"""Weight of cues from which a segment is an announcement or an introduction."""
_ENOUGH_IN_TALK = 3.0
"""Weight from which it is an announcement though the other side has already told somebody much."""
_TOLD_WORDS = {"zh": 12}
_TOLD_WORDS_ELSEWHERE = 8
"""Menus are answered in fewer words; more are said to a person, or to a machine as to a person."""
_NEXT_S = 3.0
"""Segments of one announcement are not further apart."""
_ALONE_S = 2.0
"""A recorded voice within a call is heard in a hold, with at least such pauses around it."""
_OPENING_S = 30.0
"""A welcome before an announcement belongs to it only at the start of a call."""
_LATEST_S = 300.0
"""The second agent answers within five minutes of the first one's announcement, or not at all."""
_HOLD_S = 8.0
"""Without an announcement, only a silence of this length lets a second agent come."""
_FIRST_PART_S = 15.0
_INTRODUCTION_S = 6.0
"""Whoever introduces themselves has done so by then."""
_BREATH_S = 1.5
_OF_PEOPLE = ("first_person", "reported", "bare_key")
"""Regular expressions for what people say and recordings do not."""


@dataclass(frozen=True)
class Transfer:
    """A call that goes on with another agent."""

    left_s: float
    """Until when the first agent speaks."""
    taken_s: float
    """From when the second agent speaks."""


@dataclass(frozen=True)
class _Segment:
    words: tuple[Word, ...]
    text: str

    @property
    def start_s(self) -> float:
        return self.words[0].start_s

    @cached_property
    def end_s(self) -> float:
        return max(word.end_s for word in self.words)


class _Spoken:
    """When anybody of a call speaks, ready to be asked often: calls last for hours."""

    def __init__(self, *spoken: Sequence[Word]) -> None:
        words = sorted((w for words in spoken for w in words), key=lambda w: w.start_s)
        self._starts_s = [word.start_s for word in words]
        self._ends_s = list(accumulate((word.end_s for word in words), max))

    def last_end_s(self, before_s: float) -> float:
        """Return when the last of the words that begin before a time ends; none: ``-inf``."""
        begun = bisect_left(self._starts_s, before_s)
        return self._ends_s[begun - 1] if begun else -math.inf


@cache
def _cues(language: str) -> dict[str, Any]:
    raw: dict[str, dict[str, Any]] = yaml.safe_load(_CUES_FILE.read_text(encoding="utf-8"))
    return raw.get(language, {})


def _segments(words: Iterable[Word], language: str, *, by_sentence: bool = False) -> list[_Segment]:
    groups: list[list[Word]] = []
    until_s = 0.0
    for word in sorted(words, key=lambda w: (w.start_s, w.end_s)):
        near = groups and word.start_s - until_s < _PAUSE_S
        ended = by_sentence and groups and groups[-1][-1].text.endswith(_SENTENCE_ENDS)
        if near and not ended:
            groups[-1].append(word)
            until_s = max(until_s, word.end_s)
        else:
            groups.append([word])
            until_s = word.end_s
    return [_Segment(tuple(g), plain(join_words(g, language), language)) for g in groups]


def find_announcements(
    words: Sequence[Word],
    language: str,
    others: Sequence[Word] = (),
    *,
    by_sentence: bool = False,
    named: bool = False,
) -> tuple[Region, ...]:
    """Return where a recorded voice speaks: a menu, a notice, a place in the queue.

    ``words`` are those of one channel, ``others`` those of the other one. A segment with a
    personal phrase ("my name is") or of somebody who says "I" is never an announcement. Once
    somebody has used a personal phrase, only what stands alone between longer pauses is: agents,
    too, explain which key to press. Once the other side has said a sentence, what does not stand
    alone must be plainly recorded, for not every agent uses such a phrase or is heard using it.
    A welcome right before one at the start of the call belongs to it, and so does what lies
    between two pieces of one. A notice that the call is recorded is of whoever greeted before it
    and goes on without a greeting after it; who greets after it, even without a pause, is somebody
    else. ``by_sentence``: a sentence that has ended ends a
    segment as a pause does, for transcripts without pauses. ``named``: somebody wrote down whose
    words these are, so a notice alone does not make them a recording's.
    """
    cues = _cues(language)
    if not cues:
        return ()
    segments = [
        part
        for segment in _segments(words, language, by_sentence=by_sentence)
        for part in _at_greeting(segment, cues, language)
    ]
    recorded = [
        _is_recorded(segment, cues, language, needed)
        for segment, needed in zip(segments, _needed(segments, cues, language, others), strict=True)
    ]
    for own in _own_notices(segments, recorded, cues, language, named=named):
        recorded[own] = False
    for index in range(len(segments) - 2, -1, -1):
        before, after = segments[index], segments[index + 1]
        near = after.start_s - before.end_s < _NEXT_S
        if recorded[index + 1] and not recorded[index] and near and before.end_s < _OPENING_S:
            recorded[index] = _welcomes(before, cues, language)
    for index in range(1, len(segments) - 1):
        between = recorded[index - 1] and recorded[index + 1]
        short = segments[index + 1].start_s - segments[index - 1].end_s < 2 * _NEXT_S
        if between and short and not _is_personal(segments[index], cues, language):
            recorded[index] = True
    return tuple(
        Region(segment.start_s, segment.end_s)
        for segment, is_recorded in zip(segments, recorded, strict=True)
        if is_recorded
    )


def _at_greeting(segment: _Segment, cues: dict[str, Any], language: str) -> list[_Segment]:
    """Cut a segment where somebody greets and says who they are right after a recorded notice."""
    greets = re.compile(cues["greets"])
    if not greets.search(segment.text) or not _gives_notice(segment, cues, language):
        return [segment]
    for index in range(1, len(segment.words)):
        before, after = (
            _Segment(part, plain(join_words(part, language), language))
            for part in (segment.words[:index], segment.words[index:])
        )
        live = greets.match(after.text) and _is_personal(after, cues, language)
        if live and _gives_notice(before, cues, language):
            return [before, after]
    return [segment]


def _gives_notice(segment: _Segment, cues: dict[str, Any], language: str) -> bool:
    return any(said(phrase, segment.text, language) for phrase in cues["notice"])


def _own_notices(
    segments: list[_Segment],
    recorded: list[bool],
    cues: dict[str, Any],
    language: str,
    *,
    named: bool,
) -> list[int]:
    """Return which segments are a notice that a person reads out, and no recording."""
    own: list[int] = []
    for group in _recorded_groups(segments, recorded):
        plain_menu = any(weight(cues["announcement"], segments[i].text, language) for i in group)
        if plain_menu or not _goes_on(segments, group, cues, language, named=named):
            continue
        own += group
    return own


def _recorded_groups(segments: list[_Segment], recorded: list[bool]) -> list[list[int]]:
    """Return the segments of each announcement, pieces of one close to each other."""
    groups: list[list[int]] = []
    for index, is_recorded in enumerate(recorded):
        if not is_recorded:
            continue
        near = groups and segments[index].start_s - segments[groups[-1][-1]].end_s < _NEXT_S
        if near:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _goes_on(
    segments: list[_Segment],
    group: list[int],
    cues: dict[str, Any],
    language: str,
    *,
    named: bool,
) -> bool:
    """Say whether somebody goes on to speak as they did before a notice: it is theirs."""
    if named:
        return True
    first, last = group[0], group[-1]
    opening = segments[max(0, first - 1) : last + 1]
    greeted = any(re.search(cues["greets"], s.text) for s in opening)
    welcomed = any(said(phrase, s.text, language) for s in opening for phrase in cues["opening"])
    if not (greeted or welcomed) or last + 1 >= len(segments):
        return False
    after = segments[last + 1]
    goes_on = after.start_s - segments[last].end_s < _NEXT_S
    greets = re.search(cues["greeting"], after.text)
    # Recordings welcome people as well; who only said "good morning" needs less to be a person.
    names_itself = not welcomed and re.search(cues["names_itself"], after.text)
    own = _is_personal(after, cues, language) or bool(names_itself)
    return goes_on and not greets and own


def _needed(
    segments: list[_Segment], cues: dict[str, Any], language: str, others: Sequence[Word]
) -> list[float]:
    """Return for every segment the weight from which a recorded voice is heard there."""
    needed: list[float] = []
    told_s = _told_s(others, language)
    other = _Spoken(others)
    begun = False
    for index, segment in enumerate(segments):
        begun = begun or _is_personal(segment, cues, language)
        from_s, until_s = segment.start_s - _ALONE_S, segment.end_s + _ALONE_S
        beside = segments[max(0, index - 1) : index] + segments[index + 1 : index + 2]
        alone = other.last_end_s(until_s) <= from_s and all(
            near.end_s <= from_s or near.start_s >= until_s for near in beside
        )
        told = segment.start_s >= told_s
        in_talk = math.inf if begun else _ENOUGH_IN_TALK if told else _ENOUGH
        needed.append(_ENOUGH if alone else in_talk)
    return needed


def _told_s(others: Sequence[Word], language: str) -> float:
    """Return from when on the other side has said as much as people say to people."""
    enough = _TOLD_WORDS.get(language, _TOLD_WORDS_ELSEWHERE)
    length = 0
    for word in sorted(others, key=lambda w: w.end_s):
        length += len(plain(word.text, language)) if language == "zh" else 1
        if length >= enough:
            return word.end_s
    return math.inf


def _is_personal(segment: _Segment, cues: dict[str, Any], language: str) -> bool:
    return any(said(phrase, segment.text, language) for phrase in cues["personal"])


def _is_recorded(segment: _Segment, cues: dict[str, Any], language: str, needed: float) -> bool:
    if _is_personal(segment, cues, language):
        return False
    if any(re.search(cues[own], segment.text) for own in _OF_PEOPLE):
        return False
    return _recorded_weight(segment, cues, language) >= needed


def _recorded_weight(segment: _Segment, cues: dict[str, Any], language: str) -> float:
    waits = any(said(phrase, segment.text, language) for phrase in cues["waiting"])
    notices = weight({1: cues["notice"]}, segment.text, language)
    return weight(cues["announcement"], segment.text, language) + notices + waits


def _welcomes(segment: _Segment, cues: dict[str, Any], language: str) -> bool:
    opens = any(said(phrase, segment.text, language) for phrase in cues["opening"])
    halfway = _recorded_weight(segment, cues, language) > 0
    return (opens or halfway) and not _is_personal(segment, cues, language)


def find_transfers(
    words: Sequence[Word],
    language: str,
    brands: Sequence[str] = (),
    others: Sequence[Word] = (),
) -> tuple[Transfer, ...]:
    """Return when other agents take the call over, one after the other.

    ``words`` are those of the agent's channel and ``others`` those of the other one, or ``words``
    are everybody's where all share one. Somebody must
    introduce themselves (greeting, brand, name, offer of help) after a transfer was announced, or
    after a long silence where somebody had introduced themselves before. Whether the voice is
    another one is for the caller to check where there is sound.
    """
    cues = _cues(language)
    if not cues:
        return ()
    found: list[Transfer] = []
    announced_s: float | None = None
    introduced = False
    segments = _segments(words, language)
    anybody = _Spoken(words, others)
    for index, segment in enumerate(segments):
        introduces = _introduces(segments[index : index + 2], cues, language, brands)
        if announced_s is not None and segment.start_s - announced_s > _LATEST_S:
            announced_s = None
        silence_s = segment.start_s - anybody.last_end_s(segment.start_s)
        late = segment.start_s > _FIRST_PART_S
        after_hold = introduced and silence_s >= _HOLD_S
        if introduces and late and (announced_s is not None or after_hold):
            left_s = segments[index - 1].end_s if announced_s is None else announced_s
            found.append(Transfer(left_s, segment.start_s))
            announced_s = None
        if _announces(segment, cues, language):
            announced_s = segment.end_s
        introduced = introduced or introduces
    return tuple(found)


def find_handovers(
    words: Sequence[Word], language: str, others: Sequence[Word] = ()
) -> tuple[Transfer, ...]:
    """Return when somebody else may take the call over: after an announcement or a long silence.

    As ``find_transfers``, without anybody having to introduce themselves: only a change of voice
    makes a transfer of it. ``taken_s`` is when the agent's channel is heard again.
    """
    cues = _cues(language)
    segments = _segments(words, language) if cues else []
    anybody = _Spoken(words, others)
    found: list[Transfer] = []
    for before, after in pairwise(segments):
        silence_s = after.start_s - anybody.last_end_s(after.start_s)
        announced = _announces(before, cues, language)
        if (announced or silence_s >= _HOLD_S) and after.start_s - before.end_s <= _LATEST_S:
            found.append(Transfer(before.end_s, after.start_s))
    return tuple(found)


def _announces(segment: _Segment, cues: dict[str, Any], language: str) -> bool:
    return any(said(phrase, segment.text, language) for phrase in cues["transfer"])


def _introduces(
    segments: Sequence[_Segment], cues: dict[str, Any], language: str, brands: Sequence[str]
) -> bool:
    """Say whether somebody introduces themselves here, perhaps with a breath in between."""

    def points(words: Sequence[Word]) -> float:
        until_s = words[0].start_s + _INTRODUCTION_S
        opening = [word for word in words if word.start_s < until_s]
        text = plain(join_words(opening, language), language)
        named = any(said(plain(brand, language), text, language) for brand in brands)
        return weight(cues["introduction"], text, language) + named

    first = segments[0]
    begun = points(first.words)
    if begun >= _ENOUGH or not begun:
        return begun >= _ENOUGH
    if len(segments) < 2 or segments[1].start_s - first.end_s > _BREATH_S:
        return False
    return points((*first.words, *segments[1].words)) >= _ENOUGH
