"""Train the segmentation model: who of up to three people speaks in each frame of 20 ms."""

import itertools
import sys
import time
from collections.abc import Sequence

import numpy as np
import torch
from pyannote.audio.core.task import Problem, Resolution, Specifications
from torch import Tensor, nn

from models.training.diarization.augment import bend, hiss
from models.training.diarization.features import SPEAKERS, Example
from qa_pipeline.speakers.bundled_architectures import SmallSegmentation

WINDOW_S = 3.0
"""What the model is used on. In 10 s so small a model knows where speech is but mixes the voices
up; in 3 s there is mostly one voice, rarely three, and the embedding tells voices apart. On calls
of unseen voices 10 s gave a diarization error rate of 28 %, 3 s gave 15 %.
"""
_FRAMES = 500
"""What it is trained on, 10 s: speech is easier to know from music with more around it."""
_BATCH = 32
_CLASS_OF_BITS = (0, 1, 2, 4, 3, 5, 6, 4)
"""Class of each set of speakers (one bit each) in pyannote's order; all three count as two."""


def specifications() -> Specifications:
    """Return what pyannote has to know about the output of the segmentation model."""
    return Specifications(
        problem=Problem.MONO_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=WINDOW_S,
        classes=[f"speaker#{i + 1}" for i in range(SPEAKERS)],
        powerset_max_classes=2,
        permutation_invariant=True,
    )


def untrained(width: int) -> SmallSegmentation:
    """Return a network to begin with; torch's seed decides its weights."""
    model = SmallSegmentation(width=width)
    model.specifications = specifications()
    model.build()
    return model


def permuted_classes() -> Tensor:
    """Return ``(6, 8)``: the class of each set of speakers under each renaming of them."""
    table = []
    for order in itertools.permutations(range(SPEAKERS)):
        renamed = [
            sum(1 << order[s] for s in range(SPEAKERS) if bits >> s & 1) for bits in range(8)
        ]
        table.append([_CLASS_OF_BITS[bits] for bits in renamed])
    return torch.tensor(table)


def permutation_loss(log_probabilities: Tensor, active: Tensor, table: Tensor) -> Tensor:
    """Return the cross-entropy under the renaming of speakers that suits each window best.

    Args:
        log_probabilities: ``(batch, frames, classes)``.
        active: ``(batch, frames)``, one bit a speaker.
        table: What ``permuted_classes`` returns, on the same device.
    """
    losses = []
    for classes in table:
        wanted = classes[active.long()]
        losses.append(-log_probabilities.gather(2, wanted[:, :, None])[:, :, 0].mean(dim=1))
    return torch.stack(losses, dim=1).min(dim=1).values.mean()


def train_segmentation(
    calls: Sequence[Example],
    dev: Sequence[Example],
    steps: int,
    device: torch.device,
    seed: int,
    model: SmallSegmentation,
) -> SmallSegmentation:
    """Return the network after so many more steps of 32 windows."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    model.to(device)
    table = permuted_classes().to(device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 3e-3, total_steps=steps, pct_start=0.1
    )
    started, shown = time.monotonic(), 0.0
    model.train()
    for step in range(steps):
        spectra, active = _batch(calls, rng)
        with torch.autocast(device.type, torch.bfloat16):
            output = model.from_log_mel(spectra.to(device))
        loss = permutation_loss(output, active.to(device), table)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        shown = 0.98 * shown + 0.02 * loss.item() if step else loss.item()
        if step % 100 == 0 or step == steps - 1:
            print(
                f"segmentation {step}/{steps} loss {shown:.3f} dev {dev_loss(model, dev):.3f} "
                f"{time.monotonic() - started:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    return model.eval()


def dev_loss(model: SmallSegmentation, dev: Sequence[Example]) -> float:
    """Return the loss on one window in the middle of each call."""
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    middles = [(len(e.active) - _FRAMES) // 2 for e in dev]
    spectra, active = _stacked(list(zip(dev, middles, strict=True)))
    with torch.inference_mode():
        output = model.from_log_mel(torch.from_numpy(spectra).to(device))
        loss = permutation_loss(
            output, torch.from_numpy(active).to(device), permuted_classes().to(device)
        )
    model.train(was_training)
    return float(loss)


def _batch(calls: Sequence[Example], rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    picked = [calls[int(i)] for i in rng.integers(len(calls), size=_BATCH)]
    windows = [(e, int(rng.integers(len(e.active) - _FRAMES + 1))) for e in picked]
    spectra, active = _stacked(windows)
    return torch.from_numpy(hiss(bend(spectra, rng, 0.4), rng)), torch.from_numpy(active)


def _stacked(
    windows: Sequence[tuple[Example, int]],
) -> tuple[
    "np.ndarray[tuple[int, ...], np.dtype[np.float32]]",
    "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]",
]:
    spectra = np.stack([e.log_mel[2 * at : 2 * (at + _FRAMES)] for e, at in windows])
    active = np.stack([e.active[at : at + _FRAMES] for e, at in windows])
    return spectra.astype(np.float32), active
