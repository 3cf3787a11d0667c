"""Where in a stream a phrase may be: all its phrases at once, by the words they cannot lack.

A phrase is there only with enough of its words in some form (`matching.is_there`). Which words of
the language may stand for which words of the phrases is worked out once a word, for as long as
the process lives, so a stream is a matter of looking up columns of bits. Nothing that
`matching.is_there` takes is passed over; what is found here is a little more.
"""

from threading import Lock
from typing import Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel, LCSseq
from rapidfuzz.process import cdist

from qa_pipeline.language.normalise import Script
from qa_pipeline.language.phonetics import sound_of
from qa_pipeline.scoring.phrases import Phrase
from qa_pipeline.scoring.stream import Stream

WORD_ALIKE = 0.65
"""Mean similarity of letters and sound from which one word may be another, misheard."""
JOINED_ALIKE = 0.85
"""The same for two words taken as one, which are longer and so alike more easily."""
KNOWN_WORDS = 12_000
"""Words that are remembered; with one more, remembering begins anew."""
FEW = 32
"""Fewer words of phrases than this are compared anew in each stream: nothing to remember for each
of the agents whose names a card asks for."""
_TOLERANCE: Final = 1e-4
"""Of single precision; `matching.is_there` decides."""
_LEAST: Final = -10_000

Places = NDArray[np.intp]
N = TypeVar("N", bound=np.generic)


class Vocabulary:
    """Numbers for the compared words that streams are made of."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, Script], int] = {}
        self.words: list[tuple[str, Script]] = []

    def numbers(self, stream: Stream) -> Places:
        """Return the number of each token of a stream."""
        return np.array([self._number(t.text, t.script) for t in stream.tokens], dtype=np.intp)

    def numbers_once(self, stream: Stream) -> Places:
        """Return the number of each token of a stream, which remembers them."""
        known = stream.memory.get(self)
        if known is None:
            known = stream.memory[self] = self.numbers(stream)
        return known  # type: ignore[return-value]

    def _number(self, text: str, script: Script) -> int:
        word = (text, script)
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self.words)
            self.words.append(word)
        return number


_lock = Lock()
_vocabulary = [Vocabulary()]


def forget() -> None:
    """Begin to remember words anew; what is found does not depend on it."""
    _vocabulary[0] = Vocabulary()


def _current() -> Vocabulary:
    if len(_vocabulary[0].words) > KNOWN_WORDS:
        forget()
    return _vocabulary[0]


class Windows(NamedTuple):
    """Runs of tokens: for each the number of a phrase, its first token, and where it ends."""

    phrases: Places
    firsts: Places
    ends: Places


class Landmarks:
    """Finds where phrases of one script may be."""

    def __init__(self, phrases: tuple[Phrase, ...]) -> None:
        # those of which most words are looked for come first
        order = sorted(range(len(phrases)), key=lambda i: -len(phrases[i].needed_places()))
        ordered = [phrases[i] for i in order]
        kinds: dict[Kind, int] = {}
        slots = [
            [(kinds.setdefault(_kind(p, place), len(kinds)), place) for place in p.needed_places()]
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
        self._needed = np.array([[p.needed_total()] for p in ordered], dtype=self._type)
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
        count, reach = len(stream.tokens), int(self._longest.max())
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
    """How much each known word is of each kind, one column a word, made when it is first met."""

    def __init__(self, kinds: list[Kind]) -> None:
        self._count = len(kinds)
        self._of: Vocabulary | None = None
        self._known = 0
        self._stands: NDArray[np.uint8] = np.zeros((len(kinds), 0), dtype=np.uint8)

    def _learn(self, vocabulary: Vocabulary) -> None:
        if self._of is not vocabulary:
            self._of, self._known = vocabulary, 0
        new = vocabulary.words[self._known :]
        if not new:
            return
        end = self._known + len(new)
        if end > self._stands.shape[1]:
            self._grow(end + max(64, end // 4))
        self._add(new, self._known, end)
        self._known = end

    def _grow(self, size: int) -> None:
        self._stands = _wider(self._stands, size)

    def _add(self, words: list[tuple[str, Script]], first: int, end: int) -> None:
        raise NotImplementedError

    def there_in(self, stream: Stream) -> NDArray[np.uint8]:
        """Return for each kind and each token how much of the one the other may be."""
        if self._count < FEW:
            vocabulary = Vocabulary()
            heard = vocabulary.numbers(stream)
        else:
            vocabulary = _current()
            heard = vocabulary.numbers_once(stream)
        self._learn(vocabulary)
        return self._there(heard)

    def _there(self, heard: Places) -> NDArray[np.uint8]:
        return np.take(self._stands, heard, axis=1)


class _MandarinColumns(_Columns):
    """Syllables stand for what of their sounds is the same."""

    def __init__(self, kinds: list[Kind]) -> None:
        super().__init__(kinds)
        self._sounds = [sound for sound, _ in kinds]

    def _add(self, words: list[tuple[str, Script]], first: int, end: int) -> None:
        heard = [sound_of(text, script) for text, script in words]
        self._stands[:, first:end] = cdist(
            self._sounds, heard, scorer=LCSseq.similarity, dtype=np.int32
        )


class _EnglishColumns(_Columns):
    """A word stands for what is like it; two together, for what they may be like as one."""

    def __init__(self, kinds: list[Kind]) -> None:
        super().__init__(kinds)
        places: dict[str, int] = {}
        self._words = np.array([places.setdefault(w, len(places)) for w, _ in kinds])
        self._merged = [[places.setdefault(m, len(places)) for m in merged] for _, merged in kinds]
        self._letters = list(places)
        self._sounds = [sound_of(text, "en") for text in self._letters]
        self._parts: NDArray[np.int16] = np.zeros((len(kinds), 0), dtype=np.int16)
        self._wanted = np.array([[7 * len(word)] for word, _ in kinds], dtype=np.int16)

    def _grow(self, size: int) -> None:
        super()._grow(size)
        self._parts = _wider(self._parts, size)

    def _add(self, words: list[tuple[str, Script]], first: int, end: int) -> None:
        texts = [text for text, _ in words]
        sounds = [sound_of(text, "en") for text in texts]
        alike = _ratio(self._letters, texts) / 2 + _ratio(self._sounds, sounds) / 2
        stands = alike[self._words] >= WORD_ALIKE - _TOLERANCE
        for row, merged in enumerate(self._merged):
            stands[row] |= (alike[merged] >= JOINED_ALIKE - _TOLERANCE).any(axis=0)
        self._stands[:, first:end] = stands
        # Two words as one are alike only with letters alike by 2 * 0.85 - 1 = 0.7 or more, and
        # share no longer subsequence with the phrase's word than each of them does, added up.
        common = cdist(self._letters, texts, scorer=LCSseq.similarity, dtype=np.int32)
        lengths = np.array([len(text) for text in texts])
        parts = 20 * common[self._words] - 7 * lengths
        self._parts[:, first:end] = np.maximum(parts, _LEAST)

    def _there(self, heard: Places) -> NDArray[np.uint8]:
        found = super()._there(heard)
        parts = np.take(self._parts, heard, axis=1)
        found[:, :-1] |= parts[:, :-1] + parts[:, 1:] >= self._wanted
        return found


def _ratio(some: list[str], others: list[str]) -> NDArray[np.float32]:
    return cdist(some, others, scorer=Indel.normalized_similarity, dtype=np.float32)


def _wider(columns: NDArray[N], size: int) -> NDArray[N]:
    wider = np.zeros((columns.shape[0], size), dtype=columns.dtype)
    wider[:, : columns.shape[1]] = columns
    return wider
