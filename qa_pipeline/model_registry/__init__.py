"""A manifest in ``models/`` becomes a verified local folder. Nothing else loads models from disk.

What belongs here: profiles, checking files, pulling them from a hub, choosing the device. What
does not: running a model, which is for the adapters of the stages.
"""

from qa_pipeline.model_registry.device import (
    Device,
    choose_device,
    ctranslate2_computes,
    gpu_compute_type,
    gpu_problem,
    gpus_found,
)
from qa_pipeline.model_registry.profile import (
    PURPOSES,
    Model,
    ModelFile,
    Profile,
    Purpose,
    default_cache_dir,
    load_profile,
    profile_names,
)
from qa_pipeline.model_registry.verification import (
    Problem,
    folder_of,
    identity,
    local_folder,
    verify,
)

__all__ = [
    "PURPOSES",
    "Device",
    "Model",
    "ModelFile",
    "Problem",
    "Profile",
    "Purpose",
    "choose_device",
    "ctranslate2_computes",
    "default_cache_dir",
    "folder_of",
    "gpu_compute_type",
    "gpu_problem",
    "gpus_found",
    "identity",
    "load_profile",
    "local_folder",
    "profile_names",
    "verify",
]
