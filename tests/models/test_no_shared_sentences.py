"""What the bundled models were trained on shares no sentence with the sample calls."""

import re
from random import Random

import pytest

from models.training.meaning.families import families
from models.training.meaning.lessons import texts_to_fill_in
from models.training.tone.examples import Examples
from models.training.transcription.apart import kept_apart
from models.training.transcription.texts import normalise, sentences
from sample_calls.make import dialogues
from synthesis.dialogue import Line

SHIPPED_SHARDS, SENTENCES_A_SHARD, SHIPPED_SEED = 236, 200, 1
_END = re.compile(r"[.?!。？！]")


def split(text: str) -> set[str]:
    return {normalised for part in _END.split(text) if (normalised := normalise(part))}


@pytest.fixture(scope="module")
def spoken() -> set[str]:
    lines = (part for call in dialogues() for part in call.lines if isinstance(part, Line))
    found = {sentence for line in lines for sentence in split(line.text)}
    assert len(found) > 300
    return found


def test_the_transcription_model_never_heard_them(spoken: set[str]) -> None:
    trained = {
        sentence
        for text in sentences(SHIPPED_SEED, SHIPPED_SHARDS, SENTENCES_A_SHARD, kept_apart())
        for sentence in split(text)
    }
    assert len(trained) > 30_000
    assert sorted(spoken & trained) == []


def test_the_tone_model_never_read_them(spoken: set[str]) -> None:
    examples = Examples(Random(1), held_out=False)
    drawn = [
        *examples.measured(60, 0.0),
        *examples.measured_service(60, 0.0),
        *examples.measured_written(0.0),
    ]
    trained = {sentence for example in drawn for sentence in split(example.text)}
    assert len(trained) > 2000
    assert sorted(spoken & trained) == []


def test_the_sentence_encoder_never_read_them(spoken: set[str]) -> None:
    groups = [group for f in families() for group in (*f.means.values(), *f.looks.values())]
    texts = [*texts_to_fill_in(), *(text for group in groups for text in group)]
    trained = {sentence for text in texts for sentence in split(text)}
    assert len(trained) > 60_000
    assert sorted(spoken & trained) == []
