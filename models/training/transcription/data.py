"""The cache of training shards: made by several processes, read by the trainer as they come."""

import multiprocessing
import time
from pathlib import Path

from models.training.transcription.windows import phone_inventory_cached, write_shard


def shard_path(cache: Path, shard: int) -> Path:
    """Return the file of one shard."""
    return cache / f"shard-{shard:04d}.npz"


def _make(job: tuple[Path, int, int, bool, frozenset[str]]) -> str:
    cache, seed, shard, short, exclude = job
    path = shard_path(cache, shard)
    if path.exists():
        return f"shard {shard} was there"
    began = time.perf_counter()
    hours = write_shard(path, seed, shard, short, exclude)
    return f"shard {shard}: {hours:.2f} h in {time.perf_counter() - began:.0f} s"


def make_shards(
    cache: Path,
    seed: int,
    shards: range,
    short_shards: int,
    exclude: frozenset[str],
    processes: int,
) -> None:
    """Make the missing shards; those before ``short_shards`` hold single utterances."""
    phone_inventory_cached(cache, seed)
    jobs = [(cache, seed, shard, shard < short_shards, exclude) for shard in shards]
    # A process a shard: espeak-ng keeps state from text to text, so what a shard sounds like must
    # not depend on which shards its process happened to speak before.
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=1) as pool:
        for said in pool.imap(_make, jobs):
            print(said, flush=True)
