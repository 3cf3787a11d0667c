"""Tokenizer, model and training loop. Every number is deterministic for a seed and a step count."""

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from models.training.tone.examples import Example, Examples
from models.training.tone.frames import LANGUAGES, TONES, frames
from models.training.tone.noise import common_characters, common_words

_PIECES = 5300
"""3,755 characters and about 1,500 pieces of English words."""
_MAX_TOKENS = 128
_SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train."""

    steps: int
    batch: int = 96
    learning_rate: float = 1.5e-3
    warm_up: float = 0.1
    seed: int = 20
    device: str = "cpu"


def build_tokenizer(rng: Random) -> Tokenizer:
    """Train a byte-pair encoding: pieces of English words, single Mandarin characters.

    Case and punctuation are thrown away: small recognisers give neither reliably.
    """
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"))
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
            pre_tokenizers.Split(Regex(r"[\u3400-\u9fff]"), "isolated"),
            pre_tokenizers.WhitespaceSplit(),
        ]
    )
    corpus = [f.fill(rng) for tone in TONES for f in frames("en", tone) for _ in range(30)]
    corpus += common_words()
    alphabet = sorted({*common_characters(), *_characters_of_frames(rng)})
    tokenizer.train_from_iterator(
        corpus,
        trainers.BpeTrainer(
            vocab_size=_PIECES,
            special_tokens=list(_SPECIAL.values()),
            initial_alphabet=alphabet,
            limit_alphabet=len(alphabet) + 80,
            continuing_subword_prefix="##",
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[(t, tokenizer.token_to_id(t)) for t in ("[CLS]", "[SEP]")],
    )
    return tokenizer


def _characters_of_frames(rng: Random) -> set[str]:
    filled = (f.fill(rng) for tone in TONES for f in frames("zh", tone) for _ in range(30))
    return {character for text in filled for character in text}


def build_model(pieces: int) -> BertForSequenceClassification:
    """Return an untrained classifier of about 1.1 million parameters."""
    config = BertConfig(
        vocab_size=pieces,
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=384,
        max_position_embeddings=_MAX_TOKENS + 2,
        num_labels=len(TONES),
        id2label=dict(enumerate(TONES)),
        label2id={tone: i for i, tone in enumerate(TONES)},
        pad_token_id=0,
    )
    return BertForSequenceClassification(config)


def train(
    plan: Plan, tokenizer: Tokenizer, *, with_held_out: bool
) -> BertForSequenceClassification:
    """Train a classifier, on all frames or on all but the held-out ones."""
    torch.manual_seed(plan.seed)
    rng = Random(plan.seed)
    examples = Examples(rng, held_out=None if with_held_out else False)
    model = build_model(tokenizer.get_vocab_size()).to(plan.device).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=plan.learning_rate, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, plan.learning_rate, total_steps=plan.steps, pct_start=plan.warm_up
    )
    for step in range(plan.steps):
        batch = [examples.draw() for _ in range(plan.batch)]
        inputs = encode(tokenizer, [example.text for example in batch], plan.device)
        targets = torch.tensor([TONES.index(e.tone) for e in batch], device=plan.device)
        loss = torch.nn.functional.cross_entropy(
            model(**inputs).logits, targets, label_smoothing=0.05
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 100 == 0:
            print(f"step {step} of {plan.steps}: loss {loss.item():.3f}", flush=True)
    return model.eval()


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
def confusion(
    model: BertForSequenceClassification, tokenizer: Tokenizer, examples: list[Example], device: str
) -> dict[str, list[list[int]]]:
    """Return for each language how often each tone (rows) was labelled as each (columns)."""
    counts = {language: [[0] * len(TONES) for _ in TONES] for language in LANGUAGES}
    for at in range(0, len(examples), 256):
        batch = examples[at : at + 256]
        logits: Any = model(**encode(tokenizer, [e.text for e in batch], device)).logits
        for example, label in zip(batch, logits.argmax(-1).tolist(), strict=True):
            counts[example.language][TONES.index(example.tone)][label] += 1
    return counts


def save(model: BertForSequenceClassification, tokenizer: Tokenizer, out: Path) -> None:
    """Write model and tokenizer so that transformers' Auto classes load them."""
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    model.cpu().half().save_pretrained(out)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=_MAX_TOKENS,
        **_SPECIAL,
    ).save_pretrained(out)
