import os
from pathlib import Path

import pytest

from qa_pipeline.errors import ModelError, UsageError
from qa_pipeline.model_registry import (
    PURPOSES,
    choose_device,
    identity,
    load_profile,
    local_folder,
    profile_names,
    verify,
)
from qa_pipeline.model_registry.refresh import refresh
from qa_pipeline.resources import resource_folder
from tests.model_registry.manifests import BUNDLED, bundled_models

SHIPPED = resource_folder("models")


@pytest.mark.parametrize("name", ["bundled", "standard", "accurate"])
def test_shipped_manifests_can_be_read(name: str) -> None:
    profile = load_profile(name, SHIPPED)
    assert profile.name in profile_names(SHIPPED)
    assert {"en", "zh"} <= set(profile.transcription.options.languages)
    assert set(PURPOSES) <= set(profile.purposes)
    for purpose in profile.purposes:
        assert profile.model(purpose).licence


@pytest.mark.parametrize("name", ["standard", "accurate"])
def test_what_cannot_be_loaded_says_what_to_do(name: str, tmp_path: Path) -> None:
    profile = load_profile(name, SHIPPED, cache_dir=tmp_path)
    with pytest.raises(ModelError, match=f"models pull {name}"):
        local_folder(profile, "transcription")
    with pytest.raises(ModelError, match="not pinned"):
        local_folder(profile, "tone")
    wrong = [problem.purpose for problem in verify(profile)]
    assert wrong == ["transcription", "diarization", "tone", "meaning"]


def test_bundled_profile_says_that_it_does_not_understand_callers() -> None:
    assert "do not understand real callers" in load_profile("bundled", SHIPPED).disclaimer


def test_unknown_profile_names_the_known_and_the_nearest(tmp_path: Path) -> None:
    models_dir = bundled_models(tmp_path)
    with pytest.raises(UsageError, match="known are: small; did you mean 'small'"):
        load_profile("smal", models_dir)
    with pytest.raises(UsageError, match=r"known are: small$"):
        load_profile("zzz", models_dir)


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        ('kind = "pyannote"', 'kind = "pianote"', "diarization.kind"),
        ('name = "small-tone"', 'nane = "small-tone"', "tone.nane"),
        ('folder = "bundled/tone"', 'repo = "a/b"\nfolder = "c"', "either folder"),
        ("[tone.options]", "[tone.options", "line 28"),
        ('name = "small"\n', 'name = "large"\n', "must be the file's name"),
    ],
)
def test_a_mistake_in_a_manifest_is_named(find: str, put: str, said: str, tmp_path: Path) -> None:
    assert find in BUNDLED
    models_dir = bundled_models(tmp_path, BUNDLED.replace(find, put, 1))
    with pytest.raises(UsageError, match=said) as raised:
        load_profile("small", models_dir)
    assert "small.toml" in str(raised.value)


def test_a_file_outside_the_models_folder_is_refused(tmp_path: Path) -> None:
    models_dir = bundled_models(
        tmp_path, BUNDLED + '\n[[tone.files]]\npath = "../../secret"\nsize = 1\n'
    )
    with pytest.raises(UsageError, match="leaves the model's folder"):
        load_profile("small", models_dir)


def test_refresh_pins_bundled_models_and_they_verify(tmp_path: Path) -> None:
    models_dir = bundled_models(tmp_path)
    with pytest.raises(ModelError, match=r"model_registry\.refresh"):
        local_folder(load_profile("small", models_dir), "tone")

    assert refresh(models_dir) == {"small": True}
    assert refresh(models_dir) == {"small": False}

    profile = load_profile("small", models_dir)
    assert verify(profile) == []
    assert local_folder(profile, "tone") == models_dir / "bundled" / "tone"
    assert [file.path for file in profile.tone.files] == ["inner/config.json", "model.bin"]


@pytest.fixture
def pinned(tmp_path: Path) -> Path:
    """The folder of manifests of a profile whose bundled models are pinned."""
    models_dir = bundled_models(tmp_path)
    refresh(models_dir)
    return models_dir


def test_a_changed_file_is_refused_even_with_its_old_size_and_time(pinned: Path) -> None:
    profile = load_profile("small", pinned)
    weights = local_folder(profile, "tone") / "model.bin"
    before = weights.stat()
    weights.write_bytes(b"weights of t0ne")
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert weights.stat().st_size == before.st_size
    with pytest.raises(ModelError, match=r"model\.bin is not the file of the manifest"):
        local_folder(profile, "tone")
    assert local_folder(profile, "diarization")


def test_missing_truncated_and_added_files_are_refused(pinned: Path) -> None:
    profile = load_profile("small", pinned)
    (pinned / "bundled/ears/model.bin").unlink()
    (pinned / "bundled/turns/model.bin").write_bytes(b"weights")
    (pinned / "bundled/tone/pytorch_model.bin").write_bytes(b"something else")
    said = [str(problem) for problem in verify(profile)]
    assert len(said) == 3
    assert "model.bin is missing" in said[0]
    assert "has 7 bytes instead of 16" in said[1]
    assert "pytorch_model.bin is not in the manifest" in said[2]


def test_identity_changes_with_the_weights(pinned: Path) -> None:
    before = load_profile("small", pinned)
    (pinned / "bundled/tone/model.bin").write_bytes(b"better weights")
    refresh(pinned)
    after = load_profile("small", pinned)
    assert identity(before, "tone") != identity(after, "tone")
    assert identity(before, "tone").startswith("small-tone@")
    assert identity(before, "diarization") == identity(after, "diarization")


def test_the_cpu_is_always_there(pinned: Path) -> None:
    options = load_profile("small", pinned).transcription.options
    device = choose_device("cpu", options)
    assert (device.name, device.compute_type) == ("cpu", "int8")
    for wrong in ("gpu", "cuda:", "cuda:one", "cpu:1"):
        with pytest.raises(UsageError, match="auto, cpu, cuda or cuda:N"):
            choose_device(wrong, options)


def test_auto_takes_what_there_is(pinned: Path) -> None:
    import torch

    options = load_profile("small", pinned).transcription.options
    device = choose_device("auto", options)
    assert device.name == ("cuda:0" if torch.cuda.is_available() else "cpu")
    beyond = f"cuda:{torch.cuda.device_count()}"
    with pytest.raises(UsageError, match=r"usable NVIDIA GPUs? w"):
        choose_device(beyond, options)
