"""Tokenizer, model and training. Every number is deterministic for a seed and step counts."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertForMaskedLM, BertModel
from wordfreq import top_n_list

from models.training.meaning.families import Family, families
from models.training.meaning.lessons import (
    TEACHER_SIZE,
    glosses,
    lessons,
    mean_of_tokens,
    sentences,
    taught,
    texts_to_fill_in,
)
from models.training.pieces import (
    SPECIAL,
    UNKNOWN,
    bilingual_pieces,
    encode,
    save_tokenizer,
    shape,
)
from models.training.tone.frames import LANGUAGES, Language
from models.training.tone.noise import common_characters, misheard

_PIECES = 7_400
_MASKED = 0.2
_TEMPERATURE = 0.07
_MISHEARD_SHARE, _MISHEARD_RATE = 0.5, 0.15
_LOOKALIKE_WEIGHT = 4.0
"""How many times a sentence that only looks like a family counts against it."""
_SAME_FAMILY = 0.8
"""Families whose English points so much the same way may be one, written twice."""
_NEIGHBOURS = 8
"""Half of the families of a step are among so many that are most like one of the other half."""


@dataclass(frozen=True)
class Plan:
    """How large, how long and how fast to train."""

    word_steps: int
    family_steps: int
    width: int = 192
    layers: int = 3
    lessons_a_step: int = 192
    repeated_a_step: int = 64
    """Lessons a step while families are learnt, so that nothing is forgotten."""
    filled_a_step: int = 48
    families_a_step: int = 40
    learning_rate: float = 1.2e-3
    seed: int = 7
    device: str = "cpu"


def build_tokenizer() -> Tokenizer:
    """Train the pieces: of English words as they are said and glossed, and single characters."""
    corpus = [*sentences("en"), *top_n_list("en", 20_000), *list(glosses().values())[::4]]
    used = {c for text in sentences("zh") for c in text if "\u4e00" <= c <= "\u9fff"}
    return bilingual_pieces(corpus, {*common_characters(), *used}, _PIECES)


class Student(nn.Module):
    """The encoder, with what it needs to be taught: a way to the teacher's space, and a filler."""

    def __init__(self, pieces: int, plan: Plan) -> None:
        super().__init__()
        self.filler = BertForMaskedLM(shape(pieces, plan.width, plan.layers))
        self.to_teacher = nn.Linear(plan.width, TEACHER_SIZE, bias=False)

    def forward(self, tokens: dict[str, Tensor]) -> Tensor:
        """Return the meanings, ``(texts, width)``: the mean over tokens, not yet of length 1."""
        hidden: Tensor = self.filler.bert(**tokens).last_hidden_state
        return mean_of_tokens(hidden, tokens["attention_mask"])


