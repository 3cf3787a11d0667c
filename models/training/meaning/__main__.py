"""Train the bundled sentence encoder, measure it on held-out families, write it with its card."""

import argparse
import time
from pathlib import Path

import torch

from models.training.meaning.card import card
from models.training.meaning.measuring import measure
from models.training.meaning.training import Plan, Trainer, build_tokenizer, save

WORD_STEPS_A_MINUTE, FAMILY_STEPS_A_MINUTE = 40, 40
"""About what two CPU cores do in a minute with half of it for each stage; fixed, so that the same
command gives the same model."""


def main() -> None:
    """Read the arguments, train, measure, write the model and its card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=40.0, help="of training on two cores")
    parser.add_argument("--out", type=Path, default=Path("models/bundled/meaning"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--width", type=int, default=192, help="of the layers: a multiple of 4")
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    torch.use_deterministic_algorithms(True, warn_only=True)
    began_s = time.process_time()
    plan = Plan(
        word_steps=max(2, int(given.minutes * WORD_STEPS_A_MINUTE)),
        family_steps=max(2, int(given.minutes * FAMILY_STEPS_A_MINUTE)),
        width=given.width,
        layers=given.layers,
        seed=given.seed,
        device="cuda" if torch.cuda.is_available() else "cpu",
    )
    tokenizer = build_tokenizer()
    trainer = Trainer(plan, tokenizer)
    trainer.learn_words()
    trainer.learn_families()
    spent_s = time.process_time() - began_s
    measured = measure(trainer.student, tokenizer, plan.device)
    save(trainer.student, tokenizer, given.out)
    text = card(plan, measured, spent_s, given.minutes)
    (given.out / "README.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
