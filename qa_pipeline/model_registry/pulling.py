"""Fetch the models of a profile from a hub, and pin those that are not pinned yet.

A model is gathered in a folder named ``*.partial``, checked there file by file, and renamed when
all of it is right: a half-downloaded model is never used. A cut connection is taken up where it
broke, within a run and by a later one: what is there of a file lies beside it as ``*.incomplete``.
Only pinning begins anew: it writes down what the hub sends, and nothing that lay on a disk since.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry.hub import Hub, agrees
from qa_pipeline.model_registry.manifest_files import completed, list_files, write_files
from qa_pipeline.model_registry.profile import Model, ModelFile, Profile, Purpose, load_profile
from qa_pipeline.model_registry.verification import folder_of, local_folder, sha256_of, verify

Tell = Callable[[str], None]


def pull(
    profile: Profile, tell: Tell, *, pin: bool = False, endpoint: str | None = None
) -> Profile:
    """Fetch every model of the profile that is not on this machine yet, and verify it.

    ``tell`` gets a line about each step. ``pin`` fills in revisions and SHA-256 that the manifest
    does not know yet, from what the hub has today, and writes them into the manifest; without it
    such a model is refused. ``endpoint``: another hub than the public one. Where another process
    is fetching the same repository, this one waits for it.

    Returns the profile as it stands afterwards. Raises ``ModelError`` with what to do.
    """
    hub = Hub(endpoint)
    for purpose in profile.purposes:
        model = profile.model(purpose)
        if model.repo is None:
            continue
        if not model.pinned and not pin:
            raise ModelError(
                f"profile {profile.name}: {purpose} model {model.name} is not pinned to exact "
                "files; look at its repository, then run the same command with --pin"
            )
        try:
            profile = _present(profile, purpose, hub, tell)
        except OSError as error:
            raise ModelError(
                f"{model.repo} could not be put into {profile.cache_dir} ({error}); make sure "
                "that there is room and that you may write there, then run the same command again"
            ) from error
    return profile


def _present(profile: Profile, purpose: Purpose, hub: Hub, tell: Tell) -> Profile:
    """Return the profile with a model in its place."""
    model = profile.model(purpose)
    here = f"{purpose}: {model.name} is already here"
    if _is_here(profile, purpose):
        tell(here)
        return profile
    with _alone(folder_of(profile, purpose).parent, model, tell):
        if not model.pinned:  # unless another command did that while this one waited
            profile = load_profile(profile.name, profile.manifest.parent, profile.cache_dir)
        if _is_here(profile, purpose):
            tell(here)
        elif profile.model(purpose).pinned:
            _fetch(profile, purpose, hub, tell)
        else:
            profile = _pinned(profile, purpose, hub, tell)
    return profile


def _is_here(profile: Profile, purpose: Purpose) -> bool:
    return not any(problem.purpose == purpose for problem in verify(profile))


@contextmanager
def _alone(folder: Path, model: Model, tell: Tell) -> Iterator[None]:
    """Have the folder of a repository to oneself; wait for whoever has it.

    The lock goes with the process that holds it, however that ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".pulling.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        tell(f"another command is fetching {model.repo}; waiting until it is done")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _fetch(profile: Profile, purpose: Purpose, hub: Hub, tell: Tell) -> None:
    """Download a pinned model and put it in its place once every file is right."""
    model, folder = profile.model(purpose), folder_of(profile, purpose)
    partial = folder.with_name(folder.name + ".partial")
    partial.mkdir(parents=True, exist_ok=True)
    tell(f"fetching {model.repo} at {model.revision}, licence {model.licence}")
    for file in model.files:
        target = partial / file.path
        if target.is_file() and sha256_of(target) == file.sha256:
            tell(f"  {file.path}: here from an earlier attempt")
            continue
        hub.download(model, str(model.revision), file, partial)
        found = sha256_of(target)
        if found != file.sha256:
            target.unlink()
            raise ModelError(
                f"{model.repo}: {file.path} has SHA-256 {found[:12]}… where the manifest says "
                f"{str(file.sha256)[:12]}…; it was deleted. Somebody changed the file on the way "
                "or on the hub: do not use it, and tell whoever keeps the manifest"
            )
        tell(f"  {file.path}: right")
    _put_in_place(partial, profile, purpose)


def _put_in_place(partial: Path, profile: Profile, purpose: Purpose) -> None:
    """Rename the finished folder; an older, damaged one makes way.

    Raises ``ModelError`` if what lies there afterwards is not the model.
    """
    folder = folder_of(profile, purpose)
    wanted = {partial / file.path for file in profile.model(purpose).files}
    for path in list(partial.rglob("*")):
        if not path.is_dir() and path not in wanted:
            path.unlink()  # of an earlier attempt, for a manifest that named other files
    if folder.exists():
        shutil.rmtree(folder)
    partial.replace(folder)
    local_folder(profile, purpose)


def _pinned(profile: Profile, purpose: Purpose, hub: Hub, tell: Tell) -> Profile:
    """Download an unpinned model, write what it is into the manifest, and put it in place."""
    model = profile.model(purpose)
    if not model.files:
        raise ModelError(f"{profile.manifest}: list the files of {purpose} before pinning them")
    revision = model.revision or hub.revision(model)
    new = {} if model.revision else {purpose: revision}
    files = {p: profile.model(p).files for p in profile.purposes}
    completed(profile.manifest, files, new)  # can it be written at all? Known before hours pass
    partial = folder_of(profile, purpose).with_name(f"{revision}.partial")
    if partial.exists():
        shutil.rmtree(partial)
    partial.mkdir()
    tell(f"fetching {model.repo} at {revision} to pin it, licence {model.licence}")
    for file in model.files:
        _fetch_as_named(model, revision, file, partial, hub, tell)
    found = list_files(partial, [file.path for file in model.files])
    write_files(profile.manifest, {**files, purpose: found}, new)
    tell(f"  pinned in {profile.manifest}")
    written = load_profile(profile.name, profile.manifest.parent, profile.cache_dir)
    _put_in_place(partial, written, purpose)
    return written


def _fetch_as_named(
    model: Model, revision: str, file: ModelFile, partial: Path, hub: Hub, tell: Tell
) -> None:
    """Download a file of which only the hub knows the checksum."""
    named = hub.download(model, revision, file, partial)
    target = partial / file.path
    same = agrees(target, named)
    if same is None:
        tell(f"  {file.path}: the hub names no checksum; taken as it was sent")
    elif not same:
        found = sha256_of(target)
        target.unlink()
        raise ModelError(
            f"{model.repo}: {file.path} came with SHA-256 {found[:12]}…, which is not the file "
            f"that the hub names ({named[:12]}…); it was deleted and nothing was pinned. Run the "
            "same command again; if that ends in the same way, somebody changed the file on the "
            "way or on the hub: do not use it"
        )
