"""The shipped cards: clean, bilingual, tested throughout, fair, and all of the standard."""

import re
from functools import cache
from pathlib import Path

import pytest

from qa_pipeline.language.normalise import pieces
from qa_pipeline.language.patterns import pattern
from qa_pipeline.scoring import (
    Judge,
    Scorecard,
    check_card,
    find_scorecards,
    load_scorecard,
    run_card_tests,
    score_call,
)
from qa_pipeline.scoring.checks import Says
from qa_pipeline.scoring.references import walk
from qa_pipeline.scoring.schema import Criterion
from qa_pipeline.scoring.scripts import read_script

ROOT = Path(__file__).parents[2]
PATHS = find_scorecards(ROOT / "scorecards")
COVERAGE = (ROOT / "docs" / "standards-coverage.md").read_text(encoding="utf-8")
each_card = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)


@cache
def card_at(path: Path) -> Scorecard:
    return load_scorecard(path)


def _in_both(texts: tuple[str, ...]) -> bool:
    """Tell whether some of the conversations are in English and some in Mandarin."""
    spoken = [re.sub(r"(?m)^\[.*\]$|^(\d+:\d+ )?[ACI].*?:", "", text) for text in texts]
    scripts = {
        "zh" if any(piece.script == "zh" for piece in pieces(text)) else "en" for text in spoken
    }
    return scripts == {"en", "zh"}


def test_there_is_a_card_for_each_kind_of_work() -> None:
    assert {path.stem for path in PATHS} == {
        "inbound-service",
        "service-manner",
        "complaint",
        "follow-up",
        "bluebell-inbound",
    }


@each_card
def test_nothing_is_vague_and_every_test_passes(path: Path) -> None:
    card = card_at(path)
    assert check_card(card) == []
    results = run_card_tests(card)
    assert [f"{r.test}: {r.criterion_id} {r.found}" for r in results if not r.passed] == []
    assert len(results) > 4 * sum(not c.manual for c in card.criteria())


@each_card
def test_names_questions_and_reasons_in_both_languages(path: Path) -> None:
    card = card_at(path)
    for criterion in card.criteria():
        for text in (criterion.name, criterion.ask, criterion.because):
            assert text is not None, criterion.id
            assert text.en, criterion.id
            assert text.zh, criterion.id
    for section in card.sections:
        assert section.name is not None
        assert section.name.en
        assert section.name.zh
    for _, part in walk(card):
        if isinstance(part, Says) and part.what is not None:
            assert part.what.en
            assert part.what.zh


@each_card
def test_every_verdict_that_a_criterion_can_give_is_shown_in_both_languages(path: Path) -> None:
    for criterion in card_at(path).criteria():
        wanted = ["met", "not_met"] if not criterion.manual else []
        wanted += ["partly_met"] if criterion.partly is not None else []
        wanted += ["not_applicable"] if criterion.when is not None else []
        missing = [v for v in wanted if not _in_both(getattr(criterion.examples, v))]
        assert missing == [], criterion.id


def _accusing(criterion: Criterion) -> bool:
    return criterion.check is not None and criterion.check.never_says is not None


FAIR = [
    # what a good agent says, and is near in sound or wording to something that is never said
    "Please take your time, I am listening",
    "I am sorry, that was our mistake and not yours",
    "It is not your fault at all",
    "That is not your problem, it is ours",
    "You are not wrong, the bill is",
    "I do care about this",
    "You will not have to contact them yourself",
    "Our policy is to refund you in full",
    "I can do something about it right away",
    "The fault was in your neighbour's street, the engineer is there now",
    "I will ask my colleague who knows this better",
    "You do not have to call anybody, I will do that",
    "Quickly, before I forget, here is your reference number",
    "I am working on it right now",
    "You should receive a letter tomorrow",
    "There is no need to call us again",
    "Your address is safe with us",
    "Would you like some more time to think about it",
    "I have found the cause, the router was switched off",
    "您慢慢说,不着急",
    "您别着急,我马上帮您处理",
    "这是我们的问题,不是您的问题",
    "您不用自己去营业厅,我帮您办",
    "这个归我们管,我来帮您",
    "我已经跟您的师傅说过了",
    "您放心,投诉我们会认真处理",
    "您家附近的邻居也在报修,我们正在抢修",
    "系统恢复以后我给您打电话",
    "我同事明天上午会上门",
    "我还有一个问题想问您",
    "按照规定可以给您退费",
    "您再看一下路由器的灯",
    "我再跟您确认一下地址",
    "没关系,您说完我再记",
    "这不是您的问题",
    "不需要您自己联系厂家,我们来联系",
    "您没有搞错,是我们搞错了",
    "我有办法帮您解决",
]


