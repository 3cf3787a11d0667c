"""Downloads single files of a repository from a hub. The one module that goes online for models."""

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry.profile import Model, ModelFile
from qa_pipeline.model_registry.verification import sha256_of

_BLOCK = 1 << 20
_Got = TypeVar("_Got")


class Hub:
    """A hub, asked for one file at a time."""

    def __init__(self, endpoint: str | None) -> None:
        """Go online; ``endpoint``: another hub than the public one.

        Raises ``ModelError`` in a process that has gone offline for good.
        """
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
        """Return the newest revision of a repository. Raises ``ModelError`` with what to do."""
        return _guarded(
            model,
            lambda: (
                self._library.HfApi(endpoint=self._endpoint).model_info(str(model.repo)).sha or ""
            ),
        )

    def download(self, model: Model, revision: str, file: ModelFile, folder: Path) -> str:
        """Put one file into the folder, going on where an earlier attempt broke off.

        Returns what the hub names as its checksum, or any other mark of its content; see
        ``agrees``. Raises ``ModelError`` with what to do, also where the hub has, or sends, another
        number of bytes than the manifest or itself says; ``OSError`` if it cannot be written.
        """
        return _guarded(model, lambda: self._go_on(model, revision, file, folder / file.path))

    def _go_on(self, model: Model, revision: str, file: ModelFile, target: Path) -> str:
        library, endpoint = self._library, self._endpoint
        url = library.hf_hub_url(str(model.repo), file.path, revision=revision, endpoint=endpoint)
        headers = _headers(library)
        known = library.get_hf_file_metadata(url, headers=headers, endpoint=endpoint)
        if file.size is not None and known.size not in (None, file.size):
            raise ModelError(
                f"{model.repo}: {file.path} has {known.size} bytes on the hub where the manifest "
                f"says {file.size}; it was not fetched. Somebody changed the file on the hub, or "
                "the manifest is wrong: do not use it, and tell whoever keeps the manifest"
            )
        if urlsplit(known.location).netloc != urlsplit(url).netloc:
            headers.pop("authorization", None)  # the token is for the hub, not for its store
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        unfinished = target.with_name(f"{target.name}.incomplete")
        try:
            _fetch(known.location, unfinished, headers, known.size, file.size or known.size)
        except _TooLongError as error:
            unfinished.unlink()
            raise ModelError(
                f"{model.repo}: the hub sends more than the {error} bytes that {file.path} has; "
                "it was stopped and deleted. Somebody changed the file on the way or on the hub: "
                "do not use it, and tell whoever keeps the manifest"
            ) from error
        unfinished.replace(target)
        return str(known.etag or "")


def agrees(path: Path, named: str) -> bool | None:
    """Tell whether a file is the one a hub names; ``None`` where it names no checksum.

    Hubs name the SHA-256 of large files and Git's SHA-1 of others; proxies the plain SHA-1.
    """
    if len(named) == 64:
        return sha256_of(path) == named
    if len(named) == 40:
        return named in (_sha1(path, b""), _sha1(path, b"blob %d\0" % path.stat().st_size))
    return None


def _sha1(path: Path, head: bytes) -> str:
    digest = hashlib.sha1(head, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


class _TooLongError(Exception):
    """More is sent than belongs to a file; says how many bytes belong to it."""


class _Bounded(io.BufferedRandom):
    """A file that takes no more than so many bytes."""

    def __init__(self, path: Path, limit: int | None) -> None:
        super().__init__(io.FileIO(path, "r+" if path.exists() else "w+"))
        self._limit = limit

    def write(self, data: Any) -> int:
        if self._limit is not None and self.tell() + len(data) > self._limit:
            raise _TooLongError(self._limit)
        return super().write(data)


def _fetch(
    url: str, unfinished: Path, headers: dict[str, str], size: int | None, limit: int | None
) -> None:
    """Complete a file from a hub: of ``size`` bytes, if that is known, and at most ``limit``."""
    from huggingface_hub.file_download import http_get

    with _Bounded(unfinished, limit) as file:
        there = file.seek(0, os.SEEK_END)
        if size is None or there > size:
            there = file.truncate(0)
            file.seek(0)
        http_get(url, file, resume_size=there, headers=headers, expected_size=size)


def _guarded(model: Model, action: Callable[[], _Got]) -> _Got:
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
    except (HfHubHTTPError, httpx2.HTTPError) as error:
        raise ModelError(_cut_off(model, error)) from error
    except OSError as error:
        if error.filename is not None or error.errno is not None:
            raise  # of the disk: those of the connection are errors of the libraries
        raise ModelError(_cut_off(model, error)) from error


def _headers(library: Any) -> dict[str, str]:
    """Return what the hub wants to know: the token where there is one, and nothing about us."""
    headers: dict[str, str] = library.utils.build_hf_headers()
    return headers


def _cut_off(model: Model, error: Exception) -> str:
    return (
        f"{model.repo} could not be fetched ({error}); check the connection and run the same "
        "command again: a model that is pinned goes on where it broke off"
    )
