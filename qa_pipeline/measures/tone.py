"""The tone of utterances: wording by a model behind a protocol, and what the sound adds to it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from qa_pipeline.device_faults import FittingSize, not_loaded, with_room
from qa_pipeline.errors import ModelError
from qa_pipeline.language import joined
from qa_pipeline.measures.speech import tokens
from qa_pipeline.records import Conversation, ToneLabel, Utterance, UtteranceTone, Word

if TYPE_CHECKING:
    from torch import Tensor

_LABELS: dict[str, ToneLabel] = {
    "positive": "positive",
    "neutral": "neutral",
    "negative": "negative",
}
_BATCH = 64
_MAX_TOKENS = 128
_MIN_TOKENS = {"zh": 4}
_MIN_TOKENS_ELSEWHERE = 3
TENSION_FROM = 1.0
"""Tension up to here is ordinary liveliness."""
TENSION_UP_TO = 3.0
LOG_ODDS_A_TENSION = 0.75
"""What each unit of tension beyond the ordinary adds to the log-odds of negative: 1.5 at most,
which makes the odds 4.5 times what the wording alone gave. Chosen to be modest."""
DOUBTFUL_WORD = 0.5
"""A word of a lower probability is more likely misheard than not."""

LIKELY = 0.5
"""A tone counts in a share where it is as likely as not."""


class ToneProbabilities(NamedTuple):
    """How likely each tone is; the three add up to 1."""

    positive: float
    neutral: float
    negative: float

    @property
    def label(self) -> ToneLabel:
        """The likeliest; neutral before positive before negative where equal."""
        if self.neutral >= max(self.positive, self.negative):
            return "neutral"
        return "positive" if self.positive >= self.negative else "negative"

    @property
    def probability(self) -> float:
        """Probability of the label."""
        return min(1.0, max(self))

    @property
    def score(self) -> float:
        """From -1 (surely negative) to 1 (surely positive)."""
        return self.positive - self.negative


class ToneModel(Protocol):
    """Anything that can tell the tone of an utterance from its words."""

    @property
    def name(self) -> str:
        """Which model it is, for the record of what made a result."""

    @property
    def version(self) -> str:
        """Its version or digest."""

    def probabilities(self, texts: Sequence[str]) -> list[ToneProbabilities]:
        """Return for each text how likely each tone is."""


class TransformersTone:
    """A text classifier in a local folder, loaded with transformers when first used.

    Its labels must be ``positive``, ``neutral`` and ``negative`` (in any case and order). The
    result for a text does not depend on the texts beside it: padding is masked.
    """

    def __init__(self, model_dir: Path, device: str = "cpu", *, version: str = "") -> None:
        self._model_dir = model_dir
        self._device = device
        self._batch_size = FittingSize(_BATCH)
        self._name = model_dir.name
        self._version = version

    @property
    def name(self) -> str:
        """The name of the model's folder."""
        return self._name

    @property
    def version(self) -> str:
        """The version or digest that it was made with; empty when none was given."""
        return self._version

    def probabilities(self, texts: Sequence[str]) -> list[ToneProbabilities]:
        """Return for each text how likely each tone is.

        Fewer are read at once where the device is short of memory. Raises ``ModelError`` when the
        folder holds no model of this kind, or there is no room for it.
        """
        results: list[ToneProbabilities] = []
        while len(results) < len(texts):
            rest = texts[len(results) :]

            def first(count: int, rest: Sequence[str] = rest) -> list[ToneProbabilities]:
                return self._together(rest[:count])

            results += with_room(self._batch_size, first, len(rest))
        return results

    def _together(self, texts: Sequence[str]) -> list[ToneProbabilities]:
        import torch

        tokenizer, model, labels = self._loaded
        order = [labels.index(label) for label in _LABELS.values()]
        encoded = tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=_MAX_TOKENS,
            return_tensors="pt",
        ).to(self._device)
        with torch.inference_mode():
            probabilities: Tensor = model(**encoded).logits.float().softmax(-1).cpu()  # (batch, 3)
        return [ToneProbabilities(*row) for row in probabilities[:, order].tolist()]

    @cached_property
    def _loaded(self) -> tuple[Any, Any, list[ToneLabel]]:
        from qa_pipeline.model_registry.pretrained import load_pretrained

        try:
            tokenizer, model, _ = load_pretrained(
                "AutoModelForSequenceClassification", self._model_dir, self._device
            )
        except (OSError, ValueError, RuntimeError, MemoryError) as error:
            what = f"the tone model in {self._model_dir}"
            raise not_loaded(
                what, self._device, error, "run 'qa-pipeline models verify'"
            ) from error
        names = [str(model.config.id2label[i]).lower() for i in range(model.config.num_labels)]
        if sorted(names) != sorted(_LABELS):
            raise ModelError(
                f"the tone model in {self._model_dir} has the labels {', '.join(names)}; "
                "needed are positive, neutral and negative"
            )
        # Weights may be stored in half precision; on a CPU that is slow and coarse to compute in.
        return tokenizer, model.float(), [_LABELS[name] for name in names]