@each_card
@pytest.mark.parametrize("sentence", FAIR)
def test_fair_words_are_never_held_against_anybody(path: Path, sentence: str) -> None:
    card = card_at(path)
    accusing = {c.id for c in card.criteria() if _accusing(c)}
    scene = read_script(f"C: No\nA: {sentence}")
    scored = score_call(card, scene.conversation, scene.measures, scene.metadata)
    accused = [
        f"{r.criterion_id}: {r.reason}"
        for r in scored.criteria
        if r.criterion_id in accusing and r.verdict == "not_met"
    ]
    assert accused == []


def test_a_criterion_explains_itself_in_the_language_of_the_call() -> None:
    """No reason of a shipped card mixes languages or stays without words."""
    card = card_at(ROOT / "scorecards" / "complaint.yaml")
    for script, own in (
        ("A: Yes\nC: I want to complain\nA: So", "en"),
        ("A: 喂\nC: 我要投诉\nA: 哦", "zh"),
    ):
        scene = read_script(script)
        scored = score_call(card, scene.conversation, scene.measures, scene.metadata)
        for result in scored.criteria:
            has_zh = any(piece.script == "zh" for piece in pieces(result.reason))
            assert has_zh is (own == "zh"), result.reason
            assert result.reason.endswith((".", "。", ")", "）")), result.reason


def _covered() -> dict[str, list[str]]:
    """Return every row of the coverage page with the criteria that it names."""
    rows = [line for line in COVERAGE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    return {c[0]: re.findall(r"`([a-z_]+\.[a-z_]+)`", c[1]) for c in cells if len(c) == 2}


def test_the_coverage_page_names_what_exists_and_leaves_nothing_out() -> None:
    known = {c.id: c for path in PATHS for c in card_at(path).criteria()}
    rows = {row: named for row, named in _covered().items() if row != "expected"}
    assert len(rows) >= 28
    assert [row for row, named in rows.items() if not named] == []
    named = {criterion for found in rows.values() for criterion in found}
    assert named == set(known)


def test_what_a_recording_cannot_show_is_for_a_person_and_nothing_else_is() -> None:
    known = {c.id: c for path in PATHS for c in card_at(path).criteria()}
    section = COVERAGE.split("## What a recording cannot show")[1].split("\n## ")[0]
    manual = set(re.findall(r"`(workplace\.[a-z_]+)`", section))
    assert manual == {name for name, criterion in known.items() if criterion.manual}


@each_card
def test_reasons_are_all_in_the_language_of_the_call(path: Path) -> None:
    card = card_at(path)
    judge = Judge(card)
    told = {"en": 0, "zh": 0}
    written = [
        text for c in card.criteria() for text in (*c.examples.met[:2], *c.examples.not_met[:2])
    ]
    for text in (*written, *(test.conversation for test in card.tests)):
        scene = read_script(text)
        language = scene.conversation.language
        for result in judge.score(scene.conversation, scene.measures, scene.metadata).criteria:
            own = re.sub(r"“[^”]*”|dBFS|dB|Hz|trust reject is set by the script", "", result.reason)
            other = r"[A-Za-z]" if language == "zh" else r"\p{Han}"
            assert not pattern(other).search(own), f"{result.criterion_id}: {result.reason}"
            told[language] += 1
    assert min(told.values()) > 50
