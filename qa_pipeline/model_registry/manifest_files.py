"""What a machine writes into a manifest: the files of each model, and a revision once pinned."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry.profile import ModelFile, Purpose
from qa_pipeline.model_registry.verification import files_in, sha256_of

MARKER = "# ---- files, written by qa_pipeline.model_registry; do not edit below this line ----"
_LISTED = re.compile(
    r"^[ \t]*\[\[[ \t]*\w+\.files[ \t]*\]\][ \t]*(?:#.*)?(?:\n|\Z)"
    r"(?:[ \t]*\w+[ \t]*=.*(?:\n|\Z)|[ \t]*\n)*",
    re.MULTILINE,
)
_HEADER = r"[ \t]*\[[ \t]*{purpose}[ \t]*\].*\n"
_REPO = r"[ \t]*repo[ \t]*=.*\n"
_NO_HEADER = r"(?![ \t]*\[).*\n"

Files = Mapping[Purpose, Sequence[ModelFile]]


def list_files(folder: Path, paths: Sequence[str] | None = None) -> tuple[ModelFile, ...]:
    """Return files of a model's folder with size and SHA-256: those at ``paths``, or every one."""
    return tuple(
        ModelFile(path=path, size=(folder / path).stat().st_size, sha256=sha256_of(folder / path))
        for path in (files_in(folder) if paths is None else paths)
    )


def write_files(
    manifest: Path, files: Files, revisions: Mapping[Purpose, str] | None = None
) -> bool:
    """Write lists of files below the marker of a manifest; tell whether anything changed.

    ``revisions``: of models that have none in the manifest so far.

    Raises ``ModelError`` as ``completed`` does; the manifest is then as it was.
    """
    new = completed(manifest, files, revisions or {})
    if new == manifest.read_text(encoding="utf-8"):
        return False
    temporary = manifest.with_suffix(".toml.new")
    temporary.write_text(new, encoding="utf-8")
    temporary.replace(manifest)
    return True


def completed(manifest: Path, files: Files, revisions: Mapping[Purpose, str]) -> str:
    """Return the text of a manifest with these files and revisions, and nothing else changed.

    Raises ``ModelError`` where the manifest is written in a way that would make more of it change.
    """
    old = manifest.read_text(encoding="utf-8")
    new = _LISTED.sub("", old.split(MARKER)[0]).rstrip() + "\n"
    for purpose, revision in revisions.items():
        new = _with_revision(new, purpose, revision)
    blocks = [_block(purpose, file) for purpose in files for file in files[purpose]]
    new = f"{new}\n{MARKER}\n" + "".join(f"\n{block}" for block in blocks)
    # People write TOML in more ways than are looked for here: what the text says is what counts.
    if not _says(new, _expected(old, files, revisions)):
        raise ModelError(
            f"{manifest} was left as it is: what is pinned cannot be written into it without "
            "changing something else. Begin every table with a line of its own such as [tone], "
            f"move what you added below the line '{MARKER}' above it, and run the same command "
            "again"
        )
    return new


def _with_revision(text: str, purpose: Purpose, revision: str) -> str:
    """Return a manifest with the revision of a model on the line after its repository."""
    up_to_repo = f"^{_HEADER.format(purpose=purpose)}(?:{_NO_HEADER})*?{_REPO}"
    return re.sub(up_to_repo, rf'\g<0>revision = "{revision}"\n', text, count=1, flags=re.MULTILINE)


def _expected(
    text: str, files: Files, revisions: Mapping[Purpose, str]
) -> dict[str, dict[str, object]]:
    """Return what a manifest has to say once it is written."""
    content: dict[str, dict[str, object]] = tomllib.loads(text)
    for purpose, revision in revisions.items():
        content[purpose]["revision"] = revision
    for purpose, listed in files.items():
        content[purpose].pop("files", None)
        if listed:
            content[purpose]["files"] = [file.model_dump(exclude_none=True) for file in listed]
    return content


def _says(text: str, expected: dict[str, dict[str, object]]) -> bool:
    try:
        return tomllib.loads(text) == expected
    except tomllib.TOMLDecodeError:
        return False


def _block(purpose: Purpose, file: ModelFile) -> str:
    # A string of JSON is one of TOML.
    lines = [f"[[{purpose}.files]]", f"path = {json.dumps(file.path, ensure_ascii=False)}"]
    if file.size is not None:
        lines.append(f"size = {file.size}")
    if file.sha256 is not None:
        lines.append(f'sha256 = "{file.sha256}"')
    return "\n".join(lines) + "\n"
