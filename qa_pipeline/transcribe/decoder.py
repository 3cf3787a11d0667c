"""The model itself: sound of one length in, timed text out. All of faster-whisper is in here."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.device_faults import not_loaded
from qa_pipeline.errors import ModelError
from qa_pipeline.records import SAMPLE_RATE_HZ, Samples
from qa_pipeline.transcribe.characters import Characters
from qa_pipeline.transcribe.encoded import Encoded
from qa_pipeline.transcribe.text import TimedText

_FRAMES_PER_S = 100
_FULL_FRAMES = 3000
_HOP = SAMPLE_RATE_HZ // _FRAMES_PER_S
_SHORTEST = SAMPLE_RATE_HZ // 10
"""Shorter sound is padded: the spectrogram needs at least one whole frame."""
_TOKENS_PER_S = 20
_TOKENS_AT_LEAST = 24
"""Nobody speaks more than this; it ends loops early."""
_FILES = ("model.bin", "config.json", "tokenizer.json")
_PREPENDED = "\"'“¿([{-"
_APPENDED = "\"'.。,，!！?？:：”)]}、"


@dataclass(frozen=True)
class Heard:
    """What the model heard in one window."""

    pieces: tuple[TimedText, ...]
    mean_log_probability: float
    no_speech_probability: float
    cut: bool = False
    """Whether the model might have written more than it may for one window."""


@dataclass(frozen=True)
class Languages:
    """The languages that may be spoken in one window."""

    likely: dict[str, float]
    """Probability of each that the model knows; empty for a model that knows but one."""
    encoded: Encoded | None = field(default=None, repr=False)
    """The window as the encoder left it, where it was asked for and can be had."""


@dataclass(frozen=True)
class Prompt:
    """What a model is told before it listens."""

    hotwords: str | None = None
    """Names that may be said."""
    style: str | None = None
    """A sentence written as the transcript should be."""


_NO_PROMPT = Prompt()


class WhisperDecoder:
    """A Whisper model in CTranslate2 form, loaded from a folder."""

    def __init__(
        self,
        model_dir: Path,
        device: str,
        compute_type: str,
        *,
        beam_size: int,
        pad_to_window: bool,
        suppress_non_speech: bool,
        cpu_threads: int,
    ) -> None:
        missing = [name for name in _FILES if not (model_dir / name).is_file()]
        if missing:
            raise ModelError(
                f"{model_dir}: not a CTranslate2 Whisper model, {', '.join(missing)} missing; "
                "see `qa-pipeline models verify`"
            )
        from faster_whisper import (
            BatchedInferencePipeline,
            WhisperModel,
        )

        try:
            self._model = WhisperModel(
                str(model_dir),
                device=device.partition(":")[0],
                device_index=int(device.partition(":")[2] or 0),
                compute_type=compute_type,
                cpu_threads=cpu_threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, MemoryError) as error:
            raise not_loaded(str(model_dir), device, error) from error
        self._pipeline = BatchedInferencePipeline(_EncodedBefore(self._model))
        self._characters = Characters.beside(model_dir)
        self._beam_size = beam_size
        self._pad_to_window = pad_to_window
        self._suppress_non_speech = suppress_non_speech
        self._tokenizers: dict[str, Any] = {}

    def padded_frames(self, duration_s: float) -> int:
        """Return how many feature frames a window of that length is padded to."""
        if self._pad_to_window:
            return _FULL_FRAMES
        seconds = -(-round(duration_s * _FRAMES_PER_S) // _FRAMES_PER_S)
        return min(_FULL_FRAMES, max(1, seconds) * _FRAMES_PER_S)

    def decode(
        self,
        sounds: Sequence[Samples],
        language: str,
        frames: int,
        prompt: Prompt = _NO_PROMPT,
        encoded_before: Sequence[Encoded] = (),
    ) -> list[Heard]:
        """Transcribe a batch, every sound padded to ``frames`` feature frames.

        ``encoded_before``: all of them as ``languages`` returned them; empty: they are encoded.
        """
        tokenizer = self._tokenizer(language)
        given: Any = _storage(np.stack(encoded_before)) if encoded_before else None
        if given is None:
            given = self._stack(sounds, frames)
        options = self._options(tokenizer, frames, prompt)
        encoded, outputs = self._pipeline.generate_segment_batched(given, tokenizer, options)
        most = self._most_tokens(tokenizer, options)
        tokens = [[t for t in o["tokens"] if t < tokenizer.eot] for o in outputs]
        lengths = [min(frames, max(2, len(sound) // _HOP)) for sound in sounds]
        aligned = self._model.find_alignment(tokenizer, tokens, encoded, lengths)
        return [
            Heard(
                self._written(_pieces(words), language),
                float(output["avg_logprob"]),
                float(output["no_speech_prob"]),
                len(output["tokens"]) >= most,
            )
            for words, output in zip(aligned, outputs, strict=True)
        ]

    def _written(self, pieces: tuple[TimedText, ...], language: str) -> tuple[TimedText, ...]:
        """Write Mandarin in the likeliest characters, where the model has a choice of them."""
        if self._characters is None or language != "zh":
            return pieces
        texts = [piece.text for piece in pieces]
        chosen = self._characters.chosen(texts, [piece.probability for piece in pieces])
        return tuple(replace(piece, text=text) for piece, text in zip(pieces, chosen, strict=True))

    def languages(
        self, sounds: Sequence[Samples], frames: int, keep: bool = False
    ) -> list[Languages]:
        """Return how likely each language that the model knows is in each window.

        The windows are heard together, every one padded to ``frames`` feature frames. ``keep``:
        bring what the encoder made of them as well.
        """
        if not self._model.model.is_multilingual:
            return [Languages({}) for _ in sounds]
        features = _storage(self._stack(sounds, frames))
        # On the machine's side, as faster-whisper has it for several GPUs: each model puts it
        # where it computes.
        encoded = self._model.model.encode(features, to_cpu=keep)
        kept = _windows_of(encoded) if keep else [None] * len(sounds)
        return [
            Languages(
                {token.strip("<|>"): float(probability) for token, probability in by_token}, window
            )
            for by_token, window in zip(
                self._model.model.detect_language(encoded), kept, strict=True
            )
        ]

    def _stack(self, sounds: Sequence[Samples], frames: int) -> NDArray[np.float32]:
        """Features of several windows, shape ``(windows, mels, frames)``."""
        return np.stack([self._features(sound, frames) for sound in sounds])

    def _features(self, sound: Samples, frames: int) -> NDArray[np.float32]:
        """Log-mel features as faster-whisper makes them, shape ``(mels, frames)``.

        The pause after the sound is 0 in the normalised domain, as in faster-whisper.
        """
        if len(sound) < _SHORTEST:
            sound = np.pad(sound, (0, _SHORTEST - len(sound)))
        heard: NDArray[np.float32] = self._model.feature_extractor(sound)[..., :-1]
        heard = heard[:, :frames]
        padded = np.pad(heard, ((0, 0), (0, frames - heard.shape[1])))
        return padded.astype(np.float32)

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer

        if language not in self._tokenizers:
            try:
                tokenizer = Tokenizer(
                    self._model.hf_tokenizer,
                    self._model.model.is_multilingual,
                    task="transcribe",
                    language=language,
                )
            except ValueError as error:
                raise ModelError(f"language {language!r}: Whisper has no such language") from error
            if self._model.model.is_multilingual and tokenizer.language is None:
                raise ModelError(f"language {language!r}: this model was not made for it")
            self._tokenizers[language] = tokenizer
        return self._tokenizers[language]

    def _options(self, tokenizer: Any, frames: int, prompt: Prompt) -> Any:
        from faster_whisper.transcribe import (
            TranscriptionOptions,
        )

        hotwords = self._fitting(tokenizer, prompt)
        told = self._told(tokenizer, prompt.style, hotwords)
        limit = self._model.max_length - len(told)
        return TranscriptionOptions(
            beam_size=self._beam_size,
            best_of=1,
            patience=1.0,
            length_penalty=1.0,
            repetition_penalty=1.0,
            no_repeat_ngram_size=0,
            log_prob_threshold=None,
            no_speech_threshold=None,
            compression_ratio_threshold=None,
            condition_on_previous_text=False,
            prompt_reset_on_temperature=0.5,
            temperatures=[0.0],
            initial_prompt=prompt.style,
            prefix=None,
            suppress_blank=True,
            suppress_tokens=self._suppressed(tokenizer),
            without_timestamps=True,
            max_initial_timestamp=0.0,
            word_timestamps=True,
            prepend_punctuations=_PREPENDED,
            append_punctuations=_APPENDED,
            multilingual=False,
            max_new_tokens=min(limit, frames * _TOKENS_PER_S // _FRAMES_PER_S + _TOKENS_AT_LEAST),
            clip_timestamps="0",
            hallucination_silence_threshold=None,
            hotwords=hotwords,
        )

    def _told(self, tokenizer: Any, style: str | None, hotwords: str | None) -> list[int]:
        """Return the tokens that the model is given before it writes."""
        told: list[int] = self._model.get_prompt(
            tokenizer,
            tokenizer.encode(style) if style else [],
            without_timestamps=True,
            hotwords=hotwords,
        )
        return told

    def _fitting(self, tokenizer: Any, prompt: Prompt) -> str | None:
        """Return as many of the names as leave the model half of its whole length to write in.

        It never writes more than that; a longer prompt takes from what it may write.
        """
        if not prompt.hotwords:
            return None
        before = len(self._told(tokenizer, prompt.style, None)) + (0 if prompt.style else 1)
        room = self._model.max_length // 2 - before
        mark = "，" if "，" in prompt.hotwords else ", "
        names = prompt.hotwords.split(mark)
        while names and (size := len(tokenizer.encode(" " + mark.join(names)))) > room:
            names = names[: min(len(names) - 1, len(names) * max(0, room) // size)]
        return mark.join(names) or None

    def _most_tokens(self, tokenizer: Any, options: Any) -> int:
        """Return how many tokens CTranslate2 writes for a window, at most.

        It takes prompt and output together for the length, and half of that for the output at
        most (``Whisper.generate``, as measured with 4.8: 224 where 444 were asked for).
        """
        told = len(self._told(tokenizer, options.initial_prompt, options.hotwords))
        whole: int = told + options.max_new_tokens
        return min(whole // 2, whole - told)

    def _suppressed(self, tokenizer: Any) -> list[int]:
        special = [
            tokenizer.transcribe,
            tokenizer.translate,
            tokenizer.sot,
            tokenizer.sot_prev,
            tokenizer.sot_lm,
            tokenizer.no_speech,
        ]
        marks = tokenizer.non_speech_tokens if self._suppress_non_speech else ()
        return sorted({token for token in (*special, *marks) if token is not None})


class _EncodedBefore:
    """A model of faster-whisper that takes windows which it has encoded before."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def encode(self, given: Any) -> Any:
        """Encode features; what is encoded is handed on."""
        return self._model.encode(given) if isinstance(given, np.ndarray) else given


def _storage(windows: NDArray[Any]) -> Any:
    from ctranslate2 import StorageView

    return StorageView.from_array(np.ascontiguousarray(windows))


def _windows_of(encoded: Any) -> list[Encoded | None]:
    """Return each window of a batch on its own, copied; ``None`` where numpy has no such number."""
    from ctranslate2 import DataType

    if encoded.dtype not in (DataType.float32, DataType.float16):
        return [None] * int(encoded.shape[0])
    return [window.copy() for window in np.asarray(encoded)]


def _pieces(words: list[dict[str, Any]]) -> tuple[TimedText, ...]:
    from faster_whisper.transcribe import merge_punctuations

    merge_punctuations(words, _PREPENDED, _APPENDED)
    return tuple(
        TimedText(
            word["word"], float(word["start"]), float(word["end"]), float(word["probability"])
        )
        for word in words
        if word["word"]
    )
