"""Say again who speaks, with models of just the voices that were found in this call.

The diarizer compares voices with embeddings made for anybody; on a telephone line two of them
can lie close together. Here every speaker gets a Gaussian mixture over cepstra and pitch, trained
on the speech first given to them; every stretch goes to the mixture that likes it best, and both
steps repeat until nothing changes: the classic re-segmentation of speaker diarization (Reynolds
and Torres-Carrasquillo, "Approaches and applications of audio diarization", ICASSP 2005). Then
what lies between two pauses goes to its voice by itself: people take turns in pauses, and a short
"yes" or "goodbye" after one is easily heard as the end of what was said before it. Where one speaks
and where two speak at once stays as the diarizer heard it.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from qa_pipeline.records import SAMPLE_RATE_HZ, Region, Row, Samples, Turn
from qa_pipeline.speakers.diarizer import Diarizer
from qa_pipeline.speakers.pauses import HOP_S, Pauses

if TYPE_CHECKING:
    from sklearn.mixture import GaussianMixture

_CEPSTRA = 24
_MIXTURES = 6
_ROUNDS = 12
_ENOUGH_FRAMES = 200
"""Less speech than two seconds is too little to know a voice by."""
_MOST_FRAMES = 60_000
"""Ten minutes are enough to know a voice by; of more, every second or third frame counts."""
_BLOCK_S = 600.0
"""Features are made in blocks, so that a long call needs no more memory at once."""

_PAUSE_S = 0.12
"""A shorter silence may be the closure of a stop consonant."""
_PHRASE_S = 0.3
"""Less than this between two pauses is too little to tell a voice by."""

Stretch = tuple[float, float, frozenset[str]]
Features = NDArray[np.float32]


class ResegmentingDiarizer:
    """A diarizer whose speakers are told apart once more by voices of the call itself."""

    def __init__(self, first: Diarizer) -> None:
        self._first = first

    @property
    def name(self) -> str:
        """Name of the diarizer, and that its turns were given out again."""
        return f"{self._first.name}+resegmentation"

    @property
    def version(self) -> str:
        """Version of the diarizer underneath."""
        return self._first.version

    def diarize(self, samples: Row, within: Sequence[Region] | None = None) -> tuple[Turn, ...]:
        """Return turns of ``speaker-0``, ``speaker-1``, ... in time order."""
        return resegment(samples, self._first.diarize(samples, within))


def resegment(samples: Row, turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """Give each stretch of the turns to the speaker whose voice in this call fits it best.

    ``samples`` is one channel at 16 kHz. Turns of fewer than two
    speakers, and of speakers with less than two seconds of speech, come back as they are.
    """
    stretches = _stretches(turns)
    speakers = sorted({turn.speaker for turn in turns})
    if len(speakers) < 2:
        return tuple(turns)
    features = _features(samples)
    voices = _voices(features, stretches, speakers)
    if voices is None:
        return tuple(turns)
    phrases = _between_pauses(samples, stretches)
    pieces = [_piece(features, start_s, end_s) for start_s, end_s, _ in phrases]
    best = np.argmax([_scores(voice, pieces) for voice in voices], axis=0).tolist()
    return _joined(
        [
            (start_s, end_s, frozenset({speakers[number]}) if len(who) == 1 else who)
            for (start_s, end_s, who), number in zip(phrases, best, strict=True)
        ]
    )


def _voices(
    features: Features, stretches: Sequence[Stretch], speakers: Sequence[str]
) -> "list[GaussianMixture] | None":
    """Return the voice of every speaker once nothing changes; ``None``: too little to know one."""
    pieces = [_piece(features, start_s, end_s) for start_s, end_s, _ in stretches]
    # A stretch of two speakers at once teaches nothing about either and is left alone.
    labels = [speakers.index(next(iter(who))) if len(who) == 1 else -1 for *_, who in stretches]
    known: list[GaussianMixture] = []
    for _ in range(_ROUNDS):
        voices = [_voice(pieces, labels, number) for number in range(len(speakers))]
        known = [voice for voice in voices if voice is not None]
        if len(known) < len(voices):
            return None
        best = np.argmax([_scores(voice, pieces) for voice in known], axis=0).tolist()
        chosen = [label if label < 0 else b for label, b in zip(labels, best, strict=True)]
        if chosen == labels:
            break
        labels = chosen
    return known


def _stretches(turns: Sequence[Turn]) -> list[Stretch]:
    """Cut the speech wherever anybody begins or ends."""
    cuts = sorted({time for turn in turns for time in (turn.start_s, turn.end_s)})
    found: list[Stretch] = []
    for start_s, end_s in pairwise(cuts):
        middle_s = (start_s + end_s) / 2
        who = frozenset(t.speaker for t in turns if t.start_s <= middle_s <= t.end_s)
        if who:
            found.append((start_s, end_s, who))
    return found


def _between_pauses(samples: Row, stretches: Sequence[Stretch]) -> list[Stretch]:
    """Cut the stretches of one speaker in the middle of every pause within them."""
    pauses = Pauses(samples)
    cut: list[Stretch] = []
    for start_s, end_s, who in stretches:
        edges_s = [start_s]
        if len(who) == 1:
            for at_s in pauses.within(start_s, end_s, _PAUSE_S):
                if at_s - edges_s[-1] >= _PHRASE_S and end_s - at_s >= _PHRASE_S:
                    edges_s.append(at_s)
        cut += [(begin_s, until_s, who) for begin_s, until_s in pairwise([*edges_s, end_s])]
    return cut


def _features(samples: Row) -> Features:
    """Return cepstra and log pitch every 10 ms, each with mean 0 and variance 1 over the call."""
    block = round(_BLOCK_S * SAMPLE_RATE_HZ)
    made = [
        _block_features(samples[begin : begin + block]) for begin in range(0, len(samples), block)
    ]
    features = np.concatenate(made)
    features -= features.mean(0)
    features /= features.std(0) + 1e-6
    return features


def _block_features(samples: Samples) -> Features:
    import torch
    from torchaudio.functional import detect_pitch_frequency
    from torchaudio.transforms import MFCC

    if len(samples) < SAMPLE_RATE_HZ // 10:
        return np.zeros((0, _CEPSTRA), np.float32)
    sound = torch.from_numpy(np.ascontiguousarray(samples))
    # The band of a telephone line: what lies outside says nothing about a voice.
    mel = {"n_fft": 512, "win_length": 400, "hop_length": 160, "n_mels": 40}
    cepstra = MFCC(SAMPLE_RATE_HZ, _CEPSTRA, melkwargs={**mel, "f_min": 200.0, "f_max": 3500.0})
    shape = cepstra(sound)[1:].T.numpy()  # without the first, which is only loudness
    pitch = detect_pitch_frequency(
        sound[None], SAMPLE_RATE_HZ, frame_time=HOP_S, win_length=30, freq_low=70, freq_high=400
    )[0].numpy()
    length = min(len(shape), len(pitch))
    return np.concatenate([shape[:length], np.log(pitch[:length, None])], axis=1)


def _piece(features: Features, start_s: float, end_s: float) -> Features:
    first = min(int(start_s / HOP_S), len(features) - 1)
    return features[first : max(int(end_s / HOP_S), first + 1)]


def _voice(
    pieces: Sequence[Features], labels: Sequence[int], number: int
) -> "GaussianMixture | None":
    from sklearn.mixture import GaussianMixture

    own = [piece for piece, label in zip(pieces, labels, strict=True) if label == number]
    if sum(len(piece) for piece in own) < _ENOUGH_FRAMES:
        return None
    mixture: Any = GaussianMixture(
        _MIXTURES, covariance_type="diag", reg_covar=1e-2, max_iter=30, random_state=0
    )
    with _no_convergence_warning():
        frames = np.concatenate(own)
        return mixture.fit(frames[:: -(-len(frames) // _MOST_FRAMES)])


def _no_convergence_warning() -> Any:
    """A mixture that still moves a little after its rounds is good enough here."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    return warnings.catch_warnings(action="ignore", category=ConvergenceWarning)


