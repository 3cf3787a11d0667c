"""A rescoring that is broken off leaves nothing; one that is done counts whole, with its card."""

import multiprocessing
import os
import shutil
import signal
from pathlib import Path

import pytest

from qa_pipeline.errors import StoreHeldError
from qa_pipeline.pipeline.rescoring import rescore
from qa_pipeline.progress import Silent
from qa_pipeline.settings import Settings
from qa_pipeline.store import Store
from tests.pipeline.standards import CARD, fill_store, small_card

DRAFT = small_card(CARD.replace("version: 1", "version: 2").replace("points: 5", "points: 7"))
CHANGED = small_card(CARD.replace("version: 1", "version: 2").replace("points: 5", "points: 9"))


class _Stopping(Silent):
    """Stops after the first batch, as Ctrl-C does, or with a signal."""

    def __init__(self, signal_: signal.Signals | None = None) -> None:
        self._signal = signal_

    def done(self, calls: int, audio_s: float) -> None:
        if self._signal is None:
            raise KeyboardInterrupt
        os.kill(os.getpid(), self._signal)


def _killed(settings: Settings) -> None:
    rescore(settings, DRAFT, progress=_Stopping(signal.SIGKILL), workers=1)


def test_what_is_stopped_leaves_nothing_and_its_version_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fill_store(tmp_path, 4)
    monkeypatch.setattr("qa_pipeline.pipeline.rescoring.BATCH_CALLS", 2)
    with pytest.raises(KeyboardInterrupt):
        rescore(settings, DRAFT, progress=_Stopping(), workers=1)
    assert _rescored(settings) == []
    _ingest(settings)
    assert _versions(settings) == [(1, 4)]
    assert rescore(settings, CHANGED).calls == 4


def test_what_is_killed_is_cleared_away_by_the_next(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 4)
    process = multiprocessing.get_context("spawn").Process(target=_killed, args=(settings,))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert len(_rescored(settings)) == 1
    _ingest(settings)
    assert _rescored(settings) == []
    assert _versions(settings) == [(1, 4)]


def test_what_is_done_and_not_taken_in_is_taken_in_whole_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fill_store(tmp_path, 4)
    monkeypatch.setattr("qa_pipeline.pipeline.rescoring.BATCH_CALLS", 2)
    with Store.open_reader(settings.store_path), pytest.raises(StoreHeldError):
        rescore(settings, DRAFT)
    _ingest(settings)
    assert _versions(settings) == [(1, 4), (2, 4)]
    with Store.open_reader(settings.store_path) as reader:
        assert reader.kept_scorecard(DRAFT.content_hash) is not None
    assert rescore(settings, DRAFT).files[0].startswith(str(settings.bundles_dir / "rescored"))


def test_a_store_made_anew_has_the_cards_of_rescorings(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 2)
    done = rescore(settings, DRAFT)
    assert [Path(file).is_file() for file in done.files] == [True]
    shutil.move(settings.store_path, tmp_path / "before.duckdb")
    _ingest(settings)
    assert _versions(settings) == [(1, 2), (2, 2)]
    with Store.open_reader(settings.store_path) as reader:
        assert reader.kept_scorecard(DRAFT.content_hash) is not None


def _ingest(settings: Settings) -> None:
    with Store.open_owner(settings.store_path) as owner:
        owner.ingest(settings.bundles_dir)


def _rescored(settings: Settings) -> list[Path]:
    return sorted((settings.bundles_dir / "rescored").iterdir())


def _versions(settings: Settings) -> list[tuple[object, ...]]:
    with Store.open_reader(settings.store_path) as reader:
        sql = "SELECT version, count(*) FROM scores GROUP BY ALL ORDER BY ALL"
        return list(reader.query(sql).rows)
