"""A run with a scripted language model on loopback: asked, kept, shown, and never in the way."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.pipeline import RunSummary, run_calls
from qa_pipeline.pipeline.language_model import API_KEY
from qa_pipeline.pipeline.rescoring import rescore
from qa_pipeline.progress import Silent
from qa_pipeline.records import ModelAnswer, ProcessedCall
from qa_pipeline.scoring import load_scorecard
from qa_pipeline.settings import JudgeSettings, Settings
from qa_pipeline.store import Store
from tests.language_model.scripted import Scripted, quoting, serving
from tests.running import REPOSITORY, environment, qa

CARD = """
scorecard: asking
version: 1
pass_mark: 50
sections:
  - id: only
    weight: 100
    criteria:
      - id: only.greeting
        ask: A greeting
        points: 5
        check: {says: {first: 30s, any: [good morning]}}
      - id: only.why
        ask: The reason of the fault
        points: 5
        check: {question: {ask: "Does the agent explain the fault?"}}
      - id: only.critical
        ask: The reason of the fault, or else
        critical: card
        points: 5
        check: {question: {ask: "Does the agent explain the fault?"}}
      - id: only.then
        ask: Something that is only asked when the fault is explained
        points: 5
        when: {question: {ask: "Does the agent explain the fault?"}}
        check: {question: {ask: "Is the customer content?", who: any}}
"""
LINES = (
    "Agent: Good morning, Bluebell Broadband, how may I help you?",
    "Customer: My internet is down, my number is 4155550132.",
    "Agent: I am sorry, a cable was cut in your street.",
    "Customer: All right, thank you, that explains it.",
)


class Noting(Silent):
    """Progress whose notes are kept."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        self.notes.append(message)


@pytest.fixture
def server() -> Iterator[Scripted]:
    with serving(Scripted()) as state:
        yield state


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    folder.mkdir()
    cues = [
        f"{n + 1}\n00:00:{n * 5:02d},000 --> 00:00:{n * 5 + 4:02d},500\n{text}\n"
        for n, text in enumerate(LINES)
    ]
    (folder / "one.srt").write_text("\n".join(cues), encoding="utf-8")
    (tmp_path / "asking.yaml").write_text(CARD, encoding="utf-8")
    return folder


def settings(calls: Path, server: Scripted | None, **judge: Any) -> Settings:
    on = {"use": "endpoint", "endpoint": server.endpoint, "model": "any-7b"} if server else {}
    return Settings(
        data_dir=calls.parent / "data",
        scorecard=str(calls.parent / "asking.yaml"),
        device="cpu",
        judge=JudgeSettings.model_validate({**on, **judge}),
    )


def ran(
    calls: Path, server: Scripted | None, **judge: Any
) -> tuple[RunSummary, list[ProcessedCall], list[str]]:
    """Process the calls; return the summary, what the store has of them, and the notes."""
    wanted, progress = settings(calls, server, **judge), Noting()
    summary = run_calls([calls], wanted, progress=progress)
    with Store.open_reader(wanted.store_path) as reader:
        ids = [row.call_id for row in reader.list_calls()]
        found = [reader.read_call(call_id) for call_id in ids]
    return summary, [call for call in found if call is not None], progress.notes


def verdicts(call: ProcessedCall) -> dict[str, str]:
    return {r.criterion_id.split(".")[1]: r.verdict for r in call.scored[0].criteria}


def test_every_setting_is_documented() -> None:
    text = (REPOSITORY / "docs" / "configuration.md").read_text(encoding="utf-8")
    table = text.split("## A language model")[1].split("\n## ")[0]
    for name in JudgeSettings.model_fields:
        assert f"| `{name}` |" in table
    assert f"`{API_KEY}`" in table


