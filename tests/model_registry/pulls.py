"""Pulls from the hub on loopback, each by a process of its own as the command line is."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from qa_pipeline.model_registry import Profile, load_profile, verify
from tests.model_registry.hub import REVISION, Hub
from tests.model_registry.manifests import BUNDLED, bundled_models

FILES = {"inner/config.json": b'{"layers": 2}', "model.bin": bytes(range(256)) * 2000}
LARGE = {"model.bin": bytes(range(256)) * 100_000}
"""More than the hub library reads at once (10 MB)."""
PULL = """
import sys
from pathlib import Path
from qa_pipeline.errors import ModelError
from qa_pipeline.model_registry import load_profile
from qa_pipeline.model_registry.pulling import pull
models_dir, cache_dir, pin = sys.argv[1:]
profile = load_profile("small", Path(models_dir), Path(cache_dir))
try:
    pull(profile, print, pin=pin == "pin")
except ModelError as error:
    sys.exit(f"ModelError: {error}")
"""


def on_a_hub(
    tmp_path: Path, *, pinned: bool, files: dict[str, bytes] = FILES, sizes: bool = False
) -> Path:
    """Write a manifest whose tone model lies on a hub, the others beside it."""
    source = 'repo = "centre/models"' + (f'\nrevision = "{REVISION}"' if pinned else "")
    manifest = BUNDLED.replace('folder = "bundled/tone"', source)
    for path, content in files.items():
        manifest += f'\n[[tone.files]]\npath = "{path}"\n'
        if sizes:
            manifest += f"size = {len(content)}\n"
        if pinned:
            manifest += f'sha256 = "{hashlib.sha256(content).hexdigest()}"\n'
    return bundled_models(tmp_path, manifest)


def pull(models_dir: Path, cache_dir: Path, hub: Hub, *, pin: bool = False) -> str:
    """Run a pull in a fresh process; return what it said, the error last."""
    process = begin_to_pull(models_dir, cache_dir, hub, pin=pin)
    said, _ = process.communicate(timeout=300)
    return said


def begin_to_pull(
    models_dir: Path, cache_dir: Path, hub: Hub, *, pin: bool = False
) -> "subprocess.Popen[str]":
    """Start a pull in a fresh process, which says everything on its standard output."""
    offline = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    environment = {name: value for name, value in os.environ.items() if name not in offline}
    arguments = [str(models_dir), str(cache_dir), "pin" if pin else "no"]
    return subprocess.Popen(
        [sys.executable, "-u", "-c", PULL, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment | {"HF_ENDPOINT": hub.endpoint, "NO_PROXY": "127.0.0.1"},
    )


def profile_of(models_dir: Path, cache_dir: Path) -> Profile:
    return load_profile("small", models_dir, cache_dir)


def problems_of_tone(profile: Profile) -> list[str]:
    return [str(problem) for problem in verify(profile) if problem.purpose == "tone"]
