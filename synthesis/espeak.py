"""espeak-ng through its C library: sound together with the times of words and phonemes.

The command-line program gives sound only; the library also reports when each word and phoneme
begins (``espeak_EVENT`` in ``speak_lib.h``), which is the ground truth that everything here
is measured against. Mandarin is read as toned pinyin, the only way espeak-ng reads it well.
The library keeps one global state: use it from one thread of a process.
"""

import ctypes
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypinyin import Style, lazy_pinyin
from scipy.signal import resample_poly

SAMPLE_RATE_HZ = 16_000
_RETRIEVAL, _PHONEME_EVENTS, _DONT_EXIT, _UTF8 = 1, 1, 0x8000, 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_END_OF_EVENTS, _WORD, _PHONEME = 0, 1, 7
_HAN = re.compile(r"[\u4e00-\u9fff]")
_ENGLISH_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9'’-]*")


@dataclass(frozen=True)
class Voice:
    """One synthetic speaker. ``name`` is espeak-ng's, such as ``en-us+f3``."""

    name: str
    rate_wpm: int = 165
    pitch: int = 50
    """0 to 99, espeak-ng's scale."""
    pitch_range: int = 50
    """0 (monotone) to 99 (lively)."""

    @property
    def language(self) -> str:
        """``zh`` for the Mandarin voices, else ``en``."""
        return "zh" if self.name.startswith("cmn") else "en"


