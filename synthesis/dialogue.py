"""Written calls: who says what, with which voice, over which line. Read from YAML.

No sound here; ``synthesis.render`` speaks a dialogue.
"""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from synthesis.espeak import Voice

Speaker = Literal["agent", "customer"]
Layout = Literal["stereo", "mono", "dual_mono"]
FileFormat = Literal["ulaw_wav", "pcm_wav", "mp3"]
SPEAKERS: tuple[Speaker, Speaker] = ("agent", "customer")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Part):
    """One thing somebody says."""

    role: Speaker
    text: str = Field(min_length=1)
    pause_s: float | None = Field(default=None, ge=0)
    """Silence before the line; ``None`` lets the renderer draw a natural one."""
    overlap_s: float = Field(default=0.0, ge=0)
    """How long before the end of the previous line this one begins."""
    faster: float = Field(default=1.0, gt=0)
    livelier: float = Field(default=1.0, gt=0)
    louder_db: float = 0.0


class Gap(_Part):
    """A stretch in which nobody speaks."""

    sound: Literal["music", "silence", "beep", "busy"]
    seconds: float = Field(gt=0)


class VoiceSpec(_Part):
    """A speaker; the fields are those of ``synthesis.espeak.Voice``."""

    name: str
    rate_wpm: int = 160
    pitch: int = Field(default=50, ge=0, le=99)
    pitch_range: int = Field(default=50, ge=0, le=99)

    def voice(self) -> Voice:
        """Return the espeak-ng voice."""
        return Voice(self.name, self.rate_wpm, self.pitch, self.pitch_range)


class Noise(_Part):
    """Background noise on one side of the call."""

    kind: Literal["white", "pink", "hum", "office", "babble_like"]
    snr_db: float


class TelephoneLine(_Part):
    """How the call was carried and recorded."""

    layout: Layout = "stereo"
    agent_channel: Literal[0, 1] = 0
    """On which channel of a stereo recording the agent is."""
    band: bool = True
    mu_law: bool = False
    """Companding on the way; a file in ``ulaw_wav`` has it anyway."""
    reverb_s: dict[Speaker, float] = {}
    level_dbfs: dict[Speaker, float] = {"agent": -21.0, "customer": -23.0}
    """Level of the speech of each side, root mean square while it speaks."""
    noise: dict[Speaker, Noise] = {}
    crosstalk_db: float | None = None
    """Level at which each side is heard on the other's channel, such as -40."""
    format: FileFormat = "ulaw_wav"
    bit_rate_kbps: int = 48
    """For MP3."""
    sample_rate_hz: Literal[8000, 16000] = 8000


class Ring(_Part):
    """The ringing tone at the start."""

    style: Literal["zh", "uk", "us"]
    seconds: float = Field(gt=0)


class Expected(_Part):
    """A verdict that a careful QA specialist gives, and why."""

    verdict: Literal["met", "partly_met", "not_met", "not_applicable", "unscored"]
    why: str = Field(min_length=1)


class Dialogue(_Part):
    """A whole call in writing."""

    call_id: str
    title: str
    language: Literal["en", "zh"]
    metadata: dict[str, Any] = {}
    """Fields of ``qa_pipeline.records.CallMetadata`` beyond call id and language."""
    voices: dict[Speaker, VoiceSpec]
    line: TelephoneLine = TelephoneLine()
    ring: Ring | None = None
    lines: tuple[Line | Gap, ...]
    verdicts: dict[str, Expected] = {}
    """Only the criteria that are not plainly met; ``make.py`` fills in the rest."""

    @model_validator(mode="after")
    def _speakable(self) -> "Dialogue":
        missing = [role for role in SPEAKERS if role not in self.voices]
        if missing:
            raise ValueError(f"no voice for {', '.join(missing)}")
        for part in self.lines:
            if isinstance(part, Line):
                _check_spelling(self.language, part.text)
        return self


def _check_spelling(language: str, text: str) -> None:
    """Refuse texts that would not be spoken as they are written."""
    if any(c.isdigit() for c in text):
        raise ValueError(f"write digits as words: {text!r}")
    if language == "en" and not text.isascii():
        raise ValueError(f"English texts are ASCII: {text!r}")
    if language == "zh" and any(c.isascii() and c.isalpha() for c in text):
        raise ValueError(f"Mandarin texts have no Latin letters: {text!r}")


def _part(raw: dict[str, Any]) -> Line | Gap:
    """Read one entry of ``lines``: ``agent: text`` or ``customer: text`` or ``hold: sound``."""
    rest = dict(raw)
    if "hold" in rest:
        return Gap(sound=rest.pop("hold"), **rest)
    spoken = [role for role in SPEAKERS if role in rest]
    if len(spoken) != 1:
        raise ValueError(f"a line needs exactly one of agent, customer, hold: {raw!r}")
    return Line(role=spoken[0], text=rest.pop(spoken[0]), **rest)


def load_dialogue(path: Path) -> Dialogue:
    """Read a dialogue. Raises ``ValueError`` naming the file where it cannot be used."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        return Dialogue(**{**raw, "lines": tuple(_part(entry) for entry in raw["lines"])})
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path.name} is not a dialogue: {error}; correct the file") from error
