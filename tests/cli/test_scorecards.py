"""``scorecards`` as a user types it: cards tested, compared, and taught by reviewed calls."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from qa_pipeline.cli.app import app
from tests.pipeline.standards import CARD, fill_store
from tests.running import qa

MEANT = """\
scorecard: meant
version: 1
pass_mark: 50
sections:
  - id: only
    weight: 1
    criteria:
      - id: only.offer
        ask: {en: Offers help, zh: 主动询问}
        points: 5
        check: {says: {who: agent, any: {zh: [为您服务]}, meaning: {zh: [请问有什么可以帮您]}}}
        examples:
          met: ["A: 您好，需要我做些什么", "A: 您好，很高兴为您服务"]
          not_met: ["A: 什么事"]
      - id: only.hello
        ask: {en: Greets, zh: 问候}
        points: 5
        check: {says: {who: agent, any: {zh: [您好]}}}
        examples: {met: ["A: 您好"]}
"""
"""One example is decided by the words; two need an encoder that knows Mandarin."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use a profile whose models are not here: the package with an encoder knows English alone."""
    monkeypatch.setenv("QA_PROFILE", "standard")


def refused(*arguments: str) -> str:
    """Run what is wrongly used, as a process that says so in words; return what it says."""
    done = qa(*arguments, cwd=Path.cwd())
    assert done.returncode == 2, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done.stderr


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, (done.output, done.exception)
    return done.stdout


def run_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code))


@pytest.mark.usefixtures("no_encoder")
def test_what_no_model_could_compare_is_not_tried_and_does_not_fail() -> None:
    Path("meant.yaml").write_text(MEANT, encoding="utf-8")
    said = run("scorecards", "test", "meant.yaml")
    assert "meant: 2 passed, 0 failed, 2 not tried" in said
    assert "not tried: example only.offer met 1: only.offer" in said
    assert "qa-pipeline models pull standard" in said
    found = run_json("scorecards", "test", "meant.yaml")
    assert (found["tests"], found["failed"]) == (4, [])
    assert [item["test"] for item in found["not_tried"]] == [
        "example only.offer met 1",
        "example only.offer not_met 1",
    ]
    assert found == run_json("scorecards", "test", "meant.yaml", "--strict", code=1)


def test_meanings_in_both_languages_are_compared_with_the_models_that_come_along() -> None:
    Path("meant.yaml").write_text(MEANT, encoding="utf-8")
    assert "meant: 4 passed, 0 failed" in run("scorecards", "test", "meant.yaml")


@pytest.mark.usefixtures("no_encoder")
def test_what_is_wrong_fails_beside_what_is_not_tried() -> None:
    wrong = MEANT.replace('met: ["A: 您好"]', 'met: ["A: 喂"]')
    Path("wrong.yaml").write_text(wrong, encoding="utf-8")
    said = run("scorecards", "test", "wrong.yaml", code=1)
    assert "meant: 1 passed, 1 failed, 2 not tried" in said
    assert "failed: example only.hello met 1: only.hello must be met, was not_met." in said


@pytest.mark.usefixtures("no_encoder")
def test_what_is_unscored_for_another_reason_fails() -> None:
    measured = MEANT.replace(
        "check: {says: {who: agent, any: {zh: [您好]}}}",
        "check: {measure: {name: pace_cpm, role: agent, at_most: 300}}",
    )
    Path("measured.yaml").write_text(measured, encoding="utf-8")
    found = run_json("scorecards", "test", "measured.yaml", code=1)
    [failed] = found["failed"]
    assert (failed["criterion_id"], failed["found"]) == ("only.hello", "unscored")
    assert len(found["not_tried"]) == 2


CHANGED = """\
    closure.farewell: check › says › window (last): 20s → 30s
    closure.never: points: 5 → 4
    closure.never: check › never_says › who: agent → customer
    closure.never: penalty: no → yes
    list farewells › en: added “see you” (used by closure.farewell)
    pass mark: 70 → 80
"""
QUESTION = (
    "closure.farewell: question: Says goodbye → Takes leave (people's verdicts on the old question "
    "do not count for it; if it is the same: asked_before)"
)

RENAMED = (
    "criterion closure.thanks renamed to closure.thanked (people's verdicts on the old id do not "
    "count for it: id_before)"
)