class Trainer:
    """Trains a student in two stages: words and sentences first, then families."""

    def __init__(self, plan: Plan, tokenizer: Tokenizer) -> None:
        torch.manual_seed(plan.seed)
        self._plan = plan
        self._tokenizer = tokenizer
        self._rng = Random(plan.seed)
        self.student = Student(tokenizer.get_vocab_size(), plan).to(plan.device)
        wanted = plan.word_steps * plan.lessons_a_step + plan.family_steps * plan.repeated_a_step
        self._lessons = self._rng.sample(lessons(), min(wanted, len(lessons())))
        english = tuple(dict.fromkeys([*(lesson.english for lesson in self._lessons), *_named()]))
        self._row = {text: row for row, text in enumerate(english)}
        self._taught = torch.from_numpy(taught(english, plan.device)).to(plan.device)

    def learn_words(self) -> None:
        """Point where the teacher points, and fill in what is left out."""
        plan = self._plan
        texts = texts_to_fill_in()

        def loss() -> Tensor:
            filled = self._filled(self._rng.sample(texts, plan.filled_a_step))
            return self._distilled(plan.lessons_a_step) + 0.3 * filled

        self._run("words", plan.word_steps, plan.learning_rate, loss)

    def learn_families(self) -> None:
        """Bring together what means the same, and keep apart what only looks like it."""
        plan = self._plan
        known = [family for family in families() if not family.held_out]
        near = self._near(known)
        same = near > _SAME_FAMILY
        neighbours = near.masked_fill(same, -1).topk(_NEIGHBOURS, dim=-1).indices.tolist()

        def loss() -> Tensor:
            first = self._rng.sample(range(len(known)), plan.families_a_step // 2)
            more = [self._rng.choice(neighbours[i]) for i in first]
            chosen = sorted({*first, *more})
            together = same[chosen][:, chosen]
            contrasted = self._contrasted([known[i] for i in chosen], together)
            return contrasted + self._distilled(plan.repeated_a_step)

        self._run("families", plan.family_steps, plan.learning_rate / 2, loss)

    def _run(self, name: str, steps: int, rate: float, loss_of: Callable[[], Tensor]) -> None:
        self.student.train()
        optimiser = torch.optim.AdamW(self.student.parameters(), lr=rate, weight_decay=0.02)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
        for step in range(steps):
            loss = loss_of()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.student.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            if step % 100 == 0:
                print(f"{name}: step {step} of {steps}, loss {loss.item():.3f}", flush=True)
        self.student.train(False)

    def _encode(self, texts: list[str]) -> dict[str, Tensor]:
        return encode(self._tokenizer, texts, self._plan.device)

    def _distilled(self, count: int) -> Tensor:
        """Return one less the cosine between student and teacher, over so many lessons."""
        chosen = self._rng.sample(self._lessons, min(count, len(self._lessons)))
        rows = [self._row[lesson.english] for lesson in chosen]
        pointed = self.student.to_teacher(self.student(self._encode([c.text for c in chosen])))
        return (1 - nn.functional.cosine_similarity(pointed, self._taught[rows])).mean()

    def _filled(self, texts: list[str]) -> Tensor:
        """Return the loss of filling in tokens that are left out (Devlin et al., 2019)."""
        tokens = self._encode(texts)
        ids = tokens["input_ids"]
        words = (ids >= len(SPECIAL)).cpu()
        gone = torch.rand(ids.shape) < _MASKED
        gone = (gone & words).to(ids.device)
        if not bool(gone.any()):
            return torch.zeros((), device=ids.device)
        labels = ids.masked_fill(~gone, -100)
        masked = ids.masked_fill(gone, UNKNOWN)
        found: Tensor = self.student.filler(
            input_ids=masked, attention_mask=tokens["attention_mask"], labels=labels
        ).loss
        return found

    def _near(self, known: list[Family]) -> Tensor:
        """Return how alike families are to the teacher, ``(families, families)``, cosine."""
        centres = torch.stack(
            [self._taught[[self._row[t] for t in _first(f)]].mean(0) for f in known]
        )
        unit = nn.functional.normalize(centres, dim=-1)
        return unit @ unit.T

    def _contrasted(self, chosen: list[Family], alike: Tensor) -> Tensor:
        """Return the supervised contrastive loss (Khosla et al., 2020) of some families.

        Two sentences a language and family are brought together; those of other families and
        what only looks like one are kept away, but for families that may be the same.
        """
        rng = self._rng
        means = [
            (row, self._heard(text, language))
            for row, family in enumerate(chosen)
            for language in LANGUAGES
            for text in rng.sample(family.means[language], 2)
        ]
        looks = [
            (row, self._heard(rng.choice(family.looks[language]), language))
            for row, family in enumerate(chosen)
            for language in LANGUAGES
            if family.looks[language]
        ]
        both = [text for _, text in (*means, *looks)]
        unit = nn.functional.normalize(self.student(self._encode(both)), dim=-1)
        of = torch.tensor([row for row, _ in (*means, *looks)], device=unit.device)
        count = len(means)
        scores = unit[:count] @ unit.T / _TEMPERATURE
        same = of[:count, None] == of[None, :]
        look = torch.arange(len(both), device=unit.device)[None, :] >= count
        itself = torch.eye(len(both), device=unit.device, dtype=torch.bool)[:count]
        positive = same & ~look & ~itself
        ignored = itself | (alike[of[:count]][:, of] & ~same)
        scores = scores + np.log(_LOOKALIKE_WEIGHT) * (same & look)
        log = scores - scores.masked_fill(ignored, float("-inf")).logsumexp(-1, keepdim=True)
        loss: Tensor = -((log * positive).sum(-1) / positive.sum(-1)).mean()
        return loss

    def _heard(self, text: str, language: Language) -> str:
        """Return a sentence as it may be recognised."""
        if self._rng.random() >= _MISHEARD_SHARE:
            return text
        return misheard(text, language, self._rng.uniform(0, _MISHEARD_RATE), self._rng)


def _first(family: Family) -> list[str]:
    """Return the sentences by which families are compared before anything is learnt."""
    return family.means["en"][:3]


def _named() -> list[str]:
    return [text for family in families() for text in _first(family)]


def save(student: Student, tokenizer: Tokenizer, out: Path) -> None:
    """Write encoder and tokenizer so that transformers' Auto classes load them."""
    model = BertModel(student.filler.config)
    state = model.state_dict()
    # the part that is never used lies there as zeros, so that nothing is missing when it is loaded
    state |= {name: torch.zeros_like(part) for name, part in state.items() if "pooler" in name}
    model.load_state_dict(state | student.filler.bert.cpu().state_dict())
    model.half().save_pretrained(out)  # type: ignore[no-untyped-call]
    save_tokenizer(tokenizer, out)
