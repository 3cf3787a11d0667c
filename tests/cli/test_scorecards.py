"""``scorecards`` as a user types it: cards tested, compared, and taught by reviewed calls."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from qa_pipeline.cli.app import app

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
"""The package with an encoder knows English alone, so that meanings in Mandarin are never compared
with the bundled models: one example is decided by the words, two cannot be tried."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == code, (done.output, done.exception)
    return done.stdout


def run_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code))


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


def test_what_is_wrong_fails_beside_what_is_not_tried() -> None:
    wrong = MEANT.replace('met: ["A: 您好"]', 'met: ["A: 喂"]')
    Path("wrong.yaml").write_text(wrong, encoding="utf-8")
    said = run("scorecards", "test", "wrong.yaml", code=1)
    assert "meant: 1 passed, 1 failed, 2 not tried" in said
    assert "failed: example only.hello met 1: only.hello must be met, was not_met." in said


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
