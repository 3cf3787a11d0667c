"""Levels of the sound: noise, loudness, and whether a gap holds music or silence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.measures.spans import Span, gaps, union
from qa_pipeline.measures.speech import GAP_S
from qa_pipeline.records import SAMPLE_RATE_HZ, Row, Sound

FRAME_S = 0.05
_SILENT_DBFS = -100.0
_AUDIBLE_DBFS = -55.0
"""Below this nothing is heard on a telephone, however quiet the rest of the call is."""
_ABOVE_NOISE_DB = 10.0
_BELOW_SPEECH_DB = 30.0
_MOST_OF_THE_GAP = 0.6
_LEAST_PART_S = 3.0
_RINGS = 3
_LONGEST_CADENCE_S = 7.0
_REGULAR_S = 0.3
"""Rings come every 4 to 6 s, as regular as a clock."""
_BLOCK_FRAMES = 6000


@dataclass(frozen=True)
class Levels:
    """Levels of a sound in frames of 50 ms, and what of it is speech."""

    dbfs: NDArray[np.float64] = field(repr=False)
    """Shape ``(channels, frames)``."""
    speech: NDArray[np.bool_] = field(repr=False)
    """Shape ``(frames,)``: whether anybody speaks during the frame."""
    pauses: NDArray[np.bool_] = field(repr=False)
    """Shape ``(frames,)``: whether the frame lies in a gap of under 2 s between turns."""

    def within(self, spans: Sequence[Span]) -> NDArray[np.bool_]:
        """Return which frames lie wholly within the spans, shape ``(frames,)``."""
        return _mask(spans, self.dbfs.shape[1], whole=True)

    def noise_dbfs(self) -> NDArray[np.float64]:
        """Return the noise level of each channel, shape ``(channels,)``.

        The 20th percentile of the frames between turns: of those in pauses under 2 s, or of all,
        whichever is lower. Music during a hold fills the long gaps, the tail of a word the
        short ones. Digital silence does not count as long as anything else is there.
        """
        noise: NDArray[np.float64] = np.minimum(
            _background(self.dbfs, self.pauses & ~self.speech),
            _background(self.dbfs, ~self.speech),
        )
        return noise

    def speech_dbfs(self) -> NDArray[np.float64]:
        """Return the level of speech on each channel, shape ``(channels,)``.

        The median of the louder half of the frames with speech: on a stereo recording a channel
        is silent while the other side speaks.
        """
        if not self.speech.any():
            return np.full(self.dbfs.shape[0], _SILENT_DBFS)
        level: NDArray[np.float64] = np.percentile(self.dbfs[:, self.speech], 75, axis=1)
        return level

    def snr_db(self, spoken: Mapping[int, Sequence[Span]]) -> float:
        """Return how far speech stands above the noise, on the channel where that is least, in dB.

        ``spoken``: when somebody speaks on each channel, by channel. On a stereo recording a
        channel counts only while its own side speaks: one that hardly says a word is no noise.
        Where that is unknown, or there is one channel, all speech is taken as on all channels.
        """
        noise = self.noise_dbfs()
        own = {channel: self.within(spans) for channel, spans in spoken.items()}
        above = [
            float(np.median(self.dbfs[channel, frames]) - noise[channel])
            for channel, frames in own.items()
            if frames.any()
        ]
        if len(noise) == 1 or not above:
            return float((self.speech_dbfs() - noise).min())
        return min(above)

    def holds_in(self, gap: Span) -> list[Span]:
        """Return where music or a tone is heard in a gap, in time order; the rest is silence.

        Of a gap under 6 s all of it or nothing. Parts of less than 3 s belong to what is beside
        them. Ringing counts with its pauses.
        """
        inside = np.flatnonzero(self.within([gap]))
        if not len(inside):
            return []
        loud = self.dbfs[:, inside] > self._audible_dbfs[:, None]
        heard: NDArray[np.bool_] = np.any(loud, axis=0)
        if gap[1] - gap[0] < 2 * _LEAST_PART_S:
            return [gap] if heard.mean() >= _MOST_OF_THE_GAP else []
        sounding = _sounding(heard)
        ringing = _ringing(sounding)
        parts = ringing or [
            (start_s, end_s)
            for start_s, end_s in union(sounding, bridge_s=_LEAST_PART_S)
            if end_s - start_s >= _LEAST_PART_S
            and heard[round(start_s / FRAME_S) : round(end_s / FRAME_S)].mean() >= _MOST_OF_THE_GAP
        ]
        begin_s, length_s = float(inside[0] * FRAME_S), len(heard) * FRAME_S
        return [
            (
                gap[0] if start_s < _LEAST_PART_S else begin_s + start_s,
                gap[1] if length_s - end_s < _LEAST_PART_S else begin_s + end_s,
            )
            for start_s, end_s in parts
        ]

    @cached_property
    def _audible_dbfs(self) -> NDArray[np.float64]:
        """From which level something is heard, shape ``(channels,)``; a long call has many gaps."""
        floor = np.maximum(self.noise_dbfs() + _ABOVE_NOISE_DB, _AUDIBLE_DBFS)
        audible: NDArray[np.float64] = np.maximum(
            floor, self.speech_dbfs().max() - _BELOW_SPEECH_DB
        )
        return audible


def _sounding(heard: NDArray[np.bool_]) -> list[Span]:
    """Return where something is heard in most frames of the second around, in time order.

    Seconds from the first of the frames.
    """
    around = np.ones(round(1.0 / FRAME_S))
    share = np.convolve(heard, around, "same") / np.convolve(np.ones(len(heard)), around, "same")
    edges = np.flatnonzero(np.diff(share >= _MOST_OF_THE_GAP - 1e-9, prepend=False, append=False))
    return [(float(first * FRAME_S), float(last * FRAME_S)) for first, last in edges.reshape(-1, 2)]


def _ringing(bursts: list[Span]) -> list[Span]:
    """Return bursts as one where they come as regularly as those of a telephone that rings.

    None where they do not.
    """
    if len(bursts) < _RINGS:
        return []
    apart_s = np.diff([start_s for start_s, _ in bursts])
    if apart_s.max() > _LONGEST_CADENCE_S or np.ptp(apart_s) > _REGULAR_S:
        return []
    pause_s = max(0.0, float(apart_s[0]) - (bursts[0][1] - bursts[0][0]))
    return [(bursts[0][0], bursts[-1][1] + pause_s)]


def levels_of(sound: Sound, speech: Sequence[Span]) -> Levels | None:
    """Measure a sound; ``None`` when it is shorter than a frame. ``speech``: who speaks when."""
    size = int(FRAME_S * SAMPLE_RATE_HZ)
    frames = sound.held.shape[1] // size
    if frames == 0:
        return None
    power = np.stack([_frame_power(row, frames, size) for row in sound.rows])
    dbfs = 10.0 * np.log10(np.maximum(power, 10.0 ** (_SILENT_DBFS / 10.0)))
    short = [(a, b) for a, b in gaps(speech) if b - a < GAP_S]
    return Levels(
        dbfs,
        speech=_mask(speech, frames, whole=False),
        pauses=_mask(short, frames, whole=True),
    )


def _frame_power(row: Row, frames: int, size: int) -> NDArray[np.float64]:
    """Return the mean square of each frame, shape ``(frames,)``, five minutes at a time.

    Without the mean of the channel: a constant offset is no sound. (Without the mean of each frame
    what is low in noise would be left out too.)
    """
    squares, means = np.empty(frames), np.empty(frames)
    for begin in range(0, frames, _BLOCK_FRAMES):
        end = min(frames, begin + _BLOCK_FRAMES)
        cut = row[begin * size : end * size].reshape(-1, size)
        squares[begin:end] = np.einsum("fs,fs->f", cut, cut, dtype=np.float64) / size
        means[begin:end] = cut.mean(axis=1, dtype=np.float64)
    offset = means.mean() if frames else 0.0
    power: NDArray[np.float64] = np.maximum(squares - 2.0 * offset * means + offset**2, 0.0)
    return power


def _background(dbfs: NDArray[np.float64], frames: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the 20th percentile of some frames of each channel, shape ``(channels,)``."""
    enough = 10
    chosen = dbfs[:, frames] if frames.sum() >= enough else dbfs
    levels = []
    for channel in chosen:
        sounding = channel[channel > _SILENT_DBFS + 10.0]
        levels.append(np.percentile(sounding if len(sounding) >= enough else channel, 20))
    return np.array(levels)


def _mask(spans: Sequence[Span], frames: int, *, whole: bool) -> NDArray[np.bool_]:
    """Return which frames lie within spans (``whole``) or touch them, shape ``(frames,)``."""
    mask = np.zeros(frames, dtype=np.bool_)
    nudge = 1e-6
    for start_s, end_s in spans:
        if whole:
            first, last = np.ceil(start_s / FRAME_S - nudge), np.floor(end_s / FRAME_S + nudge)
        else:
            first, last = np.floor(start_s / FRAME_S + nudge), np.ceil(end_s / FRAME_S - nudge)
        mask[max(0, int(first)) : max(0, int(last))] = True
    return mask
