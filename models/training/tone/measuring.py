"""How often the trained model is right on utterances that it has never seen."""

from dataclasses import dataclass
from random import Random

from tokenizers import Tokenizer
from transformers import BertForSequenceClassification

from models.training.tone.examples import Example, Examples
from models.training.tone.frames import LANGUAGES, TONES, Tone
from models.training.tone.training import Plan, labels

ERROR_RATES = (0.0, 0.15, 0.25)
_OF_EACH_FRAME = 3


@dataclass(frozen=True)
class Measured:
    """What was measured for one language at one error rate of the words."""

    language: str
    error_rate: float
    confusion: list[list[int]]
    """How often each tone (rows) was labelled as each (columns)."""
    plain_called_negative: float
    """Share of held-out service sentences wrongly called negative, 0 to 1."""

    @property
    def accuracy(self) -> float:
        """Share of labelled utterances that got their label, 0 to 1."""
        right = sum(self.confusion[i][i] for i in range(len(TONES)))
        return right / sum(map(sum, self.confusion))


def measure(
    model: BertForSequenceClassification, tokenizer: Tokenizer, plan: Plan
) -> list[Measured]:
    """Measure on held-out utterances and frames, for each error rate and language."""
    held_out = Examples(Random(plan.seed), held_out=True)
    measured: list[Measured] = []
    for rate in ERROR_RATES:
        labelled = held_out.measured(_OF_EACH_FRAME, rate) + held_out.measured_written(rate)
        service = held_out.measured_service(_OF_EACH_FRAME, rate)
        for language in LANGUAGES:
            toned = [e for e in labelled if e.language == language]
            plain = [e for e in service if e.language == language and "negative" not in e.tones]
            called = labels(model, tokenizer, plain, plan.device)
            measured.append(
                Measured(
                    language,
                    rate,
                    _confusion(toned, labels(model, tokenizer, toned, plan.device)),
                    called.count("negative") / max(1, len(called)),
                )
            )
    return measured


def _confusion(examples: list[Example], found: list[Tone]) -> list[list[int]]:
    counts = [[0] * len(TONES) for _ in TONES]
    for example, label in zip(examples, found, strict=True):
        (tone,) = example.tones
        counts[TONES.index(tone)][TONES.index(label)] += 1
    return counts
