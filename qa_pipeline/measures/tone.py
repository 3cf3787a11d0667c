"""The tone of wording: a model behind a protocol, and the adapter for transformers models."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from qa_pipeline.errors import ModelError
from qa_pipeline.measures.speech import tokens
from qa_pipeline.records import Conversation, ToneLabel, Utterance, UtteranceTone

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


class ToneModel(Protocol):
    """Anything that can tell the tone of an utterance from its words."""

    @property
    def name(self) -> str:
        """Which model it is, for the record of what made a result."""

    @property
    def version(self) -> str:
        """Its version or digest."""

    def label(self, texts: Sequence[str]) -> list[tuple[ToneLabel, float]]:
        """Return for each text its label and the model's probability for it, 0 to 1."""


class TransformersTone:
    """A text classifier in a local folder, loaded with transformers when first used.

    Its labels must be ``positive``, ``neutral`` and ``negative`` (in any case and order). The
    result for a text does not depend on the texts beside it: padding is masked.
    """

    def __init__(self, model_dir: Path, device: str = "cpu", *, version: str = "") -> None:
        self._model_dir = model_dir
        self._device = device
        self._loaded: tuple[Any, Any, list[ToneLabel]] | None = None
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

    def label(self, texts: Sequence[str]) -> list[tuple[ToneLabel, float]]:
        """Return for each text its label and the probability for it.

        Raises ``ModelError`` when the folder holds no model of this kind.
        """
        import torch

        if not texts:
            return []
        tokenizer, model, labels = self._load()
        results: list[tuple[ToneLabel, float]] = []
        for at in range(0, len(texts), _BATCH):
            encoded = tokenizer(
                list(texts[at : at + _BATCH]),
                padding=True,
                truncation=True,
                max_length=_MAX_TOKENS,
                return_tensors="pt",
            ).to(self._device)
            with torch.inference_mode():
                probabilities: Tensor = model(**encoded).logits.float().softmax(-1).cpu()
            best, index = probabilities.max(-1)  # both (batch,)
            results += [
                (labels[int(i)], min(1.0, float(p))) for i, p in zip(index, best, strict=True)
            ]
        return results

    def _load(self) -> tuple[Any, Any, list[ToneLabel]]:
        if self._loaded is None:
            self._loaded = self._read()
        return self._loaded

    def _read(self) -> tuple[Any, Any, list[ToneLabel]]:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
        from transformers.utils import logging

        # A bar of its own would break the bar of the run.
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            tokenizer = AutoTokenizer.from_pretrained(self._model_dir, local_files_only=True)
            model = AutoModelForSequenceClassification.from_pretrained(
                self._model_dir, local_files_only=True
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the tone model in {self._model_dir} cannot be loaded ({error}); "
                "run 'qa-pipeline models verify'"
            ) from error
        names = [str(model.config.id2label[i]).lower() for i in range(model.config.num_labels)]
        if sorted(names) != sorted(_LABELS):
            raise ModelError(
                f"the tone model in {self._model_dir} has the labels {', '.join(names)}; "
                "needed are positive, neutral and negative"
            )
        # Weights may be stored in half precision; on a CPU that is slow and coarse to compute in.
        return tokenizer, model.float().to(self._device).eval(), [_LABELS[name] for name in names]


def says_enough(utterance: Utterance) -> bool:
    """Tell whether an utterance is long enough to have a tone (3 words or 4 characters)."""
    needed = _MIN_TOKENS.get(utterance.language, _MIN_TOKENS_ELSEWHERE)
    return len(tokens(utterance.text)) >= needed


def tones(conversation: Conversation, tone_model: ToneModel) -> tuple[UtteranceTone, ...]:
    """Label every utterance of agent and customer that says enough, in time order."""
    judged = [
        utterance
        for utterance in conversation.utterances
        if utterance.role in ("agent", "customer") and says_enough(utterance)
    ]
    labels = tone_model.label([utterance.text for utterance in judged])
    return tuple(
        UtteranceTone(utterance_id=utterance.utterance_id, label=label, probability=probability)
        for utterance, (label, probability) in zip(judged, labels, strict=True)
    )
