"""Where in a stream a phrase may be: all its phrases at once, by the words they cannot lack.

A phrase is there only with enough of its words in some form (`matching.is_there`). Which words of
the language may stand for which words of the phrases is worked out once a word, for as long as
the process lives, so a stream is a matter of looking up columns of bits. Nothing that
`matching.is_there` takes is passed over; what is found here is a little more.
"""

from threading import Lock
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, LCSseq
from rapidfuzz.process import cdist

from qa_pipeline.language.phonetics import sound_of
from qa_pipeline.scoring.phrases import Phrase
from qa_pipeline.scoring.stream import Stream
from qa_pipeline.scoring.vocabulary import Table, Vocabulary

WORD_ALIKE = 0.65
"""Mean similarity of letters and sound from which one word may be another, misheard."""
JOINED_ALIKE = 0.85
"""The same for two words taken as one, which are longer and so alike more easily."""
FEW = 32
"""Fewer words of phrases than this are compared anew in each stream: nothing to remember for each
of the agents whose names a card asks for."""
_TOLERANCE: Final = 1e-4
"""Of single precision; `matching.is_there` decides."""
_LEAST: Final = -10_000

_lock = Lock()

Places = NDArray[np.intp]


class Windows(NamedTuple):
    """Runs of tokens: for each the number of a phrase, its first token, and where it ends."""

    phrases: Places
    firsts: Places
    ends: Places

    def kept(self, which: NDArray[np.bool_]) -> "Windows":
        """Return some of them."""
        return Windows(self.phrases[which], self.firsts[which], self.ends[which])


