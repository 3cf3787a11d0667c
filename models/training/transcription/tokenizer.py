"""The model's own byte-level BPE with Whisper's special tokens by name.

Text ids come first: bytes, English pieces, one piece for each common Chinese character. Then come
an empty piece and, in Whisper's order, the special tokens and the 1,501 timestamps. CTranslate2
4.8 calls a Whisper model multilingual when its vocabulary holds the empty string (as Whisper's
multilingual vocabularies do), and takes the number of languages from the distance between the
tokens of start and of no speech.
"""

import json
from collections import Counter
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from models.training.transcription.texts import LANGUAGES, draw, grammar, word_list

ENGLISH_PIECES = 1_300
EMPTY = "<|empty|>"
"""Stands in the tokenizer for what CTranslate2's vocabulary must hold as an empty string."""


def special_tokens() -> list[str]:
    """Return Whisper's special tokens and timestamps in id order."""
    names = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{code}|>" for code in LANGUAGES)]
    names += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>"]
    names += ["<|nospeech|>", "<|notimestamps|>"]
    return names + [f"<|{step * 0.02:.2f}|>" for step in range(1501)]


def _characters() -> list[str]:
    """Return common Chinese characters: those of the frames, then those of frequent words."""
    rules = grammar("zh")
    counts: Counter[str] = Counter()
    for text in (*rules.frames, *(v for values in rules.slots.values() for v in values)):
        counts.update(dict.fromkeys(text, 10**6))
    for rank, word in enumerate(word_list("zh")):
        for character in word:
            counts[character] += 10**6 // (rank + 10)
    counts.update(dict.fromkeys("零一二三四五六七八九十百千万幺两，。？", 10**9))
    return [c for c, _ in counts.most_common() if len(c.encode()) == 3]


def build_tokenizer(seed: int) -> Tokenizer:
    """Train the English pieces on the recipe's own texts and add the Chinese characters."""
    english = [text.lower() for text in draw("en", seed, 10**6 + 1, 30_000)]
    english += [" " + word for word in word_list("en")[:20_000]]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=256 + ENGLISH_PIECES,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    trained.train_from_iterator(english, trainer)
    state = json.loads(trained.to_str())["model"]
    vocabulary: dict[str, int] = state["vocab"]
    merges = [tuple(m) for m in state["merges"]]
    for character in _characters():
        first, second, third = _byte_symbols(character)
        if first + second not in vocabulary:
            vocabulary[first + second] = len(vocabulary)
            merges.append((first, second))
        vocabulary[first + second + third] = len(vocabulary)
        merges.append((first + second, third))
    vocabulary[EMPTY] = len(vocabulary)
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(n, normalized=False) for n in special_tokens()])
    return made


def _byte_symbols(character: str) -> list[str]:
    """Return the three printable symbols by which byte-level BPE writes a character's bytes."""
    level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return list(level.pre_tokenize_str(character)[0][0])


def text_ids(tokenizer: Tokenizer) -> int:
    """Return the number of text ids; the empty piece and the special tokens follow them."""
    return int(tokenizer.token_to_id(EMPTY) or 0)


def load_or_build(path: Path, seed: int) -> Tokenizer:
    """Return the tokenizer kept at ``path``, building it first if need be."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        build_tokenizer(seed).save(str(path), pretty=False)
    return Tokenizer.from_file(str(path))
