"""Write size and SHA-256 of the bundled models' files into their manifest, after training.

``python -m qa_pipeline.model_registry.refresh [MODELS_DIR]``
"""

import sys
from pathlib import Path

from qa_pipeline.model_registry.manifest_files import list_files, write_files
from qa_pipeline.model_registry.profile import load_profile, profile_names
from qa_pipeline.model_registry.verification import folder_of
from qa_pipeline.resources import resource_folder


def refresh(models_dir: Path) -> dict[str, bool]:
    """Refresh every manifest that has bundled models; tell for each whether it changed.

    Files of models on a hub stay as they are.
    """
    changed: dict[str, bool] = {}
    for name in profile_names(models_dir):
        profile = load_profile(name, models_dir)
        if any(profile.model(purpose).folder is not None for purpose in profile.purposes):
            files = {
                purpose: list_files(folder_of(profile, purpose))
                if profile.model(purpose).folder is not None
                else profile.model(purpose).files
                for purpose in profile.purposes
            }
            changed[name] = write_files(profile.manifest, files)
    return changed


if __name__ == "__main__":
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else resource_folder("models")
    for profile_name, was_changed in refresh(directory).items():
        print(f"{profile_name}: {'refreshed' if was_changed else 'already up to date'}")
