"""Names where they are introduced, and the surname alone."""

import pytest

from qa_pipeline.privacy import redact_conversation
from tests.privacy.talk import talk, texts

REDACTED = [
    ("A: 您好请问您贵姓\nC: 免贵姓方\nA: 好的，方先生", ["免贵姓[姓名]", "好的，[姓名]先生"]),
    ("A: 请问贵姓\nC: 免贵姓欧阳\nA: 欧阳女士您好", ["免贵姓[姓名]", "[姓名]女士您好"]),
    ("A: 您好\nC: 我姓王\nA: 王女士您好", ["我姓[姓名]", "[姓名]女士您好"]),
    ("A: 怎么称呼您\nC: 我叫张晓丽，弓长张", ["我叫[姓名]，弓长[姓名]"]),
    ("A: 您好\nC: 我姓上官，单名一个静字", ["我姓[姓名]，单名一个[姓名]字"]),
    ("A: 您贵姓\nC: 刘\nA: 刘先生，您说", ["[姓名]", "[姓名]先生，您说"]),
    ("A: 贵姓\nC: 姓赵\nA: 赵先生", ["姓[姓名]", "[姓名]先生"]),
    ("A: 您好\nC: 敝姓何，叫我老何就行", ["敝姓[姓名]，叫我老[姓名]就行"]),
    ("A: 您好\nC: 免贵姓方，方向的方，方便的话快点", ["免贵姓[姓名]，方向的[姓名]，方便的话快点"]),
]  # fmt: skip
KEPT = [
    "A: 我叫小王，我姓王，工号一零二四，很高兴为您服务\nC: 你好",
    "C: 我姓什么你们系统里没有吗",
    "C: 他们都姓什么我不知道",
    "C: 我叫了三次车都没来",
    "C: 我叫你们经理接电话",
    "A: 请问您贵姓\nC: 这个不方便说",
]


@pytest.mark.parametrize(("said", "after"), REDACTED)
def test_a_surname_goes_where_names_are_asked(said: str, after: list[str]) -> None:
    redacted = redact_conversation(talk(said), ("name",)).conversation
    assert texts(redacted)[1:] == after


@pytest.mark.parametrize("said", KEPT)
def test_talk_about_names_stays(said: str) -> None:
    conversation = talk(said)
    assert redact_conversation(conversation, ("name",)).conversation == conversation
