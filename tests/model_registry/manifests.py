"""Manifests of small models on disk for the tests of the registry."""

from pathlib import Path

BUNDLED = """
[profile]
name = "small"
description = "For tests."

[transcription]
kind = "faster-whisper"
name = "small-ears"
licence = "MIT"
folder = "bundled/ears"

[transcription.options]
languages = ["en"]
compute_type_cpu = "int8"

[diarization]
kind = "pyannote"
name = "small-turns"
licence = "MIT"
folder = "bundled/turns"

[tone]
kind = "transformers-text-classification"
name = "small-tone"
licence = "MIT"
folder = "bundled/tone"

[tone.options]
languages = ["en"]
"""


def bundled_models(tmp_path: Path, manifest: str = BUNDLED) -> Path:
    """Write a manifest and three models of a few bytes; return the folder of the manifests."""
    models_dir = tmp_path / "models"
    for folder in ("ears", "turns", "tone"):
        model = models_dir / "bundled" / folder
        (model / "inner").mkdir(parents=True)
        (model / "model.bin").write_bytes(f"weights of {folder}".encode())
        (model / "inner" / "config.json").write_text('{"size": 1}')
        (model / "README.md").write_text("A model card; not part of the model.")
    (models_dir / "small.toml").write_text(manifest)
    return models_dir
