"""Mandarin-native models through FunASR behind the engine protocol: Paraformer and SenseVoice.

As with Whisper, windows of all requests are planned here and handed to the model in batches across
calls. FunASR's own voice activity, punctuation and speaker models are not used: regions come with
the request, marks and speakers are other stages' work.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self, TypedDict, Unpack

from qa_pipeline.errors import ModelError
from qa_pipeline.records import Samples, Transcript, Word
from qa_pipeline.transcribe.batching import FittingBatches
from qa_pipeline.transcribe.engine import ChannelRequest
from qa_pipeline.transcribe.funasr_model import FunAsrModel, padded_samples
from qa_pipeline.transcribe.funasr_results import Recognised, pieces
from qa_pipeline.transcribe.guards import GuardReport
from qa_pipeline.transcribe.kept import kept_words
from qa_pipeline.transcribe.languages import SpokenLanguage, spoken_language
from qa_pipeline.transcribe.windows import Window, plan_windows


class SpeechModel(Protocol):
    """What the engine asks of a model."""

    @property
    def tells_language(self) -> bool:
        """Whether the model says in which language a window is spoken."""

    def recognise(self, sounds: Sequence[Samples], language: str | None) -> list[Recognised]:
        """Transcribe a batch; ``language`` ``None``: the model finds out for each window."""


@dataclass(frozen=True)
class FunAsrOptions:
    """How a FunASR model is run; a model's manifest says what suits it."""

    window_s: float = 30.0
    """Longest stretch given to the model at once."""
    batch_size: int = 8
    languages: tuple[str, ...] = ("zh",)
    """Languages that words may be written in, ISO 639-1."""
    detect_s: float = 60.0
    """Speech of a channel that its language is judged by."""
    no_speech_certain: float = 1.0
    """The probability from which a model's own word that nothing was said is enough."""

    def __post_init__(self) -> None:
        if not 1.0 <= self.window_s <= 60.0:
            raise ModelError(f"window_s is {self.window_s}, must be from 1 to 60 seconds")
        if self.batch_size < 1 or not self.languages:
            raise ModelError("batch_size must be at least 1, languages not empty")


class _OptionValues(TypedDict, total=False):
    """The fields of ``FunAsrOptions`` as arguments."""

    window_s: float
    batch_size: int
    languages: tuple[str, ...]
    detect_s: float
    no_speech_certain: float


@dataclass(frozen=True)
class _Task:
    """One window on its way through a batch."""

    request: int
    window: Window


