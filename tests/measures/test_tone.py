"""The bundled tone model, loaded by transformers as the pipeline loads it."""

from pathlib import Path

import pytest

from qa_pipeline.errors import ModelError
from qa_pipeline.measures import TransformersTone
from qa_pipeline.resources import resource_folder

FOLDER = resource_folder("models") / "bundled" / "tone"

NOT_NEGATIVE = [
    "good morning this is anna from customer care how can i help",
    "i am sorry about the problem",
    "i am sorry to hear that your line was down",
    "unfortunately your bill is overdue since march",
    "may i have your account number please",
    "the technician comes on tuesday between nine and twelve",
    "i cannot tell you the balance before i have verified your name",
    "is there anything else i can do for you",
    "my name is robert and my number is four four one nine two",
    "您好请问有什么可以帮您",
    "非常抱歉给您带来不便",
    "您的账单已经逾期了",
    "请问您的账号是多少",
    "师傅明天上午上门可以吗",
    "请稍等我帮您查一下",
    "我的手机号是一三八零零二四六",
]
NEGATIVE = [
    "calm down sir",
    "it is not our problem deal with it yourself",
    "i already told you that three times",
    "whatever i do not care",
    "are you stupid",
    "this is ridiculous i am so angry",
    "your service is terrible",
    "这不归我管",
    "我都说了多少遍了",
    "关我什么事",
    "你有没有搞错",
    "你们的服务太差了",
    "你们这是什么态度",
]
POSITIVE = [
    "thank you so much for your patience",
    "i would be happy to help you with that",
    "thanks a lot you have been very helpful",
    "非常感谢您的耐心等待",
    "太谢谢你了",
]


@pytest.fixture(scope="module")
def model() -> TransformersTone:
    return TransformersTone(FOLDER)


def labels(model: TransformersTone, texts: list[str]) -> list[str]:
    return [tone.label for tone in model.probabilities(texts)]


def test_plain_and_courteous_wording_is_not_negative(model: TransformersTone) -> None:
    labelled = zip(NOT_NEGATIVE, labels(model, NOT_NEGATIVE), strict=True)
    assert [text for text, label in labelled if label == "negative"] == []


def test_rude_and_angry_wording_is_negative(model: TransformersTone) -> None:
    labelled = zip(NEGATIVE, labels(model, NEGATIVE), strict=True)
    assert [text for text, label in labelled if label != "negative"] == []


def test_warm_wording_is_positive(model: TransformersTone) -> None:
    labelled = zip(POSITIVE, labels(model, POSITIVE), strict=True)
    assert [text for text, label in labelled if label != "positive"] == []


def test_case_and_punctuation_do_not_matter(model: TransformersTone) -> None:
    plain, written = model.probabilities(["i would be happy to help", "I would be happy, to help!"])
    assert plain.label == "positive"
    assert plain == pytest.approx(written, abs=1e-5)


def test_a_label_does_not_depend_on_the_texts_beside_it(model: TransformersTone) -> None:
    texts = [*NEGATIVE, *NOT_NEGATIVE, *POSITIVE] * 3
    together = model.probabilities(texts)
    alone = [model.probabilities([text])[0] for text in texts[:12]]
    for here, there in zip(together[:12], alone, strict=True):
        assert here.label == there.label
        assert here == pytest.approx(there, abs=1e-4)
        assert sum(here) == pytest.approx(1, abs=1e-5)
        assert 1 / 3 <= here.probability <= 1


def test_no_texts_and_strange_texts(model: TransformersTone) -> None:
    assert model.probabilities([]) == []
    assert len(model.probabilities(["", "   ", "?!", "🙂", "a " * 5000, "𠮷野家"])) == 6


def test_a_folder_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="models verify"):
        TransformersTone(tmp_path).probabilities(["hello"])
