"""Configuration, read once at the edges: command line, then QA_* variables, then qa.toml."""

import difflib
import os
import re
from collections.abc import Collection
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from qa_pipeline.errors import UsageError
from qa_pipeline.records import SensitiveKind
from qa_pipeline.settings_file import line_of, read_settings_file, written_at

_IDENTIFYING: tuple[SensitiveKind, ...] = ("phone", "id", "card", "account", "email")
_PREFIX = "QA_"
_WITHIN = "__"

WorkerDevice = Annotated[str, StringConstraints(pattern=r"^(cpu|cuda(:\d+)?)$")]
"""What one worker process runs on."""


class RedactionSettings(BaseModel):
    """What is taken out, and where: a list of kinds a place. Scoring sees what was said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stored_text: tuple[SensitiveKind, ...] = _IDENTIFYING
    """Out of the bundles and the store, and so out of everything that is made of them."""
    exports: tuple[SensitiveKind, ...] = _IDENTIFYING
    """Out of exported transcripts, whatever is stored."""
    reports: tuple[SensitiveKind, ...] = _IDENTIFYING
    """Out of the quotes in reports, whatever is stored."""
    audio: tuple[SensitiveKind, ...] = _IDENTIFYING
    """Out of the sound of exported calls."""
    audio_fill: Literal["tone", "silence"] = "tone"
    """What is heard instead."""
    audio_margin_s: float = Field(default=0.12, ge=0.0, le=2.0)
    """Seconds more at both ends, since word times are not exact."""
    audio_channels: Literal["speaker", "all"] = "speaker"
    """In stereo: only the channel of who speaks, or all, where channels leak into each other."""


class JudgeSettings(BaseModel):
    """A language model for the questions that scorecards ask (``question``); off by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    use: Literal["off", "endpoint", "profile"] = "off"
    """``endpoint``: a server of the centre's own; ``profile``: the profile's model, run here."""
    endpoint: str | None = None
    """Address of the server, such as ``http://127.0.0.1:8000/v1``. A key for it is read from the
    environment alone: ``QA_JUDGE_API_KEY``."""
    model: str | None = None
    """What the server calls the model."""
    timeout_s: float = Field(default=60.0, gt=0.0, le=3600.0)
    """Seconds that an answer may take."""
    parallel: int = Field(default=4, ge=1, le=64)
    """Questions about a call that are asked at once."""

    @model_validator(mode="after")
    def _endpoint_is_named(self) -> Self:
        if self.use == "endpoint" and not (self.endpoint and self.model):
            raise ValueError('use = "endpoint" needs endpoint and model')
        return self


