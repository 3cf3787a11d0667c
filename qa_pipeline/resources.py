"""Where the files that come with the package lie: scorecards, models, sample calls.

In a checkout they are the top-level folders; in an installed wheel they are inside the package.
"""

from pathlib import Path
from typing import Literal

from qa_pipeline.errors import UsageError

ResourceFolder = Literal["scorecards", "models", "sample_calls"]


def resource_folder(name: ResourceFolder) -> Path:
    """Return the folder of that name, from the checkout or from the installed package."""
    package = Path(__file__).resolve().parent
    for candidate in (package.parent / name, package / "_data" / name):
        if candidate.is_dir():
            return candidate
    raise UsageError(
        f"the folder {name}/ that comes with qa_pipeline is missing beside {package}; "
        "install the package again or run from a complete checkout"
    )
