"""Model and training loop. Every number is deterministic for a seed and a step count."""

import math
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertForSequenceClassification

from models.training.meaning.training import Plan as WordPlan
from models.training.meaning.training import Trainer
from models.training.pieces import encode, save_tokenizer, shape
from models.training.tone.examples import Example, Examples
from models.training.tone.frames import TONES, Tone

IN_TRAINING: dict[Tone, float] = {"negative": 0.276, "neutral": 0.385, "positive": 0.339}
"""Share of each tone among the utterances that are drawn, counted; what has one of two tones counts
half for each."""
IN_CALLS: dict[Tone, float] = {"negative": 0.03, "neutral": 0.67, "positive": 0.3}
"""Share that the shipped model expects: few negative ones on purpose, since a wrong "negative"
accuses somebody."""


@dataclass(frozen=True)
class Plan:
    """How large, how long and how fast to train."""

    steps: int
    word_steps: int
    """Of learning what words mean, before any tone."""
    width: int = 128
    layers: int = 2
    batch: int = 48
    learning_rate: float = 8e-4
    warm_up: float = 0.1
    seed: int = 20
    device: str = "cpu"


def build_model(pieces: int, plan: Plan) -> BertForSequenceClassification:
    """Return an untrained classifier, at the shipped size of about 1,300,000 parameters."""
    config = shape(
        pieces,
        plan.width,
        plan.layers,
        id2label={i: str(tone) for i, tone in enumerate(TONES)},
        label2id={str(tone): i for i, tone in enumerate(TONES)},
    )
    return BertForSequenceClassification(config)


def train(plan: Plan, tokenizer: Tokenizer) -> BertForSequenceClassification:
    """Train a classifier on all but what is held out, and set it for real calls."""
    torch.manual_seed(plan.seed)
    examples = Examples(Random(plan.seed), held_out=False)
    model = build_model(tokenizer.get_vocab_size(), plan)
    words = Trainer(
        WordPlan(
            word_steps=plan.word_steps,
            family_steps=0,
            width=plan.width,
            layers=plan.layers,
            seed=plan.seed,
            device=plan.device,
        ),
        tokenizer,
    )
    words.learn_words()
    model.bert.load_state_dict(words.student.filler.bert.state_dict(), strict=False)
    model.to(plan.device)  # type: ignore[arg-type]
    model.train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=plan.learning_rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, plan.learning_rate, total_steps=plan.steps, pct_start=plan.warm_up
    )
    for step in range(plan.steps):
        batch = [examples.draw() for _ in range(plan.batch)]
        logits = model(**encode(tokenizer, [e.text for e in batch], plan.device)).logits
        loss = loss_of(logits, [e.tones for e in batch])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step} of {plan.steps}: loss {loss.item():.3f}", flush=True)
    _expect_a_call(model)
    model.train(False)
    return model


def loss_of(logits: Tensor, possible: list[frozenset[Tone]]) -> Tensor:
    """Return the mean of -log of the probability given to any of the possible tones.

    ``logits``: ``(batch, tones)``. With one possible tone this is cross-entropy; labels are
    smoothed by 5 %, so that the model stays modest.
    """
    allowed = torch.tensor(
        [[tone in tones for tone in TONES] for tones in possible], device=logits.device
    )
    log_probabilities = logits.log_softmax(-1)
    right = log_probabilities.masked_fill(~allowed, float("-inf")).logsumexp(-1)
    smooth = log_probabilities.mean(-1)
    return -(0.95 * right + 0.05 * smooth).mean()


@torch.no_grad()
def _expect_a_call(model: BertForSequenceClassification) -> None:
    """Shift the biases from the shares of the tones in training to those in calls.

    Bayes' rule for a changed prior; without it too many plain utterances that the model cannot
    place would be called negative.
    """
    for row, tone in enumerate(TONES):
        model.classifier.bias[row] += math.log(IN_CALLS[tone] / IN_TRAINING[tone])


@torch.inference_mode()
def labels(
    model: BertForSequenceClassification, tokenizer: Tokenizer, examples: list[Example], device: str
) -> list[Tone]:
    """Return the model's label for each example."""
    found: list[Tone] = []
    for at in range(0, len(examples), 256):
        texts = [example.text for example in examples[at : at + 256]]
        logits: Tensor = model(**encode(tokenizer, texts, device)).logits
        found += [TONES[label] for label in logits.argmax(-1).tolist()]
    return found


def save(model: BertForSequenceClassification, tokenizer: Tokenizer, out: Path) -> None:
    """Write model and tokenizer so that transformers' Auto classes load them."""
    model.cpu().half().save_pretrained(out)  # type: ignore[no-untyped-call]
    save_tokenizer(tokenizer, out)
