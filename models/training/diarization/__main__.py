"""Train the bundled diarization models and write the pipeline folder."""

import argparse
import os
import sys
from pathlib import Path

# Before pyannote is imported: it reports usage over the network otherwise.
os.environ["PYANNOTE_METRICS_ENABLED"] = "0"
os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch

from models.training.diarization.bank import Speaker, make_bank
from models.training.diarization.features import cached, call_examples, voice_examples
from models.training.diarization.package import write_pipeline
from models.training.diarization.sounds import noise_bank
from models.training.diarization.train_embedding import TrainedEmbedding, train_embedding
from models.training.diarization.train_segmentation import train_segmentation
from qa_pipeline.speakers.bundled_architectures import SmallSegmentation

# Steps and not seconds end the training, so that equal arguments give equal models; these are
# what one quiet core of a recent processor does in a minute.
_EMBEDDING_STEPS_A_MINUTE = 420
_SEGMENTATION_STEPS_A_MINUTE = 150


def main() -> None:
    """Make the data, train both models, write the folder."""
    options = _options()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    bank, dev = _banks(options)
    noises = noise_bank(np.random.default_rng(options.seed + 10))
    label = f"{options.speakers}-{options.seconds:.0f}-{options.seed}"

    calls = cached(
        options.cache / f"calls-{options.calls}-{label}.pkl",
        lambda: call_examples(
            bank, noises, options.calls, 60.0, np.random.default_rng(options.seed + 20)
        ),
    )
    dev_calls = cached(
        options.cache / f"calls-dev-{options.seed}.pkl",
        lambda: call_examples(dev, noises, 64, 20.0, np.random.default_rng(options.seed + 21)),
    )
    voices = cached(
        options.cache / f"voices-{label}.pkl",
        lambda: voice_examples(bank, noises, 2, np.random.default_rng(options.seed + 30)),
    )
    dev_voices = cached(
        options.cache / f"voices-dev-{options.seed}.pkl",
        lambda: voice_examples(dev, noises, 2, np.random.default_rng(options.seed + 31)),
    )
    segmentation: SmallSegmentation | None = None
    embedding: TrainedEmbedding | None = None
    for number in range(options.rounds):
        kept = f"{options.calls}-{label}-{options.minutes:g}-round{number}.pkl"
        segmentation = cached(
            options.cache / f"segmentation-{kept}",
            lambda number=number, model=segmentation: train_segmentation(
                calls,
                dev_calls,
                int(options.minutes / 2 * _SEGMENTATION_STEPS_A_MINUTE),
                device,
                options.seed + number,
                model,
            ),
        )
        embedding = cached(
            options.cache / f"embedding-{kept}",
            lambda number=number, trained=embedding: train_embedding(
                voices,
                dev_voices,
                int(options.minutes / 2 * _EMBEDDING_STEPS_A_MINUTE),
                device,
                options.seed + number,
                trained,
            ),
        )
        write_pipeline(
            options.out,
            segmentation,
            embedding.model,
            threshold=options.threshold,
            min_cluster_size=options.min_cluster_size,
        )
        print(f"wrote {options.out} after round {number + 1}", file=sys.stderr, flush=True)


def _banks(options: argparse.Namespace) -> tuple[list[Speaker], list[Speaker]]:
    seed = options.seed
    train = cached(
        options.cache / f"bank-train-{options.speakers}-{options.seconds:.0f}-{seed}.pkl",
        lambda: make_bank(
            "train", options.speakers, options.seconds, np.random.default_rng(seed), flite=True
        ),
    )
    dev = cached(
        options.cache / f"bank-dev-40-40-{seed + 1}.pkl",
        lambda: make_bank("dev", 40, 40.0, np.random.default_rng(seed + 1), flite=False),
    )
    return train, dev


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="pipeline folder to write")
    parser.add_argument(
        "--minutes", type=float, default=16, help="of training a round on a quiet core"
    )
    parser.add_argument("--rounds", type=int, default=3, help="each begins with large steps again")
    parser.add_argument("--speakers", type=int, default=1500, help="synthetic speakers")
    parser.add_argument("--seconds", type=float, default=25, help="speech of each, at least")
    parser.add_argument("--calls", type=int, default=2000, help="mixed calls of a minute")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of the processor")
    parser.add_argument("--threshold", type=float, default=0.5, help="distance within a voice")
    parser.add_argument("--min-cluster-size", type=int, default=12)
    parser.add_argument("--cache", type=Path, default=Path("build/diarization"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
