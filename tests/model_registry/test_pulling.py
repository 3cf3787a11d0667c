"""Pulling models, against a hub on loopback, by a process of its own as the command line does."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry import folder_of, local_folder
from tests.model_registry.hub import REVISION, Hub, serving
from tests.model_registry.pulls import (
    FILES,
    LARGE,
    begin_to_pull,
    on_a_hub,
    problems_of_tone,
    profile_of,
    pull,
)


def test_a_pulled_model_is_verified_and_not_pulled_again(tmp_path: Path) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=True), tmp_path / "cache"
    with serving(Hub(FILES)) as hub:
        said = pull(models_dir, cache, hub)
        assert "licence MIT" in said
        assert "transcription" not in said  # bundled, nothing to pull
        folder = local_folder(profile_of(models_dir, cache), "tone")
        assert {p: (folder / p).read_bytes() for p in FILES} == FILES
        asked = len(hub.sent)
        assert "already here" in pull(models_dir, cache, hub)
        assert len(hub.sent) == asked


def test_a_cut_connection_leaves_no_model_and_the_next_pull_finishes(tmp_path: Path) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=True), tmp_path / "cache"
    with serving(Hub(FILES, bytes_left=50_000)) as hub:
        said = pull(models_dir, cache, hub)
        assert "ModelError" in said
        assert "run the same command again" in said.replace("\n", " ")
        assert problems_of_tone(profile_of(models_dir, cache))
        hub.bytes_left = None
        hub.sent.clear()
        pull(models_dir, cache, hub)
        assert problems_of_tone(profile_of(models_dir, cache)) == []
        assert "inner/config.json" not in hub.sent


def test_a_later_pull_goes_on_where_the_last_one_broke_off(tmp_path: Path) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=True, files=LARGE), tmp_path / "cache"
    with serving(Hub(LARGE, bytes_left=15_000_000)) as hub:
        assert "goes on where it broke off" in pull(models_dir, cache, hub)
        profile = profile_of(models_dir, cache)
        assert problems_of_tone(profile)
        with pytest.raises(ModelError, match="models pull"):
            local_folder(profile, "tone")
        hub.bytes_left = None
        hub.begun_at.clear()
        pull(models_dir, cache, hub)
    ((path, first),) = hub.begun_at
    assert path == "model.bin"
    assert first > 0
    folder = local_folder(profile, "tone")
    assert (folder / "model.bin").read_bytes() == LARGE["model.bin"]
    assert list(cache.rglob("*.incomplete")) == []
    assert list(cache.rglob("*.partial")) == []


def test_within_a_pull_a_cut_connection_is_taken_up_where_it_broke(tmp_path: Path) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=True, files=LARGE), tmp_path / "cache"
    with serving(Hub(LARGE, cut_once_after=15_000_000)) as hub:
        assert "ModelError" not in pull(models_dir, cache, hub)
    assert [path for path, _ in hub.begun_at] == ["model.bin", "model.bin"]
    assert hub.begun_at[0][1] == 0 < hub.begun_at[1][1]
    assert problems_of_tone(profile_of(models_dir, cache)) == []


def test_a_rest_that_was_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    """What lies there of an unfinished file is not the beginning of the right one."""
    models_dir, cache = on_a_hub(tmp_path, pinned=True), tmp_path / "cache"
    with serving(Hub(FILES, bytes_left=50_000)) as hub:
        pull(models_dir, cache, hub)
        (partial,) = cache.rglob("*.partial")
        (partial / "model.bin.incomplete").write_bytes(b"x" * 40_000)
        hub.bytes_left = None
        assert "do not use it" in pull(models_dir, cache, hub)
        assert problems_of_tone(profile_of(models_dir, cache))
        pull(models_dir, cache, hub)
    assert problems_of_tone(profile_of(models_dir, cache)) == []


def test_a_file_with_another_checksum_is_refused_and_deleted(tmp_path: Path) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=True), tmp_path / "cache"
    with serving(Hub({**FILES, "model.bin": b"something else"})) as hub:
        said = pull(models_dir, cache, hub)
    assert "do not use it" in said
    assert list(cache.rglob("model.bin")) == []
    assert problems_of_tone(profile_of(models_dir, cache))


@pytest.mark.parametrize("status", [401, 403])
def test_a_gated_repository_is_explained(tmp_path: Path, status: int) -> None:
    models_dir = on_a_hub(tmp_path, pinned=True)
    with serving(Hub(FILES, gated=True, refusal=status)) as hub:
        said = pull(models_dir, tmp_path / "cache", hub)
    assert "accept its conditions" in said
    assert "HF_TOKEN" in said


def test_a_file_that_the_hub_does_not_have_is_named(tmp_path: Path) -> None:
    models_dir = on_a_hub(tmp_path, pinned=True)
    with serving(Hub({"model.bin": FILES["model.bin"]})) as hub:
        said = pull(models_dir, tmp_path / "cache", hub)
    assert "does not have what the manifest names" in said


@pytest.mark.parametrize("pin", [False, True])
def test_two_pulls_at_once_do_the_work_once(tmp_path: Path, pin: bool) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=not pin), tmp_path / "cache"
    with serving(Hub(FILES, hold=threading.Event())) as hub:
        assert hub.hold is not None
        first = begin_to_pull(models_dir, cache, hub, pin=pin)
        wait_for(lambda: len(hub.sent) == 1)
        second = begin_to_pull(models_dir, cache, hub, pin=pin)
        assert second.stdout is not None
        assert "another command is fetching centre/models" in second.stdout.readline()
        hub.hold.set()
        said = [process.communicate(timeout=300)[0] for process in (first, second)]
    assert [process.returncode for process in (first, second)] == [0, 0], said
    assert "already here" in said[1]
    assert sorted(hub.sent) == sorted(FILES)
    assert problems_of_tone(profile_of(models_dir, cache)) == []


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def test_what_an_earlier_attempt_left_besides_is_no_part_of_the_model(tmp_path: Path) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=True), tmp_path / "cache"
    partial = local_folder_to_be(models_dir, cache).with_name(f"{REVISION}.partial")
    (partial / "old").mkdir(parents=True)
    (partial / "old" / "weights.bin.incomplete").write_bytes(b"of a file that was renamed")
    with serving(Hub(FILES)) as hub:
        pull(models_dir, cache, hub)
    assert problems_of_tone(profile_of(models_dir, cache)) == []


def local_folder_to_be(models_dir: Path, cache: Path) -> Path:
    return folder_of(profile_of(models_dir, cache), "tone")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=True), tmp_path / "cache"
    cache.write_text("A file where the folder belongs.")
    with serving(Hub(FILES)) as hub:
        said = pull(models_dir, cache, hub)
    assert "ModelError" in said
    assert str(cache) in said
    assert "run the same command again" in said


def test_a_file_of_another_size_is_not_fetched(tmp_path: Path) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=True, sizes=True), tmp_path / "cache"
    with serving(Hub({**FILES, "model.bin": LARGE["model.bin"]})) as hub:
        said = pull(models_dir, cache, hub)
    assert "25600000 bytes" in said
    assert "512000" in said
    assert "do not use it" in said
    assert "model.bin" not in hub.sent


def test_a_body_that_grows_past_its_size_is_stopped(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The hub says beforehand what the manifest says, and then sends something else."""
    models_dir, cache = on_a_hub(tmp_path, pinned=True, sizes=True), tmp_path / "cache"
    hub = Hub({**FILES, "model.bin": bytes(300_000_000)})
    hub.named_sizes["model.bin"] = len(FILES["model.bin"])
    largest = 0
    with serving(hub):
        process = begin_to_pull(models_dir, cache, hub)
        while process.poll() is None:
            here = [path.stat().st_size for path in cache.rglob("model.bin*") if path.exists()]
            largest = max([largest, *here])
            time.sleep(0.002)
    said, _ = process.communicate()
    assert "more than the 512000 bytes" in said
    assert list(cache.rglob("model.bin*")) == []
    assert largest <= len(FILES["model.bin"])
    assert capfd.readouterr().err == "", "the hub complains that its client left early"
