"""The models of a profile, each loaded when it is first needed and kept for the run."""

from functools import cached_property

from qa_pipeline.conversation import TrustThresholds
from qa_pipeline.errors import UsageError
from qa_pipeline.language.meaning import Meanings
from qa_pipeline.language_model import LanguageModel
from qa_pipeline.measures import ToneModel, TransformersTone
from qa_pipeline.model_registry import Device, Profile, choose_device, local_folder
from qa_pipeline.pipeline.language_model import language_model_of
from qa_pipeline.pipeline.meaning import meanings_of
from qa_pipeline.repeatable import order_loaded_sums
from qa_pipeline.settings import Settings
from qa_pipeline.speakers import (
    Diarizer,
    PyannoteDiarizer,
    ResegmentingDiarizer,
    VoiceBook,
    VoiceReader,
)
from qa_pipeline.transcribe import (
    FasterWhisperEngine,
    FinishedTranscription,
    FunAsrEngine,
    TranscriptionEngine,
    Vocabulary,
    Writing,
)

_WINDOWS_AT_ONCE = {"cpu": 8, "cuda": 16}


class Parts:
    """The engine, the diarizer and the tone model that a profile names.

    A run over calls that are all known already loads none of them.
    """

    def __init__(self, profile: Profile, settings: Settings, brands: tuple[str, ...] = ()) -> None:
        order_loaded_sums()
        self.profile = profile
        self.brands = brands
        self._settings = settings

    @cached_property
    def device(self) -> Device:
        """The device and precision that all models run on."""
        return choose_device(self._settings.device, self.profile.transcription.options)

    @cached_property
    def engine(self) -> TranscriptionEngine:
        """The speech recogniser."""
        vocabulary = Vocabulary(self._settings.vocabulary)
        writing = Writing(self._settings.mandarin, self._settings.punctuation)
        return FinishedTranscription(self._recogniser(vocabulary), vocabulary, writing)

    def _recogniser(self, vocabulary: Vocabulary) -> TranscriptionEngine:
        """Load the engine of the kind that the profile names."""
        model = self.profile.transcription
        folder, options = local_folder(self.profile, "transcription"), model.options
        if model.kind == "funasr":
            return FunAsrEngine.from_folder(
                folder,
                device=self.device.name,
                hotwords=tuple(term.text for term in vocabulary.terms),
                window_s=options.window_s,
                batch_size=self.windows_at_once,
                languages=self.languages,
                no_speech_certain=options.no_speech_certain,
            )
        return FasterWhisperEngine(
            folder,
            device=self.device.name,
            compute_type=self.device.compute_type,
            window_s=options.window_s,
            batch_size=self.windows_at_once,
            pad_to_window=options.pad_to_window,
            beam_size=options.beam_size,
            languages=self.languages,
            no_speech_certain=options.no_speech_certain,
            hotwords=vocabulary if options.takes_prompt else None,
            prompts=options.prompts if options.takes_prompt else {},
        )

    @property
    def windows_at_once(self) -> int:
        """How many windows the recogniser hears at once, where memory is not short."""
        given = self._settings.batch_size
        return given if given is not None else _WINDOWS_AT_ONCE[self.device.kind]

    @cached_property
    def diarizer(self) -> Diarizer:
        """Tells speakers apart where channels do not."""
        if self.profile.diarization.options.resegment:
            return ResegmentingDiarizer(self._pyannote)
        return self._pyannote

    @cached_property
    def _pyannote(self) -> PyannoteDiarizer:
        return PyannoteDiarizer(
            local_folder(self.profile, "diarization"),
            device=self.device.name,
            num_speakers=self._settings.speakers,
        )

    @cached_property
    def voice_reader(self) -> VoiceReader:
        """Tells voices of different calls apart."""
        return self._pyannote

    @cached_property
    def voice_book(self) -> VoiceBook | None:
        """Agents' voices from earlier calls, where the centre wants them remembered."""
        if not self._settings.known_voices:
            return None
        return VoiceBook(self._settings.voices_dir, self.voice_reader.version)

    @cached_property
    def tone_model(self) -> ToneModel:
        """Names the tone of what is said."""
        return TransformersTone(local_folder(self.profile, "tone"), device=self.device.name)

    @cached_property
    def meanings(self) -> Meanings:
        """Compares meanings, where scorecards ask for it and a model for it is there."""
        return meanings_of(self.profile, self.device.name)

    @cached_property
    def language_model(self) -> LanguageModel:
        """Answers what scorecards ask and no rule can tell, where the settings name a model."""
        return language_model_of(self.profile, self._settings.judge, self.device.name)

    @property
    def thresholds(self) -> TrustThresholds:
        """Limits of the trust gate, as far as the profile sets them."""
        return TrustThresholds.model_validate(self.profile.trust)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that calls are expected in and that the models understand."""
        understood = self.profile.transcription.options.languages
        wanted = tuple(name for name in self._settings.languages if name in understood)
        if not wanted:
            raise UsageError(
                f"none of the languages {', '.join(self._settings.languages)} is understood by "
                f"profile {self.profile.name}, which knows {', '.join(understood)}"
            )
        return wanted
