"""The training loop: phones of each frame, the text, and where in the sound each token is.

Four losses from the first step. Naming the phone of every 20 ms frame (espeak-ng tells which one
sounds) teaches the middle of the encoder in a few hundred steps what a CTC loss needs thousands
for; naming the text token that is being said teaches its end. Pulling cross-attention heads to
the true span of each token makes the decoder listen, and word times true. The decoder's own cross
entropy learns the texts.
"""

import math
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.training.transcription.batches import (
    IGNORED,
    Batch,
    Example,
    Tokens,
    ahead,
    batches,
    load_shard,
)
from models.training.transcription.data import shard_path
from models.training.transcription.muon import Muon
from models.training.transcription.network import Recogniser, Shape

SHARDS_PER_ROUND = 10
TOKEN_RIVALS = 700
# The longest window up to each part of the run: attention is learnt on short ones.
CURRICULUM = ((0.12, 5.0), (0.22, 8.0), (1.0, 60.0))


@dataclass
class Plan:
    """What a training run does; two runs of one plan with ``steps`` see the same batches."""

    cache: Path
    checkpoint: Path
    shape: Shape
    shards: int
    seed: int = 1
    minutes: float = 90.0
    steps: int | None = None
    """Stop and anneal by steps instead of by the clock."""
    batch_s: float = 100.0
    peak_rate: float = 2e-3
    warmup_steps: int = 100
    first_shards: int = 8
    new_shards_a_round: int = 3
    dropout: float = 0.0
    save_every_s: float = 240.0
    device: str = field(default_factory=lambda: "cuda" if torch.cuda.is_available() else "cpu")


def losses(network: Recogniser, batch: Batch) -> dict[str, Tensor]:
    """Return the losses ``phone``, ``token``, ``text``, ``place`` of a batch, and accuracies."""
    memory, early = network.encoder(batch.mels)
    phones = network.phone_head(network.phone_norm(early)).float()
    table = network.decoder.table().to(memory.dtype)
    rows, places, tokens = _said_tokens(batch)
    drawn = torch.randint(0, network.shape.tokens, (TOKEN_RIVALS,), device=tokens.device)
    rivals = torch.unique(torch.cat((tokens, drawn)))  # not all tokens: a sixth of the time
    tokens = torch.searchsorted(rivals, tokens)
    told = functional.linear(network.token_head(memory[rows, places]), table[rivals]).float()
    hidden, attentions = network.decoder(batch.tokens, memory)
    wanted = batch.targets != IGNORED
    logits = functional.linear(hidden[wanted], table).float()
    targets = batch.targets[wanted]
    named = phones.argmax(-1) == batch.classes
    voiced = batch.classes > 0
    return {
        "phone": functional.cross_entropy(
            phones.transpose(1, 2), batch.classes, ignore_index=IGNORED
        ),
        "token": functional.cross_entropy(told, tokens),
        "text": functional.cross_entropy(logits, targets),
        "place": _place_loss(attentions, batch.spans, network.shape),
        "phone_right": (named & voiced).sum() / voiced.sum().clamp(min=1),
        "token_right": (told.argmax(-1) == tokens).float().mean(),
        "text_right": (logits.argmax(-1) == targets).float().mean(),
    }