class FunAsrEngine:
    """A FunASR model as a transcription engine.

    Results do not depend on which windows share a batch: windows are padded to whole seconds and
    only windows of one padded length are batched together. (FunASR lets the padding of a batch
    be felt at the end of its shorter windows.)
    """

    def __init__(
        self,
        model: SpeechModel,
        *,
        name: str,
        version: str = "",
        **options: Unpack[_OptionValues],
    ) -> None:
        """Run a loaded model. ``options`` are those of ``FunAsrOptions``.

        Raises ``ModelError`` for several languages with a model that cannot tell them apart.
        """
        self.options = FunAsrOptions(**options)
        if len(self.options.languages) > 1 and not model.tells_language:
            raise ModelError(
                f"{name} cannot tell languages apart; name one of "
                f"{', '.join(self.options.languages)} in its manifest, or use SenseVoice"
            )
        self._model = model
        self._name = name
        self._version = version
        self._batches = FittingBatches(self.options.batch_size)

    @classmethod
    def from_folder(
        cls,
        model_dir: Path,
        device: str = "cpu",
        hotwords: Sequence[str] = (),
        **options: Unpack[_OptionValues],
    ) -> Self:
        """Load a model from a folder; nothing is ever downloaded. See ``FunAsrModel``."""
        return cls(
            FunAsrModel(model_dir, device, hotwords=hotwords), name=model_dir.name, **options
        )

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
        tasks = [_Task(index, w) for index, windows in enumerate(planned) for w in windows]
        languages = [self._given(request) for request in requests]
        heard = {
            task: recognised
            for language in sorted(set(languages), key=str)
            for task, recognised in self._recognise(
                [task for task in tasks if languages[task.request] == language], language, requests
            )
        }
        decided = [
            SpokenLanguage(language, language, 1.0)
            if language is not None
            else self._decide([(w, heard[_Task(index, w)]) for w in windows])
            for index, (language, windows) in enumerate(zip(languages, planned, strict=True))
        ]
        # A call never switches language because of one window: such a window is heard again.
        for language in self.options.languages:
            again = [
                task
                for task in tasks
                if languages[task.request] is None
                and decided[task.request].written == language
                and self._likeliest(heard[task]) != language
            ]
            heard.update(self._recognise(again, language, requests))
        return [
            self._transcript(
                request, language, [(w, heard[_Task(index, w)]) for w in planned[index]]
            )
            for index, (request, language) in enumerate(zip(requests, decided, strict=True))
        ]

    def _given(self, request: ChannelRequest) -> str | None:
        """Return the language if it is known without listening."""
        known = self.options.languages
        if request.language is not None and request.language not in known:
            raise ModelError(
                f"language {request.language!r}: {self._name} is run for {', '.join(known)}"
            )
        return known[0] if len(known) == 1 else request.language

    def _recognise(
        self, tasks: list[_Task], language: str | None, requests: Sequence[ChannelRequest]
    ) -> list[tuple[_Task, Recognised]]:
        """Transcribe windows in batches of one padded length, longest first."""

        def run(batch: Sequence[_Task]) -> list[Recognised]:
            sounds = [task.window.cut(requests[task.request].samples) for task in batch]
            return self._model.recognise(sounds, language)

        groups: dict[int, list[_Task]] = {}
        for task in tasks:
            sound = task.window.cut(requests[task.request].samples)
            groups.setdefault(padded_samples(len(sound)), []).append(task)
        done: list[tuple[_Task, Recognised]] = []
        for _, group in sorted(groups.items(), reverse=True):
            done.extend(self._batches.run(group, run))
        return done

    def _decide(self, windows: Sequence[tuple[Window, Recognised]]) -> SpokenLanguage:
        """Judge by the model's language probabilities of the first windows."""
        heard: list[tuple[float, dict[str, float]]] = []
        for window, recognised in windows:
            heard.append((window.speech_s, _spoken(recognised)))
            if sum(speech_s for speech_s, _ in heard) >= self.options.detect_s:
                break
        return spoken_language(heard, self.options.languages)

    def _likeliest(self, recognised: Recognised) -> str | None:
        """Return the language that a window was taken for; ``None``: one not listened for."""
        spoken = _spoken(recognised)
        best = max(spoken, key=lambda language: spoken[language], default=None)
        return best if best in self.options.languages else None

    def _transcript(
        self,
        request: ChannelRequest,
        language: SpokenLanguage,
        windows: Sequence[tuple[Window, Recognised]],
    ) -> tuple[Transcript, GuardReport]:
        report = GuardReport()
        words: list[Word] = []
        for window, recognised in windows:
            kept, taken = self._words(window, recognised, request.channel, language.written)
            words.extend(kept)
            report += taken
        transcript = Transcript(
            channel=request.channel,
            language=language.heard,
            language_probability=language.probability,
            words=tuple(words),
            speech_s=round(sum(r.end_s - r.start_s for r in request.regions), 3),
            removed_words=report.removed_words,
            mean_log_probability=_by_speech(
                [(window.speech_s, r.mean_log_probability) for window, r in windows]
            ),
            no_speech_probability=_by_speech(
                [(window.speech_s, r.no_speech_probability) for window, r in windows]
            ),
        )
        return transcript, report

    def _words(
        self, window: Window, recognised: Recognised, channel: int, language: str
    ) -> tuple[list[Word], GuardReport]:
        silent = recognised.no_speech_probability or 0.0
        if silent > self.options.no_speech_certain:
            return [], GuardReport(silent_windows=1)
        timed = pieces(recognised, window.duration_s)
        return kept_words(timed, window, channel, language, silent)


def _by_speech(values: Sequence[tuple[float, float | None]]) -> float | None:
    """Return the mean of what is known, weighted by seconds of speech."""
    known = [(weight, value) for weight, value in values if value is not None and weight > 0.0]
    if not known:
        return None
    return round(
        sum(weight * value for weight, value in known) / sum(weight for weight, _ in known), 4
    )


def _spoken(recognised: Recognised) -> dict[str, float]:
    """Return how likely each language is, where somebody speaks."""
    return {k: p for k, p in recognised.languages.items() if k != "nospeech"}
