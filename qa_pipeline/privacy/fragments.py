"""Digits of each utterance as fragments, and fragments of one number as an exchange.

A number is dictated in pieces: the other side says "mm hm" in between, or repeats a piece. Such
fragments belong together, whoever says them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from qa_pipeline.privacy.digits import Atom, read_atoms
from qa_pipeline.privacy.tokens import Spoken, Token
from qa_pipeline.privacy.vocabulary import STRONG, vocabulary, word_set

MAX_GAP_WORDS = 6
"""Words between two digits of one number: hesitations and corrections."""
MAX_PAUSE_S = 12.0
"""Seconds between two fragments of one number."""
_LOOK_AHEAD = 5
_LIGHT_WORDS = 4
_LIGHT_CHARACTERS = 6
_DICTATED = 4
"""Digits around one word that is none, from which it is taken for a digit misheard."""
_ECHO_ALIKE = 75.0
_EMAIL = word_set("email_cues")
_NOT_MISHEARD = word_set("not_misheard")
_JOINTS = set("-‐–—./,，、() （）·")
_BEFORE_YEARS = {"in", "since"}
_CODE = 3
"""Digits of the shortest codes."""
_LINKS = set("是为就叫")
_GIVES = _LINKS | {"is", "it", "that", "was"}
_SENTENCE_ENDS = set(".?!。？！…:：")
_MAY_BEGIN_A_WORD = word_set("counters_that_begin_words")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CN_MOBILE = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True)
class Fragment:
    """Digits of one utterance with nothing but hesitations between them."""

    utterance: int
    first: int
    last: int
    """Tokens of the utterance, both included."""
    digits: str
    whole: bool
    """Whether it reads as one number or year, not digit by digit: 1980, nineteen eighty."""
    content: int
    """Words of the utterance beside the fragment that are more than fillers."""
    lead: int
    """Those of them that come before the fragment."""
    told: bool
    """Whether "it's" or 是 leads to the fragment, or a sentence ends right before it."""
    at_start: bool
    at_end: bool
    """Whether hardly more than fillers comes before, or after."""


@dataclass(frozen=True)
class Exchange:
    """Fragments, in order, that may be one number."""

    fragments: tuple[Fragment, ...]

    @cached_property
    def digits(self) -> str:
        """All digits, whoever said them."""
        return "".join(fragment.digits for fragment in self.fragments)

    def readings(self, spoken: Spoken) -> set[str]:
        """Return what may be the whole number: all digits, and those of each speaker."""
        by_speaker: dict[str, str] = {}
        for fragment in self.fragments:
            speaker = spoken.utterances[fragment.utterance].speaker
            by_speaker[speaker] = by_speaker.get(speaker, "") + fragment.digits
        return {self.digits, *by_speaker.values()}


def find_exchanges(spoken: Spoken) -> list[Exchange]:
    """Return every digit that is not part of an amount, date or count, in exchanges."""
    by_utterance = [list(_fragments(spoken, i)) for i in range(len(spoken.utterances))]
    chains: list[list[Fragment]] = []
    chain_of: dict[Fragment, list[Fragment]] = {}
    for fragments in by_utterance:
        for fragment in fragments:
            chain = chain_of.get(fragment)
            if chain is None:
                chain = [fragment]
                chains.append(chain)
            follower = _follower(chain, by_utterance, spoken)
            if follower is not None and follower not in chain_of:
                chain.append(follower)
                chain_of[follower] = chain
    return [Exchange(tuple(chain)) for chain in chains]


def _fragments(spoken: Spoken, index: int) -> Iterator[Fragment]:
    tokens = spoken.tokens[index]
    if not tokens:
        return
    fillers = _filler_mask(tokens)
    atoms_read = read_atoms(spoken.utterances[index].text, tokens)
    groups = [group for group in _groups(tokens, atoms_read) if not _counts(tokens, group)]
    misheard = {i for a in atoms_read if a.style == "weak" for i in range(a.first, a.last + 1)}
    joined: list[list[Atom]] = []
    for group in groups:
        if joined and _light_gap(tokens, fillers, joined[-1], group):
            joined[-1].extend(group)
        else:
            joined.append(list(group))
    for atoms in joined:
        first, last = atoms[0].first, atoms[-1].last
        edges = {first - 1, last + 1} & misheard  # words that sound like one digit more
        inside = {*range(first, last + 1), *edges}
        outside = [i for i in range(len(tokens)) if i not in inside and not fillers[i]]
        lead = sum(i < first for i in outside)
        asked = bool(vocabulary().cues(tokens[:first]))  # what follows is another number
        edge = 1 if _size(atoms) >= 3 else 0  # a digit misheard at the edge
        yield Fragment(
            utterance=index,
            first=first,
            last=last,
            digits="".join(atom.digits for atom in atoms),
            whole=(len(atoms) == 1 and atoms[0].written) or all(a.style == "tens" for a in atoms),
            content=len(outside),
            lead=lead,
            told=is_led_to(tokens, first),
            at_start=not asked and lead <= (edge if len(outside) <= 1 else 0),
            at_end=sum(i > last for i in outside) <= edge,
        )


def _filler_mask(tokens: Sequence[Token]) -> list[bool]:
    """Say of each token whether it is a mark or belongs to a filler."""
    mask = [token.script == "mark" for token in tokens]
    fillers = vocabulary().fillers
    at = 0
    while at < len(tokens):
        length = fillers.length_at(tokens, at)
        for i in range(at, at + length):
            mask[i] = True
        at += max(length, 1)
    return mask


def _light_gap(
    tokens: Sequence[Token], fillers: list[bool], before: list[Atom], after: list[Atom]
) -> bool:
    """Tell whether digits go on: after hesitations, or a single word in a longer dictation."""
    gap = [i for i in range(before[-1].last + 1, after[0].first) if tokens[i].script != "mark"]
    if len(gap) > MAX_GAP_WORDS or any(
        tokens[i].text in ":：" for i in range(before[-1].last + 1, after[0].first)
    ):
        return False
    unknown = [i for i in gap if not fillers[i]]
    if len(unknown) == len(gap) == 1 and _may_be_digit(tokens[gap[0]]):
        return _size(before) + _size(after) >= _DICTATED  # a digit misheard
    return not unknown


def _may_be_digit(token: Token) -> bool:
    return token.script != "placeholder" and token.text not in _NOT_MISHEARD


def _size(atoms: Sequence[Atom]) -> int:
    return sum(len(atom.digits) for atom in atoms)


def _groups(tokens: Sequence[Token], atoms: list[Atom]) -> list[list[Atom]]:
    """Return atoms that follow each other directly, without amounts and misheard edges."""
    groups: list[list[Atom]] = []
    for atom in atoms:
        if atom.style == "amount":
            groups.append([])
        elif groups and groups[-1] and _joined(tokens, groups[-1][-1].last, atom.first):
            groups[-1].append(atom)
        else:
            groups.append([atom])
    return [trimmed for group in groups if (trimmed := _trimmed(group))]


def _joined(tokens: Sequence[Token], last: int, first: int) -> bool:
    return all(
        tokens[i].text in _JOINTS and tokens[i].end - tokens[last].end < 3
        for i in range(last + 1, first)
    )


def _trimmed(group: list[Atom]) -> list[Atom]:
    """Drop words that only sound like digits unless digits stand on both sides of them."""
    certain = [i for i, atom in enumerate(group) if atom.style != "weak"]
    if not certain:
        return []
    first, last = certain[0], certain[-1]
    digits = "".join(atom.digits for atom in group[first : last + 1])
    if len(digits) == 10:  # one digit short of a mobile number of China
        if last + 1 < len(group) and _CN_MOBILE.fullmatch(digits + group[last + 1].digits):
            last += 1
        elif first and _CN_MOBILE.fullmatch(group[first - 1].digits + digits):
            first -= 1
    return group[first : last + 1]


def _counts(tokens: Sequence[Token], group: list[Atom]) -> bool:
    """Tell whether a group of digits counts, measures or dates something."""
    words = vocabulary()
    size = _size(group)
    first, after = group[0].first, group[-1].last + 1
    whole = len(group) == 1 and (group[0].written or group[0].style == "tens")
    if _is_told(tokens, group):
        return False
    if _is_year(tokens, group):
        return True
    hard = words.hard_units.length_at(tokens, after)
    if hard and size <= 7:
        return True
    soft = words.units.length_at(tokens, after)
    if soft and tokens[after].text == "号" and _text_at(tokens, after + 1) == "码":
        soft = 0
    if soft and (size <= 3 or (whole and size <= 6)):
        return True
    return size <= 4 and words.before.length_before(tokens, first) > 0


def _is_year(tokens: Sequence[Token], group: list[Atom]) -> bool:
    """Tell "in 2019" and "since nineteen eighty" from "ending in 2019"."""
    first = group[0].first
    if not first or tokens[first - 1].text not in _BEFORE_YEARS:
        return False
    as_one = group[0].written if len(group) == 1 else all(a.style == "tens" for a in group)
    if not as_one or not _YEAR.fullmatch("".join(atom.digits for atom in group)):
        return False
    return not any(cue.last == first - 1 for cue in vocabulary().cues(tokens[:first]))


def _is_told(tokens: Sequence[Token], group: list[Atom]) -> bool:
    """Tell whether a context word right before says what the digits are: 验证码是660321分别发到….

    Mandarin does not part words, so the next one may begin with a character that counts. Money,
    amounts and years stay what they are.
    """
    digits = "".join(atom.digits for atom in group)
    after = group[-1].last + 1
    follows = _text_at(tokens, after)
    if len(digits) < _CODE or follows not in _MAY_BEGIN_A_WORD:
        return False
    if follows in "多几" and vocabulary().hard_units.length_at(tokens, after + 1):
        return False
    if follows == "年" and len(digits) == 4 and digits[:2] in ("19", "20"):
        return False
    end = group[0].first
    while end and (tokens[end - 1].script == "mark" or tokens[end - 1].text in _LINKS):
        end -= 1
    return any(
        cue.weight >= STRONG and cue.kind != "not_personal" and cue.last == end - 1
        for cue in vocabulary().cues(tokens[:end])
    )


def is_led_to(tokens: Sequence[Token], first: int) -> bool:
    """Tell whether a new clause gives the digits: "…, okay it's", "hang on. Right,", 那好吧，."""
    at = first - 1
    while at >= 0:
        text = tokens[at].text
        if text in _SENTENCE_ENDS or tokens[at].without_is in _GIVES:
            return True
        skipped = tokens[at].script == "mark" or vocabulary().fillers.length_at(tokens[:first], at)
        if not skipped:
            return False
        at -= 1
    return True


def _text_at(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if at < len(tokens) else ""


def _follower(
    chain: list[Fragment], by_utterance: list[list[Fragment]], spoken: Spoken
) -> Fragment | None:
    """Return the fragment in a later utterance that goes on with a chain of them."""
    fragment = chain[-1]
    if not fragment.at_end:
        return None
    said = spoken.utterances
    end_s = said[fragment.utterance].end_s
    for index in range(fragment.utterance + 1, min(fragment.utterance + _LOOK_AHEAD, len(said))):
        if said[index].start_s - end_s > MAX_PAUSE_S:
            return None
        if by_utterance[index] and _goes_on(by_utterance[index][0], chain, spoken):
            return by_utterance[index][0]
        if not is_light(spoken, index):
            return None
    return None


def _goes_on(follower: Fragment, chain: list[Fragment], spoken: Spoken) -> bool:
    """Tell whether a later fragment is the next piece of a number, or the last one said again.

    Who dictates may go on with a single digit; of the other side it has to be an echo, or
    nothing but digits, as where the speakers were not told apart.
    """
    if not follower.at_start:
        return False
    speakers = [spoken.utterances[f.utterance].speaker for f in (chain[0], chain[-1], follower)]
    if speakers[2] in speakers[:2]:
        return True
    if fuzz.partial_ratio(follower.digits, "".join(f.digits for f in chain)) >= _ECHO_ALIKE:
        return len(follower.digits) >= 2 or follower.content == 0
    return follower.content <= 1 and chain[-1].content <= _LIGHT_WORDS


def is_light(spoken: Spoken, index: int) -> bool:
    """Tell whether an utterance leaves the turn with the other side: "mm hm", "go on".

    A question for the next number does not.
    """
    if any(cue.weight >= STRONG for cue in vocabulary().cues(spoken.tokens[index])):
        return False
    tokens = [token for token in spoken.tokens[index] if token.script != "mark"]
    if any(t.script == "placeholder" or t.text in _EMAIL for t in tokens):
        return False
    han = sum(token.script == "han" for token in tokens)
    if len(tokens) - han <= _LIGHT_WORDS and han <= _LIGHT_CHARACTERS:
        return True
    return all((token.text,) in vocabulary().back_channels.phrases for token in tokens)