def changed_card() -> str:
    """Return the small card with a change of every kind."""
    changes = {
        "version: 1": "version: 2",
        "pass_mark: 70": "pass_mark: 80",
        "[goodbye]": "[goodbye, see you]",
        "last: 20s": "last: 30s",
        "closure.thanks": "closure.thanked",
        "Says goodbye": "Takes leave",
        "points: 5\n        check: {never_says: {who: agent": "points: 4\n        penalty: true\n"
        "        check: {never_says: {who: customer",
    }
    text = CARD
    for before, after in changes.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


def test_diff_says_in_words_what_changed_and_whether_scores_do() -> None:
    Path("one.yaml").write_text(CARD, encoding="utf-8")
    Path("two.yaml").write_text(changed_card(), encoding="utf-8")
    said = run("scorecards", "diff", "one.yaml", "two.yaml")
    title, _, changes = said.partition("changes what calls score:\n")
    scores, _, wording = changes.partition("does not change scores:\n")
    assert title == "small version 1 -> small version 2\n"
    assert sorted(line.strip() for line in scores.splitlines()) == sorted(
        [QUESTION, RENAMED, *(line.strip() for line in CHANGED.splitlines())]
    )
    assert [line.strip() for line in wording.splitlines()] == [
        "version: 1 → 2",
    ]
    found = run_json("scorecards", "diff", "one.yaml", "two.yaml")
    assert (found["before"]["version"], found["after"]["version"]) == (1, 2)
    assert sum(item["affects_scores"] for item in found["differences"]) == 8
    texts = [item["text"] for item in found["differences"]]
    assert all(text in said for text in texts)
    assert len(texts) == 9


def test_diff_says_what_changed_in_mandarin() -> None:
    Path("one.yaml").write_text(CARD, encoding="utf-8")
    Path("two.yaml").write_text(changed_card(), encoding="utf-8")
    said = run("scorecards", "diff", "one.yaml", "two.yaml", "--report-language", "zh")
    assert "影响得分:" in said
    assert "评分项 closure.thanks改名为 closure.thanked" in said
    assert "closure.farewell：问题：Says goodbye → Takes leave（人工" in said
    english = run_json("scorecards", "diff", "one.yaml", "two.yaml")["differences"]
    mandarin = run_json("scorecards", "diff", "one.yaml", "two.yaml", "--report-language", "zh")
    told = [item.pop("text") for item in mandarin["differences"]]
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in told)
    assert [{**item, "text": ""} for item in english] == [
        {**item, "text": ""} for item in mandarin["differences"]
    ]
    same = run("scorecards", "diff", "one.yaml", "one.yaml", "--report-language", "zh")
    assert "没有不同" in same


def test_diff_says_that_verdicts_on_a_question_count_for_it_alone() -> None:
    mended = "ask: Says good-bye\n        asked_before: Says goodbye"
    for name, ask in (("one", "ask: Says goodbye"), ("two", "ask: Bows"), ("three", mended)):
        Path(f"{name}.yaml").write_text(CARD.replace("ask: Says goodbye", ask), encoding="utf-8")
    found = run_json("scorecards", "diff", "one.yaml", "two.yaml")["differences"]
    assert [(item["text"], item["affects_scores"]) for item in found] == [
        (QUESTION.replace("Takes leave", "Bows"), True)
    ]
    found = run_json("scorecards", "diff", "one.yaml", "three.yaml")["differences"]
    assert [(item["text"], item["affects_scores"]) for item in found] == [
        ("closure.farewell: question: Says goodbye → Says good-bye", False),
        ("closure.farewell: asked before added: [Says goodbye]", False),
    ]
    back = run_json("scorecards", "diff", "three.yaml", "one.yaml")["differences"]
    assert {item["affects_scores"] for item in back} == {True}


def test_diff_names_what_came_and_went_both_ways() -> None:
    one = CARD.replace(
        "ask: Says goodbye",
        "when: {metadata: {field: direction, is: inbound}}\n        ask: Says goodbye",
    )
    two = CARD.replace(
        "      - id: closure.never",
        "  - id: manners\n    weight: 3\n    criteria:\n      - id: closure.never",
    )
    two += "      - {id: manners.warm, ask: Sounds warm, points: 2, manual: true}\n"
    two += (
        "tests:\n  - {name: short, conversation: 'A: goodbye', expect: {closure.farewell: met}}\n"
    )
    Path("one.yaml").write_text(one, encoding="utf-8")
    Path("two.yaml").write_text(two, encoding="utf-8")
    there, back = (
        [item["text"] for item in run_json("scorecards", "diff", *files)["differences"]]
        for files in (("one.yaml", "two.yaml"), ("two.yaml", "one.yaml"))
    )
    assert there == [
        "section manners added, weight 3",
        "criterion manners.warm added, 2 points: Sounds warm",
        "closure.farewell: applies when removed (was {metadata: {field: direction, is: inbound}})",
        "closure.never moved from section closure to manners",
        "test 'short' added",
    ]
    assert back == [
        "section manners removed",
        "criterion manners.warm removed",
        "closure.farewell: applies when added: {metadata: {field: direction, is: inbound}}",
        "closure.never moved from section manners to closure",
        "test 'short' removed",
    ]
    said = run("scorecards", "diff", "one.yaml", "two.yaml")
    assert "Both are version 1: give the changed card a version of its own" in said


