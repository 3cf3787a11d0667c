"""What can be known to be wrong with a run before anything is started for it."""

from collections.abc import Sequence
from pathlib import Path

from qa_pipeline.audio import NamePattern, discover
from qa_pipeline.model_registry import load_profile
from qa_pipeline.pipeline.run import find_scorecard
from qa_pipeline.resources import resource_folder
from qa_pipeline.settings import Settings
from qa_pipeline.store.files import check_writable


def check_run(settings: Settings, paths: Sequence[str] = (), metadata: Sequence[Path] = ()) -> None:
    """Look at settings, paths and the folders to write to; leave nothing but these folders.

    Raises:
        UsageError: a path without calls, an unknown profile, a scorecard, a pattern of file names
            or tables of metadata that cannot be used.
        StoreError: a folder cannot be made or written to, or its disk is full.
    """
    if paths:
        discover(paths, metadata=metadata, zone=settings.zone)
    if settings.file_name_pattern:
        NamePattern(settings.file_name_pattern)
    load_profile(settings.profile, resource_folder("models"))
    find_scorecard(settings.scorecard)
    for folder in dict.fromkeys((settings.data_dir, settings.store_path.parent)):
        check_writable(folder)
