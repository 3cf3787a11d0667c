"""Measure an exported model through faster-whisper, on dialogues and voices never trained on.

Windows are cut as the product cuts them (voice activity, at most ``window_s``), features are
padded to the longest window of a batch, and everything runs with the network off.
"""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

import qa_pipeline  # noqa: F401 - goes offline
from models.training.transcription.windows import RATE_HZ, written_tokens
from qa_pipeline.transcribe.characters import Characters
from synthesis import telephone
from synthesis.espeak import Span, speak
from synthesis.voices import random_voice

# The best of beams 1, 2, 5, 8 and length penalties 0 to 1 on eight of the sample calls.
DECODING: dict[str, Any] = {"beam_size": 5, "length_penalty": 0.6}
_HAN = re.compile(r"[一-鿿]")
_LATIN = re.compile(r"[a-z']+")


@dataclass(frozen=True)
class Channel:
    """One side of a call: its sound and the words truly said."""

    language: str
    samples: NDArray[np.float32]
    words: tuple[Span, ...]


@dataclass
class Heard:
    """What the model made of a channel."""

    words: list[Span] = field(default_factory=list)
    probabilities: list[float] = field(default_factory=list)
    log_probabilities: list[float] = field(default_factory=list)
    no_speech: list[float] = field(default_factory=list)
    languages: list[dict[str, float]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


def heldout_channels(seed: int, condition: str, copies: int = 1) -> list[Channel]:
    """Speak the held-out dialogues with DEV voices, one channel a side, ``copies`` times.

    ``condition`` is ``clean`` (16 kHz), ``line`` (µ-law 8 kHz) or ``noisy`` (line and noise at 15
    to 30 dB).
    """
    dialogues = yaml.safe_load((Path(__file__).parent / "heldout.yaml").read_text("utf-8"))
    channels: list[Channel] = []
    for language, calls in sorted(dialogues.items()):
        for number, lines in enumerate(calls * copies):
            for side in (0, 1):
                rng = np.random.default_rng((seed, number, side, language == "zh"))
                channels.append(_speak_side(lines[side::2], language, condition, rng))
    return channels


def _speak_side(
    lines: list[str], language: str, condition: str, rng: np.random.Generator
) -> Channel:
    voice = random_voice(language, "dev", rng)
    pieces: list[NDArray[np.float32]] = []
    words: list[Span] = []
    at_s = 0.0
    for line in lines:
        gap = np.zeros(int(rng.uniform(0.6, 3.0) * RATE_HZ), np.float32)
        said = speak(line, voice)
        at_s += len(gap) / RATE_HZ
        for token in written_tokens(line, said, language):
            if token.text not in ",.?，。？":
                words.append(Span(token.text, at_s + token.start_s, at_s + token.end_s))
        pieces += [gap, said.samples]
        at_s += said.duration_s
    samples = np.concatenate([*pieces, np.zeros(RATE_HZ // 2, np.float32)])
    samples = samples / np.abs(samples).max() * float(10 ** (rng.uniform(-15, -1) / 20))
    samples = samples + 3e-5 * telephone.noise("white", len(samples), rng)
    if condition == "noisy":
        kind = str(rng.choice(telephone.NOISE_KINDS))
        samples = telephone.add_noise(samples, float(rng.uniform(15, 30)), rng, kind)
    if condition != "clean":
        samples = telephone.mu_law(np.clip(telephone.telephone_band(samples), -1, 1))
    return Channel(language, samples.astype(np.float32), tuple(words))


def windows_of(samples: NDArray[np.float32], window_s: float) -> list[tuple[int, int]]:
    """Cut a channel at its pauses into windows of at most ``window_s``, in samples."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        max_speech_duration_s=window_s, min_silence_duration_ms=250, speech_pad_ms=200
    )
    cuts: list[tuple[int, int]] = []
    for found in get_speech_timestamps(samples, options):
        start, end = int(found["start"]), int(found["end"])
        if cuts and end - cuts[-1][0] <= window_s * RATE_HZ and start - cuts[-1][1] < RATE_HZ:
            cuts[-1] = (cuts[-1][0], end)
        else:
            cuts.append((start, end))
    return cuts


class Listener:
    """An exported model behind faster-whisper, batching windows without padding to 30 s."""

    def __init__(self, folder: Path, threads: int = 1, window_s: float = 11.0) -> None:
        from faster_whisper import WhisperModel

        self.model = WhisperModel(
            str(folder),
            device="cpu",
            compute_type="int8",
            cpu_threads=threads,
            local_files_only=True,
        )
        self.window_s = window_s
        self.characters = Characters.beside(folder)

    def listen(
        self,
        samples: NDArray[np.float32],
        language: str,
        batch_size: int = 8,
        cuts: list[tuple[int, int]] | None = None,
        **decoding: Any,
    ) -> Heard:
        """Transcribe one channel, sorted windows in batches; ``decoding`` goes to CTranslate2."""
        from faster_whisper.tokenizer import Tokenizer

        found = windows_of(samples, self.window_s) if cuts is None else cuts
        tokenizer = Tokenizer(self.model.hf_tokenizer, True, task="transcribe", language=language)
        heard = Heard()
        parts: dict[int, list[tuple[Span, float]]] = {}
        order = sorted(found, key=lambda cut: cut[1] - cut[0])
        for first in range(0, len(order), batch_size):
            group = order[first : first + batch_size]
            self._batch(samples, group, tokenizer, heard, parts, decoding)
        for start in sorted(parts):
            for word, probability in parts[start]:
                heard.words.append(word)
                heard.probabilities.append(probability)
        return heard

    def _batch(
        self,
        samples: NDArray[np.float32],
        group: list[tuple[int, int]],
        tokenizer: Any,
        heard: Heard,
        parts: dict[int, list[tuple[Span, float]]],
        decoding: dict[str, Any],
    ) -> None:
        mels = [self.model.feature_extractor(samples[a:b])[..., :-1] for a, b in group]
        width = max(m.shape[1] for m in mels)
        padded = np.stack([np.pad(m, ((0, 0), (0, width - m.shape[1]))) for m in mels])
        encoded = self.model.encode(padded.astype(np.float32))
        for probabilities in self.model.model.detect_language(encoded):
            heard.languages.append({name[2:-2]: value for name, value in probabilities})
        prompt = self.model.get_prompt(tokenizer, [], without_timestamps=True)
        chosen = {**DECODING, **decoding}
        results = self.model.model.generate(
            encoded,
            [prompt] * len(group),
            return_scores=True,
            return_no_speech_prob=True,
            max_length=200,
            **chosen,
        )
        tokens = [r.sequences_ids[0] for r in results]
        for result, ids in zip(results, tokens, strict=True):
            total = result.scores[0] * max(len(ids), 1) ** chosen["length_penalty"]
            heard.log_probabilities.append(total / (len(ids) + 1))
            heard.no_speech.append(result.no_speech_prob)
            heard.text.append(tokenizer.decode(ids))
        aligned = self.model.find_alignment(
            tokenizer, tokens, encoded, [m.shape[1] for m in mels], median_filter_width=3
        )
        for (start, _), words in zip(group, aligned, strict=True):
            at_s = start / RATE_HZ
            if self.characters is not None and tokenizer.language_code == "zh":
                sure = [float(w["probability"]) for w in words]
                texts = self.characters.chosen([w["word"] for w in words], sure)
                words = [{**w, "word": text} for w, text in zip(words, texts, strict=True)]
            parts[start] = [
                (Span(w["word"], at_s + w["start"], at_s + w["end"]), float(w["probability"]))
                for w in words
                if normal_words(w["word"])
            ]


def normal_words(text: str) -> list[str]:
    """Return what is compared: lower-case English words, or single Chinese characters."""
    return _HAN.findall(text) or _LATIN.findall(text.lower())


def errors(truth: list[str], heard: list[str]) -> tuple[int, list[tuple[int, int]]]:
    """Return the edit distance of two word lists and the pairs of places that agree."""
    from rapidfuzz.distance import Levenshtein

    wrong = Levenshtein.distance(truth, heard)
    agreed = [
        (block.a + i, block.b + i)
        for block in Levenshtein.opcodes(truth, heard).as_matching_blocks()
        for i in range(block.size)
    ]
    return wrong, agreed


def measure(listener: Listener, channels: list[Channel], **decoding: Any) -> dict[str, float]:
    """Return error rates (%), word-start errors (ms), confidence and speed for the channels."""
    totals: dict[str, list[float]] = {}
    began = time.perf_counter()
    for channel in channels:
        heard = listener.listen(channel.samples, channel.language, **decoding)
        said = [w.text for w in channel.words]
        got = [normal_words(w.text)[0] for w in heard.words]
        wrong, agreed = errors(said, got)
        name = "wer" if channel.language == "en" else "cer"
        totals.setdefault(f"{name}_wrong", []).append(wrong)
        totals.setdefault(f"{name}_said", []).append(len(said))
        totals.setdefault("start_ms", []).extend(
            1000 * abs(channel.words[a].start_s - heard.words[b].start_s) for a, b in agreed
        )
        right = {b for _, b in agreed}
        for index, probability in enumerate(heard.probabilities):
            key = "right" if index in right else "mistaken"
            totals.setdefault(f"probability_{key}", []).append(probability)
        totals.setdefault("logprob", []).extend(heard.log_probabilities)
        totals.setdefault("no_speech", []).extend(heard.no_speech)
        totals.setdefault("language_right", []).extend(
            float(p[channel.language] > 0.5) for p in heard.languages
        )
    spent_s = time.perf_counter() - began
    report = {
        f"{name}_pct": 100 * sum(totals[f"{name}_wrong"]) / sum(totals[f"{name}_said"])
        for name in ("wer", "cer")
        if f"{name}_said" in totals
    }
    starts = totals.get("start_ms", [0.0])
    report["word_start_median_ms"] = float(np.median(starts))
    report["word_start_p90_ms"] = float(np.percentile(starts, 90))
    for name in ("probability_right", "probability_mistaken", "logprob", "no_speech"):
        report[f"{name}_mean"] = float(np.mean(totals.get(name, [0.0])))
    report["language_right_pct"] = 100 * float(np.mean(totals["language_right"]))
    report["times_real_time"] = sum(len(c.samples) for c in channels) / RATE_HZ / spent_s
    return report