def _said_tokens(batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Draw a frame of each text token's span; return windows, frames and tokens, flat."""
    known = (batch.spans[..., 0] >= 0) & (batch.targets != IGNORED)
    rows = known.nonzero()[:, 0]
    spans = batch.spans[known]
    length = spans[:, 1] - spans[:, 0]
    drawn = spans[:, 0] + (torch.rand(len(spans), device=spans.device) * length).long()
    return rows, drawn.clamp(max=batch.classes.shape[1] - 1), batch.targets[known]


def _place_loss(attentions: list[Tensor], spans: Tensor, shape: Shape) -> Tensor:
    """Return minus the log of the attention inside each token's true span, taught heads alone."""
    places = torch.arange(attentions[0].shape[-1], device=spans.device)
    last = functional.pad(spans[:, :-1], (0, 0, 1, 0), value=-1)
    found = []
    for heads, wanted in ((shape.finding_heads(), spans), (shape.following_heads(), last)):
        inside = (places >= wanted[..., :1]) & (places < wanted[..., 1:])
        known = wanted[..., 0] >= 0
        for layer, head in heads:
            mass = (attentions[layer][:, head].float() * inside).sum(-1)
            found.append(-(mass[known] + 1e-4).log().mean())
    return torch.stack(found).mean()


def _optimizers(network: Recogniser) -> list[torch.optim.Optimizer]:
    """Return Muon (Jordan et al. 2024) for the layers' matrices, AdamW for all the rest.

    Muon's steps are scaled to the size of AdamW's, so both follow one learning rate.
    """
    matrices: list[Tensor] = []
    others: list[Tensor] = []
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            inner = ".layers." in name and parameter.ndim == 2
            (matrices if inner else others).append(parameter)
    return [
        Muon(matrices, lr=1e-3),
        torch.optim.AdamW(others, lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01, fused=True),
    ]


class Trainer:
    """A run that can be stopped and taken up again from its checkpoint file."""

    def __init__(self, plan: Plan, tokens: Tokens) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.tokens = plan, tokens
        self.network = Recogniser(plan.shape, plan.dropout).to(plan.device)
        self.optimizers = _optimizers(self.network)
        self.average = {k: v.clone() for k, v in self.network.state_dict().items()}
        self.step, self.round, self.spent_s = 0, 0, 0.0
        self.used: Counter[int] = Counter()
        self.shards: dict[int, list[Example]] = {}
        if plan.checkpoint.exists():
            self._resume()

    def _resume(self) -> None:
        kept: dict[str, Any] = torch.load(
            self.plan.checkpoint, map_location=self.plan.device, weights_only=False
        )
        self.network.load_state_dict(kept["network"])
        for optimizer, state in zip(self.optimizers, kept["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        self.average = kept["average"]
        self.step, self.round, self.spent_s = kept["step"], kept["round"], kept["spent_s"]
        self.used = Counter(kept["used"])

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        partial = self.plan.checkpoint.with_suffix(".partial")
        kept = {
            "network": self.network.state_dict(),
            "optimizers": [o.state_dict() for o in self.optimizers],
            "average": self.average,
            "shape": self.plan.shape.as_dict(),
            "step": self.step,
            "round": self.round,
            "spent_s": self.spent_s,
            "used": dict(self.used),
        }
        torch.save(kept, partial)
        partial.replace(self.plan.checkpoint)

    def _chosen(self, rng: np.random.Generator) -> list[Example]:
        """Return the windows of this round: the least used shards of those it may know."""
        plan = self.plan
        known = min(plan.shards, plan.first_shards + plan.new_shards_a_round * self.round)
        ranked = sorted(range(known), key=lambda s: (self.used[s], rng.random()))
        chosen: list[Example] = []
        for shard in ranked[:SHARDS_PER_ROUND]:
            self.used[shard] += 1
            if shard not in self.shards:
                path = shard_path(plan.cache, shard)
                while not path.exists():  # another process is still making it
                    time.sleep(2.0)
                self.shards[shard] = load_shard(path, self.tokens)
            chosen += self.shards[shard]
        longest = next(limit for part, limit in CURRICULUM if self.progress() <= part)
        return [e for e in chosen if len(e.mels) <= 100 * longest]

    def progress(self) -> float:
        """Return the part of the run that is done, 0 to 1."""
        if self.plan.steps:
            return self.step / self.plan.steps
        return self.spent_s / (self.plan.minutes * 60)

    def _learning_rate(self) -> float:
        plan = self.plan
        warm = min(1.0, (self.step + 1) / plan.warmup_steps)
        return plan.peak_rate * warm * max(0.02, 0.5 * (1 + math.cos(math.pi * self.progress())))

    def run(self) -> None:
        """Train until the plan's end, saving from time to time."""
        last_save = time.perf_counter()
        while self.progress() < 1.0:
            rng = np.random.default_rng((self.plan.seed, 5, self.round))
            made = batches(self._chosen(rng), self.tokens, self.plan.batch_s, rng)
            for batch in ahead(made):
                began = time.perf_counter()
                found = self.learn(batch)
                self.spent_s += time.perf_counter() - began
                if self.step % 10 == 1:
                    self._report(found, batch.seconds / (time.perf_counter() - began))
                if time.perf_counter() - last_save > self.plan.save_every_s:
                    self.save()
                    last_save = time.perf_counter()
                if self.progress() >= 1.0:
                    break
            self.round += 1
        self.save()

    def learn(self, batch: Batch) -> dict[str, Tensor]:
        """Take one optimisation step; return the losses before it."""
        plan = self.plan
        batch = _to(batch, plan.device)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self._learning_rate()
        with torch.autocast(plan.device, dtype=torch.bfloat16):
            found = losses(self.network, batch)
        total = found["phone"] + found["token"] + found["text"] + found["place"]
        self.network.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        kept = min(0.997, 1 - 1 / (1 + self.step / 4))
        with torch.no_grad():
            current = self.network.state_dict()
            for name, value in self.average.items():
                value.lerp_(current[name], 1 - kept)
        return found

    def _report(self, found: dict[str, Tensor], speed: float) -> None:
        said = " ".join(f"{name} {value.item():.3f}" for name, value in found.items())
        print(
            f"step {self.step} round {self.round} {self.spent_s / 60:.1f} min {said} "
            f"rate {self._learning_rate():.1e} {speed:.0f}x",
            flush=True,
        )


def _to(batch: Batch, device: str) -> Batch:
    if device == "cpu":
        return batch
    return Batch(
        batch.mels.to(device),
        batch.classes.to(device),
        batch.tokens.to(device),
        batch.targets.to(device),
        batch.spans.to(device),
        batch.seconds,
    )
