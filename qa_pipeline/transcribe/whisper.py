"""faster-whisper behind the engine protocol, with windows of many calls in one batch.

faster-whisper batches within a file; a call centre has thousands of short ones. So windows of
all requests are planned here, sorted by length, and handed to faster-whisper's batched decoder
(``BatchedInferencePipeline.generate_segment_batched``) and word alignment together.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypedDict, Unpack

from qa_pipeline.errors import ModelError
from qa_pipeline.records import SAMPLE_RATE_HZ, Transcript, Word
from qa_pipeline.transcribe.batching import FittingBatches
from qa_pipeline.transcribe.decoder import Heard, Prompt, WhisperDecoder
from qa_pipeline.transcribe.encoded import EncodedWindows
from qa_pipeline.transcribe.engine import ChannelRequest
from qa_pipeline.transcribe.guards import GuardReport
from qa_pipeline.transcribe.kept import kept_words
from qa_pipeline.transcribe.languages import SpokenLanguage, spoken_language
from qa_pipeline.transcribe.vocabulary import Vocabulary
from qa_pipeline.transcribe.windows import Window, halves, plan_windows

_log = logging.getLogger(__name__)
_Encoded = EncodedWindows[tuple[int, Window]]
_SHORTEST_S = 2.0
"""Seconds; in less nobody says as much as fits: a model that writes on and on there is stuck."""


@dataclass(frozen=True)
class WhisperOptions:
    """How a Whisper model is run; a model's manifest says what suits it."""

    window_s: float = 30.0
    """Longest window, at most the 30 s of the architecture."""
    batch_size: int = 8
    beam_size: int = 5
    languages: tuple[str, ...] = ("en", "zh")
    """Languages that words may be written in, ISO 639-1."""
    pad_to_window: bool = True
    """Standard models hear every window padded to 30 s. A model trained on windows of any length
    takes them as they are, which is many times faster. Standard models are also kept from writing
    music notes, brackets and the like, whose tokens a model of our own may need for letters."""
    cpu_threads: int = 0
    """Threads on the CPU; 0: all."""
    detect_s: float = 60.0
    """Speech of a channel that its language is judged by."""
    encoded_mib: float = 256.0
    """Memory of the machine for what the encoder made of the windows that languages are judged by:
    66 of 30 s in a large model's ``float16``. Windows beyond it are encoded twice."""
    hotwords: Vocabulary | None = None
    """Names that the model is told of beforehand, where it was trained to take a prompt."""
    prompts: Mapping[str, str] = field(default_factory=dict)
    """Language to a sentence that sets the style, such as one that is punctuated."""
    no_speech_probability: float = 0.6
    """With a mean log probability below ``-1``: a window in which nothing was said (the rule and
    the values of Whisper's own decoder)."""
    no_speech_certain: float = 1.0
    """The probability from which a model's own word that nothing was said is enough."""

    def __post_init__(self) -> None:
        if not 1.0 <= self.window_s <= 30.0:
            raise ModelError(f"window_s is {self.window_s}, must be from 1 to 30 seconds")
        if self.batch_size < 1 or self.beam_size < 1 or not self.languages:
            raise ModelError("batch_size and beam_size must be at least 1, languages not empty")


class _OptionValues(TypedDict, total=False):
    """The fields of ``WhisperOptions`` as arguments."""

    window_s: float
    batch_size: int
    beam_size: int
    languages: tuple[str, ...]
    pad_to_window: bool
    cpu_threads: int
    detect_s: float
    encoded_mib: float
    hotwords: Vocabulary | None
    prompts: Mapping[str, str]
    no_speech_probability: float
    no_speech_certain: float


@dataclass(frozen=True)
class _Task:
    """One window on its way through a batch."""

    request: int
    window: Window
    language: str


