"""Train the bundled diarization models and write the pipeline folder."""

import argparse
import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch

import qa_pipeline  # noqa: F401 - silences pyannote before it is imported
from models.training.diarization.bank import Speaker, make_bank
from models.training.diarization.features import Example, cached, call_examples, voice_examples
from models.training.diarization.package import write_pipeline
from models.training.diarization.sounds import noise_bank
from models.training.diarization.train_embedding import TrainedEmbedding, train_embedding
from models.training.diarization.train_segmentation import train_segmentation, untrained
from qa_pipeline.speakers.bundled_architectures import SmallEmbedding, SmallSegmentation

# Steps and not seconds end the training, so that equal arguments give equal models; these are
# what one quiet core of a recent processor does in a minute.
_EMBEDDING_STEPS_A_MINUTE = 420
_SEGMENTATION_STEPS_A_MINUTE = 150


@dataclass(frozen=True)
class _Data:
    """What both networks learn from, and what they are watched on."""

    calls: list[Example]
    dev_calls: list[Example]
    voices: list[list[Example]]
    dev_voices: list[list[Example]]


def main() -> None:
    """Make the data, train both models, write the folder."""
    options = _options()
    torch.set_num_threads(options.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = _data(options)
    torch.manual_seed(options.seed)
    segmentation: SmallSegmentation = untrained(options.segmentation_width)
    embedding = TrainedEmbedding.untrained(
        SmallEmbedding(width=options.embedding_width), len(data.voices)
    )
    size = f"{options.segmentation_width}-{options.embedding_width}"
    for number in range(options.rounds):
        kept = f"{_label(options)}-{size}-{options.minutes:g}-round{number}.pkl"
        segmentation = cached(
            options.cache / f"segmentation-{kept}",
            partial(
                train_segmentation,
                data.calls,
                data.dev_calls,
                max(20, int(options.minutes / 2 * _SEGMENTATION_STEPS_A_MINUTE)),
                device,
                options.seed + number,
                segmentation,
            ),
        )
        embedding = cached(
            options.cache / f"embedding-{kept}",
            partial(
                train_embedding,
                data.voices,
                data.dev_voices,
                max(20, int(options.minutes / 2 * _EMBEDDING_STEPS_A_MINUTE)),
                device,
                options.seed + number,
                embedding,
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


def _label(options: argparse.Namespace) -> str:
    voices = f"{options.speakers}-{options.seconds:g}-{options.seed}"
    return f"{options.calls}-{voices}{'' if options.flite else '-without-flite'}"


def _data(options: argparse.Namespace) -> _Data:
    """Make, or read from the cache, calls and voices to learn from and to watch on."""
    bank, dev = _banks(options)
    seed, cache, label = options.seed, options.cache, _label(options)
    noises = noise_bank(np.random.default_rng(seed + 10))
    return _Data(
        cached(
            cache / f"calls-{label}.pkl",
            lambda: call_examples(
                bank, noises, options.calls, 60.0, np.random.default_rng(seed + 20)
            ),
        ),
        cached(
            cache / f"calls-dev-{options.dev_speakers}-{seed}.pkl",
            lambda: call_examples(dev, noises, 64, 20.0, np.random.default_rng(seed + 21)),
        ),
        cached(
            cache / f"voices-{label}.pkl",
            lambda: voice_examples(bank, noises, 2, np.random.default_rng(seed + 30)),
        ),
        cached(
            cache / f"voices-dev-{options.dev_speakers}-{seed}.pkl",
            lambda: voice_examples(dev, noises, 2, np.random.default_rng(seed + 31)),
        ),
    )


def _banks(options: argparse.Namespace) -> tuple[list[Speaker], list[Speaker]]:
    seed, count = options.seed, options.dev_speakers
    train = cached(
        options.cache / f"bank-train-{_label(options)}.pkl",
        lambda: make_bank(
            "train",
            options.speakers,
            options.seconds,
            seed,
            flite=options.flite,
            processes=options.processes,
        ),
    )
    dev = cached(
        options.cache / f"bank-dev-{count}-{seed}.pkl",
        lambda: make_bank("dev", count, 40.0, seed + 1, flite=False, processes=options.processes),
    )
    return train, dev


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="pipeline folder to write")
    parser.add_argument(
        "--minutes", type=float, default=16, help="of training a round on a quiet core"
    )
    parser.add_argument("--rounds", type=int, default=3, help="each begins with large steps again")
    parser.add_argument("--speakers", type=int, default=1500, help="synthetic speakers, 64 or more")
    parser.add_argument("--dev-speakers", type=int, default=40, help="to watch the training on")
    parser.add_argument("--seconds", type=float, default=25, help="speech of each, at least")
    parser.add_argument("--calls", type=int, default=2000, help="mixed calls of a minute")
    parser.add_argument("--segmentation-width", type=int, default=96, help="of its LSTM layers")
    parser.add_argument("--embedding-width", type=int, default=192, help="of its convolutions")
    parser.add_argument(
        "--without-flite", dest="flite", action="store_false", help="voices of espeak-ng alone"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of the processor, in training")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that speak")
    parser.add_argument("--threshold", type=float, default=0.5, help="distance within a voice")
    parser.add_argument("--min-cluster-size", type=int, default=12)
    parser.add_argument("--cache", type=Path, default=Path("build/diarization"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
