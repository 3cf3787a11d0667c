"""What the small text models share: their tokenizer, their shape, and how they are written.

The tokens are pieces of English words and single Mandarin characters.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor
from transformers import BertConfig, PreTrainedTokenizerFast

_MAX_TOKENS = 128
SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
UNKNOWN = list(SPECIAL).index("unk_token")
"""The number of the piece that stands for what is not known, and for what is left out."""


def bilingual_pieces(english: Iterable[str], characters: Iterable[str], pieces: int) -> Tokenizer:
    """Train a byte-pair encoding of so many pieces on English texts; characters stay single.

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
    alphabet = sorted({"▁", *characters})
    tokenizer.train_from_iterator(
        english,
        trainers.BpeTrainer(
            vocab_size=pieces,
            special_tokens=list(SPECIAL.values()),
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


def shape(pieces: int, width: int, layers: int, **more: Any) -> BertConfig:
    """Return the configuration of a small BERT. ``more``: of what stands on top of it."""
    return BertConfig(
        vocab_size=pieces,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        intermediate_size=8 * width // 3,
        max_position_embeddings=_MAX_TOKENS + 2,
        pad_token_id=0,
        **more,
    )


def encode(tokenizer: Tokenizer, texts: list[str], device: str) -> dict[str, Tensor]:
    """Return token ids and mask, both ``(texts, tokens)``."""
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
    tokenizer.enable_truncation(_MAX_TOKENS)
    encoded = tokenizer.encode_batch(texts)
    return {
        "input_ids": torch.tensor([e.ids for e in encoded], device=device),
        "attention_mask": torch.tensor([e.attention_mask for e in encoded], device=device),
    }


def save_tokenizer(tokenizer: Tokenizer, out: Path) -> None:
    """Write a tokenizer so that transformers' Auto class loads it."""
    tokenizer.no_padding()
    tokenizer.no_truncation()
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, model_max_length=_MAX_TOKENS, **SPECIAL
    ).save_pretrained(out)