class FasterWhisperEngine:
    """A CTranslate2 Whisper model in a local folder; nothing is ever downloaded.

    Results do not depend on which windows share a batch: windows are padded to whole seconds and
    only windows of one padded length are batched together. (Only the last digits of a probability
    may change with the size of a batch, as a device's arithmetic does.)
    """

    def __init__(
        self,
        model_dir: Path,
        device: str = "cpu",
        compute_type: str = "default",
        *,
        name: str = "",
        version: str = "",
        **options: Unpack[_OptionValues],
    ) -> None:
        """Load the model. ``options`` are those of ``WhisperOptions``.

        Raises ``ModelError`` when the folder holds no model or the device cannot run it.
        """
        self.options = WhisperOptions(**options)
        self._decoder = WhisperDecoder(
            model_dir,
            device,
            compute_type,
            beam_size=self.options.beam_size,
            pad_to_window=self.options.pad_to_window,
            suppress_non_speech=self.options.pad_to_window,
            cpu_threads=self.options.cpu_threads,
        )
        self._name = name or model_dir.name
        self._version = version
        self._batches = FittingBatches(self.options.batch_size)
        # A GPU is kept busy by many windows only; on a CPU more at once gain nothing.
        self._detections = FittingBatches(1 if device == "cpu" else self.options.batch_size)

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._name

    @property
    def version(self) -> str:
        """Version as the caller's model registry knows it."""
        return self._version

    def transcribe(self, requests: Sequence[ChannelRequest]) -> list[Transcript]:
        """Transcribe channels of any number of calls together; one transcript a request."""
        return [transcript for transcript, _ in self.transcribe_with_reports(requests)]

    def transcribe_with_reports(
        self, requests: Sequence[ChannelRequest]
    ) -> list[tuple[Transcript, GuardReport]]:
        """Transcribe, and say for every request what the guards took out."""
        planned = [plan_windows(r.regions, r.samples, self.options.window_s) for r in requests]
        encoded: _Encoded = EncodedWindows(self.options.encoded_mib)
        languages = self._languages(requests, planned, encoded)
        tasks = [
            _Task(index, window, language.written)
            for index, (windows, language) in enumerate(zip(planned, languages, strict=True))
            for window in windows
        ]
        words: list[dict[Window, list[Word]]] = [{} for _ in requests]
        reports = [GuardReport() for _ in requests]
        doubts: list[list[tuple[float, Heard]]] = [[] for _ in requests]
        for task, heard in self._decode_whole(tasks, requests, encoded):
            doubts[task.request].append((task.window.speech_s, heard))
            kept, report = self._words(task, heard, requests[task.request].channel)
            words[task.request][task.window] = kept
            reports[task.request] += report
        return [
            (
                self._transcript(request, language, found, report.removed_words).model_copy(
                    update=_doubts(doubted)
                ),
                report,
            )
            for request, language, found, report, doubted in zip(
                requests, languages, words, reports, doubts, strict=True
            )
        ]

    @staticmethod
    def _transcript(
        request: ChannelRequest,
        language: SpokenLanguage,
        words: dict[Window, list[Word]],
        removed_words: int,
    ) -> Transcript:
        in_order = sorted(words, key=lambda window: window.start_s)
        return Transcript(
            channel=request.channel,
            language=language.heard,
            language_probability=language.probability,
            words=tuple(word for window in in_order for word in words[window]),
            speech_s=round(sum(r.end_s - r.start_s for r in request.regions), 3),
            removed_words=removed_words,
        )

    def _words(self, task: _Task, heard: Heard, channel: int) -> tuple[list[Word], GuardReport]:
        if self._is_silent(heard):
            return [], GuardReport(silent_windows=1)
        return kept_words(
            heard.pieces, task.window, channel, task.language, heard.no_speech_probability
        )

    def _decode_whole(
        self, tasks: list[_Task], requests: Sequence[ChannelRequest], encoded: _Encoded
    ) -> list[tuple[_Task, Heard]]:
        """Decode all windows; one in which more may be said than fits is heard in halves."""
        done: list[tuple[_Task, Heard]] = []
        while tasks:
            heard = self._decode(tasks, requests, encoded)
            tasks = []
            for task, text in heard:
                both = text.cut and halves(task.window, requests[task.request].samples, _SHORTEST_S)
                if not both:
                    done.append((task, text))
                    continue
                _log.info("%s to %s s: heard in halves", task.window.start_s, task.window.end_s)
                tasks += [replace(task, window=window) for window in both]
        return done

    def _decode(
        self, tasks: list[_Task], requests: Sequence[ChannelRequest], encoded: _Encoded
    ) -> list[tuple[_Task, Heard]]:
        """Decode all windows in batches of one language and padded length, longest first."""
        groups: dict[tuple[str, int, bool], list[_Task]] = {}
        for task in tasks:
            frames = self._decoder.padded_frames(task.window.duration_s)
            before = (task.request, task.window) in encoded
            groups.setdefault((task.language, frames, before), []).append(task)
        done: list[tuple[_Task, Heard]] = []
        for (language, frames, before), group in sorted(groups.items(), reverse=True):

            def run(
                batch: Sequence[_Task],
                language: str = language,
                frames: int = frames,
                before: bool = before,
            ) -> list[Heard]:
                sounds = [t.window.cut(requests[t.request].samples) for t in batch]
                known = encoded.take((t.request, t.window) for t in batch) if before else ()
                prompt = self._prompt(language)
                return self._decoder.decode(sounds, language, frames, prompt, known)

            done.extend(self._batches.run(group, run))
            encoded.drop((task.request, task.window) for task in group)
        return done

    def _is_silent(self, heard: Heard) -> bool:
        doubted = heard.no_speech_probability
        unsure = heard.mean_log_probability < -1.0
        return doubted > self.options.no_speech_certain or (
            unsure and doubted > self.options.no_speech_probability
        )

    def _prompt(self, language: str) -> Prompt:
        names = self.options.hotwords.hotwords(language) if self.options.hotwords else None
        return Prompt(names, self.options.prompts.get(language))

    def _languages(
        self,
        requests: Sequence[ChannelRequest],
        planned: list[list[Window]],
        encoded: _Encoded,
    ) -> list[SpokenLanguage]:
        """Return the language of every request: given, or detected once."""
        first = self.options.languages[0]
        chosen: list[list[Window]] = [
            self._telling(windows)
            if request.language is None and len(self.options.languages) > 1
            else []
            for request, windows in zip(requests, planned, strict=True)
        ]
        heard = self._heard_languages(requests, chosen, encoded)
        found: list[SpokenLanguage] = []
        for index, request in enumerate(requests):
            if request.language is not None:
                found.append(SpokenLanguage(request.language, request.language, 1.0))
            elif len(self.options.languages) == 1:
                found.append(SpokenLanguage(first, first, 1.0))
            elif not chosen[index]:
                found.append(SpokenLanguage(first, first, 0.0))
            else:
                likely = [(w.speech_s, heard[index, w]) for w in chosen[index]]
                knows_several = any(probabilities for _, probabilities in likely)
                found.append(
                    spoken_language(likely, self.options.languages)
                    if knows_several
                    else SpokenLanguage(first, first, 1.0)
                )
        return found

    def _telling(self, windows: list[Window]) -> list[Window]:
        """Return the first windows, as many as the language is judged by."""
        chosen: list[Window] = []
        for window in windows:
            chosen.append(window)
            if sum(w.speech_s for w in chosen) >= self.options.detect_s:
                break
        return chosen

    def _heard_languages(
        self,
        requests: Sequence[ChannelRequest],
        chosen: list[list[Window]],
        encoded: _Encoded,
    ) -> dict[tuple[int, Window], dict[str, float]]:
        """Return the language probabilities of windows of all requests, by request and window."""
        groups: dict[int, list[tuple[int, Window]]] = {}
        for index, windows in enumerate(chosen):
            for window in windows:
                sound = window.cut(requests[index].samples)
                frames = self._decoder.padded_frames(len(sound) / SAMPLE_RATE_HZ)
                groups.setdefault(frames, []).append((index, window))
        heard: dict[tuple[int, Window], dict[str, float]] = {}
        for frames, group in sorted(groups.items(), reverse=True):

            def run(
                batch: Sequence[tuple[int, Window]], frames: int = frames
            ) -> list[dict[str, float]]:
                sounds = [window.cut(requests[index].samples) for index, window in batch]
                found = self._decoder.languages(sounds, frames, keep=not encoded.full)
                for key, languages in zip(batch, found, strict=True):
                    if languages.encoded is not None:
                        encoded.keep(key, languages.encoded)
                return [languages.likely for languages in found]

            heard.update(self._detections.run(group, run))
        return heard


def _doubts(windows: Sequence[tuple[float, Heard]]) -> dict[str, float]:
    """Return the model's own doubts about a channel, its windows weighted by their speech."""
    speech_s = sum(weight for weight, _ in windows)
    if speech_s <= 0.0:
        return {}
    likely = sum(weight * heard.mean_log_probability for weight, heard in windows) / speech_s
    silent = sum(weight * heard.no_speech_probability for weight, heard in windows) / speech_s
    return {
        "mean_log_probability": round(min(0.0, likely), 4),
        "no_speech_probability": round(min(1.0, max(0.0, silent)), 4),
    }
