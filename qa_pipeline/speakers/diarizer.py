"""Turns where all speakers share one channel: the pyannote.audio adapter."""

import hashlib
import io
import warnings
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from qa_pipeline.device_faults import FittingSize, not_loaded, with_room
from qa_pipeline.errors import ModelError
from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Row, Samples, Turn
from qa_pipeline.speakers.groups import are_two_voices, turn_voices
from qa_pipeline.speakers.rate import at_rate
from qa_pipeline.speakers.relabel import only_within, without
from qa_pipeline.speakers.voices import SHORTEST_S, Voice, spoken_in

_GAP_S = 0.25
_BLIP_S = 0.1
_CONFIG = "config.yaml"
_BLOCK_S = 1800.0
_SAME_VOICE = 0.5
"""Cosine distance up to which a voice of one block is that of an earlier one."""
_LEAST_OF_FURTHER_S = 4.0
_READ_BEFORE = 512
"""Voices that are remembered: several questions about a call are asked of the same turns."""
_VOICES = "+voices-2"
"""How voices are read; 2: at the rate of the model. Those of another one cannot be compared."""

Span = tuple[float, float, str]
"""Start and end in seconds, and who."""


class Diarizer(Protocol):
    """Something that hears who speaks when on one channel."""

    @property
    def name(self) -> str:
        """What it is called in results, such as ``pyannote``."""
        ...

    @property
    def version(self) -> str:
        """What changes when its results may change."""
        ...

    def diarize(self, samples: Row, within: Sequence[Region] | None = None) -> tuple[Turn, ...]:
        """Return turns of ``speaker-0``, ``speaker-1``, ... in time order.

        Args:
            samples: One channel at 16 kHz.
            within: Where somebody may speak; the rest is taken for silence. ``None``: anywhere.
        """
        ...


