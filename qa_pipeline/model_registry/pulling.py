"""Fetch the models of a profile from a hub. The one part of the product that goes online.

A model is gathered in a folder named ``*.partial``, checked there file by file, and renamed when
all of it is right: a half-downloaded model is never used. A cut connection is taken up where it
broke, within a run and by a later one: what is there of a file lies beside it as ``*.incomplete``.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry.manifest_files import list_files, write_files
from qa_pipeline.model_registry.profile import Model, Profile, Purpose, load_profile
from qa_pipeline.model_registry.verification import folder_of, sha256_of, verify

Tell = Callable[[str], None]


def pull(
    profile: Profile, tell: Tell, *, pin: bool = False, endpoint: str | None = None
) -> Profile:
    """Fetch every model of the profile that is not on this machine yet, and verify it.

    ``tell`` gets a line about each step. ``pin`` fills in revisions and SHA-256 that the manifest
    does not know yet, from what the hub has today, and writes them into the manifest; without it
    such a model is refused. ``endpoint``: another hub than the public one.

    Returns the profile as it stands afterwards. Raises ``ModelError`` with what to do.
    """
    hub = _Hub(endpoint)
    for purpose in profile.purposes:
        model = profile.model(purpose)
        if model.repo is None:
            continue
        if not model.pinned:
            if not pin:
                raise ModelError(
                    f"profile {profile.name}: {purpose} model {model.name} is not pinned to exact "
                    "files; look at its repository, then run the same command with --pin"
                )
            profile = _pinned(profile, purpose, hub, tell)
        elif any(problem.purpose == purpose for problem in verify(profile)):
            _fetch(profile.model(purpose), folder_of(profile, purpose), hub, tell)
        else:
            tell(f"{purpose}: {model.name} is already here")
    return profile


class _Hub:
    """Downloads single files of a repository at a revision into a folder."""

    def __init__(self, endpoint: str | None) -> None:
        os.environ["HF_HUB_OFFLINE"] = "0"  # read when huggingface_hub is imported
        import huggingface_hub
        from huggingface_hub import constants

        if constants.HF_HUB_OFFLINE:
            raise ModelError(
                "models cannot be pulled by a process that has already gone offline; "
                "run 'qa-pipeline models pull' as a command of its own"
            )
        self._library = huggingface_hub
        self._endpoint = endpoint

    def revision(self, model: Model) -> str:
        """Return the newest revision of a repository."""
        return self._guarded(
            model,
            lambda: (
                self._library.HfApi(endpoint=self._endpoint).model_info(str(model.repo)).sha or ""
            ),
        )

    def download(self, model: Model, revision: str, path: str, folder: Path) -> None:
        """Put one file into the folder, going on where an earlier attempt broke off."""
        self._guarded(model, lambda: self._go_on(model, revision, path, folder / path))

    def _go_on(self, model: Model, revision: str, path: str, target: Path) -> str:
        from huggingface_hub.file_download import http_get

        library, endpoint = self._library, self._endpoint
        url = library.hf_hub_url(str(model.repo), path, revision=revision, endpoint=endpoint)
        headers = _headers(library)
        known = library.get_hf_file_metadata(url, headers=headers, endpoint=endpoint)
        if urlsplit(known.location).netloc != urlsplit(url).netloc:
            headers.pop("authorization", None)  # the token is for the hub, not for its store
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        unfinished = target.with_name(f"{target.name}.incomplete")
        with unfinished.open("r+b" if unfinished.exists() else "w+b") as file:
            there = file.seek(0, os.SEEK_END)
            if known.size is None or there > known.size:
                there = file.truncate(0)
                file.seek(0)
            http_get(
                known.location, file, resume_size=there, headers=headers, expected_size=known.size
            )
        unfinished.replace(target)
        return str(target)

    def _guarded(self, model: Model, action: Callable[[], str]) -> str:
        """Turn what can go wrong on the way into words with what to do."""
        import httpx2  # what huggingface_hub speaks HTTP with
        from huggingface_hub.errors import (
            EntryNotFoundError,
            GatedRepoError,
            HfHubHTTPError,
            LocalEntryNotFoundError,
            RepositoryNotFoundError,
            RevisionNotFoundError,
        )

        try:
            return action()
        except GatedRepoError as error:
            raise ModelError(
                f"{model.repo} is gated: log in at the hub, accept its conditions on the page of "
                "the model, create a read token, set HF_TOKEN to it, and run the command again"
            ) from error
        except RepositoryNotFoundError as error:
            raise ModelError(
                f"the hub has no repository {model.repo}, or it is private: check the manifest, "
                "and HF_TOKEN if it is yours"
            ) from error
        except LocalEntryNotFoundError as error:  # an EntryNotFoundError, but for want of a hub
            raise ModelError(_cut_off(model, error)) from error
        except (RevisionNotFoundError, EntryNotFoundError) as error:
            raise ModelError(
                f"{model.repo} does not have what the manifest names ({error}); "
                "correct the revision or the files in the manifest"
            ) from error
        except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
            raise ModelError(_cut_off(model, error)) from error


def _headers(library: Any) -> dict[str, str]:
    """Return what the hub wants to know: the token where there is one, and nothing about us."""
    headers: dict[str, str] = library.utils.build_hf_headers()
    return headers


def _cut_off(model: Model, error: Exception) -> str:
    return (
        f"{model.repo} could not be fetched ({error}); check the connection and run the same "
        "command again, it goes on where it broke off"
    )


def _fetch(model: Model, folder: Path, hub: _Hub, tell: Tell) -> None:
    """Download a pinned model and put it in its place once every file is right."""
    partial = folder.with_name(folder.name + ".partial")
    partial.mkdir(parents=True, exist_ok=True)
    tell(f"fetching {model.repo} at {model.revision}, licence {model.licence}")
    for file in model.files:
        target = partial / file.path
        if target.is_file() and sha256_of(target) == file.sha256:
            tell(f"  {file.path}: here from an earlier attempt")
            continue
        hub.download(model, str(model.revision), file.path, partial)
        if sha256_of(target) != file.sha256:
            found = sha256_of(target)
            target.unlink()
            raise ModelError(
                f"{model.repo}: {file.path} has SHA-256 {found[:12]}… where the manifest says "
                f"{str(file.sha256)[:12]}…; it was deleted. Somebody changed the file on the way "
                "or on the hub: do not use it, and tell whoever keeps the manifest"
            )
        tell(f"  {file.path}: right")
    _put_in_place(partial, folder)


def _put_in_place(partial: Path, folder: Path) -> None:
    """Rename the finished folder; an older, damaged one makes way."""
    shutil.rmtree(partial / ".cache", ignore_errors=True)  # the hub library's own notes
    if folder.exists():
        shutil.rmtree(folder)
    partial.replace(folder)


def _pinned(profile: Profile, purpose: Purpose, hub: _Hub, tell: Tell) -> Profile:
    """Download an unpinned model, write what it is into the manifest, and put it in place."""
    model = profile.model(purpose)
    if not model.files:
        raise ModelError(f"{profile.manifest}: list the files of {purpose} before pinning them")
    revision = model.revision or hub.revision(model)
    partial = folder_of(profile, purpose).with_name(f"{revision}.partial")
    partial.mkdir(parents=True, exist_ok=True)
    tell(f"fetching {model.repo} at {revision} to pin it, licence {model.licence}")
    for file in model.files:
        hub.download(model, revision, file.path, partial)
    shutil.rmtree(partial / ".cache", ignore_errors=True)
    if model.revision is None:
        _write_revision(profile.manifest, str(model.repo), revision)
    files = {p: profile.model(p).files for p in profile.purposes}
    write_files(profile.manifest, {**files, purpose: list_files(partial)})
    tell(f"  pinned in {profile.manifest}")
    written = load_profile(profile.name, profile.manifest.parent, profile.cache_dir)
    _put_in_place(partial, folder_of(written, purpose))
    return written


def _write_revision(manifest: Path, repo: str, revision: str) -> None:
    text = manifest.read_text(encoding="utf-8")
    line = f'repo = "{repo}"\n'
    manifest.write_text(text.replace(line, f'{line}revision = "{revision}"\n', 1), encoding="utf-8")
