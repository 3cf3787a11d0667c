"""How much is worked on at once is settable, and what comes out does not depend on it."""

import time
from dataclasses import dataclass
from typing import Any

import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.model_registry import Device, load_profile
from qa_pipeline.pipeline.parts import Parts
from qa_pipeline.pipeline.tray import Tray
from qa_pipeline.progress import Silent
from qa_pipeline.records import Failure
from qa_pipeline.resources import resource_folder
from qa_pipeline.settings import read_settings


@dataclass(frozen=True)
class Named:
    """Stands for a call."""

    source_path: str


def test_calls_that_are_opened_together_come_in_order() -> None:
    calls = [Named(f"call-{n}") for n in range(12)]

    def work(call: Named) -> str:
        number = int(call.source_path.partition("-")[2])
        time.sleep(0.002 * (12 - number))
        if number % 5 == 4:
            raise ValueError("cannot be read")
        return call.source_path

    results = []
    for threads in (1, 4):
        failures: list[Failure] = []
        tray = Tray(Silent(), failures.append)
        done = tray.each("decode", calls, work, threads)
        results.append((done, [failure.path for failure in failures]))
    assert results[0] == results[1]
    assert results[1][1] == ["call-4", "call-9"]


@pytest.mark.parametrize(
    ("kind", "given", "expected"), [("cpu", None, 8), ("cuda", None, 16), ("cuda", 48, 48)]
)
def test_windows_heard_at_once(
    kind: Any, given: int | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def engine(*_: object, **options: Any) -> None:
        asked.update(options)

    monkeypatch.setattr("qa_pipeline.pipeline.parts.FasterWhisperEngine", engine)
    parts = Parts(
        load_profile("bundled", resource_folder("models")), read_settings(batch_size=given)
    )
    parts.__dict__["device"] = Device(kind, 0, "int8")
    assert parts.engine is not None
    assert asked["batch_size"] == expected


def test_a_batch_size_that_cannot_be_is_refused() -> None:
    with pytest.raises(UsageError, match="batch_size"):
        read_settings(batch_size=0)
