"""Decode a recording of any format that ffmpeg reads to 16 kHz float32, a row a channel.

Frames are decoded, hashed and resampled in blocks of about a second, so that memory stays near
the size of the result: 64 kB a second and channel. From an hour (half an hour of stereo) on the
result is kept in 16 bits, 0.46 GB for a channel of four hours.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.audio.channels import fold_channels
from qa_pipeline.audio.resample import Resampler
from qa_pipeline.errors import AudioError
from qa_pipeline.language.failure_reasons import failure_reason
from qa_pipeline.language.trust_reasons import trust_reason
from qa_pipeline.records import (
    SAMPLE_RATE_HZ,
    ChannelLayout,
    PackedSamples,
    Samples,
    Sound,
    packed,
)

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

_BLOCK_S = 1.0
_SHORT_BY_S = 1.0
"""A file may declare this much more than it holds before a warning: codecs pad and skip."""
_MAX_CHANNELS = 64
_PACKED_FROM = 3600 * SAMPLE_RATE_HZ
"""Samples of all channels together, from which they are kept in 16 bits."""
_OGG_HEADER = 27
_LARGEST_OGG_PAGE = 65_307
_UNKNOWN_RIFF_SIZE = 0x7FFFFFFF
"""Programs that write a WAV to a pipe put this or more for a size that they do not know."""


@dataclass(frozen=True)
class Decoded:
    """A decoded recording and the technical facts of its file."""

    sound: Sound
    sample_rate_hz: int
    """Rate of the file, before resampling to 16 kHz."""
    channels: int
    """Channels of the file, before folding."""
    codec: str
    layout: ChannelLayout
    kept_channels: tuple[int, ...]
    """For every row of ``sound``, the zero-based channel of the file that it came from."""
    digest: str
    """SHA-256 over rate, channel count and the samples as 16-bit integers: the same sound in
    another folder or another lossless container has the same digest."""
    duration_s: float
    warnings: tuple[str, ...] = ()
    """In words: what is odd about the file though it could be decoded."""


def decode(path: Path) -> Decoded:
    """Decode the best audio stream of a file.

    Raises ``AudioError``, naming the file and the reason, when the file is missing, empty,
    unreadable, not audio, or holds no sound.
    """
    _check_readable(path)
    try:
        with _open(path) as container:
            return _decode_container(container, path)
    except AudioError:
        raise
    except PermissionError as error:
        raise AudioError(failure_reason("forbidden_file", path=path)) from error
    except (OSError, ValueError, EOFError) as error:  # av.error.FFmpegError is an OSError or these
        reason = failure_reason("not_decoded", path=path, problem=_plain(error))
        raise AudioError(reason) from error


def _check_readable(path: Path) -> None:
    try:
        if path.is_dir():
            list(path.iterdir())
            raise AudioError(failure_reason("is_folder", path=path))
        with path.open("rb") as file:
            if not file.read(1):
                raise AudioError(failure_reason("empty", path=path))
    except FileNotFoundError as error:
        raise AudioError(failure_reason("missing", path=path)) from error
    except PermissionError as error:
        kind = "forbidden_folder" if path.is_dir() else "forbidden_file"
        raise AudioError(failure_reason(kind, path=path)) from error
    except OSError as error:
        problem = error.strerror or error
        raise AudioError(failure_reason("unreadable", path=path, problem=problem)) from error


def _plain(error: Exception) -> str:
    """Return the part of an ffmpeg error that says what went wrong, without number and path."""
    return str(getattr(error, "strerror", None) or error)


def _open(path: Path) -> "InputContainer":
    import av

    av.logging.set_level(av.logging.PANIC)  # what matters is raised or counted here
    # A playlist that calls itself .wav must not make ffmpeg open an address.
    return av.open(str(path.absolute()), options={"protocol_whitelist": "file"})


def _decode_container(container: "InputContainer", path: Path) -> Decoded:
    import av

    stream = container.streams.best("audio")
    if not isinstance(stream, av.AudioStream):
        raise AudioError(failure_reason("no_stream", path=path, format=container.format.name))
    declared_s = _declared_s(container, stream)
    sink = _Sink(declared_s)
    damaged = 0
    for frame_or_damage in _frames(container, stream):
        if frame_or_damage is None:
            damaged += 1
        else:
            sink.add(frame_or_damage)
    samples = sink.finish()
    if samples.shape[1] == 0:
        raise AudioError(failure_reason("no_sound", path=path))
    if sink.not_numbers > 0.01 * max(1, sink.heard):
        raise AudioError(failure_reason("not_numbers", path=path, samples=sink.not_numbers))
    folded = fold_channels(samples)
    duration_s = samples.shape[1] / SAMPLE_RATE_HZ
    audio_streams = len(container.streams.audio)
    return Decoded(
        sound=Sound(folded.samples),
        sample_rate_hz=sink.rate_hz,
        channels=sink.channels,
        codec=stream.codec_context.codec.name.removesuffix("float"),
        layout=folded.layout,
        kept_channels=folded.kept,
        digest=sink.digest(),
        duration_s=duration_s,
        warnings=(
            *_cut_short(path, declared_s, duration_s),
            *_warnings(damaged, sink.not_numbers, audio_streams),
        ),
    )


def _cut_short(path: Path, declared_s: float | None, duration_s: float) -> Iterator[str]:
    """Say so when the header promises more than the file holds."""
    if declared_s is not None and declared_s - duration_s > _SHORT_BY_S:
        yield trust_reason("short_sound", declared=declared_s, held=duration_s)
        return
    with path.open("rb") as file:
        head = file.read(8)
    size = path.stat().st_size
    if head[:4] == b"RIFF":  # ffmpeg goes by the size of the file and says nothing
        declared = int.from_bytes(head[4:], "little") + 8
        if size < declared < _UNKNOWN_RIFF_SIZE:
            yield trust_reason("short_file", declared=declared, held=size)
    elif head[:4] == b"OggS":  # ffmpeg drops a page that is not whole, and says nothing
        declared = _last_ogg_page_end(path, size)
        if size < declared:
            yield trust_reason("short_file", declared=declared, held=size)


def _last_ogg_page_end(path: Path, size: int) -> int:
    """Return where the last page of an Ogg file says that it ends, in bytes (RFC 3533)."""
    start = max(0, size - _LARGEST_OGG_PAGE)
    with path.open("rb") as file:
        file.seek(start)
        tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    if len(page) < _OGG_HEADER:
        return size - len(page) + _OGG_HEADER
    lengths = page[_OGG_HEADER : _OGG_HEADER + page[_OGG_HEADER - 1]]
    return size - len(page) + _OGG_HEADER + page[_OGG_HEADER - 1] + sum(lengths)


def _warnings(damaged: int, not_numbers: int, streams: int) -> tuple[str, ...]:
    found: list[str] = []
    if damaged:
        found.append(trust_reason("damaged", packets=damaged))
    if not_numbers:
        found.append(trust_reason("not_numbers", samples=not_numbers))
    if streams > 1:
        found.append(trust_reason("streams", streams=streams))
    return tuple(found)


def _declared_s(container: "InputContainer", stream: "AudioStream") -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    if container.duration is not None:
        return container.duration / 1_000_000
    return None


def _frames(container: "InputContainer", stream: "AudioStream") -> Iterator[Any]:
    """Yield decoded frames, and ``None`` for every packet that cannot be decoded."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.InvalidDataError, av.error.EOFError):
            yield None  # the container ends in the middle: keep what came before
            return
        try:
            yield from packet.decode()
        except (av.error.InvalidDataError, av.error.EOFError):
            yield None


