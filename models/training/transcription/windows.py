"""Training windows: spoken sentences with pauses, a telephone line, and exact labels.

A window is what the runtime will see: 0.8 to 12 s of one channel holding no, one or several
utterances, as faster-whisper's own features. Shards of windows are cached as files.
"""

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from models.training.transcription.texts import LANGUAGES, draw
from synthesis import telephone
from synthesis.codecs import CODECS, coded
from synthesis.espeak import Span, Speech, Voice, speak, to_pinyin
from synthesis.voices import Split, random_voice

RATE_HZ = 16_000
MAX_WINDOW_S = 12.0
SENTENCES_PER_SHARD = 600
"""Of each language; more than the windows of a shard ever speak."""
FRAME_S = 0.02
NO_SPEECH = "none"
MANDARIN_SHARE = 0.65
"""Of the windows with speech: many of its characters sound alike, which takes more texts."""
WARPED_SHARE = 0.5
"""Of the voices that are played faster or slower."""
CODED_SHARE = 0.3
"""Of the windows that go through a lossy codec beside µ-law."""
_EN_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9'’-]*|[,.?]")
_ZH_TOKEN = re.compile(r"[一-鿿]|[，。？]")
_PAUSES = frozenset(",.?，。？")
_VOWELS = frozenset("aeiouy@AEIOUV03")


@dataclass(frozen=True)
class Window:
    """Sound of one window with its written tokens and phones, all with times in seconds."""

    samples: NDArray[np.float32]
    language: str
    tokens: tuple[Span, ...]
    phones: tuple[Span, ...]


def written_tokens(text: str, speech: Speech, language: str) -> list[Span]:
    """Return words and punctuation with times; a mark fills the pause that it stands for."""
    pattern = _ZH_TOKEN if language == "zh" else _EN_TOKEN
    written = pattern.findall(text)
    if sum(t not in _PAUSES for t in written) != len(speech.words):
        raise ValueError(f"words and times differ in number for {text!r}")
    words = iter(speech.words)
    spans = [None if t in _PAUSES else next(words) for t in written]
    found: list[Span] = []
    for index, (token, span) in enumerate(zip(written, spans, strict=True)):
        if span is not None:
            found.append(Span(token.lower(), span.start_s, span.end_s))
            continue
        start_s = found[-1].end_s if found else 0.0
        following = next((s for s in spans[index + 1 :] if s is not None), None)
        end_s = following.start_s if following else start_s + 0.2
        found.append(Span(token, start_s, max(end_s, start_s + 0.04)))
    return found


def labelled_phones(text: str, speech: Speech, language: str) -> list[Span]:
    """Return the phones under class names; Mandarin vowels carry the tone of their syllable."""
    if language == "en":
        return [Span(_class("en", p.text, ""), p.start_s, p.end_s) for p in speech.phones]
    pinyin, places = to_pinyin(text)
    tones = []
    for position, _ in places:
        syllable = re.match(r"[^\W\d]+(\d)", pinyin[position - 1 :])
        tones.append(syllable.group(1) if syllable else "5")
    found: list[Span] = []
    word = 0
    for phone in speech.phones:
        while (
            word + 1 < len(speech.words) and phone.start_s >= speech.words[word + 1].start_s - 1e-4
        ):
            word += 1
        found.append(Span(_class("zh", phone.text, tones[word]), phone.start_s, phone.end_s))
    return found


def _class(language: str, symbol: str, tone: str) -> str:
    if symbol.startswith("_") or not symbol:
        return ""
    return f"{language}:{symbol}{tone if _VOWELS & set(symbol) else ''}"


def _shift(spans: list[Span], by_s: float) -> list[Span]:
    return [Span(s.text, s.start_s + by_s, s.end_s + by_s) for s in spans]


def speaker(language: str, split: Split, rng: np.random.Generator) -> Voice:
    """Draw a voice with a wider range of paces than ``random_voice`` gives."""
    return replace(random_voice(language, split, rng), rate_wpm=int(rng.integers(130, 212)))


def vocal_tract(rng: np.random.Generator) -> int:
    """Draw how fast a voice is played, in per cent: moves pitch and formants together."""
    return int(rng.integers(86, 117)) if rng.random() < WARPED_SHARE else 100


