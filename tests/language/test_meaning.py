"""What is compared by meaning, and the encoders that are here with their real weights."""

from pathlib import Path

import numpy as np
import pytest

from qa_pipeline.errors import ModelError
from qa_pipeline.language.meaning import Meanings, pieces_of_meaning
from qa_pipeline.language.sentence_encoder import (
    PACKAGE_WEIGHTS_SHA256,
    TransformersEncoder,
    packaged_encoder,
)
from qa_pipeline.model_registry import load_profile
from qa_pipeline.pipeline.meaning import meanings_of
from qa_pipeline.resources import resource_folder


@pytest.fixture(scope="module")
def encoder() -> TransformersEncoder:
    """The English encoder, on the processor."""
    found = packaged_encoder("cpu")
    assert found is not None, "install it: uv sync"
    return found


@pytest.fixture(scope="module")
def bundled() -> Meanings:
    """The bundled encoder, which leaves nothing to that of the package."""
    return meanings_of(load_profile("bundled", resource_folder("models")), "cpu")


def _texts(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in pieces_of_meaning(text, language)]


def test_an_utterance_is_cut_into_what_may_be_meant() -> None:
    whole = "Good morning, Bluebell. How can I help?"
    assert set(_texts(whole)) == {
        "Good morning",
        "Bluebell",
        "How can I help",
        "Good morning, Bluebell",
        "Bluebell. How can I help",
        "Good morning, Bluebell. How can I help",
    }
    assert _texts("") == []
    assert _texts(" ?! ") == []
    assert set(_texts("您好,请稍等。", "zh")) == {"您好", "请稍等", "您好,请稍等"}


def test_long_speech_without_marks_is_also_cut() -> None:
    words = " ".join(f"word{i}" for i in range(40))
    pieces = _texts(words)
    assert words in pieces
    assert all(len(piece.split()) <= 14 for piece in pieces if piece != words)
    for at in range(0, 33):  # every seven words that follow each other stand in one piece
        seven = " ".join(words.split()[at : at + 7])
        assert any(seven in piece for piece in pieces)


def test_the_package_carries_the_published_weights(encoder: TransformersEncoder) -> None:
    assert PACKAGE_WEIGHTS_SHA256.startswith(encoder.version)
    assert encoder.languages == ("en",)


def test_meanings_are_directions(encoder: TransformersEncoder) -> None:
    vector = encoder.encode("please call me back tomorrow")
    assert vector.shape == (384,)
    assert np.isclose(np.linalg.norm(vector), 1.0, atol=1e-5)
    again = packaged_encoder("cpu")
    assert again is not None
    assert np.array_equal(again.encode("please call me back tomorrow"), vector)


def test_what_means_the_same_is_nearer_than_what_does_not(encoder: TransformersEncoder) -> None:
    meanings = Meanings([encoder])
    examples = ["I am sorry for the trouble", "we apologise for the inconvenience"]
    said = ["please accept our apologies for this mess", "your engineer comes on Monday"]
    alike = meanings.similarities(said, examples, "en").max(axis=0)
    assert alike[0] > meanings.usual_similarity("en") > alike[1]
    assert meanings.versions() == {encoder.name: encoder.version}


@pytest.mark.parametrize(
    ("language", "examples", "said", "other"),
    [
        (
            "en",
            ["I am sorry for the trouble", "we apologise for the inconvenience"],
            "please accept our apologies for this mess",
            "your engineer comes on Monday",
        ),
        (
            "zh",
            ["我们会尽快给您回电话", "稍后有人联系您"],
            "一有消息我马上打给您",
            "麻烦您把发票拍照发过来",
        ),
    ],
)
def test_the_bundled_encoder_knows_both_languages(
    bundled: Meanings, language: str, examples: list[str], said: str, other: str
) -> None:
    alike = bundled.similarities([said, other], examples, language).max(axis=0)
    assert alike[0] > bundled.usual_similarity(language) > alike[1] + 20
    assert list(bundled.versions()) == ["bundled-meaning"]


def test_similarities_do_not_depend_on_company(encoder: TransformersEncoder) -> None:
    texts = ["hold the line please", "your bill", "goodbye"]
    together = Meanings([encoder]).similarities(texts, ["one moment please"], "en")
    for column, text in enumerate(texts):
        alone = Meanings([encoder]).similarities([text], ["one moment please"], "en")
        assert alone[0, 0] == together[0, column]


def test_a_language_without_encoder_is_not_guessed(encoder: TransformersEncoder) -> None:
    meanings = Meanings([encoder])
    assert not meanings.understands("zh")
    with pytest.raises(KeyError, match="zh"):
        meanings.similarities(["您好"], ["早上好"], "zh")
    assert not Meanings().understands("en")


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    encoder = TransformersEncoder(tmp_path, ("en",), 60.0, device="cpu")
    with pytest.raises(ModelError, match="models verify"):
        encoder.encode("hello")


def test_mandarin_means_the_same_in_traditional_characters(bundled: Meanings) -> None:
    examples = ["请问还有什么可以帮您", "很抱歉给您带来麻烦"]
    plain, written = ["还有别的需要帮忙的吗", "实在对不起"], ["還有別的需要幫忙的嗎", "實在對不起"]
    alike = bundled.similarities(plain, examples, "zh")
    assert (bundled.similarities(written, examples, "zh") == alike).all()
    spelled = ["請問還有什麼可以幫您", "很抱歉給您帶來麻煩"]
    assert (bundled.similarities(plain, spelled, "zh") == alike).all()
