"""Is what lies on disk what the manifest names? Nothing is loaded that was not checked here."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry.profile import Model, ModelFile, Profile, Purpose

_NOT_PART_OF_A_MODEL = frozenset({"README.md", ".gitattributes", ".gitignore"})
_BLOCK = 1 << 20

_Stamp = tuple[str, int, int, int, int]
_digests: dict[_Stamp, str] = {}
"""Digests of this process by path, inode, size, and times of change. The kernel sets the time
of the last status change (ctime); nobody can set it back, so a changed file is hashed again."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with a model, in words, with what to do about it."""

    purpose: Purpose
    model: str
    what: str
    to_do: str

    def __str__(self) -> str:
        return f"{self.purpose} model {self.model}: {self.what}; {self.to_do}"


def folder_of(profile: Profile, purpose: Purpose) -> Path:
    """Return where the model's files belong, whether they are there or not."""
    model = profile.model(purpose)
    if model.folder is not None:
        return profile.manifest.parent / model.folder
    assert model.repo is not None  # one of the two is given, says the type
    return profile.cache_dir / model.repo.replace("/", "--") / (model.revision or "not-pinned")


def local_folder(profile: Profile, purpose: Purpose) -> Path:
    """Return the verified folder of a model.

    Raises ``ModelError`` saying what is wrong and what to do when a file is missing, is not the
    one the manifest names, or the manifest does not say which one it should be.
    """
    problems = _problems(profile, purpose)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ModelError(f"profile {profile.name}: {problems[0]}{more}")
    return folder_of(profile, purpose)


def verify(profile: Profile) -> list[Problem]:
    """Return everything that is wrong with the models of a profile; empty when all is well."""
    return [problem for purpose in profile.purposes for problem in _problems(profile, purpose)]


def identity(profile: Profile, purpose: Purpose) -> str:
    """Return name and digest of a model for the record of what made a result.

    The digest is over the paths and SHA-256 of its files, so it names the very bytes.
    """
    model = profile.model(purpose)
    lines = "".join(f"{f.sha256}  {f.path}\n" for f in sorted(model.files, key=lambda f: f.path))
    return f"{model.name}@{hashlib.sha256(lines.encode()).hexdigest()[:12]}"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file; hashed once a process unless the file changes."""
    status = path.stat()
    stamp = (
        str(path.absolute()),
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
    if stamp not in _digests:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
        _digests[stamp] = digest.hexdigest()
    return _digests[stamp]


def files_in(folder: Path) -> list[str]:
    """Return the paths of a model's files, relative to its folder, sorted."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
        and path.name not in _NOT_PART_OF_A_MODEL
        and not any(part.startswith(".") for part in path.relative_to(folder).parts[:-1])
    )


def _problems(profile: Profile, purpose: Purpose) -> list[Problem]:
    model = profile.model(purpose)
    folder = folder_of(profile, purpose)

    def problem(what: str, to_do: str) -> Problem:
        return Problem(purpose, model.name, what, to_do)

    if not model.pinned:
        return [problem(_unpinned(model, profile), _how_to_pin(model, profile))]
    remedy = _how_to_get(model, profile)
    if not folder.is_dir():
        return [problem(f"is not on this machine (no folder {folder})", remedy)]
    found = [_fault(folder / file.path, file) for file in model.files]
    extra = set(files_in(folder)) - {file.path for file in model.files}
    found += [f"{folder / path} is not in the manifest" for path in sorted(extra)]
    return [problem(fault, remedy) for fault in found if fault]


def _fault(path: Path, file: ModelFile) -> str:
    """Return what is wrong with one file, in words; empty when it is the right one."""
    if not path.is_file():
        return f"{path} is missing"
    try:
        size = path.stat().st_size
        if file.size is not None and size != file.size:
            return f"{path} has {size} bytes instead of {file.size}"
        digest = sha256_of(path)
    except OSError as error:
        return f"{path} cannot be read ({error.strerror})"
    if digest != file.sha256:
        return f"{path} is not the file of the manifest (SHA-256 {digest[:12]}… differs)"
    return ""


def _unpinned(model: Model, profile: Profile) -> str:
    if not model.files:
        return f"is not pinned: {profile.manifest} lists no files for it"
    if model.repo is not None and model.revision is None:
        return f"is not pinned: {profile.manifest} gives no revision of {model.repo}"
    return f"is not pinned: {profile.manifest} gives no SHA-256 for some of its files"


def _how_to_pin(model: Model, profile: Profile) -> str:
    if model.repo is None:
        return "run 'python -m qa_pipeline.model_registry.refresh'"
    return f"run 'qa-pipeline models pull {profile.name} --pin' on a machine with network"


def _how_to_get(model: Model, profile: Profile) -> str:
    if model.repo is None:
        return "install qa_pipeline again, or train the model anew and refresh the manifest"
    return f"run 'qa-pipeline models pull {profile.name}' on a machine with network"
