"""The store holds what the settings of today make of a call, also when they are changed back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qa_pipeline.pipeline import RunSummary, run_calls
from qa_pipeline.settings import RedactionSettings, Settings
from qa_pipeline.store import Store
from tests.pipeline.finished_calls import write_calls

VTT = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Agent>Good morning, Bluebell Broadband, this is Maya, what is your phone number?

00:00:05.000 --> 00:00:09.000
<v Customer>My number is 07700 900123.
"""
SHOWN, HIDDEN = RedactionSettings(stored_text=()), RedactionSettings(stored_text=("phone",))


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., RunSummary]:
    incoming = write_calls(tmp_path / "incoming", 1)
    (incoming / "call-0.vtt").write_text(VTT)

    def run(**settings: object) -> RunSummary:
        given = Settings(data_dir=tmp_path / "data", **settings)  # type: ignore[arg-type]
        return run_calls([incoming], given)

    return run


def said(tmp_path: Path) -> str:
    with Store.open_reader(tmp_path / "data" / "calls.duckdb") as reader:
        return str(reader.query("SELECT string_agg(text, ' ') FROM utterances").rows[0][0])


def test_settings_that_are_changed_back_count(
    run: Callable[..., RunSummary], tmp_path: Path
) -> None:
    for redaction, shown in ((SHOWN, True), (HIDDEN, False), (SHOWN, True), (HIDDEN, False)):
        assert run(redaction=redaction).processed == 1
        assert ("900123" in said(tmp_path)) is shown
        assert run(redaction=redaction).skipped == 1


def test_languages_that_are_changed_back_count(run: Callable[..., RunSummary]) -> None:
    for languages in (("en",), ("en", "zh"), ("en",)):
        assert run(languages=languages).processed == 1
    assert run(languages=("en",)).skipped == 1


def test_two_cards_in_turn_do_not_process_a_call_each_time(run: Callable[..., RunSummary]) -> None:
    cards = ("inbound-service", "service-manner") * 2
    assert [run(scorecard=card).processed for card in cards] == [1, 1, 0, 0]
