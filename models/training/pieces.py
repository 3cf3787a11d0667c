"""The tokenizer of the small text models: pieces of English words, single Mandarin characters."""

from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

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
