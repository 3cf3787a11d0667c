"""Pulling models, against a hub on loopback, by a process of its own as the command line does."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry import Profile, load_profile, local_folder, verify
from tests.model_registry.hub import REVISION, Hub, serving
from tests.model_registry.manifests import BUNDLED, bundled_models

FILES = {"inner/config.json": b'{"layers": 2}', "model.bin": bytes(range(256)) * 2000}
LARGE = {"model.bin": bytes(range(256)) * 100_000}
"""More than the hub library reads at once (10 MB)."""
PULL = """
import sys
from pathlib import Path
from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry import load_profile
from qa_pipeline.model_registry.pulling import pull
models_dir, cache_dir, pin = sys.argv[1:]
profile = load_profile("small", Path(models_dir), Path(cache_dir))
try:
    pull(profile, print, pin=pin == "pin")
except ModelError as error:
    sys.exit(f"ModelError: {error}")
"""


def on_a_hub(tmp_path: Path, *, pinned: bool, files: dict[str, bytes] = FILES) -> Path:
    """Write a manifest whose tone model lies on a hub, the others beside it."""
    source = 'repo = "centre/models"' + (f'\nrevision = "{REVISION}"' if pinned else "")
    manifest = BUNDLED.replace('folder = "bundled/tone"', source)
    for path, content in files.items():
        manifest += f'\n[[tone.files]]\npath = "{path}"\n'
        if pinned:
            manifest += f'sha256 = "{hashlib.sha256(content).hexdigest()}"\n'
    return bundled_models(tmp_path, manifest)


def pull(models_dir: Path, cache_dir: Path, hub: Hub, *, pin: bool = False) -> str:
    """Run a pull in a fresh process; return what it said, the error last."""
    offline = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    environment = {name: value for name, value in os.environ.items() if name not in offline}
    arguments = [str(models_dir), str(cache_dir), "pin" if pin else "no"]
    done = subprocess.run(
        [sys.executable, "-c", PULL, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env=environment | {"HF_ENDPOINT": hub.endpoint, "NO_PROXY": "127.0.0.1"},
    )
    return done.stdout + done.stderr


def profile_of(models_dir: Path, cache_dir: Path) -> Profile:
    return load_profile("small", models_dir, cache_dir)


def problems_of_tone(profile: Profile) -> list[str]:
    return [str(problem) for problem in verify(profile) if problem.purpose == "tone"]


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


def test_pinning_writes_revision_and_checksums_into_the_manifest(tmp_path: Path) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=False), tmp_path / "cache"
    with serving(Hub(FILES)) as hub:
        assert "--pin" in pull(models_dir, cache, hub)
        assert not cache.exists()
        assert "pinned in" in pull(models_dir, cache, hub, pin=True)
    profile = profile_of(models_dir, cache)
    assert profile.tone.revision == REVISION
    assert local_folder(profile, "tone").name == REVISION
    expected = {path: hashlib.sha256(content).hexdigest() for path, content in FILES.items()}
    assert {file.path: file.sha256 for file in profile.tone.files} == expected
