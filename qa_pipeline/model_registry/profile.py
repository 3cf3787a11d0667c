"""What a profile says: which models, from where, under which licence, with which options."""

import difflib
import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveFloat, PositiveInt, ValidationError, model_validator

from qa_pipeline.errors import UsageError
from qa_pipeline.records.base import Record

Purpose = Literal["transcription", "diarization", "tone", "meaning", "judge"]
PURPOSES: tuple[Purpose, ...] = ("transcription", "diarization", "tone")
"""What every profile has a model for; models for ``meaning`` and ``judge`` are optional."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Revision = Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")]


class ModelFile(Record):
    """One file of a model. ``path`` is relative to the model's folder, with forward slashes."""

    path: str = Field(min_length=1)
    size: PositiveInt | None = None
    """Bytes; ``None``: not known yet."""
    sha256: Sha256 | None = None
    """``None``: not pinned yet; ``models pull --pin`` fills it in."""

    @model_validator(mode="after")
    def _stays_inside(self) -> Self:
        parts = self.path.split("/")
        if Path(self.path).is_absolute() or ".." in parts or "\\" in self.path:
            raise ValueError(f"{self.path!r} leaves the model's folder")
        return self


class Model(Record):
    """One model: bundled (``folder``) or from a hub (``repo`` at ``revision``), and its files."""

    kind: str
    name: str
    """As results name it."""
    licence: str
    folder: str | None = None
    """Relative to the folder of the manifests."""
    repo: str | None = Field(default=None, pattern=r"^[\w.-]+/[\w.-]+$")
    revision: Revision | None = None
    gated: bool = False
    """Whether the hub asks for an account and consent to conditions first."""
    files: tuple[ModelFile, ...] = ()

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.folder is None) == (self.repo is None):
            raise ValueError("give either folder (bundled) or repo (on a hub)")
        if self.folder is not None and self.revision is not None:
            raise ValueError("a bundled model has no revision")
        return self

    @property
    def pinned(self) -> bool:
        """Whether the manifest says exactly which bytes this model is made of."""
        known = bool(self.files) and all(file.sha256 is not None for file in self.files)
        return known and (self.repo is None or self.revision is not None)


class TranscriptionOptions(Record):
    """How the recogniser is run."""

    languages: tuple[str, ...]
    """ISO 639-1 codes that the model understands."""
    folders: dict[str, str] = Field(default_factory=dict)
    """Language to sub-folder where there is a model for each; empty: one model for all."""
    window_s: PositiveFloat = 30.0
    """Longest stretch given to the model at once."""
    pad_to_window: bool = True
    """Whether shorter stretches must be padded to 30 s, as Whisper was trained."""
    beam_size: PositiveInt = 5
    no_speech_certain: float = Field(default=1.0, ge=0, le=1)
    """No-speech probability from which a window is dropped, whatever was written for it."""
    takes_prompt: bool = True
    """Whether the model was trained to be told names and style before it listens."""
    prompts: dict[str, str] = Field(default_factory=dict)
    """Language to a sentence in the style that transcripts should have."""
    compute_type_cpu: str = "int8"
    compute_type_cuda: str = "float16"


class DiarizationOptions(Record):
    """How the diarizer is run."""

    resegment: bool = False
    """Whether speakers are told apart once more by models of just the voices of the call."""


class ToneOptions(Record):
    """How the tone model is run."""

    languages: tuple[str, ...]


class TranscriptionModel(Model):
    """A speech recogniser."""

    kind: Literal["faster-whisper", "funasr"]
    options: TranscriptionOptions


class DiarizationModel(Model):
    """A speaker diarization pipeline."""

    kind: Literal["pyannote"]
    options: DiarizationOptions = DiarizationOptions()


class ToneClassifier(Model):
    """A text classifier with the labels positive, neutral and negative."""

    kind: Literal["transformers-text-classification"]
    options: ToneOptions


class MeaningOptions(Record):
    """How the sentence encoder is used."""

    languages: tuple[str, ...]
    similarity: float = Field(default=60.0, ge=20, le=99)
    """How alike two texts of one meaning are to it: cosine times 100."""


class SentenceEncoderModel(Model):
    """A sentence encoder, for what scorecards look for by meaning."""

    kind: Literal["transformers-sentence-encoder"]
    options: MeaningOptions


class JudgeModel(Model):
    """A language model, for the questions of scorecards that no rule can answer."""

    kind: Literal["transformers-text-generation"]


class Profile(Record):
    """A set of models that are used together; one manifest file."""

    name: str
    description: str
    disclaimer: str = ""
    """What users must know before they rely on results; empty when nothing special."""
    transcription: TranscriptionModel
    diarization: DiarizationModel
    tone: ToneClassifier
    meaning: SentenceEncoderModel | None = None
    judge: JudgeModel | None = None
    trust: dict[str, float] = Field(default_factory=dict)
    """Limits of the trust gate that suit these models, by the gate's own names."""
    manifest: Path
    """The file that this was read from."""
    cache_dir: Path
    """Where pulled models lie."""

    @property
    def purposes(self) -> tuple[Purpose, ...]:
        """What the profile has a model for."""
        more: tuple[Purpose, ...] = ("meaning", "judge")
        return (*PURPOSES, *(name for name in more if getattr(self, name) is not None))

    def model(self, purpose: Purpose) -> Model:
        """Return the model for a purpose, one of ``purposes``."""
        models: dict[Purpose, Model] = {
            "transcription": self.transcription,
            "diarization": self.diarization,
            "tone": self.tone,
        }
        if self.meaning is not None:
            models["meaning"] = self.meaning
        if self.judge is not None:
            models["judge"] = self.judge
        return models[purpose]


def default_cache_dir() -> Path:
    """Return where pulled models lie unless told otherwise: the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "qa-pipeline" / "models"


def profile_names(models_dir: Path) -> list[str]:
    """Return the names of all profiles that have a manifest, sorted."""
    return sorted(path.stem for path in models_dir.glob("*.toml"))


def load_profile(name: str, models_dir: Path, cache_dir: Path | None = None) -> Profile:
    """Read the manifest of a profile.

    Raises ``UsageError`` for an unknown name, naming the known ones, and for a manifest that
    cannot be used, naming the file and the line or field.
    """
    known = profile_names(models_dir)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        guess = f"; did you mean {near[0]!r}?" if near else ""
        listed = ", ".join(known) if known else "none"
        raise UsageError(f"there is no profile {name!r}; known are: {listed}{guess}")
    path = models_dir / f"{name}.toml"
    try:
        manifest = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    head = manifest.pop("profile", {})
    try:
        profile = Profile.model_validate(
            {
                **manifest,
                **head,
                "manifest": path,
                "cache_dir": cache_dir or default_cache_dir(),
            }
        )
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            for item in error.errors()
        )
        raise UsageError(f"{path}: {problems}") from error
    if profile.name != name:
        raise UsageError(f"{path}: profile.name is {profile.name!r}; it must be the file's name")
    return profile
