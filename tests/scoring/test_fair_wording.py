"""The shipped cards on what people really say: what is meant is taken, what sounds like it not.

A wrong accusation is the worst that a card can do, so many of the wordings are look-alikes.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from qa_pipeline.language.patterns import pattern
from qa_pipeline.records import CriterionResult
from qa_pipeline.scoring import Judge, load_scorecard
from qa_pipeline.scoring.scripts import language_of, read_script

CARDS = Path(__file__).parents[2] / "scorecards"
WORDINGS: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("fair_wording.yaml").read_text(encoding="utf-8")
)
IDS = [f"{group['card']}-{group['criterion']}" for group in WORDINGS]
_SPEAKER = pattern(r"^(\[|[ACI]\s*[:：])")


@cache
def _judge(card: str) -> Judge:
    return Judge(load_scorecard(CARDS / f"{card}.yaml"))


def _judged(card: str, criterion: str, text: str) -> CriterionResult:
    scene = read_script(text if _SPEAKER.match(text) else f"A: {text}")
    parts = (scene.conversation, scene.measures, scene.metadata)
    (found,) = _judge(card).criteria(*parts, only={criterion})
    return found


def _rows(group: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for verdict, texts in group.items():
        if verdict not in ("card", "criterion"):
            yield from ((verdict, text) for text in texts)


@pytest.mark.parametrize("group", WORDINGS, ids=IDS)
def test_wordings_get_the_verdict_that_they_deserve(group: dict[str, Any]) -> None:
    wrong = []
    for verdict, text in _rows(group):
        found = _judged(group["card"], group["criterion"], text)
        right = found.needs_review if verdict == "review" else found.verdict == verdict
        if not right:
            wrong.append(f"{text!r}: {verdict} expected, {found.verdict} found: {found.reason}")
    assert wrong == []


def test_the_wordings_are_many_in_both_languages() -> None:
    languages = [
        language_of(text if _SPEAKER.match(text) else f"A: {text}")
        for group in WORDINGS
        for _, text in _rows(group)
    ]
    assert languages.count("en") > 500
    assert languages.count("zh") > 500


POLITE = """\
A: Good morning, welcome to Bluebell Broadband. My name is Sarah. How can I help you today?
C: I would like broadband at my new flat.
A: Lovely. Could you tell me what your address is, please?
C: Four Hill Road.
A: Thank you. Can I check that this number is the best one to reach you on?
C: It is.
A: Thank you, I have booked an engineer, he will visit you within two days. Anything else?
C: No, thanks.
A: Please stay on the line for a short survey. Thank you for calling, have a nice day, goodbye."""
POLITE_IN_MANDARIN = """\
A: 您好,欢迎致电青藤宽带,工号一零二四为您服务,请问有什么可以帮您?
C: 我想在新房子装宽带。
A: 好的,请问您的地址是哪里?
C: 人民路八号。
A: 谢谢。请问这个号码是您常用的吗?
C: 是的,没有问题。
A: 已经为您预约好了,师傅姓王,他的电话是幺三八,两天之内上门。请问还有其他可以帮您的吗?
C: 没有问题了,谢谢。
A: 请不要挂机,稍后对我的服务进行评价。感谢您的来电,祝您生活愉快,再见。"""


@pytest.mark.parametrize("text", [POLITE, POLITE_IN_MANDARIN], ids=["en", "zh"])
@pytest.mark.parametrize("card", ["inbound-service", "service-manner", "bluebell-inbound"])
def test_a_polite_call_breaks_nothing(card: str, text: str) -> None:
    scene = read_script(text, facts={"direction": "inbound", "answer_delay_s": 4})
    scored = _judge(card).score(scene.conversation, scene.measures, scene.metadata)
    failed = {r.criterion_id: r.reason for r in scored.criteria if r.verdict == "not_met"}
    allowed = {"brand.signature", "closure.summary", "greeting.name_used", "handling.foreseen"}
    assert {name: why for name, why in failed.items() if name not in allowed} == {}
    assert not any(r.critical and r.verdict == "not_met" for r in scored.criteria)