def test_diff_of_a_card_with_itself_finds_nothing() -> None:
    said = run("scorecards", "diff", "inbound-service", "inbound-service")
    assert said.splitlines()[1:] == ["no difference"]
    assert run_json("scorecards", "diff", "complaint", "complaint")["differences"] == []


def test_diff_of_what_is_no_card_says_so() -> None:
    assert "none.yaml" in refused("scorecards", "diff", "inbound-service", "none.yaml")


@pytest.fixture
def reviewed(folder: Path) -> Path:
    """A store of ten calls with people's verdicts on how agents take leave."""
    fill_store(folder, 10)
    Path("qa.toml").write_text('data_dir = "."\nscorecard = "small.yaml"\n', encoding="utf-8")
    return folder


@pytest.mark.usefixtures("reviewed")
def test_learn_proposes_phrases_with_their_effect() -> None:
    said = run("scorecards", "learn", "closure.farewell")
    assert "10 reviewed calls, in 4 of them the card misses what people hear" in said
    assert "effects are measured on the calls themselves" in said
    found = run_json("scorecards", "learn", "closure.farewell")
    best = found["effects"][0]
    assert best["proposal"]["phrase"] in said
    assert (best["before"]["pct"], best["after"]["pct"]) == (60.0, 100.0)
    assert "60.0 % (0.29) -> 100.0 % (1.00)" in said
    assert found["draft"] is None
    assert sorted(Path().glob("*.yaml")) == [Path("small.yaml")]


@pytest.mark.usefixtures("reviewed")
def test_what_is_accepted_becomes_a_draft_that_misses_less() -> None:
    said = run("scorecards", "learn", "closure.farewell", "--accept", "1")
    assert "Draft: small-v2.yaml, version 2" in said
    assert "qa-pipeline scorecards backtest small-v2.yaml" in said
    assert Path("small.yaml").read_text(encoding="utf-8") == CARD
    [change] = [
        item["text"]
        for item in run_json("scorecards", "diff", "small.yaml", "small-v2.yaml")["differences"]
        if item["affects_scores"]
    ]
    assert change.startswith("list farewells › en: added “")
    again = run("scorecards", "learn", "closure.farewell", "--scorecard", "small-v2.yaml")
    assert "in 0 of them the card misses what people hear" in again
    assert "there is nothing to learn" in again


@pytest.mark.usefixtures("reviewed")
def test_the_draft_goes_where_it_is_asked_to_and_over_nothing() -> None:
    accept = ("scorecards", "learn", "closure.farewell", "--accept", "1", "--output", "draft.yaml")
    found = run_json(*accept)
    assert (found["draft"]["file"], found["draft"]["version"]) == ("draft.yaml", 2)
    before = Path("draft.yaml").read_text(encoding="utf-8")
    assert "draft.yaml is there already" in refused(*accept)
    assert Path("draft.yaml").read_text(encoding="utf-8") == before


@pytest.mark.usefixtures("reviewed")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("closure.farewel",), "no criterion 'closure.farewel', did you mean 'closure.farewell'?"),
        (("closure.thanks",), "nobody has judged closure.thanks of small met or not met yet"),
        (("closure.farewell", "--accept", "9"), "there is no proposal 9"),
    ],
)
def test_what_cannot_be_learned_is_said(arguments: tuple[str, ...], expected: str) -> None:
    assert expected in refused("scorecards", "learn", *arguments)
    assert sorted(Path().glob("*.yaml")) == [Path("small.yaml")]


@pytest.mark.usefixtures("reviewed")
def test_a_criterion_without_phrases_cannot_learn() -> None:
    silent = CARD.replace("{says: {who: agent, any: [thank you]}}", "{silence: {longer_than: 10}}")
    Path("silent.yaml").write_text(silent, encoding="utf-8")
    said = refused("scorecards", "learn", "closure.thanks", "--scorecard", "silent.yaml")
    assert "closure.thanks looks for no phrases" in said
