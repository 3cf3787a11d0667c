"""A full or read-only disk: clear words, and nothing half done."""

from pathlib import Path

import pytest

from qa_pipeline.errors import StoreError
from qa_pipeline.store import Store, bundle_files, write_bundle, write_failure
from qa_pipeline.store.files import write_whole
from tests.store.call_factory import make_call, make_calls, make_failure
from tests.store.disks import make_read_only, mounted

FULL = "disk is full.*run again"
READ_ONLY = "read-only.*run again"


def test_bundles_on_a_full_disk(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=256k") as disk:
        with pytest.raises(StoreError, match=FULL):
            _write_many(disk)
        written = bundle_files(disk)
        assert written
        assert sorted(disk.iterdir()) == sorted(written)  # no half file is left


def test_bundles_on_a_read_only_disk(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=1m") as disk:
        make_read_only(disk)
        with pytest.raises(StoreError, match=READ_ONLY):
            write_bundle(make_call(1), disk / "bundles", "key")
        with pytest.raises(StoreError, match=READ_ONLY):
            write_failure(make_failure(), disk)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(StoreError, match="a file stands where the folder should be: choose"):
        write_whole(tmp_path / "taken" / "report.html", b"")


def test_the_store_on_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    bundles = tmp_path / "bundles"
    for call in make_calls(40):
        write_bundle(call, bundles, call.recording.call_id)
    with mounted(tmp_path / "disk", "size=2m") as disk:
        filler = disk / "filler"
        with Store.open_owner(disk / "calls.duckdb"):
            pass
        free = _fill(filler, leave=200_000)
        assert free < 200_001
        with pytest.raises(StoreError, match=FULL):
            _ingest_until_stored(disk / "calls.duckdb", bundles)
        filler.unlink()
    with mounted(tmp_path / "larger", "size=64m") as disk, Store.open_owner(disk / "c.db") as owner:
        assert owner.ingest(bundles).calls_added == 40


def test_a_new_store_on_a_read_only_disk(tmp_path: Path) -> None:
    with mounted(tmp_path / "disk", "size=1m") as disk:
        make_read_only(disk)
        with pytest.raises(StoreError, match=r"Cannot.*read-only"):
            Store.open_owner(disk / "calls.duckdb")
        with pytest.raises(StoreError, match=READ_ONLY):
            Store.open_owner(disk / "folder" / "calls.duckdb")


def test_a_store_that_became_read_only_can_be_read_but_not_written(tmp_path: Path) -> None:
    bundles = tmp_path / "bundles"
    write_bundle(make_call(1), bundles, "key")
    with mounted(tmp_path / "disk", "size=16m") as disk:
        with Store.open_owner(disk / "calls.duckdb") as owner:
            owner.ingest(bundles)
        make_read_only(disk)
        with pytest.raises(StoreError, match="read-only"):
            Store.open_owner(disk / "calls.duckdb")
        with Store.open_reader(disk / "calls.duckdb") as reader:
            assert reader.info().calls == 1


def _write_many(folder: Path) -> None:
    for number in range(100):
        write_bundle(make_call(number), folder, "key")


def _ingest_until_stored(store: Path, bundles: Path) -> None:
    with Store.open_owner(store) as owner:
        owner.ingest(bundles)
        owner.publish_snapshot()


def _fill(file: Path, leave: int) -> int:
    import shutil

    free = shutil.disk_usage(file.parent).free
    file.write_bytes(b"x" * max(0, free - leave))
    return shutil.disk_usage(file.parent).free
