"""Where a phrase can be at all: a condition that is cheap, and that every match fulfils.

Comparing every run of words with every phrase is what takes the time of scoring, and nearly none
is alike. Here words are looked at one by one, each word of the language once: a run that lacks the
words without which a phrase cannot be found in it is left out. `matching` compares the rest; its
definition of what a match is stays the only one.

Mandarin. A run of k tokens matches a phrase of n (five sound symbols each) with similarity s where
``2 LCS >= s (5 n + 5 k)``. The longest common subsequence of a run is at most the sum of those of
its tokens, so with gain(t) = 2 LCS(phrase, t) - 5 s the gains of the run add up to 5 s n or more.
Tokens that share four symbols with the phrase gain at most 10 - 5 s, all others at most 6 - 5 s:
that says how many of the former there must be. The same character has the same sound, so a match
by characters fulfils it too.

English. A match is exact, and then one of at most n + 1 words is a piece of it of at least so many
letters; or (nearly) every word of weight is there in some form (``matching._has_all_words``):
alone, as two words, of which one must then share much with it, or as one with its neighbour.
"""

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from math import ceil

from rapidfuzz.distance import LCSseq

from qa_pipeline.scoring.matching import (
    EXACT,
    JOINED_ALIKE,
    NEAR,
    WORD_ALIKE,
    WORDS_A_MISS,
    Hit,
    Phrase,
    PhraseGroup,
    PhraseSet,
    alike,
    hits_in,
    words_of_weight,
)
from qa_pipeline.scoring.stream import Stream, Token, Windows

_SYMBOLS = 5
"""Of a Mandarin syllable (`sound_of`)."""
_SHARED = 4
_MAX_KNOWN = 100_000
_LONGEST = 200
"""Letters from which a phrase may differ in one and still count as exact."""
_LETTERS_OF_SPLIT = 0.7
"""Two words that are one misheard (`JOINED_ALIKE`, 0.85 of letters and sound) share this much of
their letters, even if they sound just the same."""
_SLACK = 1e-9


def find(stream: Stream, phrases: PhraseSet) -> list[Hit]:
    """Return just what ``matching.find`` does, looking only where something can be found."""
    known = stream.memory.get(phrases)
    if isinstance(known, tuple):
        return list(known)
    anchors = _anchors(phrases)
    places = anchors.places(stream)
    hits: list[Hit] = []
    if places or anchors.always:
        hits = hits_in(stream, phrases, lambda group: anchors.windows(group, places, stream))
    stream.memory[phrases] = tuple(hits)
    return hits


class Anchors:
    """The words of one set of phrases without which none of them can be found."""

    def __init__(self, phrases: PhraseSet) -> None:
        self._phrases = list(phrases.by_text.values())
        self._weighty = [_fewest_words(phrase) for phrase in self._phrases]
        self._needed = [
            _needed(phrase, weighty)
            for phrase, weighty in zip(self._phrases, self._weighty, strict=True)
        ]
        self._count = {
            phrase.text: needed for phrase, needed in zip(self._phrases, self._needed, strict=True)
        }
        self.always = any(needed == 0 for needed in self._needed)
        """Whether a phrase can be anywhere: nothing can be said about its words."""
        self._known: set[str] = set()
        self._of: dict[str, tuple[int, ...]] = {}
        self._half: dict[str, tuple[tuple[int, str], ...]] = {}
        """Words that may be half of a word of a phrase, and which word that is."""

    def places(self, stream: Stream) -> dict[str, list[int]]:
        """Return for each phrase that may be in the stream the tokens that it hangs on."""
        vocabulary = stream.vocabulary
        new = vocabulary.keys() - self._known
        if new:
            self._learn(stream, new)
        found: defaultdict[int, list[int]] = defaultdict(list)
        for word in vocabulary.keys() & self._of.keys():
            for number in self._of[word]:
                found[number] += vocabulary[word]
        for word in vocabulary.keys() & self._half.keys():
            for number, other in self._half[word]:
                halves = (p for p in vocabulary[word] if _is_half(other, p, stream))
                found[number] += halves
        return {
            self._phrases[number].text: sorted(places)
            for number, places in found.items()
            if len(places) >= self._needed[number]
        }

    def windows(self, group: PhraseGroup, places: dict[str, list[int]], stream: Stream) -> Windows:
        """Return the runs of a group's length in which one of its phrases can be."""
        starts: set[int] = set()
        length = group.length
        for phrase in group.phrases:
            needed = self._count[phrase.text]
            if needed == 0:
                return stream.windows(length)
            anchors = places.get(phrase.text, ())
            for first, last in zip(anchors, anchors[needed - 1 :], strict=False):
                if last - first < length:
                    starts.update(range(max(0, last - length + 1), first + 1))
        return stream.windows_at(length, sorted(starts))

    def _learn(self, stream: Stream, words: AbstractSet[str]) -> None:
        """Note of words not seen before which phrases they are anchors of."""
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
            self._of.clear()
            self._half.clear()
            words = stream.vocabulary.keys()
        for word in words:
            token = stream.tokens[stream.vocabulary[word][0]]
            of = tuple(i for i in range(len(self._phrases)) if self._is_anchor(i, token))
            if of:
                self._of[word] = of
            half = tuple(self._halves(token.text, frozenset(of)))
            if half:
                self._half[word] = half
        self._known |= words

    def _is_anchor(self, number: int, token: Token) -> bool:
        phrase = self._phrases[number]
        if self._needed[number] == 0:
            return False
        if phrase.script == "zh":
            return bool(LCSseq.similarity(phrase.sound, token.sound) >= _SHARED)
        return _is_piece(phrase, token.text) or (
            phrase.required < EXACT
            and any(_may_be(word, phrase, token.text) for word in self._weighty[number])
        )

    def _halves(self, heard: str, but: frozenset[int]) -> Iterator[tuple[int, str]]:
        """Yield the phrases, and their words, of which this word may be the better half."""
        for number, phrase in enumerate(self._phrases):
            if phrase.script == "en" and phrase.required < EXACT and number not in but:
                for place in self._weighty[number]:
                    word = phrase.words[place]
                    shared = 2 * LCSseq.similarity(word, heard) - _LETTERS_OF_SPLIT * len(heard)
                    if shared >= _LETTERS_OF_SPLIT * len(word) / 2 - _SLACK:
                        yield number, word


