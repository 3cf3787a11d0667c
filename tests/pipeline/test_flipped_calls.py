"""Flipped calls can be found in the recording by their words, without anybody's number in them."""

from pathlib import Path

import pytest

from qa_pipeline.pipeline.backtesting import backtest
from tests.pipeline.standards import CARD, fill_store, small_card

MORE = CARD.replace("[goodbye]", "[goodbye, have a lovely day]").replace("version: 1", "version: 2")
NUMBER = "07700 900123"


def test_a_number_in_a_call_hides_itself_and_not_the_words_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = f"your number is {NUMBER} so have a lovely day"
    monkeypatch.setattr("tests.pipeline.standards.ENDS", ((end, "met"),))
    settings = fill_store(tmp_path, 2, reviewed=False)
    found = backtest(settings, small_card(MORE), small_card())
    assert [item.quote for item in found.listen] == ["have a lovely day"] * 2
    for item in found.listen:
        assert "have a lovely day" in item.draft_reason
        assert "No such words as “goodbye”" in item.published_reason
    shown = found.model_dump_json()
    assert "900123" not in shown
    assert "07700" not in shown
    assert '"evidence"' not in shown


def test_a_number_that_is_quoted_is_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    end = f"your number is {NUMBER} thank you"
    monkeypatch.setattr("tests.pipeline.standards.ENDS", ((end, "met"),))
    settings = fill_store(tmp_path, 1, reviewed=False)
    asked = "check: {says: {who: agent, regex: 'number is [0-9 ]+'}}"
    draft = CARD.replace("check: {says: {who: agent, last: 20s, list: farewells}}", asked)
    found = backtest(settings, small_card(draft.replace("version: 1", "version: 2")), small_card())
    [item] = [item for item in found.listen if item.criterion_id == "closure.farewell"]
    assert item.quote is not None
    assert item.quote.startswith("number is")
    shown = found.model_dump_json()
    assert "900123" not in shown
    assert "07700" not in shown