def _scores(voice: "GaussianMixture", pieces: Sequence[Features]) -> NDArray[np.float64]:
    """Return how well a voice explains each piece (log-likelihood), shape ``(pieces,)``."""
    ends = np.cumsum([len(piece) for piece in pieces])
    sums: list[NDArray[np.float64]] = []
    first = 0
    while first < len(pieces):  # many pieces at once, but not hours of them
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + _MOST_FRAMES)))
        scores = voice.score_samples(np.concatenate(pieces[first:last]))
        starts = np.concatenate([[0], ends[first : last - 1] - before])
        sums.append(np.add.reduceat(scores, starts))
        first = last
    return np.concatenate(sums)


def _joined(stretches: Sequence[Stretch]) -> tuple[Turn, ...]:
    """Join touching stretches of one speaker to turns again."""
    turns: list[Turn] = []
    for speaker in sorted({name for *_, who in stretches for name in who}):
        begin_s = until_s = -1.0
        for start_s, end_s, who in stretches:
            if speaker not in who:
                continue
            if start_s - until_s > 1e-6:
                if until_s >= 0:
                    turns.append(Turn(speaker=speaker, start_s=begin_s, end_s=until_s))
                begin_s = start_s
            until_s = end_s
        if until_s >= 0:
            turns.append(Turn(speaker=speaker, start_s=begin_s, end_s=until_s))
    return tuple(sorted(turns, key=lambda turn: (turn.start_s, turn.end_s, turn.speaker)))