def _is_half(word: str, place: int, stream: Stream) -> bool:
    """Tell whether a token and one beside it may be one word, split."""
    tokens = stream.tokens
    here = tokens[place].text
    pairs = []
    if place > 0:
        pairs.append(tokens[place - 1].text + here)
    if place + 1 < len(tokens):
        pairs.append(here + tokens[place + 1].text)
    return any(alike(word, both, JOINED_ALIKE) for both in pairs if _can_be(word, both))


def _can_be(word: str, both: str) -> bool:
    """Tell whether the lengths allow two words taken as one to be another."""
    least = _LETTERS_OF_SPLIT / (2 - _LETTERS_OF_SPLIT)
    return least * len(word) - _SLACK <= len(both) <= len(word) / least + _SLACK


@lru_cache(maxsize=4096)
def _anchors(phrases: PhraseSet) -> Anchors:
    return Anchors(phrases)


def _needed(phrase: Phrase, weighty: tuple[int, ...]) -> int:
    """Return how many anchors a run of words must hold to match; 0: cannot be told."""
    if phrase.script == "en":
        short = len(phrase.letters) <= _LONGEST
        return 1 if short and (phrase.required >= EXACT or weighty) else 0
    if len(phrase.sound) != _SYMBOLS * phrase.length or not phrase.letters.isalpha():
        return 0
    if any(letter.isascii() for letter in phrase.letters):
        return 0  # not all Mandarin
    if phrase.required >= EXACT:
        return phrase.length
    s, n = (phrase.required - NEAR) / 100, phrase.length
    most, less = _SYMBOLS * (2 - s), 2 * (_SHARED - 1) - _SYMBOLS * s
    runs = range(max(1, n - 1), n + 2)
    fewest = min((_SYMBOLS * s * n - k * less) / (most - less) for k in runs)
    return max(0, ceil(fewest - _SLACK))


def _fewest_words(phrase: Phrase) -> tuple[int, ...]:
    """Return the places of the fewest words of which one has to be there in some form."""
    places = sorted(words_of_weight(phrase), key=lambda i: (-len(phrase.words[i]), i))
    misses = len(phrase.words) // WORDS_A_MISS
    return tuple(places[: misses + 1]) if len(places) > misses else ()


def _is_piece(phrase: Phrase, word: str) -> bool:
    """Tell whether a run with this word can be the phrase to the letter, the word the longest."""
    return len(word) * (phrase.length + 1) >= len(phrase.letters) and word in phrase.letters


def _may_be(place: int, phrase: Phrase, heard: str) -> bool:
    """Tell whether a word that was heard may be this word of the phrase, alone or with another."""
    word = phrase.words[place]
    if alike(word, heard, WORD_ALIKE):
        return True
    merged = ("".join(phrase.words[i : i + 2]) for i in (place - 1, place) if i >= 0)
    return any(alike(both, heard, JOINED_ALIKE) for both in merged)