class _Sink:
    """Collects frames block by block: hashes them and keeps them at 16 kHz."""

    def __init__(self, declared_s: float | None) -> None:
        self.rate_hz = 0
        self.channels = 0
        self.not_numbers = 0
        self.heard = 0
        self._declared_s = declared_s
        self._hash = hashlib.sha256()
        self._format: tuple[str, int, int] | None = None
        self._block: list[NDArray[Any]] = []
        self._block_length = 0
        self._resamplers: list[Resampler] = []
        self._rows = _GrowingRows()

    def add(self, frame: Any) -> None:
        """Take one decoded frame; a file may change rate, format or channels on the way."""
        channels = frame.layout.nb_channels
        form = (frame.format.name, frame.sample_rate, channels)
        if form != self._format:
            self._flush_block()
            self._flush_resamplers()
            self._begin(frame.sample_rate, channels)
            self._format = form
        array = frame.to_ndarray()
        if not frame.format.is_planar:
            array = array.reshape(-1, channels).T
        self._block.append(array)
        self._block_length += array.shape[1]
        if self._block_length >= _BLOCK_S * frame.sample_rate:
            self._flush_block()

    def _begin(self, rate_hz: int, channels: int) -> None:
        if not self._format:
            if not 1 <= channels <= _MAX_CHANNELS or rate_hz <= 0:
                raise ValueError(f"{channels} channels at {rate_hz} Hz")
            self.rate_hz, self.channels = rate_hz, channels
            self._rows.begin(channels, int(((self._declared_s or 0.0) + 1.0) * SAMPLE_RATE_HZ))
            self._hash.update(f"{rate_hz} Hz, {channels} channels\n".encode())
        self._resamplers = [Resampler(rate_hz, SAMPLE_RATE_HZ) for _ in range(self.channels)]

    def _flush_block(self) -> None:
        if not self._block:
            return
        native = np.concatenate(self._block, axis=1)
        self._block, self._block_length = [], 0
        floats = _to_float(native)
        finite = np.isfinite(floats)
        if not finite.all():
            self.not_numbers += int((~finite).sum())
            floats = np.where(finite, floats, np.float32(0.0))
        self.heard += floats.size
        floats = _to_channel_count(floats, self.channels)
        whole = np.clip(np.rint(floats * 32768.0), -32768, 32767).astype("<i2")
        self._hash.update(np.ascontiguousarray(whole.T).tobytes())
        self._rows.append([r.push(row) for r, row in zip(self._resamplers, floats, strict=True)])

    def _flush_resamplers(self) -> None:
        if self._resamplers:
            self._rows.append([resampler.push(None) for resampler in self._resamplers])

    def finish(self) -> Samples | PackedSamples:
        """Return everything heard, shape ``(channels, samples)``, clipped to [-1, 1]."""
        self._flush_block()
        self._flush_resamplers()
        return self._rows.finish()

    def digest(self) -> str:
        """Return the digest of everything heard."""
        return self._hash.hexdigest()


