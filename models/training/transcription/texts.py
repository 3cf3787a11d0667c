"""Training texts: frames with slots, written sentences, random words, digit strings.

Everything is drawn from a seeded generator, so a seed and a count name one fixed set of texts.
Some sentences are of random words: with frames alone the decoder learns to recite them instead
of listening. Written sentences teach it which words go together; Mandarin needs them most, where
several characters sound alike.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from models.training.transcription.written import reviewed, said

LANGUAGES = ("en", "zh")
RANDOM_WORDS_SHARE = 0.20
SHORT_FORMS_SHARE = 0.05
"""Of texts that are a number, an amount, a date or a spelling and nothing else."""
WRITTEN_SHARE = {"en": 0.25, "zh": 0.65}
REVIEWS_SHARE = {"en": 0.0, "zh": 0.25}
"""Of the written sentences: those from reviews; the rest are of service calls."""
_HERE = Path(__file__).parent
_SLOT = re.compile(r"\{(\w+)\}")
_HAN_ONLY = re.compile(r"[一-鿿]+")
_LATIN_ONLY = re.compile(r"[a-z]+('[a-z]+)?")
_EN_ONES = (  # noqa: SIM905
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen "
).split()
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_EN_ORDINALS = (  # noqa: SIM905
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
).split()
_ZH_DIGITS = "零一二三四五六七八九"
_SPELLING = (  # noqa: SIM905
    "Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliet Kilo Lima Mike "
).split()
# A fixed sentence longer than this gets a varying end: anybody may write the plain sentence in a
# text that the model is measured on.
_FIXED = {"en": 3, "zh": 6}
_TAGS = {
    "en": (
        ", {title} {surname}",
        ", {name}",
        " {daypart}",
        " about the {thing}",
        " for the {service}",
        ", {name}, about my {thing}",
        " because of the {adj} {thing}",
        " with {person}",
    ),
    "zh": (
        "，{person}",
        "，{when}",
        "，{fullname}",
        "，{thing}{adj}",
        "，关于{thing}",
        "，我说{thing}",
    ),
}


@dataclass(frozen=True)
class Grammar:
    """Slots and sentence frames of one language, as read from its YAML file."""

    language: str
    slots: dict[str, tuple[str, ...]]
    frames: tuple[str, ...]
    weights: tuple[float, ...]


def normalise(sentence: str) -> str:
    """Return a sentence without case, punctuation and (Mandarin) spaces, to compare texts."""
    kept = re.sub(r"[^\w' ]+", " ", sentence.lower())
    return " ".join(kept.split())


def digest(sentence: str) -> str:
    """Return the hash by which an exclusion set names a normalised sentence."""
    return hashlib.sha256(normalise(sentence).encode()).hexdigest()[:16]


@cache
def grammar(language: str) -> Grammar:
    """Read the frames of a language.

    Every topic has the same weight per frame, but short fixed replies are damped: a frame
    without a slot yields the same sentence each time.
    """
    raw: dict[str, Any] = yaml.safe_load((_HERE / f"frames_{language}.yaml").read_text("utf-8"))
    frames = tuple(frame for topic in raw["frames"].values() for frame in topic)
    weights = np.array([1.0 if "{" in frame else 0.4 for frame in frames])
    slots = {name: tuple(values) for name, values in raw["slots"].items()}
    return Grammar(language, slots, frames, tuple((weights / weights.sum()).tolist()))


def english_number(value: int) -> str:
    """Write 0 to 9999 in words."""
    if value < 20:
        return _EN_ONES[value]
    if value < 100:
        ones = value % 10
        return _EN_TENS[value // 10 - 2] + (f" {_EN_ONES[ones]}" if ones else "")
    unit, name = (100, "hundred") if value < 1000 else (1000, "thousand")
    rest = value % unit
    joint = " and " if unit == 100 or rest < 100 else " "
    tail = joint + english_number(rest) if rest else ""
    return f"{english_number(value // unit)} {name}{tail}"


def mandarin_number(value: int) -> str:
    """Write 0 to 9999 in characters."""
    if value < 10:
        return _ZH_DIGITS[value]
    text, skipped = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            text += ("零" if skipped and text else "") + _ZH_DIGITS[digit] + name
            skipped = False
        else:
            skipped = True
    return text.removeprefix("一") if text.startswith("一十") else text


def _english_slots(rng: np.random.Generator) -> dict[str, Callable[[], str]]:
    def number() -> str:
        return english_number(int(rng.integers(1, (10, 30, 100, 1000)[rng.integers(4)])))

    def digits() -> str:
        zero = "oh" if rng.random() < 0.25 else "zero"
        names = [zero, *_EN_ONES[1:10]]
        return " ".join(names[i] for i in rng.integers(0, 10, rng.integers(3, 9)))

    def amount() -> str:
        unit, small = (("pounds", "pence"), ("dollars", "cents"))[rng.integers(2)]
        whole = f"{number()} {unit}"
        if rng.random() < 0.5:
            return whole
        rest = english_number(int(rng.integers(1, 100)))
        return f"{whole} and {rest} {small}" if rng.random() < 0.5 else f"{whole} {rest}"

    def ordinal() -> str:
        day = int(rng.integers(1, 31))
        if day <= 20:
            return _EN_ORDINALS[day - 1]
        return "thirtieth" if day == 30 else f"twenty {_EN_ORDINALS[day - 21]}"

    def clock() -> str:
        hour = english_number(int(rng.integers(1, 13)))
        forms = (hour, f"{hour} o'clock", f"{hour} thirty", f"half past {hour}", f"{hour} fifteen")
        part = ("", " in the morning", " in the afternoon", " pm", " am", " tonight")
        return forms[rng.integers(5)] + (part[rng.integers(6)] if rng.random() < 0.5 else "")

    def date() -> str:
        month = grammar("en").slots["month"][rng.integers(12)]
        return f"{ordinal()} of {month}" if rng.random() < 0.5 else f"{month} the {ordinal()}"

    def spelled() -> str:
        letters = [chr(65 + i) for i in rng.integers(0, 26, rng.integers(2, 7))]
        if rng.random() < 0.2:
            letters = [str(rng.choice(_SPELLING)) for _ in letters[:3]]
        return " ".join(letters)

    return {
        "number": number,
        "digits": digits,
        "amount": amount,
        "ordinal": ordinal,
        "clock": clock,
        "date": date,
        "spelled": spelled,
        "rare": lambda: _random_word("en", rng),
    }


def _mandarin_slots(rng: np.random.Generator) -> dict[str, Callable[[], str]]:
    def number() -> str:
        value = int(rng.integers(1, (10, 30, 100, 1000)[rng.integers(4)]))
        return "两" if value == 2 else mandarin_number(value)

    def digits() -> str:
        one = "幺" if rng.random() < 0.5 else "一"
        names = ["零", one, *_ZH_DIGITS[2:]]
        return "".join(names[i] for i in rng.integers(0, 10, rng.integers(3, 9)))

    def amount() -> str:
        whole = mandarin_number(int(rng.integers(1, (30, 200, 5000)[rng.integers(3)])))
        unit = "块钱" if rng.random() < 0.4 else "元"
        return whole + unit if rng.random() < 0.7 else f"{whole}块{_ZH_DIGITS[rng.integers(1, 10)]}"

    def clock() -> str:
        part = ("", "上午", "下午", "晚上", "早上", "中午")[rng.integers(6)]
        tail = ("", "", "半", "一刻", "十分", "四十五")[rng.integers(6)]
        return f"{part}{('两', *map(mandarin_number, range(3, 13)))[rng.integers(11)]}点{tail}"

    def date() -> str:
        day = "号" if rng.random() < 0.6 else "日"
        month = mandarin_number(int(rng.integers(1, 13)))
        return f"{month}月{mandarin_number(int(rng.integers(1, 32)))}{day}"

    return {
        "number": number,
        "digits": digits,
        "amount": amount,
        "ordinal": lambda: f"第{number()}",
        "clock": clock,
        "date": date,
        "spelled": digits,
        "rare": lambda: _random_word("zh", rng),
    }


@cache
def word_list(language: str) -> tuple[str, ...]:
    """Return spoken words of a language, the most frequent first (package ``wordfreq``)."""
    from wordfreq import top_n_list

    pattern = _HAN_ONLY if language == "zh" else _LATIN_ONLY
    words = top_n_list(language, 60_000)
    limit = 4 if language == "zh" else 14
    return tuple(w for w in words if pattern.fullmatch(w) and len(w) <= limit)


def _random_word(language: str, rng: np.random.Generator) -> str:
    words = word_list(language)
    reach = (300, 3000, 12_000, len(words))[rng.choice(4, p=(0.25, 0.3, 0.3, 0.15))]
    return words[int(rng.integers(0, min(reach, len(words))))]


def _random_sentence(language: str, rng: np.random.Generator) -> str:
    words = [_random_word(language, rng) for _ in range(rng.integers(2, 11))]
    if language == "zh":
        text = "".join(words)
        return text[:22] + "。"
    if len(words) > 5 and rng.random() < 0.4:
        words[len(words) // 2] += ","
    return " ".join(words).capitalize() + "."


@cache
def speakable() -> frozenset[str]:
    """Return the characters and marks that Mandarin texts may be made of."""
    return frozenset("".join(word_list("zh")) + "，。？")


def _written_sentence(language: str, rng: np.random.Generator) -> str:
    reviews = rng.random() < REVIEWS_SHARE[language]
    source = reviewed(speakable()) if reviews else said(language)
    return source[rng.integers(len(source))]


def sentence(language: str, rng: np.random.Generator) -> str:
    """Draw one sentence: from a frame, written, of random words, or a bare digit string."""
    kind = rng.random()
    if kind < RANDOM_WORDS_SHARE:
        return _random_sentence(language, rng)
    computed = _mandarin_slots(rng) if language == "zh" else _english_slots(rng)
    rules = grammar(language)
    if kind > 1.0 - WRITTEN_SHARE[language]:
        return _written_sentence(language, rng)
    if kind < RANDOM_WORDS_SHARE + SHORT_FORMS_SHARE:
        name = ("digits", "digits", "amount", "date", "clock", "spelled")[rng.integers(6)]
        return _finish(computed[name](), language)
    text = rules.frames[rng.choice(len(rules.frames), p=rules.weights)]
    if "{" not in text and len(text if language == "zh" else text.split()) > _FIXED[language]:
        text = text[:-1] + _TAGS[language][rng.integers(len(_TAGS[language]))] + text[-1]
    while match := _SLOT.search(text):
        name = match.group(1)
        options = rules.slots.get(name)
        value = computed[name]() if options is None else options[rng.integers(len(options))]
        text = text[: match.start()] + value + text[match.end() :]
    return _finish(text, language)


def _finish(text: str, language: str) -> str:
    """Tidy what empty slots leave behind, and begin and end as a sentence does."""
    if language == "zh":
        return text if text[-1] in "。？" else text + "。"
    text = re.sub(r"\s+", " ", re.sub(r"\s+([,.?])", r"\1", text)).strip(" ,")
    text = text[0].upper() + text[1:]
    return text if text[-1] in ".?" else text + "."


def draw(
    language: str, seed: int, shard: int, count: int, exclude: frozenset[str] = frozenset()
) -> list[str]:
    """Draw the sentences of one shard of training data.

    ``exclude`` holds digests (see ``digest``) of sentences that must not be trained on.
    """
    rng = np.random.default_rng((seed, shard, LANGUAGES.index(language)))
    texts: list[str] = []
    while len(texts) < count:
        text = sentence(language, rng)
        if digest(text) not in exclude:
            texts.append(text)
    return texts


def sentences(
    seed: int, shards: int, per_shard: int, exclude: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield every distinct sentence that a recipe of so many shards may speak."""
    seen: set[str] = set()
    for shard in range(shards):
        for language in LANGUAGES:
            for text in draw(language, seed, shard, per_shard, exclude):
                if text not in seen:
                    seen.add(text)
                    yield text
