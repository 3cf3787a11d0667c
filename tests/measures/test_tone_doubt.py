"""Words that were hardly recognised must not give anybody a tone."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_pipeline.measures import ToneProbabilities
from qa_pipeline.measures.tone import Toned, tones, with_doubt
from qa_pipeline.records import Conversation, Word
from tests.measures.calls import conversation

RUDE, PLAIN = ToneProbabilities(0.05, 0.05, 0.9), ToneProbabilities(0.2, 0.7, 0.1)


class OneRudeWord:
    """A tone model for which the word "awful" (or 烦) is rude and everything else is plain."""

    name = "rule"
    version = "1"

    def probabilities(self, texts: Sequence[str]) -> list[ToneProbabilities]:
        return [RUDE if "awful" in text or "烦" in text else PLAIN for text in texts]


def heard(text: str, chances: Sequence[float], language: str = "en") -> Conversation:
    """An agent's one utterance, each word recognised with its own probability."""
    made = conversation([("agent", text, 0, 3)], language=language)
    (utterance,) = made.utterances
    words = tuple(
        Word(text=w.text, start_s=w.start_s, end_s=w.end_s, probability=chance)
        for w, chance in zip(utterance.words, chances, strict=True)
    )
    return made.model_copy(update={"utterances": (utterance.model_copy(update={"words": words}),)})


def tone_of(text: str, chances: Sequence[float], language: str = "en") -> Toned:
    (toned,) = tones(heard(text, chances, language), OneRudeWord(), {})
    return toned


def test_a_rude_word_that_was_heard_makes_an_utterance_negative() -> None:
    record = tone_of("this is awful really", [0.95] * 4).record
    assert (record.label, record.probability > 0.8) == ("negative", True)


@pytest.mark.parametrize("chance", [0.05, 0.2, 0.4])
def test_a_rude_word_that_was_hardly_heard_does_not(chance: float) -> None:
    tone = tone_of("this is awful really", [0.95, 0.95, chance, 0.95]).probabilities
    assert tone.label == "neutral"
    assert tone.negative < 0.5


def test_in_mandarin_too() -> None:
    assert tone_of("真的很烦人", [0.9, 0.9, 0.9, 0.9, 0.9], "zh").record.label == "negative"
    assert tone_of("真的很烦人", [0.9, 0.9, 0.9, 0.2, 0.9], "zh").record.label == "neutral"


def test_doubt_about_other_words_makes_it_less_sure() -> None:
    clear = tone_of("this is awful really", [0.95] * 4).probabilities
    mumbled = tone_of("this is awful really", [0.55, 0.55, 0.9, 0.55]).probabilities
    assert mumbled.label == "negative"
    assert mumbled.negative < 0.7 < clear.negative


def test_an_utterance_of_misheard_words_has_no_tone() -> None:
    assert tones(heard("this is awful really", [0.3, 0.3, 0.9, 0.9]), OneRudeWord(), {}) == ()


def test_each_utterance_gets_its_own_second_reading() -> None:
    said = [("agent", f"this is {w} really", n, n + 1) for n, w in enumerate(["awful", "fine"] * 3)]
    made = conversation([(r, t, a, b) for r, t, a, b in said])  # type: ignore[arg-type]
    utterances = tuple(
        u.model_copy(
            update={
                "words": tuple(
                    w.model_copy(update={"probability": 0.1 if n == 2 and w.text == "awful" else 1})
                    for w in u.words
                )
            }
        )
        for n, u in enumerate(made.utterances)
    )
    found = tones(made.model_copy(update={"utterances": utterances}), OneRudeWord(), {})
    labels = [toned.record.label for toned in found]
    assert labels == ["negative", "neutral", "neutral", "neutral", "negative", "neutral"]


@given(
    st.tuples(*[st.floats(0.01, 1.0)] * 3),
    st.floats(0.0, 1.0),
)
def test_doubt_moves_towards_knowing_nothing(
    weights: tuple[float, float, float], understood: float
) -> None:
    tone = ToneProbabilities(*(w / sum(weights) for w in weights))
    doubted = with_doubt(tone, understood)
    assert sum(doubted) == pytest.approx(1.0)
    for before, after in zip(tone, doubted, strict=True):
        assert abs(after - 1 / 3) <= abs(before - 1 / 3) + 1e-9
    assert with_doubt(tone, 1.0) == pytest.approx(tone)
    if understood > 0.01 and max(tone) > sorted(tone)[1] + 1e-6:
        assert doubted.label == tone.label