def _to_float(native: NDArray[Any]) -> Samples:
    """Scale integers of any width, 8-bit unsigned ones included, to [-1, 1]."""
    if native.dtype == np.uint8:
        return (native.astype(np.float32) - 128.0) / 128.0
    if np.issubdtype(native.dtype, np.integer):
        return native.astype(np.float32) / np.float32(-float(np.iinfo(native.dtype).min))
    return native.astype(np.float32, copy=False)


def _to_channel_count(samples: Samples, channels: int) -> Samples:
    """Fit a later part of a file with other channels to the first part's count."""
    if samples.shape[0] == channels:
        return samples
    mean = samples.mean(axis=0, keepdims=True, dtype=np.float32)
    return np.repeat(mean, channels, axis=0)


class _GrowingRows:
    """Rows of samples that grow in place; no second copy where the declared length is right."""

    def __init__(self) -> None:
        self._rows: Samples | PackedSamples = np.zeros((0, 0), np.float32)
        self._length = 0

    def begin(self, rows: int, capacity: int) -> None:
        """Set the number of rows; memory is only taken as it is written."""
        day = 24 * 3600 * SAMPLE_RATE_HZ  # a wrong header must not reserve the world
        self._rows = _empty(rows, min(max(capacity, SAMPLE_RATE_HZ), day))

    def append(self, parts: list[Samples]) -> None:
        """Append one equally long part a row."""
        length = min(len(part) for part in parts)
        needed = self._length + length
        if needed > self._rows.shape[1]:
            self._grow(max(needed, 3 * self._rows.shape[1] // 2))
        for row, part in zip(self._rows, parts, strict=True):
            clipped = np.clip(part[:length], -1.0, 1.0)
            row[self._length : needed] = packed(clipped) if row.dtype == np.int16 else clipped
        self._length = needed

    def _grow(self, capacity: int) -> None:
        grown = _empty(len(self._rows), capacity)
        changed = grown.dtype != self._rows.dtype
        for new, old in zip(grown, self._rows, strict=True):
            for begin in range(0, self._length, SAMPLE_RATE_HZ):
                piece = old[begin : min(self._length, begin + SAMPLE_RATE_HZ)]
                new[begin : begin + len(piece)] = packed(piece) if changed else piece
        self._rows = grown

    def finish(self) -> Samples | PackedSamples:
        """Return the rows cut to what was written."""
        return self._rows[:, : self._length]


def _empty(rows: int, capacity: int) -> Samples | PackedSamples:
    """Return room for samples, in 16 bits where there are many."""
    if rows * capacity >= _PACKED_FROM:
        return np.empty((rows, capacity), np.int16)
    return np.empty((rows, capacity), np.float32)
