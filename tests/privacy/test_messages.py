"""Errors, failures and the log do not repeat what was said."""

import logging
from dataclasses import dataclass

import pytest
from pydantic import ValidationError

from qa_pipeline.pipeline.tray import Tray
from qa_pipeline.progress import Silent
from qa_pipeline.records import Failure, Word

SAID = "my mobile is 07700 900123"


@dataclass(frozen=True)
class _Call:
    source_path: str = "calls/one.wav"


def _fails(call: _Call) -> None:
    raise ValueError(f"cannot place {SAID!r}")


def test_an_unexpected_error_leaves_no_number_behind(caplog: pytest.LogCaptureFixture) -> None:
    failures: list[Failure] = []
    tray = Tray(Silent(), failures.append)
    with caplog.at_level(logging.DEBUG):
        assert tray.each("measures", [_Call()], _fails) == []
    (failure,) = failures
    assert (
        failure.reason
        == "calls/one.wav: unexpected ValueError: cannot place 'my mobile is [phone]'"
    )
    assert "ValueError" in caplog.text
    assert "in _fails" in caplog.text
    assert "900123" not in caplog.text


def test_errors_of_records_do_not_show_their_input() -> None:
    with pytest.raises(ValidationError) as caught:
        Word.model_validate({"text": SAID, "start_s": "soon", "end_s": 1.0, "probability": 0.5})
    assert "start_s" in str(caught.value)
    assert "900123" not in str(caught.value)
