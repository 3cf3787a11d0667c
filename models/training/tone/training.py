"""Tokenizer, model and training loop. Every number is deterministic for a seed and a step count."""

import math
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from models.training.tone.examples import Example, Examples
from models.training.tone.frames import TONES, Tone, frames
from models.training.tone.noise import common_characters, common_words
from models.training.tone.service import service_frames

_PIECES = 5300
"""3,755 characters and about 1,500 pieces of English words."""
_MAX_TOKENS = 128
NEGATIVE_IN_TRAINING = 0.26
"""Share of negative utterances among those that are drawn, counted."""
NEGATIVE_IN_CALLS = 0.02
"""Share that the shipped model expects: low on purpose, since a wrong "negative" accuses somebody.
Chosen so that about 4 % of held-out plain service sentences are called negative."""
_SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}


@dataclass(frozen=True)
class Plan:
    """How large, how long and how fast to train."""

    steps: int
    width: int = 96
    layers: int = 2
    batch: int = 48
    learning_rate: float = 1.5e-3
    warm_up: float = 0.1
    seed: int = 20
    device: str = "cpu"


def build_tokenizer(rng: Random) -> Tokenizer:
    """Train a byte-pair encoding: pieces of English words, single Mandarin characters.

    Case and punctuation are thrown away: small recognisers give neither reliably.
    """
    # Words are marked at their beginning: with a mark inside them, the library numbers the marked
    # letters in the order of a hash table, another one in every process.
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            normalizers.Replace(Regex(r"['’]"), ""),
            normalizers.Replace(Regex(r"[^\p{L}\p{N}]+"), " "),
            normalizers.Strip(),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(),
            pre_tokenizers.Split(Regex(r"[\u3400-\u9fff]"), "isolated"),
        ]
    )
    corpus = [f.fill(rng) for tone in TONES for f in frames("en", tone) for _ in range(30)]
    corpus += [f.fill(rng) for f in service_frames("en") for _ in range(10)]
    corpus += common_words()
    alphabet = sorted({"▁", *common_characters(), *_characters_of_frames(rng)})
    tokenizer.train_from_iterator(
        corpus,
        trainers.BpeTrainer(
            vocab_size=_PIECES,
            special_tokens=list(_SPECIAL.values()),
            initial_alphabet=alphabet,
            limit_alphabet=len(alphabet) + 80,
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("[CLS]", "[SEP]")],
    )
    return tokenizer


def _characters_of_frames(rng: Random) -> set[str]:
    filled = [f.fill(rng) for tone in TONES for f in frames("zh", tone) for _ in range(30)]
    filled += [f.fill(rng) for f in service_frames("zh") for _ in range(10)]
    return {character for text in filled for character in text if character.isalpha()}


def build_model(pieces: int, plan: Plan) -> BertForSequenceClassification:
    """Return an untrained classifier, at the shipped size of about 700,000 parameters."""
    config = BertConfig(
        vocab_size=pieces,
        hidden_size=plan.width,
        num_hidden_layers=plan.layers,
        num_attention_heads=4,
        intermediate_size=8 * plan.width // 3,
        max_position_embeddings=_MAX_TOKENS + 2,
        id2label={i: str(tone) for i, tone in enumerate(TONES)},
        label2id={str(tone): i for i, tone in enumerate(TONES)},
        pad_token_id=0,
    )
    return BertForSequenceClassification(config)


def train(plan: Plan, tokenizer: Tokenizer) -> BertForSequenceClassification:
    """Train a classifier on all frames but the held-out ones, and set it for real calls."""
    torch.manual_seed(plan.seed)
    examples = Examples(Random(plan.seed), held_out=False)
    model = build_model(tokenizer.get_vocab_size(), plan)
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
    _expect_little_displeasure(model)
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
def _expect_little_displeasure(model: BertForSequenceClassification) -> None:
    """Shift the bias from the share of negative utterances in training to that in calls.

    Bayes' rule for a changed prior; without it too many plain utterances that the model cannot
    place would be called negative.
    """
    in_calls, in_training = NEGATIVE_IN_CALLS, NEGATIVE_IN_TRAINING
    shift = math.log(in_calls / (1 - in_calls)) - math.log(in_training / (1 - in_training))
    model.classifier.bias[TONES.index("negative")] += shift


def encode(tokenizer: Tokenizer, texts: list[str], device: str) -> dict[str, Tensor]:
    """Return token ids and mask, both ``(batch, tokens)``."""
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    tokenizer.enable_truncation(_MAX_TOKENS)
    encoded = tokenizer.encode_batch(texts)
    return {
        "input_ids": torch.tensor([e.ids for e in encoded], device=device),
        "attention_mask": torch.tensor([e.attention_mask for e in encoded], device=device),
    }


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
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    model.cpu().half().save_pretrained(out)  # type: ignore[no-untyped-call]
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        model_max_length=_MAX_TOKENS,
        **_SPECIAL,
    ).save_pretrained(out)
