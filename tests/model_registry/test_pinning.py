"""Pinning: what a manifest is told of a model is what the hub sent, or nothing."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from qa_pipeline.model_registry import folder_of, local_folder, verify
from qa_pipeline.model_registry.manifest_files import MARKER
from tests.model_registry.hub import REVISION, Hub, serving
from tests.model_registry.pulls import FILES, on_a_hub, profile_of, pull


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


def checksums(models_dir: Path, cache: Path) -> dict[str, str | None]:
    return {file.path: file.sha256 for file in profile_of(models_dir, cache).tone.files}


SHA256 = {path: hashlib.sha256(content).hexdigest() for path, content in FILES.items()}


def test_pinning_takes_nothing_that_an_earlier_attempt_left(tmp_path: Path) -> None:
    """A power cut may leave zeros in place of what was written last."""
    models_dir, cache = on_a_hub(tmp_path, pinned=False), tmp_path / "cache"
    left = folder_of(profile_of(models_dir, cache), "tone").with_name(f"{REVISION}.partial")
    (left / "inner").mkdir(parents=True)
    (left / "model.bin.incomplete").write_bytes(FILES["model.bin"][:20_000] + bytes(40_000))
    (left / "inner" / "config.json").write_bytes(bytes(13))
    (left / "inner" / "of-another.json").write_bytes(b"{}")
    with serving(Hub(FILES)) as hub:
        assert "pinned in" in pull(models_dir, cache, hub, pin=True)
    assert hub.begun_at == [("inner/config.json", 0), ("model.bin", 0)]
    assert checksums(models_dir, cache) == SHA256
    folder = local_folder(profile_of(models_dir, cache), "tone")
    assert {path: (folder / path).read_bytes() for path in FILES} == FILES


def git_blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@pytest.mark.parametrize(
    ("named", "believed"),
    [
        (SHA256["model.bin"], True),
        (git_blob(FILES["model.bin"]), True),
        (hashlib.sha1(FILES["model.bin"]).hexdigest(), True),
        ("5f-17c0ffee", True),  # not a checksum: nothing to compare with
        (hashlib.sha256(b"other").hexdigest(), False),
        (git_blob(b"other"), False),
    ],
)
def test_pinning_compares_with_the_checksum_that_the_hub_names(
    tmp_path: Path, named: str, believed: bool
) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=False), tmp_path / "cache"
    before = (models_dir / "small.toml").read_bytes()
    with serving(Hub(FILES, etags={"model.bin": named})) as hub:
        said = pull(models_dir, cache, hub, pin=True)
    if believed:
        assert checksums(models_dir, cache) == SHA256
        assert ("model.bin: the hub names no checksum" in said) == named.startswith("5f-")
    else:
        assert "ModelError" in said
        assert named[:12] in said
        assert "nothing was pinned" in said
        assert (models_dir / "small.toml").read_bytes() == before
        assert list(cache.rglob("model.bin*")) == []


@pytest.mark.parametrize(
    ("by_hand", "also"),
    [
        ('repo = "centre/models"   # ours', ()),
        ("repo='centre/models'", ()),
        ("  repo   =   'centre/models'\n  # a note", ("  # a note",)),
    ],
)
def test_a_manifest_may_be_written_as_people_write(
    tmp_path: Path, by_hand: str, also: tuple[str, ...]
) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=False), tmp_path / "cache"
    manifest = models_dir / "small.toml"
    text = manifest.read_text().replace('repo = "centre/models"', by_hand)
    text = text.replace("[tone]", "[tone]  # the wording").replace(
        "[[tone.files]]", "[[ tone.files ]] #"
    )
    manifest.write_text(text.rstrip("\n"))
    with serving(Hub(FILES)) as hub:
        said = pull(models_dir, cache, hub, pin=True)
    assert "pinned in" in said
    profile = profile_of(models_dir, cache)
    assert profile.tone.revision == REVISION
    assert [problem for problem in verify(profile) if problem.purpose == "tone"] == []
    for line in ("[tone]  # the wording", by_hand.splitlines()[0], *also):
        assert line in manifest.read_text().splitlines()


@pytest.mark.parametrize(
    "rewritten",
    [
        lambda text: text.replace("[tone]", '["tone"]'),
        lambda text: f"{text}\n{MARKER}\n\n[trust]\nmin_word_probability = 0.3\n",
    ],
)
def test_a_manifest_that_would_come_to_say_something_else_is_left_alone(
    tmp_path: Path, rewritten: Callable[[str], str]
) -> None:
    models_dir, cache = on_a_hub(tmp_path, pinned=False), tmp_path / "cache"
    manifest = models_dir / "small.toml"
    manifest.write_text(rewritten(manifest.read_text()))
    before = manifest.read_bytes()
    with serving(Hub(FILES)) as hub:
        said = pull(models_dir, cache, hub, pin=True)
    assert "ModelError" in said
    assert str(manifest) in said
    assert "was left as it is" in said
    assert manifest.read_bytes() == before
    assert hub.sent == [], "fetched before it was known whether it can be pinned"
