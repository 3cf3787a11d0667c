"""The two small networks of the bundled diarization pipeline.

A pyannote checkpoint names the module of its class, so these classes stay where they are: the
weights in ``models/bundled/diarization/`` point here. Both networks work on 8 kHz sound, the
rate of a telephone line; pyannote resamples what it is given.
"""

import math
from typing import Any

import torch
from pyannote.audio.core.model import Model
from pyannote.audio.core.task import Specifications
from torch import Tensor, nn
from torch.nn import functional

RATE_HZ = 8_000
HOP = 80
"""Samples between two spectra: 10 ms."""
WINDOW = 256
"""Samples of one spectrum: 32 ms."""
MELS = 40
FRAME_SAMPLES = 2 * HOP
"""Samples of one output frame: 20 ms; the first convolution of each network halves the rate."""
_FLOOR_NATS = -11.0
"""Everything more than 48 dB under the mean power of the window counts as silence."""


def mel_filters() -> Tensor:
    """Return the triangular mel filters as ``(spectrum bins, MELS)``, 100 Hz to 3800 Hz.

    The mel scale is O'Shaughnessy's, ``2595 * log10(1 + f / 700)``.
    """
    low, high = (2595.0 * math.log10(1.0 + hz / 700.0) for hz in (100.0, 3800.0))
    edges_hz = 700.0 * (10.0 ** (torch.linspace(low, high, MELS + 2) / 2595.0) - 1.0)
    bins_hz = torch.linspace(0.0, RATE_HZ / 2, WINDOW // 2 + 1)[:, None]
    rising = (bins_hz - edges_hz[:-2]) / (edges_hz[1:-1] - edges_hz[:-2])
    falling = (edges_hz[2:] - bins_hz) / (edges_hz[2:] - edges_hz[1:-1])
    return torch.minimum(rising, falling).clamp(min=0.0)


class LogMel(nn.Module):
    """Log-mel spectra: ``(batch, samples)`` at 8 kHz to ``(batch, samples // HOP, MELS)``."""

    def __init__(self) -> None:
        super().__init__()
        # Derived from constants, so they need no place in the checkpoint.
        self.register_buffer("filters", mel_filters(), persistent=False)
        self.register_buffer("window", torch.hann_window(WINDOW), persistent=False)

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return natural logarithms of the power in every mel band."""
        side = (WINDOW - HOP) // 2
        spectra = torch.stft(
            functional.pad(waveforms.float(), (side, side)),
            WINDOW,
            HOP,
            window=self.get_buffer("window"),
            center=False,
            return_complex=True,
        )
        power = spectra.real.square() + spectra.imag.square()
        return torch.log(power.transpose(1, 2) @ self.get_buffer("filters") + 1e-6)


def level_normalised(log_mel: Tensor, weights: Tensor | None = None) -> Tensor:
    """Take the level out: 0 is the mean power of the (weighted) frames, silence is the floor.

    One number a window and not one a band: the tilt of the spectrum tells speakers apart.

    Args:
        log_mel: ``(batch, frames, MELS)``.
        weights: ``(batch, frames)`` between 0 and 1, or ``None`` for all frames alike.
    """
    power = log_mel.exp().mean(dim=2)
    if weights is None:
        level = power.mean(dim=1)
    else:
        level = (power * weights).sum(dim=1) / (weights.sum(dim=1) + 1e-6)
    return (log_mel - torch.log(level + 1e-6)[:, None, None]).clamp(min=_FLOOR_NATS, max=6.0)


class _FrameModel(Model):
    """What pyannote asks of a model about its frames of 20 ms."""

    def __init__(self, sample_rate: int = RATE_HZ, num_channels: int = 1, task: Any = None) -> None:
        super().__init__(sample_rate=sample_rate, num_channels=num_channels, task=task)
        self.log_mel = LogMel()

    def num_frames(self, num_samples: int) -> int:
        """Return how many frames come out for so many samples."""
        return (num_samples // HOP + 1) // 2

    def receptive_field_size(self, num_frames: int = 1) -> int:
        """Return the samples that so many frames stand for."""
        return num_frames * FRAME_SAMPLES

    def receptive_field_center(self, frame: int = 0) -> int:
        """Return the sample in the middle of a frame."""
        return frame * FRAME_SAMPLES + FRAME_SAMPLES // 2


class SmallSegmentation(_FrameModel):
    """Who of up to three people speaks when, in a window of a few seconds.

    Powerset of 3 speakers and 2 at once (Plaquet and Bredin, 2023): 7 classes a frame.
    """

    def __init__(
        self,
        sample_rate: int = RATE_HZ,
        num_channels: int = 1,
        width: int = 96,
        task: Any = None,
    ) -> None:
        super().__init__(sample_rate=sample_rate, num_channels=num_channels, task=task)
        self.save_hyperparameters("width")
        self.front = nn.Sequential(
            nn.Conv1d(MELS, 64, 5, padding=2),
            nn.ReLU(),
            nn.BatchNorm1d(64),
            nn.Conv1d(64, 96, 5, stride=2, padding=2),
            nn.ReLU(),
            nn.BatchNorm1d(96),
        )
        # Voices change slowly: the recurrent layers see every second frame, at half the cost.
        self.slow = nn.Sequential(
            nn.Conv1d(96, 128, 5, stride=2, padding=2), nn.ReLU(), nn.BatchNorm1d(128)
        )
        self.lstm = nn.LSTM(128, width, num_layers=2, bidirectional=True, batch_first=True)
        self.middle = nn.Linear(2 * width + 96, 64)

    @property
    def dimension(self) -> int:
        """Number of powerset classes."""
        specifications = self.specifications
        assert isinstance(specifications, Specifications)  # one task, never several
        return int(specifications.num_powerset_classes)

    def build(self) -> None:
        """Add the last layer, whose size the specifications give."""
        self.classifier = nn.Linear(64, self.dimension)
        self.activation = self.default_activation()

    def forward(self, waveforms: Tensor, **_: Any) -> Tensor:
        """``(batch, 1, samples)`` to log-probabilities ``(batch, frames, classes)``."""
        return self.from_log_mel(self.log_mel(waveforms[:, 0]))

    def from_log_mel(self, log_mel: Tensor) -> Tensor:
        """``(batch, spectra, MELS)`` to log-probabilities ``(batch, frames, classes)``."""
        fast = self.front(level_normalised(log_mel).transpose(1, 2))
        slow, _ = self.lstm(self.slow(fast).transpose(1, 2))
        fast = fast.transpose(1, 2)
        slow = slow.repeat_interleave(2, dim=1)[:, : fast.shape[1]]
        hidden = functional.relu(self.middle(torch.cat((slow, fast), dim=2)))
        logits: Tensor = self.classifier(hidden)
        return functional.log_softmax(logits.float(), dim=-1)


class SmallEmbedding(_FrameModel):
    """A voice as a vector: a time-delay network with pooling over the speaker's own frames.

    After Snyder et al., X-vectors (2018), a tenth of the size, with residual connections.
    """

    def __init__(
        self,
        sample_rate: int = RATE_HZ,
        num_channels: int = 1,
        dimension: int = 128,
        width: int = 192,
        task: Any = None,
    ) -> None:
        super().__init__(sample_rate=sample_rate, num_channels=num_channels, task=task)
        self.save_hyperparameters("dimension", "width")
        self.front = nn.Sequential(
            nn.Conv1d(MELS, width, 5, stride=2, padding=2), nn.ReLU(), nn.BatchNorm1d(width)
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(width, width, 3, dilation=dilation, padding=dilation),
                nn.ReLU(),
                nn.BatchNorm1d(width),
            )
            for dilation in (1, 2, 3)
        )
        self.wide = nn.Sequential(nn.Conv1d(width, 384, 1), nn.ReLU(), nn.BatchNorm1d(384))
        self.embedding = nn.Sequential(
            nn.BatchNorm1d(768), nn.Linear(768, dimension), nn.BatchNorm1d(dimension)
        )
        self.size = dimension

    @property
    def dimension(self) -> int:
        """Size of the embedding."""
        return self.size

    def build(self) -> None:
        """Nothing depends on the task."""

    def forward(self, waveforms: Tensor, weights: Tensor | None = None, **_: Any) -> Tensor:
        """``(batch, 1, samples)`` to ``(batch, dimension)``.

        ``weights`` (``(batch, any number of frames)``) says where the wanted speaker speaks.
        """
        return self.from_log_mel(self.log_mel(waveforms[:, 0]), weights)

    def from_log_mel(self, log_mel: Tensor, weights: Tensor | None = None) -> Tensor:
        """``(batch, spectra, MELS)`` to ``(batch, dimension)``, not of unit length."""
        if weights is None:
            weights = log_mel.new_ones(log_mel.shape[:2])
        spectra = _resized(weights, log_mel.shape[1])
        hidden = self.front(level_normalised(log_mel, spectra).transpose(1, 2))
        for block in self.blocks:
            hidden = hidden + block(hidden)
        hidden = self.wide(hidden).float()
        mask = _resized(weights, hidden.shape[2])[:, None]
        total = mask.sum(dim=2) + 1e-6
        mean = (hidden * mask).sum(dim=2) / total
        variance = ((hidden - mean[:, :, None]).square() * mask).sum(dim=2) / total
        # The gradient of a square root has no bound at zero.
        pooled = torch.cat((mean, torch.sqrt(variance + 1e-5)), dim=1)
        vector: Tensor = self.embedding(pooled)
        return vector


def _resized(weights: Tensor, frames: int) -> Tensor:
    if weights.shape[1] == frames:
        return weights
    return functional.interpolate(weights[:, None], size=frames, mode="nearest")[:, 0]