def says_enough(utterance: Utterance) -> bool:
    """Tell whether an utterance is long enough to have a tone (3 words or 4 characters).

    Only words that were heard rather than misheard count (a probability of 0.5 and more).
    """
    needed = _MIN_TOKENS.get(utterance.language, _MIN_TOKENS_ELSEWHERE)
    return len(tokens(_joined(_sure(utterance), utterance.language))) >= needed


def _sure(utterance: Utterance) -> tuple[Word, ...]:
    return tuple(word for word in utterance.words if word.probability >= DOUBTFUL_WORD)


def _joined(words: Sequence[Word], language: str) -> str:
    return joined([word.text for word in words], language)


@dataclass(frozen=True)
class Toned:
    """An utterance with the tone of its wording and its sound together."""

    utterance: Utterance
    probabilities: ToneProbabilities
    tension: float | None

    @property
    def record(self) -> UtteranceTone:
        """What is kept of it."""
        return UtteranceTone(
            utterance_id=self.utterance.utterance_id,
            label=self.probabilities.label,
            probability=self.probabilities.probability,
            tension=None if self.tension is None else round(self.tension, 3),
        )


def with_tension(wording: ToneProbabilities, tension: float | None) -> ToneProbabilities:
    """Return the tone of wording and sound together.

    Each unit of tension above 1, up to 3, adds 0.75 to the log-odds of negative; positive and
    neutral keep their proportion. So sound alone never makes an utterance negative where its
    wording gives that less than 18 per cent, and a calm voice excuses nothing.
    """
    beyond = min(max((tension or 0.0) - TENSION_FROM, 0.0), TENSION_UP_TO - TENSION_FROM)
    if not beyond:
        return wording
    factor = math.exp(LOG_ODDS_A_TENSION * beyond)
    whole = wording.positive + wording.neutral + factor * wording.negative
    return ToneProbabilities(
        wording.positive / whole, wording.neutral / whole, factor * wording.negative / whole
    )


def with_doubt(tone: ToneProbabilities, understood: float) -> ToneProbabilities:
    """Return the tone where the words are right with the probability ``understood``, 0 to 1.

    Where they are not, nothing is known: each tone is as likely as the others. The label stays,
    its probability goes down.
    """
    unknown = (1.0 - understood) / 3.0
    return ToneProbabilities(*(understood * share + unknown for share in tone))


def tones(
    conversation: Conversation, tone_model: ToneModel, tensions: Mapping[str, float]
) -> tuple[Toned, ...]:
    """Tell the tone of every utterance of agent and customer that says enough, in time order.

    ``tensions``: by utterance id, of those utterances for which the sound could be measured.
    """
    judged = [
        utterance
        for utterance in conversation.utterances
        if utterance.role in ("agent", "customer") and says_enough(utterance)
    ]
    return tuple(
        Toned(
            utterance, with_doubt(with_tension(wording, tension), _understood(utterance)), tension
        )
        for utterance, wording in zip(judged, _wordings(judged, tone_model), strict=True)
        for tension in [tensions.get(utterance.utterance_id)]
    )


def _wordings(judged: Sequence[Utterance], tone_model: ToneModel) -> list[ToneProbabilities]:
    """Return the tone of each wording, which must not hang on words that were hardly heard.

    An utterance with doubtful words is read with them and without them. The first reading weighs
    as much as those words are probable (their mean), so always less than the second.
    """
    sure = [_sure(utterance) for utterance in judged]
    doubted = [n for n, words in enumerate(sure) if len(words) < len(judged[n].words)]
    texts = [utterance.text for utterance in judged]
    texts += [_joined(sure[n], judged[n].language) for n in doubted]
    found = tone_model.probabilities(texts)
    wordings = list(found[: len(judged)])
    for n, without in zip(doubted, found[len(judged) :], strict=True):
        weight = fmean(w.probability for w in judged[n].words if w.probability < DOUBTFUL_WORD)
        mixed = zip(wordings[n], without, strict=True)
        wordings[n] = ToneProbabilities(*(weight * a + (1.0 - weight) * b for a, b in mixed))
    return wordings


def _understood(utterance: Utterance) -> float:
    """Return the share of the words that is expected to be right."""
    return fmean(word.probability for word in utterance.words)