class Settings(BaseSettings):
    """Every setting with its default. ``docs/configuration.md`` explains them to users."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter=_WITHIN,
        extra="forbid",
        frozen=True,
    )

    data_dir: Path = Path("qa_data")
    """Folder for the store, the bundles and the reports."""
    store: Path | None = None
    """The DuckDB file; ``<data_dir>/calls.duckdb`` when not given."""
    profile: str = "bundled"
    """Which models to use: a file name in ``models/`` without ``.toml``."""
    scorecard: str = "inbound-service"
    """A scorecard's name in ``scorecards/``, or the path of a YAML file."""
    device: Annotated[str, StringConstraints(pattern=r"^(auto|cpu|cuda(:\d+)?)$")] = "auto"
    """``auto``, ``cpu``, ``cuda`` or a certain GPU, such as ``cuda:1``."""
    workers: tuple[WorkerDevice, ...] = ()
    """Processes that share the calls of a run, each on the device that is named for it; empty:
    one process on ``device``."""
    languages: tuple[str, ...] = ("en", "zh")
    """Languages that callers speak here."""
    vocabulary: tuple[str, ...] = ()
    """Brands, products and staff as they should be written, in English and Mandarin."""
    mandarin: Literal["simplified", "traditional"] = "simplified"
    punctuation: Literal["as_heard", "by_pauses", "none"] = "by_pauses"
    speakers: int | None = Field(default=2, ge=1)
    """Speakers expected on a mono recording; ``None`` lets the diarizer decide."""
    known_voices: bool = False
    """Remember agents' voices from call to call, as evidence of who is the agent."""
    file_name_pattern: str | None = None
    """Regular expression with named groups that reads metadata from file names."""
    timezone: str | None = None
    """Zone of times in metadata that name none, such as ``Asia/Shanghai``; ``None``: that of this
    machine."""
    batch_calls: int = Field(default=8, ge=1)
    """Calls that go through the models together."""
    batch_size: int | None = Field(default=None, ge=1, le=512)
    """Windows of sound that the recogniser hears at once; ``None``: 8 on a CPU, 16 on a GPU. Where
    memory is short, fewer are heard at once by themselves."""
    report_language: Literal["en", "zh"] = "en"
    """In which report pages and workbooks are written; what was said stays as it was said."""
    golden_limit_pct: float = Field(default=90.0, ge=0.0, le=100.0)
    """Agreement with people, in per cent, that a check of the golden set must reach."""

    redaction: RedactionSettings = RedactionSettings()
    """What is redacted where."""
    judge: JudgeSettings = JudgeSettings()
    """Who answers what no rule can."""

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str | None) -> str | None:
        if name is not None:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError(f"there is no time zone {name!r}: write Asia/Shanghai") from error
        return name

    @property
    def zone(self) -> tzinfo | None:
        """Zone of times in metadata that name none; ``None``: that of this machine."""
        return ZoneInfo(self.timezone) if self.timezone is not None else None

    @property
    def store_path(self) -> Path:
        """The DuckDB file."""
        return self.store or self.data_dir / "calls.duckdb"

    @property
    def bundles_dir(self) -> Path:
        """Folder of one Parquet file a processed call."""
        return self.data_dir / "bundles"

    @property
    def voices_dir(self) -> Path:
        """Folder of agents' voices, where they are remembered."""
        return self.data_dir / "voices"

    @property
    def reports_dir(self) -> Path:
        """Folder of rendered reports."""
        return self.data_dir / "reports"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line first, then the environment, then ``qa.toml``."""
        return init_settings, env_settings, InitSettingsSource(settings_cls, read_settings_file())


def read_settings(**given: object) -> Settings:
    """Read the settings; arguments that are ``None`` count as not given.

    Raises :class:`UsageError` naming each wrong setting and where it is written.
    """
    wanted = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**wanted)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = (_problem(item, wanted) for item in error.errors())
        raise UsageError("; ".join(problems)) from error
    except SettingsError as error:
        raise UsageError(_no_json(str(error))) from error


def _problem(item: ErrorDetails, given: Collection[str]) -> str:
    """Say where a setting is written that cannot be used, and what is wrong with it."""
    where = _written(item["loc"], given)
    name = ".".join(map(str, item["loc"]))
    if item["type"] != "extra_forbidden":
        return f"{where} {name}: {item['msg'].removeprefix('Value error, ')}"
    *table, last = map(str, item["loc"])
    known = type(Settings.model_fields[table[0]].default) if table else Settings
    near = difflib.get_close_matches(last, known.model_fields, n=1)
    if not near:
        return f"{where} unknown setting {name!r}; docs/configuration.md lists the settings"
    meant = ".".join((*table, near[0]))
    return f"{where} unknown setting {name!r}, did you mean {meant!r}?"


def _written(location: tuple[int | str, ...], given: Collection[str]) -> str:
    """Return where a setting comes from, of the places in the order in which they count."""
    if location[0] in given:
        return "command line:"
    present = {name.upper() for name in os.environ}
    names = [str(part) for part in location if isinstance(part, str)]
    for length in range(len(names), 0, -1):
        variable = (_PREFIX + _WITHIN.join(names[:length])).upper()
        if variable in present:
            return f"{variable}:"
    line = line_of(location)
    return "configuration (QA_* variables or qa.toml):" if line is None else written_at(line)


def _no_json(said: str) -> str:
    """Say which variable holds a list or table that is not written as JSON."""
    field = re.search(r'field "(\w+)"', said)
    wanted = _PREFIX + (field[1].upper() if field else "")
    names = sorted(name for name in os.environ if name.upper().startswith(wanted))
    return (
        f"{' or '.join(names) or 'a QA_* variable'}: not JSON. A list is written with brackets and "
        'double quotes, such as \'["en", "zh"]\'; see docs/configuration.md'
    )
