"""Train the bundled tone model, measure it on held-out frames, write it with its card."""

import argparse
import time
from pathlib import Path

import torch

from models.training.meaning.training import build_tokenizer
from models.training.tone.card import card
from models.training.tone.measuring import measure
from models.training.tone.training import Plan, save, train

STEPS_A_MINUTE, WORD_STEPS_A_MINUTE = 350, 100
"""About what one CPU core does, with half of the time for each; fixed, so that the same command
gives the same model."""


def main() -> None:
    """Read the arguments, train, measure, write the model and its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=12.0, help="of training on one core")
    parser.add_argument("--out", type=Path, default=Path("models/bundled/tone"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--width", type=int, default=128, help="of the layers: a multiple of 4")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    began_s = time.process_time()
    plan = Plan(
        steps=max(20, int(arguments.minutes * STEPS_A_MINUTE)),
        word_steps=max(2, int(arguments.minutes * WORD_STEPS_A_MINUTE)),
        width=arguments.width,
        layers=arguments.layers,
        seed=arguments.seed,
        device="cuda" if torch.cuda.is_available() else "cpu",
    )
    tokenizer = build_tokenizer()
    model = train(plan, tokenizer)
    spent_s = time.process_time() - began_s
    measured = measure(model, tokenizer, plan)
    save(model, tokenizer, arguments.out)
    text = card(plan, measured, spent_s, arguments.minutes)
    (arguments.out / "README.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
