"""Train the bundled tone model: measure the recipe on held-out frames, then train on all."""

import argparse
import os
import time
from pathlib import Path
from random import Random

import torch

from models.training.tone.card import card
from models.training.tone.examples import Examples
from models.training.tone.training import Plan, build_tokenizer, confusion, save, train

STEPS_A_MINUTE = 150
"""About what two CPU cores do; fixed, so that the same command gives the same model."""
ERROR_RATES = (0.0, 0.15, 0.25)


def main() -> None:
    """Read the arguments, train twice, write the model and its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of training on two cores")
    parser.add_argument("--out", type=Path, default=Path("models/bundled/tone"))
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    began = time.monotonic()
    plan = Plan(
        steps=max(20, int(arguments.minutes * STEPS_A_MINUTE / 2)),
        device="cuda" if torch.cuda.is_available() else "cpu",
    )
    tokenizer = build_tokenizer(Random(plan.seed))
    judged = train(plan, tokenizer, with_held_out=False)
    held_out = Examples(Random(plan.seed), held_out=True)
    results = {
        rate: confusion(judged, tokenizer, held_out.measured(10, rate), plan.device)
        for rate in ERROR_RATES
    }
    shipped = train(plan, tokenizer, with_held_out=True)
    save(shipped, tokenizer, arguments.out)
    text = card(plan, results, time.monotonic() - began, arguments.minutes)
    (arguments.out / "README.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