class PyannoteDiarizer:
    """A pyannote.audio pipeline from a local folder, loaded when it is first used.

    Speakers are numbered in the order in which they are first heard. Equal samples give equal
    turns on the same device.
    """

    name = "pyannote"

    def __init__(
        self,
        pipeline_dir: Path,
        device: str = "cpu",
        num_speakers: int | None = 2,
        gap_s: float = _GAP_S,
        blip_s: float = _BLIP_S,
        block_s: float = _BLOCK_S,
    ) -> None:
        """Check that the folder is there; load nothing yet.

        Args:
            pipeline_dir: Folder with ``config.yaml`` and the models that it names.
            device: ``cpu``, ``cuda`` or ``cuda:N``.
            num_speakers: How many people are expected, else ``None``: the pipeline finds out.
                More are told apart where the turns of one of two or more plainly are those of two.
            gap_s: Shorter gaps within one speaker are closed.
            blip_s: Shorter turns are dropped afterwards.
            block_s: Longer recordings are heard in blocks of this length, whose voices are then
                matched: clustering needs memory by the square of the length.

        Raises:
            ModelError: The folder is missing or incomplete.
        """
        if not (pipeline_dir / _CONFIG).is_file():
            raise ModelError(
                f"no diarization pipeline in {pipeline_dir}: {_CONFIG} is missing; "
                "run `qa-pipeline models verify`, and `qa-pipeline models pull` if it fails"
            )
        self._folder = pipeline_dir
        self._device = device
        self._num_speakers = num_speakers
        self._gap_s = gap_s
        self._blip_s = blip_s
        self._block = round(block_s * SAMPLE_RATE_HZ)
        self._read_before: OrderedDict[bytes, Voice] = OrderedDict()

    @cached_property
    def version(self) -> str:
        """Version of pyannote.audio, a digest of the pipeline's files, and how voices are read."""
        digest = hashlib.sha256()
        for path in sorted(p for p in self._folder.rglob("*") if p.is_file()):
            if path.suffix != ".md":
                digest.update(path.relative_to(self._folder).as_posix().encode())
                digest.update(path.read_bytes())
        return f"pyannote.audio-{version('pyannote.audio')}+{digest.hexdigest()[:12]}{_VOICES}"

    def diarize(self, samples: Row, within: Sequence[Region] | None = None) -> tuple[Turn, ...]:
        """Return turns of ``speaker-0``, ``speaker-1``, ... in time order.

        Args:
            samples: One channel at 16 kHz.
            within: Where somebody may speak; the rest is taken for silence. ``None``: anywhere.

        Raises:
            ModelError: The pipeline cannot be loaded.
        """
        spans: list[Span] = []
        voices: dict[str, Voice] = {}
        # Blocks of one length: in a short rest there might be only one of the voices.
        block_count = max(1, -(-len(samples) // self._block))
        size = max(1, -(-len(samples) // block_count))
        for begin in range(0, len(samples), size):
            offset_s = begin / SAMPLE_RATE_HZ
            block = samples[begin : begin + size]
            if within is not None:
                block = only_within(block, within, offset_s)
            heard, block_voices = self._heard_with_more(block)
            names = self._known(block_voices, voices)
            spans += [(start + offset_s, end + offset_s, names[who]) for start, end, who in heard]
        return tidy_turns(spans, self._gap_s, self._blip_s)

    def voice(
        self, samples: Row, spans: Sequence[Region], shortest_s: float = SHORTEST_S
    ) -> Voice | None:
        """Return the embedding of the voice heard in the spans, of unit length.

        Args:
            samples: One channel at 16 kHz.
            spans: Where only the wanted person speaks.
            shortest_s: ``None`` comes back for less of it.

        Raises:
            ModelError: The pipeline cannot be loaded.
        """
        spoken = spoken_in(samples, spans, shortest_s)
        if spoken is None:
            return None
        key = hashlib.blake2b(spoken.tobytes()).digest()
        vector = self._read_before.pop(key, None)
        if vector is None:
            vector = self._read(spoken)
        self._read_before[key] = vector
        if len(self._read_before) > _READ_BEFORE:
            self._read_before.popitem(last=False)
        size = float(np.linalg.norm(vector))
        return vector / size if np.isfinite(size) and size > 0.0 else None

    def _read(self, spoken: Samples) -> Voice:
        # The pipeline's own name for the model that compares voices; it has no public one.
        embedding = self._pipeline._embedding
        heard = at_rate(spoken, int(embedding.sample_rate))  # (1, samples)

        def read(_: int) -> Voice:
            with _quiet():
                first: Voice = np.asarray(embedding(heard[None]), np.float64)[0]
            return first

        return with_room(FittingSize(1), read)

    def _heard_with_more(self, block: Samples) -> tuple[list[Span], dict[str, Voice]]:
        """Return who speaks when, of as many people as expected or as the voices plainly are."""
        expected = self._num_speakers
        found = self._heard(block, expected)
        if expected is None or expected < 2:
            return found
        spans, voices = found
        further = sum(self._is_two(block, label, spans) for label in voices)
        if not further:
            return found
        more = self._heard(block, expected + further)
        seconds: Counter[str] = Counter()
        for start_s, end_s, label in more[0]:
            seconds[label] += end_s - start_s  # type: ignore[assignment]
        # Some other person, not a scrap of one: else the voices do not bear it out.
        return more if min(seconds.values()) >= _LEAST_OF_FURTHER_S else found

    def _is_two(self, block: Samples, label: str, spans: list[Span]) -> bool:
        own = [Region(start_s, end_s) for start_s, end_s, who in spans if who == label]
        others = [Region(start_s, end_s) for start_s, end_s, who in spans if who != label]
        return are_two_voices(*turn_voices(block, without(own, others), self))

    def _heard(
        self, block: Samples, num_speakers: int | None
    ) -> tuple[list[Span], dict[str, Voice]]:
        """Return who speaks when in one block, and the voice of each."""
        pipeline = self._pipeline
        sound = {"waveform": at_rate(block, self._rate_hz), "sample_rate": self._rate_hz}

        # pyannote prints where it finds fewer voices than asked for; standard output is the
        # caller's, and the turns say it all.
        def run(size: int) -> Any:
            pipeline.segmentation_batch_size = min(size, self._wanted_sizes[0])
            pipeline.embedding_batch_size = min(size, self._wanted_sizes[1])
            with _quiet(), redirect_stdout(io.StringIO()):
                return pipeline(sound, num_speakers=num_speakers)

        output = with_room(self._batch_size, run)
        annotation = output.speaker_diarization
        vectors = np.nan_to_num(np.asarray(output.speaker_embeddings, dtype=np.float64))
        voices = dict(zip(annotation.labels(), vectors, strict=False))
        spans = [
            (segment.start, segment.end, label)
            for segment, _, label in annotation.itertracks(yield_label=True)
        ]
        return spans, {label: voices.get(label, np.zeros(1)) for label in annotation.labels()}

    def _known(self, heard: dict[str, Voice], voices: dict[str, Voice]) -> dict[str, str]:
        """Name the voices of a block after the most alike of earlier ones; learn new ones."""
        names: dict[str, str] = {}
        labels, known = list(heard), list(voices)
        if labels and known:
            from scipy.optimize import linear_sum_assignment

            far = np.array([[_distance(heard[a], voices[b]) for b in known] for a in labels])
            for row, column in zip(*linear_sum_assignment(far), strict=True):
                if self._num_speakers is not None or far[row, column] <= _SAME_VOICE:
                    names[labels[row]] = known[column]
        for label in labels:
            if label not in names:
                names[label] = f"voice-{len(voices)}"
                voices[names[label]] = heard[label]
        return names

    @cached_property
    def _wanted_sizes(self) -> tuple[int, int]:
        """How many windows and voices go through the models at once, as the pipeline says."""
        pipeline = self._pipeline
        return int(pipeline.segmentation_batch_size), int(pipeline.embedding_batch_size)

    @cached_property
    def _batch_size(self) -> FittingSize:
        """Of both models, as far as the device has room."""
        return FittingSize(max(self._wanted_sizes))

    @cached_property
    def _rate_hz(self) -> int:
        """The rate that both models of the pipeline hear at, where it is one."""
        rates = {
            int(self._pipeline._segmentation.model.hparams.sample_rate),
            int(self._pipeline._embedding.sample_rate),
        }
        return rates.pop() if len(rates) == 1 else SAMPLE_RATE_HZ

    @cached_property
    def _pipeline(self) -> Any:
        try:
            with _quiet():
                import torch
                from pyannote.audio import Pipeline

                pipeline = Pipeline.from_pretrained(str(self._folder))
                if pipeline is None:
                    raise ValueError(f"{_CONFIG} names no pipeline")
                return pipeline.to(torch.device(self._device))
        except Exception as error:
            # Whatever pyannote, torch or yaml raise on a damaged folder, the remedy is the same.
            what = f"the diarization pipeline in {self._folder}"
            raise not_loaded(
                what, self._device, error, "run `qa-pipeline models verify`"
            ) from error


def _distance(one: Voice, other: Voice) -> float:
    """Return the cosine distance; 1 where there is nothing to compare."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    if size == 0.0 or one.shape != other.shape:
        return 1.0
    return 1.0 - float(one @ other) / size


def tidy_turns(
    spans: list[Span], gap_s: float = _GAP_S, blip_s: float = _BLIP_S
) -> tuple[Turn, ...]:
    """Close short gaps within a speaker, drop blips, number speakers as they appear.

    Args:
        spans: Start, end (seconds) and label, in any order.
        gap_s: Shorter gaps within one speaker are closed.
        blip_s: Shorter turns are dropped afterwards.
    """
    by_label: dict[str, list[tuple[float, float]]] = {}
    for start_s, end_s, label in sorted(spans):
        held = by_label.setdefault(label, [])
        if held and start_s - held[-1][1] < gap_s:
            held[-1] = (held[-1][0], max(end_s, held[-1][1]))
        else:
            held.append((max(0.0, start_s), end_s))
    kept = sorted(
        (start_s, end_s, label)
        for label, held in by_label.items()
        for start_s, end_s in held
        if end_s - start_s >= blip_s
    )
    numbers: dict[str, int] = {}
    turns = []
    for start_s, end_s, label in kept:
        number = numbers.setdefault(label, len(numbers))
        turns.append(
            Turn(speaker=f"speaker-{number}", start_s=round(start_s, 3), end_s=round(end_s, 3))
        )
    return tuple(turns)


@contextmanager
def _quiet() -> Iterator[None]:
    """Hide the warnings of pyannote and below that a user can do nothing about, and only those."""
    with warnings.catch_warnings():
        # Files are decoded by PyAV and handed over as samples; torchcodec is not used.
        warnings.filterwarnings("ignore", message=r"\s*torchcodec is not installed correctly")
        # pyannote switches TensorFloat-32 off for equal results and says so.
        warnings.filterwarnings("ignore", message=r"(?s).*TensorFloat-32")
        # A call in which one person speaks, or hardly anybody: the turns say so.
        warnings.filterwarnings("ignore", message=r"(?s)\s*The detected number of speakers")
        warnings.filterwarnings("ignore", message="Mean of empty slice")
        warnings.filterwarnings("ignore", message="invalid value encountered in")
        # A voice heard for one frame has no spread (pooling of larger embedding models).
        warnings.filterwarnings("ignore", message=r"std\(\): degrees of freedom is <= 0")
        yield
