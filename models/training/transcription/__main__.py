"""Command line of the recipe: data, training, export, characters, measurement, each or all.

``uv run python -m models.training.transcription --minutes 90 --out models/bundled/transcription``

Needs the system package espeak-ng. Uses a GPU when there is one. Interrupted runs go on from the
checkpoint in the cache folder.
"""

import argparse
import json
import os
from pathlib import Path

WINDOWS_PER_SHARD = 240
STAGES = ("data", "train", "export", "characters", "evaluate")
WINDOWS_AN_HOUR = 695
SHORT_SHARDS = 8


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m models.training.transcription", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--out", type=Path, default=Path("models/bundled/transcription"))
    parser.add_argument("--cache", type=Path, default=Path("build/transcription"))
    parser.add_argument("--only", choices=STAGES, nargs="*", default=list(STAGES))
    parser.add_argument("--hours", type=float, default=20.6, help="synthetic speech to make")
    parser.add_argument("--minutes", type=float, default=90.0, help="training time by the clock")
    parser.add_argument("--steps", type=int, help="train so many steps instead: reproducible")
    parser.add_argument("--d-model", type=int, default=256, help="width; a head for every 64 of it")
    parser.add_argument("--encoder-layers", type=int, default=5)
    parser.add_argument("--decoder-layers", type=int, default=2)
    parser.add_argument("--batch-seconds", type=float, default=100.0)
    parser.add_argument("--peak-rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    return parser


def main(arguments: list[str] | None = None) -> None:
    """Run the stages that were asked for."""
    options = _arguments().parse_args(arguments)
    windows = max(8, round(options.hours * WINDOWS_AN_HOUR))
    shards = max(1, round(windows / WINDOWS_PER_SHARD))
    options.cache.mkdir(parents=True, exist_ok=True)
    if "data" in options.only:
        from models.training.transcription.apart import kept_apart
        from models.training.transcription.data import Making, make_shards

        making = Making(options.seed, min(windows, WINDOWS_PER_SHARD), SHORT_SHARDS, kept_apart())
        make_shards(options.cache, making, range(shards), options.threads)
    if "train" in options.only:
        _train(options, shards)
    if "export" in options.only:
        _export(options)
    if "characters" in options.only:
        from models.training.transcription import characters

        characters.make(options.out, options.seed)
    if "evaluate" in options.only:
        print(json.dumps(_evaluate(options.out, options.threads), indent=1))


def _train(options: argparse.Namespace, shards: int) -> None:
    import torch

    from models.training.transcription.batches import Tokens
    from models.training.transcription.network import Shape
    from models.training.transcription.tokenizer import load_or_build
    from models.training.transcription.train import Plan, Trainer
    from models.training.transcription.windows import phone_inventory_cached

    torch.set_num_threads(options.threads)
    tokens = Tokens(load_or_build(options.cache / "tokenizer.json", options.seed))
    phones = phone_inventory_cached(options.cache, options.seed)
    shape = Shape(
        d_model=options.d_model,
        heads=max(1, options.d_model // 64),
        feed_forward=3 * options.d_model,
        encoder_layers=options.encoder_layers,
        decoder_layers=options.decoder_layers,
        tokens=tokens.count,
        phones=len(phones) + 1,
    )
    plan = Plan(
        cache=options.cache,
        checkpoint=options.cache / "checkpoint.pt",
        shape=shape,
        shards=shards,
        seed=options.seed,
        minutes=options.minutes,
        steps=options.steps,
        batch_s=options.batch_seconds,
        peak_rate=options.peak_rate,
        first_shards=min(SHORT_SHARDS, shards),
    )
    Trainer(plan, tokens).run()


def _export(options: argparse.Namespace) -> None:
    import torch

    from models.training.transcription.export import export
    from models.training.transcription.network import Shape

    kept = torch.load(options.cache / "checkpoint.pt", map_location="cpu", weights_only=False)
    shape = Shape(**kept["shape"])
    export(kept["average"], shape, options.cache / "tokenizer.json", options.out, "int8")


def _evaluate(folder: Path, threads: int) -> dict[str, dict[str, float]]:
    from models.training.transcription.evaluate import Listener, heldout_channels, measure

    listener = Listener(folder, threads)
    return {
        condition: {
            name: round(value, 3)
            for name, value in measure(listener, heldout_channels(3, condition, 2)).items()
        }
        for condition in ("clean", "line", "noisy")
    }


if __name__ == "__main__":
    main()
