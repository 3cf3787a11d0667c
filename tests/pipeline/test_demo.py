"""The demo as a newcomer sees it, and how well it hears and judges."""

import pytest

from benchmarks.accuracy import Accuracy, summarise
from benchmarks.truth import read_truths
from qa_pipeline.store import Store
from tests.conftest import IN_CI
from tests.running import REPOSITORY, DemoRun, qa

SAMPLES = REPOSITORY / "sample_calls"


@pytest.fixture(scope="module")
def accuracy(demo: DemoRun) -> Accuracy:
    assert demo.done.returncode == 0, demo.done.stderr
    truths = read_truths(SAMPLES)
    with Store.open_reader(demo.data_dir / "calls.duckdb") as reader:
        calls = {call_id: reader.read_call(call_id) for call_id in truths}
    return summarise([(c, truths[i]) for i, c in calls.items() if c is not None], "bundled")


def test_demo_succeeds_and_says_where_to_look(demo: DemoRun) -> None:
    assert demo.done.returncode == 0, demo.done.stderr
    said = demo.done.stdout
    assert "20 calls found: 20 processed now" in said
    for path in (demo.data_dir / "calls.duckdb", *(demo.data_dir / "reports").glob("*.html")):
        assert path.exists()
        assert path.name in said
    assert "Try next" in said.splitlines()[-3]


def test_demo_shows_how_each_call_was_scored(demo: DemoRun) -> None:
    with Store.open_reader(demo.data_dir / "calls.duckdb") as reader:
        calls = reader.list_calls()
    said = demo.done.stdout
    passed = sum(bool(call.passed) for call in calls)
    assert 0 < passed < 20
    assert f"Scored by inbound-service version 1: {passed} of 20 passed, average " in said
    for call in calls:
        (line,) = [line for line in said.splitlines() if line.startswith(call.call_id)]
        assert str(call.total_pct) in line


def test_demo_reaches_no_other_machine(demo: DemoRun) -> None:
    assert demo.done.returncode == 0, demo.done.stderr
    if demo.attempts is None or not demo.isolated:
        assert not IN_CI, "CI must have strace and allow network namespaces"
        pytest.skip("strace or network namespaces are missing")
    assert demo.attempts == ()


def test_a_second_run_adds_nothing_and_says_so(demo: DemoRun) -> None:
    with Store.open_reader(demo.data_dir / "calls.duckdb") as reader:
        before = reader.info()
    again = qa("run", SAMPLES, "--data-dir", demo.data_dir, cwd=demo.folder)
    assert again.returncode == 0, again.stderr
    assert "0 processed now, 20 known already" in again.stdout
    assert "Nothing new" in again.stdout
    with Store.open_reader(demo.data_dir / "calls.duckdb") as reader:
        after = reader.info()
    assert (after.calls, after.words, after.scores) == (before.calls, before.words, before.scores)


def test_every_sample_call_is_trusted(accuracy: Accuracy) -> None:
    assert accuracy.totals.calls == 20
    assert {call.call_id: call.trust for call in accuracy.calls if call.trust == "reject"} == {}


def test_agent_and_customer_are_told_apart_in_every_call(accuracy: Accuracy) -> None:
    assert [call.call_id for call in accuracy.calls if not call.roles_right] == []


def test_verdicts_agree_with_the_truth(accuracy: Accuracy) -> None:
    agreement = accuracy.totals.verdict_agreement_pct
    wrong = [f"{call.call_id} {line}" for call in accuracy.calls for line in call.wrong]
    assert agreement is not None
    assert agreement >= 95.0, wrong


def test_words_and_speakers_are_heard_well_enough(accuracy: Accuracy) -> None:
    totals = accuracy.totals
    assert totals.wer_en_pct is not None
    assert totals.wer_en_pct <= 25.0
    assert totals.cer_zh_pct is not None
    assert totals.cer_zh_pct <= 25.0
    assert totals.der_mono_pct is not None
    assert totals.der_mono_pct <= 12.0
