"""The document names every profile and every key of a manifest."""

from pathlib import Path

import pytest

from qa_pipeline.model_registry import profile_names
from qa_pipeline.model_registry.profile import (
    DiarizationOptions,
    MeaningOptions,
    Model,
    ModelFile,
    ToneOptions,
    TranscriptionOptions,
)
from qa_pipeline.resources import resource_folder

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
KEYS = {
    key
    for record in (
        Model,
        ModelFile,
        TranscriptionOptions,
        DiarizationOptions,
        ToneOptions,
        MeaningOptions,
    )
    for key in record.model_fields
}


@pytest.mark.parametrize("name", profile_names(resource_folder("models")))
def test_every_shipped_profile_is_documented(name: str) -> None:
    assert f"| `{name}` |" in TEXT


@pytest.mark.parametrize("key", sorted(KEYS - {"options", "files"}))
def test_every_key_of_a_manifest_is_documented(key: str) -> None:
    assert f"{key} = " in TEXT or f"options: {key}" in TEXT
