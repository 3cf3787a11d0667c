"""Crosstalk: where one channel of a stereo recording only carries a quieter copy of another.

A handset, a loudspeaker or a badly wired recorder lets each side be heard on the other's channel.
The copy is good enough for a recogniser, so it would become words and turns of the wrong person.

The path from one channel to another is estimated from the call itself: its delay by the peak of
the averaged cross-correlation, every band weighted by its coherence (SCOT; Knapp and Carter, "The
generalized correlation method for estimation of time delay", IEEE Trans. ASSP 24, 1976), then its
gain in every band by least squares over the frames in which the other channel is clearly louder
(the Wiener solution ``H = S_xy / S_xx``). A frame is a leak where the other channel is clearly
louder and what the path predicts explains the sound, down to the noise of the channel.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Row, Samples, Word

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]
Frames = NDArray[np.intp]
Spectra = NDArray[np.complex64]

_WINDOW = 1024
_HOP = 512
HOP_S = _HOP / SAMPLE_RATE_HZ
"""One frame: 32 ms."""
_BLOCK_FRAMES = 2000
"""A minute of spectra at a time, so that a call of hours needs no more memory."""
_CLEARLY = 10 ** (6.0 / 10)
"""The other channel is clearly louder from 6 dB more power."""
_PIECE = SAMPLE_RATE_HZ // 2
_PIECES = 120
_LAG_S = 0.1
"""Furthest delay of the copy, either way: of an echo in a handset or on a network."""
_SMOOTH = 5
"""Frames over which power is summed before it is judged: 160 ms, about a syllable."""
_EXPLAINED = 0.5
"""Share of the power that must be left over for somebody of the channel's own to be heard."""
_OVER_NOISE = 2.0
"""What is left over must exceed the noise of the channel by 3 dB."""
_AUDIBLE = 4.0
"""A voice is at least 6 dB over the noise of its channel."""
_SILENT = 1e-9
"""Power below -90 dB of full scale is nothing at all."""
_FEWEST_FRAMES = 30
"""A path is estimated from at least a second of the other's speech."""
_COHERENT = 0.05
"""Something leaks where a path explains this share of the power ..."""
_BY_CHANCE = 6.0
"""... beyond what it explains by chance: so much, divided by the number of frames."""
_LEAKED_RUN_S = 0.4
"""A region is cut only around a leak of this length; shorter ones are pauses between words."""
_OWN_RUN_S = 0.1
_MARGIN_S = 0.15
"""Kept on either side of what is a channel's own, so that no word loses its edges."""
_GAP_S = 0.5


@dataclass(frozen=True)
class Crosstalk:
    """Where each channel carries nothing but a copy of another, or nothing at all beside it."""

    leaked: Mask = field(repr=False)
    """Shape ``(channels, frames)``; a frame is ``HOP_S`` seconds."""
    own: Mask = field(repr=False)
    """Where something can be heard that is not a copy; same shape."""
    power: Numbers = field(repr=False)
    """Mean square of every frame, same shape."""
    level_db: tuple[float | None, ...]
    """For every channel, how loud the copy on it is against the original; ``None``: none found."""

    def leaked_pct(self, channel: int, start_s: float, end_s: float) -> float:
        """Return the share of the power within a span that is a copy, in per cent."""
        first = max(0, int(start_s / HOP_S))
        last = max(first + 1, int(np.ceil(end_s / HOP_S)))
        power = self.power[channel, first:last]
        total = float(power.sum())
        if total <= 0.0:
            return 0.0
        return 100.0 * float(power[self.leaked[channel, first:last]].sum()) / total


@dataclass(frozen=True)
class _Path:
    """The way from one channel to another."""

    lag: int
    """Samples by which the copy comes late (negative: early)."""
    response: NDArray[np.complex64] = field(repr=False)
    """What it does to every band, shape ``(bins,)``."""
    coherence: float
    """Share of the power that it explains where only the other channel should be heard."""
    level_db: float
    """Power of the copy against the original."""


def find_crosstalk(rows: Iterable[Row]) -> Crosstalk:
    """Find what leaks from channel to channel.

    ``rows``: equally long channels at 16 kHz, a speaker a channel.
    """
    channels = tuple(rows)
    count = len(channels)
    power = np.stack([_frame_power(row) for row in channels])
    leaked = np.zeros(power.shape, np.bool_)
    levels: list[float | None] = [None] * count
    for own in range(count):
        for other in range(count):
            if own == other:
                continue
            found, level_db = _copied(channels[own], channels[other], power[own], power[other])
            leaked[own] |= found
            if level_db is not None:
                before_db = levels[own]
                levels[own] = level_db if before_db is None else max(level_db, before_db)
    audible = np.stack([_smooth(row) > _AUDIBLE * _noise(_smooth(row)) for row in power])
    return Crosstalk(leaked, audible & ~leaked, power, tuple(levels))


