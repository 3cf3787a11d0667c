"""Train the voice embedding: tell synthetic speakers apart by a few seconds of speech.

Additive angular margin loss (Deng et al., ArcFace, 2019) over all speakers of the bank.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.training.diarization.augment import bend, drown
from models.training.diarization.features import Example
from qa_pipeline.speakers.bundled_architectures import SmallEmbedding

_BATCH = 64
_SCALE = 30.0
_MARGIN = 0.2


class Margin(nn.Module):
    """Cosine to a learnt direction a speaker, with an angle added for the right one."""

    def __init__(self, dimension: int, speakers: int) -> None:
        super().__init__()
        self.directions = nn.Parameter(torch.randn(speakers, dimension) * 0.05)

    def forward(self, vectors: Tensor, speakers: Tensor, margin: float) -> Tensor:
        """Return the cross-entropy of ``(batch, dimension)`` against ``(batch,)``."""
        cosine = functional.normalize(vectors) @ functional.normalize(self.directions).T
        angle = torch.acos(cosine.clamp(-1 + 1e-6, 1 - 1e-6))
        right = functional.one_hot(speakers, cosine.shape[1]).bool()
        logits = torch.where(right, torch.cos((angle + margin).clamp(max=torch.pi)), cosine)
        return functional.cross_entropy(_SCALE * logits, speakers)


@dataclass
class TrainedEmbedding:
    """The network and what its loss learnt, so that training can go on."""

    model: SmallEmbedding
    margin: Margin
    steps: int = 0

    @classmethod
    def untrained(cls, model: SmallEmbedding, speakers: int) -> "TrainedEmbedding":
        """Return a network to begin with and a direction for each speaker."""
        return cls(model, Margin(model.dimension, speakers))


def train_embedding(
    voices: Sequence[Sequence[Example]],
    dev: Sequence[Sequence[Example]],
    steps: int,
    device: torch.device,
    seed: int,
    trained: TrainedEmbedding,
) -> TrainedEmbedding:
    """Return network and loss after so many more steps of 64 crops of 1 to 3.2 s."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    first_round = trained.steps == 0
    model, margin = trained.model.to(device), trained.margin.to(device)
    parameters = [*model.parameters(), *margin.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 3e-3, total_steps=steps, pct_start=0.1
    )
    started, shown = time.monotonic(), 0.0
    model.train()
    for step in range(steps):
        spectra, weights, speakers = _batch(voices, rng)
        # Half precision for the convolutions only: five times the speed on recent processors.
        with torch.autocast(device.type, torch.bfloat16):
            vectors = model.from_log_mel(spectra.to(device), weights.to(device))
        loss = margin(
            vectors.float(),
            speakers.to(device),
            _MARGIN * (min(1.0, 4 * step / steps) if first_round else 1.0),
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 5.0)
        optimizer.step()
        schedule.step()
        shown = 0.98 * shown + 0.02 * loss.item() if step else loss.item()
        if step % 250 == 0 or step == steps - 1:
            rate = equal_error_rate(model, dev, np.random.default_rng(7))
            print(
                f"embedding {step}/{steps} loss {shown:.3f} eer {rate:.3f} "
                f"{time.monotonic() - started:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    return TrainedEmbedding(model.eval(), margin, trained.steps + steps)


def equal_error_rate(
    model: SmallEmbedding, voices: Sequence[Sequence[Example]], rng: np.random.Generator
) -> float:
    """Return the rate at which as many same voices are refused as different ones accepted.

    Crops of 2.5 s, eight a speaker, over different lines.
    """
    was_training = model.training
    model.eval()
    crops, owners = [], []
    for owner, lines in enumerate(voices):
        for turn in range(8):
            line = lines[turn % len(lines)]
            crops.append(_crop(line, 250, rng))
            owners.append(owner)
    device = next(model.parameters()).device
    with torch.inference_mode():
        spectra = torch.from_numpy(np.stack([c[0] for c in crops])).float().to(device)
        weights = torch.from_numpy(np.stack([c[1] for c in crops])).float().to(device)
        vectors = functional.normalize(model.from_log_mel(spectra, weights)).cpu().numpy()
    model.train(was_training)
    cosine = vectors @ vectors.T
    same = np.equal.outer(owners, owners)
    above = np.triu(np.ones_like(same), 1)
    right, wrong = cosine[same & above], cosine[~same & above]
    thresholds = np.quantile(right, np.linspace(0, 1, 501))
    refused = np.linspace(0, 1, 501)
    accepted = np.array([(wrong >= t).mean() for t in thresholds])
    closest = int(np.argmin(np.abs(refused - accepted)))
    return float((refused[closest] + accepted[closest]) / 2)


def _batch(
    voices: Sequence[Sequence[Example]], rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    spectra_count = 2 * int(rng.integers(50, 160))
    speakers = rng.choice(len(voices), _BATCH, replace=False)
    crops = [
        _crop(voices[s][int(rng.integers(len(voices[s])))], spectra_count, rng) for s in speakers
    ]
    spectra = np.stack([c[0] for c in crops]).astype(np.float32)
    weights = np.stack([c[1] for c in crops]).astype(np.float32)
    return (
        torch.from_numpy(bend(drown(spectra, rng), rng)),
        torch.from_numpy(weights),
        torch.from_numpy(speakers),
    )


def _crop(
    line: Example, spectra_count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return spectra and the frames in which the voice speaks (all, where it hardly does)."""
    frames = spectra_count // 2
    begin = int(rng.integers(max(1, len(line.active) - frames)))
    weights = np.zeros(frames, np.float16)
    held = line.active[begin : begin + frames]
    weights[: len(held)] = held
    spectra = np.full((spectra_count, line.log_mel.shape[1]), -13.0, np.float16)
    part = line.log_mel[2 * begin : 2 * begin + spectra_count]
    spectra[: len(part)] = part
    return spectra, weights if weights.sum() > 15 else np.ones(frames, np.float16)
