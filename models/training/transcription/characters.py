"""The language model of characters beside the recogniser: counted from the recipe's texts.

See `qa_pipeline.transcribe.characters` for what it does. It is made of the sentences that speech is
made of, without the random words and without what models are measured on, and of the language's
words with their frequencies (package ``wordfreq``), for places and things that no sentence names.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, pinyin

from models.training.transcription.apart import kept_apart
from models.training.transcription.texts import digest, sentence, speakable, word_list
from models.training.transcription.written import reviewed, said
from qa_pipeline.transcribe.characters import BEGIN, END, FILE, SPECIAL, Ids, Tables

FRAMES = 60_000
"""Sentences from frames, which are fewer words in more orders; each counts half."""
FRAMES_WEIGHT = 0.5
WORDS_WEIGHT = 0.3
"""Of the logarithm of how often a word comes in a million."""
NOVELTY = 0.6
"""Weight of how many different characters follow, against how many in all."""
NEVER = 1e-9
LEAST_SEEN = 1.0
"""Rows of three characters that were read less often are left out."""
_HAN = re.compile("[一-鿿]+")
_SENTENCE = re.compile("[^。？！；]+")

Row = tuple[int, ...]


def texts(seed: int) -> Iterator[tuple[str, float]]:
    """Yield sentences and how much each counts, always the same for the same seed."""
    apart = kept_apart()
    rng = np.random.default_rng((seed, 7))
    for text in (*said("zh"), *reviewed(speakable())):
        if digest(text) not in apart:
            yield text, 1.0
    for _ in range(FRAMES):
        text = sentence("zh", rng)
        if digest(text) not in apart:
            yield text, FRAMES_WEIGHT


def words() -> Iterator[tuple[str, float]]:
    """Yield the words of the language and how much each counts."""
    from wordfreq import get_frequency_dict

    often = get_frequency_dict("zh")
    for word in word_list("zh"):
        yield word, WORDS_WEIGHT * math.log1p(1e6 * often[word])


def make(folder: Path, seed: int) -> None:
    """Write the model of characters into a model's folder."""
    counted(texts(seed), words()).save(folder / FILE)


def counted(
    weighted: Iterable[tuple[str, float]], known_words: Iterable[tuple[str, float]] = ()
) -> Tables:
    """Count rows of one, two and three characters, and smooth them.

    ``known_words``: of these, how their characters follow one another counts, not how sentences
    begin and end. Those with characters that no sentence has are left out.
    """
    rows = [(part, weight) for text, weight in weighted for part in _parts(text)]
    names = (*SPECIAL, *sorted(set("".join(part for part, _ in rows))))
    ids = {name: i for i, name in enumerate(names)}
    counts: tuple[Counter[Row], ...] = (Counter(), Counter(), Counter())
    for part, weight in rows:
        row = (BEGIN, BEGIN, *(ids[char] for char in part), END)
        for last in range(2, len(row)):
            for size in range(3):
                counts[size][row[last - size : last + 1]] += weight  # type: ignore[assignment]
    for word, weight in known_words:
        if ids.keys() >= set(word):
            row = tuple(ids[char] for char in word)
            for last in range(len(row)):
                for size in range(min(3, last + 1)):
                    counts[size][row[last - size : last + 1]] += weight  # type: ignore[assignment]
    return _smoothed(names, counts)


def _parts(text: str) -> Iterator[str]:
    for part in _SENTENCE.findall(text):
        chars = "".join(_HAN.findall(part))
        if chars:
            yield chars


def _smoothed(names: tuple[str, ...], counts: tuple[Counter[Row], ...]) -> Tables:
    """Interpolate each length with the next shorter one (Witten and Bell, 1991)."""
    size = len(names)
    total = sum(counts[0].values())
    single = np.array([(counts[0][(i,)] + 0.5) / (total + 0.5 * size) for i in range(size)])
    seen, followers = _contexts(counts[1])
    rest_1 = _rests(seen, followers)
    pairs = {
        row: (1 - rest_1[row[:1]]) * n / seen[row[:1]] + rest_1[row[:1]] * single[row[1]]
        for row, n in counts[1].items()
    }
    seen, followers = _contexts(counts[2])
    rest_2 = _rests(seen, followers)
    triples = {
        row: (1 - rest_2[row[:2]]) * n / seen[row[:2]] + rest_2[row[:2]] * pairs[row[1:]]
        for row, n in counts[2].items()
        if n >= LEAST_SEEN
    }
    # the beginning, twice, is what the first character follows, and follows nothing itself
    kept = sorted({*pairs, *rest_2})
    pair_of = [pairs.get(row, NEVER) for row in kept]
    often = [counts[0][(i,)] >= 2 for i in range(size)]
    first_alike, alike = _alike(names, often)
    return Tables(
        characters=np.array(names),
        first_alike=first_alike,
        alike=alike,
        single=np.log(single).astype(np.float32),
        single_rest=np.log([rest_1.get((i,), 1.0) for i in range(size)]).astype(np.float32),
        pairs=_keys(kept, size),
        pair=np.log(pair_of).astype(np.float32),
        pair_rest=np.log([rest_2.get(row, 1.0) for row in kept]).astype(np.float32),
        triples=_keys(sorted(triples), size),
        triple=np.log([triples[row] for row in sorted(triples)]).astype(np.float32),
    )


def _rests(seen: Counter[Row], followers: Counter[Row]) -> dict[Row, float]:
    """Return what is left, after each beginning, for what did not follow it."""
    return {
        row: NOVELTY * followers[row] / (total + NOVELTY * followers[row])
        for row, total in seen.items()
    }


def _contexts(counts: Counter[Row]) -> tuple[Counter[Row], Counter[Row]]:
    """Return how often each beginning of the rows was read, and how many different ones went on."""
    seen: Counter[Row] = Counter()
    followers: Counter[Row] = Counter()
    for row, n in counts.items():
        seen[row[:-1]] += n
        followers[row[:-1]] += 1
    return seen, followers


def _keys(rows: list[Row], size: int) -> Ids:
    places = np.array(rows, dtype=np.int64)
    return places @ size ** np.arange(places.shape[1])[::-1]


def _alike(names: tuple[str, ...], often: list[bool]) -> tuple[Ids, NDArray[np.uint16]]:
    """Return for each character those read more than once that have one of its syllables."""
    readings = [_syllables(name) for name in names]
    having: defaultdict[str, list[int]] = defaultdict(list)
    for i, syllables in enumerate(readings):
        for syllable in syllables if often[i] else ():
            having[syllable].append(i)
    rows = [
        sorted({j for syllable in syllables for j in having[syllable]} - {i})
        for i, syllables in enumerate(readings)
    ]
    firsts = np.cumsum([0, *(len(row) for row in rows)])
    return firsts, np.array([j for row in rows for j in row], dtype=np.uint16)


def _syllables(name: str) -> set[str]:
    if name in SPECIAL:
        return set()
    (readings,) = pinyin(name, style=Style.NORMAL, heteronym=True)
    return set(readings)