def is_leaky(rows: Iterable[Row]) -> bool:
    """Tell whether anything of one channel can be heard on another."""
    return any(level_db is not None for level_db in find_crosstalk(rows).level_db)


def own_regions(
    regions_by_channel: Sequence[Sequence[Region]], crosstalk: Crosstalk
) -> tuple[tuple[Region, ...], ...]:
    """Cut what is leaked out of the voice activity of every channel.

    Regions without a longer leak come back as they are; no region grows.
    """
    return tuple(
        tuple(part for region in regions for part in _own_parts(region, crosstalk, channel))
        for channel, regions in enumerate(regions_by_channel)
    )


def own_words(words: Sequence[Word], crosstalk: Crosstalk) -> tuple[Word, ...]:
    """Return the words that are a channel's own: those of which most is no copy."""
    return tuple(
        word for word in words if crosstalk.leaked_pct(word.channel, word.start_s, word.end_s) < 50
    )


def _frame_power(row: Row) -> Numbers:
    frames = -(-len(row) // _HOP)
    power = np.zeros(frames)
    for begin in range(0, frames, _BLOCK_FRAMES):
        end = min(frames, begin + _BLOCK_FRAMES)
        block = row[begin * _HOP : end * _HOP].astype(np.float64)
        padded = np.pad(block, (0, (end - begin) * _HOP - len(block))).reshape(-1, _HOP)
        power[begin:end] = np.mean(padded**2, axis=1)
    return power


def _smooth(power: Numbers) -> Numbers:
    """Sum over the frames around each; short calls keep their length."""
    if len(power) == 0:
        return power
    return np.convolve(power, np.ones(_SMOOTH), "full")[_SMOOTH // 2 : _SMOOTH // 2 + len(power)]


def _noise(around: Numbers) -> float:
    """Return the power of a channel in its pauses: the quietest tenth, and half as much again."""
    if len(around) == 0:
        return _SILENT
    return max(1.5 * float(np.quantile(around, 0.1)), _SILENT)


def _copied(
    own: Row, other: Row, own_power: Numbers, other_power: Numbers
) -> tuple[Mask, float | None]:
    """Return in which frames ``own`` copies ``other``, and how loud the copy is."""
    nothing = np.zeros(len(own_power), np.bool_)
    if len(own_power) < _FEWEST_FRAMES:
        return nothing, None
    around, other_around = _smooth(own_power), _smooth(other_power)
    heard = other_around > max(float(np.quantile(other_around, 0.1)) * 10.0, _SILENT * _SMOOTH)
    louder = heard & (other_around > _CLEARLY * around)
    if int(louder.sum()) < _FEWEST_FRAMES:
        return nothing, None
    # Every frame counts alike: a few syllables said at the same time are a thousand times stronger
    # than a copy at -40 dB.
    weights = louder / np.maximum(around, _SILENT)
    paths = [_path(own, other, weights, lag) for lag in _lags(own, other, louder)]
    path = max(paths, key=lambda p: p.coherence)
    if path.coherence < _COHERENT + _BY_CHANCE / int(louder.sum()):
        return nothing, None
    left = _smooth(_left_over(own, other, path, len(own_power)))
    noise = _noise(around)
    copied = louder & (left < np.maximum(_EXPLAINED * around, _OVER_NOISE * noise))
    return copied, path.level_db


def _lags(own: Row, other: Row, louder: Mask) -> set[int]:
    """Return by how many samples the copy may come late (negative: early), one or two guesses.

    Bands weighted by coherence bear noise better, bands weighted alike bear a second path better.
    """
    per_piece = _PIECE // _HOP
    whole = len(louder) // per_piece
    shares = louder[: whole * per_piece].reshape(whole, per_piece).mean(axis=1)
    pieces = np.argsort(-shares, kind="stable")[:_PIECES]
    size = 2 * _PIECE
    cross, alike = np.zeros((2, size // 2 + 1), np.complex128)
    powers = np.full((2, size // 2 + 1), 1e-12)
    for piece in pieces[shares[pieces] > 0.5].tolist():
        at = piece * per_piece * _HOP
        one = np.fft.rfft(own[at : at + _PIECE], size)
        two = np.fft.rfft(other[at : at + _PIECE], size)
        product = one * np.conj(two)
        cross += product
        alike += product / (np.abs(product) + 1e-12)
        powers += np.abs(np.stack([one, two])) ** 2
    return {_peak(cross / np.sqrt(powers[0] * powers[1]), size), _peak(alike, size)}


def _peak(spectrum: NDArray[np.complex128], size: int) -> int:
    """Return the lag within reach at which a cross-spectrum is in phase."""
    correlation = np.abs(np.fft.irfft(spectrum, size))
    reach = round(_LAG_S * SAMPLE_RATE_HZ)
    late, early = correlation[: reach + 1], correlation[-reach:]
    if late.max() >= early.max():
        return int(late.argmax())
    return int(early.argmax()) - reach


def _spectra(
    own: Row, other: Row, lag: int, chosen: Mask
) -> Iterator[tuple[Frames, Spectra, Spectra]]:
    """Yield (frames, spectra of ``own``, of ``other`` moved by the lag), a block at a time.

    ``chosen``: which frames are wanted, shape ``(frames,)``; blocks without any are passed over.
    """
    from scipy.fft import rfft

    window = (np.hanning(_WINDOW) * np.sqrt(8.0 / 3.0 / _WINDOW)).astype(np.float32)
    side = (_WINDOW - _HOP) // 2
    for begin in range(0, len(chosen), _BLOCK_FRAMES):
        end = min(len(chosen), begin + _BLOCK_FRAMES)
        wanted = np.flatnonzero(chosen[begin:end])
        if not len(wanted):
            continue
        length = (end - begin - 1) * _HOP + _WINDOW
        first = begin * _HOP - side
        rows = [_cut(own, first, length), _cut(other, first - lag, length)]
        views = [np.lib.stride_tricks.sliding_window_view(row, _WINDOW)[::_HOP] for row in rows]
        # In single precision: half the time, and far more exact than a telephone line.
        one, two = (rfft(view[wanted] * window, axis=1) for view in views)
        yield begin + wanted, one, two


def _cut(row: Row, first: int, length: int) -> Samples:
    """Return samples from ``first``, with silence where the recording has none."""
    piece = row[max(0, first) : max(0, first + length)]
    before = min(length, max(0, -first))
    return np.pad(piece, (before, length - before - len(piece)))


def _path(own: Row, other: Row, weights: Numbers, lag: int) -> _Path:
    """Estimate the path by least squares; ``weights``: of each frame, 0 where it is not used."""
    bins = _WINDOW // 2 + 1
    cross = np.zeros(bins, np.complex128)
    own_power, other_power, spoken = np.full((3, bins), 1e-15)
    for frames, one, two in _spectra(own, other, lag, weights > 0):
        weight = weights[frames, None]
        cross += np.sum(weight * one * np.conj(two), axis=0)
        own_power += np.sum(weight * np.abs(one) ** 2, axis=0)
        other_power += np.sum(weight * np.abs(two) ** 2, axis=0)
        spoken += np.sum(np.abs(two) ** 2, axis=0)
    response = cross / other_power
    explained = float(np.sum(np.abs(cross) ** 2 / other_power))
    copied = float(np.sum(np.abs(response) ** 2 * spoken) / spoken.sum())
    return _Path(
        lag=lag,
        response=response.astype(np.complex64),
        coherence=explained / float(own_power.sum()),
        level_db=10.0 * float(np.log10(copied + 1e-12)),
    )


def _left_over(own: Row, other: Row, path: _Path, frames: int) -> Numbers:
    """Return the mean square of what the path does not explain, a number a frame."""
    left = np.zeros(frames)
    for chosen, one, two in _spectra(own, other, path.lag, np.ones(frames, np.bool_)):
        rest = np.abs(one - path.response * two) ** 2
        # Parseval: the bins between the first and the last stand for two of the full spectrum.
        left[chosen] = (2.0 * rest.sum(axis=1) - rest[:, 0] - rest[:, -1]) / _WINDOW
    return left


def _own_parts(region: Region, crosstalk: Crosstalk, channel: int) -> list[Region]:
    first, last = int(region.start_s / HOP_S), int(np.ceil(region.end_s / HOP_S))
    leaks = _runs(crosstalk.leaked[channel, first:last])
    if max((end - begin for begin, end in leaks), default=0) * HOP_S < _LEAKED_RUN_S:
        return [region]
    kept: list[Region] = []
    for begin, end in _runs(crosstalk.own[channel, first:last]):
        if (end - begin) * HOP_S < _OWN_RUN_S:
            continue
        start_s = max(region.start_s, (first + begin) * HOP_S - _MARGIN_S)
        end_s = min(region.end_s, (first + end) * HOP_S + _MARGIN_S)
        if kept and start_s - kept[-1].end_s < _GAP_S - 2 * _MARGIN_S:
            kept[-1] = Region(kept[-1].start_s, end_s)
        else:
            kept.append(Region(round(start_s, 3), round(end_s, 3)))
    return kept


def _runs(mask: Mask) -> list[tuple[int, int]]:
    """Return (begin, end) of every run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
