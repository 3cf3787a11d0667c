"""The cache of training shards: made by several processes, read by the trainer as they come."""

import multiprocessing
import time
from dataclasses import dataclass
from pathlib import Path

from models.training.transcription.windows import phone_inventory_cached, write_shard


def shard_path(cache: Path, shard: int) -> Path:
    """Return the file of one shard."""
    return cache / f"shard-{shard:04d}.npz"


@dataclass(frozen=True)
class Making:
    """What is alike for all shards of a run."""

    seed: int
    windows: int
    """In each shard."""
    short_shards: int
    """The first so many hold single utterances."""
    exclude: frozenset[str]
    """Digests of sentences that must not be spoken."""


def _make(job: tuple[Path, Making, int]) -> str:
    cache, making, shard = job
    path = shard_path(cache, shard)
    if path.exists():
        return f"shard {shard} was there"
    began = time.perf_counter()
    short = shard < making.short_shards
    hours = write_shard(path, making.seed, shard, short, making.exclude, making.windows)
    return f"shard {shard}: {hours:.2f} h in {time.perf_counter() - began:.0f} s"


def make_shards(cache: Path, making: Making, shards: range, processes: int) -> None:
    """Make the missing shards on so many processes."""
    phone_inventory_cached(cache, making.seed)
    jobs = [(cache, making, shard) for shard in shards]
    # A process a shard: espeak-ng keeps state from text to text, so what a shard sounds like must
    # not depend on which shards its process happened to speak before.
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=1) as pool:
        for said in pool.imap(_make, jobs):
            print(said, flush=True)