def test_a_key_that_cannot_be_sent_ends_a_run_before_it_begins(
    calls: Path, server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(API_KEY, "“sk-1”")
    with pytest.raises(UsageError, match=API_KEY):
        ran(calls, server)
    assert server.asked_with == []
    assert not settings(calls, server).bundles_dir.exists()


def test_off_nothing_is_asked_and_the_rest_is_scored(calls: Path) -> None:
    summary, (call,), notes = ran(calls, None)
    assert verdicts(call) == {
        "greeting": "met", "why": "unscored", "critical": "unscored", "then": "unscored",
    }  # fmt: skip
    assert call.answers == ()
    assert "judge" not in call.versions.models
    assert (summary.failures, notes) == ((), [])


def test_answers_are_asked_once_kept_and_shown(calls: Path, server: Scripted) -> None:
    def reply(request: dict[str, Any]) -> object:
        content = "content" in request["messages"][1]["content"]
        return quoting("that explains it" if content else "a cable was cut")(request)

    server.reply = reply
    summary, (call,), _ = ran(calls, server)
    assert verdicts(call) == {
        "greeting": "met", "why": "met", "critical": "unscored", "then": "met",
    }  # fmt: skip
    assert len(server.requests) == 2, "one question, however many criteria put it"
    assert [a.reply for a in call.answers] == ["yes", "yes"]
    assert call.versions.models["judge"] == "any-7b@prompt-1"
    critical = next(r for r in call.scored[0].criteria if r.critical)
    assert critical.needs_review
    again, _, _ = ran(calls, server)
    assert (summary.processed, again.processed, again.skipped) == (1, 0, 1)
    assert len(server.requests) == 2
    shown = qa("calls", "show", call.recording.call_id, "--data-dir", "data", cwd=calls.parent)
    assert shown.returncode == 0, shown.stderr
    assert "Asked of any-7b (prompt 1): Is the customer content?" in shown.stdout
    assert '"that explains it"' in shown.stdout


def test_a_dead_endpoint_fails_no_call_and_is_asked_again_by_the_next_run(
    calls: Path, server: Scripted
) -> None:
    for n in range(4):
        (calls / f"more{n}.srt").write_text(
            (calls / "one.srt").read_text(encoding="utf-8").replace("01:3", f"0{n}:3")
            + f"\n5\n00:00:30,000 --> 00:00:33,000\nAgent: Goodbye number {n}.\n",
            encoding="utf-8",
        )
    server.statuses = [503] * 100
    summary, found, notes = ran(calls, server)
    assert (summary.processed, summary.failures) == (5, ())
    assert {verdicts(call)["why"] for call in found} == {"unscored"}
    assert len(notes) == 1
    assert "any-7b gives no answers (refused: HTTP 503)" in notes[0]
    assert len(server.requests) == 6, "three questions, each tried twice"
    server.statuses = []
    server.reply = quoting("a cable was cut")
    again, found, notes = ran(calls, server)
    assert (again.processed, again.skipped, notes) == (5, 0, [])
    assert {verdicts(call)["why"] for call in found} == {"met"}
    third, _, _ = ran(calls, server)
    assert third.skipped == 5


def test_scoring_again_asks_nobody_and_goes_by_what_was_kept(calls: Path, server: Scripted) -> None:
    server.reply = quoting("a cable was cut")
    _, (call,), _ = ran(calls, server)
    asked = len(server.requests)
    text = CARD.replace("version: 1", "version: 2").replace("points: 5", "points: 6")
    (calls.parent / "asking.yaml").write_text(text, encoding="utf-8")
    card = load_scorecard(calls.parent / "asking.yaml")
    for wanted, why in (
        (settings(calls, None), "met"),
        (settings(calls, server), "met"),
        (settings(calls, server, model="other-7b"), "unscored"),
    ):
        rescore(wanted, card)
        with Store.open_reader(wanted.store_path) as reader:
            again = reader.read_call(call.recording.call_id)
        assert again is not None
        newest = max(again.scored, key=lambda scored: scored.version)
        (result,) = (r for r in newest.criteria if r.criterion_id == "only.why")
        assert (newest.version, result.verdict) == (2, why)
    assert len(server.requests) == asked


def test_another_model_is_another_result(calls: Path, server: Scripted) -> None:
    server.reply = quoting("a cable was cut")
    first, _, _ = ran(calls, server)
    slower, _, _ = ran(calls, server, timeout_s=9.0, parallel=1)
    other, (call,), _ = ran(calls, server, model="other-7b")
    assert (first.processed, slower.processed, other.processed) == (1, 0, 1)
    assert {a.model for a in call.answers} == {"other-7b"}


def test_what_is_redacted_is_redacted_in_answers(calls: Path, server: Scripted) -> None:
    def reply(request: dict[str, Any]) -> object:
        found = quoting("my number is 4155550132")(request)
        assert isinstance(found, dict)
        return {**found, "why": "The number is 415 555 0132."}

    server.reply = reply
    card = CARD.replace('Does the agent explain the fault?"}', 'Is a number given?", who: any}')
    (calls.parent / "asking.yaml").write_text(card, encoding="utf-8")
    _, (call,), _ = ran(calls, server)
    kept: ModelAnswer = call.answers[0]
    assert kept.reply == "yes"
    assert kept.quotes[0].quote == "my number is [phone]"
    assert "0132" not in call.model_dump_json()
    bundles = b"".join(p.read_bytes() for p in (calls.parent / "data").rglob("*.parquet"))
    assert b"0132" not in bundles


def test_an_address_outside_ends_the_run_before_it_begins(calls: Path) -> None:
    (calls.parent / "qa.toml").write_text(
        '[judge]\nuse = "endpoint"\nendpoint = "http://8.8.8.8/v1"\nmodel = "any-7b"\n',
        encoding="utf-8",
    )
    done = qa("run", calls, "--scorecard", "asking.yaml", cwd=calls.parent, env=environment())
    assert done.returncode == 2
    assert "Calls are not sent out of the centre" in done.stderr
    assert "Traceback" not in done.stderr
