"""The part of a manifest that is written by machine: the files of each model."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from qa_pipeline.model_registry.profile import ModelFile, Purpose
from qa_pipeline.model_registry.verification import files_in, sha256_of

MARKER = "# ---- files, written by qa_pipeline.model_registry; do not edit below this line ----"
_LISTED = re.compile(r"^\[\[\w+\.files\]\]\n(?:\w+ = .*\n|\n)*", re.MULTILINE)


def list_files(folder: Path) -> tuple[ModelFile, ...]:
    """Return every file of a model's folder with its size and SHA-256."""
    return tuple(
        ModelFile(path=path, size=(folder / path).stat().st_size, sha256=sha256_of(folder / path))
        for path in files_in(folder)
    )


def write_files(manifest: Path, files: Mapping[Purpose, Sequence[ModelFile]]) -> bool:
    """Write the lists of files below the marker of a manifest; tell whether anything changed."""
    old = manifest.read_text(encoding="utf-8")
    written_by_hand = _LISTED.sub("", old.split(MARKER)[0]).rstrip()
    blocks = [_block(purpose, file) for purpose in files for file in files[purpose]]
    new = f"{written_by_hand}\n\n{MARKER}\n" + "".join(f"\n{block}" for block in blocks)
    if new == old:
        return False
    temporary = manifest.with_suffix(".toml.new")
    temporary.write_text(new, encoding="utf-8")
    temporary.replace(manifest)
    return True


def _block(purpose: Purpose, file: ModelFile) -> str:
    lines = [f"[[{purpose}.files]]", f'path = "{file.path}"']
    if file.size is not None:
        lines.append(f"size = {file.size}")
    if file.sha256 is not None:
        lines.append(f'sha256 = "{file.sha256}"')
    return "\n".join(lines) + "\n"