def played(speech: Speech, speed_pct: int) -> Speech:
    """Return speech played faster or slower, as of a shorter or longer vocal tract."""
    if speed_pct == 100:
        return speech

    def moved(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        share = 100 / speed_pct
        return tuple(Span(s.text, s.start_s * share, s.end_s * share) for s in spans)

    sound = resample_poly(speech.samples, 100, speed_pct).astype(np.float32)
    return replace(speech, samples=sound, words=moved(speech.words), phones=moved(speech.phones))


def assemble(
    texts: list[str], language: str, split: Split, rng: np.random.Generator, limit_s: float
) -> tuple[Window, int]:
    """Speak as many of the texts as fit; return the window and how many it took."""
    voice, speed_pct = speaker(language, split, rng), vocal_tract(rng)
    pieces: list[NDArray[np.float32]] = []
    tokens: list[Span] = []
    phones: list[Span] = []
    at_s = 0.0
    taken = 0
    for text in texts:
        said = played(speak(text, voice), speed_pct)
        lead_s = float(rng.uniform(0.0, 0.5) if taken == 0 else rng.exponential(0.35) + 0.1)
        lead = np.zeros(int(lead_s * RATE_HZ), np.float32)
        if taken and at_s + len(lead) / RATE_HZ + said.duration_s > limit_s:
            break
        taken += 1
        at_s += len(lead) / RATE_HZ
        tokens += _shift(written_tokens(text, said, language), at_s)
        phones += _shift(labelled_phones(text, said, language), at_s)
        pieces += [lead, said.samples * float(10 ** (rng.uniform(-4, 4) / 20))]
        at_s += said.duration_s
        if rng.random() < 0.3:
            voice, speed_pct = speaker(language, split, rng), vocal_tract(rng)
    pieces.append(np.zeros(int(rng.uniform(0.0, 0.6) * RATE_HZ), np.float32))
    samples = np.concatenate(pieces)[: int(MAX_WINDOW_S * RATE_HZ)]
    kept = tuple(t for t in tokens if t.start_s < MAX_WINDOW_S)
    return Window(samples, language, kept, tuple(phones)), taken


def without_speech(rng: np.random.Generator) -> Window:
    """Return a window of tones, music, ringing, noise or near silence: nothing to transcribe."""
    length = int(rng.uniform(0.8, MAX_WINDOW_S) * RATE_HZ)
    times = np.arange(length) / RATE_HZ
    kind = rng.integers(5)
    made: NDArray[Any] = np.zeros(length)
    if kind == 0:
        made = ((times + rng.uniform(0, 6)) % 6 < 2) * (
            np.sin(2 * np.pi * 440 * times) + np.sin(2 * np.pi * 480 * times)
        )
    elif kind == 1:
        beat_s = rng.uniform(0.15, 0.6)
        for start_s in np.arange(0, times[-1], beat_s):
            for note in rng.choice((0, 2, 4, 5, 7, 9, 11, 12), rng.integers(1, 4)):
                since = times - start_s
                tone = np.sin(2 * np.pi * 220 * 2 ** (note / 12) * times)
                made += (since >= 0) * np.exp(-np.maximum(since, 0) / beat_s) * tone
    elif kind == 2:
        made = np.sin(2 * np.pi * rng.uniform(300, 2500) * times) * (
            times % 1 < rng.uniform(0.2, 1)
        )
    elif kind == 3:
        made = telephone.noise(str(rng.choice(telephone.NOISE_KINDS)), length, rng)
    level = 10 ** (rng.uniform(-50, -8) / 20) / (np.abs(made).max() + 1e-9)
    made = made * level + rng.standard_normal(length) * 10 ** (rng.uniform(-90, -50) / 20)
    return Window(made.astype(np.float32), NO_SPEECH, (), ())


def through_a_line(samples: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Put a window through a random room, handset, noise, telephone line and level."""
    sound = samples / (np.abs(samples).max() + 1e-6) * 0.7
    if rng.random() < 0.25:
        sound = telephone.reverberate(sound, rng, float(rng.uniform(0.05, 0.3)))
    if rng.random() < 0.4:
        sound = telephone.equalise(sound, rng, float(rng.uniform(2, 7)))
    if rng.random() < 0.6:
        kind = str(rng.choice(telephone.NOISE_KINDS))
        sound = telephone.add_noise(sound, float(rng.uniform(12, 40)), rng, kind)
    else:
        sound = sound + (10 ** rng.uniform(-5, -3)) * telephone.noise("white", len(sound), rng)
    if rng.random() < 0.6:
        sound = telephone.telephone_band(
            sound, float(rng.uniform(150, 350)), float(rng.uniform(3200, 3700))
        )
    if rng.random() < 0.5:
        sound = telephone.mu_law(np.clip(sound, -1, 1))
    if rng.random() < CODED_SHARE:
        name = str(rng.choice(list(CODECS)))
        sound = coded(np.clip(sound, -1, 1), name, int(rng.choice(CODECS[name].bit_rates)))
    loud = np.abs(sound).max() + 1e-6
    levelled: NDArray[np.float32] = (sound / loud * 10 ** (rng.uniform(-26, -0.5) / 20)).astype(
        np.float32
    )
    return levelled


@cache
def _extractor() -> Any:
    from faster_whisper.feature_extractor import FeatureExtractor

    return FeatureExtractor()


def features(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return faster-whisper's own log-mel features of a window, shape (80, samples / 160)."""
    made: NDArray[np.float32] = _extractor()(samples)[..., :-1]
    return made


def frame_classes(window: Window, inventory: dict[str, int], frames: int) -> NDArray[np.int16]:
    """Return the phone class that sounds at each 20 ms encoder frame; unknown phones are -1."""
    classes = np.zeros(frames, np.int16)
    for phone in window.phones:
        first, last = (round(s / FRAME_S) for s in (phone.start_s, phone.end_s))
        classes[first:last] = inventory.get(phone.text, -1) if phone.text else 0
    return classes


def phone_inventory(seed: int) -> dict[str, int]:
    """Number the phone classes of both languages; 0 is silence."""
    names: set[str] = set()
    for index, language in enumerate(LANGUAGES):
        rng = np.random.default_rng((seed, 77, index))
        for text in draw(language, seed, 10**6, 500):
            names.update(
                p.text
                for p in labelled_phones(
                    text, speak(text, speaker(language, "train", rng)), language
                )
            )
    names.discard("")
    return {name: number for number, name in enumerate(sorted(names), start=1)}


def make_windows(
    seed: int,
    shard: int,
    short: bool,
    exclude: frozenset[str] = frozenset(),
    count: int = 240,
) -> list[Window]:
    """Make the windows of one shard; ``short`` ones hold a single utterance each."""
    rng = np.random.default_rng((seed, shard))
    texts = {lang: draw(lang, seed, shard, SENTENCES_PER_SHARD, exclude) for lang in LANGUAGES}
    place = dict.fromkeys(LANGUAGES, 0)
    windows: list[Window] = []
    while len(windows) < count:
        if rng.random() < 0.04:
            windows.append(without_speech(rng))
            continue
        language = "zh" if rng.random() < MANDARIN_SHARE else "en"
        limit_s = 0.0 if short or rng.random() < 0.3 else float(rng.uniform(4, 11.5))
        waiting = texts[language][place[language] : place[language] + 6]
        if not waiting:
            break
        window, taken = assemble(waiting, language, "train", rng, limit_s)
        place[language] += taken
        windows.append(replace(window, samples=through_a_line(window.samples, rng)))
    return windows


def write_shard(
    path: Path,
    seed: int,
    shard: int,
    short: bool,
    exclude: frozenset[str] = frozenset(),
    count: int = 240,
) -> float:
    """Make one shard and cache it as ``path`` (.npz); return the hours of sound in it."""
    inventory = phone_inventory_cached(path.parent, seed)
    mels, classes, notes = [], [], []
    for window in make_windows(seed, shard, short, exclude, count):
        mel = features(window.samples)
        mels.append(mel.T.astype(np.float16))
        classes.append(frame_classes(window, inventory, (mel.shape[1] + 1) // 2))
        spans = [(t.text, round(t.start_s, 3), round(t.end_s, 3)) for t in window.tokens]
        notes.append({"language": window.language, "tokens": spans})
    partial = path.with_suffix(".partial.npz")
    np.savez(
        partial,
        mels=np.concatenate(mels),
        lengths=np.array([len(m) for m in mels]),
        classes=np.concatenate(classes),
        notes=np.frombuffer(json.dumps(notes, ensure_ascii=False).encode(), np.uint8),
    )
    partial.replace(path)
    return sum(len(m) for m in mels) / 360_000


def phone_inventory_cached(folder: Path, seed: int) -> dict[str, int]:
    """Return the inventory, kept in the cache folder as ``phones.json``."""
    path = folder / "phones.json"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(phone_inventory(seed), ensure_ascii=False))
    found: dict[str, int] = json.loads(path.read_text())
    return found
