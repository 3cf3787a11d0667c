"""How Mandarin is written, simplified or traditional, changes nothing that is measured."""

from pathlib import Path

import pytest

from qa_pipeline.language import simplified
from qa_pipeline.measures import TransformersTone, measure
from qa_pipeline.records import CallMetadata, Measures
from qa_pipeline.resources import resource_folder
from tests.measures.calls import Said, conversation

BACK_CHANNELS: list[Said] = [
    ("agent", "這個套餐每個月有二十個吉的流量", 0.0, 6.0),
    ("customer", "對對謝謝", 2.0, 3.5),
    ("agent", "您還可以在網上辦理", 6.5, 9.0),
    ("customer", "那我現在就要這個", 10.0, 12.0),
]
ANNOUNCED: list[Said] = [
    ("agent", "我查一下請您別掛電話", 0.0, 3.0),
    ("agent", "讓您久等了", 23.0, 25.0),
    ("customer", "沒關係你說吧", 31.0, 33.0),
]
TONES: list[Said] = [
    ("agent", "說了多少遍這個不歸我管", 0.0, 3.0),
    ("customer", "你這是什麼態度我要換一家公司", 4.0, 8.0),
    ("agent", "隨便你愛怎麼樣怎麼樣", 9.0, 12.0),
]


@pytest.fixture(scope="module")
def tone() -> TransformersTone:
    folder: Path = resource_folder("models") / "bundled" / "tone"
    return TransformersTone(folder)


def _measured(said: list[Said], tone: TransformersTone) -> Measures:
    return measure(conversation(said, language="zh"), None, tone, CallMetadata())


@pytest.mark.parametrize("said", [BACK_CHANNELS, ANNOUNCED, TONES])
def test_traditional_characters_measure_as_simplified_ones(
    said: list[Said], tone: TransformersTone
) -> None:
    plain: list[Said] = [(role, simplified(text), *span) for role, text, *span in said]
    assert plain != said
    assert _measured(said, tone) == _measured(plain, tone)


def test_what_is_said_in_traditional_characters_is_understood(tone: TransformersTone) -> None:
    assert _measured(BACK_CHANNELS, tone).interruptions == ()
    assert _measured(ANNOUNCED, tone).value("announced_silence_s") == 20
    assert [t.label for t in _measured(TONES, tone).tones] == ["negative"] * 3
