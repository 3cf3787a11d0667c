"""A run judges by no card whose version has judged calls with another content."""

from pathlib import Path

import pytest

from qa_pipeline.errors import UsageError
from qa_pipeline.pipeline import OpenRun
from qa_pipeline.pipeline.rescoring import rescore
from qa_pipeline.scoring import Scorecard
from qa_pipeline.settings import Settings
from qa_pipeline.store import Store
from tests.pipeline.finished_calls import write_calls
from tests.pipeline.standards import CARD, fill_store, small_card
from tests.running import qa

CHANGED = small_card(CARD.replace("pass_mark: 70", "pass_mark: 60"))
NEXT = small_card(CARD.replace("version: 1", "version: 2"))


def test_a_changed_card_stops_the_run_before_any_call_is_processed(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 1)
    bundles = sorted(settings.bundles_dir.iterdir())
    with pytest.raises(UsageError, match=r"small version 1 .* Nothing was processed.*version: 2"):
        _open(settings, tmp_path, CHANGED)
    assert sorted(settings.bundles_dir.iterdir()) == bundles
    with Store.open_reader(settings.store_path) as reader:
        assert reader.runs() == ()


@pytest.mark.parametrize("card", [small_card(), NEXT], ids=["as it was", "next version"])
def test_a_published_card_and_a_new_version_are_run(tmp_path: Path, card: Scorecard) -> None:
    settings = fill_store(tmp_path, 1)
    assert _open(settings, tmp_path, card).sources


def test_bundles_that_a_killed_run_left_have_judged_calls_too(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 1)
    settings.store_path.unlink()
    with pytest.raises(UsageError, match=r"small version 1 .* Nothing was processed"):
        _open(settings, tmp_path, CHANGED)
    with Store.open_reader(settings.store_path) as reader:
        assert [call.call_id for call in reader.list_calls()] == ["call-000"]
        assert reader.runs() == ()


def test_the_card_of_a_run_that_is_killed_is_kept(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 1)
    _open(settings, tmp_path, NEXT)
    with Store.open_reader(settings.store_path) as reader:
        assert reader.kept_scorecard(NEXT.content_hash) is not None


def test_a_version_that_was_withdrawn_counts_until_a_later_one_does(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 1)
    assert rescore(settings, NEXT).newer_version is None
    assert rescore(settings, small_card()).newer_version == 2
    said = qa("rescore", "--scorecard", "small.yaml", "--data-dir", ".", cwd=tmp_path)
    assert "Calls that version 2 of small has judged count by it" in said.stdout
    assert "write 'version: 3'" in said.stdout
    assert rescore(settings, small_card(CARD.replace("version: 1", "version: 3"))).taken == 3


def test_a_run_says_that_a_later_version_counts(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 1)
    rescore(settings, NEXT)
    assert _open(settings, tmp_path, small_card()).finish([]).newer_versions == {"small": 2}


def test_the_number_that_is_advised_has_judged_no_call(tmp_path: Path) -> None:
    settings = fill_store(tmp_path, 1)
    rescore(settings, NEXT)
    with pytest.raises(UsageError, match="version: 3"):
        _open(settings, tmp_path, CHANGED)
    with pytest.raises(UsageError, match="version: 3"):
        rescore(settings, CHANGED)


def _open(settings: Settings, folder: Path, card: Scorecard) -> OpenRun:
    return OpenRun([write_calls(folder / "incoming", 1)], settings, [card])