@dataclass(frozen=True)
class Span:
    """A word or a phoneme and when it sounds."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Speech:
    """Spoken text: mono float32 samples in [-1, 1] at 16 kHz, words and phonemes with times.

    A Mandarin word is one character. Punctuation belongs to no word.
    """

    samples: NDArray[np.float32] = field(repr=False)
    words: tuple[Span, ...]
    phones: tuple[Span, ...]

    @property
    def duration_s(self) -> float:
        """Length of the sound in seconds."""
        return len(self.samples) / SAMPLE_RATE_HZ


class _EventId(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position_ms", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    )


@dataclass(frozen=True)
class _Heard:
    kind: int
    position: int
    sample: int
    symbol: str


class _Library:
    """The loaded shared library, its callback, and what the callback collected."""

    def __init__(self) -> None:
        try:
            self._lib: Any = ctypes.CDLL("libespeak-ng.so.1")
        except OSError as error:
            raise RuntimeError(
                "espeak-ng is not installed; on Debian: apt-get install espeak-ng"
            ) from error
        self.sample_rate_hz: int = self._lib.espeak_Initialize(
            _RETRIEVAL, 0, None, _PHONEME_EVENTS | _DONT_EXIT
        )
        if self.sample_rate_hz <= 0:
            raise RuntimeError("espeak-ng found no voice data; reinstall espeak-ng-data")
        self.chunks: list[NDArray[np.int16]] = []
        self.events: list[_Heard] = []
        prototype = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
        )
        self._callback = prototype(self._collect)  # kept alive: the library holds only a pointer
        self._lib.espeak_SetSynthCallback(self._callback)

    def _collect(self, samples: Any, count: int, events: Any) -> int:
        if count > 0:
            self.chunks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        index = 0
        while events[index].type != _END_OF_EVENTS:
            event = events[index]
            symbol = ""
            if event.type == _PHONEME:
                raw = ctypes.string_at(ctypes.byref(event, _Event.id.offset), 8)
                symbol = raw.split(b"\0")[0].decode("utf-8", "replace")
            if event.type in (_WORD, _PHONEME):
                self.events.append(_Heard(event.type, event.text_position, event.sample, symbol))
            index += 1
        return 0

    def synthesize(self, text: str, voice: Voice) -> None:
        """Fill ``chunks`` and ``events`` with the given text."""
        self.chunks.clear()
        self.events.clear()
        if self._lib.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice.name!r}; see espeak-ng --voices")
        for parameter, value in (
            (_RATE, voice.rate_wpm),
            (_VOLUME, 100),
            (_PITCH, voice.pitch),
            (_RANGE, voice.pitch_range),
        ):
            self._lib.espeak_SetParameter(parameter, value, 0)
        data = text.encode()
        self._lib.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        self._lib.espeak_Synchronize()


@cache
def _library() -> _Library:
    return _Library()


def to_pinyin(text: str) -> tuple[str, list[tuple[int, str]]]:
    """Return Mandarin as toned pinyin, and for each syllable its position and its character.

    Positions count characters of the pinyin text from 1, as espeak-ng does.
    """
    syllables = lazy_pinyin(
        text,
        style=Style.TONE3,
        neutral_tone_with_five=True,
        errors=list,  # type: ignore[arg-type]  # a list is taken, one entry a character
    )
    parts: list[str] = []
    tokens: list[tuple[int, str]] = []
    position = 1
    for character, syllable in zip(text, syllables, strict=True):
        if _HAN.match(character):
            tokens.append((position, character))
            piece = syllable + " "
        else:
            piece = {"，": ", ", "。": ". ", "？": "? ", "！": "! ", "、": ", "}.get(character, " ")
        parts.append(piece)
        position += len(piece)
    return "".join(parts), tokens


def speak(text: str, voice: Voice) -> Speech:
    """Speak a text of one or more sentences.

    English is written as it is said ("twenty five", not "25"); Mandarin in characters without
    digits or Latin letters. Raises ``ValueError`` for a voice that espeak-ng does not have or a
    text that yields no sound.
    """
    if voice.language == "zh":
        spoken, tokens = to_pinyin(text)
    else:
        spoken = text
        tokens = [(m.start() + 1, m.group()) for m in _ENGLISH_WORD.finditer(text)]
    library = _library()
    library.synthesize(spoken, voice)
    if not library.chunks or not tokens:
        raise ValueError(f"nothing to say in {text!r}")
    native = np.concatenate(library.chunks).astype(np.float32) / 32768.0
    rate = library.sample_rate_hz
    phones = _phones(library.events, len(native) / rate, rate)
    words = _words(library.events, tokens, phones, len(native) / rate, rate)
    divisor = int(np.gcd(SAMPLE_RATE_HZ, rate))
    samples = resample_poly(native, SAMPLE_RATE_HZ // divisor, rate // divisor)
    return Speech(samples.astype(np.float32), words, phones)


def _phones(events: list[_Heard], duration_s: float, rate: int) -> tuple[Span, ...]:
    heard = [e for e in events if e.kind == _PHONEME]
    ends = [e.sample / rate for e in heard[1:]] + [duration_s]
    return tuple(
        Span(e.symbol, e.sample / rate, max(end, e.sample / rate))
        for e, end in zip(heard, ends, strict=True)
    )


def _words(
    events: list[_Heard],
    tokens: list[tuple[int, str]],
    phones: tuple[Span, ...],
    duration_s: float,
    rate: int,
) -> tuple[Span, ...]:
    """Give every written token the time of its word event, sharing where espeak merged some."""
    starts = {e.position: e.sample / rate for e in events if e.kind == _WORD}
    groups: list[tuple[float, list[str]]] = []
    for position, text in tokens:
        if position in starts or not groups:
            groups.append((starts.get(position, 0.0), [text]))
        else:
            groups[-1][1].append(text)
    sounding = [p for p in phones if not p.text.startswith("_")]
    words: list[Span] = []
    for index, (start_s, texts) in enumerate(groups):
        limit_s = groups[index + 1][0] if index + 1 < len(groups) else duration_s
        inside = [p for p in sounding if start_s - 1e-4 <= p.start_s < limit_s - 1e-4]
        begin_s = inside[0].start_s if inside else start_s
        end_s = min(inside[-1].end_s, limit_s) if inside else limit_s
        letters = sum(len(t) for t in texts)
        at_s = begin_s
        for text in texts:
            share_s = (end_s - begin_s) * len(text) / letters
            words.append(Span(text, at_s, at_s + share_s))
            at_s += share_s
    return tuple(words)