class Landmarks:
    """Finds where phrases of one script may be."""

    def __init__(self, phrases: tuple[Phrase, ...]) -> None:
        # those of which most words are looked for come first
        order = sorted(range(len(phrases)), key=lambda i: -len(phrases[i].needed_places))
        ordered = [phrases[i] for i in order]
        kinds: dict[Kind, int] = {}
        slots = [
            [(kinds.setdefault(_kind(p, place), len(kinds)), place) for place in p.needed_places]
            for p in ordered
        ]
        # of all phrases that have so many, the first words, then the second ones, and so on
        layers = [[s[k] for s in slots if len(s) > k] for k in range(len(slots[0]))]
        self._layers = [np.array(layer, dtype=np.intp).T for layer in layers]
        self._numbers = np.array(order, dtype=np.intp)
        self._lengths = np.array([phrase.length for phrase in ordered])
        self._shortest = np.array([phrase.window_lengths()[0] for phrase in ordered])
        self._longest = np.array([phrase.window_lengths()[-1] for phrase in ordered])
        # small numbers are fast to add, but must not overflow
        most = max(len(phrase.sound) + phrase.length for phrase in phrases)
        self._type = np.uint8 if most <= 255 else np.uint16
        self._needed = np.array([[p.needed_total] for p in ordered], dtype=self._type)
        words = phrases[0].script == "en"
        self._columns = (_EnglishColumns if words else _MandarinColumns)(list(kinds))

    def windows(self, stream: Stream) -> Windows:
        """Return the runs of tokens that may be one of the phrases."""
        rows, starts = self._places(stream)
        room = stream.run_ends[starts] - starts
        parts = []
        for slack in (-1, 0, 1):
            lengths = self._lengths[rows] + slack
            kept = (lengths >= self._shortest[rows]) & (lengths <= self._longest[rows])
            kept &= lengths <= room
            firsts = starts[kept]
            parts.append((self._numbers[rows[kept]], firsts, firsts + lengths[kept]))
        return Windows(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _places(self, stream: Stream) -> tuple[Places, Places]:
        """Return phrases, by their row, and the tokens at which they may begin."""
        count, reach = stream.length, int(self._longest.max())
        with _lock:
            there = self._columns.there_in(stream)
        near = np.zeros((len(there), count + reach), dtype=self._type)
        near[:, :count] = there
        np.maximum(near[:, 1 : count + 1], there, out=near[:, 1 : count + 1])
        np.maximum(near[:, : count - 1], there[:, 1:], out=near[:, : count - 1])
        # Row r of `views` is the flat array from r on: a kind's row, moved by the word's place.
        shape = (near.size - count + 1, count)
        views = np.ndarray(shape, near.dtype, near, strides=2 * near.strides[1:])
        total = np.zeros((len(self._needed), count), dtype=self._type)
        for kinds, places in self._layers:
            total[: len(kinds)] += views[kinds * near.shape[1] + places]
        found = np.flatnonzero(total >= self._needed)
        return np.divmod(found, count)


Kind = tuple[str, tuple[str, ...]]
"""What is looked for in one place: a word and the words it may be merged with (in Mandarin the
sound of a syllable, and none)."""


def _kind(phrase: Phrase, place: int) -> Kind:
    if phrase.script == "zh":
        return phrase.sounds[place], ()
    words = phrase.words
    return words[place], tuple("".join(words[i : i + 2]) for i in (place - 1, place) if i >= 0)


class _Columns:
    """What each known word may stand for, worked out when it is first met."""

    def __init__(self, kinds: list[Kind]) -> None:
        self._count = len(kinds)
        self._of: Vocabulary | None = None
        self._known = 0

    def there_in(self, stream: Stream) -> NDArray[np.uint8]:
        """Return for each kind and each token how much of the one the other may be."""
        vocabulary, heard = stream.vocabulary, stream.columns.numbers
        if self._count < FEW:
            # nothing to remember: only the words of this stream are compared
            numbers, heard = np.unique(heard, return_inverse=True)
            here = numbers.tolist()
            texts = [vocabulary.texts[number] for number in here]
            return self._there_once(texts, [vocabulary.sounds[number] for number in here], heard)
        if self._of is not vocabulary:
            self._of, self._known = vocabulary, 0
            self._begin()
        end = len(vocabulary.words)
        if end > self._known:
            first, self._known = self._known, end
            self._add(vocabulary.texts[first:end], vocabulary.sounds[first:end])
        return self._there(heard)

    def _begin(self) -> None:
        """Remember nothing any more."""
        raise NotImplementedError

    def _add(self, texts: list[str], sounds: list[str]) -> None:
        """Work out what more words may stand for."""
        raise NotImplementedError

    def _there(self, heard: Places) -> NDArray[np.uint8]:
        """Return what words that are known, by number, stand for."""
        raise NotImplementedError

    def _there_once(self, texts: list[str], sounds: list[str], heard: Places) -> NDArray[np.uint8]:
        """Return what some words stand for, of which ``heard`` has the places; forget it."""
        raise NotImplementedError


class _MandarinColumns(_Columns):
    """Syllables stand for what of their sounds is the same."""

    def __init__(self, kinds: list[Kind]) -> None:
        super().__init__(kinds)
        self._sounds = [sound for sound, _ in kinds]

    def _begin(self) -> None:
        self._shared = Table(self._count, np.uint8)

    def _add(self, texts: list[str], sounds: list[str]) -> None:  # noqa: ARG002
        self._shared.add(self._alike(sounds).T)

    def _there(self, heard: Places) -> NDArray[np.uint8]:
        return self._shared.take(heard)

    def _there_once(
        self,
        texts: list[str],  # noqa: ARG002
        sounds: list[str],
        heard: Places,
    ) -> NDArray[np.uint8]:
        return np.take(self._alike(sounds), heard, axis=1)

    def _alike(self, sounds: list[str]) -> NDArray[np.uint8]:
        shared = cdist(self._sounds, sounds, scorer=LCSseq.similarity, dtype=np.int32)
        return shared.astype(np.uint8)


class _EnglishColumns(_Columns):
    """A word stands for what is like it; two together, for what they may be like as one."""

    def __init__(self, kinds: list[Kind]) -> None:
        super().__init__(kinds)
        places: dict[str, int] = {}
        self._words = np.array([places.setdefault(w, len(places)) for w, _ in kinds])
        # one or two each: a word is merged with the one before it or after it
        self._merged = np.array(
            [[places.setdefault(m, len(places)) for m in (ms[0], ms[-1])] for _, ms in kinds]
        ).T
        self._letters = list(places)
        self._sounds = [sound_of(text, "en") for text in self._letters]
        self._lengths = np.array([[len(text)] for text in self._letters])
        self._wanted = np.array([[7 * len(word)] for word, _ in kinds], dtype=np.int16)

    def _begin(self) -> None:
        self._first_and_count = Table(2)
        self._stands_for = Table(1)
        self._parts = np.zeros((64, self._count), dtype=np.int16)

    def _alike(
        self, texts: list[str], sounds: list[str]
    ) -> tuple[NDArray[np.bool_], NDArray[np.int16]]:
        """Return which kinds each word may stand for, and what it may be of one as half of it."""
        # phrases with words in both scripts compare all of them as English
        sounds = [
            s if t.isascii() else sound_of(t, "en") for t, s in zip(texts, sounds, strict=True)
        ]
        by_letters = _ratio(self._letters, texts)
        alike = by_letters / 2 + _ratio(self._sounds, sounds) / 2
        joined = alike >= JOINED_ALIKE - _TOLERANCE
        stands = alike[self._words] >= WORD_ALIKE - _TOLERANCE
        stands |= joined[self._merged[0]] | joined[self._merged[1]]
        # Two words as one are alike only with letters alike by 2 * 0.85 - 1 = 0.7 or more, and
        # share no longer subsequence with the phrase's word than each of them does, added up:
        # the ratio is twice the length of that subsequence by the lengths of both.
        lengths = np.array([len(text) for text in texts])
        common = np.rint(by_letters * (self._lengths + lengths) / 2)
        parts = np.maximum(20 * common[self._words] - 7 * lengths, _LEAST)
        return stands, parts.astype(np.int16)

    def _add(self, texts: list[str], sounds: list[str]) -> None:
        stands, parts = self._alike(texts, sounds)
        first = self._first_and_count.size
        end = first + len(texts)
        if end > len(self._parts):
            wider = np.zeros((2 * end, self._count), dtype=np.int16)
            wider[:first] = self._parts[:first]
            self._parts = wider
        self._parts[first:end] = parts.T
        counts = stands.sum(axis=0)
        begins = self._stands_for.size + np.cumsum(counts) - counts
        self._first_and_count.add(np.stack([begins, counts], axis=1))
        self._stands_for.add(np.nonzero(stands.T)[1][:, np.newaxis])

    def _there(self, heard: Places) -> NDArray[np.uint8]:
        found = np.zeros((self._count, len(heard)), dtype=np.uint8)
        firsts, counts = self._first_and_count.take(heard)
        tokens = np.repeat(np.arange(len(heard)), counts)
        within = np.arange(len(tokens)) - (np.cumsum(counts) - counts)[tokens]
        found[self._stands_for.take(firsts[tokens] + within)[0], tokens] = 1
        parts = np.take(self._parts, heard, axis=0)
        merged = np.flatnonzero(parts[:-1] + parts[1:] >= self._wanted.T)
        tokens, kinds = np.divmod(merged, self._count)
        found[kinds, tokens] = 1
        return found

    def _there_once(self, texts: list[str], sounds: list[str], heard: Places) -> NDArray[np.uint8]:
        stands, parts = self._alike(texts, sounds)
        found = np.take(stands, heard, axis=1)
        parts = np.take(parts, heard, axis=1)
        found[:, :-1] |= parts[:, :-1] + parts[:, 1:] >= self._wanted
        return found.view(np.uint8)


def _ratio(some: list[str], others: list[str]) -> NDArray[np.float32]:
    return cdist(some, others, scorer=Indel.normalized_similarity, dtype=np.float32)
